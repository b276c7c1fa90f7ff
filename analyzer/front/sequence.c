/* SPDX-License-Identifier: GPL-2.0-or-later
 * sequence.c - lines stay in the order in which they were understood, which is that of the
 * dialogue; oddities, kept apart, are put between them by time and frame. */
#include "sequence.h"

#include <stdlib.h>

static int compare_places(int64_t time_a, const MsRange *a, uint32_t n_a, int64_t time_b,
                          const MsRange *b, uint32_t n_b)
{
    if (time_a != time_b)
        return time_a < time_b ? -1 : 1;
    if (n_a == 0 || n_b == 0)
        return n_a == n_b ? 0 : n_a == 0 ? 1 : -1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static int compare_oddities(const void *a, const void *b)
{
    const MsOddity *first = *(const MsOddity *const *)a;
    const MsOddity *second = *(const MsOddity *const *)b;
    /* What has no place at all is about the session as a whole and comes last. */
    bool nowhere_first = first->n_ranges == 0 && first->time_ns == 0;
    bool nowhere_second = second->n_ranges == 0 && second->time_ns == 0;
    if (nowhere_first != nowhere_second)
        return nowhere_first ? 1 : -1;
    int order = compare_places(first->time_ns, first->ranges, first->n_ranges, second->time_ns,
                               second->ranges, second->n_ranges);
    return order ? order : first < second ? -1 : first > second;
}

/* Whether the oddity stands before the line. */
static bool is_before(const MsOddity *oddity, const MsLine *line)
{
    if (oddity->n_ranges == 0 && oddity->time_ns == 0)
        return false;
    return compare_places(oddity->time_ns, oddity->ranges, oddity->n_ranges, line->time_ns,
                          line->ranges, line->n_ranges) < 0;
}

GArray *ms_sequence_new(const MsRecord *record)
{
    size_t n_lines, n_oddities;
    const MsLine *lines = ms_record_lines(record, &n_lines);
    const MsOddity *all = ms_record_oddities(record, &n_oddities);
    g_autofree const MsOddity **oddities = g_new(const MsOddity *, n_oddities);
    GArray *sequence =
        g_array_sized_new(FALSE, FALSE, sizeof(MsStep), (guint)(n_lines + n_oddities));
    for (size_t i = 0; i < n_oddities; i++)
        oddities[i] = &all[i];
    if (n_oddities > 0)
        qsort(oddities, n_oddities, sizeof *oddities, compare_oddities);
    size_t odd = 0;
    for (size_t i = 0; i <= n_lines; i++) {
        while (odd < n_oddities && (i == n_lines || is_before(oddities[odd], &lines[i]))) {
            const MsStep step = {.oddity = oddities[odd++]};
            g_array_append_val(sequence, step);
        }
        const MsStep step = {.line = i < n_lines ? &lines[i] : NULL};
        if (step.line)
            g_array_append_val(sequence, step);
    }
    return sequence;
}
