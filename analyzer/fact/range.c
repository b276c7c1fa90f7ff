/* SPDX-License-Identifier: GPL-2.0-or-later
 * range.c - from offsets in a stream to byte ranges in frames. */
#include "range.h"

#include <glib.h>

#include <string.h>

const MsPiece *ms_bytes_piece(const MsBytes *bytes, size_t offset)
{
    if (bytes->n_pieces == 0)
        return NULL;
    uint64_t at = bytes->at + offset;
    size_t low = 0;
    size_t high = bytes->n_pieces;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (bytes->pieces[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return &bytes->pieces[low];
}

static bool continues(const MsRange *before, const MsRange *range)
{
    return before->frame == range->frame && before->file == range->file &&
           before->source == range->source &&
           (uint64_t)before->offset + before->length == range->offset &&
           range->length <= UINT32_MAX - before->length;
}

static void grow(MsRanges *ranges)
{
    if (ranges->allocated == 0) {
        ranges->range = &ranges->first;
        ranges->allocated = 1;
        return;
    }
    ranges->allocated = MAX(ranges->allocated * 2, 4);
    if (ranges->range == &ranges->first) {
        ranges->range = g_new(MsRange, ranges->allocated);
        ranges->range[0] = ranges->first;
    } else {
        ranges->range = g_renew(MsRange, ranges->range, ranges->allocated);
    }
}

void ms_ranges_add_one(MsRanges *ranges, const MsRange *range, int64_t time_ns, size_t cap)
{
    if (ranges->n_ranges == 0)
        ranges->time_ns = time_ns;
    else if (continues(&ranges->range[ranges->n_ranges - 1], range)) {
        ranges->range[ranges->n_ranges - 1].length += range->length;
        return;
    }
    /* Once some are left out, further ones only replace the last, whatever cap comes with them. */
    if ((ranges->n_ranges >= cap || ranges->omitted > 0) && ranges->n_ranges > 0) {
        ranges->omitted++;
        ranges->range[ranges->n_ranges - 1] = *range;
        return;
    }
    if (ranges->n_ranges == ranges->allocated)
        grow(ranges);
    ranges->range[ranges->n_ranges++] = *range;
}

/* Plain bytes that were compressed cite the compressed bytes, as a whole and once. */
static void add_packed(MsRanges *ranges, const MsPiece *piece, size_t cap)
{
    MsRange range = piece->place;
    range.source = MS_SOURCE_FRAME;
    const MsRange *last = ranges->n_ranges > 0 ? &ranges->range[ranges->n_ranges - 1] : NULL;
    bool there = last && last->frame == range.frame && last->file == range.file &&
                 last->offset <= range.offset &&
                 last->offset + last->length >= range.offset + range.length;
    if (!there)
        ms_ranges_add_one(ranges, &range, piece->time_ns, cap);
}

void ms_ranges_add(MsRanges *ranges, const MsBytes *bytes, size_t offset, size_t length, size_t cap)
{
    const MsPiece *piece = bytes->n_pieces == 1 ? bytes->pieces : ms_bytes_piece(bytes, offset);
    if (!piece)
        return;
    uint64_t first = bytes->at + offset - piece->at;
    if (ranges->n_ranges == 0 && length > 0 && first + length <= piece->place.length &&
        piece->place.source != MS_SOURCE_PACKED) {
        if (ranges->allocated == 0) /* the usual case: one range, in one piece */
            grow(ranges);
        ranges->time_ns = piece->time_ns;
        ranges->range[0] = piece->place;
        ranges->range[0].offset += (uint32_t)first;
        ranges->range[0].length = (uint32_t)length;
        ranges->n_ranges = 1;
        return;
    }
    const MsPiece *end = bytes->pieces + bytes->n_pieces;
    uint64_t at = bytes->at + offset;
    uint64_t stop = at + length;
    for (; piece < end && at < stop; piece++) {
        if (piece->place.source == MS_SOURCE_PACKED) {
            uint64_t next = piece + 1 < end ? piece[1].at : stop;
            if (next > at)
                add_packed(ranges, piece, cap);
            at = next > at ? next : at;
            continue;
        }
        uint64_t skip = at - piece->at;
        g_assert(at >= piece->at);
        if (skip >= piece->place.length)
            continue;
        uint64_t run = piece->place.length - skip;
        if (run > stop - at)
            run = stop - at;
        MsRange range = piece->place;
        range.offset += (uint32_t)skip;
        range.length = (uint32_t)run;
        ms_ranges_add_one(ranges, &range, piece->time_ns, cap);
        at += run;
    }
}

void ms_ranges_join(MsRanges *ranges, const MsRanges *more, size_t cap)
{
    for (uint32_t i = 0; i < more->n_ranges; i++)
        ms_ranges_add_one(ranges, &more->range[i], more->time_ns, cap);
    ranges->omitted += more->omitted;
}

void ms_ranges_reset(MsRanges *ranges)
{
    ranges->n_ranges = 0;
    ranges->omitted = 0;
    ranges->time_ns = 0;
}

void ms_ranges_clear(MsRanges *ranges)
{
    if (ranges->range != &ranges->first)
        g_free(ranges->range);
    *ranges = (MsRanges){0};
}
