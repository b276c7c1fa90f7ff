/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-merge.c - frames of several files come in the order of time, whatever the files overlap. */
#include "run/merge.h"

#include <glib.h>

#include <string.h>

#define FILES 9

static void add32(GByteArray *out, uint32_t number)
{
    const uint8_t bytes[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                              (uint8_t)(number >> 24)};
    g_byte_array_append(out, bytes, sizeof bytes);
}

/* A pcap file (microseconds) with a frame of one byte for each time, which is `mark`. */
static GBytes *make_file(const uint32_t *times, size_t count, uint8_t mark)
{
    GByteArray *out = g_byte_array_new();
    add32(out, 0xa1b2c3d4);
    add32(out, 2 | 4 << 16);
    add32(out, 0);
    add32(out, 0);
    add32(out, 65535);
    add32(out, 1);
    for (size_t i = 0; i < count; i++) {
        add32(out, times[i]);
        add32(out, 0);
        add32(out, 1);
        add32(out, 1);
        g_byte_array_append(out, &mark, 1);
    }
    return g_byte_array_free_to_bytes(out);
}

static void count_problem(const GError *error, void *user_data)
{
    g_assert_nonnull(error->message);
    ++*(unsigned *)user_data;
}

static void test_order(void)
{
    const char *names[FILES];
    GBytes *contents[FILES];
    unsigned total = 0;
    for (uint8_t i = 0; i < FILES; i++) {
        uint32_t times[40];
        size_t count = (size_t)g_test_rand_int_range(0, 40);
        uint32_t time = (uint32_t)g_test_rand_int_range(0, 100);
        for (size_t n = 0; n < count; n++)
            times[n] = time += (uint32_t)g_test_rand_int_range(0, 5);
        names[i] = "memory";
        contents[i] = make_file(times, count, i);
        total += (unsigned)count;
    }
    unsigned problems = 0;
    g_autoptr(MsMerge) merge = ms_merge_new(names, contents, FILES, count_problem, &problems);
    MsFrame frame;
    uint16_t file;
    int64_t last_time = 0;
    uint16_t last_file = 0;
    uint32_t numbers[FILES] = {0};
    unsigned count = 0;
    for (; ms_merge_next(merge, &frame, &file); count++) {
        g_assert_cmpuint(frame.length, ==, 1);
        g_assert_cmpuint(frame.data[0], ==, file);
        g_assert_cmpuint(frame.number, ==, ++numbers[file]);
        g_assert_true(frame.time_ns > last_time ||
                      (frame.time_ns == last_time && file >= last_file));
        last_time = frame.time_ns;
        last_file = file;
    }
    g_assert_false(ms_merge_next(merge, &frame, &file));
    g_assert_cmpuint(count, ==, total);
    g_assert_cmpuint(problems, ==, 0);
    for (size_t i = 0; i < FILES; i++)
        g_bytes_unref(contents[i]);
}

/* Each file that is no capture, empty or cut is told once; the frames of all others come. */
static void test_problems(void)
{
    static const uint32_t times[] = {10, 20, 30};
    GBytes *good = make_file(times, 3, 0);
    gsize length;
    const void *data = g_bytes_get_data(good, &length);
    const char *names[] = {"text", "empty", "cut", "/nonexistent/file", "good"};
    GBytes *contents[] = {g_bytes_new_static("this is not a capture at all", 28),
                          g_bytes_new_static("", 0), g_bytes_new(data, length - 1), NULL, good};
    static const struct {
        size_t first, count;
        unsigned frames, problems;
    } rows[] = {{0, 5, 5, 4}, {0, 1, 0, 1}, {1, 1, 0, 1}, {2, 1, 2, 1},
                {3, 1, 0, 1}, {4, 1, 3, 0}, {2, 3, 5, 2}};
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        unsigned problems = 0;
        unsigned frames = 0;
        MsFrame frame;
        uint16_t file;
        g_autoptr(MsMerge) merge = ms_merge_new(names + rows[i].first, contents + rows[i].first,
                                                rows[i].count, count_problem, &problems);
        while (ms_merge_next(merge, &frame, &file))
            frames++;
        g_assert_cmpuint(frames, ==, rows[i].frames);
        g_assert_cmpuint(problems, ==, rows[i].problems);
    }
    g_assert_cmpuint(checked, ==, 7);
    for (size_t i = 0; i < G_N_ELEMENTS(contents); i++)
        g_clear_pointer(&contents[i], g_bytes_unref);
}

/* Left in the middle: nothing leaks (LeakSanitizer tells). */
static void test_left(void)
{
    static const uint32_t times[] = {10, 20, 30};
    GBytes *contents[] = {make_file(times, 3, 0), make_file(times, 3, 1)};
    const char *names[] = {"a", "b"};
    unsigned problems = 0;
    g_autoptr(MsMerge) merge = ms_merge_new(names, contents, 2, count_problem, &problems);
    MsFrame frame;
    uint16_t file;
    g_assert_true(ms_merge_next(merge, &frame, &file));
    g_clear_pointer(&merge, ms_merge_free);
    g_bytes_unref(contents[0]);
    g_bytes_unref(contents[1]);
    g_assert_false(ms_merge_is_file("-"));
    g_assert_false(ms_merge_is_file("/"));
    g_assert_false(ms_merge_is_file("/dev/null"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/merge/order", test_order);
    g_test_add_func("/merge/problems", test_problems);
    g_test_add_func("/merge/left", test_left);
    return g_test_run();
}
