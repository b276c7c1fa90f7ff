/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-pcap.c - classic captures: byte orders, clocks, variants, records that are cut or absurd. */
#include "base/error.h"
#include "bytescheck.h"
#include "capture/capture.h"
#include "pcapwriter.h"

#define TIME INT64_C(1700000000123456789)

static MsCapture *open_bytes(const MsBuffer *file)
{
    GError *error = NULL;
    MsCapture *capture = ms_capture_open_memory(file->data, file->length, "x", &error);
    g_assert_no_error(error);
    g_assert_nonnull(capture);
    return capture;
}

static void test_formats(void)
{
    size_t checked = 0;
    for (unsigned i = 0; i < 4; i++, checked++) {
        TestPcap format = {.big_endian = i & 1,
                           .nano = i & 2,
                           .link_type = 0x14000000 | 113, /* with a check sequence of two bytes */
                           .snap_length = 65535};
        MsBuffer file = {0};
        test_pcap_header(&file, &format);
        test_pcap_record(&file, &format, TIME, "abc", 3, 3);
        test_pcap_record(&file, &format, 0, "", 0, 99);
        test_pcap_record(&file, &format, TIME, "abcdef", 6, 2); /* more than there was */
        g_autoptr(MsCapture) capture = open_bytes(&file);
        MsFrame frame;
        GError *error = NULL;
        g_assert_true(ms_capture_next(capture, &frame, &error));
        g_assert_cmpuint(frame.number, ==, 1);
        g_assert_cmpint(frame.time_ns, ==, format.nano ? TIME : TIME / 1000 * 1000);
        g_assert_cmpint(frame.link_type, ==, 113);
        assert_bytes(frame.data, frame.length, "abc", 3);
        g_assert_true(ms_capture_next(capture, &frame, &error));
        g_assert_cmpuint(frame.length, ==, 0);
        g_assert_cmpuint(frame.wire_length, ==, 99);
        g_assert_true(ms_capture_next(capture, &frame, &error));
        g_assert_cmpuint(frame.length, ==, 6);
        g_assert_cmpuint(frame.wire_length, ==, 6);
        for (int j = 0; j < 2; j++) { /* the end stays the end */
            g_assert_false(ms_capture_next(capture, &frame, &error));
            g_assert_no_error(error);
        }
        uint64_t read, size;
        ms_capture_progress(capture, &read, &size);
        g_assert_cmpuint(read, ==, file.length);
        g_assert_cmpuint(size, ==, file.length);
        ms_buffer_clear(&file);
    }
    g_assert_cmpuint(checked, ==, 4);
}

/* Times up to 2106: the seconds have no sign. */
static void test_late_time(void)
{
    TestPcap format = {.link_type = 1};
    MsBuffer file = {0};
    test_pcap_header(&file, &format);
    test_pcap_record(&file, &format, INT64_C(4294967295000000000), "", 0, 0);
    g_autoptr(MsCapture) capture = open_bytes(&file);
    MsFrame frame;
    g_assert_true(ms_capture_next(capture, &frame, NULL));
    g_assert_cmpint(frame.time_ns, ==, INT64_C(4294967295000000000));
    ms_buffer_clear(&file);
}

/* A file cut anywhere gives every whole record, and says that it is cut unless a record just
 * ended. */
static void test_cut_anywhere(void)
{
    TestPcap format = {.link_type = 1};
    MsBuffer file = {0};
    test_pcap_header(&file, &format);
    test_pcap_record(&file, &format, TIME, "0123456789", 10, 10);
    test_pcap_record(&file, &format, TIME, "abcde", 5, 5);
    for (size_t length = 24; length < file.length; length++) {
        g_autofree uint8_t *copy = g_memdup2(file.data, length);
        g_autoptr(MsCapture) capture = ms_capture_open_memory(copy, length, "x", NULL);
        g_autoptr(GError) error = NULL;
        MsFrame frame;
        uint32_t frames = 0;
        while (ms_capture_next(capture, &frame, &error))
            frames++;
        g_assert_cmpuint(frames, ==, length >= 50 ? 1 : 0);
        if (length == 24 || length == 50)
            g_assert_no_error(error);
        else
            g_assert_error(error, MS_ERROR, MS_ERROR_CUT);
    }
    for (size_t length = 4; length < 24; length++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ms_capture_open_memory(file.data, length, "x", &error));
        g_assert_error(error, MS_ERROR, MS_ERROR_CUT);
    }
    ms_buffer_clear(&file);
}

/* A length that no record has: what came before is given. Lengths above the snapshot length, as
 * some programs write them, are fine. */
static void test_lengths(void)
{
    static const struct {
        uint32_t snap_length, length;
        bool good;
    } rows[] = {
        {96, 1500, true},
        {96, 200000, true},
        {96, 1 << 20, true},
        {96, (1 << 20) + 1, false},
        {0, 70000, true},
        {0x7fffffff, 3 << 20, true},
        {0x7fffffff, 257 << 20, false},
        {0xffffffff, 0xffffffff, false},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        TestPcap format = {.link_type = 1, .snap_length = rows[i].snap_length};
        MsBuffer file = {0};
        test_pcap_header(&file, &format);
        test_pcap_record(&file, &format, TIME, "abc", 3, 3);
        test_u32(&file, false, 0);
        test_u32(&file, false, 0);
        test_u32(&file, false, rows[i].length);
        test_u32(&file, false, rows[i].length);
        g_autofree uint8_t *bytes = g_malloc0(rows[i].good ? rows[i].length : 1);
        ms_buffer_append(&file, bytes, rows[i].good ? rows[i].length : 1);
        g_autoptr(MsCapture) capture = open_bytes(&file);
        g_autoptr(GError) error = NULL;
        MsFrame frame;
        g_assert_true(ms_capture_next(capture, &frame, &error));
        g_assert_true(ms_capture_next(capture, &frame, &error) == rows[i].good);
        if (rows[i].good)
            g_assert_cmpuint(frame.length, ==, rows[i].length);
        else
            g_assert_error(error, MS_ERROR, MS_ERROR_DAMAGED);
        ms_buffer_clear(&file);
    }
    g_assert_cmpuint(checked, ==, 8);
}

/* Before pcap 2.3 the two lengths stood the other way round; in 2.3 either way. */
static void test_old_versions(void)
{
    static const struct {
        uint8_t minor;
        uint32_t first, second;
    } rows[] = {{2, 9, 3}, {3, 9, 3}, {3, 3, 9}, {4, 3, 9}};
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        TestPcap format = {.link_type = 1};
        MsBuffer file = {0};
        test_pcap_header(&file, &format);
        file.data[6] = rows[i].minor;
        test_u32(&file, false, 1);
        test_u32(&file, false, 0);
        test_u32(&file, false, rows[i].first);
        test_u32(&file, false, rows[i].second);
        ms_buffer_text(&file, "abc");
        g_autoptr(MsCapture) capture = open_bytes(&file);
        MsFrame frame;
        g_assert_true(ms_capture_next(capture, &frame, NULL));
        g_assert_cmpuint(frame.length, ==, 3);
        g_assert_cmpuint(frame.wire_length, ==, 9);
        ms_buffer_clear(&file);
    }
    g_assert_cmpuint(checked, ==, 4);
}

/* The variant of patched kernels: eight more bytes in each record header. */
static void test_modified(void)
{
    TestPcap format = {.link_type = 1};
    MsBuffer file = {0};
    test_pcap_header(&file, &format);
    memcpy(file.data, "\x34\xcd\xb2\xa1", 4);
    for (int i = 0; i < 2; i++) {
        test_u32(&file, false, 1);
        test_u32(&file, false, 2);
        test_u32(&file, false, 3);
        test_u32(&file, false, 3);
        ms_buffer_append(&file, "\1\0\0\0\0\x08\1\0", 8);
        ms_buffer_text(&file, "abc");
    }
    g_autoptr(MsCapture) capture = open_bytes(&file);
    MsFrame frame;
    for (int i = 0; i < 2; i++) {
        g_assert_true(ms_capture_next(capture, &frame, NULL));
        assert_bytes(frame.data, frame.length, "abc", 3);
        g_assert_cmpint(frame.time_ns, ==, 1000002000);
    }
    ms_buffer_clear(&file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pcap/formats", test_formats);
    g_test_add_func("/pcap/late-time", test_late_time);
    g_test_add_func("/pcap/cut-anywhere", test_cut_anywhere);
    g_test_add_func("/pcap/lengths", test_lengths);
    g_test_add_func("/pcap/old-versions", test_old_versions);
    g_test_add_func("/pcap/modified", test_modified);
    return g_test_run();
}
