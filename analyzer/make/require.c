/* SPDX-License-Identifier: GPL-2.0-or-later
 * require.c - see require.h. A regular expression is met by trial: its literal beginning with what
 * usually follows, tried against the expression itself. */
#include "require.h"

#include "../base/error.h"

#include <string.h>

/* What can be chosen freely. */
static const struct {
    MsFieldId field;
    size_t place; /* in MsGranted */
    const char *const shapes[8];
    const char *signs; /* what else than letters and digits may stand in it */
} choices[] = {
    {MS_FIELD_SMTP_HELO,
     offsetof(MsGranted, helo),
     {"{nonce}.example.org", "{id}.{nonce}.example.org", "{id}-{nonce}.example.org",
      "{nonce}.{id}.example.org", "{id}.example.org", "{id}", "{nonce}"},
     "-."},
    {MS_FIELD_AUTH_USERNAME,
     offsetof(MsGranted, username),
     {"{id}", "{email}", "{id}.{nonce}", "{nonce}", "{id}-{nonce}"},
     "-._@+"},
    {MS_FIELD_SMTP_MAIL_FROM,
     offsetof(MsGranted, mail_from),
     {"{id}@example.org", "{email}", "{id}.{nonce}@example.org", "{nonce}@example.org"},
     "-._@+"},
    {MS_FIELD_MESSAGE_SUBJECT,
     offsetof(MsGranted, subject),
     {"About the lab ({nonce})", "{id}: about the lab ({nonce})", "[{id}] about the lab ({nonce})",
      "About the lab ({id}, {nonce})", "About the lab {id}", "{id}", "{name}"},
     NULL},
};

void ms_granted_clear(MsGranted *granted)
{
    g_free(granted->helo);
    g_free(granted->username);
    g_free(granted->mail_from);
    g_free(granted->subject);
}

static bool refuse(GError **error, const MsAsked *asked, const char *id, const char *why)
{
    g_set_error(error, MS_ERROR, MS_ERROR_USAGE, "[require %s] cannot be met%s%s: %s", asked->id,
                id ? " for " : "", id ? id : "", why);
    return false;
}

bool ms_require_window(const MsAssignment *assignment, bool given, int64_t *from_ns,
                       int64_t *until_ns, GError **error)
{
    bool narrowed = given;
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (!asked->required || asked->match != MS_MATCH_BETWEEN)
            continue;
        *from_ns = narrowed ? MAX(*from_ns, asked->bounds[0]) : asked->bounds[0];
        *until_ns = narrowed ? MIN(*until_ns, asked->bounds[1]) : asked->bounds[1];
        narrowed = true;
        if (*until_ns - *from_ns < G_GINT64_CONSTANT(120000000000))
            return refuse(error, asked, NULL, "less than two minutes are left of the time");
    }
    return true;
}

static char *fill(const char *shape, const MsStudent *student)
{
    const char *const marks[] = {"{id}", "{name}", "{email}", "{nonce}"};
    const char *const values[] = {student->id, student->name, student->email, student->nonce};
    g_autoptr(GString) text = g_string_new(shape);
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        g_string_replace(text, marks[i], values[i], 0);
    return g_strdup(text->str);
}

/* The literal beginning of a regular expression. */
static char *literal(const char *pattern)
{
    GString *text = g_string_new(NULL);
    for (pattern += *pattern == '^'; *pattern; pattern++) {
        if (g_str_has_prefix(pattern, "{id}") || g_str_has_prefix(pattern, "{name}") ||
            g_str_has_prefix(pattern, "{email}") || g_str_has_prefix(pattern, "{nonce}")) {
            const char *end = strchr(pattern, '}');
            g_string_append_len(text, pattern, end + 1 - pattern);
            pattern = end;
        } else if (*pattern == '\\' && g_ascii_ispunct(pattern[1])) {
            g_string_append_c(text, *++pattern);
        } else if (strchr("$.[]()*+?|{\\", *pattern)) {
            break;
        } else {
            g_string_append_c(text, *pattern);
        }
    }
    return g_string_free(text, FALSE);
}

static bool well_formed(const char *text, const char *signs)
{
    if (text[0] == '\0' || strlen(text) > 200)
        return false;
    for (size_t i = 0; text[i]; i++) {
        bool plain = g_ascii_isalnum(text[i]) ||
                     (signs ? strchr(signs, text[i]) != NULL : g_ascii_isprint(text[i]));
        if (!plain)
            return false;
    }
    return !signs || (g_ascii_isalnum(text[0]) && g_ascii_isalnum(text[strlen(text) - 1]));
}

/* Whether the text meets all that is required of the field. */
static bool meets(const MsAssignment *assignment, MsFieldId field, const MsStudent *student,
                  const char *text)
{
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (!asked->required || !asked->fact || asked->what.field != field)
            continue;
        if (ms_match_values(assignment, asked, student, &text, 1).kind != MS_VERDICT_RIGHT)
            return false;
    }
    return true;
}

static GPtrArray *candidates(const MsAssignment *assignment, size_t choice)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; choices[choice].shapes[i]; i++)
        g_ptr_array_add(list, g_strdup(choices[choice].shapes[i]));
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (!asked->required || !asked->fact || asked->what.field != choices[choice].field)
            continue;
        for (size_t k = 0; asked->expect && asked->expect[k]; k++)
            g_ptr_array_add(list, g_strdup(asked->expect[k]));
        if (asked->match != MS_MATCH_REGEX)
            continue;
        g_autofree char *begin = literal(asked->raw);
        static const char *const tails[] = {"",
                                            "{nonce}",
                                            ".{nonce}",
                                            "{nonce}.example.org",
                                            ".{nonce}.example.org",
                                            "example.org",
                                            "@example.org",
                                            " ({nonce})",
                                            "1",
                                            "1 ({nonce})"};
        for (size_t k = 0; k < G_N_ELEMENTS(tails); k++)
            g_ptr_array_add(list, g_strconcat(begin, tails[k], NULL));
        for (size_t k = 0; choices[choice].shapes[k]; k++)
            g_ptr_array_add(list, g_strconcat(begin, choices[choice].shapes[k], NULL));
    }
    return list;
}

/* The first requirement of that field, or NULL. */
static const MsAsked *first_of(const MsAssignment *assignment, MsFieldId field)
{
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (asked->required && asked->fact && asked->what.field == field &&
            asked->match != MS_MATCH_ABSENT)
            return asked;
    }
    return NULL;
}

bool ms_require_grant(const MsAssignment *assignment, const MsStudent *student, MsGranted *granted,
                      GError **error)
{
    for (size_t c = 0; c < G_N_ELEMENTS(choices); c++) {
        const MsAsked *asked = first_of(assignment, choices[c].field);
        char **place = (char **)(void *)((char *)granted + choices[c].place);
        if (!asked)
            continue;
        g_autoptr(GPtrArray) list = candidates(assignment, c);
        for (guint i = 0; i < list->len && !*place; i++) {
            g_autofree char *text = fill(list->pdata[i], student);
            if (well_formed(text, choices[c].signs) &&
                meets(assignment, choices[c].field, student, text))
                *place = g_steal_pointer(&text);
        }
        if (!*place)
            return refuse(error, asked, student->id, "no value that fits was found");
    }
    return true;
}

/* The values of the key as the matching takes them. */
static GPtrArray *values_of(const json_t *list)
{
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        g_ptr_array_add(
            values, json_is_string(one)
                        ? g_strdup(json_string_value(one))
                        : g_strdup_printf("%" G_GINT64_FORMAT, (gint64)json_integer_value(one)));
    }
    return values;
}

static bool check_one(const MsAssignment *assignment, const MsAsked *asked,
                      const MsStudent *student, const json_t *facts, GError **error)
{
    g_autofree char *key = asked->fact ? g_strndup(asked->what.key, asked->what.key_length) : NULL;
    const json_t *list = key ? json_object_get(facts, key) : NULL;
    if (asked->match == MS_MATCH_ABSENT && !list)
        return true; /* nothing is there but what the key says, or what a fault brings */
    if (asked->check >= 0 || asked->match == MS_MATCH_BETWEEN)
        return true;
    if (!list)
        return refuse(error, asked, student->id, "captures that are made have nothing of it");
    g_autoptr(GPtrArray) values = values_of(list);
    MsVerdict verdict = ms_match_values(assignment, asked, student,
                                        (const char *const *)values->pdata, values->len);
    return verdict.kind == MS_VERDICT_RIGHT || asked->what.sign != 0 ||
           refuse(error, asked, student->id, "the capture would hold something else");
}

bool ms_require_check(const MsAssignment *assignment, const MsStudent *student,
                      const MsStory *story, GError **error)
{
    const unsigned hide = MS_FAULT_STARTTLS | MS_FAULT_NO_QUIT | MS_FAULT_RST;
    bool good = true;
    if (story->faults & hide)
        return true;
    json_t *facts = ms_story_facts(story);
    for (guint i = 0; i < assignment->asked->len && good; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (asked->required)
            good = check_one(assignment, asked, student, facts, error);
    }
    json_decref(facts);
    return good;
}
