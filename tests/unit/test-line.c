/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-line.c - lines: CRLF, bare LF, too long ones; the same however the bytes are cut. */
#include "dialogue/line.h"

#include <glib.h>

#include <string.h>

typedef struct {
    const char *bytes;
    size_t cap;
    const char *lines; /* each followed by `.`: whole, `l`: bare LF, `c`: cut */
    const char *left;
} Row;

static const Row rows[] = {
    {"", 100, "", ""},
    {"a", 100, "", "a"},
    {"a\r", 100, "", "a\r"},
    {"a\r\n", 100, "a.", ""},
    {"a\n", 100, "al", ""},
    {"\r\n\n", 100, ".l", ""},
    {"a\r\nb\nc", 100, "a.bl", "c"},
    {"a\rb\r\r\n", 100, "a\rb\r.", ""},
    {"0123456789\r\nx\r\n", 10, "0123456789cx.", ""},
    {"0123456789ab\r\nx\r\n", 10, "0123456789cx.", ""},
    {"01234567\r\nx\r\n", 10, "01234567.x.", ""},
    {"012345678\r\nx\r\n", 10, "012345678\rcx.", ""},
    {"0123456789ab", 10, "0123456789c", ""},
};

/* Reads what is offered in pieces; what is not eaten is offered again. */
static void check(const Row *row, size_t piece)
{
    MsLineReader reader = {0};
    GString *said = g_string_new("");
    size_t length = strlen(row->bytes);
    size_t at = 0;
    for (size_t seen = MIN(piece, length);; seen = MIN(seen + piece, length)) {
        MsLineSpan span;
        MsReadResult result = MS_READ_SKIPPED;
        while (at < seen && result != MS_READ_MORE) {
            g_autofree uint8_t *copy = g_memdup2(row->bytes + at, seen - at);
            MsBytes bytes = {.data = copy, .length = seen - at};
            result = ms_line_read(&reader, &bytes, 0, row->cap, &span);
            if (result == MS_READ_LINE) {
                g_string_append_len(said, (const char *)copy + span.offset, (gssize)span.length);
                g_string_append_c(said, span.cut ? 'c' : span.bare_lf ? 'l' : '.');
            }
            if (result != MS_READ_MORE) {
                g_assert_cmpuint(span.eaten, >, 0);
                at += span.eaten;
            }
        }
        if (seen == length)
            break;
    }
    g_assert_cmpstr(said->str, ==, row->lines);
    g_assert_cmpstr(row->bytes + at, ==, row->left);
    g_string_free(said, TRUE);
}

static void test_rows(void)
{
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (size_t piece = 1; piece <= 20; piece++, checked++)
            check(&rows[i], piece);
    g_assert_cmpuint(checked, ==, 13 * 20);
}

static void test_reset(void)
{
    MsLineReader reader = {0};
    MsLineSpan span;
    MsBytes bytes = {.data = (const uint8_t *)"rest\r\nline\r\n", .length = 12};
    ms_line_reset(&reader, true);
    g_assert_cmpint(ms_line_read(&reader, &bytes, 0, 100, &span), ==, MS_READ_SKIPPED);
    g_assert_cmpuint(span.eaten, ==, 6);
    g_assert_cmpint(ms_line_read(&reader, &bytes, 6, 100, &span), ==, MS_READ_LINE);
    g_assert_cmpuint(span.offset, ==, 6);
    g_assert_cmpuint(span.length, ==, 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/line/rows", test_rows);
    g_test_add_func("/line/reset", test_reset);
    return g_test_run();
}
