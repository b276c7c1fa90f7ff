/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-capture.c - the door and the input behind it: files that are no captures, compressed ones,
 * members after members, and all of them cut or damaged. */
#include "base/error.h"
#include "bytescheck.h"
#include "capture/capture.h"
#include "pcapwriter.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <fcntl.h>
#include <unistd.h>

enum { FRAMES = 3000, FRAME = 700 }; /* 2 MB: more than one block */

static void make_capture(MsBuffer *file)
{
    TestPcap format = {.link_type = 1};
    uint8_t data[FRAME];
    test_pcap_header(file, &format);
    for (uint32_t i = 0; i < FRAMES; i++) {
        for (uint32_t j = 0; j < FRAME; j++)
            data[j] = (uint8_t)((i * 31 + j * j) >> 3);
        test_pcap_record(file, &format, i, data, FRAME, FRAME);
    }
}

typedef enum { PLAIN, GZIP, ZSTD, XZ } Kind;

static void compress_one(Kind kind, const uint8_t *data, size_t length, MsBuffer *out)
{
    size_t room = length + length / 8 + 1000, used = 0;
    g_autofree uint8_t *packed = g_malloc(room);
    if (kind == GZIP) {
        z_stream z = {0};
        g_assert_cmpint(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==,
                        Z_OK);
        z.next_in = (Bytef *)(uintptr_t)data;
        z.avail_in = (uInt)length;
        z.next_out = packed;
        z.avail_out = (uInt)room;
        g_assert_cmpint(deflate(&z, Z_FINISH), ==, Z_STREAM_END);
        used = z.total_out;
        deflateEnd(&z);
    } else if (kind == ZSTD) {
        ZSTD_CCtx *context = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
        used = ZSTD_compress2(context, packed, room, data, length);
        g_assert_false(ZSTD_isError(used));
        ZSTD_freeCCtx(context);
    } else {
        g_assert_cmpint(
            lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, data, length, packed, &used, room),
            ==, LZMA_OK);
    }
    ms_buffer_append(out, packed, used);
}

/* In `members` parts, as `cat a.gz b.gz` or parallel compressors make them. */
static void pack(Kind kind, const MsBuffer *file, size_t members, MsBuffer *out)
{
    for (size_t i = 0; i < members; i++) {
        size_t from = file->length * i / members, to = file->length * (i + 1) / members;
        if (kind == PLAIN)
            ms_buffer_append(out, file->data + from, to - from);
        else
            compress_one(kind, file->data + from, to - from, out);
    }
}

/* Counts the frames; the first `certain` must be the right ones. */
static uint32_t count_frames(MsCapture *capture, uint32_t certain, GError **error)
{
    MsFrame frame;
    uint32_t frames = 0;
    while (ms_capture_next(capture, &frame, error)) {
        frames++;
        if (frames > certain)
            continue;
        uint8_t first = (uint8_t)(((frame.number - 1) * 31) >> 3);
        uint8_t last = (uint8_t)(((frame.number - 1) * 31 + (FRAME - 1) * (FRAME - 1)) >> 3);
        g_assert_cmpuint(frame.length, ==, FRAME);
        g_assert_cmpuint(frame.data[0], ==, first);
        g_assert_cmpuint(frame.data[FRAME - 1], ==, last);
    }
    return frames;
}

static void test_compressed(void)
{
    MsBuffer file = {0};
    make_capture(&file);
    size_t checked = 0;
    for (Kind kind = PLAIN; kind <= XZ; kind++) {
        for (size_t members = 1; members <= 3; members++, checked++) {
            MsBuffer packed = {0};
            pack(kind, &file, members, &packed);
            if (kind != PLAIN && members == 3)
                ms_buffer_append(&packed, "\0\0\0\0\0\0\0", 7); /* padding of a tape */
            g_autoptr(GError) error = NULL;
            g_autoptr(MsCapture) capture =
                ms_capture_open_memory(packed.data, packed.length, "x", &error);
            g_assert_no_error(error);
            g_assert_cmpuint(count_frames(capture, FRAMES, &error), ==, FRAMES);
            g_assert_no_error(error);
            uint64_t read, size;
            ms_capture_progress(capture, &read, &size);
            g_assert_cmpuint(read, ==, packed.length);
            g_assert_cmpuint(size, ==, packed.length);
            ms_buffer_clear(&packed);
        }
    }
    g_assert_cmpuint(checked, ==, 12);
    ms_buffer_clear(&file);
}

/* Compressed data that stop or go wrong: the frames before are given. */
static void test_compressed_trouble(void)
{
    MsBuffer file = {0};
    make_capture(&file);
    for (Kind kind = GZIP; kind <= XZ; kind++) {
        MsBuffer packed = {0};
        pack(kind, &file, 2, &packed);
        for (int i = 0; i < 3; i++) {
            size_t length = packed.length;
            g_autoptr(GError) error = NULL;
            g_autofree uint8_t *bytes = g_malloc(length + 10);
            memcpy(bytes, packed.data, length);
            if (i == 0)
                length = length * 3 / 4;
            else if (i == 1)
                memset(bytes + length * 3 / 4, 0x55, 40);
            else
                memcpy(bytes + length, "not zeros", 9), length += 9;
            g_autoptr(MsCapture) capture = ms_capture_open_memory(bytes, length, "x", &error);
            /* gzip only notices at the end of a member that bytes are wrong */
            uint32_t frames = count_frames(capture, i == 1 ? FRAMES / 2 : FRAMES, &error);
            g_assert_nonnull(error);
            g_test_message("%d %d: %u, %s", kind, i, frames, error->message);
            MsError code = i == 0 ? MS_ERROR_CUT : MS_ERROR_DAMAGED;
            g_assert_error(error, MS_ERROR, (int)code);
            if (i == 2)
                g_assert_cmpuint(frames, ==, FRAMES);
            else
                g_assert_cmpuint(frames, >=, FRAMES / 2 - 1);
        }
        ms_buffer_clear(&packed);
    }
    ms_buffer_clear(&file);
}

/* 64 MiB of zeros in 64 kB: read as a stream, then refused or skipped, never kept. */
static void test_bomb(void)
{
    MsBuffer packed = {0}, head = {0};
    test_ng_section(&head, false);
    test_u32(&head, false, 99);
    test_u32(&head, false, 0xfffffff0); /* a block of 4 GiB */
    size_t zeros = (size_t)64 << 20;
    z_stream z = {0};
    g_assert_cmpint(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==,
                    Z_OK);
    g_autofree uint8_t *block = g_malloc0(1 << 20), *out = g_malloc(1 << 20);
    z.next_out = out;
    z.avail_out = 1 << 20;
    z.next_in = head.data;
    z.avail_in = (uInt)head.length;
    g_assert_cmpint(deflate(&z, Z_NO_FLUSH), ==, Z_OK);
    for (size_t i = 0; i < zeros >> 20; i++) {
        z.next_in = block;
        z.avail_in = 1 << 20;
        g_assert_cmpint(deflate(&z, Z_NO_FLUSH), ==, Z_OK);
    }
    g_assert_cmpint(deflate(&z, Z_FINISH), ==, Z_STREAM_END);
    ms_buffer_append(&packed, out, z.total_out);
    deflateEnd(&z);
    g_autoptr(GError) error = NULL;
    g_autoptr(MsCapture) capture = ms_capture_open_memory(packed.data, packed.length, "x", &error);
    MsFrame frame;
    g_assert_false(ms_capture_next(capture, &frame, &error));
    g_assert_error(error, MS_ERROR, MS_ERROR_CUT);
    ms_buffer_clear(&packed);
    ms_buffer_clear(&head);
}

static void test_refused(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        MsError code;
        const char *message;
    } rows[] = {
        {"", 0, MS_ERROR_EMPTY, "'x' is empty"},
        {"hello", 5, MS_ERROR_NOT_CAPTURE, "'x' is no capture: neither pcap nor pcapng"},
        {"\xd4", 1, MS_ERROR_NOT_CAPTURE, "'x' is no capture: neither pcap nor pcapng"},
        {"\xd4\xc3\xb2\xa1\2\0", 6, MS_ERROR_CUT, "'x' is cut in its file header"},
        {"\x0a\x0d\x0d\x0a\x1c\0\0\0not it..", 16, MS_ERROR_NOT_CAPTURE,
         "'x' is no capture: neither pcap nor pcapng"},
        {"\x28\xb5\x2f\xfd\x24\0\1\0\0\x99\xe9\xd8\x51", 13, MS_ERROR_EMPTY,
         "'x' is empty: its zstd data hold nothing"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\3\1\5\0\xfa\xff"
         "abcde",
         20, MS_ERROR_CUT, "'x' is cut: its gzip data stop in the middle"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff", 13, MS_ERROR_DAMAGED,
         "cannot read 'x': the gzip data are damaged"},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ms_capture_open_memory(rows[i].bytes, rows[i].length, "x", &error));
        g_assert_cmpstr(error->message, ==, rows[i].message);
        g_assert_error(error, MS_ERROR, (int)rows[i].code);
    }
    g_assert_cmpuint(checked, ==, 8);
}

static void test_paths(void)
{
    g_autoptr(GError) missing = NULL, folder = NULL;
    g_assert_null(ms_capture_open("/nonexistent/x.pcap", &missing));
    g_assert_error(missing, MS_ERROR, MS_ERROR_OPEN);
    g_assert_cmpstr(missing->message, ==,
                    "cannot open '/nonexistent/x.pcap': No such file or directory");
    g_assert_null(ms_capture_open("/", &folder));
    g_assert_error(folder, MS_ERROR, MS_ERROR_OPEN);
    g_assert_cmpstr(folder->message, ==, "cannot open '/': it is a folder");
}

typedef struct {
    int fd;
    const MsBuffer *file;
} Writer;

/* Feeds a pipe in small, uneven portions. */
static gpointer write_pipe(gpointer data)
{
    const Writer *writer = data;
    size_t at = 0, portion = 1;
    while (at < writer->file->length) {
        size_t length = MIN(portion, writer->file->length - at);
        ssize_t done = write(writer->fd, writer->file->data + at, length);
        g_assert_cmpint(done, >, 0);
        at += (size_t)done;
        portion = portion * 3 % 60000 + 1;
    }
    close(writer->fd);
    return NULL;
}

/* Standard input, a pipe: "-". */
static void test_pipe(void)
{
    MsBuffer file = {0}, packed = {0};
    make_capture(&file);
    pack(GZIP, &file, 1, &packed);
    for (int i = 0; i < 2; i++) {
        int ends[2], saved = dup(STDIN_FILENO);
        g_assert_cmpint(pipe(ends), ==, 0);
        g_assert_cmpint(dup2(ends[0], STDIN_FILENO), ==, STDIN_FILENO);
        close(ends[0]);
        Writer writer = {ends[1], i == 0 ? &file : &packed};
        GThread *thread = g_thread_new("writer", write_pipe, &writer);
        g_autoptr(GError) error = NULL;
        g_autoptr(MsCapture) capture = ms_capture_open("-", &error);
        g_assert_no_error(error);
        g_assert_cmpuint(count_frames(capture, FRAMES, &error), ==, FRAMES);
        g_assert_no_error(error);
        g_thread_join(thread);
        uint64_t read, size;
        ms_capture_progress(capture, &read, &size);
        g_assert_cmpuint(size, ==, 0);
        g_assert_cmpuint(read, ==, writer.file->length);
        if (saved >= 0) {
            dup2(saved, STDIN_FILENO);
            close(saved);
        }
    }
    ms_buffer_clear(&file);
    ms_buffer_clear(&packed);
}

static void test_file(void)
{
    MsBuffer file = {0};
    make_capture(&file);
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("mailscope-XXXXXX.pcap", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, file.data, file.length), ==, (ssize_t)file.length);
    close(fd);
    g_autoptr(GError) error = NULL;
    g_autoptr(MsCapture) capture = ms_capture_open(path, &error);
    g_assert_cmpuint(count_frames(capture, FRAMES, &error), ==, FRAMES);
    g_assert_no_error(error);
    uint64_t read, size;
    ms_capture_progress(capture, &read, &size);
    g_assert_cmpuint(size, ==, file.length);
    g_assert_cmpuint(read, ==, file.length);
    unlink(path);
    ms_buffer_clear(&file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/capture/compressed", test_compressed);
    g_test_add_func("/capture/compressed-trouble", test_compressed_trouble);
    g_test_add_func("/capture/bomb", test_bomb);
    g_test_add_func("/capture/refused", test_refused);
    g_test_add_func("/capture/paths", test_paths);
    g_test_add_func("/capture/pipe", test_pipe);
    g_test_add_func("/capture/file", test_file);
    return g_test_run();
}
