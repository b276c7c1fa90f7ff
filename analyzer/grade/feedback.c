/* SPDX-License-Identifier: GPL-2.0-or-later
 * feedback.c - a student's page. No script: it is read in the frames of learning platforms, which
 * forbid them. */
#include "feedback.h"

#include "page.h"
#include "result.h"

static const struct {
    const char *sign, *words;
} signs[MS_N_VERDICTS] = {
    [MS_VERDICT_RIGHT] = {"\xe2\x9c\x93", "right"},
    [MS_VERDICT_PART] = {"\xe2\x97\x90", "in part"},
    [MS_VERDICT_NEAR] = {"\xe2\x89\x88", "nearly"},
    [MS_VERDICT_WRONG] = {"\xe2\x9c\x97", "wrong"},
    [MS_VERDICT_MISSING] = {"\xe2\x80\x93", "not there"},
    [MS_VERDICT_SKIPPED] = {"\xe2\x86\xb7", "not counted"},
};

const char *ms_feedback_sign(MsVerdictKind kind)
{
    return signs[kind].sign;
}

static void put_verdict(MsBuffer *out, MsVerdictKind kind)
{
    if (kind < MS_N_VERDICTS)
        ms_buffer_printf(out, "<b class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> %s</b>",
                         ms_verdict_name(kind), signs[kind].sign, signs[kind].words);
}

static void put_points(MsBuffer *out, const json_t *object)
{
    ms_grade_points(out, json_number_value(json_object_get(object, "points")));
    ms_buffer_text(out, " of ");
    ms_grade_points(out, json_number_value(json_object_get(object, "of")));
}

/* "frames 4, 7-9" */
static void put_frames(MsBuffer *out, const json_t *frames)
{
    size_t count = json_array_size(frames);
    for (size_t i = 0; i < count; i++) {
        const json_t *run = json_array_get(frames, i);
        json_int_t first = json_integer_value(json_array_get(run, 0));
        json_int_t last = json_integer_value(json_array_get(run, 1));
        if (i == 0)
            ms_buffer_text(out, count > 1 || last > first ? "frames " : "frame ");
        else
            ms_buffer_text(out, ", ");
        ms_buffer_uint(out, (uint64_t)first);
        if (last > first) {
            ms_buffer_byte(out, '-');
            ms_buffer_uint(out, (uint64_t)last);
        }
    }
}

static void put_where(MsBuffer *out, const json_t *row)
{
    const char *filter = ms_result_text(row, "filter");
    if (!filter[0])
        return;
    ms_buffer_text(out, "<dt>Where to look</dt><dd>");
    put_frames(out, json_object_get(row, "frames"));
    ms_buffer_text(out, "<br>Display filter: <code>");
    ms_grade_text(out, filter);
    ms_buffer_text(out, "</code></dd>\n");
}

/* What the question is about: the fact's title and key, and where it was looked for. */
static void put_about(MsBuffer *out, const MsAsked *asked)
{
    if (!asked->fact && asked->oddity >= MS_N_ODDITIES)
        return;
    ms_buffer_text(out, "<dt>Asked for</dt><dd>");
    if (asked->fact) {
        ms_grade_text(out, ms_field(asked->what.field)->title);
        ms_buffer_text(out, " <code>");
        ms_grade_text(out, asked->fact);
        ms_buffer_text(out, "</code>");
    } else {
        ms_buffer_text(out, "<code>");
        ms_grade_text(out, ms_oddity_name(asked->oddity));
        ms_buffer_text(out, "</code>");
        ms_buffer_text(out, asked->match == MS_MATCH_ABSENT ? ", which should not be there" : "");
    }
    if (asked->session > 0)
        ms_buffer_printf(out, ", session %d", asked->session);
    if (asked->session == MS_SESSION_OWN)
        ms_buffer_text(out, ", in a session of your own");
    if (asked->message > 0)
        ms_buffer_printf(out, ", message %d", asked->message);
    ms_buffer_text(out, "</dd>\n");
}

static void put_expected(MsBuffer *out, const MsAsked *asked, const json_t *row,
                         const MsReturnStyle *style)
{
    const char *expected = ms_return_expected(asked, row, style);
    if (!expected)
        return;
    ms_buffer_text(out, "<dt>Expected</dt><dd>");
    ms_grade_text(out, expected);
    ms_buffer_text(out, "</dd>\n");
}

static void put_needs(MsBuffer *out, const MsAssignment *assignment, const MsAsked *asked)
{
    ms_buffer_text(out, "<dt>Not counted</dt><dd>as it needs to be right: ");
    for (size_t i = 0; asked->needs && asked->needs[i]; i++) {
        const MsAsked *other = ms_assignment_find(assignment, asked->needs[i]);
        ms_buffer_text(out, i > 0 ? "; " : "");
        ms_grade_text(out, other ? other->title : asked->needs[i]);
    }
    ms_buffer_text(out, "</dd>\n");
}

static void put_question(MsBuffer *out, const MsAssignment *assignment, guint number,
                         const json_t *row, const MsReturnStyle *style)
{
    const MsAsked *asked = assignment->asked->pdata[number];
    MsVerdictKind verdict = ms_result_verdict(row);
    ms_buffer_printf(out, "<li id=\"q%u\">\n<h2>", number + 1);
    ms_grade_text(out, asked->title);
    ms_buffer_text(out, "</h2>\n<p>");
    put_verdict(out, verdict);
    if (asked->required) {
        ms_buffer_text(out, " <span class=\"points\">required</span>");
    } else {
        ms_buffer_text(out, " <span class=\"points\">");
        put_points(out, row);
        ms_buffer_text(out, "</span>");
    }
    if (ms_result_text(row, "near")[0]) {
        ms_buffer_text(out, " <span class=\"near\">");
        ms_grade_text(out, ms_result_text(row, "near"));
        ms_buffer_text(out, "</span>");
    }
    ms_buffer_text(out, "</p>\n<dl>\n");
    put_about(out, asked);
    if (ms_result_text(row, "words")[0]) {
        ms_buffer_text(out, "<dt>Seen</dt><dd>");
        ms_grade_text(out, ms_result_text(row, "words"));
        ms_buffer_text(out, "</dd>\n");
    }
    if (verdict == MS_VERDICT_SKIPPED)
        put_needs(out, assignment, asked);
    if (asked->hint && verdict != MS_VERDICT_RIGHT) {
        ms_buffer_text(out, "<dt>Hint</dt><dd>");
        ms_grade_text(out, asked->hint);
        ms_buffer_text(out, "</dd>\n");
    }
    put_where(out, row);
    put_expected(out, asked, row, style);
    ms_buffer_text(out, "</dl>\n</li>\n");
}

/* A bar as wide as the share of the points. */
static void put_bar(MsBuffer *out, const json_t *result)
{
    double of = json_number_value(json_object_get(result, "of"));
    double points = json_number_value(json_object_get(result, "points"));
    double share = of > 0 ? CLAMP(points / of, 0, 1) : 0;
    ms_buffer_printf(out,
                     "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                     "aria-hidden=\"true\"><rect class=\"all\" width=\"1000\" height=\"10\"/>"
                     "<rect class=\"got\" width=\"%d\" height=\"10\"/></svg>\n",
                     (int)(1000 * share + 0.5));
}

void ms_feedback_page(MsBuffer *out, const MsAssignment *assignment, const json_t *result,
                      const MsReturnStyle *style)
{
    g_autofree char *remark = ms_return_remark(assignment, result);
    const char *name = ms_result_text(result, "name");
    ms_grade_page_begin(out, assignment->title, false);
    ms_buffer_text(out, "<main class=\"student\">\n<header>\n<h1>");
    ms_grade_text(out, assignment->title);
    ms_buffer_text(out, "</h1>\n<p class=\"who\">");
    ms_grade_text(out, name[0] ? name : ms_result_text(result, "student"));
    ms_buffer_text(out, "</p>\n<p class=\"sum\"><b>");
    put_points(out, result);
    ms_buffer_text(out, "</b> points</p>\n");
    put_bar(out, result);
    if (remark) {
        ms_buffer_text(out, "<p class=\"remark\">");
        ms_grade_text(out, remark);
        ms_buffer_text(out, "</p>\n");
    }
    ms_buffer_text(out, "</header>\n<ol>\n");
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < json_array_size(rows) && i < assignment->asked->len; i++)
        put_question(out, assignment, i, json_array_get(rows, i), style);
    ms_buffer_text(out, "</ol>\n</main>\n");
    ms_grade_page_end(out, false);
}
