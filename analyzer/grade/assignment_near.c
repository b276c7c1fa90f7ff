/* SPDX-License-Identifier: GPL-2.0-or-later
 * assignment_near.c - the key `near`: kinds of near misses, and what each of them names. */
#include "assignment_private.h"
#include "match_private.h"

#include <string.h>

#define MOST_OFF 1000

typedef enum {
    NAMES_NOTHING,
    NAMES_QUESTION,          /* the other question */
    NAMES_NUMBER,            /* perhaps a number */
    NAMES_NUMBER_OR_QUESTION /* one of both */
} Names;

static const struct {
    const char *name;
    Names names;
} kinds[MS_N_NEARS] = {
    [MS_NEAR_BASE64] = {"base64", NAMES_NOTHING},
    [MS_NEAR_SWAPPED] = {"swapped", NAMES_QUESTION},
    [MS_NEAR_HEADER] = {"header", NAMES_QUESTION},
    [MS_NEAR_INSTEAD] = {"instead", NAMES_QUESTION},
    [MS_NEAR_FIRST] = {"first", NAMES_QUESTION},
    [MS_NEAR_LAST] = {"last", NAMES_QUESTION},
    [MS_NEAR_PORT] = {"port", NAMES_QUESTION},
    [MS_NEAR_ADDRESS] = {"address", NAMES_QUESTION},
    [MS_NEAR_WITH_PORT] = {"with-port", NAMES_NOTHING},
    [MS_NEAR_OFF] = {"off", NAMES_NUMBER},
    [MS_NEAR_FRAME] = {"frame", NAMES_NOTHING},
    [MS_NEAR_ELSEWHERE] = {"elsewhere", NAMES_NOTHING},
    [MS_NEAR_ENDS] = {"ends", NAMES_NOTHING},
    [MS_NEAR_CASE] = {"case", NAMES_NOTHING},
    [MS_NEAR_RELATIVE] = {"relative", NAMES_NUMBER_OR_QUESTION},
    [MS_NEAR_HEX] = {"hex", NAMES_NOTHING},
    [MS_NEAR_LINE] = {"line", NAMES_NOTHING},
    [MS_NEAR_ZONE] = {"zone", NAMES_NOTHING},
    [MS_NEAR_DOMAIN] = {"domain", NAMES_NOTHING},
    [MS_NEAR_TYPO] = {"typo", NAMES_NOTHING},
};

const char *ms_near_name(MsNearKind kind)
{
    return kinds[kind].name;
}

static const char *name_of(size_t i)
{
    return kinds[i].name;
}

/* What stands behind the kind; NULL: nothing does. */
static bool read_named(const MsReader *reader, MsNear *near, const char *named, GError **error)
{
    const char *name = kinds[near->kind].name;
    uint64_t number = 1;
    bool digits = named && ms_near_number(named, 10, &number);
    near->number = number;
    switch (kinds[near->kind].names) {
    case NAMES_NOTHING:
        return !named ||
               ms_assignment_fail(reader, reader->line, error, "%s names no other question", name);
    case NAMES_NUMBER:
        return !named || (digits && number >= 1 && number <= MOST_OFF) ||
               ms_assignment_fail(reader, reader->line, error, "%s goes with a number from 1 to %d",
                                  name, MOST_OFF);
    case NAMES_NUMBER_OR_QUESTION:
        if (digits && number <= UINT32_MAX)
            return true;
        G_GNUC_FALLTHROUGH;
    case NAMES_QUESTION:
        break;
    }
    near->other = g_strdup(named);
    return named ||
           ms_assignment_fail(reader, reader->line, error, "'%s' needs the other question", name);
}

/* "0.5 base64", "0.25 swapped server-ip", "0.5 off 2" */
bool ms_assignment_near(const MsReader *reader, const char *value, GError **error)
{
    g_auto(GStrv) words = g_strsplit(value, " ", -1);
    guint count = g_strv_length(words);
    MsNear near = {.kind = MS_N_NEARS};
    if (count < 2 || count > 3)
        return ms_assignment_fail(reader, reader->line, error,
                                  "worth, kind and what the kind names: '%s'", value);
    if (!ms_assignment_number(reader, words[0], 1, &near.worth, error))
        return false;
    for (size_t i = 0; i < MS_N_NEARS; i++) {
        if (strcmp(kinds[i].name, words[1]) == 0)
            near.kind = (MsNearKind)i;
    }
    if (near.kind == MS_N_NEARS)
        return ms_assignment_unknown(reader, error, "near miss", words[1], name_of, MS_N_NEARS);
    if (!read_named(reader, &near, words[2], error))
        return false;
    g_array_append_val(reader->asked->near, near);
    return true;
}

static bool has_numbers(const MsAsked *asked)
{
    uint64_t number;
    bool all = asked->expect || asked->raw;
    for (size_t i = 0; asked->expect && asked->expect[i]; i++)
        all = all && (ms_near_number(asked->expect[i], 10, &number) ||
                      ms_near_number(asked->expect[i], 16, &number));
    return all;
}

static bool has_times(const MsAsked *asked)
{
    int64_t time_ns;
    bool all = asked->expect != NULL;
    for (size_t i = 0; asked->expect && asked->expect[i]; i++)
        all = all && ms_assignment_time(asked->expect[i], &time_ns);
    return all;
}

bool ms_assignment_check_near(const MsReader *reader, const MsAsked *asked, const MsNear *near,
                              GError **error)
{
    const char *name = kinds[near->kind].name;
    const MsAsked *other =
        near->other ? ms_assignment_find(reader->assignment, near->other) : asked;
    bool numbers =
        near->kind == MS_NEAR_OFF || near->kind == MS_NEAR_RELATIVE || near->kind == MS_NEAR_HEX;
    bool own = reader->assignment->own && !asked->required; /* the capture says what is expected */
    bool expects = other && (other->expect || (numbers && other->raw) || (own && !other->required));
    if (near->other && !expects)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': near names no question with expected values: '%s'",
                                  asked->id, near->other);
    if (!asked->raw && !own)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': %s needs an expected value to be near to", asked->id,
                                  name);
    if (numbers && !own && !(has_numbers(asked) && has_numbers(other)))
        return ms_assignment_fail(reader, asked->line, error, "'%s': %s goes with numbers",
                                  asked->id, name);
    if (near->kind == MS_NEAR_ZONE && !own && !has_times(asked))
        return ms_assignment_fail(reader, asked->line, error, "'%s': zone goes with times",
                                  asked->id);
    if ((near->kind == MS_NEAR_FRAME) && !asked->frames)
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': frame goes with the key frames", asked->id);
    if (near->kind == MS_NEAR_ELSEWHERE &&
        (reader->assignment->answers || (asked->session == 0 && asked->message == 0)))
        return ms_assignment_fail(reader, asked->line, error,
                                  "'%s': elsewhere goes with session or message, of captures",
                                  asked->id);
    return true;
}
