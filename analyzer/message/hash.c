/* SPDX-License-Identifier: GPL-2.0-or-later
 * hash.c - libgcrypt behind a small door. The library wants to be set up once in a process, by one
 * thread; a host that did it already (Wireshark) is left alone. */
#include "hash.h"

#include <gcrypt.h>
#include <glib.h>

#include <pthread.h>

enum { DIGEST = 32 }; /* bytes */

struct MsHash {
    gcry_md_hd_t context;
};

static void set_up_once(void)
{
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        gcry_check_version(NULL);
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
}

static void set_up(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up_once);
}

static void write_hex(const uint8_t *digest, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[MS_HASH_HEX] = '\0';
}

MsHash *ms_hash_new(void)
{
    set_up();
    MsHash *hash = g_new0(MsHash, 1);
    gcry_error_t error = gcry_md_open(&hash->context, GCRY_MD_SHA256, 0);
    g_assert(!error); /* SHA-256 is in every libgcrypt; memory aborts as with GLib */
    return hash;
}

void ms_hash_free(MsHash *hash)
{
    if (!hash)
        return;
    gcry_md_close(hash->context);
    g_free(hash);
}

void ms_hash_push(MsHash *hash, const uint8_t *data, size_t length)
{
    gcry_md_write(hash->context, data, length);
}

void ms_hash_end(MsHash *hash, char out[MS_HASH_HEX + 1])
{
    write_hex(gcry_md_read(hash->context, GCRY_MD_SHA256), out);
}

void ms_hash_once(const uint8_t *data, size_t length, char out[MS_HASH_HEX + 1])
{
    uint8_t digest[DIGEST];
    set_up();
    gcry_md_hash_buffer(GCRY_MD_SHA256, digest, length ? data : (const uint8_t *)"", length);
    write_hex(digest, out);
}
