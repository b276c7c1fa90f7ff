/* SPDX-License-Identifier: GPL-2.0-or-later
 * match.c - compares texts after they are made alike; tries near misses only when the answer is
 * wrong. */
#include "match_private.h"

#include <math.h>
#include <string.h>

const char *ms_verdict_name(MsVerdictKind kind)
{
    static const char *const names[MS_N_VERDICTS] = {"right", "part",    "near",
                                                     "wrong", "missing", "skipped"};
    return names[kind];
}

char *ms_match_fill(const char *text, const MsStudent *student, bool regex)
{
    const char *const marks[] = {"{id}", "{name}", "{email}", "{nonce}"};
    const char *const values[] = {student->id, student->name, student->email,
                                  student->nonce ? student->nonce : ""};
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
    g_autofree char *filled = ms_match_fill(expected, student, false);
    g_autofree char *a = ms_match_normal(value, asked->letter_case);
    g_autofree char *b = ms_match_normal(filled, asked->letter_case);
    return strcmp(a, b) == 0;
}

static bool fits_regex(const char *value, const MsAsked *asked, const MsStudent *student)
{
    g_autofree char *pattern = ms_match_fill(asked->raw, student, true);
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    g_autofree char *normal = ms_match_normal(value, true);
    g_autoptr(GRegex) regex =
        g_regex_new(pattern, asked->letter_case ? 0 : G_REGEX_CASELESS, 0, NULL);
    return regex && (g_regex_match(regex, valid, 0, NULL) || g_regex_match(regex, normal, 0, NULL));
}

/* Of times the tolerance is in seconds. */
static bool fits_number(const char *value, const MsAsked *asked)
{
    int64_t expected, found;
    g_autofree char *normal = ms_match_normal(value, true);
    if (!ms_assignment_time(asked->raw, &expected))
        return ms_match_number(value, g_ascii_strtod(asked->raw, NULL), asked->tolerance);
    return ms_assignment_time(normal, &found) &&
           fabs((double)found - (double)expected) <= asked->tolerance * 1e9;
}

/* "3", "3 recipients" */
static bool fits_count(const char *value, const MsAsked *asked)
{
    g_autofree char *normal = ms_match_normal(value, false);
    char *word = strchr(normal, ' ');
    if (word && g_regex_match_simple("^\\d+ \\pL+$", normal, 0, 0))
        *word = '\0';
    return ms_match_number(normal, g_ascii_strtod(asked->raw, NULL), asked->tolerance);
}

bool ms_match_fits(const char *value, const MsAsked *asked, const MsStudent *student)
{
    int64_t time_ns;
    switch (asked->match) {
    case MS_MATCH_NUMBER:
        return fits_number(value, asked);
    case MS_MATCH_COUNT:
        return fits_count(value, asked);
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

/* The near miss that is worth most; NULL: it is none. */
static const MsNear *nearest(const MsAssignment *assignment, const MsAsked *asked,
                             const MsStudent *student, const char *value)
{
    const MsNear *best = NULL;
    for (guint i = 0; i < asked->near->len; i++) {
        const MsNear *near = &g_array_index(asked->near, MsNear, i);
        if ((!best || near->worth > best->worth) &&
            ms_near_is(assignment, asked, near, student, value))
            best = near;
    }
    return best;
}

/* Each expected value that is there counts, in the place of those that are not each near miss its
 * part; of all that are expected or wrong. */
static MsVerdict judge_set(const MsAssignment *assignment, const MsAsked *asked,
                           const MsStudent *student, const char *const *values, size_t count)
{
    MsVerdict verdict = {.kind = MS_VERDICT_WRONG};
    size_t expected = g_strv_length(asked->expect);
    size_t found = 0;
    size_t wrong = 0;
    size_t near_count = 0;
    double worth = 0;
    for (size_t i = 0; i < expected; i++) {
        bool there = false;
        for (size_t k = 0; k < count && !there; k++)
            there = same(values[k], asked->expect[i], asked, student);
        found += there;
    }
    for (size_t k = 0; k < count; k++) {
        if (ms_match_fits(values[k], asked, student))
            continue;
        const MsNear *near =
            found + near_count < expected ? nearest(assignment, asked, student, values[k]) : NULL;
        wrong += !near;
        near_count += near != NULL;
        worth += near ? near->worth : 0;
        if (near && (!verdict.near || near->worth > verdict.near->worth))
            verdict.near = near;
    }
    verdict.worth = ((double)found + worth) / (double)(expected + wrong);
    if (verdict.near)
        verdict.kind = MS_VERDICT_NEAR;
    else if (verdict.worth > 0)
        verdict.kind = found == expected && wrong == 0 ? MS_VERDICT_RIGHT : MS_VERDICT_PART;
    return verdict;
}

static MsVerdict judge(const MsAssignment *assignment, const MsAsked *asked,
                       const MsStudent *student, const char *const *values, size_t count)
{
    MsVerdict verdict = {.kind = MS_VERDICT_WRONG};
    if (asked->match == MS_MATCH_SET)
        return judge_set(assignment, asked, student, values, count);
    for (size_t i = 0; i < count; i++) {
        if (ms_match_fits(values[i], asked, student))
            return (MsVerdict){MS_VERDICT_RIGHT, 1, NULL};
    }
    for (size_t i = 0; i < count; i++) {
        const MsNear *near = nearest(assignment, asked, student, values[i]);
        if (near && (!verdict.near || near->worth > verdict.worth))
            verdict = (MsVerdict){MS_VERDICT_NEAR, near->worth, near};
    }
    return verdict;
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

/* Whether the answer says that there is none: "No.", "no, all is in the clear", "not there". */
static bool says_none(const char *normal)
{
    return g_regex_match_simple(
        "^(none|no|nothing|-|n/a|absent|false|no[,;:.] .*|not( (there|present|found|used|"
        "in (the )?capture))?)[.!]?$",
        normal, 0, 0);
}

/* Where no expected value holds a blank, blanks part values too. */
static MsVerdict judge_list(const MsAssignment *assignment, const MsAsked *asked,
                            const MsStudent *student, const char *answer)
{
    bool numbers = true;
    bool blanks = true;
    for (size_t i = 0; asked->expect[i]; i++) {
        numbers = numbers && strspn(asked->expect[i], "0123456789") == strlen(asked->expect[i]);
        blanks = blanks && !strchr(asked->expect[i], ' ');
    }
    g_autoptr(GPtrArray) lines = ms_match_list(answer, numbers, false);
    MsVerdict verdict =
        judge(assignment, asked, student, (const char *const *)lines->pdata, lines->len);
    if (!blanks)
        return verdict;
    g_autoptr(GPtrArray) words = ms_match_list(answer, numbers, true);
    MsVerdict other =
        judge(assignment, asked, student, (const char *const *)words->pdata, words->len);
    return other.worth > verdict.worth ? other : verdict;
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
    if (asked->match == MS_MATCH_SET)
        return judge_list(assignment, asked, student, answer);
    if (asked->frames)
        return judge_frame(assignment, asked, student, answer);
    return judge(assignment, asked, student, &answer, 1);
}
