/* SPDX-License-Identifier: GPL-2.0-or-later
 * sheet.c - gathers the values that the questions ask for, and adds up what they are worth. */
#include "sheet.h"

#include "../lab/filter.h"
#include "behaviour.h"
#include "where.h"

#include <math.h>
#include <string.h>

#define MOST_VALUES 10000
#define MOST_SHOWN 20 /* values that were expected */

typedef struct {
    GPtrArray *values;    /* char * */
    GPtrArray *elsewhere; /* char *, in other sessions or messages; NULL: nobody asks */
    MsBehaviourOutcome outcome;
    char *words; /* what a check saw; NULL: nothing */
    MsFilter filter;
} Found;

struct MsSheet {
    const MsAssignment *assignment;
    const MsStudent *student;
    Found *found; /* of each section */
    GHashTable *answers;
    unsigned sessions; /* seen */
    unsigned own;      /* that meet all that is required */
};

MsSheet *ms_sheet_new(const MsAssignment *assignment, const MsStudent *student)
{
    MsSheet *sheet = g_new0(MsSheet, 1);
    sheet->assignment = assignment;
    sheet->student = student;
    sheet->found = g_new0(Found, assignment->asked->len);
    for (guint i = 0; i < assignment->asked->len; i++) {
        sheet->found[i].values = g_ptr_array_new_with_free_func(g_free);
        if (ms_near_find(assignment->asked->pdata[i], MS_NEAR_ELSEWHERE))
            sheet->found[i].elsewhere = g_ptr_array_new_with_free_func(g_free);
    }
    return sheet;
}

void ms_sheet_free(MsSheet *sheet)
{
    if (!sheet)
        return;
    for (guint i = 0; i < sheet->assignment->asked->len; i++) {
        g_ptr_array_unref(sheet->found[i].values);
        if (sheet->found[i].elsewhere)
            g_ptr_array_unref(sheet->found[i].elsewhere);
        g_free(sheet->found[i].words);
        ms_filter_clear(&sheet->found[i].filter);
    }
    g_free(sheet->found);
    g_free(sheet);
}

void ms_sheet_value(GString *out, const MsFact *fact)
{
    switch (ms_field(fact->field)->type) {
    case MS_UINT:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64)fact->number);
        break;
    case MS_BOOL:
        g_string_append(out, fact->number ? "true" : "false");
        break;
    case MS_TIME: {
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(fact->number / 1000000000);
        g_autofree char *text = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S") : NULL;
        g_string_append_printf(out, "%s.%06dZ", text ? text : "",
                               (int)(fact->number % 1000000000 / 1000));
        break;
    }
    default:
        if (fact->text_length > 0)
            g_string_append_len(out, fact->text, fact->text_length);
    }
}

static void take(Found *found, char *value, const MsRange *ranges, size_t count, uint64_t omitted)
{
    if (found->values->len >= MOST_VALUES) {
        g_free(value);
        return;
    }
    g_ptr_array_add(found->values, value);
    if (count > 0)
        ms_filter_add(&found->filter, ranges, count, omitted);
}

static void add_facts(Found *found, const MsAsked *asked, const MsRecord *record)
{
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        const MsFact *fact = &facts[i];
        if (!ms_condition_fits(&asked->what, fact) ||
            (asked->message > 0 && fact->message != asked->message - 1))
            continue;
        GString *value = g_string_new(NULL);
        ms_sheet_value(value, fact);
        take(found, g_string_free(value, FALSE), fact->ranges, fact->n_ranges,
             fact->ranges_omitted);
    }
}

/* Whether the session meets all that is required of any session. */
static bool is_own(const MsSheet *sheet, const MsRecord *record)
{
    const MsAssignment *assignment = sheet->assignment;
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (!asked->required || !asked->fact || asked->session != 0)
            continue;
        Found found = {.values = g_ptr_array_new_with_free_func(g_free)};
        add_facts(&found, asked, record);
        MsVerdict verdict =
            ms_match_values(assignment, asked, sheet->student,
                            (const char *const *)found.values->pdata, found.values->len);
        g_ptr_array_unref(found.values);
        ms_filter_clear(&found.filter);
        if (verdict.kind != MS_VERDICT_RIGHT)
            return false;
    }
    return true;
}

static bool is_asked_of(const MsAsked *asked, const MsRecord *record, bool own)
{
    if (asked->session == MS_SESSION_OWN)
        return own;
    return asked->session == 0 || (uint32_t)asked->session == ms_record_number(record) + 1;
}

/* The same fact where it was not asked for. */
static void add_elsewhere(Found *found, const MsAsked *asked, const MsRecord *record, bool here)
{
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count && found->elsewhere->len < MOST_VALUES; i++) {
        bool asked_for = here && (asked->message == 0 || facts[i].message == asked->message - 1);
        if (asked_for || !ms_condition_fits(&asked->what, &facts[i]))
            continue;
        GString *value = g_string_new(NULL);
        ms_sheet_value(value, &facts[i]);
        g_ptr_array_add(found->elsewhere, g_string_free(value, FALSE));
    }
}

/* What is bad in one session is bad in all. */
static void add_check(Found *found, const MsAsked *asked, const MsRecord *record)
{
    if (found->outcome == MS_BEHAVIOUR_BAD)
        return;
    MsBehaviourResult result = {0};
    ms_behaviour_check((size_t)asked->check, record, &result);
    if (result.outcome > found->outcome || !found->words) {
        ms_filter_clear(&found->filter);
        found->filter = (MsFilter){0};
        ms_filter_add(&found->filter, result.ranges.range, result.ranges.n_ranges,
                      result.ranges.omitted);
        found->outcome = result.outcome;
        g_free(found->words);
        found->words = g_steal_pointer(&result.words);
    }
    g_free(result.words);
    ms_ranges_clear(&result.ranges);
}

static void add_oddities(Found *found, const MsAsked *asked, const MsRecord *record)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++) {
        const MsOddity *oddity = &oddities[i];
        if (oddity->kind != asked->oddity ||
            (asked->message > 0 && oddity->message != asked->message - 1))
            continue;
        take(found, g_strdup(ms_oddity_name(oddity->kind)), oddity->ranges, oddity->n_ranges,
             oddity->ranges_omitted);
    }
}

void ms_sheet_add(MsSheet *sheet, const MsRecord *record)
{
    bool own = is_own(sheet, record);
    sheet->sessions++;
    sheet->own += own;
    for (guint i = 0; i < sheet->assignment->asked->len; i++) {
        const MsAsked *asked = sheet->assignment->asked->pdata[i];
        if (sheet->found[i].elsewhere && asked->fact)
            add_elsewhere(&sheet->found[i], asked, record, is_asked_of(asked, record, own));
        if (!is_asked_of(asked, record, own))
            continue;
        if (asked->fact)
            add_facts(&sheet->found[i], asked, record);
        else if (asked->check >= 0)
            add_check(&sheet->found[i], asked, record);
        else
            add_oddities(&sheet->found[i], asked, record);
    }
}

void ms_sheet_answers(MsSheet *sheet, GHashTable *answers)
{
    sheet->answers = answers;
}

/* Points as they are printed everywhere: hundredths, so that sums agree. */
static double hundredths(double points)
{
    return round(points * 100) / 100;
}

/* --- answers about a capture of one's own --- */

/* The same section, expecting what the capture holds. */
static MsAsked *own_asked(const MsAsked *asked, const Found *found)
{
    MsAsked *own = g_memdup2(asked, sizeof *asked);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *values = g_ptr_array_new();
    for (guint i = 0; i < found->values->len; i++) {
        if (g_hash_table_add(seen, found->values->pdata[i]))
            g_ptr_array_add(values, g_strdup(found->values->pdata[i]));
    }
    guint count = found->values->len;
    const char *first = count > 0 ? values->pdata[0] : "";
    g_ptr_array_add(values, NULL);
    own->expect = (char **)g_ptr_array_free(values, FALSE);
    own->raw = asked->match == MS_MATCH_COUNT ? g_strdup_printf("%u", count) : g_strdup(first);
    if (asked->match == MS_MATCH_EXACT)
        own->match = MS_MATCH_ANY_OF;
    if (asked->match == MS_MATCH_PRESENT || asked->match == MS_MATCH_ABSENT ||
        (count == 0 && asked->match != MS_MATCH_COUNT))
        own->match = count > 0 ? MS_MATCH_PRESENT : MS_MATCH_ABSENT;
    return own;
}

static void own_asked_free(void *data)
{
    MsAsked *own = data;
    g_strfreev(own->expect);
    g_free(own->raw);
    g_free(own); /* all else is the assignment's */
}

/* The assignment as it is for this capture: the key to the answers. Freed with its `asked`. */
static MsAssignment own_key(const MsSheet *sheet)
{
    MsAssignment own = *sheet->assignment;
    own.asked = g_ptr_array_new_with_free_func(own_asked_free);
    for (guint i = 0; i < sheet->assignment->asked->len; i++)
        g_ptr_array_add(own.asked, own_asked(sheet->assignment->asked->pdata[i], &sheet->found[i]));
    return own;
}

static MsVerdict judge_own(const MsSheet *sheet, guint i)
{
    const MsAsked *asked = sheet->assignment->asked->pdata[i];
    MsAssignment own = own_key(sheet);
    const char *answer = sheet->answers ? g_hash_table_lookup(sheet->answers, asked->id) : NULL;
    MsVerdict verdict = ms_match_answer(&own, own.asked->pdata[i], sheet->student, answer);
    g_ptr_array_unref(own.asked);
    return verdict;
}

/* --- */

static MsVerdict check_verdict(MsBehaviourOutcome outcome)
{
    static const MsVerdictKind kinds[] = {[MS_BEHAVIOUR_UNSHOWN] = MS_VERDICT_MISSING,
                                          [MS_BEHAVIOUR_GOOD] = MS_VERDICT_RIGHT,
                                          [MS_BEHAVIOUR_BAD] = MS_VERDICT_WRONG};
    return (MsVerdict){kinds[outcome], outcome == MS_BEHAVIOUR_GOOD, NULL};
}

static MsVerdict judge(const MsSheet *sheet, guint i, const MsVerdict *before)
{
    const MsStudent *student = sheet->student;
    const MsAssignment *assignment = sheet->assignment;
    const MsAsked *asked = assignment->asked->pdata[i];
    for (guint k = 0; k < i; k++) {
        const MsAsked *other = assignment->asked->pdata[k];
        if (asked->needs && before[k].kind != MS_VERDICT_RIGHT &&
            g_strv_contains((const char *const *)asked->needs, other->id))
            return (MsVerdict){.kind = MS_VERDICT_SKIPPED};
    }
    if (asked->session == MS_SESSION_OWN && sheet->own == 0)
        return (MsVerdict){.kind = MS_VERDICT_MISSING};
    if (assignment->own && !asked->required && asked->check < 0 && sheet->sessions > 0)
        return judge_own(sheet, i);
    if (assignment->answers && !assignment->own)
        return ms_match_answer(assignment, asked, student,
                               sheet->answers ? g_hash_table_lookup(sheet->answers, asked->id)
                                              : NULL);
    if (sheet->sessions == 0) /* nor is anything absent from a capture without mail */
        return (MsVerdict){.kind = MS_VERDICT_MISSING};
    const Found *found = &sheet->found[i];
    if (asked->check >= 0)
        return check_verdict(found->outcome);
    MsVerdict verdict = ms_match_values(
        assignment, asked, student, (const char *const *)found->values->pdata, found->values->len);
    if (verdict.worth > 0 || !found->elsewhere)
        return verdict;
    MsVerdict other =
        ms_match_values(assignment, asked, student, (const char *const *)found->elsewhere->pdata,
                        found->elsewhere->len);
    const MsNear *near = ms_near_find(asked, MS_NEAR_ELSEWHERE);
    return other.kind == MS_VERDICT_RIGHT ? (MsVerdict){MS_VERDICT_NEAR, near->worth, near}
                                          : verdict;
}

/* What a capture of one's own has that an answer could say; NULL: the assignment says it. */
static char *own_expected(const MsSheet *sheet, const MsAsked *asked, const Found *found)
{
    if (!sheet->assignment->own || asked->required || asked->check >= 0 || sheet->sessions == 0)
        return NULL;
    if (asked->match == MS_MATCH_COUNT)
        return g_strdup_printf("%u", found->values->len);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GString *expected = g_string_new(NULL);
    for (guint i = 0; i < found->values->len && g_hash_table_size(seen) < MOST_SHOWN; i++) {
        char *value = found->values->pdata[i];
        if (!g_hash_table_add(seen, value))
            continue;
        g_autofree char *valid = g_utf8_make_valid(value, -1);
        g_string_append_printf(expected, "%s%s", expected->len > 0 ? " | " : "", valid);
    }
    if (found->values->len == 0)
        g_string_append(expected, "none");
    return g_string_free(expected, FALSE);
}

static json_t *row_new(const MsSheet *sheet, guint i, const MsVerdict *verdict)
{
    const MsAsked *asked = sheet->assignment->asked->pdata[i];
    json_t *row =
        json_pack("{ss ss sf sf}", "id", asked->id, "verdict", ms_verdict_name(verdict->kind),
                  "points", hundredths(asked->points * verdict->worth), "of", asked->points);
    if (verdict->near)
        json_object_set_new(row, "near", json_string(ms_near_words(verdict->near->kind)));
    if (sheet->found[i].words)
        json_object_set_new(row, "words", json_string(sheet->found[i].words));
    g_autofree char *expected = own_expected(sheet, asked, &sheet->found[i]);
    if (expected)
        json_object_set_new(row, "expected", json_string(expected));
    if (asked->where)
        ms_where_told(row, asked->where);
    else
        ms_where_found(row, &sheet->found[i].filter);
    return row;
}

json_t *ms_sheet_judge(const MsSheet *sheet)
{
    const MsAssignment *assignment = sheet->assignment;
    g_autofree MsVerdict *verdicts = g_new0(MsVerdict, assignment->asked->len);
    json_t *result = json_object();
    json_t *rows = json_array();
    double points = 0;
    double possible = 0;
    const MsAsked *refused = NULL;
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        verdicts[i] = judge(sheet, i, verdicts);
        if (verdicts[i].kind != MS_VERDICT_SKIPPED) {
            possible += asked->points;
            points += hundredths(asked->points * verdicts[i].worth);
        }
        if (asked->required && verdicts[i].kind != MS_VERDICT_RIGHT && !refused)
            refused = asked;
        json_array_append_new(rows, row_new(sheet, i, &verdicts[i]));
    }
    double all = possible > 0 && !refused ? assignment->points * points / possible : 0;
    json_object_set_new(result, "points", json_real(hundredths(all)));
    json_object_set_new(result, "of", json_real(assignment->points));
    if (refused)
        json_object_set_new(result, "refused", json_string(refused->id));
    json_object_set_new(result, "questions", rows);
    return result;
}

bool ms_sheet_empty(const MsSheet *sheet)
{
    return sheet->sessions == 0;
}
