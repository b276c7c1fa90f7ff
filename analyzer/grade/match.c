/* SPDX-License-Identifier: GPL-2.0-or-later
 * match.c - compares texts after they are made alike; tries near misses only when the answer is
 * wrong. */
#include "match_private.h"

#include <math.h>
#include <string.h>

#define MOST_RANGE 1000 /* numbers that a range in an answer may stand for */

const char *ms_verdict_name(MsVerdictKind kind)
{
    static const char *const names[MS_N_VERDICTS] = {"right", "part",    "near",
                                                     "wrong", "missing", "skipped"};
    return names[kind];
}

static bool is_pair(char open, char close)
{
    const char *pair = open ? strchr("<>()[]{}\"\"''``", open) : NULL;
    return pair && pair[1] == close;
}

char *ms_match_normal(const char *text, bool letter_case)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *copy = letter_case ? g_strdup(valid) : g_utf8_strdown(valid, -1);
    char *start = g_strstrip(copy);
    size_t length = strlen(start);
    while (length >= 2 && is_pair(start[0], start[length - 1])) {
        start[length - 1] = '\0';
        start = g_strstrip(start + 1);
        length = strlen(start);
    }
    GString *normal = g_string_sized_new(length);
    for (; *start; start++) {
        bool blank = g_ascii_isspace(*start);
        if (!blank)
            g_string_append_c(normal, *start);
        else if (normal->str[normal->len - 1] != ' ')
            g_string_append_c(normal, ' ');
    }
    return g_string_free(normal, FALSE);
}

/* What is expected of this student. */
static char *fill_in(const char *text, const MsStudent *student, bool regex)
{
    const char *const marks[] = {"{id}", "{name}", "{email}"};
    const char *const values[] = {student->id, student->name, student->email};
    GString *filled = g_string_new(NULL);
    while (*text) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(marks) && !g_str_has_prefix(text, marks[i]))
            i++;
        if (i == G_N_ELEMENTS(marks)) {
            g_string_append_c(filled, *text++);
            continue;
        }
        g_autofree char *literal = regex ? g_regex_escape_string(values[i], -1) : NULL;
        /* Somebody of whom it is not known has nothing that could fit. */
        g_string_append(filled, values[i][0] == '\0' ? (regex ? "(?!)" : "\x01")
                                : regex              ? literal
                                                     : values[i]);
        text += strlen(marks[i]);
    }
    return g_string_free(filled, FALSE);
}

static bool same(const char *value, const char *expected, const MsAsked *asked,
                 const MsStudent *student)
{
    g_autofree char *filled = fill_in(expected, student, false);
    g_autofree char *a = ms_match_normal(value, asked->letter_case);
    g_autofree char *b = ms_match_normal(filled, asked->letter_case);
    return strcmp(a, b) == 0;
}

static bool is_number(const char *text, double expected, double tolerance)
{
    g_autofree char *normal = ms_match_normal(text, false);
    char *end = NULL;
    double number = g_ascii_strtod(normal, &end);
    /* The margin is for decimal fractions, which are not exact in binary. */
    return end != normal && *end == '\0' && isfinite(number) &&
           fabs(number - expected) <= tolerance + 1e-9 * fabs(expected);
}

static bool fits_regex(const char *value, const MsAsked *asked, const MsStudent *student)
{
    g_autofree char *pattern = fill_in(asked->raw, student, true);
    g_autofree char *normal = g_utf8_make_valid(value, -1);
    g_autoptr(GRegex) regex =
        g_regex_new(pattern, asked->letter_case ? 0 : G_REGEX_CASELESS, 0, NULL);
    return regex && g_regex_match(regex, normal, 0, NULL);
}

bool ms_match_fits(const char *value, const MsAsked *asked, const MsStudent *student)
{
    int64_t time_ns;
    switch (asked->match) {
    case MS_MATCH_NUMBER:
    case MS_MATCH_COUNT:
        return is_number(value, g_ascii_strtod(asked->raw, NULL), asked->tolerance);
    case MS_MATCH_REGEX:
        return fits_regex(value, asked, student);
    case MS_MATCH_BETWEEN:
        return ms_assignment_time(value, &time_ns) && time_ns >= asked->bounds[0] &&
               time_ns <= asked->bounds[1];
    default:
        for (size_t i = 0; asked->expect && asked->expect[i]; i++) {
            if (same(value, asked->expect[i], asked, student))
                return true;
        }
        return false;
    }
}

/* Expected values that are among those given, of all that are expected or given. */
static double set_part(const MsAsked *asked, const MsStudent *student, const char *const *values,
                       size_t count)
{
    size_t expected = g_strv_length(asked->expect);
    size_t found = 0;
    size_t wrong = 0;
    for (size_t i = 0; i < expected; i++) {
        bool there = false;
        for (size_t k = 0; k < count && !there; k++)
            there = same(values[k], asked->expect[i], asked, student);
        found += there;
    }
    for (size_t k = 0; k < count; k++)
        wrong += !ms_match_fits(values[k], asked, student);
    return (double)found / (double)(expected + wrong);
}

static MsVerdict find_near(const MsAssignment *assignment, const MsAsked *asked,
                           const MsStudent *student, const char *const *values, size_t count)
{
    MsVerdict verdict = {.kind = MS_VERDICT_WRONG};
    for (guint i = 0; i < asked->near->len; i++) {
        const MsNear *near = &g_array_index(asked->near, MsNear, i);
        for (size_t k = 0; k < count; k++) {
            if ((verdict.near && near->worth <= verdict.worth) ||
                !ms_near_is(assignment, asked, near, student, values[k]))
                continue;
            verdict = (MsVerdict){MS_VERDICT_NEAR, near->worth, near};
        }
    }
    return verdict;
}

static MsVerdict judge(const MsAssignment *assignment, const MsAsked *asked,
                       const MsStudent *student, const char *const *values, size_t count)
{
    static const MsVerdict right = {MS_VERDICT_RIGHT, 1, NULL};
    MsVerdict part = {.kind = MS_VERDICT_WRONG};
    if (asked->match == MS_MATCH_SET) {
        part.worth = set_part(asked, student, values, count);
        if (part.worth >= 1)
            return right;
        if (part.worth > 0)
            part.kind = MS_VERDICT_PART;
    } else {
        for (size_t i = 0; i < count; i++) {
            if (ms_match_fits(values[i], asked, student))
                return right;
        }
    }
    MsVerdict near = find_near(assignment, asked, student, values, count);
    return near.near && near.worth > part.worth ? near : part;
}

MsVerdict ms_match_values(const MsAssignment *assignment, const MsAsked *asked,
                          const MsStudent *student, const char *const *values, size_t count)
{
    bool right;
    if (asked->match == MS_MATCH_COUNT)
        right = (double)count == g_ascii_strtod(asked->raw, NULL);
    else if (asked->match == MS_MATCH_PRESENT)
        right = count > 0;
    else if (asked->match == MS_MATCH_ABSENT)
        right = count == 0;
    else if (count == 0)
        return (MsVerdict){.kind = MS_VERDICT_MISSING};
    else
        return judge(assignment, asked, student, values, count);
    if (right)
        return (MsVerdict){MS_VERDICT_RIGHT, 1, NULL};
    return (MsVerdict){.kind = count == 0 ? MS_VERDICT_MISSING : MS_VERDICT_WRONG};
}

/* Whether the answer says that there is none. */
static bool says_none(const char *normal)
{
    static const char *const words[] = {"none",           "no",  "nothing",  "-",
                                        "not in capture", "n/a", "not there"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(normal, words[i]) == 0)
            return true;
    }
    return false;
}

/* "4-6" becomes 4, 5 and 6; false when it is no such range. */
static bool add_range(GPtrArray *values, const char *text)
{
    unsigned first;
    unsigned last;
    char *end = NULL;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '-' || !g_ascii_isdigit(text[digits + 1]))
        return false;
    first = (unsigned)g_ascii_strtoull(text, NULL, 10);
    uint64_t read = g_ascii_strtoull(text + digits + 1, &end, 10);
    if (*end != '\0' || read < first || read - first > MOST_RANGE)
        return false;
    last = (unsigned)read;
    for (unsigned i = first; i <= last; i++)
        g_ptr_array_add(values, g_strdup_printf("%u", i));
    return true;
}

static GPtrArray *split_answer(const MsAsked *asked, const char *answer)
{
    bool numbers = true;
    for (size_t i = 0; asked->expect[i]; i++)
        numbers = numbers && strspn(asked->expect[i], "0123456789") == strlen(asked->expect[i]);
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *inside = ms_match_normal(answer, true);
    g_auto(GStrv) words = g_strsplit_set(inside, ",;|\n", -1);
    for (size_t i = 0; words[i]; i++) {
        g_strstrip(words[i]);
        if (words[i][0] && !(numbers && add_range(values, words[i])))
            g_ptr_array_add(values, g_strdup(words[i]));
    }
    return values;
}

/* Whether a list such as "4, 6-9" holds the number. */
static bool list_holds(const char *list, uint64_t number)
{
    g_auto(GStrv) parts = g_strsplit_set(list, ", ", -1);
    for (size_t i = 0; parts[i]; i++) {
        const char *dash = strchr(parts[i], '-');
        uint64_t first = g_ascii_strtoull(parts[i], NULL, 10);
        uint64_t last = dash ? g_ascii_strtoull(dash + 1, NULL, 10) : first;
        if (parts[i][0] && number >= first && number <= last)
            return true;
    }
    return false;
}

/* An answer with its frame: "250 (frame 12)", "250, packet 12", "250 @12", "250 #12". */
static MsVerdict judge_frame(const MsAssignment *assignment, const MsAsked *asked,
                             const MsStudent *student, const char *answer)
{
    static const char pattern[] =
        "^(.*?)[\\s,;(\\[]*(?:(?:in\\s+)?(?:frame|packet)(?:\\s*(?:number|no\\.?|nr\\.?))?|@|#)"
        "\\s*[:#=]?\\s*(\\d{1,10})\\s*[)\\]]?\\s*$";
    g_autofree char *valid = g_utf8_make_valid(answer, -1);
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    bool named = g_regex_match(regex, valid, 0, &info);
    g_autofree char *value = named ? g_match_info_fetch(info, 1) : g_strdup(answer);
    g_autofree char *frame = named ? g_match_info_fetch(info, 2) : NULL;
    const char *const values[] = {value};
    MsVerdict verdict = judge(assignment, asked, student, values, 1);
    if (verdict.kind != MS_VERDICT_RIGHT ||
        (named && list_holds(asked->frames, g_ascii_strtoull(frame, NULL, 10))))
        return verdict;
    const MsNear *near = ms_near_find(asked, MS_NEAR_FRAME);
    return near ? (MsVerdict){MS_VERDICT_NEAR, near->worth, near}
                : (MsVerdict){.kind = MS_VERDICT_WRONG};
}

MsVerdict ms_match_answer(const MsAssignment *assignment, const MsAsked *asked,
                          const MsStudent *student, const char *answer)
{
    g_autofree char *normal = ms_match_normal(answer ? answer : "", false);
    if (normal[0] == '\0')
        return (MsVerdict){.kind = MS_VERDICT_MISSING};
    if (asked->match == MS_MATCH_PRESENT || asked->match == MS_MATCH_ABSENT) {
        bool right = says_none(normal) == (asked->match == MS_MATCH_ABSENT);
        return (MsVerdict){right ? MS_VERDICT_RIGHT : MS_VERDICT_WRONG, right, NULL};
    }
    if (asked->match == MS_MATCH_SET) {
        g_autoptr(GPtrArray) values = split_answer(asked, answer);
        return judge(assignment, asked, student, (const char *const *)values->pdata, values->len);
    }
    if (asked->frames)
        return judge_frame(assignment, asked, student, answer);
    return judge(assignment, asked, student, &answer, 1);
}
