/* SPDX-License-Identifier: GPL-2.0-or-later
 * auth.c - a login attempt from its first to its last line: base64 (RFC 4648 4), the empty initial
 * response and `*` (RFC 4954 4), the outcome. What the octets mean is left to the families of
 * mechanisms in auth_*.c. */
#include "../base/codec.h"
#include "auth_family.h"

#include <glib.h>

/* The first that fits is taken. */
static const struct {
    const char *name; /* a `*` at the end stands for any rest */
    const MsAuthFamily *family;
} mechanisms[] = {
    {"PLAIN", &ms_auth_plain},           /* RFC 4616 */
    {"LOGIN", &ms_auth_login},           /* draft-murchison-sasl-login */
    {"CRAM-MD5", &ms_auth_cram_md5},     /* RFC 2195 */
    {"DIGEST-MD5", &ms_auth_digest_md5}, /* RFC 2831 */
    {"SCRAM-*", &ms_auth_scram},         /* RFC 5802, 7677 */
    {"NTLM", &ms_auth_ntlm},             /* MS-NLMP, MS-SMTPNTLM */
    {"XOAUTH2", &ms_auth_xoauth2},
    {"OAUTHBEARER", &ms_auth_oauthbearer}, /* RFC 7628 */
    {"EXTERNAL", &ms_auth_external},       /* RFC 4422 A */
    {"ANONYMOUS", &ms_auth_anonymous},     /* RFC 4505 */
    {"GSSAPI", &ms_auth_opaque},           /* RFC 4752 */
    {"GSS-SPNEGO", &ms_auth_opaque},
    {"GS2-*", &ms_auth_opaque}, /* RFC 5801 */
    {"KERBEROS_V*", &ms_auth_opaque},
};

static char upper(uint8_t byte)
{
    return (char)(byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte);
}

bool ms_auth_begins(const uint8_t *data, size_t length, const char *prefix)
{
    size_t i = 0;
    for (; prefix[i] && i < length; i++) {
        if (upper(data[i]) != upper((uint8_t)prefix[i]))
            return false;
    }
    return prefix[i] == '\0';
}

static bool is_mechanism(const uint8_t *data, size_t length, const char *name)
{
    size_t i = 0;
    for (; name[i] && name[i] != '*'; i++) {
        if (i >= length || upper(data[i]) != name[i])
            return false;
    }
    return name[i] == '*' ? length > i : length == i;
}

static const MsAuthFamily *find_family(const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(mechanisms); i++) {
        if (is_mechanism(data, length, mechanisms[i].name))
            return mechanisms[i].family;
    }
    return &ms_auth_unknown;
}

static void emit(MsAuth *auth, MsFact *fact, MsDirection direction, const MsRanges *where)
{
    fact->direction = (uint8_t)direction;
    fact->message = -1;
    fact->item = auth->attempt;
    if (where) {
        fact->time_ns = where->time_ns;
        fact->ranges = where->range;
        fact->n_ranges = where->n_ranges;
        fact->ranges_omitted = where->omitted;
    }
    auth->talk->class->fact(auth->talk, fact);
}

static void emit_text(MsAuth *auth, MsFieldId field, MsDirection direction, const MsRanges *where,
                      const uint8_t *data, size_t length)
{
    MsFact fact = {.field = (uint16_t)field,
                   .text = data ? (const char *)data : "",
                   .text_length = (uint32_t)MIN(length, UINT32_MAX)};
    emit(auth, &fact, direction, where);
}

_Static_assert(MS_FIELD_AUTH_USERNAME - MS_FIELD_AUTH_AUTHZID < 64, "MsAuth.said is too small");

static uint64_t bit(MsFieldId field)
{
    return (uint64_t)1 << (field - MS_FIELD_AUTH_AUTHZID);
}

bool ms_auth_knows(const MsAuth *auth, MsFieldId field)
{
    return (auth->said & bit(field)) != 0;
}

void ms_auth_say(MsAuth *auth, MsFieldId field, const MsAuthLine *line, const uint8_t *data,
                 size_t length)
{
    if (ms_auth_knows(auth, field) && !(ms_field(field)->flags & MS_MANY))
        return;
    auth->said |= bit(field);
    emit_text(auth, field, line->direction, line->where, data, length);
}

void ms_auth_remark(const MsAuthLine *line, const char *what, const uint8_t *data, size_t length)
{
    if (!line->note)
        return;
    if (line->note->length > 0)
        ms_buffer_text(line->note, "; ");
    ms_buffer_text(line->note, what);
    if (data) {
        ms_buffer_text(line->note, ": ");
        ms_buffer_append(line->note, data, length);
    }
}

void ms_auth_tell(MsAuth *auth, MsFieldId field, const char *what, const MsAuthLine *line,
                  const uint8_t *data, size_t length)
{
    ms_auth_say(auth, field, line, data, length);
    ms_auth_remark(line, what, data ? data : (const uint8_t *)"", length);
}

void ms_auth_problem(MsAuth *auth, const MsAuthLine *line, const char *words)
{
    ms_auth_say(auth, MS_FIELD_AUTH_PROBLEM, line, (const uint8_t *)words, strlen(words));
    ms_auth_remark(line, words, NULL, 0);
}

MsAuth *ms_auth_new(MsTalk *talk, int32_t attempt, const uint8_t *mechanism, size_t length,
                    const MsRanges *where)
{
    MsAuth *auth = g_new0(MsAuth, 1);
    auth->talk = talk;
    auth->attempt = attempt;
    auth->family = mechanism ? find_family(mechanism, length) : &ms_auth_late;
    auth->holed = !mechanism;
    if (!mechanism)
        return auth;
    const MsAuthLine line = {.direction = MS_TO_SERVER, .where = where};
    if (length == 0) {
        ms_auth_problem(auth, &line, "no mechanism is named");
        return auth;
    }
    MsBuffer name = {0};
    for (size_t i = 0; i < length; i++)
        ms_buffer_byte(&name, (uint8_t)upper(mechanism[i]));
    ms_auth_say(auth, MS_FIELD_AUTH_MECHANISM, &line, name.data, name.length);
    ms_buffer_clear(&name);
    return auth;
}

void ms_auth_free(MsAuth *auth)
{
    if (!auth)
        return;
    ms_buffer_clear(&auth->user);
    ms_buffer_clear(&auth->held);
    ms_ranges_clear(&auth->held_where);
    g_free(auth);
}

static void say_oddity(MsAuth *auth, const MsAuthLine *line, const MsBuffer *words)
{
    const MsRanges *where = line->where;
    MsOddity oddity = {.kind = MS_ODDITY_BAD_BASE64,
                       .direction = (uint8_t)line->direction,
                       .message = -1,
                       .detail = (const char *)words->data,
                       .detail_length = (uint32_t)words->length};
    if (where) {
        oddity.time_ns = where->time_ns;
        oddity.ranges = where->range;
        oddity.n_ranges = where->n_ranges;
        oddity.ranges_omitted = where->omitted;
    }
    auth->talk->class->oddity(auth->talk, &oddity);
}

/* Takes `text` out of its base64. Says what is wrong with it; returns false when the octets are
 * not certain. They are in `out` also then, as far as they go. */
static bool decode(MsAuth *auth, const MsAuthLine *line, const uint8_t *text, size_t length,
                   MsBuffer *out)
{
    size_t blank = 0;
    while (blank < length && (text[length - blank - 1] == ' ' || text[length - blank - 1] == '\t'))
        blank++;
    size_t bad_at = 0;
    MsBase64Result result = ms_base64_decode(text, length - blank, out, &bad_at);
    if (result == MS_BASE64_OK && blank == 0)
        return true;
    MsBuffer words = {0};
    ms_buffer_text(&words,
                   result == MS_BASE64_OK ? "blanks after the base64" : ms_base64_error(result));
    if (result == MS_BASE64_BAD_CHARACTER)
        ms_buffer_printf(&words, ", character %zu", bad_at + 1);
    say_oddity(auth, line, &words);
    ms_buffer_byte(&words, '\0');
    if (line->direction == MS_TO_SERVER)
        ms_auth_problem(auth, line, (const char *)words.data);
    else
        ms_auth_remark(line, (const char *)words.data, NULL, 0);
    ms_buffer_clear(&words);
    bool certain =
        result == MS_BASE64_OK || result == MS_BASE64_BAD_PADDING || result == MS_BASE64_BAD_BITS;
    if (!certain && out->length > 0 && line->direction == MS_TO_SERVER)
        ms_auth_remark(line, "as far as it is base64 it may say", out->data, out->length);
    return certain;
}

void ms_auth_client(MsAuth *auth, const uint8_t *text, size_t length, bool initial,
                    const MsRanges *where, MsBuffer *note)
{
    MsAuthLine line = {.initial = initial, .direction = MS_TO_SERVER, .where = where, .note = note};
    if (!initial && length == 1 && text[0] == '*') { /* RFC 4954 4 */
        auth->cancelled = true;
        ms_auth_remark(&line, "gives the login up", NULL, 0);
        return;
    }
    auth->cancelled = false;
    if (length > 0)
        ms_auth_say(auth, MS_FIELD_AUTH_ENCODED, &line, text, length);
    MsBuffer octets = {0};
    bool empty = initial && length == 1 && text[0] == '=';
    bool certain = empty || decode(auth, &line, text, length, &octets);
    if (certain) {
        line.data = octets.data ? octets.data : (const uint8_t *)"";
        line.length = octets.length;
        if (empty)
            ms_auth_remark(&line, "empty initial response", NULL, 0);
        if (auth->family->client)
            auth->family->client(auth, &line);
    }
    auth->client_lines++;
    if (!certain && auth->family == &ms_auth_login)
        ms_auth_login_lost(auth);
    ms_buffer_clear(&octets);
}

void ms_auth_server(MsAuth *auth, const uint8_t *text, size_t length, const MsRanges *where,
                    MsBuffer *note)
{
    MsAuthLine line = {.direction = MS_TO_CLIENT, .where = where, .note = note};
    if (length == 0) {
        auth->asked = MS_LOGIN_OPEN;
        return;
    }
    MsBuffer octets = {0};
    bool certain = decode(auth, &line, text, length, &octets);
    line.data = octets.data ? octets.data : (const uint8_t *)"";
    line.length = octets.length;
    if (!certain) {
        if (auth->family == &ms_auth_login) /* `334 Username:` is seen in the wild */
            ms_auth_login_asks(auth, text, length);
    } else if (auth->family->server) {
        auth->family->server(auth, &line);
    }
    ms_buffer_clear(&octets);
}

void ms_auth_gap(MsAuth *auth)
{
    auth->holed = true;
}

bool ms_auth_cancelled(const MsAuth *auth)
{
    return auth->cancelled;
}

void ms_auth_end(MsAuth *auth, MsAuthOutcome outcome, unsigned code, const MsRanges *where)
{
    static const char *const words[] = {"success", "failure", "cancelled", "unknown"};
    if (auth->family->end)
        auth->family->end(auth);
    emit_text(auth, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, where, (const uint8_t *)words[outcome],
              strlen(words[outcome]));
    if (code == 0)
        return;
    MsFact fact = {.field = MS_FIELD_AUTH_REPLY_CODE, .number = code};
    emit(auth, &fact, MS_TO_CLIENT, where);
}
