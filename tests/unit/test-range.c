/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-range.c - from stream offsets to frames: joining, the cap, the same ranges however cut. */
#include "fact/range.h"

#include <glib.h>

/* Stream offsets 100..160: frame 1 has 20 bytes, frame 2 has 25, frame 3 has 15. */
static const MsPiece pieces[] = {
    {.at = 100, .time_ns = 1, .place = {.frame = 1, .offset = 54, .length = 20}},
    {.at = 120, .time_ns = 2, .place = {.frame = 2, .offset = 66, .length = 25}},
    {.at = 145, .time_ns = 3, .place = {.frame = 3, .offset = 54, .length = 15}},
};

/* Bytes 110..155 of it: the first piece begins before them, the last ends behind. */
static const uint8_t data[45];
static const MsBytes bytes = {
    .data = data, .length = 45, .at = 110, .pieces = pieces, .n_pieces = 3};

static char *shown(const MsRanges *ranges)
{
    GString *out = g_string_new(NULL);
    for (uint32_t i = 0; i < ranges->n_ranges; i++)
        g_string_append_printf(out, "%u:%u+%u ", ranges->range[i].frame, ranges->range[i].offset,
                               ranges->range[i].length);
    g_string_append_printf(out, "-%d", (int)ranges->omitted);
    return g_string_free(out, FALSE);
}

static void test_add(void)
{
    static const struct {
        size_t offset, length;
        const char *wanted;
        int64_t time_ns;
    } rows[] = {
        {0, 0, "-0", 0},           {0, 1, "1:64+1 -0", 1},
        {0, 10, "1:64+10 -0", 1},  {9, 2, "1:73+1 2:66+1 -0", 1},
        {10, 25, "2:66+25 -0", 2}, {34, 1, "2:90+1 -0", 2},
        {35, 10, "3:54+10 -0", 3}, {0, 45, "1:64+10 2:66+25 3:54+10 -0", 1},
        {45, 0, "-0", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsRanges ranges = {0};
        ms_ranges_add(&ranges, &bytes, rows[i].offset, rows[i].length, 10);
        g_autofree char *got = shown(&ranges);
        g_assert_cmpstr(got, ==, rows[i].wanted);
        g_assert_cmpint(ranges.time_ns, ==, rows[i].time_ns);
        ms_ranges_clear(&ranges);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 9);
}

/* Byte by byte, in parts of every length, and at once: the same, also beyond the cap. */
static void test_cuts(void)
{
    size_t checked = 0;
    for (size_t cap = 2; cap <= 4; cap++) {
        MsRanges whole = {0};
        ms_ranges_add(&whole, &bytes, 0, 45, cap);
        g_autofree char *wanted = shown(&whole);
        for (size_t step = 1; step <= 45; step++) {
            MsRanges parts = {0};
            for (size_t at = 0; at < 45; at += step)
                ms_ranges_add(&parts, &bytes, at, MIN(step, 45 - at), cap);
            g_autofree char *got = shown(&parts);
            g_assert_cmpstr(got, ==, wanted);
            ms_ranges_clear(&parts);
            checked++;
        }
        ms_ranges_clear(&whole);
    }
    g_assert_cmpuint(checked, ==, 3 * 45);
}

static void test_piece(void)
{
    static const struct {
        size_t offset;
        uint32_t frame;
    } rows[] = {{0, 1}, {9, 1}, {10, 2}, {34, 2}, {35, 3}, {44, 3}, {45, 3}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(ms_bytes_piece(&bytes, rows[i].offset)->place.frame, ==, rows[i].frame);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 7);
    const MsBytes none = {0};
    g_assert_null(ms_bytes_piece(&none, 0));
    MsRanges ranges = {0};
    ms_ranges_add(&ranges, &none, 0, 0, 4);
    g_assert_cmpuint(ranges.n_ranges, ==, 0);
}

static void test_cap(void)
{
    MsRanges ranges = {0};
    for (uint32_t frame = 1; frame <= 10; frame++) {
        const MsRange range = {.frame = frame, .offset = 5, .length = 2};
        ms_ranges_add_one(&ranges, &range, frame, 3);
    }
    g_autofree char *first = shown(&ranges);
    g_assert_cmpstr(first, ==, "1:5+2 2:5+2 10:5+2 -7");
    const MsRange more = {.frame = 10, .offset = 7, .length = 4};
    ms_ranges_add_one(&ranges, &more, 10, 3);
    g_autofree char *second = shown(&ranges);
    g_assert_cmpstr(second, ==, "1:5+2 2:5+2 10:5+6 -7");
    g_assert_cmpint(ranges.time_ns, ==, 1);

    /* What was left out stays between the last but one and the last in a list that has room. */
    MsRanges list = {0};
    ms_ranges_join(&list, &ranges, 100);
    const MsRange last = {.frame = 11, .offset = 5, .length = 1};
    ms_ranges_add_one(&list, &last, 11, 100);
    g_autofree char *third = shown(&list);
    g_assert_cmpstr(third, ==, "1:5+2 2:5+2 11:5+1 -8");
    g_assert_cmpint(list.time_ns, ==, 1);
    ms_ranges_reset(&list);
    g_assert_cmpuint(list.n_ranges, ==, 0);
    g_assert_cmpuint(list.omitted, ==, 0);
    ms_ranges_join(&list, &ranges, 2);
    g_autofree char *fourth = shown(&list);
    g_assert_cmpstr(fourth, ==, "1:5+2 10:5+6 -8");
    ms_ranges_clear(&list);
    ms_ranges_clear(&ranges);
}

/* Neighbours are joined in the same frame, file and source only, and never beyond 32 bits. */
static void test_join(void)
{
    static const struct {
        MsRange one, two;
        uint32_t ranges;
    } rows[] = {
        {{1, 10, 5, 0, 0}, {1, 15, 5, 0, 0}, 1},
        {{1, 10, 5, 0, 0}, {1, 16, 5, 0, 0}, 2},
        {{1, 10, 5, 0, 0}, {1, 10, 5, 0, 0}, 2},
        {{1, 10, 5, 0, 0}, {2, 15, 5, 0, 0}, 2},
        {{1, 10, 5, 0, 0}, {1, 15, 5, 1, 0}, 2},
        {{1, 10, 5, 0, 0}, {1, 15, 5, 0, 1}, 2},
        {{1, UINT32_MAX, 1, 0, 0}, {1, 0, 5, 0, 0}, 2},
        {{1, 0, UINT32_MAX, 0, 0}, {1, UINT32_MAX, 1, 0, 0}, 2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsRanges ranges = {0};
        ms_ranges_add_one(&ranges, &rows[i].one, 0, 9);
        ms_ranges_add_one(&ranges, &rows[i].two, 0, 9);
        g_assert_cmpuint(ranges.n_ranges, ==, rows[i].ranges);
        ms_ranges_clear(&ranges);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 8);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/range/add", test_add);
    g_test_add_func("/range/cuts", test_cuts);
    g_test_add_func("/range/piece", test_piece);
    g_test_add_func("/range/cap", test_cap);
    g_test_add_func("/range/join", test_join);
    return g_test_run();
}
