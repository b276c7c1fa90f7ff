/* SPDX-License-Identifier: GPL-2.0-or-later
 * range.h - where bytes were seen: runs of captured bytes, and the pieces that lead from an offset
 * in a stream back to them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { MS_TO_SERVER, MS_TO_CLIENT } MsDirection;

typedef enum {
    MS_SOURCE_FRAME,     /* bytes of the captured frame itself */
    MS_SOURCE_DECRYPTED, /* bytes of a decrypted record that ended in that frame */
    MS_SOURCE_PACKED /* in pieces only: compressed bytes of the frame; any plain byte cites all */
} MsSource;

/* A run of captured bytes: what the plugin highlights and an answer cites. */
typedef struct {
    uint32_t frame; /* 1-based, as Wireshark numbers frames */
    uint32_t
        offset; /* bytes from the start of the captured frame, or of all that was decrypted of it */
    uint32_t length; /* bytes, at least 1 */
    uint16_t file;   /* 0-based index of the file, for captures made of several */
    uint8_t source;  /* MsSource */
} MsRange;

/* A run of stream bytes and where it was captured. */
typedef struct {
    uint64_t at; /* offset in the direction's stream, 0 = first byte after SYN (or first seen) */
    int64_t time_ns; /* capture time of the frame: nanoseconds since 1970, UTC */
    MsRange place;   /* place.length bytes of the stream, from `at` on; with MS_SOURCE_PACKED as
                      * many as there are up to the next piece, or the end */
} MsPiece;

/* Stream bytes borrowed for one call, with the pieces that cover them without a hole.
 * `pieces` are in stream order; the first may begin before `at`, the last end after the bytes. */
typedef struct {
    const uint8_t *data;
    size_t length; /* bytes */
    uint64_t at;   /* stream offset of data[0] */
    const MsPiece *pieces;
    size_t n_pieces;
} MsBytes;

/* A growing list of ranges with a cap: beyond it ranges are counted, and the last one is kept.
 * All zero is an empty list. Ranges that continue each other in one frame are joined. Not to be
 * copied by assignment: `range` may point into it. */
typedef struct {
    MsRange *range;
    MsRange first; /* room for one: most facts have no more */
    uint32_t n_ranges;
    uint32_t allocated;
    uint64_t omitted; /* ranges left out between the last but one and the last */
    int64_t time_ns;  /* capture time of the first range */
} MsRanges;

/* Appends the ranges of data[offset .. offset+length) of `bytes`; nothing when length is 0.
 * `cap`: most ranges to keep (MS_LIMIT_FACT_RANGES), at least 2. */
void ms_ranges_add(MsRanges *ranges, const MsBytes *bytes, size_t offset, size_t length,
                   size_t cap);

/* Appends one range; `time_ns` counts when it is the first. */
void ms_ranges_add_one(MsRanges *ranges, const MsRange *range, int64_t time_ns, size_t cap);

/* Appends the ranges of another list. */
void ms_ranges_join(MsRanges *ranges, const MsRanges *more, size_t cap);

/* Empties the list and keeps its memory. */
void ms_ranges_reset(MsRanges *ranges);

/* Frees the memory; the list is empty and may be used again. */
void ms_ranges_clear(MsRanges *ranges);

/* The piece that covers data[offset] of `bytes`; the last one when offset is the end. Never NULL
 * when `bytes` has pieces. */
const MsPiece *ms_bytes_piece(const MsBytes *bytes, size_t offset);
