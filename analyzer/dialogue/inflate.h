/* SPDX-License-Identifier: GPL-2.0-or-later
 * inflate.h - one direction of a dialogue that goes on compressed (RFC 1951): compressed stream
 * bytes in, plain bytes out, with pieces that cite the compressed bytes they came from. */
#pragma once

#include "../fact/range.h"

typedef struct MsInflate MsInflate;

typedef enum {
    MS_INFLATE_MORE,  /* all was unpacked; more may come */
    MS_INFLATE_BAD,   /* these are no such bytes */
    MS_INFLATE_LIMIT, /* more plain bytes than allowed */
    MS_INFLATE_END    /* the compressed data said that they end; what follows is not unpacked */
} MsInflateResult;

/* Takes plain bytes, those it did not eat before in front: returns how many it eats. */
typedef size_t (*MsInflateFunc)(const MsBytes *plain, void *user_data);

/* `most`: plain bytes that are unpacked at all. */
MsInflate *ms_inflate_new(uint64_t most);
void ms_inflate_free(MsInflate *inflate); /* accepts NULL */

/* Unpacks bytes[*offset..), handing plain bytes on in blocks; *offset moves on to the byte at which
 * it stops. Each plain byte is cited by the run of compressed bytes that completed it, the same
 * however they are cut. */
MsInflateResult ms_inflate_push(MsInflate *inflate, const MsBytes *bytes, size_t *offset,
                                MsInflateFunc func, void *user_data);

/* Plain bytes that were not eaten so far; valid until the next push. */
MsBytes ms_inflate_left(const MsInflate *inflate);

/* Forgets them. */
void ms_inflate_drop(MsInflate *inflate);
