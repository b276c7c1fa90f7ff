/* SPDX-License-Identifier: GPL-2.0-or-later
 * memo.h - a short memory for connections that have no state: lone SYNs, and what is left of
 * connections that ended or carry no mail. Holds a fixed number of them; the oldest are forgotten.
 */
#pragma once

#include "mark.h"

#include <stdbool.h>

/* What is remembered of one connection. Its addresses are only kept as a hash of 64 bits. */
typedef struct {
    uint64_t key;    /* hash of the connection, the same for both directions; never 0 */
    uint32_t from;   /* tells the sides apart: part of the hash of side 0's address and port */
    uint32_t seq[2]; /* lone SYN: its number, and the ack; ended: initial numbers of both sides */
    MsMark mark;     /* first frame */
    MsLinkEnds link; /* of that frame */
    uint16_t ip_offset; /* in it */
    uint8_t flags;      /* TCP flags of that frame */
    uint8_t known;      /* bit n: seq[n] is known */
} MsMemoEntry;

/* A slot of the hash table; small, so that looking in vain touches one cache line. */
typedef struct {
    uint32_t tag;   /* of the key */
    uint32_t index; /* 1 + index of the entry; 0: free */
} MsMemoSlot;

/* All zero but `cap` is an empty memory. */
typedef struct {
    MsMemoEntry *entries; /* ring */
    MsMemoSlot *slots;    /* four times as many as the ring has */
    uint32_t size;        /* entries of the ring: a power of two, or 0 */
    uint32_t used;        /* entries ever used, up to `size` */
    uint32_t at;          /* entry to be used next */
    uint32_t cap;         /* most entries */
} MsMemo;

/* The entries of that connection (at most the two oldest), or NULL in their place. Returns how many
 * there are. */
unsigned ms_memo_find(const MsMemo *memo, uint64_t key, MsMemoEntry *found[2]);

/* Adds an entry and returns it, zeroed but for its keys; the oldest one is forgotten when the
 * memory is full. Valid until the next call. There must not be more than two of one key. */
MsMemoEntry *ms_memo_add(MsMemo *memo, uint64_t key, uint32_t from);

/* Has the place of a key brought into the cache, for a look to come. */
static inline void ms_memo_prefetch(const MsMemo *memo, uint64_t key)
{
    if (memo->size > 0)
        __builtin_prefetch(&memo->slots[(uint32_t)(key >> 32) & (memo->size * 4 - 1)]);
}

void ms_memo_remove(MsMemo *memo, MsMemoEntry *entry);

/* Frees what it holds. */
void ms_memo_clear(MsMemo *memo);
