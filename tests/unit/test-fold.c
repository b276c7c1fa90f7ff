/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-fold.c - words are the same but for the case of ASCII letters, and of nothing else. */
#include "base/fold.h"

#include <glib.h>

#include <string.h>

static void test_bytes(void)
{
    unsigned pairs = 0;
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            bool same =
                a < 128 && b < 128 ? g_ascii_tolower((char)a) == g_ascii_tolower((char)b) : a == b;
            g_assert_cmpint(ms_fold_same((uint8_t)a, (uint8_t)b), ==, same);
            pairs++;
        }
    }
    g_assert_cmpuint(pairs, ==, 65536);
}

static void test_words(void)
{
    static const struct {
        const char *text, *word;
        bool starts, is;
    } rows[] = {{"MAIL FROM:", "mail", true, false},
                {"mail", "MAIL", true, true},
                {"MAI", "MAIL", false, false},
                {"", "MAIL", false, false},
                {"x", "", true, false},
                {"[x", "{x", false, false},
                {"NAIL", "MAIL", false, false},
                {"MAIM", "MAIL", false, false}};
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        size_t length = strlen(rows[i].text);
        g_assert_cmpint(ms_fold_starts(rows[i].text, length, rows[i].word), ==, rows[i].starts);
        g_assert_cmpint(ms_fold_is(rows[i].text, length, rows[i].word), ==, rows[i].is);
    }
    g_assert_cmpuint(checked, ==, 8);
    g_assert_true(ms_fold_equal("from:x", "FROM:y", 5));
    g_assert_false(ms_fold_equal("from:x", "FROM:y", 6));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fold/bytes", test_bytes);
    g_test_add_func("/fold/words", test_words);
    return g_test_run();
}
