/* SPDX-License-Identifier: GPL-2.0-or-later
 * memo.c - a ring of entries with an open-addressing hash table over it. Which entry is forgotten
 * depends on their age only, never on the hash, so that results do not depend on its seed. */
#include "memo.h"

#include <glib.h>

enum { FIRST_SIZE = 256 }; /* entries */

static uint32_t mask_of(const MsMemo *memo)
{
    return memo->size * 4 - 1;
}

static uint32_t tag_of(uint64_t key)
{
    return (uint32_t)(key >> 32);
}

unsigned ms_memo_find(const MsMemo *memo, uint64_t key, MsMemoEntry *found[2])
{
    unsigned count = 0;
    found[0] = found[1] = NULL;
    if (memo->size == 0)
        return 0;
    uint32_t mask = mask_of(memo);
    for (uint32_t i = tag_of(key) & mask; memo->slots[i].index && count < 2; i = (i + 1) & mask) {
        if (memo->slots[i].tag != tag_of(key))
            continue;
        MsMemoEntry *entry = &memo->entries[memo->slots[i].index - 1];
        if (entry->key == key)
            found[count++] = entry;
    }
    return count;
}

static void link_entry(MsMemo *memo, uint32_t index)
{
    uint32_t mask = mask_of(memo);
    uint32_t tag = tag_of(memo->entries[index].key);
    uint32_t i = tag & mask;
    while (memo->slots[i].index)
        i = (i + 1) & mask;
    memo->slots[i] = (MsMemoSlot){tag, index + 1};
}

static void grow(MsMemo *memo)
{
    memo->size = memo->size ? memo->size * 2 : FIRST_SIZE;
    memo->entries = g_renew(MsMemoEntry, memo->entries, memo->size);
    g_free(memo->slots);
    memo->slots = g_new0(MsMemoSlot, (size_t)memo->size * 4);
    for (uint32_t i = 0; i < memo->used; i++) {
        if (memo->entries[i].key)
            link_entry(memo, i);
    }
}

void ms_memo_remove(MsMemo *memo, MsMemoEntry *entry)
{
    uint32_t mask = mask_of(memo);
    uint32_t number = (uint32_t)(entry - memo->entries) + 1;
    uint32_t i = tag_of(entry->key) & mask;
    while (memo->slots[i].index != number)
        i = (i + 1) & mask;
    /* Those behind it move up. */
    for (uint32_t next = (i + 1) & mask; memo->slots[next].index; next = (next + 1) & mask) {
        uint32_t home = memo->slots[next].tag & mask;
        if (((next - home) & mask) >= ((next - i) & mask)) {
            memo->slots[i] = memo->slots[next];
            i = next;
        }
    }
    memo->slots[i].index = 0;
    entry->key = 0;
}

MsMemoEntry *ms_memo_add(MsMemo *memo, uint64_t key, uint32_t from)
{
    /* The ring is always a power of two: the cap is rounded down, but never below the first size.
     */
    if (memo->at == memo->size) {
        if (memo->size == 0 || memo->size <= memo->cap / 2)
            grow(memo);
        else
            memo->at = 0;
    }
    uint32_t i = memo->at++;
    if (i < memo->used) {
        if (memo->entries[i].key)
            ms_memo_remove(memo, &memo->entries[i]);
    } else {
        memo->used = i + 1;
    }
    memo->entries[i] = (MsMemoEntry){.key = key, .from = from};
    link_entry(memo, i);
    if (memo->at < memo->used && memo->entries[memo->at].key) /* the next to be forgotten */
        ms_memo_prefetch(memo, memo->entries[memo->at].key);
    return &memo->entries[i];
}

void ms_memo_clear(MsMemo *memo)
{
    g_free(memo->entries);
    g_free(memo->slots);
    *memo = (MsMemo){.cap = memo->cap};
}
