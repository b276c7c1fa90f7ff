/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-report.c - sessions on the page, from records made by hand: what is drawn, what is left out,
 * what is masked, and what the page begins with. */
#include "recordmaker.h"
#include "report/report.h"

#include <glib.h>

typedef struct {
    MsLimits limits;
    MsReport *report;
    GPtrArray *reports;
    MsBuffer out;
    char *text; /* the whole page */
} Page;

static const char *const files[] = {"<x>.pcap"};
static const MsOrigins origins = {files, 1};

static void begin(Page *page)
{
    *page = (Page){0};
    ms_limits_default(&page->limits);
    page->report = ms_report_new(1, 1, &page->limits);
    page->reports = g_ptr_array_new();
    g_ptr_array_add(page->reports, page->report);
    ms_report_begin(page->report, &page->out, &origins);
}

static void add(Page *page, const MsRecord *record, const MsRedactor *redactor)
{
    const MsStyle style = {.redact = redactor != NULL};
    ms_report_session(page->report, &page->out, record, &origins, &style, redactor);
}

static const char *end(Page *page, bool redacted)
{
    const MsStyle style = {0};
    const MsReportCounts counts = {.frames = 12, .connections = 1};
    MsBuffer whole = {0};
    ms_report_end(page->report, &page->out, &counts, &origins, &style, NULL);
    ms_report_head(&whole, page->reports, redacted);
    ms_buffer_append(&whole, page->out.data, page->out.length);
    ms_report_tail(&whole);
    page->text = g_strndup((const char *)whole.data, whole.length);
    g_assert_cmpuint(strlen(page->text), ==, whole.length);
    ms_buffer_clear(&whole);
    return page->text;
}

static void clear(Page *page)
{
    ms_report_free(page->report);
    g_ptr_array_unref(page->reports);
    ms_buffer_clear(&page->out);
    g_free(page->text);
}

static size_t often(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        count++;
    return count;
}

static MsRecord *make_record(MsLimits *limits)
{
    MsRecord *record = rm_new(limits);
    rm_handshake(record);
    rm_text(record, MS_FIELD_SESSION_PROTOCOL, MS_TO_CLIENT, -1, -1, 0, "smtp");
    rm_greet(record);
    return record;
}

static void test_ladder(void)
{
    Page page;
    begin(&page);
    MsLimits limits;
    g_autoptr(MsRecord) record = make_record(&limits);
    rm_line(record, MS_LINE_COMMAND, MS_TO_SERVER, 0, 8, "MAIL FROM:<a@b>", NULL);
    rm_oddity(record, MS_ODDITY_GAP, MS_TO_CLIENT, 9, 17, "");
    rm_line(record, MS_LINE_TLS, MS_TO_SERVER, 0, 10, "", NULL);
    rm_line(record, MS_LINE_CONNECTION, MS_TO_SERVER, 0, 11, "FIN", NULL);
    add(&page, record, NULL);
    const char *text = end(&page, false);
    g_assert_nonnull(strstr(text, "<h2>&lt;x&gt;.pcap</h2>"));
    g_assert_nonnull(strstr(text, "</span>MAIL FROM:&lt;a@b&gt;</span>"));
    g_assert_nonnull(strstr(text, "<b>MAIL</b> SMTP command"));
    g_assert_nonnull(strstr(text, "<use href=\"#torn\" x=\"100%\"/>"));
    g_assert_nonnull(strstr(text, "class=\"tls shade\""));
    g_assert_nonnull(strstr(text, "</span>FIN</span>"));
    g_assert_nonnull(strstr(text, "<b>gap</b>"));
    g_assert_nonnull(strstr(text, "1 time, 17 bytes"));
    g_assert_cmpuint(often(text, "<article class=\"card"), ==, 5);
    g_assert_null(strstr(text, "Secrets are masked"));
    clear(&page);
}

static void test_left_out(void)
{
    Page page;
    begin(&page);
    page.limits.value[MS_LIMIT_REPORT_STEPS] = 20;
    page.limits.value[MS_LIMIT_REPORT_LINE] = 30;
    MsLimits limits;
    g_autoptr(MsRecord) record = make_record(&limits);
    g_autofree char *longer = g_strnfill(100, 'x');
    for (unsigned i = 0; i < 1000; i++)
        rm_line(record, MS_LINE_COMMAND, MS_TO_SERVER, 0, 10 + i, longer, NULL);
    add(&page, record, NULL);
    const char *text = end(&page, false);
    g_assert_cmpuint(often(text, "<li id=\"c1s1l"), ==, 20);
    g_assert_cmpuint(often(text, "left out here"), ==, 2); /* drawing and list */
    g_assert_nonnull(strstr(text, "70 more bytes of this line"));
    clear(&page);
}

static void test_no_session(void)
{
    Page page;
    begin(&page);
    ms_report_problem(page.report, "cannot open '<b>'");
    const char *text = end(&page, false);
    g_assert_nonnull(strstr(text, "No mail was found"));
    g_assert_nonnull(strstr(text, "cannot open &#39;&lt;b&gt;&#39;"));
    clear(&page);
}

static void test_redacted(void)
{
    Page page;
    begin(&page);
    MsLimits limits;
    g_autoptr(MsRecord) record = make_record(&limits);
    rm_text(record, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, 0, 8, "LOGIN");
    rm_text(record, MS_FIELD_AUTH_ENCODED, MS_TO_SERVER, -1, 0, 9, "d29uZGVybGFuZA==");
    rm_text(record, MS_FIELD_AUTH_PASSWORD, MS_TO_SERVER, -1, 0, 9, "wonderland");
    rm_line(record, MS_LINE_AUTH, MS_TO_SERVER, 0, 9, "d29uZGVybGFuZA==", "password: wonderland");
    rm_message(record, &limits, 0, 12, "Subject: x\r\n\r\nd29uZGVybGFuZA== is wonderland\r\n", -1);
    g_autoptr(MsRedactor) redactor = ms_redactor_new(&limits);
    ms_redactor_learn(redactor, record);
    add(&page, record, redactor);
    const char *text = end(&page, true);
    g_assert_null(strstr(text, "onderl"));
    g_assert_null(strstr(text, "29uZGV"));
    g_assert_null(strstr(text, "<div class=\"base64\""));
    g_assert_nonnull(strstr(text, "Secrets are masked"));
    clear(&page);
    begin(&page);
    add(&page, record, NULL);
    text = end(&page, false);
    g_assert_cmpuint(often(text, "<div class=\"base64\""), ==, 1);
    g_assert_nonnull(strstr(text, "class=\"ch\">w</td>"));
    g_assert_nonnull(strstr(text, "class=\"bit added\">0</td>"));
    clear(&page);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/ladder", test_ladder);
    g_test_add_func("/report/left-out", test_left_out);
    g_test_add_func("/report/no-session", test_no_session);
    g_test_add_func("/report/redacted", test_redacted);
    return g_test_run();
}
