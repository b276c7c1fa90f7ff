/* SPDX-License-Identifier: GPL-2.0-or-later
 * classpage.c - adds up the class, and puts its page together. */
#include "classpage_private.h"
#include "page.h"
#include "result.h"

#include <string.h>

static void add_row(MsClassQuestion *question, const MsAsked *asked, const json_t *row)
{
    MsVerdictKind kind = ms_result_verdict(row);
    if (kind == MS_N_VERDICTS)
        return;
    question->verdicts[kind]++;
    if (kind != MS_VERDICT_SKIPPED) {
        question->asked++;
        question->worth += asked->points > 0
                               ? json_number_value(json_object_get(row, "points")) / asked->points
                               : kind == MS_VERDICT_RIGHT;
    }
    for (MsNearKind near = 0; near < MS_N_NEARS; near++)
        question->nears[near] += strcmp(ms_near_words(near), ms_result_text(row, "near")) == 0;
}

static void add_result(MsClass *class, const json_t *result)
{
    if (ms_result_missing(result)) {
        class->missing++;
        return;
    }
    double points = json_number_value(json_object_get(result, "points"));
    double share = class->assignment->points > 0 ? points / class->assignment->points : 0;
    g_array_append_val(class->shares, share);
    class->bins[CLAMP((int)(share * MS_CLASS_BINS + 1e-9), 0, MS_CLASS_BINS - 1)]++;
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < class->assignment->asked->len && i < json_array_size(rows); i++)
        add_row(&class->questions[i], class->assignment->asked->pdata[i], json_array_get(rows, i));
}

double ms_class_share(const MsClassQuestion *question)
{
    return question->asked > 0 ? question->worth / question->asked : 1;
}

static int compare_shares(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static void put_figure(MsBuffer *out, double number, const char *what)
{
    ms_buffer_text(out, "<div><dd>");
    ms_grade_points(out, number);
    ms_buffer_printf(out, "</dd><dt>%s</dt></div>\n", what);
}

static void put_figures(MsBuffer *out, const MsClass *class)
{
    const GArray *shares = class->shares;
    double sum = 0;
    for (guint i = 0; i < shares->len; i++)
        sum += g_array_index(shares, double, i);
    ms_buffer_text(out, "<dl class=\"figures\">\n");
    put_figure(out, class->count, class->count == 1 ? "student" : "students");
    put_figure(out, shares->len, "handed in");
    if (shares->len > 0) {
        double low = g_array_index(shares, double, (shares->len - 1) / 2);
        double high = g_array_index(shares, double, shares->len / 2);
        put_figure(out, class->assignment->points, "points at most");
        put_figure(out, class->assignment->points * sum / shares->len, "mean");
        put_figure(out, class->assignment->points * (low + high) / 2, "median");
    }
    ms_buffer_text(out, "</dl>\n");
}

void ms_class_link(MsBuffer *out, const json_t *result)
{
    const char *name = ms_result_text(result, "name");
    ms_buffer_text(out, "<a href=\"./feedback/");
    ms_grade_attribute(out, ms_result_text(result, "key"));
    ms_buffer_text(out, ".html\">");
    ms_grade_text(out, name[0] ? name : ms_result_text(result, "student"));
    ms_buffer_text(out, "</a>");
}

/* Those to be looked at by hand: graded not at all or with a remark. */
static void put_troubles(MsBuffer *out, const MsClass *class)
{
    bool any = false;
    for (guint i = 0; i < class->count; i++) {
        const json_t *result = class->results[i];
        g_autofree char *remark = ms_return_remark(class->assignment, result);
        if (!remark || ms_result_missing(result))
            continue;
        if (!any)
            ms_buffer_text(out, "<section>\n<h2>To be looked at</h2>\n<p class=\"dim\">Not read "
                                "wholly, stopped at a limit, or what is required is not "
                                "met.</p>\n<ul class=\"troubles\" tabindex=\"0\" aria-label=\"To "
                                "be looked at\">\n");
        any = true;
        ms_buffer_text(out, "<li>");
        ms_class_link(out, result);
        ms_buffer_text(out, ": ");
        ms_grade_text(out, remark);
        ms_buffer_text(out, "</li>\n");
    }
    if (any)
        ms_buffer_text(out, "</ul>\n</section>\n");
}

static void put_missing(MsBuffer *out, const MsClass *class)
{
    if (class->missing == 0)
        return;
    ms_buffer_printf(out,
                     "<section>\n<h2>Handed in nothing (%u)</h2>\n<ul class=\"names\" "
                     "tabindex=\"0\" aria-label=\"Handed in nothing\">\n",
                     class->missing);
    for (guint i = 0; i < class->count; i++) {
        if (!ms_result_missing(class->results[i]))
            continue;
        ms_buffer_text(out, "<li>");
        ms_class_link(out, class->results[i]);
        ms_buffer_text(out, "</li>\n");
    }
    ms_buffer_text(out, "</ul>\n</section>\n");
}

void ms_class_page(MsBuffer *out, const MsAssignment *assignment, json_t *const *results,
                   guint count)
{
    MsClass class = {.assignment = assignment, .results = results, .count = count};
    class.shares = g_array_new(FALSE, FALSE, sizeof(double));
    class.questions = g_new0(MsClassQuestion, assignment->asked->len + 1);
    for (guint i = 0; i < assignment->asked->len; i++)
        class.questions[i].index = i;
    for (guint i = 0; i < count; i++)
        add_result(&class, results[i]);
    g_array_sort(class.shares, compare_shares);

    ms_grade_page_begin(out, assignment->title, true);
    ms_buffer_text(out, "<main>\n<header>\n<h1>");
    ms_grade_text(out, assignment->title);
    ms_buffer_text(out, "</h1>\n");
    put_figures(out, &class);
    ms_buffer_text(out, "</header>\n<div class=\"parts\">\n");
    ms_class_histogram(out, &class);
    ms_class_questions(out, &class);
    ms_class_nears(out, &class);
    put_missing(out, &class);
    put_troubles(out, &class);
    ms_buffer_text(out, "</div>\n");
    ms_class_table(out, &class);
    ms_buffer_text(out, "</main>\n");
    ms_grade_page_end(out, true);
    g_array_unref(class.shares);
    g_free(class.questions);
}
