/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-options.c - what command lines mean, and which ones are refused and why. */
#include "base/error.h"
#include "front/options.h"

#include <glib.h>

/* Parses "mailscope" and the words of `line`. */
static bool parse(MsOptions *options, const char *line, GError **error)
{
    g_autofree char *whole = g_strconcat("mailscope ", line, NULL);
    g_auto(GStrv) words = g_strsplit(g_strstrip(whole), " ", -1);
    return ms_options_parse(options, (int)g_strv_length(words), words, error);
}

static void test_verbs(void)
{
    static const struct {
        const char *line;
        MsVerb verb;
        const char *first; /* file, or NULL */
    } rows[] = {
        {"a.pcap", MS_VERB_SHOW, "a.pcap"},
        {"show a.pcap", MS_VERB_SHOW, "a.pcap"},
        {"answer a.pcap", MS_VERB_ANSWER, "a.pcap"},
        {"fields", MS_VERB_FIELDS, NULL},
        {"limits --json", MS_VERB_LIMITS, NULL},
        {"./show", MS_VERB_SHOW, "./show"},
        {"show show", MS_VERB_SHOW, "show"},
        {"-", MS_VERB_SHOW, "-"},
        {"--json answer", MS_VERB_SHOW, "answer"},
        {"-- -x", MS_VERB_SHOW, "-x"},
        {"explain 220", MS_VERB_EXPLAIN, "220"},
        {"explain -ERR", MS_VERB_EXPLAIN, "ERR"},
        {"explain --decode base64 -- -", MS_VERB_EXPLAIN, "base64"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsOptions options;
        g_autoptr(GError) error = NULL;
        if (!parse(&options, rows[i].line, &error))
            g_error("%s: %s", rows[i].line, error->message);
        g_assert_cmpint(options.verb, ==, rows[i].verb);
        g_assert_cmpstr(options.names ? options.names[0] : NULL, ==, rows[i].first);
        ms_options_clear(&options);
    }
    g_assert_cmpuint(checked, ==, 13);
}

static void test_options(void)
{
    MsOptions options;
    g_assert_true(parse(&options,
                        "a --json b --no-hash -j 3 --redact --joined --full --color=never "
                        "--limit line-bytes=12 --limit streams=0",
                        NULL));
    g_assert_true(options.json && options.no_hash && options.redact && options.joined);
    g_assert_true(options.full);
    g_assert_cmpuint(options.jobs, ==, 3);
    g_assert_cmpint(options.color, ==, MS_COLOR_NEVER);
    g_assert_cmpuint(options.limits.value[MS_LIMIT_LINE], ==, 12);
    g_assert_cmpuint(options.limits.value[MS_LIMIT_STREAMS], ==, 0);
    g_assert_cmpuint(options.limits.value[MS_LIMIT_MESSAGE_HEAD], ==, 65536);
    g_assert_cmpuint(g_strv_length(options.names), ==, 2);
    ms_options_clear(&options);
    g_assert_true(parse(&options, "a", NULL));
    g_assert_false(options.json || options.redact || options.joined || options.full);
    g_assert_cmpuint(options.jobs, ==, 1);
    g_assert_cmpint(options.color, ==, MS_COLOR_AUTO);
    ms_options_clear(&options);
    g_assert_true(parse(&options, "answer --json --question subject --question date a", NULL));
    g_assert_true(options.json && !options.all && !options.questions);
    g_assert_cmpuint(g_strv_length(options.asked), ==, 2);
    ms_options_clear(&options);
    g_assert_true(parse(&options, "answer --questions", NULL));
    g_assert_true(options.questions);
    ms_options_clear(&options);
    g_assert_true(parse(&options, "-j0 --color always a", NULL));
    g_assert_cmpuint(options.jobs, >=, 1);
    g_assert_cmpint(options.color, ==, MS_COLOR_ALWAYS);
    ms_options_clear(&options);
}

static void test_refused(void)
{
    static const struct {
        const char *line;
        const char *why;
    } rows[] = {
        {"", "no file given"},
        {"answer", "no file given"},
        {"--bogus a", "--bogus"},
        {"answer --all --question subject a", "exclude"},
        {"answer --questions a", "'a'"},
        {"answer --question", "--question"},
        {"show --all a", "--all"},
        {"-j x a", "x"},
        {"-j -1 a", "-j needs a number"},
        {"-j 257 a", "-j needs a number"},
        {"--color=red a", "'red'"},
        {"--limit line-bytes a", "NAME=VALUE"},
        {"--limit nothing=1 a", "'nothing'"},
        {"--limit line-bytes=x a", "with a whole number"},
        {"--limit line-bytes=-1 a", "with a whole number"},
        {"--limit line-bytes=1x a", "with a whole number"},
        {"--limit line-bytes=99999999999999999999 a", "with a whole number"},
        {"fields a", "'a'"},
        {"limits --json --markdown", "exclude"},
        {"- -", "only once"},
        {"explain", "nothing to explain"},
        {"explain --decode 220", "--decode goes with"},
        {"explain --decode base64", "--decode goes with"},
        {"explain --json base64 x", "--json does not go"},
        {"explain --redact 220", "--redact"},
        {"show --decode a", "--decode"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsOptions options;
        g_autoptr(GError) error = NULL;
        if (parse(&options, rows[i].line, &error))
            g_error("accepted: %s", rows[i].line);
        g_assert_error(error, MS_ERROR, MS_ERROR_USAGE);
        if (!strstr(error->message, rows[i].why))
            g_error("%s: %s", rows[i].line, error->message);
        ms_options_clear(&options);
    }
    g_assert_cmpuint(checked, ==, 26);
}

static void test_help(void)
{
    static const struct {
        const char *line;
        const char *has;
    } rows[] = {
        {"--help", "Verbs"},
        {"-h", "mailscope [VERB] [OPTION"},
        {"show --help", "--redact"},
        {"answer --help", "--limit=NAME=VALUE"},
        {"fields --help", "--markdown"},
        {"limits --help", "--json"},
        {"explain --help", "--decode"},
        {"--version", "mailscope " MS_VERSION "\n"},
        {"answer --version", "mailscope " MS_VERSION "\n"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsOptions options;
        g_assert_true(parse(&options, rows[i].line, NULL));
        g_assert_nonnull(options.text);
        if (!strstr(options.text, rows[i].has))
            g_error("%s: %s", rows[i].line, options.text);
        ms_options_clear(&options);
    }
    g_assert_cmpuint(checked, ==, 9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/options/verbs", test_verbs);
    g_test_add_func("/options/options", test_options);
    g_test_add_func("/options/refused", test_refused);
    g_test_add_func("/options/help", test_help);
    return g_test_run();
}
