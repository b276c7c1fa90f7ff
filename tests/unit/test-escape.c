/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-escape.c - every byte and every kind of code point, for terminal and JSON. */
#include "base/escape.h"

#include <glib.h>

#define TEXT(text) text, sizeof(text) - 1

typedef struct {
    const char *bytes;
    size_t length;
    const char *terminal, *json;
    bool exact;
} Row;

static const Row rows[] = {
    {TEXT(""), "", "", true},
    {TEXT("plain text"), "plain text", "plain text", true},
    {TEXT("a\\b\"c"), "a\\\\b\"c", "a\\\\b\\\"c", true},
    {TEXT("\r\n\t"), "\\r\\n\\t", "\\r\\n\\t", true},
    {TEXT("\0\x1b[2J\x7f"), "\\x00\\x1b[2J\\x7f", "\\u0000\\u001b[2J\\u007f", true},
    {TEXT("zo\xc3\xab"), "zo\xc3\xab", "zo\xc3\xab", true},
    {TEXT("zo\xeb"), "zo\\xeb", "zo\xef\xbf\xbd", false},
    {TEXT("\xc2\x9b"
          "31m"),
     "\\xc2\\x9b31m", "\\u009b31m", true},
    {TEXT("\xc2\xad"), "\\xc2\\xad", "\\u00ad", true},
    {TEXT("\xc2\xa0"), "\xc2\xa0", "\xc2\xa0", true},
    {TEXT("\xd8\x9c"), "\\xd8\\x9c", "\\u061c", true},
    {TEXT("\xe2\x80\x8b"), "\\xe2\\x80\\x8b", "\\u200b", true},
    {TEXT("\xe2\x80\xae"
          "exe"),
     "\\xe2\\x80\\xaeexe", "\\u202eexe", true},
    {TEXT("\xe2\x80\xa7"), "\xe2\x80\xa7", "\xe2\x80\xa7", true},
    {TEXT("\xe2\x80\xa8"), "\\xe2\\x80\\xa8", "\\u2028", true},
    {TEXT("\xe2\x81\xa6"), "\\xe2\\x81\\xa6", "\\u2066", true},
    {TEXT("\xef\xbb\xbf"), "\\xef\\xbb\\xbf", "\\ufeff", true},
    {TEXT("\xe2\x82\xac"), "\xe2\x82\xac", "\xe2\x82\xac", true},
    {TEXT("\xf0\x9f\x93\xa7"), "\xf0\x9f\x93\xa7", "\xf0\x9f\x93\xa7", true},
    {TEXT("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81", "\\udb40\\udc41", true},
    {TEXT("\xf0\x9d\x85\xb3"), "\\xf0\\x9d\\x85\\xb3", "\\ud834\\udd73", true},
    /* not UTF-8: overlong, surrogate, beyond the end, cut, a lone tail */
    {TEXT("\xc0\xaf"), "\\xc0\\xaf", "\xef\xbf\xbd\xef\xbf\xbd", false},
    {TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", false},
    {TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", false},
    {TEXT("\xe2\x82"), "\\xe2\\x82", "\xef\xbf\xbd\xef\xbf\xbd", false},
    {TEXT("\x80"), "\\x80", "\xef\xbf\xbd", false},
};

static void check(const MsBuffer *out, const char *wanted)
{
    g_assert_cmpuint(out->length, ==, strlen(wanted));
    g_assert_true(out->length == 0 || memcmp(out->data, wanted, out->length) == 0);
}

static void test_rows(void)
{
    MsBuffer out = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        out.length = 0;
        ms_escape_terminal(&out, (const uint8_t *)rows[i].bytes, rows[i].length);
        check(&out, rows[i].terminal);
        out.length = 0;
        bool exact = ms_escape_json(&out, (const uint8_t *)rows[i].bytes, rows[i].length);
        check(&out, rows[i].json);
        g_assert_true(exact == rows[i].exact);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 26);
    ms_buffer_clear(&out);
}

/* GLib's own opinion of what UTF-8 is and which characters format or control. */
static void test_all_code_points(void)
{
    unsigned kept = 0, escaped = 0;
    MsBuffer out = {0};
    for (gunichar code = 1; code <= 0x10ffff; code++) {
        char text[6];
        if (code >= 0xd800 && code <= 0xdfff)
            continue;
        size_t length = (size_t)g_unichar_to_utf8(code, text);
        g_assert_cmpuint(ms_utf8_length((const uint8_t *)text, length), ==, length);
        g_assert_cmpuint(ms_utf8_length((const uint8_t *)text, length - 1), ==, 0);
        out.length = 0;
        ms_escape_terminal(&out, (const uint8_t *)text, length);
        bool same = out.length == length && memcmp(out.data, text, length) == 0;
        GUnicodeType type = g_unichar_type(code);
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
            type == G_UNICODE_PARAGRAPH_SEPARATOR || code == '\\')
            g_assert_false(same);
        if (g_unichar_isalnum(code))
            g_assert_true(same);
        kept += same;
        escaped += !same;
    }
    g_assert_cmpuint(kept + escaped, ==, 0x10ffff - 2048);
    g_assert_cmpuint(escaped, ==, 33 + 32 - 1 + 1 + 3 + 5 + 7 + 16 + 1 + 3 + 8 + 128);
    ms_buffer_clear(&out);
}

static void test_hex(void)
{
    MsBuffer out = {0};
    ms_escape_hex(&out, (const uint8_t *)"\x00\xff\x1a", 3);
    check(&out, "00ff1a");
    ms_escape_hex(&out, NULL, 0);
    check(&out, "00ff1a");
    ms_buffer_clear(&out);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/escape/rows", test_rows);
    g_test_add_func("/escape/all-code-points", test_all_code_points);
    g_test_add_func("/escape/hex", test_hex);
    return g_test_run();
}
