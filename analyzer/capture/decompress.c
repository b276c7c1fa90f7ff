/* SPDX-License-Identifier: GPL-2.0-or-later
 * decompress.c - gzip by zlib, zstd by libzstd, xz by liblzma, behind one face. */
#include "decompress.h"

#include <glib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <string.h>

/* What a window may cost: `xz -9` needs 65 MiB, `zstd -19` 8 MiB, `zstd --ultra -22` 128 MiB. */
enum { WINDOW_MEMORY = 160 << 20, ZSTD_WINDOW_LOG = 27 };

typedef enum { GZIP, ZSTD, XZ } Kind;

struct MsDecompress {
    Kind kind;
    z_stream z;
    ZSTD_DStream *zstd;
    lzma_stream lzma;
};

static bool starts_with(const uint8_t *data, size_t length, const char *magic, size_t magic_length)
{
    return length >= magic_length && memcmp(data, magic, magic_length) == 0;
}

/* Magic numbers: RFC 1952 2.3.1, RFC 8878 3.1 (with skippable frames), xz file format 2.1.1.1. */
static bool find_kind(const uint8_t *magic, size_t length, Kind *kind)
{
    if (starts_with(magic, length, "\x1f\x8b\x08", 3))
        *kind = GZIP;
    else if (starts_with(magic, length, "\x28\xb5\x2f\xfd", 4) ||
             (length >= 4 && (magic[0] & 0xf0) == 0x50 &&
              memcmp(magic + 1, "\x2a\x4d\x18", 3) == 0))
        *kind = ZSTD;
    else if (starts_with(magic, length,
                         "\xfd"
                         "7zXZ\0",
                         6))
        *kind = XZ;
    else
        return false;
    return true;
}

MsDecompress *ms_decompress_new(const uint8_t *magic, size_t length)
{
    Kind kind;
    if (!find_kind(magic, length, &kind))
        return NULL;
    MsDecompress *decompress = g_new0(MsDecompress, 1);
    decompress->kind = kind;
    bool good = true;
    switch (kind) {
    case GZIP:
        good = inflateInit2(&decompress->z, 16 + MAX_WBITS) == Z_OK;
        break;
    case ZSTD:
        decompress->zstd = ZSTD_createDStream();
        good = decompress->zstd != NULL &&
               !ZSTD_isError(
                   ZSTD_DCtx_setParameter(decompress->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
        break;
    case XZ:
        decompress->lzma = (lzma_stream)LZMA_STREAM_INIT;
        good = lzma_stream_decoder(&decompress->lzma, WINDOW_MEMORY, 0) == LZMA_OK;
        break;
    }
    g_assert(good); /* they fail only for want of memory */
    return decompress;
}

static MsDecompressResult run_gzip(MsDecompress *d, const uint8_t *in, size_t *in_length,
                                   uint8_t *out, size_t *out_length)
{
    uInt in_room = (uInt)MIN(*in_length, UINT32_MAX), out_room = (uInt)MIN(*out_length, UINT32_MAX);
    d->z.next_in = (Bytef *)(uintptr_t)in;
    d->z.avail_in = in_room;
    d->z.next_out = out;
    d->z.avail_out = out_room;
    int result = inflate(&d->z, Z_NO_FLUSH);
    *in_length = in_room - d->z.avail_in;
    *out_length = out_room - d->z.avail_out;
    if (result == Z_STREAM_END)
        return MS_DECOMPRESS_END;
    return result == Z_OK || result == Z_BUF_ERROR ? MS_DECOMPRESS_OK : MS_DECOMPRESS_DAMAGED;
}

static MsDecompressResult run_zstd(MsDecompress *d, const uint8_t *in, size_t *in_length,
                                   uint8_t *out, size_t *out_length)
{
    ZSTD_inBuffer source = {in, *in_length, 0};
    ZSTD_outBuffer target = {out, *out_length, 0};
    size_t result = ZSTD_decompressStream(d->zstd, &target, &source);
    *in_length = source.pos;
    *out_length = target.pos;
    if (ZSTD_isError(result))
        return MS_DECOMPRESS_DAMAGED;
    return result == 0 ? MS_DECOMPRESS_END : MS_DECOMPRESS_OK;
}

static MsDecompressResult run_xz(MsDecompress *d, const uint8_t *in, size_t *in_length,
                                 uint8_t *out, size_t *out_length)
{
    d->lzma.next_in = in;
    d->lzma.avail_in = *in_length;
    d->lzma.next_out = out;
    d->lzma.avail_out = *out_length;
    lzma_ret result = lzma_code(&d->lzma, LZMA_RUN);
    *in_length -= d->lzma.avail_in;
    *out_length -= d->lzma.avail_out;
    if (result == LZMA_STREAM_END)
        return MS_DECOMPRESS_END;
    return result == LZMA_OK || result == LZMA_BUF_ERROR ? MS_DECOMPRESS_OK : MS_DECOMPRESS_DAMAGED;
}

MsDecompressResult ms_decompress_run(MsDecompress *decompress, const uint8_t *in, size_t *in_length,
                                     uint8_t *out, size_t *out_length)
{
    switch (decompress->kind) {
    case GZIP:
        return run_gzip(decompress, in, in_length, out, out_length);
    case ZSTD:
        return run_zstd(decompress, in, in_length, out, out_length);
    case XZ:
        return run_xz(decompress, in, in_length, out, out_length);
    }
    g_assert_not_reached();
}

const char *ms_decompress_name(const MsDecompress *decompress)
{
    static const char *const names[] = {"gzip", "zstd", "xz"};
    return names[decompress->kind];
}

void ms_decompress_free(MsDecompress *decompress)
{
    if (decompress == NULL)
        return;
    switch (decompress->kind) {
    case GZIP:
        inflateEnd(&decompress->z);
        break;
    case ZSTD:
        ZSTD_freeDStream(decompress->zstd);
        break;
    case XZ:
        lzma_end(&decompress->lzma);
        break;
    }
    g_free(decompress);
}
