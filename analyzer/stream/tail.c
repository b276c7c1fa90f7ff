/* SPDX-License-Identifier: GPL-2.0-or-later
 * tail.c - a plain buffer: appended to until it is full, then its oldest part is dropped. Copying a
 * segment's bytes while they are in the cache is the price of noticing conflicts. */
#include "tail.h"

#include <glib.h>

#include <string.h>

enum {
    KEEP = 16384,         /* eaten bytes that survive when the buffer is full */
    KEEP_LITTLE = 1024,   /* the same when all tails together are large */
    FULL = 32768,         /* bytes at which the oldest are dropped */
    FULL_LITTLE = 4096,   /* the same when all tails together are large */
    LARGE = 8388608,      /* bytes of all tails together */
    KEEP_PIECES = 256,    /* pieces of eaten bytes that survive */
    FULL_PIECES = 1024,   /* pieces at which the oldest are dropped */
    LARGEST_SPARE = 65536 /* bytes of a tail that is kept for the next stream */
};

void ms_pieces_append(MsPiece **pieces, uint32_t *count, uint32_t *slots, const MsBytes *bytes)
{
    if (bytes->length == 0)
        return;
    uint64_t end = bytes->at + bytes->length;
    const MsPiece *from = ms_bytes_piece(bytes, 0);
    for (; from < bytes->pieces + bytes->n_pieces && from->at < end; from++) {
        MsPiece piece = *from;
        if (piece.at < bytes->at) {
            uint32_t skip = (uint32_t)(bytes->at - piece.at);
            piece.at = bytes->at;
            piece.place.offset += skip;
            piece.place.length -= skip;
        }
        if (piece.at + piece.place.length > end)
            piece.place.length = (uint32_t)(end - piece.at);
        if (*count == *slots) {
            *slots = *slots ? *slots * 2 : 1;
            *pieces = g_renew(MsPiece, *pieces, *slots);
        }
        (*pieces)[(*count)++] = piece;
    }
}

void ms_data_append(uint8_t **data, uint32_t *length, uint32_t *allocated, const MsBytes *bytes)
{
    size_t wanted = (size_t)*length + bytes->length;
    if (wanted > *allocated) {
        size_t size = *length ? MAX((size_t)*allocated * 2, wanted) : wanted;
        g_assert(size <= UINT32_MAX);
        *data = g_realloc(*data, size);
        *allocated = (uint32_t)size;
    }
    memcpy(*data + *length, bytes->data, bytes->length);
    *length = (uint32_t)wanted;
}

MsBytes ms_tail_known(const MsTail *tail)
{
    if (!tail)
        return (MsBytes){0};
    return (MsBytes){.data = tail->data,
                     .length = tail->length,
                     .at = tail->at,
                     .pieces = tail->pieces,
                     .n_pieces = tail->n_pieces};
}

MsBytes ms_tail_held(const MsTail *tail)
{
    MsBytes bytes = ms_tail_known(tail);
    if (!tail || tail->eaten == tail->length)
        return (MsBytes){0};
    uint64_t at = tail->at + tail->eaten;
    const MsPiece *piece = ms_bytes_piece(&bytes, tail->eaten);
    bytes.n_pieces -= (size_t)(piece - bytes.pieces);
    bytes.pieces = piece;
    bytes.data += tail->eaten;
    bytes.length -= tail->eaten;
    bytes.at = at;
    return bytes;
}

static uint64_t cost(const MsTail *tail)
{
    return sizeof *tail + tail->allocated + (uint64_t)tail->piece_slots * sizeof(MsPiece);
}

/* Drops eaten bytes so that at most `keep` of them stay. */
static void drop(MsTail *tail, uint32_t keep, uint32_t keep_pieces)
{
    const MsBytes known = ms_tail_known(tail);
    uint32_t gone = tail->eaten > keep ? tail->eaten - keep : 0;
    uint32_t first =
        tail->length ? (uint32_t)(ms_bytes_piece(&known, tail->eaten) - tail->pieces) : 0;
    if (first > keep_pieces) /* piece of the first byte kept, when the pieces are many */
        gone = MAX(gone, (uint32_t)(tail->pieces[first - keep_pieces].at - tail->at));
    gone = MIN(gone, tail->eaten);
    if (gone == 0)
        return;
    first = gone < tail->length ? (uint32_t)(ms_bytes_piece(&known, gone) - tail->pieces)
                                : tail->n_pieces;
    memmove(tail->data, tail->data + gone, tail->length - gone);
    memmove(tail->pieces, tail->pieces + first, (tail->n_pieces - first) * sizeof *tail->pieces);
    tail->n_pieces -= first;
    tail->length -= gone;
    tail->eaten -= gone;
    tail->at += gone;
    if (tail->n_pieces > 0 && tail->pieces[0].at < tail->at) {
        uint32_t skip = (uint32_t)(tail->at - tail->pieces[0].at);
        tail->pieces[0].at = tail->at;
        tail->pieces[0].place.offset += skip;
        tail->pieces[0].place.length -= skip;
    }
}

/* The usual case: a segment with one place, for which there is room. */
static bool keep_simply(MsTail *tail, const MsBytes *bytes, size_t eaten)
{
    const MsPiece *piece = bytes->pieces;
    if (bytes->n_pieces != 1 || piece->at != bytes->at || piece->place.length != bytes->length ||
        bytes->length > tail->allocated - tail->length || tail->length == 0 ||
        tail->n_pieces >= MIN(tail->piece_slots, FULL_PIECES))
        return false;
    memcpy(tail->data + tail->length, bytes->data, bytes->length);
    tail->length += (uint32_t)bytes->length;
    tail->pieces[tail->n_pieces++] = *piece;
    tail->eaten += (uint32_t)eaten;
    return true;
}

void ms_tail_keep(MsTail **tail, MsPool *pool, const MsBytes *bytes, size_t eaten)
{
    if (!*tail) {
        *tail = pool->n_spare ? pool->spare[--pool->n_spare] : g_new0(MsTail, 1);
        (*tail)->at = bytes->at;
        pool->tails += cost(*tail);
    }
    MsTail *it = *tail;
    if (keep_simply(it, bytes, eaten))
        return;
    bool large = pool->tails > LARGE;
    uint32_t full = large ? FULL_LITTLE : FULL;
    uint64_t before = cost(it);
    if (it->length + bytes->length > MAX(full, it->allocated) || it->n_pieces >= FULL_PIECES)
        drop(it, large ? KEEP_LITTLE : KEEP, KEEP_PIECES);
    if (it->length == 0)
        it->at = bytes->at;
    g_assert(it->at + it->length == bytes->at);
    ms_data_append(&it->data, &it->length, &it->allocated, bytes);
    ms_pieces_append(&it->pieces, &it->n_pieces, &it->piece_slots, bytes);
    it->eaten += (uint32_t)eaten;
    g_assert(it->eaten <= it->length);
    pool->tails += cost(it) - before;
}

void ms_tail_eat(MsTail *tail, size_t length)
{
    if (length == 0)
        return;
    g_assert(tail && length <= tail->length - tail->eaten);
    tail->eaten += (uint32_t)length;
}

static void free_tail(MsTail *tail)
{
    g_free(tail->data);
    g_free(tail->pieces);
    g_free(tail);
}

void ms_tail_forget(MsTail **tail, MsPool *pool)
{
    if (!*tail)
        return;
    uint64_t bytes = cost(*tail);
    pool->tails -= bytes;
    if (pool->n_spare < MS_SPARE_TAILS && bytes <= LARGEST_SPARE) {
        (*tail)->length = (*tail)->eaten = (*tail)->n_pieces = 0;
        pool->spare[pool->n_spare++] = *tail;
    } else {
        free_tail(*tail);
    }
    *tail = NULL;
}

void ms_tail_free_spare(MsPool *pool)
{
    while (pool->n_spare > 0)
        free_tail(pool->spare[--pool->n_spare]);
}

bool ms_tail_last(const MsTail *tail, MsRange *range, int64_t *time_ns)
{
    if (!tail || tail->n_pieces == 0)
        return false;
    const MsPiece *last = &tail->pieces[tail->n_pieces - 1];
    *range = last->place;
    range->offset += range->length - 1;
    range->length = 1;
    *time_ns = last->time_ns;
    return true;
}
