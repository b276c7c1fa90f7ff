/* SPDX-License-Identifier: GPL-2.0-or-later
 * places.c - see places.h. Pieces that follow each other in one frame become one. */
#include "places.h"

/* One more piece, or more of the last one. */
static void append(MsPlaces *places, const MsPiece *piece)
{
    GArray *pieces = places->pieces;
    MsPiece *before = pieces->len > 0 ? &g_array_index(pieces, MsPiece, pieces->len - 1) : NULL;
    const MsRange *place = &piece->place;
    if (before && before->place.frame == place->frame && before->place.file == place->file &&
        before->place.source == place->source &&
        before->place.offset + before->place.length == place->offset)
        before->place.length += place->length;
    else
        g_array_append_vals(pieces, piece, 1);
}

void ms_places_add(MsPlaces *places, const MsBytes *bytes, size_t offset, size_t length,
                   uint64_t at)
{
    const MsPiece *piece = ms_bytes_piece(bytes, offset);
    if (!piece)
        return;
    if (!places->pieces)
        places->pieces = g_array_sized_new(FALSE, FALSE, sizeof(MsPiece), 1);
    const MsPiece *end = bytes->pieces + bytes->n_pieces;
    uint64_t from = bytes->at + offset;
    uint64_t stop = from + length;
    for (; piece < end && from < stop; piece++) {
        if (piece->place.source == MS_SOURCE_PACKED) {
            uint64_t next = piece + 1 < end ? MIN(piece[1].at, stop) : stop;
            if (next <= from)
                continue;
            MsPiece packed = *piece;
            packed.at = at;
            g_array_append_val(places->pieces, packed);
            at += next - from;
            from = next;
            continue;
        }
        uint64_t skip = from - piece->at;
        if (skip >= piece->place.length)
            continue;
        uint64_t run = MIN(piece->place.length - skip, stop - from);
        MsPiece copy = *piece;
        copy.at = at;
        copy.place.offset += (uint32_t)skip;
        copy.place.length = (uint32_t)run;
        append(places, &copy);
        from += run;
        at += run;
    }
}

void ms_places_find(const MsPlaces *places, uint64_t offset, uint64_t length, size_t most,
                    MsRanges *out)
{
    size_t low = 0;
    size_t high;
    const MsPiece *pieces = ms_places_pieces(places, &high);
    size_t count = high;
    while (low < high) { /* the first piece that ends behind `offset` */
        size_t middle = (low + high) / 2;
        if (pieces[middle].at + pieces[middle].place.length <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    uint64_t end = offset + length;
    for (; length > 0 && low < count && pieces[low].at < end; low++) {
        MsRange range = pieces[low].place;
        uint64_t skip = offset > pieces[low].at ? offset - pieces[low].at : 0;
        uint64_t stop = MIN(range.length, end - pieces[low].at);
        range.offset += (uint32_t)skip;
        range.length = (uint32_t)(stop - skip);
        ms_ranges_add_one(out, &range, pieces[low].time_ns, most);
    }
}

const MsPiece *ms_places_pieces(const MsPlaces *places, size_t *count)
{
    *count = places->pieces ? places->pieces->len : 0;
    return *count > 0 ? (const MsPiece *)(const void *)places->pieces->data : NULL;
}

uint64_t ms_places_memory(const MsPlaces *places)
{
    return places->pieces ? places->pieces->len * sizeof(MsPiece) : 0;
}

void ms_places_clear(MsPlaces *places)
{
    if (places->pieces)
        g_array_free(places->pieces, TRUE);
    places->pieces = NULL;
}
