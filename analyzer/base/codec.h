/* SPDX-License-Identifier: GPL-2.0-or-later
 * codec.h - strict base64 (RFC 4648 4), as AUTH needs it: what is wrong is said, never guessed
 * over. */
#pragma once

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    MS_BASE64_OK,
    MS_BASE64_BAD_CHARACTER, /* outside the alphabet, or `=` before the end */
    MS_BASE64_BAD_LENGTH,    /* a lone character is left over */
    MS_BASE64_BAD_PADDING,   /* `=` missing or too many; the octets are whole */
    MS_BASE64_BAD_BITS       /* unused bits are not zero (RFC 4648 3.5); the octets are whole */
} MsBase64Result;

/* Decodes `text` and appends the octets to `out`. Everything before the first bad character is
 * decoded; `bad_at` (may be NULL) gets its offset in bytes. Empty text is OK and gives nothing. */
MsBase64Result ms_base64_decode(const uint8_t *text, size_t length, MsBuffer *out, size_t *bad_at);

/* The result in words: "not base64: bad character", ...; NULL for MS_BASE64_OK. Static storage. */
const char *ms_base64_error(MsBase64Result result);

/* Appends the base64 of `data`, with padding. */
void ms_base64_encode(const uint8_t *data, size_t length, MsBuffer *out);
