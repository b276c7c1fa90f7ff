/* SPDX-License-Identifier: GPL-2.0-or-later
 * cite.c - how evidence is worded. Lists are short enough to be read: what does not fit is counted.
 */
#include "cite.h"

#include "../base/escape.h"

#include <glib.h>

#include <stdlib.h>

enum {
    MOST_RUNS = 10,   /* runs of frames named one by one */
    MOST_FRAMES = 2,  /* frames whose bytes are named beside them */
    MOST_BYTES = 4,   /* byte ranges named in one place */
    DAY = 86400,      /* seconds */
    EPOCH = 719163,   /* 1970-01-01, in days since the year 1, which is day 1 */
    NANO = 1000000000 /* nanoseconds in a second */
};

/* Splits into whole seconds, rounded down, and the rest. */
static int64_t whole_seconds(int64_t time_ns, int64_t *rest)
{
    int64_t second = time_ns / NANO;
    *rest = time_ns % NANO;
    if (*rest < 0) {
        *rest += NANO;
        second--;
    }
    return second;
}

static void add_fraction(MsBuffer *out, int64_t rest)
{
    char digits[10] = ".";
    bool micro = rest % 1000 == 0;
    size_t length = micro ? 6 : 9;
    uint64_t number = (uint64_t)(micro ? rest / 1000 : rest);
    for (size_t i = length; i > 0; i--, number /= 10)
        digits[i] = (char)('0' + number % 10);
    ms_buffer_append(out, digits, length + 1);
}

/* A number of so many digits, and what stands behind it, if anything. */
static void put_number(MsBuffer *out, unsigned number, size_t digits, char behind)
{
    char text[5];
    for (size_t i = digits; i > 0; i--, number /= 10)
        text[i - 1] = (char)('0' + number % 10);
    text[digits] = behind;
    ms_buffer_append(out, text, digits + (behind != '\0'));
}

void ms_text_time(MsBuffer *out, int64_t time_ns)
{
    int64_t rest;
    int64_t second = whole_seconds(time_ns, &rest);
    int64_t day = second / DAY;
    int64_t in_day = second % DAY;
    if (in_day < 0) {
        in_day += DAY;
        day--;
    }
    GDate date; /* days since 1970 fit easily: nanoseconds reach from 1677 to 2262 */
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)(day + EPOCH));
    put_number(out, g_date_get_year(&date), 4, '-');
    put_number(out, (unsigned)g_date_get_month(&date), 2, '-');
    put_number(out, g_date_get_day(&date), 2, ' ');
    put_number(out, (unsigned)(in_day / 3600), 2, ':');
    put_number(out, (unsigned)(in_day / 60 % 60), 2, ':');
    put_number(out, (unsigned)(in_day % 60), 2, '\0');
    add_fraction(out, rest);
}

void ms_text_seconds(MsBuffer *out, int64_t span_ns)
{
    uint64_t span = span_ns < 0 ? 0 - (uint64_t)span_ns : (uint64_t)span_ns;
    if (span_ns < 0)
        ms_buffer_byte(out, '-');
    ms_buffer_uint(out, span / NANO);
    add_fraction(out, (int64_t)(span % NANO));
}

void ms_text_lasts(MsBuffer *out, int64_t span_ns)
{
    ms_buffer_text(out,
                   span_ns < 0 ? ", times in the capture go back: its last frame is " : ", lasts ");
    ms_text_seconds(out, span_ns);
    ms_buffer_text(out, span_ns < 0 ? " s from the first" : " s");
}

/* --- sets of frames --- */

void ms_frames_add(MsFrameSet *set, const MsRange *ranges, size_t count, uint64_t omitted)
{
    set->omitted += omitted;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = (uint64_t)ranges[i].file << 32 | ranges[i].frame;
        if (set->count > 0 && set->key[set->count - 1] == key)
            continue;
        if (set->count == set->allocated) {
            set->allocated = set->allocated ? set->allocated * 2 : 16;
            set->key = g_renew(uint64_t, set->key, set->allocated);
        }
        set->key[set->count++] = key;
        set->sorted = false;
    }
}

void ms_frames_join(MsFrameSet *set, const MsFrameSet *more)
{
    for (size_t i = 0; i < more->count; i++) {
        const MsRange range = {.file = (uint16_t)(more->key[i] >> 32),
                               .frame = (uint32_t)more->key[i]};
        ms_frames_add(set, &range, 1, 0);
    }
    set->omitted += more->omitted;
}

void ms_frames_clear(MsFrameSet *set)
{
    g_free(set->key);
    *set = (MsFrameSet){0};
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a;
    uint64_t second = *(const uint64_t *)b;
    return first < second ? -1 : first > second;
}

static void sort(MsFrameSet *set)
{
    if (set->sorted || set->count == 0)
        return;
    qsort(set->key, set->count, sizeof *set->key, compare_keys);
    size_t kept = 1;
    for (size_t i = 1; i < set->count; i++) {
        if (set->key[i] != set->key[kept - 1])
            set->key[kept++] = set->key[i];
    }
    set->count = kept;
    set->sorted = true;
}

bool ms_frames_next(MsFrameSet *set, size_t *at, MsFrameRun *run)
{
    sort(set);
    if (*at >= set->count)
        return false;
    size_t first = (*at)++;
    while (*at < set->count && set->key[*at] == set->key[*at - 1] + 1)
        (*at)++;
    run->file = (uint16_t)(set->key[first] >> 32);
    run->first = (uint32_t)set->key[first];
    run->last = (uint32_t)set->key[*at - 1];
    return true;
}

bool ms_frames_has(MsFrameSet *set, const MsRange *range)
{
    sort(set);
    uint64_t key = (uint64_t)range->file << 32 | range->frame;
    return set->count > 0 && bsearch(&key, set->key, set->count, sizeof key, compare_keys);
}

size_t ms_frames_count(MsFrameSet *set)
{
    sort(set);
    return set->count;
}

/* --- ranges in words --- */

static void add_file(MsBuffer *out, const MsOrigins *origins, uint16_t file)
{
    if (!origins || origins->n_files < 2 || file >= origins->n_files)
        return;
    const char *name = origins->files[file];
    ms_buffer_text(out, " of ");
    ms_escape_terminal(out, (const uint8_t *)name, strlen(name));
}

static void add_bytes(MsBuffer *out, const MsRange *range)
{
    ms_buffer_uint(out, range->offset);
    if (range->length > 1) {
        ms_buffer_byte(out, '-');
        ms_buffer_uint(out, (uint64_t)range->offset + range->length - 1);
    }
}

/* "bytes 66-77, 54-1513, ..." */
static void add_bytes_list(MsBuffer *out, const MsRange *ranges, size_t count)
{
    ms_buffer_text(out, count > 1 || ranges[0].length > 1 ? "bytes " : "byte ");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            ms_buffer_text(out, ", ");
        if (i == MOST_BYTES) {
            ms_buffer_text(out, "...");
            break;
        }
        add_bytes(out, &ranges[i]);
    }
    if (ranges[0].source == MS_SOURCE_DECRYPTED)
        ms_buffer_text(out, " of the decrypted record");
}

static bool same_frame(const MsRange *a, const MsRange *b)
{
    return a->frame == b->frame && a->file == b->file;
}

/* "frame 4, bytes 66-77; frame 6, byte 54" */
static void add_few(MsBuffer *out, const MsRange *ranges, size_t count, const MsOrigins *origins)
{
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && same_frame(&ranges[end], &ranges[i]))
            end++;
        ms_buffer_text(out, i ? "; frame " : "frame ");
        ms_buffer_uint(out, ranges[i].frame);
        add_file(out, origins, ranges[i].file);
        ms_buffer_text(out, ", ");
        add_bytes_list(out, ranges + i, end - i);
        i = end;
    }
}

static void add_run(MsBuffer *out, const MsFrameRun *run)
{
    ms_buffer_uint(out, run->first);
    if (run->last > run->first) {
        ms_buffer_byte(out, '-');
        ms_buffer_uint(out, run->last);
    }
}

/* "frames 4, 6-9, ..., 57-60 (45 in all; bytes 66-77, 54-1513, ...)" */
static void add_many(MsBuffer *out, const MsRange *ranges, size_t count, const MsOrigins *origins)
{
    MsFrameSet set = {0};
    ms_frames_add(&set, ranges, count, 0);
    MsFrameRun run;
    size_t runs = 0;
    for (size_t at = 0; ms_frames_next(&set, &at, &run);)
        runs++;
    ms_buffer_text(out, "frames ");
    size_t n = 0;
    for (size_t at = 0; ms_frames_next(&set, &at, &run); n++) {
        if (runs > MOST_RUNS && n >= MOST_RUNS - 1 && n + 1 < runs)
            continue;
        if (n > 0)
            ms_buffer_text(out, runs > MOST_RUNS && n + 1 == runs ? ", ..., " : ", ");
        add_run(out, &run);
        add_file(out, origins, run.file);
    }
    ms_buffer_text(out, " (");
    if (runs > MOST_RUNS)
        ms_buffer_printf(out, "%zu in all; ", ms_frames_count(&set));
    add_bytes_list(out, ranges, count);
    ms_buffer_byte(out, ')');
    ms_frames_clear(&set);
}

void ms_text_ranges(MsBuffer *out, const MsRange *ranges, size_t count, uint64_t omitted,
                    const MsOrigins *origins)
{
    if (count == 0) {
        ms_buffer_text(out, "no frame");
        return;
    }
    size_t changes = 1;
    for (size_t i = 1; i < count && changes <= MOST_FRAMES; i++)
        changes += !same_frame(&ranges[i], &ranges[i - 1]);
    if (changes <= MOST_FRAMES)
        add_few(out, ranges, count, origins);
    else
        add_many(out, ranges, count, origins);
    if (omitted > 0)
        ms_buffer_printf(out, " and %" G_GUINT64_FORMAT " more ranges before the last one",
                         (guint64)omitted);
}
