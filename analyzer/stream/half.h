/* SPDX-License-Identifier: GPL-2.0-or-later
 * half.h - one direction of a connection: what arrived too early waits in a queue, what was handed
 * on stays for a while in a tail. Decides nothing about time or the other direction; that is
 * stream.c. */
#pragma once

#include "mark.h"
#include "tail.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { MS_ITEM_DATA, MS_ITEM_FIN, MS_ITEM_RST } MsItemKind;

/* Something that waits for its turn. */
typedef struct {
    uint64_t at;    /* stream offset */
    uint64_t needs; /* offset of the other direction that had been acknowledged when it was sent */
    uint64_t order; /* of arrival */
    MsItemKind kind;
    uint32_t length, allocated; /* bytes */
    uint8_t *data;
    MsPiece *pieces;
    uint32_t n_pieces, piece_slots;
    MsMark mark; /* FIN, RST */
} MsItem;

/* Bytes that were sent but cut off by the snapshot length. */
typedef struct {
    uint64_t at, end; /* stream offsets */
} MsCut;

/* What waits in one direction, sorted by offset; exists only while something does. */
typedef struct MsQueue {
    MsItem **items;
    uint32_t n_items, slots;
    uint32_t first; /* index of the first item still there */
    MsCut *cuts;
    uint32_t n_cuts, cut_slots;
    uint64_t bytes; /* as counted in MsPool.waiting */
    void *owner;    /* the stream */
    struct MsQueue *older, *younger;
} MsQueue;

enum {
    MS_HALF_SENT = 1 << 0,  /* it sent a segment, whatever was in it */
    MS_HALF_KNOWN = 1 << 1, /* `next` is meaningful */
    MS_HALF_TENTATIVE =
        1 << 2, /* ... but taken from an ACK of the other side, or from mid-stream */
    MS_HALF_FROM_START = 1 << 3, /* offset 0 is the first byte ever sent */
    MS_HALF_ACKED = 1 << 4,      /* `acked` is meaningful */
    MS_HALF_FIN = 1 << 5,        /* a FIN was seen; it may still wait */
    MS_HALF_ENDED = 1 << 6,      /* the FIN was handed on */
    MS_HALF_GUESSED = 1 << 7,    /* offset 0 was not told by a SYN of its own or its SYN-ACK */
    MS_HALF_UNHEARD = 1 << 8     /* for now nobody listens to it, see ms_stream_unhear() */
};

typedef struct {
    uint64_t offset; /* stream offset of what comes next: all before it is handed on or missing */
    uint32_t next;   /* its sequence number */
    uint32_t acked;  /* highest sequence number the other side acknowledged */
    MsQueue *queue;  /* NULL: nothing waits */
    MsTail *tail;    /* NULL: nothing is remembered */
    uint16_t flags;  /* MS_HALF_* */
} MsHalf;

/* Stream offset of a sequence number; negative before the start. */
static inline int64_t ms_half_offset(const MsHalf *half, uint32_t seq)
{
    return (int64_t)half->offset + (int32_t)(seq - half->next);
}

/* Where two copies of the same bytes differ. */
typedef struct {
    uint64_t at;   /* stream offset of the first byte that differs */
    uint64_t end;  /* behind the last one */
    MsBytes first; /* the copy that is used; covers at..end */
} MsConflict;

typedef void (*MsConflictFunc)(const MsConflict *conflict, void *user_data);

/* Compares bytes that begin before the hand-over point with those remembered. */
void ms_half_compare(const MsHalf *half, const MsBytes *bytes, MsConflictFunc func,
                     void *user_data);

/* Puts bytes from the hand-over point on into the queue, but for those that are there already: they
 * are compared. */
void ms_half_store(MsHalf *half, MsPool *pool, void *owner, const MsBytes *bytes, uint64_t needs,
                   uint64_t order, MsConflictFunc func, void *user_data);

/* Puts a FIN or RST into the queue. */
void ms_half_store_event(MsHalf *half, MsPool *pool, void *owner, MsItemKind kind, uint64_t at,
                         uint64_t needs, uint64_t order, const MsMark *mark);

/* Moves all that waits `length` bytes on: the stream began earlier than was thought. */
void ms_half_shift(MsHalf *half, uint64_t length);

/* The other side's stream began that many bytes earlier (later when negative) than was thought. */
void ms_half_shift_needs(MsHalf *half, int64_t length);

/* Notes that the bytes [at, end) were cut off. */
void ms_half_cut(MsHalf *half, MsPool *pool, void *owner, uint64_t at, uint64_t end);

/* How many bytes of [at, end) were cut off, as far as noted. */
uint64_t ms_half_cut_length(const MsHalf *half, uint64_t at, uint64_t end);

/* The item with the lowest offset, or NULL. */
static inline MsItem *ms_half_head(const MsHalf *half)
{
    const MsQueue *queue = half->queue;
    return queue && queue->first < queue->n_items ? queue->items[queue->first] : NULL;
}

/* Offset of the FIN, if one was seen and still waits; else UINT64_MAX. */
uint64_t ms_half_fin_at(const MsHalf *half);

/* Takes the head out of the queue; the caller frees it. */
MsItem *ms_half_pop(MsHalf *half, MsPool *pool);
/* The bytes of an item. */
MsBytes ms_item_bytes(const MsItem *item);
void ms_item_free(MsItem *item); /* accepts NULL */

/* Frees the queue when nothing waits in it and no cut lies ahead. */
void ms_half_tidy(MsHalf *half, MsPool *pool);

/* The side ended: forgets all that lies behind what was handed on. There must be a queue. */
void ms_half_drop_behind(MsHalf *half, MsPool *pool);

/* Forgets all that waits. */
void ms_half_drop_queue(MsHalf *half, MsPool *pool);

/* Frees everything. */
void ms_half_clear(MsHalf *half, MsPool *pool);
