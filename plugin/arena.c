/* SPDX-License-Identifier: GPL-2.0-or-later
 * arena.c - a chain of blocks, each filled from its start. */
#include "arena.h"

#include <glib.h>

#include <stdalign.h>
#include <string.h>

enum {
    BLOCK = 65536, /* bytes of a block; what is larger gets one of its own */
    ALIGNMENT = 8
};

struct MsArenaBlock {
    struct MsArenaBlock *next;
    size_t length; /* bytes of `data` */
    alignas(ALIGNMENT) uint8_t data[];
};

static struct MsArenaBlock *block_new(MsArena *arena, size_t length)
{
    struct MsArenaBlock *block = g_malloc(sizeof *block + length);
    block->length = length;
    arena->total += sizeof *block + length;
    return block;
}

void *ms_arena_alloc(MsArena *arena, size_t length)
{
    length = (length + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (length > BLOCK / 4 && arena->block) { /* behind the one being filled */
        struct MsArenaBlock *large = block_new(arena, length);
        large->next = arena->block->next;
        arena->block->next = large;
        return large->data;
    }
    if (!arena->block || arena->block->length - arena->used < length) {
        struct MsArenaBlock *block = block_new(arena, MAX((size_t)BLOCK, length));
        block->next = arena->block;
        arena->block = block;
        arena->used = 0;
    }
    void *place = arena->block->data + arena->used;
    arena->used += length;
    return place;
}

void *ms_arena_copy(MsArena *arena, const void *data, size_t length)
{
    return length > 0 ? memcpy(ms_arena_alloc(arena, length), data, length) : NULL;
}

void ms_arena_clear(MsArena *arena)
{
    while (arena->block) {
        struct MsArenaBlock *next = arena->block->next;
        g_free(arena->block);
        arena->block = next;
    }
    *arena = (MsArena){0};
}
