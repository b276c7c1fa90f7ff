/* SPDX-License-Identifier: GPL-2.0-or-later
 * slots.h - an open-addressing hash table of streams that live in slabs. The hash is seeded, so
 * that nobody can prepare a capture that makes it slow; results never depend on it. */
#pragma once

#include "stream.h"

typedef struct {
    uint32_t hash;
    uint32_t index; /* 1 + index of the stream; 0: free */
} MsSlot;

/* To be read outside: n_streams. */
typedef struct {
    uint64_t seed[4]; /* odd */
    MsSlot *slots;
    uint32_t n_slots; /* power of two */
    uint32_t n_streams;
    MsStream **slabs;
    uint32_t n_slabs;
    uint32_t free_index; /* 1 + index of a free stream, whose `number` is the next; 0: none */
} MsSlots;

/* A segment with what is needed to find its connection. */
typedef struct {
    const MsSegment *segment;
    uint64_t key;  /* of the connection, the same for both directions */
    uint32_t from; /* of the sender's address and port */
} MsLookup;

/* Makes an empty table with a seed of its own. */
void ms_slots_init(MsSlots *slots);

/* Frees all memory; the streams are not cleared. */
void ms_slots_clear(MsSlots *slots);

/* The keys of a segment, which is borrowed for the life of the result. */
MsLookup ms_slots_look(const MsSlots *slots, const MsSegment *segment);

/* The keys of a stream: the connection's, and in `from` that of side 0. */
uint64_t ms_slots_key(const MsSlots *slots, const MsStream *stream, uint32_t *from);

/* The stream of a segment and who sent it, side 0 or 1; NULL when there is none. */
MsStream *ms_slots_find(const MsSlots *slots, const MsLookup *lookup, unsigned *side);

/* Fetches what ms_slots_find() will touch. */
void ms_slots_prefetch(const MsSlots *slots, uint64_t key);

/* A new stream under `key`, all zero. It stays where it is until it is removed. */
MsStream *ms_slots_add(MsSlots *slots, uint64_t key);

/* Takes a stream out; a free one has no marks. */
void ms_slots_remove(MsSlots *slots, MsStream *stream, uint64_t key);

/* The stream with a 0-based index that ms_slots_index() gave; it may be another one by now. */
MsStream *ms_slots_at(const MsSlots *slots, uint32_t index);

/* The 0-based index of a stream that is in the table. */
uint32_t ms_slots_index(const MsSlots *slots, const MsStream *stream);

/* All streams, in no order; the caller frees the array. */
MsStream **ms_slots_all(const MsSlots *slots, size_t *count);

/* 0 or 1: the side of the stream that sent the segment; 2: it is of another connection. */
unsigned ms_stream_side(const MsStream *stream, const MsSegment *segment);
