/* SPDX-License-Identifier: GPL-2.0-or-later
 * index.c - pointers to facts, sorted by field, message, item and order. */
#include "index.h"

#include <glib.h>

#include <stdlib.h>
#include <string.h>

struct MsIndex {
    const MsFact **fact;
    size_t count;
    int32_t most_message; /* -1: none */
};

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_place(const MsFact *a, const MsFact *b)
{
    int order = compare_numbers(a->field, b->field);
    if (order == 0)
        order = compare_numbers(a->message, b->message);
    return order ? order : compare_numbers(a->item, b->item);
}

static int compare(const void *a, const void *b)
{
    const MsFact *first = *(const MsFact *const *)a;
    const MsFact *second = *(const MsFact *const *)b;
    int order = compare_place(first, second);
    return order ? order : first < second ? -1 : first > second;
}

/* Facts by field, each field's in the order in which they were found, which mostly is the one that
 * is wanted; where it is not, they are sorted. */
static void sort(MsIndex *index, const MsFact *facts)
{
    size_t end[MS_N_FIELDS + 1] = {0};
    for (size_t i = 0; i < index->count; i++)
        end[facts[i].field + 1]++;
    for (size_t field = 1; field <= MS_N_FIELDS; field++)
        end[field] += end[field - 1]; /* so far where it begins */
    for (size_t i = 0; i < index->count; i++)
        index->fact[end[facts[i].field]++] = &facts[i];
    for (size_t at = 0; at < index->count;) {
        size_t stop = end[index->fact[at]->field];
        size_t next = at + 1;
        while (next < stop && compare(&index->fact[next - 1], &index->fact[next]) < 0)
            next++;
        if (next < stop)
            qsort(index->fact + at, stop - at, sizeof *index->fact, compare);
        at = stop;
    }
}

MsIndex *ms_index_new(const MsRecord *record)
{
    MsIndex *index = g_new0(MsIndex, 1);
    const MsFact *facts = ms_record_facts(record, &index->count);
    index->fact = g_new(const MsFact *, index->count);
    index->most_message = -1;
    for (size_t i = 0; i < index->count; i++)
        index->most_message = MAX(index->most_message, facts[i].message);
    sort(index, facts);
    return index;
}

void ms_index_free(MsIndex *index)
{
    if (!index)
        return;
    g_free(index->fact);
    g_free(index);
}

/* First position whose fact is not before `place`. */
static size_t lower_bound(const MsIndex *index, const MsFact *place)
{
    size_t low = 0;
    size_t high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_place(index->fact[middle], place) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const MsFact *const *ms_index_all(const MsIndex *index, MsFieldId field, int32_t message,
                                  int32_t item, size_t *count)
{
    MsFact place = {.field = (uint16_t)field, .message = message, .item = item};
    size_t first = lower_bound(index, &place);
    size_t end = first;
    while (end < index->count && compare_place(index->fact[end], &place) == 0)
        end++;
    *count = end - first;
    return index->fact + first;
}

const MsFact *ms_index_first(const MsIndex *index, MsFieldId field, int32_t message, int32_t item)
{
    MsFact place = {.field = (uint16_t)field, .message = message, .item = item};
    size_t first = lower_bound(index, &place);
    if (first < index->count && compare_place(index->fact[first], &place) == 0)
        return index->fact[first];
    return NULL;
}

const MsFact *const *ms_index_field(const MsIndex *index, MsFieldId field, size_t *count)
{
    MsFact place = {.field = (uint16_t)field, .message = INT32_MIN, .item = INT32_MIN};
    size_t first = lower_bound(index, &place);
    place.field++;
    *count = lower_bound(index, &place) - first;
    return index->fact + first;
}

int32_t ms_index_most_message(const MsIndex *index)
{
    return index->most_message;
}

bool ms_fact_is(const MsFact *fact, const char *word)
{
    return fact && fact->text_length == strlen(word) &&
           memcmp(fact->text, word, fact->text_length) == 0;
}
