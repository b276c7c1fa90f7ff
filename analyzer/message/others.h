/* SPDX-License-Identifier: GPL-2.0-or-later
 * others.h - frames in which the sender of a message said something while it was sent, but nothing
 * of the message: repeats of segments, other commands. With them a display filter for a message in
 * very many frames can be short: all data of the sender but these. */
#pragma once

#include "../fact/range.h"

/* All zero: nothing is known. Not to be copied. */
typedef struct {
    uint64_t *key; /* file << 32 | frame, rising */
    uint32_t count, allocated;
    bool known;    /* that every frame of the sender from `from` on was seen */
    uint64_t from; /* key of the frame in which the message began */
    uint64_t used; /* key of the last frame that gave something */
} MsOthers;

/* The message begins with data of the frame `from`, or of a later one. */
void ms_others_begin(MsOthers *others, uint64_t from);

/* The sender sent data in the frame `key`; keys rise. At most `cap` are kept: beyond it nothing is
 * known any more. */
void ms_others_see(MsOthers *others, uint64_t key, size_t cap);

/* The frame of that range gave something to the message: it is none of the others. */
void ms_others_use(MsOthers *others, const MsRange *range);

/* It cannot be said any more which frames there are. */
void ms_others_lose(MsOthers *others);

/* Frees the memory. */
void ms_others_clear(MsOthers *others);
