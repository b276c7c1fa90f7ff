/* SPDX-License-Identifier: GPL-2.0-or-later
 * codec.c - strict base64, RFC 4648 section 4. GLib's decoder skips bad characters in silence,
 * which would hide what a student's client really sent. */
#include "codec.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int sextet(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == '+')
        return 62;
    if (character == '/')
        return 63;
    return -1;
}

MsBase64Result ms_base64_decode(const uint8_t *text, size_t length, MsBuffer *out, size_t *bad_at)
{
    uint32_t bits = 0;
    unsigned held = 0; /* bits not given out yet */
    size_t at = 0;
    for (; at < length && text[at] != '='; at++) {
        int value = sextet(text[at]);
        if (value < 0) {
            if (bad_at)
                *bad_at = at;
            return MS_BASE64_BAD_CHARACTER;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            ms_buffer_byte(out, (uint8_t)(bits >> held));
        }
    }
    size_t characters = at;
    size_t padding = 0;
    for (; at < length && text[at] == '='; at++)
        padding++;
    if (bad_at)
        *bad_at = at;
    if (at < length)
        return MS_BASE64_BAD_CHARACTER;
    if (characters % 4 == 1)
        return MS_BASE64_BAD_LENGTH;
    if (padding != (4 - characters % 4) % 4)
        return MS_BASE64_BAD_PADDING;
    if (bits & ((1u << held) - 1))
        return MS_BASE64_BAD_BITS;
    return MS_BASE64_OK;
}

const char *ms_base64_error(MsBase64Result result)
{
    switch (result) {
    case MS_BASE64_OK:
        return NULL;
    case MS_BASE64_BAD_CHARACTER:
        return "not base64: character outside the alphabet";
    case MS_BASE64_BAD_LENGTH:
        return "not base64: one character left over";
    case MS_BASE64_BAD_PADDING:
        return "base64 with wrong padding";
    case MS_BASE64_BAD_BITS:
        return "base64 with unused bits that are not zero";
    }
    return NULL;
}

void ms_base64_encode(const uint8_t *data, size_t length, MsBuffer *out)
{
    for (size_t at = 0; at < length; at += 3) {
        size_t left = length - at;
        uint32_t bits = (uint32_t)data[at] << 16;
        if (left > 1)
            bits |= (uint32_t)data[at + 1] << 8;
        if (left > 2)
            bits |= data[at + 2];
        ms_buffer_byte(out, (uint8_t)alphabet[bits >> 18]);
        ms_buffer_byte(out, (uint8_t)alphabet[bits >> 12 & 63]);
        ms_buffer_byte(out, left > 1 ? (uint8_t)alphabet[bits >> 6 & 63] : '=');
        ms_buffer_byte(out, left > 2 ? (uint8_t)alphabet[bits & 63] : '=');
    }
}
