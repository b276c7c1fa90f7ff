/* SPDX-License-Identifier: GPL-2.0-or-later
 * normal.c - texts that people wrote, made alike before they are compared; lists taken apart, and
 * numbers read. */
#include "match_private.h"

#include <math.h>
#include <string.h>

#define PAIRS "<>()[]{}\"\"''``"
#define MOST_RANGE 1000 /* numbers that a range in an answer may stand for */

/* Whether the first and the last character belong together, as those of "<a>, <b>" do not. */
static bool is_wrapped(const char *text, size_t length)
{
    size_t pair = 0;
    unsigned depth = 0;
    if (length < 2)
        return false;
    while (PAIRS[pair] != '\0' && PAIRS[pair] != text[0])
        pair += 2;
    char open = PAIRS[pair];
    char close = open ? PAIRS[pair + 1] : '\0';
    if (!open || text[length - 1] != close)
        return false;
    if (open == close) /* quotes do not nest, but stand twice at times */
        return !memchr(text + 1, open, length - 2) ||
               (length > 4 && text[1] == open && text[length - 2] == open);
    for (size_t i = 0; i < length; i++) {
        depth += text[i] == open;
        depth -= text[i] == close;
        if (depth == 0)
            return i + 1 == length;
    }
    return false;
}

/* What is inside of blanks, quotes and brackets; changes the text. */
static char *unwrap(char *text)
{
    text = g_strstrip(text);
    for (size_t length = strlen(text); is_wrapped(text, length); length = strlen(text)) {
        text[length - 1] = '\0';
        text = g_strstrip(text + 1);
    }
    return text;
}

char *ms_match_normal(const char *text, bool letter_case)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *copy = letter_case ? g_strdup(valid) : g_utf8_strdown(valid, -1);
    GString *normal = g_string_sized_new(strlen(copy));
    for (const char *at = unwrap(copy); *at; at++) {
        bool blank = g_ascii_isspace(*at);
        if (!blank)
            g_string_append_c(normal, *at);
        else if (normal->str[normal->len - 1] != ' ')
            g_string_append_c(normal, ' ');
    }
    return g_string_free(normal, FALSE);
}

/* --- lists --- */

/* "4-6" becomes 4, 5 and 6; false when it is no such range. */
static bool add_range(GPtrArray *values, const char *text)
{
    char *end = NULL;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '-' || !g_ascii_isdigit(text[digits + 1]))
        return false;
    uint64_t first = g_ascii_strtoull(text, NULL, 10);
    uint64_t last = g_ascii_strtoull(text + digits + 1, &end, 10);
    if (*end != '\0' || last < first || last - first > MOST_RANGE)
        return false;
    for (uint64_t i = first; i <= last; i++)
        g_ptr_array_add(values, g_strdup_printf("%" G_GUINT64_FORMAT, i));
    return true;
}

static char *replace(const char *text, const char *pattern, const char *by)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);
    char *replaced = g_regex_replace_literal(regex, text, -1, 0, by, 0, NULL);
    return replaced ? replaced : g_strdup(text);
}

/* "frames 4 - 6" and "4..6" become "4-6". */
static char *plain_ranges(const char *text)
{
    g_autofree char *bare =
        replace(text, "(?:(?:frame|packet)s?|\\bno\\.?|\\bnr\\.?|#)[\\s:]*(?=\\d)", "");
    return replace(bare, "(?<=\\d)\\s*(?:-|\xe2\x80\x93|\xe2\x80\x94|\\.\\.|\\bto\\b)\\s*(?=\\d)",
                   "-");
}

GPtrArray *ms_match_list(const char *answer, bool numbers, bool blanks)
{
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *valid = g_utf8_make_valid(answer, -1);
    g_autofree char *ranges = numbers ? plain_ranges(valid) : NULL;
    g_auto(GStrv) words =
        g_strsplit_set(unwrap(ranges ? ranges : valid), blanks ? ",;|\r\n\t " : ",;|\r\n", -1);
    for (size_t i = 0; words[i]; i++) {
        char *word = g_strstrip(words[i]);
        bool joins = blanks && (g_ascii_strcasecmp(word, "and") == 0 || strcmp(word, "&") == 0);
        if (word[0] && !joins && !(numbers && add_range(values, word)))
            g_ptr_array_add(values, g_strdup(word));
    }
    return values;
}

/* --- numbers --- */

static bool is_near(const char *text, double expected, double tolerance)
{
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    /* The margin is for decimal fractions, which are not exact in binary. */
    return end != text && *end == '\0' && isfinite(number) &&
           fabs(number - expected) <= tolerance + 1e-9 * fabs(expected);
}

bool ms_match_number(const char *text, double expected, double tolerance)
{
    g_autofree char *normal = ms_match_normal(text, false);
    if (!strchr(normal, ','))
        return is_near(normal, expected, tolerance);
    /* A comma is a point to some, and parts thousands to others. */
    bool one = strchr(normal, ',') == strrchr(normal, ',');
    g_autofree char *point = g_strdelimit(g_strdup(normal), ",", '.');
    bool grouped = g_regex_match_simple("^[-+]?\\d{1,3}(,\\d{3})+(\\.\\d*)?$", normal, 0, 0);
    g_autofree char *whole = grouped ? replace(normal, ",", "") : NULL;
    return (one && is_near(point, expected, tolerance)) ||
           (whole && is_near(whole, expected, tolerance));
}
