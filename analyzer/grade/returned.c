/* SPDX-License-Identifier: GPL-2.0-or-later
 * returned.c - results for people. Names come from files that students named: everything is
 * escaped for where it goes. */
#include "returned.h"

#include "../base/escape.h"
#include "csv.h"
#include "result.h"

#include <string.h>

char *ms_return_remark(const MsAssignment *assignment, const json_t *result)
{
    const char *problem = ms_result_text(result, "problem");
    const MsAsked *refused = ms_assignment_find(assignment, ms_result_text(result, "refused"));
    if (problem[0])
        return g_strdup(problem);
    return refused ? g_strdup_printf("required, but not so: %s", refused->title) : NULL;
}

/* A cell of a gradebook; names out of hostile files stay on one line. */
static void add_cell(GString *out, const char *text)
{
    MsBuffer cell = {0};
    g_autofree char *line = g_strdelimit(g_strdup(text), "\r\n\t", ' ');
    if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append_c(out, ',');
    ms_csv_put(&cell, g_strchug(line), ',', true);
    if (cell.length > 0)
        g_string_append_len(out, (const char *)cell.data, (gssize)cell.length);
    ms_buffer_clear(&cell);
}

void ms_return_csv_head(GString *out, const MsAssignment *assignment)
{
    static const char *const columns[] = {"id", "name", "email", "points", "of", "remark"};
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        add_cell(out, columns[i]);
    for (guint i = 0; i < assignment->asked->len; i++)
        add_cell(out, ((const MsAsked *)assignment->asked->pdata[i])->id);
    g_string_append(out, "\r\n");
}

void ms_return_csv(GString *out, const MsAssignment *assignment, const json_t *result)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *remark = ms_return_remark(assignment, result);
    add_cell(out, ms_result_text(result, "student"));
    add_cell(out, ms_result_text(result, "name"));
    add_cell(out, ms_result_text(result, "email"));
    add_cell(out, ms_result_number(result, "points", number, sizeof number));
    add_cell(out, ms_result_number(result, "of", number, sizeof number));
    add_cell(out, remark ? remark : "");
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < assignment->asked->len; i++) {
        const json_t *row = json_array_get(rows, i);
        const MsAsked *asked = assignment->asked->pdata[i];
        const char *cell = asked->required ? ms_result_text(row, "verdict")
                           : row           ? ms_result_number(row, "points", number, sizeof number)
                                           : "";
        add_cell(out, cell);
    }
    g_string_append(out, "\r\n");
}

void ms_return_short(GString *out, const MsAssignment *assignment, const json_t *result,
                     const char *between)
{
    char points[G_ASCII_DTOSTR_BUF_SIZE];
    char of[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *remark = ms_return_remark(assignment, result);
    g_string_append_printf(out, "%s of %s points",
                           ms_result_number(result, "points", points, sizeof points),
                           ms_result_number(result, "of", of, sizeof of));
    if (remark)
        g_string_append_printf(out, "%s%s", between, remark);
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < json_array_size(rows) && i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        const json_t *row = json_array_get(rows, i);
        g_string_append_printf(out, "%s%s: %s", between, asked->title,
                               ms_result_text(row, "verdict"));
        if (ms_result_text(row, "near")[0])
            g_string_append_printf(out, ", %s", ms_result_text(row, "near"));
    }
}

/* Text as text: Markdown's signs behind a backslash, control characters made visible. */
static void add_text(GString *out, const char *text)
{
    MsBuffer safe = {0};
    ms_escape_terminal(&safe, (const uint8_t *)text, strlen(text));
    for (size_t i = 0; i < safe.length; i++) {
        char byte = (char)safe.data[i];
        if (byte == '<' || byte == '&') {
            g_string_append(out, byte == '<' ? "&lt;" : "&amp;");
            continue;
        }
        if (strchr("\\`*_{}[]()#+-.!|>~:@", byte))
            g_string_append_c(out, '\\');
        g_string_append_c(out, byte);
    }
    ms_buffer_clear(&safe);
}

const char *ms_return_expected(const MsAsked *asked, const json_t *row, const MsReturnStyle *style)
{
    bool secret = asked->fact && (ms_field(asked->what.field)->flags & MS_SECRET);
    const char *own = json_string_value(json_object_get(row, "expected"));
    if (!style->reveal || !(own || asked->raw))
        return NULL;
    return secret && !style->secrets ? "(masked)" : own ? own : asked->raw;
}

void ms_return_hide(const MsAssignment *assignment, json_t *result, const MsReturnStyle *style)
{
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < json_array_size(rows) && i < assignment->asked->len; i++) {
        json_t *row = json_array_get(rows, i);
        const char *shown = ms_return_expected(assignment->asked->pdata[i], row, style);
        if (!json_object_get(row, "expected"))
            continue;
        if (shown)
            json_object_set_new(row, "expected", json_string(shown));
        else
            json_object_del(row, "expected");
    }
}

static void add_expected(GString *out, const MsAsked *asked, const json_t *row,
                         const MsReturnStyle *style)
{
    const char *expected = ms_return_expected(asked, row, style);
    if (!expected)
        return;
    g_string_append(out, "\nExpected: ");
    add_text(out, expected);
    g_string_append_c(out, '\n');
}

/* "frames 4, 7-9; display filter: `...`" */
static void add_where(GString *out, const json_t *row)
{
    const json_t *frames = json_object_get(row, "frames");
    g_string_append(out, "\nWhere to look: ");
    for (size_t i = 0; i < json_array_size(frames); i++) {
        const json_t *run = json_array_get(frames, i);
        json_int_t first = json_integer_value(json_array_get(run, 0));
        json_int_t last = json_integer_value(json_array_get(run, 1));
        bool one = json_array_size(frames) == 1 && last == first;
        g_string_append_printf(out, "%s%" JSON_INTEGER_FORMAT,
                               i > 0 ? ", "
                               : one ? "frame "
                                     : "frames ",
                               first);
        if (last > first)
            g_string_append_printf(out, "-%" JSON_INTEGER_FORMAT, last);
    }
    g_string_append_printf(out, "%sdisplay filter: `%s`\n", json_array_size(frames) > 0 ? "; " : "",
                           ms_result_text(row, "filter"));
}

static void add_row(GString *out, const MsAsked *asked, const json_t *row, unsigned number,
                    const MsReturnStyle *style)
{
    char points[G_ASCII_DTOSTR_BUF_SIZE];
    char of[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, "\n## %u ", number);
    add_text(out, asked->title);
    g_string_append_printf(out, "\n\n**%s**", ms_result_text(row, "verdict"));
    if (!asked->required)
        g_string_append_printf(out, ", %s of %s points",
                               ms_result_number(row, "points", points, sizeof points),
                               ms_result_number(row, "of", of, sizeof of));
    if (ms_result_text(row, "near")[0])
        g_string_append_printf(out, ": %s", ms_result_text(row, "near"));
    g_string_append_c(out, '\n');
    if (ms_result_text(row, "words")[0]) {
        g_string_append_c(out, '\n');
        add_text(out, ms_result_text(row, "words"));
        g_string_append_c(out, '\n');
    }
    for (size_t i = 0;
         asked->needs && asked->needs[i] && !strcmp(ms_result_text(row, "verdict"), "skipped"); i++)
        g_string_append_printf(out, "\nNot counted, as it needs `%s` to be right.\n",
                               asked->needs[i]);
    if (asked->hint && strcmp(ms_result_text(row, "verdict"), "right") != 0) {
        g_string_append(out, "\nHint: ");
        add_text(out, asked->hint);
        g_string_append_c(out, '\n');
    }
    if (ms_result_text(row, "filter")[0])
        add_where(out, row);
    add_expected(out, asked, row, style);
}

void ms_return_markdown(GString *out, const MsAssignment *assignment, const json_t *result,
                        const MsReturnStyle *style)
{
    char points[G_ASCII_DTOSTR_BUF_SIZE];
    char of[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *remark = ms_return_remark(assignment, result);
    g_string_append(out, "# ");
    add_text(out, assignment->title);
    g_string_append(out, "\n\n");
    add_text(out, ms_result_text(result, "name"));
    g_string_append_printf(out, "\n\n**%s of %s points**\n",
                           ms_result_number(result, "points", points, sizeof points),
                           ms_result_number(result, "of", of, sizeof of));
    if (remark) {
        g_string_append_c(out, '\n');
        add_text(out, remark);
        g_string_append_c(out, '\n');
    }
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < json_array_size(rows) && i < assignment->asked->len; i++)
        add_row(out, assignment->asked->pdata[i], json_array_get(rows, i), i + 1, style);
}
