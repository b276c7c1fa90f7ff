/* SPDX-License-Identifier: GPL-2.0-or-later
 * assignment_check.c - the keys of the assignment file, their values, and what must go together. */
#include "../lab/question.h"
#include "assignment_private.h"
#include "behaviour.h"

#include <math.h>
#include <string.h>

#define MOST_POINTS 1e6

static const char *field_name(size_t i)
{
    return ms_field((MsFieldId)i)->key;
}

static const char *oddity_name(size_t i)
{
    return ms_oddity_name((MsOddityKind)i);
}

static const char *bank_name(size_t i)
{
    size_t count;
    return ms_questions(&count)[i].id;
}

static const char *check_name(size_t i)
{
    size_t count;
    return ms_behaviours(&count)[i].name;
}

static const char *match_name(size_t i)
{
    return ms_match_name((MsMatch)i);
}

bool ms_assignment_number(const MsReader *reader, const char *text, double most, double *number,
                          GError **error)
{
    char *end = NULL;
    double read = g_ascii_strtod(text, &end);
    bool plain = text[0] != '\0' && strspn(text, "0123456789.") == strlen(text);
    if (!plain || *end != '\0' || !isfinite(read) || read > most)
        return ms_assignment_fail(reader, reader->line, error, "not a number from 0 to %g: '%s'",
                                  most, text);
    *number = read;
    return true;
}

static bool read_which(const MsReader *reader, const char *text, int *which, GError **error)
{
    double number;
    *which = 0;
    if (strcmp(text, "any") == 0)
        return true;
    if (strspn(text, "0123456789") != strlen(text))
        return ms_assignment_fail(reader, reader->line, error, "a number from 1 on, or any: '%s'",
                                  text);
    if (!ms_assignment_number(reader, text, MOST_POINTS, &number, error))
        return false;
    *which = (int)number;
    return number >= 1 || ms_assignment_fail(reader, reader->line, error, "counting begins at 1");
}

/* Splits at `|`; a backslash takes the next byte as it is. NULL when a value is empty. */
static char **split(const char *text)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) value = g_string_new(NULL);
    for (;; text++) {
        if (*text == '\0' || *text == '|') {
            g_autofree char *copy = g_strstrip(g_strdup(value->str));
            if (copy[0] == '\0')
                return NULL;
            g_ptr_array_add(values, g_steal_pointer(&copy));
            g_string_truncate(value, 0);
            if (*text == '\0')
                break;
        } else {
            text += *text == '\\' && text[1];
            g_string_append_c(value, *text);
        }
    }
    g_ptr_array_add(values, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&values), FALSE);
}

static bool set_text(char **text, const char *value)
{
    *text = g_strdup(value);
    return true;
}

static bool set_list(const MsReader *reader, char ***list, const char *value, GError **error)
{
    *list = split(value);
    return *list || ms_assignment_fail(reader, reader->line, error,
                                       "an empty value in the list '%s'", value);
}

static bool set_fact(MsReader *reader, const char *value, GError **error)
{
    MsAsked *asked = reader->asked;
    if (asked->fact)
        return ms_assignment_fail(reader, reader->line, error, "fact and bank exclude each other");
    asked->fact = g_strdup(value);
    const char *text = asked->fact;
    ms_condition_next(&text, &asked->what);
    g_autofree char *key = g_strndup(asked->what.key, asked->what.key_length);
    if (asked->what.field == MS_N_FIELDS)
        return ms_assignment_unknown(reader, error, "fact", key, field_name, MS_N_FIELDS);
    MsCondition more;
    if (ms_condition_next(&text, &more) ||
        (asked->what.sign && (asked->what.sign == ' ' || asked->what.values_length == 0)))
        return ms_assignment_fail(reader, reader->line, error,
                                  "one fact, and in its condition '_' for a blank: '%s'", value);
    return true;
}

/* A question of the bank: its title, and the first fact that answers it. */
static bool set_bank(MsReader *reader, const char *value, GError **error)
{
    const MsQuestion *question = ms_question_find(value);
    size_t count;
    ms_questions(&count);
    if (!question)
        return ms_assignment_unknown(reader, error, "question of the bank", value, bank_name,
                                     count);
    if (question->mode != MS_ASK_LIST && question->mode != MS_ASK_WITH &&
        question->mode != MS_ASK_TEXT)
        return ms_assignment_fail(reader, reader->line, error,
                                  "'%s' is answered in words; ask for a fact in its place", value);
    g_autofree char *fact = g_strndup(question->facts, strcspn(question->facts, " "));
    if (!set_fact(reader, fact, error))
        return false;
    if (!reader->asked->title)
        reader->asked->title = g_strdup(question->title);
    return true;
}

static bool set_oddity(const MsReader *reader, const char *value, GError **error)
{
    for (size_t i = 0; i < MS_N_ODDITIES; i++) {
        if (strcmp(oddity_name(i), value) != 0)
            continue;
        reader->asked->oddity = (MsOddityKind)i;
        return true;
    }
    return ms_assignment_unknown(reader, error, "oddity", value, oddity_name, MS_N_ODDITIES);
}

static bool set_check(const MsReader *reader, const char *value, GError **error)
{
    size_t count;
    const MsBehaviour *checks = ms_behaviours(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(checks[i].name, value) != 0)
            continue;
        reader->asked->check = (int)i;
        if (!reader->asked->title)
            reader->asked->title = g_strdup(checks[i].title);
        return true;
    }
    return ms_assignment_unknown(reader, error, "check", value, check_name, count);
}

static bool set_frames(const MsReader *reader, char **frames, const char *value, GError **error)
{
    *frames = g_strdup(value);
    return strspn(value, "0123456789-, ") == strlen(value) ||
           ms_assignment_fail(reader, reader->line, error, "frames are numbers: 4, 6-9; not '%s'",
                              value);
}

static bool set_match(const MsReader *reader, const char *value, GError **error)
{
    for (size_t i = 0; i < MS_N_MATCHES; i++) {
        if (strcmp(match_name(i), value) != 0)
            continue;
        reader->asked->match = (MsMatch)i;
        return true;
    }
    return ms_assignment_unknown(reader, error, "match", value, match_name, MS_N_MATCHES);
}

static bool set_case(const MsReader *reader, const char *value, GError **error)
{
    reader->asked->letter_case = strcmp(value, "yes") == 0;
    return reader->asked->letter_case || strcmp(value, "no") == 0 ||
           ms_assignment_fail(reader, reader->line, error, "yes or no, not '%s'", value);
}

static bool set_near(const MsReader *reader, const char *value, GError **error)
{
    g_auto(GStrv) list = NULL;
    if (!set_list(reader, &list, value, error))
        return false;
    for (size_t i = 0; list[i]; i++) {
        if (!ms_assignment_near(reader, list[i], error))
            return false;
    }
    return true;
}

static bool set_points(const MsReader *reader, const char *value, GError **error)
{
    if (reader->asked->required)
        return ms_assignment_fail(reader, reader->line, error, "[require] has no points");
    return ms_assignment_number(reader, value, MOST_POINTS, &reader->asked->points, error);
}

static const char *asked_key(size_t i)
{
    static const char *const keys[] = {
        "title",     "points", "fact", "bank",  "oddity", "session", "message", "match", "expect",
        "tolerance", "case",   "near", "needs", "hint",   "check",   "frames",  "where"};
    return keys[i];
}

static bool take_asked(MsReader *reader, size_t key, const char *value, GError **error)
{
    MsAsked *asked = reader->asked;
    switch (key) {
    case 0:
        g_free(asked->title);
        return set_text(&asked->title, value);
    case 1:
        return set_points(reader, value, error);
    case 2:
        return set_fact(reader, value, error);
    case 3:
        return set_bank(reader, value, error);
    case 4:
        return set_oddity(reader, value, error);
    case 5:
        asked->session = MS_SESSION_OWN;
        return strcmp(value, "own") == 0 || read_which(reader, value, &asked->session, error);
    case 6:
        return read_which(reader, value, &asked->message, error);
    case 7:
        return set_match(reader, value, error);
    case 8:
        return set_text(&asked->raw, value); /* split when it is known what it is */
    case 9:
        return ms_assignment_number(reader, value, MOST_POINTS, &asked->tolerance, error);
    case 10:
        return set_case(reader, value, error);
    case 11:
        return set_near(reader, value, error);
    case 12:
        return set_list(reader, &asked->needs, value, error);
    case 14:
        return set_check(reader, value, error);
    case 15:
        return set_frames(reader, &asked->frames, value, error);
    case 16:
        return set_frames(reader, &asked->where, value, error);
    default:
        return set_text(&asked->hint, value);
    }
}

static const char *head_key(size_t i)
{
    static const char *const keys[] = {"title", "points", "kind"};
    return keys[i];
}

static bool take_head(const MsReader *reader, size_t key, const char *value, GError **error)
{
    MsAssignment *assignment = reader->assignment;
    if (key == 0)
        return set_text(&assignment->title, value);
    if (key == 1)
        return ms_assignment_number(reader, value, MOST_POINTS, &assignment->points, error);
    assignment->own = strcmp(value, "own") == 0;
    assignment->answers = assignment->own || strcmp(value, "answers") == 0;
    return assignment->answers || strcmp(value, "captures") == 0 ||
           ms_assignment_fail(reader, reader->line, error, "captures, answers or own, not '%s'",
                              value);
}

bool ms_assignment_key(MsReader *reader, const char *key, char *value, GError **error)
{
    const char *(*name)(size_t) = reader->asked ? asked_key : head_key;
    size_t count = reader->asked ? 17 : 3;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name(i), key) == 0)
            return reader->asked ? take_asked(reader, i, value, error)
                                 : take_head(reader, i, value, error);
    }
    return ms_assignment_unknown(reader, error, "key", key, name, count);
}

/* --- what only the whole can tell --- */

static bool check_one_number(const MsReader *reader, const MsAsked *asked, GError **error)
{
    char *end = NULL;
    int64_t time_ns;
    double number = g_ascii_strtod(asked->raw, &end);
    return (*end == '\0' && isfinite(number)) || ms_assignment_time(asked->raw, &time_ns) ||
           ms_assignment_fail(reader, asked->line, error, "'%s': expect is no number: '%s'",
                              asked->id, asked->raw);
}

static bool check_bounds(const MsReader *reader, MsAsked *asked, GError **error)
{
    bool times = g_strv_length(asked->expect) == 2 &&
                 ms_assignment_time(asked->expect[0], &asked->bounds[0]) &&
                 ms_assignment_time(asked->expect[1], &asked->bounds[1]);
    if (!times || asked->bounds[0] > asked->bounds[1])
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': between needs two times, the earlier one first: "
                                  "2026-11-01T00:00:00Z | 2026-11-30T23:59:59Z",
                                  asked->id);
    return true;
}

static bool check_regex(const MsReader *reader, const MsAsked *asked, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GRegex) regex = g_regex_new(asked->raw, 0, 0, &why);
    return regex ||
           ms_assignment_fail(reader, asked->line, error, "'%s': %s", asked->id, why->message);
}

/* Answers about a capture of one's own: what is expected stands in that capture. */
static bool check_own(const MsReader *reader, const MsAsked *asked, GError **error)
{
    if (asked->raw)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': with kind = own the capture says what is expected",
                                  asked->id);
    if (asked->match == MS_MATCH_REGEX || asked->match == MS_MATCH_BETWEEN)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': with kind = own answers are not matched by %s", asked->id,
                                  ms_match_name(asked->match));
    return asked->tolerance <= 0 || asked->match == MS_MATCH_NUMBER ||
           ms_assignment_fail(reader, asked->line, error,
                              "'%s': a tolerance goes with match = number", asked->id);
}

/* A check knows by itself what is right. */
static bool check_check(const MsReader *reader, const MsAsked *asked, GError **error)
{
    if (asked->raw || asked->match != MS_MATCH_EXACT || asked->near->len > 0 || asked->message > 0)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': a check has no match, expect, near or message", asked->id);
    return true;
}

static bool check_expect(const MsReader *reader, MsAsked *asked, GError **error)
{
    if (asked->check >= 0)
        return check_check(reader, asked, error);
    if (reader->assignment->own && !asked->required)
        return check_own(reader, asked, error);
    bool none = asked->match == MS_MATCH_PRESENT || asked->match == MS_MATCH_ABSENT;
    if (none && asked->raw)
        return ms_assignment_fail(reader, asked->line, error, "'%s': %s expects no value",
                                  asked->id, ms_match_name(asked->match));
    if (none)
        return true;
    if (!asked->raw)
        return ms_assignment_fail(reader, asked->line, error, "'%s': expect is missing", asked->id);
    if (asked->tolerance > 0 && asked->match != MS_MATCH_NUMBER)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': a tolerance goes with match = number", asked->id);
    if (asked->match == MS_MATCH_REGEX)
        return check_regex(reader, asked, error);
    if (asked->match == MS_MATCH_NUMBER || asked->match == MS_MATCH_COUNT)
        return check_one_number(reader, asked, error);
    asked->expect = split(asked->raw);
    if (!asked->expect)
        return ms_assignment_fail(reader, asked->line, error, "'%s': an empty value in expect",
                                  asked->id);
    if (asked->match == MS_MATCH_EXACT && asked->expect[1])
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': exact expects one value; any-of and set take several, "
                                  "and '\\|' is the character itself",
                                  asked->id);
    return asked->match != MS_MATCH_BETWEEN || check_bounds(reader, asked, error);
}

/* Whether something is required that tells one session from another. */
static bool requires(const MsReader *reader)
{
    for (guint i = 0; i < reader->assignment->asked->len; i++) {
        const MsAsked *asked = reader->assignment->asked->pdata[i];
        if (asked->required && asked->fact && asked->session == 0)
            return true;
    }
    return false;
}

static bool check_source(const MsReader *reader, const MsAsked *asked, GError **error)
{
    bool odd = asked->oddity != MS_N_ODDITIES;
    bool capture = reader->assignment->own || !reader->assignment->answers;
    int sources = odd + (asked->fact != NULL) + (asked->check >= 0);
    if (!capture && (asked->required || odd || asked->check >= 0))
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': kind = answers has no capture to look at", asked->id);
    if (sources > 1)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': fact, oddity and check exclude each other", asked->id);
    if (capture && sources == 0)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': fact, bank, oddity or check is missing", asked->id);
    if (asked->frames && (capture || asked->match == MS_MATCH_SET ||
                          asked->match == MS_MATCH_PRESENT || asked->match == MS_MATCH_ABSENT))
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': frames goes with one value, of answers", asked->id);
    if (asked->session == MS_SESSION_OWN && (!capture || asked->required || !requires(reader)))
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': session = own is for questions to a capture of which "
                                  "[require] sections ask for a fact",
                                  asked->id);
    if (asked->where && capture)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': where goes with kind = answers; else it is known",
                                  asked->id);
    if (odd && asked->match != MS_MATCH_PRESENT && asked->match != MS_MATCH_ABSENT &&
        asked->match != MS_MATCH_COUNT)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': an oddity is matched by present, absent or count",
                                  asked->id);
    if (asked->match == MS_MATCH_BETWEEN && asked->fact &&
        ms_field(asked->what.field)->type != MS_TIME)
        return ms_assignment_fail(reader, asked->line, error, "'%s': between needs a time",
                                  asked->id);
    return true;
}

static bool check_others(const MsReader *reader, const MsAsked *asked, GError **error)
{
    for (guint i = 0; i < asked->near->len; i++) {
        const MsNear *near = &g_array_index(asked->near, MsNear, i);
        if (!ms_assignment_check_near(reader, asked, near, error))
            return false;
    }
    for (size_t i = 0; asked->needs && asked->needs[i]; i++) {
        const MsAsked *other = ms_assignment_find(reader->assignment, asked->needs[i]);
        if (!other || other->line >= asked->line)
            return ms_assignment_fail(reader, asked->line, error,
                                      "'%s' needs '%s', which is no question above it", asked->id,
                                      asked->needs[i]);
    }
    return true;
}

bool ms_assignment_check(const MsReader *reader, GError **error)
{
    MsAssignment *assignment = reader->assignment;
    if (!reader->begun)
        return ms_assignment_fail(reader, reader->line, error, "[assignment] is missing");
    if (!assignment->title)
        return ms_assignment_fail(reader, reader->line, error, "[assignment] has no title");
    for (guint i = 0; i < assignment->asked->len; i++) {
        MsAsked *asked = assignment->asked->pdata[i];
        if (!check_source(reader, asked, error) || !check_expect(reader, asked, error))
            return false;
        if (!asked->title)
            asked->title = g_strdup(asked->id);
    }
    for (guint i = 0; i < assignment->asked->len; i++) {
        if (!check_others(reader, assignment->asked->pdata[i], error))
            return false;
    }
    double sum = ms_assignment_sum(assignment);
    if (sum <= 0)
        return ms_assignment_fail(reader, reader->line, error, "no question has points");
    if (assignment->points < 0)
        assignment->points = sum;
    return true;
}
