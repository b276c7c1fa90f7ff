/* SPDX-License-Identifier: GPL-2.0-or-later
 * auth_plain.c - logins that say what they have: PLAIN (RFC 4616), LOGIN, EXTERNAL (RFC 4422 A),
 * ANONYMOUS (RFC 4505); and mechanisms that are only named. */
#include "auth_family.h"

#include <glib.h>

/* PLAIN */

typedef struct {
    const uint8_t *data;
    size_t length;
} Field;

/* Splits at NUL. Returns how many fields there are; keeps the first `room`, the last of them holds
 * the rest with its NULs. */
static size_t split(const uint8_t *data, size_t length, Field *field, size_t room)
{
    size_t count = 0;
    size_t start = 0;
    for (size_t at = 0; at <= length; at++) {
        if (at < length && data[at] != '\0')
            continue;
        if (count < room)
            field[count] = (Field){data + start, count + 1 < room ? at - start : length - start};
        count++;
        start = at + 1;
    }
    return count;
}

static void say_user(MsAuth *auth, const MsAuthLine *line, Field user)
{
    ms_auth_tell(auth, MS_FIELD_AUTH_USERNAME, "user name", line, user.data, user.length);
}

static void say_password(MsAuth *auth, const MsAuthLine *line, Field password)
{
    ms_auth_tell(auth, MS_FIELD_AUTH_PASSWORD, "password", line, password.data, password.length);
}

/* RFC 4616 2: [authzid] NUL authcid NUL passwd */
static void plain_three(MsAuth *auth, const MsAuthLine *line, const Field *field)
{
    if (field[0].length > 0)
        ms_auth_tell(auth, MS_FIELD_AUTH_AUTHZID, "identity to act as", line, field[0].data,
                     field[0].length);
    say_user(auth, line, field[1]);
    say_password(auth, line, field[2]);
    if (field[1].length == 0 && field[0].length > 0)
        ms_auth_problem(auth, line,
                        "the user name is empty: a name stands where the identity to act as "
                        "belongs (name NUL NUL password was sent; NUL name NUL password is meant "
                        "as a rule)");
    else if (field[1].length == 0)
        ms_auth_problem(auth, line, "the user name is empty");
    if (field[2].length == 0 && field[0].length > 0 && field[1].length > 0)
        ms_auth_problem(auth, line,
                        "the password is empty; when the leading NUL was forgotten, name NUL "
                        "password NUL is meant");
    else if (field[2].length == 0)
        ms_auth_problem(auth, line, "the password is empty");
}

static void plain_two(MsAuth *auth, const MsAuthLine *line, const Field *field)
{
    if (field[0].length == 0) {
        ms_auth_problem(auth, line, "one NUL instead of two: there is no password");
        say_user(auth, line, field[1]);
        return;
    }
    ms_auth_problem(auth, line,
                    "one NUL instead of two: the leading NUL is missing; taken as user name and "
                    "password");
    say_user(auth, line, field[0]);
    say_password(auth, line, field[1]);
}

static void plain_client(MsAuth *auth, const MsAuthLine *line)
{
    if (line->length == 0) {
        if (!line->initial)
            ms_auth_problem(auth, line, "the answer is empty");
        return;
    }
    if (ms_auth_knows(auth, MS_FIELD_AUTH_USERNAME)) {
        ms_auth_problem(auth, line, "PLAIN has one answer, this is a further one");
        return;
    }
    Field field[3];
    size_t count = split(line->data, line->length, field, 3);
    if (count == 4 && line->data[line->length - 1] == '\0') {
        ms_auth_problem(auth, line, "a NUL stands behind the password");
        field[2].length--;
        count = 3;
    }
    if (count == 3) {
        plain_three(auth, line, field);
    } else if (count == 2) {
        plain_two(auth, line, field);
    } else {
        ms_auth_problem(auth, line,
                        count == 1 ? "no NUL: user name and password cannot be told apart"
                                   : "more than two NULs: the fields cannot be told apart");
        ms_auth_remark(line, "decoded", line->data, line->length);
    }
}

static void prompt(MsAuth *auth, const MsAuthLine *line)
{
    if (line->length > 0)
        ms_auth_tell(auth, MS_FIELD_AUTH_PROMPT, "prompt", line, line->data, line->length);
}

const MsAuthFamily ms_auth_plain = {.client = plain_client, .server = prompt};

/* LOGIN: two prompts in any words, two answers. The order tells user name from password, unless
 * the prompts say the reverse. */

void ms_auth_login_asks(MsAuth *auth, const uint8_t *words, size_t length)
{
    auth->asked = MS_LOGIN_OPEN;
    if (ms_auth_begins(words, length, "user") || ms_auth_begins(words, length, "login"))
        auth->asked = MS_LOGIN_USER;
    else if (ms_auth_begins(words, length, "pass"))
        auth->asked = MS_LOGIN_PASSWORD;
}

static void login_server(MsAuth *auth, const MsAuthLine *line)
{
    prompt(auth, line);
    ms_auth_login_asks(auth, line->data, line->length);
}

/* Which of the two the client's line is by its place; OPEN when that cannot be known. */
static MsLoginRole role_by_order(const MsAuth *auth, const MsAuthLine *line)
{
    if (auth->holed)
        return auth->asked;
    if (line->initial)
        return MS_LOGIN_USER;
    if (auth->client_lines == 0 || auth->last == MS_LOGIN_OPEN)
        return auth->asked == MS_LOGIN_PASSWORD ? MS_LOGIN_PASSWORD : MS_LOGIN_USER;
    return auth->last == MS_LOGIN_USER ? MS_LOGIN_PASSWORD : MS_LOGIN_USER;
}

static void hold(MsAuth *auth, const MsAuthLine *line)
{
    auth->holds = true;
    auth->held.length = 0;
    ms_buffer_append(&auth->held, line->data, line->length);
    ms_ranges_reset(&auth->held_where);
    if (line->where)
        ms_ranges_join(&auth->held_where, line->where,
                       auth->talk->limits->value[MS_LIMIT_FACT_RANGES]);
}

/* The user name came with AUTH LOGIN, and yet the server asks for it: what is the answer? */
static bool asked_again(MsAuth *auth, const MsAuthLine *line)
{
    if (auth->asked != MS_LOGIN_USER || !ms_auth_knows(auth, MS_FIELD_AUTH_USERNAME) ||
        auth->last != MS_LOGIN_USER)
        return false;
    if (line->length == auth->user.length &&
        (line->length == 0 || memcmp(line->data, auth->user.data, line->length) == 0)) {
        ms_auth_remark(line, "user name again", line->data, line->length);
        return true;
    }
    hold(auth, line);
    ms_auth_remark(line, "a second user name or the password", line->data, line->length);
    return true;
}

static void login_client(MsAuth *auth, const MsAuthLine *line)
{
    if (line->initial && line->length == 0) /* `=`: RFC 4954 4; the prompt comes next */
        return;
    if (asked_again(auth, line))
        return;
    if (ms_auth_knows(auth, MS_FIELD_AUTH_USERNAME) &&
        ms_auth_knows(auth, MS_FIELD_AUTH_PASSWORD)) {
        ms_auth_problem(auth, line, "LOGIN has two answers, this is a further one");
        return;
    }
    MsLoginRole role = role_by_order(auth, line);
    if (auth->holds) {
        auth->holds = false;
        role = MS_LOGIN_PASSWORD;
        ms_auth_problem(auth, line,
                        "two user names were given before the password; the first is "
                        "shown");
    }
    Field value = {line->data, line->length};
    if (role == MS_LOGIN_USER) {
        say_user(auth, line, value);
        auth->user.length = 0;
        ms_buffer_append(&auth->user, line->data, line->length);
    } else if (role == MS_LOGIN_PASSWORD) {
        say_password(auth, line, value);
    } else {
        ms_auth_problem(auth, line,
                        "a line before this one is missing: it may be user name or "
                        "password");
        ms_auth_remark(line, "decoded", line->data, line->length);
    }
    auth->last = role;
    auth->asked = MS_LOGIN_OPEN; /* the next prompt may be missing */
}

void ms_auth_login_lost(MsAuth *auth)
{
    auth->last = auth->last == MS_LOGIN_USER ? MS_LOGIN_PASSWORD : MS_LOGIN_USER;
}

static void login_end(MsAuth *auth)
{
    if (!auth->holds)
        return;
    const MsAuthLine line = {.direction = MS_TO_SERVER, .where = &auth->held_where};
    ms_auth_problem(auth, &line,
                    "the server asked for the user name that it had been given; the answer is "
                    "taken as the password");
    say_password(auth, &line, (Field){auth->held.data, auth->held.length});
}

const MsAuthFamily ms_auth_login = {
    .client = login_client, .server = login_server, .end = login_end};

/* EXTERNAL: whoever TLS or the connection says; the client may name whom it acts as. */
static void external_client(MsAuth *auth, const MsAuthLine *line)
{
    if (line->length > 0)
        ms_auth_tell(auth, MS_FIELD_AUTH_AUTHZID, "identity to act as", line, line->data,
                     line->length);
    else
        ms_auth_remark(line, "no identity named: the one of the connection", NULL, 0);
}

const MsAuthFamily ms_auth_external = {.client = external_client, .server = prompt};

static void anonymous_client(MsAuth *auth, const MsAuthLine *line)
{
    (void)auth;
    ms_auth_remark(line, "trace", line->data, line->length);
}

const MsAuthFamily ms_auth_anonymous = {.client = anonymous_client, .server = prompt};

/* Kerberos and its like: tokens that only the holder of a key can read. */
static void opaque_line(MsAuth *auth, const MsAuthLine *line)
{
    (void)auth;
    if (!line->note)
        return;
    ms_auth_remark(line, "token of ", NULL, 0); /* its length follows */
    ms_buffer_uint(line->note, line->length);
    ms_buffer_text(line->note, " bytes, not readable without keys");
}

const MsAuthFamily ms_auth_opaque = {.client = opaque_line, .server = opaque_line};

static void unknown_client(MsAuth *auth, const MsAuthLine *line)
{
    ms_auth_problem(auth, line, "the mechanism is not known here; its octets are not explained");
    ms_auth_remark(line, "decoded", line->data, line->length);
}

static void unknown_server(MsAuth *auth, const MsAuthLine *line)
{
    ms_auth_tell(auth, MS_FIELD_AUTH_CHALLENGE, "challenge", line, line->data, line->length);
}

const MsAuthFamily ms_auth_unknown = {.client = unknown_client, .server = unknown_server};

/* The AUTH command is missing from the capture. Prompts that name what they ask for are those of
 * LOGIN, and a challenge in angle brackets is that of CRAM-MD5; all else stays unread. */
static void late_server(MsAuth *auth, const MsAuthLine *line)
{
    if (ms_auth_begins(line->data, line->length, "user") ||
        ms_auth_begins(line->data, line->length, "pass"))
        auth->family = &ms_auth_login;
    else if (line->length > 2 && line->data[0] == '<' && line->data[line->length - 1] == '>')
        auth->family = &ms_auth_cram_md5;
    if (auth->family != &ms_auth_late)
        auth->family->server(auth, line);
    else
        prompt(auth, line);
}

static void late_client(MsAuth *auth, const MsAuthLine *line)
{
    ms_auth_problem(auth, line, "the AUTH command that names the mechanism is missing");
    ms_auth_remark(line, "decoded", line->data, line->length);
}

const MsAuthFamily ms_auth_late = {.client = late_client, .server = late_server};
