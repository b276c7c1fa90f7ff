/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-inflate.c - compressed bytes come out the same, with the same evidence, however they are
 * cut; a cap, an end and bytes that are none stop it. */
#include "bytescheck.h"
#include "dialogue/inflate.h"

#include <glib.h>
#include <zlib.h>

#include <string.h>

enum { ROOM = 4096 };

/* Raw deflate of the text, ended with a sync flush or for good. */
static size_t pack(const char *text, size_t length, uint8_t *out, int flush)
{
    z_stream stream = {0};
    g_assert_cmpint(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)length;
    stream.next_out = out;
    stream.avail_out = ROOM;
    deflate(&stream, flush);
    size_t size = ROOM - stream.avail_out;
    deflateEnd(&stream);
    return size;
}

/* Takes all that is handed on; writes down each byte with the end of its evidence. */
static size_t take(const MsBytes *plain, void *user_data)
{
    GString *log = user_data;
    for (size_t i = 0; i < plain->length; i++) {
        MsRanges where = {0};
        ms_ranges_add(&where, plain, i, 1, 16);
        g_assert_cmpuint(where.n_ranges, ==, 1);
        g_assert_cmpint(where.range[0].source, ==, MS_SOURCE_FRAME);
        g_string_append_printf(log, "%c%u+%u ", plain->data[i], where.range[0].offset,
                               where.range[0].length);
        ms_ranges_clear(&where);
    }
    return plain->length;
}

static MsInflateResult run(const uint8_t *data, size_t size, size_t longest, uint64_t most,
                           GString *log)
{
    MsInflate *inflate = ms_inflate_new(most);
    MsInflateResult result = MS_INFLATE_MORE;
    for (size_t at = 0; at < size && result == MS_INFLATE_MORE; at += longest) {
        size_t run = MIN(longest, size - at);
        const MsPiece piece = {
            .at = at, .place = {.frame = 1, .offset = (uint32_t)at + 100, .length = (uint32_t)run}};
        const MsBytes bytes = {data + at, run, at, &piece, 1};
        size_t offset = 0;
        result = ms_inflate_push(inflate, &bytes, &offset, take, log);
    }
    ms_inflate_free(inflate);
    return result;
}

static void test_cuts(void)
{
    static const char text[] = "* 1 FETCH (FLAGS (Seen Seen Seen Seen Answered))";
    uint8_t data[ROOM];
    size_t size = pack(text, strlen(text), data, Z_SYNC_FLUSH);
    g_autoptr(GString) whole = g_string_new("");
    g_assert_cmpint(run(data, size, size, 1000, whole), ==, MS_INFLATE_MORE);
    g_assert_cmpint(whole->str[0], ==, '*');
    size_t checked = 0;
    for (size_t longest = 1; longest < size; longest++, checked++) {
        g_autoptr(GString) again = g_string_new("");
        run(data, size, longest, 1000, again);
        g_assert_cmpstr(again->str, ==, whole->str);
    }
    g_assert_cmpuint(checked, ==, size - 1);
}

static void test_ends(void)
{
    uint8_t data[ROOM];
    char zeros[ROOM] = {0};
    memset(zeros, 'x', sizeof zeros);
    g_autoptr(GString) log = g_string_new("");
    size_t size = pack("bye", 3, data, Z_FINISH);
    g_assert_cmpint(run(data, size, size, 1000, log), ==, MS_INFLATE_END);
    size = pack(zeros, sizeof zeros, data, Z_SYNC_FLUSH);
    g_assert_cmpint(run(data, size, size, 1000, log), ==, MS_INFLATE_LIMIT);
    memset(data, 0xff, 8);
    g_assert_cmpint(run(data, 8, 8, 1000, log), ==, MS_INFLATE_BAD);
}

/* What is not eaten is handed on again, with more behind it. */
static size_t take_late(const MsBytes *plain, void *user_data)
{
    size_t *most = user_data;
    *most = MAX(*most, plain->length);
    return plain->length < 10 ? 0 : 4;
}

static void test_left(void)
{
    uint8_t data[ROOM];
    size_t size = pack("0123456789abcdef", 16, data, Z_SYNC_FLUSH);
    MsInflate *inflate = ms_inflate_new(1000);
    const MsPiece piece = {.place = {.frame = 1, .length = (uint32_t)size}};
    size_t most = 0;
    for (size_t at = 0; at < size; at++) {
        const MsBytes bytes = {data, at + 1, 0, &piece, 1};
        size_t offset = at;
        ms_inflate_push(inflate, &bytes, &offset, take_late, &most);
        g_assert_cmpuint(offset, ==, at + 1);
    }
    g_assert_cmpuint(most, >=, 10);
    MsBytes left = ms_inflate_left(inflate);
    g_assert_cmpuint(left.length, >, 0);
    g_assert_cmpuint(left.at + left.length, ==, 16);
    assert_bytes(left.data, left.length, "0123456789abcdef" + left.at, left.length);
    ms_inflate_drop(inflate);
    g_assert_cmpuint(ms_inflate_left(inflate).length, ==, 0);
    ms_inflate_free(inflate);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inflate/cuts", test_cuts);
    g_test_add_func("/inflate/ends", test_ends);
    g_test_add_func("/inflate/left", test_left);
    return g_test_run();
}
