/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-drawing.c - base64 drawn both ways: rows as the lesson has them, bad places marked. */
#include "front/drawing.h"

#include <glib.h>

#include <string.h>

typedef struct {
    char *text;
    bool good;
} Drawing;

static Drawing draw(const char *text, bool decode, bool full)
{
    const MsStyle style = {.full = full};
    MsBuffer out = {0};
    Drawing drawing = {.good = true};
    if (decode)
        drawing.good = ms_draw_base64_decode(&out, (const uint8_t *)text, strlen(text), &style);
    else
        ms_draw_base64(&out, (const uint8_t *)text, strlen(text), &style);
    drawing.text = g_strndup((const char *)out.data, out.length);
    ms_buffer_clear(&out);
    return drawing;
}

static void test_lesson(void)
{
    Drawing drawing = draw("Man", false, false);
    g_assert_true(g_str_has_prefix(
        drawing.text, "  Character   |       M       |       a       |       n       |\n"
                      "  Octet       |   77 (0x4d)   |   97 (0x61)   |   110 (0x6e)  |\n"
                      "  Bits        |0 1 0 0 1 1 0 1|0 1 1 0 0 0 0 1|0 1 1 0 1 1 1 0|\n"
                      "  Sextets     |0 1 0 0 1 1|0 1 0 1 1 0|0 0 0 1 0 1|1 0 1 1 1 0|\n"
                      "  Index       |     19    |     22    |     5     |     46    |\n"
                      "  Encoded     |     T     |     W     |     F     |     u     |\n"
                      "\n"
                      "Base64: TWFu\n"));
    g_free(drawing.text);
}

/* What a drawing has to hold. */
static void test_parts(void)
{
    static const struct {
        const char *text;
        bool decode, full, good;
        const char *has;
    } rows[] = {
        {"Lev!", false, false, true, "Base64: TGV2IQ==\n"},
        {"Lev!", false, false, true, "added     |                ^ ^ ^ ^|"},
        {"Lev!", false, false, true, "4 zero bits are added to fill 2 sextets, and == stands"},
        {"Leve", false, false, true, "Base64: TGV2ZQ==\n"},
        {"Level", false, false, true, "2 zero bits are added to fill 3 sextets"},
        {"Level", false, false, true, "Base64: TGV2ZWw=\n"},
        {"Levels", false, false, true, "no padding is needed"},
        {"", false, false, true, "0 octets give 0 characters"},
        {"a\xc3\xa9", false, false, true,
         "|       a       |               \xc3\xa9               |"},
        {"ab\xc3\xa9", false, false, true, "\xc3\xa9 ..     |"},
        {"ab\xc3\xa9", false, false, true, "|      .. \xc3\xa9     |"},
        {"\x01 \xff", false, false, true, "|      \\x01     |     space     |      \\xff     |"},
        {"\xe2\x80\xae", false, false, true, "\\xe2\\x80\\xae"},
        {"0123456789012345678901234", false, false, true, "All 9 groups, one a line"},
        {"0123456789012345678901234", false, false, true,
         "  30 31 32  001100 000011 000100 110010  12  3  4 50  MDEy  0 1 2\n"},
        {"0123456789012345678901234", false, true, true,
         "|   52 (0x34)   |\n  Bits        |0 0 1 1 0 1 0 0|\n"},
        {"TGV2IQ==", true, false, true, "Decoded: Lev!\n"},
        {"TGV2IQ==", true, false, true, "== says that the last group has 1 octet"},
        {"AGFsaWNlAHB3", true, false, true, "Decoded: \\x00alice\\x00pw\n"},
        {"", true, false, true, "Decoded: (nothing)\n"},
        {"TGV2*Q==", true, false, false, "  TGV2*Q==\n      ^\n  Character 5: not in the alphabet"},
        {"TGV2*Q==", true, false, false, "Decoded: Lev\n"},
        {"TGV2IQ", true, false, false, "  TGV2IQ\n        ^\n  At the end: two = are missing"},
        {"TGV2ZWw", true, false, false, "one = is missing"},
        {"TGV2=", true, false, false, "     ^\n  Character 5: there is padding where none belongs"},
        {"TGV2I", true, false, false, "  TGV2I\n      ^\n  Character 5: left over"},
        {"TGV2IR==", true, false, false,
         "       ^\n  Character 6: its last bits belong to no octet"},
        {"TG=V", true, false, false, "    ^\n  Character 4: something behind padding"},
        {"TG V", true, false, false, "a blank or line end"},
        {"TG-_", true, false, false, "RFC 4648 5"},
        {"\xc3\xa9", true, false, false, "  \xc3\xa9\n  ^\n  Character 1: not in the alphabet"},
        {"\x1b[31m", true, false, false, "  \\x1b[31m\n  ^\n"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        Drawing drawing = draw(rows[i].text, rows[i].decode, rows[i].full);
        if (drawing.good != rows[i].good || !strstr(drawing.text, rows[i].has))
            g_error("%s: %d\n%s\nshould have\n%s", rows[i].text, drawing.good, drawing.text,
                    rows[i].has);
        g_free(drawing.text);
    }
    g_assert_cmpuint(checked, ==, 32);
}

/* Every octet goes there and back. */
static void test_all_octets(void)
{
    const MsStyle style = {0};
    for (unsigned octet = 0; octet < 256; octet++) {
        uint8_t data[2] = {(uint8_t)octet, 'x'};
        MsBuffer out = {0};
        ms_draw_base64(&out, data, 2, &style);
        for (size_t i = 0; i < out.length; i++)
            g_assert_true(out.data[i] == '\n' || out.data[i] >= 0x20);
        g_autofree char *value = g_strdup_printf("%u (0x%02x)", octet, octet);
        ms_buffer_byte(&out, '\0');
        g_assert_nonnull(strstr((const char *)out.data, value));
        g_assert_true(g_utf8_validate((const char *)out.data, -1, NULL));
        ms_buffer_clear(&out);
    }
}

/* A long text: one line for each group, within the page. */
static void test_long(void)
{
    g_autofree char *text = g_strnfill(30000, 'a');
    Drawing drawing = draw(text, false, false);
    g_auto(GStrv) lines = g_strsplit(drawing.text, "\n", -1);
    unsigned listed = 0;
    for (size_t i = 0; lines[i]; i++) {
        bool group = g_str_has_prefix(lines[i], "  61 61 61  ");
        listed += group;
        g_assert_true(!group || strlen(lines[i]) < 100);
    }
    g_assert_cmpuint(listed, ==, 10000);
    g_free(drawing.text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/drawing/lesson", test_lesson);
    g_test_add_func("/drawing/parts", test_parts);
    g_test_add_func("/drawing/all-octets", test_all_octets);
    g_test_add_func("/drawing/long", test_long);
    return g_test_run();
}
