/* SPDX-License-Identifier: GPL-2.0-or-later
 * auth_oauth.c - logins with a token: OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2. Both send
 * name=value pairs that end in a Ctrl-A. */
#include "../base/find.h"
#include "auth_family.h"

enum { CTRL_A = 1 };

typedef struct {
    const uint8_t *name;
    size_t name_length;
    const uint8_t *value;
    size_t value_length;
} Pair;

/* The next pair at *at; false when there is none. */
static bool next_pair(const uint8_t *data, size_t length, size_t *at, Pair *pair)
{
    while (*at < length && data[*at] == CTRL_A)
        (*at)++;
    if (*at >= length)
        return false;
    const uint8_t *mark = ms_find_byte(data + *at, CTRL_A, length - *at);
    size_t end = mark ? (size_t)(mark - data) : length;
    const uint8_t *equals = ms_find_byte(data + *at, '=', end - *at);
    size_t name = equals ? (size_t)(equals - data) - *at : end - *at;
    pair->name = data + *at;
    pair->name_length = name;
    pair->value = equals ? equals + 1 : data + end;
    pair->value_length = end - (size_t)(pair->value - data);
    *at = end;
    return true;
}

static bool is_named(const Pair *pair, const char *name)
{
    return pair->name_length == strlen(name) && ms_auth_begins(pair->name, pair->name_length, name);
}

/* RFC 6750 2.1: `Bearer`, blanks, token; the scheme's case does not matter. */
static void say_token(MsAuth *auth, const MsAuthLine *line, const Pair *pair)
{
    size_t at = 0;
    if (ms_auth_begins(pair->value, pair->value_length, "bearer")) {
        at = strlen("bearer");
        while (at < pair->value_length && pair->value[at] == ' ')
            at++;
    } else {
        ms_auth_problem(auth, line, "the token is not called Bearer");
    }
    ms_auth_tell(auth, MS_FIELD_AUTH_TOKEN, "token", line, pair->value + at,
                 pair->value_length - at);
    if (at == pair->value_length)
        ms_auth_problem(auth, line, "the token is empty");
}

/* Says the pairs of data. `user`: a pair of that name is the user name. */
static void say_pairs(MsAuth *auth, const MsAuthLine *line, const uint8_t *data, size_t length,
                      const char *user)
{
    Pair pair;
    size_t at = 0;
    while (next_pair(data, length, &at, &pair)) {
        if (user && is_named(&pair, user))
            ms_auth_tell(auth, MS_FIELD_AUTH_USERNAME, "user name", line, pair.value,
                         pair.value_length);
        else if (is_named(&pair, "auth"))
            say_token(auth, line, &pair);
        else if (is_named(&pair, "host"))
            ms_auth_tell(auth, MS_FIELD_AUTH_HOST, "host", line, pair.value, pair.value_length);
        else if (is_named(&pair, "port"))
            ms_auth_remark(line, "port", pair.value, pair.value_length);
    }
    if (length < 2 || data[length - 1] != CTRL_A || data[length - 2] != CTRL_A)
        ms_auth_problem(auth, line, "does not end in two Ctrl-A");
}

/* The client's answer when the server has said why it refuses: nothing, or one Ctrl-A. */
static bool is_acknowledgement(const MsAuth *auth, const MsAuthLine *line)
{
    bool empty = line->length == 0 || (line->length == 1 && line->data[0] == CTRL_A);
    if (empty && !line->initial && auth->failed)
        ms_auth_remark(line, "has read the error", NULL, 0);
    return empty;
}

static void say_missing(MsAuth *auth, const MsAuthLine *line)
{
    if (!ms_auth_knows(auth, MS_FIELD_AUTH_TOKEN))
        ms_auth_problem(auth, line, "no token in the answer");
}

static void xoauth2_client(MsAuth *auth, const MsAuthLine *line)
{
    if (is_acknowledgement(auth, line))
        return;
    say_pairs(auth, line, line->data, line->length, "user");
    if (!ms_auth_knows(auth, MS_FIELD_AUTH_USERNAME))
        ms_auth_problem(auth, line, "no user name in the answer");
    say_missing(auth, line);
}

/* RFC 7628 3.1: gs2-header `n,a=user,`, then the pairs. The header's name is the only one there
 * is: the identity to act as, and so the user name as people mean it. */
static void oauthbearer_client(MsAuth *auth, const MsAuthLine *line)
{
    if (is_acknowledgement(auth, line))
        return;
    const uint8_t *mark = ms_find_byte(line->data, CTRL_A, line->length);
    size_t header = mark ? (size_t)(mark - line->data) : line->length;
    size_t name = 0;
    const uint8_t *comma = ms_find_byte(line->data, ',', header);
    if (!comma) {
        ms_auth_problem(auth, line, "no gs2-header before the first Ctrl-A");
        header = 0;
    } else {
        name = (size_t)(comma - line->data) + 1;
    }
    if (header > name + 2 && ms_auth_begins(line->data + name, header - name, "a=")) {
        const uint8_t *from = line->data + name + 2;
        size_t length = header - name - 2;
        const uint8_t *stop = ms_find_byte(from, ',', length);
        length = stop ? (size_t)(stop - from) : length;
        MsBuffer decoded = {0};
        if (!ms_auth_saslname(from, length, &decoded))
            ms_auth_problem(auth, line, "the name has an `=` that is neither =2C nor =3D");
        ms_auth_say(auth, MS_FIELD_AUTH_AUTHZID, line, decoded.data, decoded.length);
        ms_auth_tell(auth, MS_FIELD_AUTH_USERNAME, "user name", line, decoded.data, decoded.length);
        ms_buffer_clear(&decoded);
    }
    say_pairs(auth, line, line->data + header, line->length - header, NULL);
    say_missing(auth, line);
}

/* JSON that says why the token was refused (RFC 7628 3.2.2). */
static void oauth_server(MsAuth *auth, const MsAuthLine *line)
{
    auth->failed = true;
    ms_auth_tell(auth, MS_FIELD_AUTH_CHALLENGE, "error", line, line->data, line->length);
}

const MsAuthFamily ms_auth_xoauth2 = {.client = xoauth2_client, .server = oauth_server};
const MsAuthFamily ms_auth_oauthbearer = {.client = oauthbearer_client, .server = oauth_server};
