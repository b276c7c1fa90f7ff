/* SPDX-License-Identifier: GPL-2.0-or-later
 * hash.h - SHA-256 (FIPS 180-4) by libgcrypt, which uses the CPU's instructions for it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { MS_HASH_HEX = 64 }; /* characters of a SHA-256 in hex, without NUL */

typedef struct MsHash MsHash;

/* A hash for bytes that come piece by piece. Short data goes through ms_hash_once(): it needs
 * no context. */
MsHash *ms_hash_new(void);
void ms_hash_free(MsHash *hash); /* accepts NULL */
void ms_hash_push(MsHash *hash, const uint8_t *data, size_t length);
/* Writes the hash in lower-case hex and a NUL. No push after it. */
void ms_hash_end(MsHash *hash, char out[MS_HASH_HEX + 1]);

/* The hash of bytes that lie together; no context is made. */
void ms_hash_once(const uint8_t *data, size_t length, char out[MS_HASH_HEX + 1]);
