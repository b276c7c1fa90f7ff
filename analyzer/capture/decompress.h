/* SPDX-License-Identifier: GPL-2.0-or-later
 * decompress.h - one face for gzip, zstd and xz as streams; members that follow each other count as
 * one. Memory is bounded whatever the data say. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct MsDecompress MsDecompress;

typedef enum {
    MS_DECOMPRESS_OK,  /* went as far as input or room allowed */
    MS_DECOMPRESS_END, /* at the end of a member; for a further one a new decompressor is needed */
    MS_DECOMPRESS_DAMAGED /* cannot go on */
} MsDecompressResult;

/* Bytes that ms_decompress_new() wants to see. */
enum { MS_DECOMPRESS_MAGIC = 6 };

/* A decompressor for data that begin with `magic`, or NULL when they are not compressed. */
MsDecompress *ms_decompress_new(const uint8_t *magic, size_t length);

/* Turns bytes of `in` into bytes of `out`; *in_length and *out_length hold what there is, and
 * then what was used. */
MsDecompressResult ms_decompress_run(MsDecompress *decompress, const uint8_t *in, size_t *in_length,
                                     uint8_t *out, size_t *out_length);

/* Name of the format: "gzip", "zstd", "xz". */
const char *ms_decompress_name(const MsDecompress *decompress);

void ms_decompress_free(MsDecompress *decompress); /* accepts NULL */
