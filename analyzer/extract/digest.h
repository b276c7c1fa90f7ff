/* SPDX-License-Identifier: GPL-2.0-or-later
 * digest.h - size, SHA-256, MD5 and first bytes of a file, from its bytes as they go by. */
#pragma once

#include "../base/buffer.h"
#include "../message/hash.h"

#include <glib.h>

#include <stdbool.h>

enum { MS_MD5_HEX = 32 };

/* Filled by ms_digest_begin(). */
typedef struct {
    uint64_t size;   /* bytes so far */
    bool sha256;     /* is wanted */
    MsBuffer head;   /* the first bytes, at most MS_DIGEST_HEAD */
    MsHash *context; /* only when the file is longer than its head */
    GChecksum *md5;
} MsDigest;

#define MS_DIGEST_HEAD ((size_t)65536) /* bytes; what libmagic is shown */

/* `sha256`: false when it is known already. */
void ms_digest_begin(MsDigest *digest, bool sha256);
void ms_digest_push(MsDigest *digest, const uint8_t *data, size_t length);
/* Writes both in lower-case hex, NUL-terminated (`sha256` only when it is wanted). Size and head
 * stay until ms_digest_clear(). */
void ms_digest_end(MsDigest *digest, char sha256[MS_HASH_HEX + 1], char md5[MS_MD5_HEX + 1]);
void ms_digest_clear(MsDigest *digest);
