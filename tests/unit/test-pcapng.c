/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-pcapng.c - sections, interfaces, clocks, the three packet blocks, and blocks that are cut,
 * damaged or unknown. */
#include "base/error.h"
#include "bytescheck.h"
#include "capture/capture.h"
#include "pcapwriter.h"

static MsCapture *open_bytes(const MsBuffer *file)
{
    GError *error = NULL;
    MsCapture *capture = ms_capture_open_memory(file->data, file->length, "x", &error);
    g_assert_no_error(error);
    g_assert_nonnull(capture);
    return capture;
}

/* Two sections of different byte order, each with interfaces of its own. */
static void test_sections(void)
{
    for (int first = 0; first < 2; first++) {
        MsBuffer file = {0};
        for (int i = 0; i < 2; i++) {
            bool big = (first + i) % 2 == 1;
            test_ng_section(&file, big);
            test_ng_interface(&file, big, i == 0 ? 1 : 113, 0, 0, 0);
            test_ng_packet(&file, big, 0, 5000000, "abc", 3, 9);
            test_ng_interface(&file, big, 101, 96, 9, 0);
            test_ng_packet(&file, big, 1, 5000000, "defgh", 5, 5);
        }
        static const int links[] = {1, 101, 113, 101};
        g_autoptr(MsCapture) capture = open_bytes(&file);
        GError *error = NULL;
        MsFrame frame;
        for (uint32_t i = 0; i < 4; i++) {
            g_assert_true(ms_capture_next(capture, &frame, &error));
            g_assert_cmpuint(frame.number, ==, i + 1);
            g_assert_cmpint(frame.link_type, ==, links[i]);
            g_assert_cmpuint(frame.interface, ==, i % 2);
            g_assert_cmpint(frame.time_ns, ==, i % 2 == 0 ? 5000000000 : 5000000);
            g_assert_cmpuint(frame.wire_length, ==, i % 2 == 0 ? 9 : 5);
            assert_bytes(frame.data, frame.length, i % 2 == 0 ? "abc" : "defgh",
                         i % 2 == 0 ? 3 : 5);
        }
        g_assert_false(ms_capture_next(capture, &frame, &error));
        g_assert_no_error(error);
        ms_buffer_clear(&file);
    }
}

static void test_clocks(void)
{
    static const struct {
        uint8_t resolution;
        int64_t offset;
        uint64_t units;
        int64_t time_ns;
    } rows[] = {
        {0, 0, 1700000000123456, INT64_C(1700000000123456000)}, /* none said: microseconds */
        {6, 0, 1700000000123456, INT64_C(1700000000123456000)},
        {9, 0, 1700000000123456789, INT64_C(1700000000123456789)},
        {3, 0, 1700000000123, INT64_C(1700000000123000000)},
        {12, 0, 1700000123456789012, INT64_C(1700000123456789)},
        {19, 0, 10000000000000000001u, 1000000000},
        {0x80 | 10, 0, 1024 * 5 + 512, INT64_C(5500000000)},
        {0x80 | 32, 0, UINT64_C(0x180000000), INT64_C(1500000000)},
        {0x80 | 40, 0, UINT64_C(0x18000000000), INT64_C(1500000000)},
        {0x80 | 63, 0, UINT64_C(0xc000000000000000), INT64_C(1500000000)},
        {0x80 | 100, 0, UINT64_MAX, 0},
        {0x80, 0, 7, INT64_C(7000000000)},
        {30, 0, UINT64_MAX, 0},
        {9, 1000, 5, INT64_C(1000000000005)},
        {6, -1, 3000000, INT64_C(2000000000)},
        {6, INT64_MAX, 1, 0}, /* no clock says that */
        {6, 0, UINT64_MAX, INT64_MAX},
        {1, 0, UINT64_MAX, INT64_MAX},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsBuffer file = {0};
        test_ng_section(&file, true);
        test_ng_interface(&file, true, 1, 0, rows[i].resolution, rows[i].offset);
        test_ng_packet(&file, true, 0, rows[i].units, "", 0, 0);
        g_autoptr(MsCapture) capture = open_bytes(&file);
        MsFrame frame;
        g_assert_true(ms_capture_next(capture, &frame, NULL));
        g_test_message("row %zu", i);
        g_assert_cmpint(frame.time_ns, ==, rows[i].time_ns);
        ms_buffer_clear(&file);
    }
    g_assert_cmpuint(checked, ==, 18);
}

static void test_other_packets(void)
{
    MsBuffer file = {0}, body = {0};
    test_ng_section(&file, false);
    test_ng_interface(&file, false, 101, 4, 0, 0);
    test_u32(&body, false, 10); /* simple: cut to the snapshot length */
    ms_buffer_text(&body, "abcd");
    test_ng_block(&file, false, 3, body.data, (uint32_t)body.length);
    ms_buffer_clear(&body);
    test_u32(&body, false, 2); /* simple: shorter than that */
    ms_buffer_text(&body, "ab");
    test_ng_block(&file, false, 3, body.data, (uint32_t)body.length);
    ms_buffer_clear(&body);
    test_u32(&body, false, 0x00070000); /* obsolete: interface 0, seven dropped */
    test_u32(&body, false, 0);
    test_u32(&body, false, 9);
    test_u32(&body, false, 3);
    test_u32(&body, false, 30);
    ms_buffer_text(&body, "xyz");
    test_ng_block(&file, false, 2, body.data, (uint32_t)body.length);
    ms_buffer_clear(&body);

    g_autoptr(MsCapture) capture = open_bytes(&file);
    MsFrame frame;
    g_assert_true(ms_capture_next(capture, &frame, NULL));
    assert_bytes(frame.data, frame.length, "abcd", 4);
    g_assert_cmpuint(frame.wire_length, ==, 10);
    g_assert_cmpint(frame.time_ns, ==, 0);
    g_assert_true(ms_capture_next(capture, &frame, NULL));
    assert_bytes(frame.data, frame.length, "ab", 2);
    g_assert_true(ms_capture_next(capture, &frame, NULL));
    assert_bytes(frame.data, frame.length, "xyz", 3);
    g_assert_cmpuint(frame.wire_length, ==, 30);
    g_assert_cmpint(frame.time_ns, ==, 9000);
    ms_buffer_clear(&file);
}

/* Blocks that are no packets: passed over, in whatever size; a few of them have numbers. */
static void test_passed_over(void)
{
    static const struct {
        uint32_t type, number; /* of the frame that follows */
    } rows[] = {{4, 2}, {5, 2}, {10, 2}, {0x12345678, 2}, {9, 3}, {0x0bad, 3}, {0x40000bad, 3}};
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsBuffer file = {0};
        g_autofree uint8_t *body = g_malloc0(3000001);
        test_ng_section(&file, false);
        test_ng_interface(&file, false, 1, 0, 0, 0);
        test_ng_packet(&file, false, 0, 1, "abc", 3, 3);
        test_ng_block(&file, false, rows[i].type, body, 3000001);
        test_ng_packet(&file, false, 0, 1, "def", 3, 3);
        g_autoptr(MsCapture) capture = open_bytes(&file);
        MsFrame frame;
        g_assert_true(ms_capture_next(capture, &frame, NULL));
        g_assert_true(ms_capture_next(capture, &frame, NULL));
        g_assert_cmpuint(frame.number, ==, rows[i].number);
        assert_bytes(frame.data, frame.length, "def", 3);
        ms_buffer_clear(&file);
    }
    g_assert_cmpuint(checked, ==, 7);
}

static void test_cut_anywhere(void)
{
    MsBuffer file = {0};
    test_ng_section(&file, false);
    size_t after_section = file.length;
    test_ng_interface(&file, false, 1, 0, 0, 0);
    size_t after_interface = file.length;
    test_ng_packet(&file, false, 0, 1, "abcde", 5, 5);
    size_t after_packet = file.length;
    test_ng_block(&file, false, 77, "abcdefgh", 8);
    for (size_t length = 12; length < file.length; length++) {
        g_autofree uint8_t *copy = g_memdup2(file.data, length);
        g_autoptr(MsCapture) capture = ms_capture_open_memory(copy, length, "x", NULL);
        g_assert_nonnull(capture);
        g_autoptr(GError) error = NULL;
        MsFrame frame;
        uint32_t frames = 0;
        while (ms_capture_next(capture, &frame, &error))
            frames++;
        g_assert_cmpuint(frames, ==, length >= after_packet ? 1 : 0);
        if (length == after_section || length == after_interface || length == after_packet)
            g_assert_no_error(error);
        else
            g_assert_error(error, MS_ERROR, MS_ERROR_CUT);
    }
    ms_buffer_clear(&file);
}

/* One byte of a good file is changed; the good packet before it is given, the rest is refused. */
static void test_damaged(void)
{
    static const struct {
        const char *what;
        size_t at; /* behind the first packet */
        uint8_t value;
    } rows[] = {
        {"length too small", 4, 8},       {"length absurd", 7, 0x7f},
        {"second length differs", 32, 1}, {"unknown interface", 8, 1},
        {"longer than its block", 20, 9}, {"simple packet, not described", 36 + 28 + 4, 4},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsBuffer file = {0};
        test_ng_section(&file, false);
        test_ng_interface(&file, false, 1, 0, 0, 0);
        test_ng_packet(&file, false, 0, 1, "abcd", 4, 4);
        size_t start = file.length;
        test_ng_packet(&file, false, 0, 1, "efgh", 4, 4);
        g_assert_cmpuint(file.length - start, ==, 36);
        test_ng_section(&file, false);
        test_ng_block(&file, false, 3, "\0\0\0\0", 4); /* no interface in this section */
        file.data[start + rows[i].at] = rows[i].value;
        g_autoptr(MsCapture) capture = open_bytes(&file);
        g_autoptr(GError) error = NULL;
        MsFrame frame;
        uint32_t frames = 0;
        while (ms_capture_next(capture, &frame, &error))
            frames++;
        g_test_message("%s", rows[i].what);
        g_assert_cmpuint(frames, ==, i < 5 ? 1 : 2);
        g_assert_error(error, MS_ERROR, MS_ERROR_DAMAGED);
        ms_buffer_clear(&file);
    }
    g_assert_cmpuint(checked, ==, 6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pcapng/sections", test_sections);
    g_test_add_func("/pcapng/clocks", test_clocks);
    g_test_add_func("/pcapng/other-packets", test_other_packets);
    g_test_add_func("/pcapng/passed-over", test_passed_over);
    g_test_add_func("/pcapng/cut-anywhere", test_cut_anywhere);
    g_test_add_func("/pcapng/damaged", test_damaged);
    return g_test_run();
}
