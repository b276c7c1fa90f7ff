/* SPDX-License-Identifier: GPL-2.0-or-later
 * half.c - the queue of one direction: a sorted array with a check at its end first, as bytes
 * behind a hole come in order as a rule. The first copy of a byte wins. */
#include "half.h"

#include <glib.h>

#include <string.h>

enum {
    ITEM_COST = 192, /* bytes an item costs beside its bytes, roughly */
    PIECE_COST = sizeof(MsPiece)
};

static MsQueue *queue_of(MsHalf *half, MsPool *pool, void *owner)
{
    if (half->queue)
        return half->queue;
    MsQueue *queue = g_new0(MsQueue, 1);
    queue->owner = owner;
    queue->older = pool->youngest;
    if (pool->youngest)
        pool->youngest->younger = queue;
    else
        pool->oldest = queue;
    pool->youngest = queue;
    half->queue = queue;
    return queue;
}

static void charge(MsQueue *queue, MsPool *pool, uint64_t bytes)
{
    queue->bytes += bytes;
    pool->waiting += bytes;
}

static uint64_t item_cost(const MsItem *item)
{
    return ITEM_COST + item->allocated + (uint64_t)item->piece_slots * PIECE_COST;
}

void ms_item_free(MsItem *item)
{
    if (!item)
        return;
    g_free(item->data);
    g_free(item->pieces);
    g_free(item);
}

/* The part [at, end) of `bytes`. */
static MsBytes slice(const MsBytes *bytes, uint64_t at, uint64_t end)
{
    MsBytes part = *bytes;
    part.data += at - bytes->at;
    part.at = at;
    part.length = (size_t)(end - at);
    return part;
}

static void compare(const MsBytes *bytes, const MsBytes *known, MsConflictFunc func,
                    void *user_data)
{
    uint64_t at = MAX(bytes->at, known->at);
    uint64_t end = MIN(bytes->at + bytes->length, known->at + known->length);
    if (at >= end)
        return;
    const uint8_t *a = bytes->data + (at - bytes->at);
    const uint8_t *b = known->data + (at - known->at);
    size_t length = (size_t)(end - at);
    if (memcmp(a, b, length) == 0)
        return;
    size_t first = 0;
    while (a[first] == b[first])
        first++;
    while (a[length - 1] == b[length - 1])
        length--;
    const MsConflict conflict = {.at = at + first, .end = at + length, .first = *known};
    func(&conflict, user_data);
}

void ms_half_compare(const MsHalf *half, const MsBytes *bytes, MsConflictFunc func, void *user_data)
{
    const MsBytes known = ms_tail_known(half->tail);
    compare(bytes, &known, func, user_data);
}

MsBytes ms_item_bytes(const MsItem *item)
{
    return (MsBytes){.data = item->data,
                     .length = item->length,
                     .at = item->at,
                     .pieces = item->pieces,
                     .n_pieces = item->n_pieces};
}

static void insert_item(MsQueue *queue, uint32_t i, MsItem *item)
{
    if (queue->n_items == queue->slots) {
        if (queue->first > 0) { /* room at the start: close the ranks */
            memmove(queue->items, queue->items + queue->first,
                    (queue->n_items - queue->first) * sizeof *queue->items);
            queue->n_items -= queue->first;
            i -= queue->first;
            queue->first = 0;
        } else {
            queue->slots = queue->slots ? queue->slots * 2 : 4;
            queue->items = g_renew(MsItem *, queue->items, queue->slots);
        }
    }
    memmove(queue->items + i + 1, queue->items + i, (queue->n_items - i) * sizeof *queue->items);
    queue->items[i] = item;
    queue->n_items++;
}

/* Index of the first bytes that end behind `at`, or of the events right before them that are not
 * before `at`. Events (FIN, RST) may lie inside of bytes that came later: they do not guide. */
static uint32_t find(const MsQueue *queue, uint64_t at)
{
    uint32_t low = queue->first;
    uint32_t high = queue->n_items;
    if (high > low) { /* most bytes belong behind everything there is */
        const MsItem *last = queue->items[high - 1];
        if (last->kind == MS_ITEM_DATA && last->at + last->length <= at)
            return high;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t data = middle;
        while (data > low && queue->items[data]->kind != MS_ITEM_DATA)
            data--;
        const MsItem *item = queue->items[data];
        if (item->kind == MS_ITEM_DATA && item->at + item->length > at)
            high = data;
        else
            low = middle + 1;
    }
    while (low > queue->first && queue->items[low - 1]->kind != MS_ITEM_DATA &&
           queue->items[low - 1]->at >= at)
        low--;
    return low;
}

/* Puts `part` before items[i]; joins it to items[i-1] when it continues that. Returns the index
 * behind it. */
static uint32_t place(MsQueue *queue, MsPool *pool, uint32_t i, const MsBytes *part, uint64_t needs,
                      uint64_t order)
{
    MsItem *before = i > queue->first ? queue->items[i - 1] : NULL;
    if (before && before->kind == MS_ITEM_DATA && before->at + before->length == part->at &&
        before->needs >= needs) {
        uint64_t cost = item_cost(before);
        ms_data_append(&before->data, &before->length, &before->allocated, part);
        ms_pieces_append(&before->pieces, &before->n_pieces, &before->piece_slots, part);
        charge(queue, pool, item_cost(before) - cost);
        return i;
    }
    MsItem *item = g_new0(MsItem, 1);
    item->at = part->at;
    item->needs = needs;
    item->order = order;
    ms_data_append(&item->data, &item->length, &item->allocated, part);
    ms_pieces_append(&item->pieces, &item->n_pieces, &item->piece_slots, part);
    charge(queue, pool, item_cost(item));
    uint32_t first = queue->first;
    insert_item(queue, i, item);
    return i + 1 - (first - queue->first);
}

void ms_half_store(MsHalf *half, MsPool *pool, void *owner, const MsBytes *bytes, uint64_t needs,
                   uint64_t order, MsConflictFunc func, void *user_data)
{
    MsQueue *queue = queue_of(half, pool, owner);
    uint64_t at = bytes->at;
    uint64_t end = bytes->at + bytes->length;
    uint32_t i = find(queue, at);
    while (at < end) {
        MsItem *item = i < queue->n_items ? queue->items[i] : NULL;
        if (item && item->kind != MS_ITEM_DATA && item->at <= at) {
            if (item->kind == MS_ITEM_FIN) /* RFC 9293 3.10.7.4: nothing comes behind a FIN */
                return;
            i++;
            continue;
        }
        uint64_t stop = item ? MIN(item->at, end) : end;
        if (at < stop) {
            MsBytes part = slice(bytes, at, stop);
            i = place(queue, pool, i, &part, needs, order);
            at = stop;
        } else {
            MsBytes known = ms_item_bytes(item);
            compare(bytes, &known, func, user_data);
            at = item->at + item->length;
            i++;
        }
    }
}

void ms_half_store_event(MsHalf *half, MsPool *pool, void *owner, MsItemKind kind, uint64_t at,
                         uint64_t needs, uint64_t order, const MsMark *mark)
{
    MsQueue *queue = queue_of(half, pool, owner);
    for (uint32_t k = queue->first; k < queue->n_items; k++) {
        if (queue->items[k]->kind == kind)
            return; /* one of a kind is enough */
    }
    uint32_t i = find(queue, at);
    while (i < queue->n_items && queue->items[i]->at <= at)
        i++;
    MsItem *item = g_new0(MsItem, 1);
    item->at = at;
    item->needs = needs;
    item->order = order;
    item->kind = kind;
    item->mark = *mark;
    charge(queue, pool, item_cost(item));
    insert_item(queue, i, item);
}

void ms_half_shift(MsHalf *half, uint64_t length)
{
    MsQueue *queue = half->queue;
    if (!queue)
        return;
    for (uint32_t i = queue->first; i < queue->n_items; i++) {
        MsItem *item = queue->items[i];
        item->at += length;
        for (uint32_t k = 0; k < item->n_pieces; k++)
            item->pieces[k].at += length;
    }
    for (uint32_t i = 0; i < queue->n_cuts; i++) {
        queue->cuts[i].at += length;
        queue->cuts[i].end += length;
    }
}

void ms_half_shift_needs(MsHalf *half, int64_t length)
{
    const MsQueue *queue = half->queue;
    for (uint32_t i = queue ? queue->first : 0; queue && i < queue->n_items; i++) {
        MsItem *item = queue->items[i];
        if (item->needs > 0)
            item->needs = (uint64_t)MAX((int64_t)item->needs + length, 0);
    }
}

void ms_half_cut(MsHalf *half, MsPool *pool, void *owner, uint64_t at, uint64_t end)
{
    MsQueue *queue = queue_of(half, pool, owner);
    if (queue->n_cuts > 0 && queue->cuts[queue->n_cuts - 1].end >= at &&
        queue->cuts[queue->n_cuts - 1].at <= at) {
        queue->cuts[queue->n_cuts - 1].end = MAX(end, queue->cuts[queue->n_cuts - 1].end);
        return;
    }
    if (queue->n_cuts >= pool->limits->value[MS_LIMIT_STREAM_ISLANDS])
        return; /* the hole is a gap all the same, only its cause is not said */
    if (queue->n_cuts == queue->cut_slots) {
        queue->cut_slots = queue->cut_slots ? queue->cut_slots * 2 : 2;
        queue->cuts = g_renew(MsCut, queue->cuts, queue->cut_slots);
    }
    queue->cuts[queue->n_cuts++] = (MsCut){at, end};
    charge(queue, pool, sizeof(MsCut));
}

uint64_t ms_half_cut_length(const MsHalf *half, uint64_t at, uint64_t end)
{
    if (!half->queue)
        return 0;
    uint64_t length = 0;
    for (uint32_t i = 0; i < half->queue->n_cuts; i++) {
        const MsCut *cut = &half->queue->cuts[i];
        uint64_t from = MAX(cut->at, at);
        uint64_t to = MIN(cut->end, end);
        if (from < to)
            length += to - from;
    }
    return MIN(length, end - at);
}

uint64_t ms_half_fin_at(const MsHalf *half)
{
    const MsQueue *queue = half->queue;
    if (!queue || !(half->flags & MS_HALF_FIN))
        return UINT64_MAX;
    for (uint32_t i = queue->n_items; i > queue->first; i--) {
        if (queue->items[i - 1]->kind == MS_ITEM_FIN)
            return queue->items[i - 1]->at;
    }
    return UINT64_MAX;
}

MsItem *ms_half_pop(MsHalf *half, MsPool *pool)
{
    MsQueue *queue = half->queue;
    MsItem *item = queue->items[queue->first++];
    uint64_t cost = item_cost(item);
    queue->bytes -= cost;
    pool->waiting -= cost;
    if (queue->first == queue->n_items)
        queue->first = queue->n_items = 0;
    return item;
}

void ms_half_drop_queue(MsHalf *half, MsPool *pool)
{
    MsQueue *queue = half->queue;
    if (!queue)
        return;
    for (uint32_t i = queue->first; i < queue->n_items; i++)
        ms_item_free(queue->items[i]);
    pool->waiting -= queue->bytes;
    *(queue->older ? &queue->older->younger : &pool->oldest) = queue->younger;
    *(queue->younger ? &queue->younger->older : &pool->youngest) = queue->older;
    g_free(queue->items);
    g_free(queue->cuts);
    g_free(queue);
    half->queue = NULL;
}

void ms_half_drop_behind(MsHalf *half, MsPool *pool)
{
    MsQueue *queue = half->queue;
    uint32_t kept = queue->first;
    for (uint32_t i = queue->first; i < queue->n_items; i++) {
        MsItem *item = queue->items[i];
        if (item->kind != MS_ITEM_DATA && item->at <= half->offset) {
            queue->items[kept++] = item;
            continue;
        }
        uint64_t cost = item_cost(item);
        queue->bytes -= cost;
        pool->waiting -= cost;
        ms_item_free(item);
    }
    queue->n_items = kept;
    if (queue->first == kept)
        queue->first = queue->n_items = 0;
    queue->bytes -= queue->n_cuts * sizeof(MsCut);
    pool->waiting -= queue->n_cuts * sizeof(MsCut);
    queue->n_cuts = 0;
}

void ms_half_tidy(MsHalf *half, MsPool *pool)
{
    MsQueue *queue = half->queue;
    if (!queue)
        return;
    uint32_t gone = 0;
    while (gone < queue->n_cuts && queue->cuts[gone].end <= half->offset)
        gone++;
    if (gone > 0 && (gone == queue->n_cuts || gone >= 16)) {
        queue->n_cuts -= gone;
        memmove(queue->cuts, queue->cuts + gone, queue->n_cuts * sizeof *queue->cuts);
        queue->bytes -= gone * sizeof(MsCut);
        pool->waiting -= gone * sizeof(MsCut);
    }
    if (queue->n_items == 0 && queue->n_cuts == 0)
        ms_half_drop_queue(half, pool);
}

void ms_half_clear(MsHalf *half, MsPool *pool)
{
    ms_half_drop_queue(half, pool);
    ms_tail_forget(&half->tail, pool);
}
