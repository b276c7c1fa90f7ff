/* SPDX-License-Identifier: GPL-2.0-or-later
 * report.c - a session of the page: its line in the list, and behind it the answers in short, the
 * ladder, the five answers, the login in base64, the messages. */
#include "report.h"

#include "../front/heading.h"
#include "../lab/view.h"
#include "parts.h"
#include "report_private.h"
#include "steps.h"

MsReport *ms_report_new(unsigned number, unsigned captures, const MsLimits *limits)
{
    MsReport *report = g_new0(MsReport, 1);
    report->number = number;
    report->limits = limits;
    report->most = limits->value[MS_LIMIT_REPORT_BYTES] / MAX(captures, 1);
    report->rows = g_array_new(FALSE, FALSE, sizeof(MsReportRow));
    report->problems = g_ptr_array_new_with_free_func(g_free);
    report->paths = ms_paths_new(limits);
    report->shown = g_hash_table_new(NULL, NULL);
    report->explained = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return report;
}

void ms_report_free(MsReport *report)
{
    if (!report)
        return;
    g_free(report->name);
    g_array_unref(report->rows);
    g_ptr_array_unref(report->problems);
    ms_paths_free(report->paths);
    g_hash_table_unref(report->explained);
    g_hash_table_unref(report->shown);
    ms_buffer_clear(&report->ways);
    g_free(report);
}

void ms_report_begin(MsReport *report, MsBuffer *out, const MsOrigins *origins)
{
    report->name =
        origins->n_files > 1
            ? g_strdup_printf("%s and %zu more, joined", origins->files[0], origins->n_files - 1)
            : g_strdup(strcmp(origins->files[0], "-") == 0 ? "standard input" : origins->files[0]);
    ms_buffer_printf(out,
                     "<section class=\"capture\" id=\"c%u\">\n<h2>Sessions <span class=\"d\">of ",
                     report->number);
    ms_html_line(out, (const uint8_t *)report->name, strlen(report->name));
    ms_buffer_text(out, "</span></h2>\n");
}

void ms_report_problem(MsReport *report, const char *text)
{
    g_ptr_array_add(report->problems, g_strdup(text));
}

/* --- what the overview needs --- */

static void copy_address(char out[48], const MsFact *fact)
{
    g_snprintf(out, 48, "%.*s", fact ? (int)MIN(fact->text_length, 47) : 1,
               fact ? fact->text : "?");
}

static void count_oddities(MsReport *report, const MsRecord *record)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++) {
        MsOddityKind kind = oddities[i].kind;
        uint32_t number = ms_record_number(record);
        if (report->often[kind]++ == 0 || number < report->where[kind])
            report->where[kind] = number;
        report->bytes[kind] += oddities[i].length;
    }
}

static MsReportRow make_row(const MsRecord *record, const MsIndex *index)
{
    size_t oddities;
    ms_record_oddities(record, &oddities);
    const MsFact *last = ms_index_first(index, MS_FIELD_SESSION_LAST, -1, -1);
    const MsFact *port = ms_index_first(index, MS_FIELD_SESSION_SERVER_PORT, -1, -1);
    MsReportRow row = {.number = ms_record_number(record),
                       .start_ns = ms_heading_start(record, index),
                       .protocol = ms_heading_protocol(index),
                       .server_port = port ? (unsigned)port->number : 0,
                       .mails = ms_heading_mails(record, index),
                       .logins = ms_heading_attempts(index),
                       .oddities = (uint32_t)oddities,
                       .encrypted = ms_index_first(index, MS_FIELD_TLS_STARTED, -1, -1) != NULL};
    row.last_ns = last ? last->number : row.start_ns;
    copy_address(row.client, ms_index_first(index, MS_FIELD_SESSION_CLIENT, -1, -1));
    copy_address(row.server, ms_index_first(index, MS_FIELD_SESSION_SERVER, -1, -1));
    return row;
}

/* --- the session's line --- */

static void put_summary(MsPage *page, const MsReportRow *row, const MsIndex *index)
{
    MsBuffer *out = page->out;
    const MsFact *user = ms_index_first(index, MS_FIELD_AUTH_USERNAME, -1, 0);
    const MsFact *subject = ms_index_first(index, MS_FIELD_MESSAGE_SUBJECT_DECODED, 0, -1);
    if (!subject)
        subject = ms_index_first(index, MS_FIELD_WEBMAIL_SUBJECT, 0, -1);
    ms_buffer_printf(out,
                     "<summary><span class=\"no\">%u</span><span class=\"proto\">%s</span>"
                     "<span class=\"who\">",
                     row->number + 1, row->protocol);
    ms_html_say(out, "%s", row->client);
    ms_buffer_text(out, " <span class=\"d\">\xe2\x86\x92</span> ");
    ms_html_say(out, "%s", row->server);
    ms_buffer_printf(out, "<span class=\"d\">:%u</span></span><span class=\"what\">",
                     row->server_port);
    if (user) {
        ms_page_fact(page, user);
        ms_buffer_text(out, subject ? " \xc2\xb7 " : "");
    }
    if (subject) {
        ms_buffer_text(out, "\xe2\x80\x9c");
        ms_page_label(page, subject->text, subject->text_length, 60);
        ms_buffer_text(out, "\xe2\x80\x9d");
    }
    ms_buffer_text(out, "</span><span class=\"badges\">");
    if (row->mails > 0) {
        ms_buffer_text(out, "<span class=\"badge\">");
        ms_html_count(out, (uint64_t)row->mails, "mail");
        ms_buffer_text(out, "</span>");
    }
    if (row->encrypted)
        ms_buffer_text(out, "<span class=\"badge tls\">TLS</span>");
    if (row->oddities > 0)
        ms_buffer_printf(out, "<span class=\"badge odd\">%u odd</span>", row->oddities);
    ms_buffer_text(out, "</span><span class=\"when\">");
    ms_text_time(out, row->start_ns / 1000 * 1000);
    ms_buffer_text(out, "</span></summary>\n");
}

/* --- answers --- */

static void put_answers(MsPage *page, const MsRecord *record)
{
    typedef void Answer(MsView * view);
    static Answer *const answers[] = {ms_answer_ends, ms_answer_first, ms_answer_login,
                                      ms_answer_mail, ms_answer_ending};
    MsStyle style = *page->style;
    style.color = true;
    style.marks = true;
    style.width = G_MAXINT32;
    MsBuffer text = {0};
    MsView view;
    ms_view_init(&view, &text, record, page->origins, &style, page->redactor);
    ms_buffer_text(page->out, "<section><h3>The five answers</h3>\n<div class=\"cards\">\n");
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        text.length = 0;
        answers[i](&view);
        ms_buffer_printf(page->out, "<article class=\"card q%zu\" id=\"%sq%zu\">", i + 1, page->id,
                         i + 1);
        ms_html_pen(page->out, text.data, text.length, "h4");
        ms_buffer_text(page->out, "</article>\n");
    }
    ms_buffer_text(page->out, "</div></section>\n");
    ms_view_clear(&view);
    ms_buffer_clear(&text);
}

static void put_dialogue(MsPage *page, const MsRecord *record, const MsIndex *index)
{
    MsSteps steps;
    ms_steps_init(&steps, record, index, page->limits);
    ms_buffer_text(page->out, "<section><h3>The dialogue</h3>\n<div class=\"talk\">\n");
    ms_ladder_draw(page, &steps);
    ms_buffer_text(page->out, "<div class=\"panel\" hidden></div></div>\n<details "
                              "class=\"list\"><summary>All steps in words</summary>\n");
    ms_steps_tell(page, &steps);
    ms_buffer_text(page->out, "</details></section>\n");
    ms_steps_clear(&steps);
}

void ms_report_session(MsReport *report, MsBuffer *out, const MsRecord *record,
                       const MsOrigins *origins, const MsStyle *style, const MsRedactor *redactor)
{
    g_autoptr(MsIndex) index = ms_index_new(record);
    uint32_t number = ms_record_number(record);
    count_oddities(report, record);
    ms_paths_add(report->paths, record);
    if (number >= report->limits->value[MS_LIMIT_REPORT_SESSIONS] || report->size >= report->most) {
        report->left_out++;
        return;
    }
    const MsReportRow row = make_row(record, index);
    g_array_append_val(report->rows, row);
    g_hash_table_add(report->shown, GUINT_TO_POINTER(number));
    size_t before = out->length;
    MsPage page = {.out = out,
                   .origins = origins,
                   .style = style,
                   .redactor = redactor,
                   .limits = report->limits,
                   .explained = report->explained,
                   .capture = report->number};
    g_snprintf(page.id, sizeof page.id, "c%us%u", report->number, number + 1);
    /* One fewer in each further capture: of very many captures none is built at once. */
    bool later = number + report->number > report->limits->value[MS_LIMIT_REPORT_OPEN];
    ms_buffer_printf(out, "<details class=\"session\" id=\"%s\"%s>", page.id,
                     number == 0 && report->number == 1 ? " open" : "");
    put_summary(&page, &row, index);
    /* With scripts, a browser takes what is inside for mere text until report.js builds it. */
    ms_buffer_text(out, later ? "<noscript>" : "");
    ms_buffer_text(out, "<div class=\"body\">\n");
    ms_glance(&page, record, index);
    put_dialogue(&page, record, index);
    put_answers(&page, record);
    ms_base64_drawings(&page, record, index);
    ms_mail_show(&page, record, index);
    ms_webmail_show(&page, record, index);
    ms_buffer_text(out, later ? "</div></noscript></details>\n" : "</div></details>\n");
    report->size += out->length - before;
    ms_page_clear(&page);
}

static int compare_rows(const void *a, const void *b)
{
    const MsReportRow *first = a;
    const MsReportRow *second = b;
    return (first->number > second->number) - (first->number < second->number);
}

void ms_report_end(MsReport *report, MsBuffer *out, const MsReportCounts *counts,
                   const MsOrigins *origins, const MsStyle *style, const MsRedactor *redactor)
{
    MsPage page = {.out = out,
                   .origins = origins,
                   .style = style,
                   .redactor = redactor,
                   .limits = report->limits,
                   .capture = report->number};
    g_snprintf(page.id, sizeof page.id, "c%u", report->number);
    report->counts = *counts;
    g_array_sort(report->rows, compare_rows);
    if (report->rows->len == 0)
        ms_buffer_text(out, "<p>No mail was found in this capture.</p>\n");
    if (report->left_out > 0) {
        ms_buffer_text(out, "<p class=\"o\">");
        ms_html_count(out, report->left_out, "more session");
        ms_buffer_text(out, " not on this page (limits report-sessions, report-bytes)</p>\n");
    }
    ms_buffer_text(out, "</section>\n");
    page.out = &report->ways;
    ms_way_draw(&page, report->paths, report->shown);
    ms_page_clear(&page);
}
