/* SPDX-License-Identifier: GPL-2.0-or-later
 * auth_ntlm.c - NTLM over SASL (MS-NLMP 2.2): who logs in, into which domain, from which host, and
 * challenge and response, so that a known password can be checked. */
#include "../base/escape.h"
#include "auth_family.h"

enum {
    NTLM_UNICODE = 0x00000001,
    NTLM_DOMAIN_SUPPLIED = 0x00001000,
    NTLM_HOST_SUPPLIED = 0x00002000,
    MOST_NAME = 1024 /* bytes of a name looked at; Windows allows a few hundred */
};

static uint16_t u16(const uint8_t *data)
{
    return (uint16_t)(data[0] | data[1] << 8);
}

static uint32_t u32(const uint8_t *data)
{
    return u16(data) | (uint32_t)u16(data + 2) << 16;
}

/* Message type 1-3, or 0 when it is no NTLM message. */
static uint32_t message_type(const MsAuthLine *line)
{
    static const uint8_t signature[8] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', '\0'};
    if (line->length < 12 || memcmp(line->data, signature, sizeof signature) != 0)
        return 0;
    uint32_t type = u32(line->data + 8);
    return type <= 3 ? type : 0;
}

/* The field whose length and offset stand at `at` (MS-NLMP 2.2.1). False when it is not inside. */
static bool find_field(const MsAuthLine *line, size_t at, const uint8_t **data, size_t *length)
{
    if (line->length < 8 || at > line->length - 8)
        return false;
    size_t offset = u32(line->data + at + 4);
    *length = u16(line->data + at);
    if (*length == 0)
        offset = 0;
    if (offset > line->length || *length > line->length - offset)
        return false;
    *data = line->data + offset;
    return true;
}

static void append_utf8(MsBuffer *out, uint32_t code)
{
    if (code < 0x80) {
        ms_buffer_byte(out, (uint8_t)code);
        return;
    }
    if (code < 0x800) {
        ms_buffer_byte(out, (uint8_t)(0xc0 | code >> 6));
    } else {
        if (code < 0x10000) {
            ms_buffer_byte(out, (uint8_t)(0xe0 | code >> 12));
        } else {
            ms_buffer_byte(out, (uint8_t)(0xf0 | code >> 18));
            ms_buffer_byte(out, (uint8_t)(0x80 | (code >> 12 & 63)));
        }
        ms_buffer_byte(out, (uint8_t)(0x80 | (code >> 6 & 63)));
    }
    ms_buffer_byte(out, (uint8_t)(0x80 | (code & 63)));
}

/* UTF-16LE to UTF-8. Returns false when it is not UTF-16. */
static bool decode_utf16(const uint8_t *data, size_t length, MsBuffer *out)
{
    if (length % 2 != 0)
        return false;
    for (size_t i = 0; i < length; i += 2) {
        uint32_t code = u16(data + i);
        if (code >= 0xdc00 && code <= 0xdfff)
            return false;
        if (code >= 0xd800 && code <= 0xdbff) {
            uint32_t low = length - i >= 4 ? u16(data + i + 2) : 0;
            if (low < 0xdc00 || low > 0xdfff)
                return false;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        }
        append_utf8(out, code);
    }
    return true;
}

/* Says a name that stands in UTF-16LE or in the client's own charset; the latter stays bytes. */
static void say_name(MsAuth *auth, const MsAuthLine *line, size_t at, MsFieldId field,
                     const char *what, bool unicode)
{
    const uint8_t *data;
    size_t length;
    if (!find_field(line, at, &data, &length)) {
        ms_auth_problem(auth, line, "a name of the NTLM message lies outside it");
        return;
    }
    if (length == 0 && field != MS_FIELD_AUTH_USERNAME)
        return;
    if (length > MOST_NAME) {
        ms_auth_problem(auth, line, "a name of the NTLM message is too long to be one");
        return;
    }
    MsBuffer text = {0};
    if (unicode && !decode_utf16(data, length, &text)) {
        ms_auth_problem(auth, line, "a name of the NTLM message is not UTF-16; shown as bytes");
        text.length = 0;
        unicode = false;
    }
    if (!unicode)
        ms_buffer_append(&text, data, length);
    ms_auth_tell(auth, field, what, line, text.data, text.length);
    ms_buffer_clear(&text);
}

/* Type 1 (2.2.1.1): names here are hints only, in the client's own charset. */
static void negotiate(const MsAuthLine *line)
{
    const uint8_t *data;
    size_t length;
    ms_auth_remark(line, "NTLM negotiation", NULL, 0);
    if (line->length < 16)
        return;
    uint32_t flags = u32(line->data + 12);
    if (flags & NTLM_DOMAIN_SUPPLIED && find_field(line, 16, &data, &length) && length)
        ms_auth_remark(line, "domain", data, length);
    if (flags & NTLM_HOST_SUPPLIED && find_field(line, 24, &data, &length) && length)
        ms_auth_remark(line, "host", data, length);
}

/* The NT response, or the LM response when there is no other. */
static void say_response(MsAuth *auth, const MsAuthLine *line)
{
    const uint8_t *data;
    size_t length;
    if (!find_field(line, 20, &data, &length) || length == 0) {
        if (!find_field(line, 12, &data, &length) || length == 0)
            return; /* an anonymous login has none */
    }
    MsBuffer hex = {0};
    ms_escape_hex(&hex, data, length);
    ms_auth_tell(auth, MS_FIELD_AUTH_DIGEST, "response", line, hex.data, hex.length);
    ms_buffer_clear(&hex);
}

/* Type 3 (2.2.1.3). Its flags stand at 60, in old clients nothing does; then the server's message
 * has said which charset it is, and without that UTF-16 is what Windows sends. */
static void authenticate(MsAuth *auth, const MsAuthLine *line)
{
    if (line->length < 52) {
        ms_auth_problem(auth, line, "the NTLM message is too short");
        return;
    }
    bool unicode = !auth->ntlm_negotiated || auth->ntlm_unicode;
    uint32_t first = UINT32_MAX; /* where the fields' bytes begin: the header ends there */
    for (size_t at = 12; at <= 44; at += 8) {
        if (u16(line->data + at) > 0 && u32(line->data + at + 4) < first)
            first = u32(line->data + at + 4);
    }
    if (line->length >= 64 && first >= 64)
        unicode = (u32(line->data + 60) & NTLM_UNICODE) != 0;
    say_name(auth, line, 36, MS_FIELD_AUTH_USERNAME, "user name", unicode);
    say_name(auth, line, 28, MS_FIELD_AUTH_DOMAIN, "domain", unicode);
    say_name(auth, line, 44, MS_FIELD_AUTH_HOST, "host", unicode);
    say_response(auth, line);
}

static void ntlm_client(MsAuth *auth, const MsAuthLine *line)
{
    uint32_t type = message_type(line);
    if (line->length == 0)
        return;
    if (type == 1)
        negotiate(line);
    else if (type == 3)
        authenticate(auth, line);
    else
        ms_auth_problem(auth, line, "not an NTLM message of a client");
}

/* Type 2 (2.2.1.2): eight octets that the client answers. */
static void ntlm_server(MsAuth *auth, const MsAuthLine *line)
{
    if (message_type(line) != 2 || line->length < 32) {
        if (line->length > 0)
            ms_auth_tell(auth, MS_FIELD_AUTH_PROMPT, "prompt", line, line->data, line->length);
        return;
    }
    auth->ntlm_unicode = (u32(line->data + 20) & NTLM_UNICODE) != 0;
    auth->ntlm_negotiated = true;
    ms_auth_say(auth, MS_FIELD_AUTH_CHALLENGE, line, line->data + 24, 8);
    MsBuffer hex = {0};
    ms_escape_hex(&hex, line->data + 24, 8);
    ms_auth_remark(line, "NTLM challenge", hex.data, hex.length);
    ms_buffer_clear(&hex);
}

const MsAuthFamily ms_auth_ntlm = {.client = ntlm_client, .server = ntlm_server};
