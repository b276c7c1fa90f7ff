/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-cite.c - times, ranges and sets of frames in words. */
#include "front/cite.h"

#include <glib.h>

static char *taken(MsBuffer *buffer)
{
    char *text = g_strndup((const char *)buffer->data, buffer->length);
    ms_buffer_clear(buffer);
    return text;
}

static void test_times(void)
{
    static const struct {
        int64_t time_ns;
        const char *words;
    } rows[] = {
        {0, "1970-01-01 00:00:00.000000"},
        {1700000000123456000, "2023-11-14 22:13:20.123456"},
        {1700000000123456789, "2023-11-14 22:13:20.123456789"},
        {-1000, "1969-12-31 23:59:59.999999"},
        {INT64_MAX, "2262-04-11 23:47:16.854775807"},
        {INT64_MIN, "1677-09-21 00:12:43.145224192"},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsBuffer out = {0};
        ms_text_time(&out, rows[i].time_ns);
        g_autofree char *got = taken(&out);
        g_assert_cmpstr(got, ==, rows[i].words);
    }
    g_assert_cmpuint(checked, ==, 6);
}

static void test_seconds(void)
{
    static const struct {
        int64_t span_ns;
        const char *words;
    } rows[] = {
        {0, "0.000000"},
        {1234000, "0.001234"},
        {1234567, "0.001234567"},
        {-3500000000, "-3.500000"},
        {90000000000, "90.000000"},
        {INT64_MIN, "-9223372036.854775808"},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsBuffer out = {0};
        ms_text_seconds(&out, rows[i].span_ns);
        g_autofree char *got = taken(&out);
        g_assert_cmpstr(got, ==, rows[i].words);
    }
    g_assert_cmpuint(checked, ==, 6);
}

typedef struct {
    MsRange range[12];
    size_t count;
    uint64_t omitted;
    const char *words;
} RangeRow;

static const RangeRow range_rows[] = {
    {{{0}}, 0, 0, "no frame"},
    {{{4, 66, 12, 0, 0}}, 1, 0, "frame 4, bytes 66-77"},
    {{{4, 66, 1, 0, 0}}, 1, 0, "frame 4, byte 66"},
    {{{4, 66, 2, 0, 0}, {4, 80, 1, 0, 0}}, 2, 0, "frame 4, bytes 66-67, 80"},
    {{{4, 66, 2, 0, 0}, {6, 54, 3, 0, 0}}, 2, 0, "frame 4, bytes 66-67; frame 6, bytes 54-56"},
    {{{4, 66, 2, 0, 0}, {6, 54, 3, 0, 0}, {7, 1, 1, 0, 0}},
     3,
     0,
     "frames 4, 6-7 (bytes 66-67, 54-56, 1)"},
    {{{9, 66, 2, 0, 0}, {6, 54, 3, 0, 0}, {8, 1, 1, 0, 0}},
     3,
     0,
     "frames 6, 8-9 (bytes 66-67, 54-56, 1)"},
    {{{4, 66, 2, 0, MS_SOURCE_DECRYPTED}}, 1, 0, "frame 4, bytes 66-67 of the decrypted record"},
    {{{4, 66, 2, 0, 0}, {6, 54, 3, 0, 0}},
     2,
     7,
     "frame 4, bytes 66-67; frame 6, bytes 54-56 and 7 more ranges before the last one"},
    {{{1, 1, 1, 0, 0},
      {3, 1, 1, 0, 0},
      {5, 1, 1, 0, 0},
      {7, 1, 1, 0, 0},
      {9, 1, 1, 0, 0},
      {11, 1, 1, 0, 0},
      {13, 1, 1, 0, 0},
      {15, 1, 1, 0, 0},
      {17, 1, 1, 0, 0},
      {19, 1, 1, 0, 0},
      {21, 1, 1, 0, 0},
      {22, 1, 1, 0, 0}},
     12,
     0,
     "frames 1, 3, 5, 7, 9, 11, 13, 15, 17, ..., 21-22 (12 in all; bytes 1, 1, 1, 1, ...)"},
};

static void test_ranges(void)
{
    const char *name = "x.pcap";
    const MsOrigins origins = {&name, 1};
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(range_rows); i++, checked++) {
        MsBuffer out = {0};
        ms_text_ranges(&out, range_rows[i].range, range_rows[i].count, range_rows[i].omitted,
                       &origins);
        g_autofree char *got = taken(&out);
        g_assert_cmpstr(got, ==, range_rows[i].words);
    }
    g_assert_cmpuint(checked, ==, 10);
}

static void test_joined(void)
{
    const char *names[] = {"a.pcap", "b\033.pcap"};
    const MsOrigins origins = {names, 2};
    const MsRange ranges[] = {{4, 66, 12, 0, 0}, {1, 54, 3, 1, 0}};
    MsBuffer out = {0};
    ms_text_ranges(&out, ranges, 2, 0, &origins);
    g_autofree char *got = taken(&out);
    g_assert_cmpstr(got, ==, "frame 4 of a.pcap, bytes 66-77; frame 1 of b\\x1b.pcap, bytes 54-56");
}

static void test_frames(void)
{
    const MsRange ranges[] = {{9, 0, 1, 1, 0}, {4, 0, 1, 0, 0}, {5, 0, 1, 0, 0}, {4, 9, 1, 0, 0},
                              {7, 0, 1, 0, 0}, {1, 0, 1, 1, 0}, {2, 0, 1, 1, 0}};
    static const MsFrameRun runs[] = {{0, 4, 5}, {0, 7, 7}, {1, 1, 2}, {1, 9, 9}};
    MsFrameSet set = {0};
    ms_frames_add(&set, ranges, G_N_ELEMENTS(ranges), 3);
    MsFrameRun run;
    size_t n = 0;
    for (size_t at = 0; ms_frames_next(&set, &at, &run); n++) {
        g_assert_cmpuint(n, <, G_N_ELEMENTS(runs));
        g_assert_cmpuint(run.file, ==, runs[n].file);
        g_assert_cmpuint(run.first, ==, runs[n].first);
        g_assert_cmpuint(run.last, ==, runs[n].last);
    }
    g_assert_cmpuint(n, ==, 4);
    g_assert_cmpuint(ms_frames_count(&set), ==, 6);
    g_assert_cmpuint(set.omitted, ==, 3);
    ms_frames_clear(&set);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cite/times", test_times);
    g_test_add_func("/cite/seconds", test_seconds);
    g_test_add_func("/cite/ranges", test_ranges);
    g_test_add_func("/cite/joined", test_joined);
    g_test_add_func("/cite/frames", test_frames);
    return g_test_run();
}
