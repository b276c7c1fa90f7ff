/* SPDX-License-Identifier: GPL-2.0-or-later
 * arena.h - memory that is given back all at once, with the capture. Aligned to 8 bytes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty arena. */
typedef struct {
    struct MsArenaBlock *block; /* the one being filled; the others hang behind it */
    size_t used;                /* bytes of it */
    uint64_t total;             /* bytes of all blocks */
} MsArena;

/* `length` bytes, not initialised. Never NULL. */
void *ms_arena_alloc(MsArena *arena, size_t length);

/* A copy of `length` bytes; NULL when length is 0. */
void *ms_arena_copy(MsArena *arena, const void *data, size_t length);

/* Frees everything; the arena is empty and may be used again. */
void ms_arena_clear(MsArena *arena);
