/* SPDX-License-Identifier: GPL-2.0-or-later
 * others.c - a sorted array of frames: each comes in at its end, and leaves it as a rule at once,
 * when its bytes turn out to be the message's. */
#include "others.h"

#include <glib.h>

#include <string.h>

void ms_others_begin(MsOthers *others, uint64_t from)
{
    others->known = true;
    others->from = from;
}

void ms_others_see(MsOthers *others, uint64_t key, size_t cap)
{
    if (!others->known || (others->count > 0 && others->key[others->count - 1] == key))
        return;
    if (others->count >= cap) {
        ms_others_lose(others);
        return;
    }
    if (others->count == others->allocated) {
        others->allocated = others->allocated ? others->allocated * 2 : 4;
        others->key = g_renew(uint64_t, others->key, others->allocated);
    }
    others->key[others->count++] = key;
}

void ms_others_use(MsOthers *others, const MsRange *range)
{
    uint64_t key = (uint64_t)range->file << 32 | range->frame;
    if (!others->known || key == others->used)
        return;
    others->used = key;
    if (key < others->from) { /* captured before the message was known to begin */
        ms_others_lose(others);
        return;
    }
    uint32_t low = 0;
    for (uint32_t high = others->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (others->key[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == others->count || others->key[low] != key)
        return;
    others->count--;
    memmove(others->key + low, others->key + low + 1, (others->count - low) * sizeof *others->key);
}

void ms_others_lose(MsOthers *others)
{
    ms_others_clear(others);
    others->known = false;
}

void ms_others_clear(MsOthers *others)
{
    g_free(others->key);
    others->key = NULL;
    others->count = others->allocated = 0;
}
