/* SPDX-License-Identifier: GPL-2.0-or-later
 * class_table.c - the class page's table of all students. Its cells carry what they are sorted by;
 * without scripts it stands sorted by name. */
#include "classpage_private.h"
#include "feedback.h"
#include "page.h"
#include "result.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const json_t *result;
    char *name; /* as it is sorted */
} Row;

static int compare_rows(const void *a, const void *b)
{
    const Row *one = a;
    const Row *other = b;
    int order = strcmp(one->name, other->name);
    return order ? order
                 : strcmp(ms_result_text(one->result, "key"), ms_result_text(other->result, "key"));
}

/* A column's title is a button that sorts; `full`: what it says at length, or NULL. */
static void put_title(MsBuffer *out, const char *title, const char *full, const char *class)
{
    ms_buffer_printf(out, "<th scope=\"col\" class=\"%s\"><button type=\"button\"", class);
    if (full) {
        ms_buffer_text(out, " title=\"");
        ms_grade_attribute(out, full);
        ms_buffer_text(out, "\" aria-label=\"");
        ms_grade_attribute(out, full);
        ms_buffer_text(out, "\"");
    }
    ms_buffer_printf(out, ">%s</button></th>\n", title);
}

static void put_titles(MsBuffer *out, const MsClass *class)
{
    ms_buffer_text(out, "<thead><tr>\n");
    put_title(out, "Name", NULL, "text");
    put_title(out, "Id", NULL, "text");
    put_title(out, "Points", NULL, "number");
    for (guint i = 0; i < class->assignment->asked->len; i++) {
        const MsAsked *asked = class->assignment->asked->pdata[i];
        g_autofree char *number = g_strdup_printf("%u", i + 1);
        g_autofree char *full = g_strdup_printf("%u %s", i + 1, asked->title);
        put_title(out, number, full, "number");
    }
    put_title(out, "Remark", NULL, "text");
    ms_buffer_text(out, "</tr></thead>\n");
}

/* A number that is sorted by its value; what is not there comes below 0. */
static void put_number(MsBuffer *out, const json_t *object, const char *class, bool there)
{
    ms_buffer_printf(out, "<td class=\"number %s\" data-v=\"", class);
    if (there)
        ms_grade_points(out, json_number_value(json_object_get(object, "points")));
    else
        ms_buffer_text(out, "-1");
    ms_buffer_text(out, "\">");
    if (there)
        ms_grade_points(out, json_number_value(json_object_get(object, "points")));
    ms_buffer_text(out, "</td>");
}

static void put_question(MsBuffer *out, const MsAsked *asked, const json_t *row)
{
    MsVerdictKind kind = ms_result_verdict(row);
    if (!row || kind == MS_N_VERDICTS) {
        put_number(out, row, "", false);
        return;
    }
    ms_buffer_printf(out, "<td class=\"number\" data-v=\"%s",
                     kind == MS_VERDICT_SKIPPED ? "-0.5" : "");
    double points = asked->required ? kind == MS_VERDICT_RIGHT
                                    : json_number_value(json_object_get(row, "points"));
    if (kind != MS_VERDICT_SKIPPED)
        ms_grade_points(out, points);
    ms_buffer_printf(out, "\"><b class=\"verdict %s\" title=\"%s\">%s</b>", ms_verdict_name(kind),
                     ms_verdict_name(kind), ms_feedback_sign(kind));
    if (!asked->required && kind != MS_VERDICT_SKIPPED) {
        ms_buffer_byte(out, ' ');
        ms_grade_points(out, points);
    }
    ms_buffer_text(out, "</td>");
}

static void put_row(MsBuffer *out, const MsClass *class, const json_t *result)
{
    g_autofree char *remark = ms_return_remark(class->assignment, result);
    bool missing = ms_result_missing(result);
    ms_buffer_text(out,
                   missing ? "<tr class=\"none\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
    ms_class_link(out, result);
    ms_buffer_text(out, "</th><td>");
    ms_grade_text(out, ms_result_text(result, "student"));
    ms_buffer_text(out, "</td>");
    put_number(out, result, "points", !missing);
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < class->assignment->asked->len; i++)
        put_question(out, class->assignment->asked->pdata[i],
                     missing ? NULL : json_array_get(rows, i));
    ms_buffer_text(out, "<td class=\"why\">");
    ms_grade_text(out, remark ? remark : "");
    ms_buffer_text(out, "</td></tr>\n");
}

void ms_class_table(MsBuffer *out, const MsClass *class)
{
    g_autofree Row *rows = g_new0(Row, class->count + 1);
    for (guint i = 0; i < class->count; i++) {
        const char *name = ms_result_text(class->results[i], "name");
        rows[i].result = class->results[i];
        rows[i].name =
            g_utf8_casefold(name[0] ? name : ms_result_text(class->results[i], "student"), -1);
    }
    qsort(rows, class->count, sizeof *rows, compare_rows);
    ms_buffer_text(
        out,
        "<section class=\"all\">\n<h2 id=\"all\">All students</h2>\n<p class=\"find\" "
        "hidden><label>Find <input type=\"search\" name=\"find\" autocomplete=\"off\"></label> "
        "<span class=\"dim\" role=\"status\"></span></p>\n<div class=\"wide\" "
        "tabindex=\"0\" role=\"region\" aria-labelledby=\"all\"><table>\n");
    put_titles(out, class);
    ms_buffer_text(out, "<tbody>\n");
    for (guint i = 0; i < class->count; i++) {
        put_row(out, class, rows[i].result);
        g_free(rows[i].name);
    }
    ms_buffer_text(out,
                   "</tbody></table></div>\n<p class=\"dim\">\xe2\x9c\x93 right, \xe2\x97\x90 in "
                   "part, \xe2\x89\x88 nearly, \xe2\x9c\x97 wrong, \xe2\x80\x93 not there, "
                   "\xe2\x86\xb7 not counted</p>\n</section>\n");
}
