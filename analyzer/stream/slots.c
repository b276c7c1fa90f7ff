/* SPDX-License-Identifier: GPL-2.0-or-later
 * slots.c - see slots.h. */
#include "slots.h"

#include <glib.h>

#include <string.h>

enum {
    SLAB = 128,       /* streams allocated at once */
    FIRST_SLOTS = 256 /* of the hash table */
};

__extension__ typedef unsigned __int128 Product;

/* Both halves of a product, folded: a strong mixture when one factor is a secret seed. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    Product product = (Product)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t endpoint(const MsSlots *slots, const uint8_t *address, uint16_t port)
{
    uint64_t half[2];
    memcpy(half, address, sizeof half);
    uint64_t hash = fold(half[0] ^ slots->seed[0], half[1] ^ slots->seed[1]);
    return fold(hash + port, slots->seed[2]);
}

static uint64_t connection_key(const MsSlots *slots, uint64_t from, uint64_t to)
{
    return fold(from + to, slots->seed[3]) | 1;
}

MsLookup ms_slots_look(const MsSlots *slots, const MsSegment *segment)
{
    uint64_t from = endpoint(slots, segment->src, segment->src_port);
    uint64_t to = endpoint(slots, segment->dst, segment->dst_port);
    return (MsLookup){.segment = segment,
                      .key = connection_key(slots, from, to),
                      .from = (uint32_t)(from >> 32) | 1};
}

uint64_t ms_slots_key(const MsSlots *slots, const MsStream *stream, uint32_t *from)
{
    uint64_t first = endpoint(slots, stream->address[0], stream->port[0]);
    uint64_t second = endpoint(slots, stream->address[1], stream->port[1]);
    *from = (uint32_t)(first >> 32) | 1;
    return connection_key(slots, first, second);
}

MsStream *ms_slots_at(const MsSlots *slots, uint32_t index)
{
    return &slots->slabs[index / SLAB][index % SLAB];
}

unsigned ms_stream_side(const MsStream *stream, const MsSegment *segment)
{
    if (segment->src_port == stream->port[0] && segment->dst_port == stream->port[1] &&
        memcmp(segment->src, stream->address[0], 16) == 0 &&
        memcmp(segment->dst, stream->address[1], 16) == 0)
        return 0;
    if (segment->src_port == stream->port[1] && segment->dst_port == stream->port[0] &&
        memcmp(segment->src, stream->address[1], 16) == 0 &&
        memcmp(segment->dst, stream->address[0], 16) == 0)
        return 1;
    return 2;
}

MsStream *ms_slots_find(const MsSlots *slots, const MsLookup *lookup, unsigned *side)
{
    uint32_t mask = slots->n_slots - 1;
    uint32_t hash = (uint32_t)lookup->key;
    for (uint32_t i = hash & mask; slots->slots[i].index; i = (i + 1) & mask) {
        if (slots->slots[i].hash != hash)
            continue;
        MsStream *stream = ms_slots_at(slots, slots->slots[i].index - 1);
        *side = ms_stream_side(stream, lookup->segment);
        if (*side < 2)
            return stream;
    }
    return NULL;
}

static void put(MsSlots *slots, MsSlot slot)
{
    uint32_t mask = slots->n_slots - 1;
    uint32_t i = slot.hash & mask;
    while (slots->slots[i].index)
        i = (i + 1) & mask;
    slots->slots[i] = slot;
}

static void grow(MsSlots *slots)
{
    MsSlot *old = slots->slots;
    uint32_t count = slots->n_slots;
    slots->n_slots *= 2;
    slots->slots = g_new0(MsSlot, slots->n_slots);
    for (uint32_t i = 0; i < count; i++) {
        if (old[i].index)
            put(slots, old[i]);
    }
    g_free(old);
}

/* The slot that leads to the stream. */
static uint32_t slot_of(const MsSlots *slots, const MsStream *stream, uint64_t key)
{
    uint32_t mask = slots->n_slots - 1;
    uint32_t i = (uint32_t)key & mask;
    while (ms_slots_at(slots, slots->slots[i].index - 1) != stream)
        i = (i + 1) & mask;
    return i;
}

uint32_t ms_slots_index(const MsSlots *slots, const MsStream *stream)
{
    uint32_t from;
    uint64_t key = ms_slots_key(slots, stream, &from);
    return slots->slots[slot_of(slots, stream, key)].index - 1;
}

void ms_slots_prefetch(const MsSlots *slots, uint64_t key)
{
    __builtin_prefetch(&slots->slots[(uint32_t)key & (slots->n_slots - 1)]);
}

/* Takes the stream out of the hash table; those behind it move up. */
static uint32_t unhash(MsSlots *slots, const MsStream *stream, uint64_t key)
{
    uint32_t mask = slots->n_slots - 1;
    uint32_t i = slot_of(slots, stream, key);
    uint32_t index = slots->slots[i].index;
    for (uint32_t next = (i + 1) & mask; slots->slots[next].index; next = (next + 1) & mask) {
        uint32_t home = slots->slots[next].hash & mask;
        if (((next - home) & mask) >= ((next - i) & mask)) {
            slots->slots[i] = slots->slots[next];
            i = next;
        }
    }
    slots->slots[i].index = 0;
    return index;
}

MsStream *ms_slots_add(MsSlots *slots, uint64_t key)
{
    if (slots->free_index == 0) {
        slots->slabs = g_renew(MsStream *, slots->slabs, slots->n_slabs + 1);
        MsStream *slab = g_new0(MsStream, SLAB);
        for (uint32_t i = 0; i < SLAB; i++)
            slab[i].number = i + 1 < SLAB ? slots->n_slabs * SLAB + i + 2 : 0;
        slots->slabs[slots->n_slabs] = slab;
        slots->free_index = slots->n_slabs * SLAB + 1;
        slots->n_slabs++;
    }
    uint32_t index = slots->free_index;
    MsStream *stream = ms_slots_at(slots, index - 1);
    slots->free_index = stream->number;
    memset(stream, 0, sizeof *stream);
    if ((slots->n_streams + 1) * 4ull > slots->n_slots * 3ull)
        grow(slots);
    put(slots, (MsSlot){.hash = (uint32_t)key, .index = index});
    slots->n_streams++;
    return stream;
}

void ms_slots_remove(MsSlots *slots, MsStream *stream, uint64_t key)
{
    uint32_t index = unhash(slots, stream, key);
    stream->number = slots->free_index;
    stream->port[0] = stream->port[1] = 0;
    stream->n_marks = 0; /* tells a free one from one in use */
    slots->free_index = index;
    slots->n_streams--;
}

MsStream **ms_slots_all(const MsSlots *slots, size_t *count)
{
    MsStream **streams = g_new(MsStream *, (size_t)slots->n_streams + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < slots->n_slots; i++) {
        if (slots->slots[i].index)
            streams[n++] = ms_slots_at(slots, slots->slots[i].index - 1);
    }
    *count = n;
    return streams;
}

void ms_slots_init(MsSlots *slots)
{
    *slots = (MsSlots){.n_slots = FIRST_SLOTS};
    for (unsigned i = 0; i < G_N_ELEMENTS(slots->seed); i++)
        slots->seed[i] = ((uint64_t)g_random_int() << 32 | g_random_int()) | 1;
    slots->slots = g_new0(MsSlot, slots->n_slots);
}

void ms_slots_clear(MsSlots *slots)
{
    for (uint32_t i = 0; i < slots->n_slabs; i++)
        g_free(slots->slabs[i]);
    g_free(slots->slabs);
    g_free(slots->slots);
    *slots = (MsSlots){0};
}
