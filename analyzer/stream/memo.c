/* SPDX-License-Identifier: GPL-2.0-or-later
 * memo.c - a ring of entries with a chained hash table over it. Which entry is forgotten depends on
 * their age only, never on the hash, so that results do not depend on its seed. */
#include "memo.h"

#include <glib.h>

enum {
    FIRST_SIZE = 256, /* slots */
    SPREAD = 4        /* heads for each slot: most of them are empty, so that a SYN nobody remembers
                         costs a look at one head and at no entry */
};

static uint32_t *head_of(const MsMemo *memo, uint64_t key)
{
    return &memo->heads[(key >> 20) & (memo->size * SPREAD - 1)];
}

MsMemoEntry *ms_memo_find(const MsMemo *memo, uint64_t key, uint32_t from)
{
    if (memo->size == 0)
        return NULL;
    for (uint32_t i = *head_of(memo, key); i; i = memo->entries[i - 1].next) {
        MsMemoEntry *entry = &memo->entries[i - 1];
        if (entry->key == key && (from == 0 || entry->from == from))
            return entry;
    }
    return NULL;
}

static void link_entry(MsMemo *memo, uint32_t i)
{
    uint32_t *head = head_of(memo, memo->entries[i].key);
    memo->entries[i].next = *head;
    *head = i + 1;
}

static void grow(MsMemo *memo)
{
    uint32_t size = memo->size ? memo->size * 2 : FIRST_SIZE;
    memo->entries = g_renew(MsMemoEntry, memo->entries, size);
    g_free(memo->heads);
    memo->heads = g_new0(uint32_t, (size_t)size * SPREAD);
    memo->size = size;
    for (uint32_t i = 0; i < memo->used; i++) {
        if (memo->entries[i].key)
            link_entry(memo, i);
    }
}

void ms_memo_remove(MsMemo *memo, MsMemoEntry *entry)
{
    uint32_t number = (uint32_t)(entry - memo->entries) + 1;
    uint32_t *link = head_of(memo, entry->key);
    while (*link != number)
        link = &memo->entries[*link - 1].next;
    *link = entry->next;
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
    return &memo->entries[i];
}

void ms_memo_clear(MsMemo *memo)
{
    g_free(memo->entries);
    g_free(memo->heads);
    *memo = (MsMemo){.cap = memo->cap};
}
