/* SPDX-License-Identifier: GPL-2.0-or-later
 * auth_challenge.c - logins that prove the password without saying it: CRAM-MD5 (RFC 2195),
 * DIGEST-MD5 (RFC 2831), SCRAM (RFC 5802, 7677). Challenge and proof are given, so that a known
 * password can be checked; nothing is computed here. */
#include "../base/find.h"
#include "auth_family.h"

#include <glib.h>

static void challenge(MsAuth *auth, const MsAuthLine *line)
{
    ms_auth_tell(auth, MS_FIELD_AUTH_CHALLENGE, "challenge", line, line->data, line->length);
}

static bool is_hex(const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isxdigit((gchar)data[i]))
            return false;
    }
    return true;
}

/* CRAM-MD5: user name, blank, 32 hex digits; the name may hold blanks itself. */
static void cram_client(MsAuth *auth, const MsAuthLine *line)
{
    if (line->initial && line->length == 0)
        return;
    if (line->initial)
        ms_auth_problem(auth, line, "CRAM-MD5 begins with the server: nothing can be said yet");
    size_t blank = line->length;
    while (blank > 0 && line->data[blank - 1] != ' ')
        blank--;
    if (blank == 0) {
        ms_auth_problem(auth, line, "no blank: user name and digest cannot be told apart");
        ms_auth_remark(line, "decoded", line->data, line->length);
        return;
    }
    const uint8_t *digest = line->data + blank;
    size_t length = line->length - blank;
    ms_auth_tell(auth, MS_FIELD_AUTH_USERNAME, "user name", line, line->data, blank - 1);
    ms_auth_tell(auth, MS_FIELD_AUTH_DIGEST, "digest", line, digest, length);
    if (blank == 1)
        ms_auth_problem(auth, line, "the user name is empty");
    if (length != 32 || !is_hex(digest, length))
        ms_auth_problem(auth, line, "the digest is not 32 hexadecimal digits");
}

const MsAuthFamily ms_auth_cram_md5 = {.client = cram_client, .server = challenge};

/* DIGEST-MD5: name=value pairs with commas between, values bare or in quotes. */

typedef struct {
    const uint8_t *name;
    size_t name_length;
    MsBuffer value; /* without quotes and backslashes */
    bool broken;    /* a quote without its end */
} Directive;

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* RFC 2831 7.2: a backslash takes the next octet as it is. Returns the offset behind the value. */
static size_t quoted_value(const uint8_t *data, size_t length, size_t at, Directive *directive)
{
    while (at < length && data[at] != '"') {
        if (data[at] == '\\' && at + 1 < length)
            at++;
        ms_buffer_byte(&directive->value, data[at++]);
    }
    directive->broken = at == length;
    return at < length ? at + 1 : at;
}

static bool next_directive(const uint8_t *data, size_t length, size_t *at, Directive *directive)
{
    while (*at < length && (is_space(data[*at]) || data[*at] == ','))
        (*at)++;
    if (*at >= length)
        return false;
    size_t start = *at;
    size_t stop = start;
    while (stop < length && data[stop] != '=' && data[stop] != ',')
        stop++;
    size_t value = stop;
    directive->name = data + start;
    while (stop > start && is_space(data[stop - 1]))
        stop--;
    directive->name_length = stop - start;
    directive->value.length = 0;
    directive->broken = false;
    if (value < length && data[value] == '=')
        value++;
    while (value < length && is_space(data[value]))
        value++;
    if (value < length && data[value] == '"') {
        value = quoted_value(data, length, value + 1, directive);
        while (value < length && data[value] != ',')
            value++;
    } else {
        size_t from = value;
        while (value < length && data[value] != ',')
            value++;
        size_t end = value;
        while (end > from && is_space(data[end - 1]))
            end--;
        ms_buffer_append(&directive->value, data + from, end - from);
    }
    *at = value;
    return true;
}

static void digest_client(MsAuth *auth, const MsAuthLine *line)
{
    static const struct {
        const char *name;
        MsFieldId field;
        const char *what;
    } wanted[] = {
        {"username", MS_FIELD_AUTH_USERNAME, "user name"},
        {"realm", MS_FIELD_AUTH_DOMAIN, "realm"},
        {"response", MS_FIELD_AUTH_DIGEST, "digest"},
        {"authzid", MS_FIELD_AUTH_AUTHZID, "identity to act as"},
    };
    if (line->length == 0) /* the empty answer to rspauth, or `=` */
        return;
    Directive directive = {0};
    size_t at = 0;
    while (next_directive(line->data, line->length, &at, &directive)) {
        if (directive.broken)
            ms_auth_problem(auth, line, "a quoted value has no end");
        for (size_t i = 0; !directive.broken && i < G_N_ELEMENTS(wanted); i++) {
            if (directive.name_length == strlen(wanted[i].name) &&
                ms_auth_begins(directive.name, directive.name_length, wanted[i].name))
                ms_auth_tell(auth, wanted[i].field, wanted[i].what, line, directive.value.data,
                             directive.value.length);
        }
    }
    ms_buffer_clear(&directive.value);
    if (!ms_auth_knows(auth, MS_FIELD_AUTH_USERNAME))
        ms_auth_problem(auth, line, "no user name in the answer");
}

const MsAuthFamily ms_auth_digest_md5 = {.client = digest_client, .server = challenge};

/* SCRAM: gs2-header (`n,a=other,`), then letter=value with commas between. */

static int hex_digit(uint8_t byte)
{
    return g_ascii_xdigit_value((gchar)byte);
}

bool ms_auth_saslname(const uint8_t *data, size_t length, MsBuffer *out)
{
    bool good = true;
    for (size_t i = 0; i < length; i++) {
        int byte = -1;
        if (data[i] == '=' && length - i > 2 && hex_digit(data[i + 1]) >= 0 &&
            hex_digit(data[i + 2]) >= 0)
            byte = hex_digit(data[i + 1]) << 4 | hex_digit(data[i + 2]);
        if (byte == ',' || byte == '=') {
            ms_buffer_byte(out, (uint8_t)byte);
            i += 2;
            continue;
        }
        good = good && data[i] != '=';
        ms_buffer_byte(out, data[i]);
    }
    return good;
}

static void say_name(MsAuth *auth, const MsAuthLine *line, MsFieldId field, const char *what,
                     const uint8_t *data, size_t length)
{
    MsBuffer name = {0};
    if (!ms_auth_saslname(data, length, &name))
        ms_auth_problem(auth, line, "the name has an `=` that is neither =2C nor =3D");
    ms_auth_tell(auth, field, what, line, name.data, name.length);
    ms_buffer_clear(&name);
}

/* Finds `letter=value` among data split at commas. The proof is base64 and ends in `=`. */
static bool find_value(const MsAuthLine *line, uint8_t letter, const uint8_t **value,
                       size_t *length)
{
    for (size_t at = 0; at < line->length;) {
        const uint8_t *comma = ms_find_byte(line->data + at, ',', line->length - at);
        size_t end = comma ? (size_t)(comma - line->data) : line->length;
        if (end - at >= 2 && line->data[at] == letter && line->data[at + 1] == '=') {
            *value = line->data + at + 2;
            *length = end - at - 2;
            return true;
        }
        at = end + 1;
    }
    return false;
}

static void scram_client(MsAuth *auth, const MsAuthLine *line)
{
    const uint8_t *value;
    size_t length;
    if (line->length == 0)
        return;
    bool bound = ms_auth_begins(line->data, line->length, "c=");
    if (bound) { /* client-final-message */
        if (find_value(line, 'p', &value, &length))
            ms_auth_tell(auth, MS_FIELD_AUTH_DIGEST, "proof", line, value, length);
        else
            ms_auth_problem(auth, line, "no proof in the final message");
        return;
    }
    if (find_value(line, 'a', &value, &length))
        say_name(auth, line, MS_FIELD_AUTH_AUTHZID, "identity to act as", value, length);
    bool header = ms_auth_begins(line->data, line->length, "n,") ||
                  ms_auth_begins(line->data, line->length, "y,") ||
                  ms_auth_begins(line->data, line->length, "p=");
    /* The gs2-header's own `n` has no `=`, so that `n=` is the user name. */
    if (header && find_value(line, 'n', &value, &length))
        say_name(auth, line, MS_FIELD_AUTH_USERNAME, "user name", value, length);
    else
        ms_auth_problem(auth, line, "not a first message of SCRAM: no user name in it");
}

const MsAuthFamily ms_auth_scram = {.client = scram_client, .server = challenge};
