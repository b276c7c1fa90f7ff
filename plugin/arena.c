/* SPDX-License-Identifier: GPL-2.0-or-later
 * arena.c - a chain of blocks, each filled from its start and larger than the one before, up to the
 * size of a huge page: so the kernel hands out memory in large pieces where there is much. */
#include "arena.h"

#include <glib.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    LEAST = 65536, /* bytes of the first block; what is larger than a quarter gets one of its own */
    HUGE_PAGE = 2097152, /* of the largest, and their alignment: a huge page of most machines */
    ALIGNMENT = 8
};

struct MsArenaBlock {
    struct MsArenaBlock *next;
    size_t length; /* bytes of `data` */
    alignas(ALIGNMENT) uint8_t data[];
};

static struct MsArenaBlock *block_new(MsArena *arena, size_t length)
{
    size_t size = sizeof(struct MsArenaBlock) + length;
    void *memory = NULL;
    if (posix_memalign(&memory, size == HUGE_PAGE ? HUGE_PAGE : alignof(max_align_t), size) != 0)
        g_error("no memory left for %zu bytes", size);
#ifdef MADV_HUGEPAGE
    if (size == HUGE_PAGE)
        (void)madvise(memory, size, MADV_HUGEPAGE); /* else the same in small pages */
#endif
    struct MsArenaBlock *block = memory;
    block->length = length;
    arena->total += size;
    return block;
}

void *ms_arena_alloc(MsArena *arena, size_t length)
{
    length = (length + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (length > LEAST / 4 && arena->block) { /* behind the one being filled */
        struct MsArenaBlock *large = block_new(arena, length);
        large->next = arena->block->next;
        arena->block->next = large;
        return large->data;
    }
    if (!arena->block || arena->block->length - arena->used < length) {
        size_t size = arena->block ? sizeof(struct MsArenaBlock) + arena->block->length : LEAST / 2;
        size = MAX(MIN(2 * size, (size_t)HUGE_PAGE) - sizeof(struct MsArenaBlock), length);
        struct MsArenaBlock *block = block_new(arena, size);
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
        free(arena->block);
        arena->block = next;
    }
    *arena = (MsArena){0};
}
