/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_utf7.c - names of mailboxes in modified UTF-7 (RFC 3501 5.1.3): `&` begins UTF-16 in base64
 * with `,` for `/`, `-` ends it, `&-` is an ampersand. */
#include "imap_utf7.h"

#include "../base/find.h"

#include <glib.h>

#include <string.h>

enum { MOST = 1024 /* octets of a name that is decoded */ };

/* What a letter of base64 stands for; -1: none. */
static int sextet(uint8_t letter)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    const char *found = letter ? strchr(letters, letter) : NULL;
    return found ? (int)(found - letters) : -1;
}

/* Appends one unit of UTF-16 as UTF-8; `*high` waits for its second half (RFC 2781 2.2). */
static bool put_unit(MsBuffer *out, uint32_t unit, uint32_t *high)
{
    char text[6];
    bool low = unit >= 0xdc00 && unit < 0xe000;
    if (low != (*high != 0))
        return false;
    if (unit >= 0xd800 && unit < 0xdc00) {
        *high = unit;
        return true;
    }
    if (low)
        unit = 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00);
    *high = 0;
    if (unit == 0)
        return false;
    ms_buffer_append(out, text, (size_t)g_unichar_to_utf8(unit, text));
    return true;
}

/* The base64 between `&` and `-`. */
static bool put_shifted(MsBuffer *out, const uint8_t *text, size_t length)
{
    uint32_t bits = 0;
    uint32_t high = 0;
    unsigned held = 0;
    for (size_t i = 0; i < length; i++) {
        int value = sextet(text[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (uint32_t)value) & 0x3fffff;
        held += 6;
        if (held < 16)
            continue;
        held -= 16;
        if (!put_unit(out, bits >> held & 0xffff, &high))
            return false;
    }
    return high == 0 && held < 6 && (bits & ((1u << held) - 1)) == 0;
}

bool ms_imap_utf7(const uint8_t *name, size_t length, MsBuffer *out)
{
    bool shifted = false;
    out->length = 0;
    if (length > MOST)
        return false;
    for (size_t at = 0; at < length; at++) {
        if (name[at] < 0x20 || name[at] > 0x7e)
            return false; /* UTF-8 as it is (RFC 6855), or nothing that may stand there */
        if (name[at] != '&') {
            ms_buffer_byte(out, name[at]);
            continue;
        }
        const uint8_t *end = ms_find_byte(name + at, '-', length - at);
        if (!end)
            return false;
        size_t size = (size_t)(end - name) - at - 1;
        if (size == 0)
            ms_buffer_byte(out, '&');
        else if (!put_shifted(out, name + at + 1, size))
            return false;
        at += size + 1;
        shifted = true;
    }
    return shifted;
}
