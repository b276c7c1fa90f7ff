/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-replies.c - reply codes in words: the table is sorted and whole, other codes fall back. */
#include "fact/replies.h"

#include <glib.h>

#include <string.h>

static void test_table(void)
{
    static const unsigned codes[] = {
#define MS_REPLY(code, ...) code,
#include "fact/replies.def"
#undef MS_REPLY
    };
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        const char *rfc = NULL;
        const char *words = ms_reply_words(codes[i], &rfc);
        g_assert_nonnull(words);
        g_assert_cmpuint(strlen(words), >, 0);
        g_assert_nonnull(rfc);
        if (i > 0)
            g_assert_cmpuint(codes[i], >, codes[i - 1]);
    }
    g_assert_cmpuint(G_N_ELEMENTS(codes), ==, 40);
    static const struct {
        unsigned subject, detail;
        const char *words, *rfc;
    } statuses[] = {
#define MS_STATUS(subject, detail, words, rfc, keywords) {subject, detail, words, rfc},
#include "fact/replies.def"
#undef MS_STATUS
    };
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *code = g_strdup_printf("5.%u.%u", statuses[i].subject, statuses[i].detail);
        const char *rfc = NULL;
        g_assert_cmpstr(ms_enhanced_words(code, strlen(code), &rfc), ==, statuses[i].words);
        g_assert_cmpstr(rfc, ==, statuses[i].rfc);
        if (i > 0)
            g_assert_cmpuint(statuses[i].subject * 1000 + statuses[i].detail, >,
                             statuses[i - 1].subject * 1000 + statuses[i - 1].detail);
    }
    g_assert_cmpuint(G_N_ELEMENTS(statuses), ==, 81);
}

static void test_digits(void)
{
    unsigned known = 0;
    for (unsigned code = 0; code < 1100; code++) {
        const char *rfc = NULL;
        const char *words = ms_reply_words(code, &rfc);
        g_assert_true((words != NULL) == (code >= 200 && code <= 599));
        g_assert_true((rfc != NULL) == (words != NULL));
        known += words != NULL;
    }
    g_assert_cmpuint(known, ==, 400);
    const char *rfc = NULL;
    g_assert_cmpstr(ms_reply_words(599, &rfc), ==, "refused");
    g_assert_cmpstr(rfc, ==, "5321 4.2.1");
    g_assert_cmpstr(ms_reply_words(256, NULL), ==, "done by the mail system");
    g_assert_nonnull(ms_reply_words(250, NULL));
}

static void test_enhanced(void)
{
    static const struct {
        const char *code, *words;
    } rows[] = {
        {"5.7.8", "user name or password is wrong"},
        {"2.1.5", "recipient's address is valid"},
        {"4.7.999", "something about security or policy"},
        {"2.9.1", "success"},
        {"4.9.1", "failed for now"},
        {"5.123.456", "failed for good"},
        {"3.7.8", NULL},
        {"5.7", NULL},
        {"5.7.", NULL},
        {"5.7.8.1", NULL},
        {"5.07.8", NULL},
        {"5.7.1234", NULL},
        {"", NULL},
        {"5.7.8 ", NULL},
        {"a.b.c", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(ms_enhanced_words(rows[i].code, strlen(rows[i].code), NULL), ==,
                        rows[i].words);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 15);
    g_assert_nonnull(ms_enhanced_words("5.7.8x", 5, NULL)); /* length, not NUL, ends it */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replies/table", test_table);
    g_test_add_func("/replies/digits", test_digits);
    g_test_add_func("/replies/enhanced", test_enhanced);
    return g_test_run();
}
