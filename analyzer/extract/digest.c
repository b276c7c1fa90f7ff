/* SPDX-License-Identifier: GPL-2.0-or-later
 * digest.c - a file that fits in the head, as most do, is hashed in one go: a context of its own
 * would cost more than the hash. */
#include "digest.h"

void ms_digest_begin(MsDigest *digest, bool sha256)
{
    *digest = (MsDigest){.sha256 = sha256, .md5 = g_checksum_new(G_CHECKSUM_MD5)};
}

static void hash(MsDigest *digest, const uint8_t *data, size_t length)
{
    if (!digest->context) {
        if (digest->size + length <= MS_DIGEST_HEAD)
            return;
        digest->context = ms_hash_new();
        ms_hash_push(digest->context, digest->head.data, digest->head.length);
    }
    ms_hash_push(digest->context, data, length);
}

void ms_digest_push(MsDigest *digest, const uint8_t *data, size_t length)
{
    if (length == 0)
        return;
    if (digest->sha256)
        hash(digest, data, length); /* before the head grows by these bytes */
    g_checksum_update(digest->md5, data, (gssize)length);
    if (digest->head.length < MS_DIGEST_HEAD)
        ms_buffer_append(&digest->head, data, MIN(length, MS_DIGEST_HEAD - digest->head.length));
    digest->size += length;
}

void ms_digest_end(MsDigest *digest, char sha256[MS_HASH_HEX + 1], char md5[MS_MD5_HEX + 1])
{
    if (digest->context)
        ms_hash_end(digest->context, sha256);
    else if (digest->sha256)
        ms_hash_once(digest->head.data, digest->head.length, sha256);
    g_strlcpy(md5, g_checksum_get_string(digest->md5), MS_MD5_HEX + 1);
}

void ms_digest_clear(MsDigest *digest)
{
    ms_hash_free(digest->context);
    if (digest->md5)
        g_checksum_free(digest->md5);
    ms_buffer_clear(&digest->head);
    *digest = (MsDigest){0};
}
