/* SPDX-License-Identifier: GPL-2.0-or-later
 * answers.c - three forms of answer files, read leniently: students write them by hand. */
#include "answers.h"

#include "../base/error.h"
#include "csv.h"

#include <jansson.h>

#include <string.h>

#define MOST_BYTES ((size_t)1 << 20)

/* The section that `word` names: "server", "2", "2)", "Q2", "Question 2."; or NULL. */
static const MsAsked *find(const MsAssignment *assignment, const char *word)
{
    static const char *const before[] = {"question", "q", "#"};
    g_autofree char *id = g_strstrip(g_ascii_strdown(word, -1));
    const MsAsked *asked = ms_assignment_find(assignment, id);
    const char *number_at = id;
    for (size_t i = 0; i < G_N_ELEMENTS(before) && number_at == id; i++) {
        if (g_str_has_prefix(id, before[i]))
            number_at += strlen(before[i]);
    }
    number_at += strspn(number_at, " ");
    size_t digits = strspn(number_at, "0123456789");
    const char *behind = number_at + digits;
    if (asked || digits == 0 || digits > 5 ||
        (behind[0] != '\0' && (!strchr(".)", behind[0]) || behind[1] != '\0')))
        return asked;
    guint64 number = g_ascii_strtoull(number_at, NULL, 10);
    return number >= 1 && number <= assignment->asked->len ? assignment->asked->pdata[number - 1]
                                                           : NULL;
}

static void add(GHashTable *answers, const MsAssignment *assignment, const char *word,
                const char *text)
{
    const MsAsked *asked = find(assignment, word);
    if (asked && !g_hash_table_contains(answers, asked->id))
        g_hash_table_insert(answers, asked->id, g_strdup(text));
}

static bool read_csv(GHashTable *answers, const MsAssignment *assignment, const char *text,
                     size_t length)
{
    g_autoptr(MsCsv) csv = ms_csv_read(text, length, "answers", NULL);
    for (guint i = 0; csv && i < csv->rows->len; i++)
        add(answers, assignment, ms_csv_cell(csv, i, 0), ms_csv_cell(csv, i, 1));
    return csv != NULL;
}

/* A list becomes a text with `|` between its values. */
static char *json_text(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_real(value)) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        return g_strdup(g_ascii_dtostr(number, sizeof number, json_real_value(value)));
    }
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "yes" : "no");
    GString *list = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)value, i, item)
    {
        g_autofree char *text = json_is_array(item) ? NULL : json_text(item);
        g_string_append_printf(list, "%s%s", i ? "|" : "", text ? text : "");
    }
    return g_string_free(list, FALSE);
}

static bool read_json(GHashTable *answers, const MsAssignment *assignment, const char *text,
                      size_t length)
{
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    const char *key;
    json_t *value;
    bool good = json_is_object(root);
    if (good)
        json_object_foreach(root, key, value)
        {
            g_autofree char *answer = json_text(value);
            add(answers, assignment, key, answer);
        }
    json_decref(root);
    return good;
}

static bool read_lines(GHashTable *answers, const MsAssignment *assignment, const char *text,
                       size_t length)
{
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    g_autoptr(GRegex) numbered = g_regex_new(
        "^\\s*((?:q(?:uestion)?\\s*|#)?\\d{1,5})[.)]\\s+([^\\s:].*)$", G_REGEX_CASELESS, 0, NULL);
    for (size_t i = 0; lines[i]; i++) {
        g_autoptr(GMatchInfo) match = NULL;
        if (g_regex_match(numbered, lines[i], 0, &match)) { /* "1. text", "1) text" */
            g_autofree char *number = g_match_info_fetch(match, 1);
            g_autofree char *answer = g_match_info_fetch(match, 2);
            add(answers, assignment, number, g_strstrip(answer));
            continue;
        }
        char *colon = strchr(lines[i], ':');
        if (!colon)
            continue;
        *colon = '\0';
        add(answers, assignment, lines[i], g_strstrip(colon + 1));
    }
    return true;
}

/* What the text is in UTF-8 when it begins as UTF-16 does, as some editors write it; else NULL. */
static char *from_utf16(const char *text, size_t length)
{
    bool big = length >= 2 && memcmp(text, "\xfe\xff", 2) == 0;
    bool little = length >= 2 && memcmp(text, "\xff\xfe", 2) == 0;
    if (!(big || little) || length % 2 != 0 || length > MOST_BYTES)
        return NULL;
    g_autofree gunichar2 *units = g_new0(gunichar2, length / 2);
    for (size_t i = 1; i < length / 2; i++) {
        const uint8_t *at = (const uint8_t *)text + 2 * i;
        units[i - 1] = (gunichar2)(big ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
    }
    return g_utf16_to_utf8(units, (glong)(length / 2 - 1), NULL, NULL, NULL);
}

GHashTable *ms_answers_read(const MsAssignment *assignment, const char *name, const char *text,
                            size_t length, GError **error)
{
    const char *why = NULL;
    GHashTable *answers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autofree char *converted = from_utf16(text, length);
    if (converted) {
        text = converted;
        length = strlen(converted);
    }
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    g_autofree char *lower = g_ascii_strdown(name, -1);
    if (length > MOST_BYTES)
        why = "larger than one megabyte";
    else if (length > 0 && !g_utf8_validate(text, (gssize)length, NULL))
        why = "not UTF-8 text";
    else if (g_str_has_suffix(lower, ".csv"))
        why = read_csv(answers, assignment, text, length) ? NULL : "not comma-separated values";
    else if (g_str_has_suffix(lower, ".json"))
        why = read_json(answers, assignment, text, length) ? NULL : "not a JSON object of answers";
    else
        read_lines(answers, assignment, text, length);
    if (!why)
        return answers;
    g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "%s", why);
    g_hash_table_unref(answers);
    return NULL;
}
