/* SPDX-License-Identifier: GPL-2.0-or-later
 * overview.c - what the page begins with: its policy, what was read, what is missing. The style
 * sheet and the script are files of their own, embedded when building; the policy names them by
 * their hashes, so that nothing else can run or look different (CSP level 3, 2.3.1). */
#include "report_private.h"
#include "steps.h"

enum { MOST_OPEN = 3 /* captures whose overview is not folded */ };

/* Made from report.css and report.js. */
extern const uint8_t ms_report_css[];
extern const size_t ms_report_css_length;
extern const uint8_t ms_report_js[];
extern const size_t ms_report_js_length;

static void put_head(MsBuffer *out, const GPtrArray *reports)
{
    ms_buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                        "'none'; style-src ");
    ms_html_hash(out, ms_report_css, ms_report_css_length);
    ms_buffer_text(out, "; script-src ");
    ms_html_hash(out, ms_report_js, ms_report_js_length);
    ms_buffer_text(out, "; base-uri 'none'; form-action 'none'; require-trusted-types-for "
                        "'script'; trusted-types mailscope\">\n<meta name=\"viewport\" "
                        "content=\"width=device-width, initial-scale=1\">\n<meta "
                        "name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" "
                        "content=\"light dark\">\n<title>Mail in ");
    for (guint i = 0; i < reports->len; i++) {
        const MsReport *report = reports->pdata[i];
        ms_buffer_text(out, i > 0 ? ", " : "");
        if (i == 3 && reports->len > 4) {
            ms_buffer_text(out, "\xe2\x80\xa6");
            break;
        }
        MsBuffer name = {0};
        ms_html_line(&name, (const uint8_t *)report->name, strlen(report->name));
        if (memmem(name.data, name.length, "<i", 2) == NULL) /* a title holds no elements */
            ms_buffer_append(out, name.data, name.length);
        else
            ms_buffer_printf(out, "capture %u", i + 1);
        ms_buffer_clear(&name);
    }
    ms_buffer_text(out, "</title>\n<style>");
    ms_buffer_append(out, ms_report_css, ms_report_css_length);
    ms_buffer_text(out, "</style>\n</head>\n<body>\n");
    ms_ladder_shapes(out);
}

static void put_number(MsBuffer *out, uint64_t count, const char *what)
{
    MsBuffer text = {0};
    ms_html_count(&text, count, what);
    const uint8_t *blank = memchr(text.data, ' ', text.length);
    size_t at = (size_t)(blank - text.data);
    ms_buffer_text(out, "<li><b>");
    ms_buffer_append(out, text.data, at);
    ms_buffer_text(out, "</b>");
    ms_buffer_append(out, text.data + at, text.length - at);
    ms_buffer_text(out, "</li>");
    ms_buffer_clear(&text);
}

static void put_counts(MsBuffer *out, const MsReport *report)
{
    uint64_t mails = 0;
    uint64_t logins = 0;
    int64_t from = G_MAXINT64;
    int64_t to = 0;
    for (guint i = 0; i < report->rows->len; i++) {
        const MsReportRow *row = &g_array_index(report->rows, MsReportRow, i);
        mails += (uint64_t)row->mails;
        logins += (uint64_t)row->logins;
        from = MIN(from, row->start_ns);
        to = MAX(to, row->last_ns);
    }
    ms_buffer_text(out, "<ul class=\"counts\">");
    put_number(out, report->rows->len + report->left_out, "mail session");
    put_number(out, mails, "mail");
    put_number(out, logins, "login attempt");
    put_number(out, report->counts.frames, "frame");
    put_number(out, report->counts.connections, "TCP connection");
    ms_buffer_text(out, "</ul>\n");
    if (report->rows->len == 0)
        return;
    ms_buffer_text(out, "<p class=\"d\">From ");
    ms_text_time(out, from);
    ms_buffer_text(out, " to ");
    ms_text_time(out, to);
    ms_buffer_text(out, " UTC</p>\n");
}

static void put_oddity(MsBuffer *out, const MsReport *report, MsOddityKind kind)
{
    ms_buffer_printf(out, "<li><b>%s</b> ", ms_oddity_name(kind));
    ms_html_say(out, "%s: ", ms_oddity_words(kind));
    ms_html_count(out, report->often[kind], "time");
    if (report->bytes[kind] > 0) {
        ms_buffer_text(out, ", ");
        ms_html_count(out, report->bytes[kind], kind == MS_ODDITY_LIMIT ? "finding" : "byte");
    }
    if (g_hash_table_contains(report->shown, GUINT_TO_POINTER(report->where[kind])))
        ms_buffer_printf(out, ", first in <a href=\"#c%us%u\">session %u</a>", report->number,
                         report->where[kind] + 1, report->where[kind] + 1);
    ms_buffer_text(out, "</li>\n");
}

static bool lacks(const MsReport *report)
{
    bool any = report->problems->len > 0 || report->left_out > 0 || report->counts.cut > 0;
    for (size_t kind = 0; kind < MS_N_ODDITIES; kind++)
        any = any || report->often[kind] > 0;
    return any;
}

/* What the reader must know before trusting the rest. */
static void put_missing(MsBuffer *out, const MsReport *report)
{
    if (!lacks(report)) {
        ms_buffer_text(out,
                       "<p class=\"whole\">Nothing is known to be missing: no gap, no frame cut "
                       "short, no contradiction, no limit reached.</p>\n");
        return;
    }
    ms_buffer_text(out, "<div class=\"missing\"><h3>What is missing or odd</h3><ul>\n");
    for (guint i = 0; i < report->problems->len; i++) {
        const char *text = report->problems->pdata[i];
        ms_buffer_text(out, "<li><b>file</b> ");
        ms_html_line(out, (const uint8_t *)text, strlen(text));
        ms_buffer_text(out, "</li>\n");
    }
    if (report->counts.cut > 0) {
        ms_buffer_text(out, "<li><b>frames</b> ");
        ms_html_count(out, report->counts.cut, "frame");
        ms_buffer_text(out, " cut short or malformed</li>\n");
    }
    for (size_t kind = 0; kind < MS_N_ODDITIES; kind++) {
        if (report->often[kind] > 0)
            put_oddity(out, report, (MsOddityKind)kind);
    }
    if (report->left_out > 0) {
        ms_buffer_text(out, "<li><b>page</b> ");
        ms_html_count(out, report->left_out, "session");
        ms_buffer_text(out, " not on this page (limits report-sessions, report-bytes)</li>\n");
    }
    ms_buffer_text(out, "</ul></div>\n");
}

/* The folder of a file stands back behind its name. */
static void put_name(MsBuffer *out, const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t folder = slash ? (size_t)(slash + 1 - name) : 0;
    if (folder > 0) {
        ms_buffer_text(out, "<span class=\"d\">");
        ms_html_line(out, (const uint8_t *)name, folder);
        ms_buffer_text(out, "</span>");
    }
    ms_html_line(out, (const uint8_t *)name + folder, strlen(name + folder));
}

/* Of many captures one line each, which opens. */
static void put_overview(MsBuffer *out, const MsReport *report, bool folded)
{
    ms_buffer_text(out, folded ? "<details class=\"overview\"><summary><h2>"
                               : "<section class=\"overview\"><h2>");
    put_name(out, report->name);
    ms_buffer_text(out, "</h2>\n");
    if (folded) {
        ms_buffer_text(out, "<span class=\"d\">");
        ms_html_count(out, report->rows->len + report->left_out, "mail session");
        ms_buffer_text(out, "</span>");
        if (lacks(report))
            ms_buffer_text(out, " <span class=\"badge odd\">something missing or odd</span>");
        ms_buffer_printf(out, "</summary>\n<p><a href=\"#c%u\">To its sessions</a></p>\n",
                         report->number);
    }
    put_counts(out, report);
    put_missing(out, report);
    ms_timeline_draw(out, report);
    ms_buffer_append(out, report->ways.data, report->ways.length);
    ms_buffer_text(out, folded ? "</details>\n" : "</section>\n");
}

static void put_sums(MsBuffer *out, const GPtrArray *reports)
{
    uint64_t sessions = 0;
    unsigned odd = 0;
    for (guint i = 0; i < reports->len; i++) {
        const MsReport *report = reports->pdata[i];
        sessions += report->rows->len + report->left_out;
        odd += lacks(report);
    }
    ms_buffer_text(out, "<ul class=\"counts\">");
    put_number(out, reports->len, "capture");
    put_number(out, sessions, "mail session");
    ms_buffer_printf(out, "<li><b>%u</b> with something missing or odd</li></ul>\n", odd);
}

void ms_report_head(MsBuffer *out, const GPtrArray *reports, bool redacted)
{
    put_head(out, reports);
    ms_buffer_text(
        out,
        "<header><h1>Mail in network captures</h1>\n<p class=\"d\">Made by mailscope " MS_VERSION
        ". All that is said here cites the frames and bytes it was read "
        "from; times are UTC.</p>\n");
    if (redacted)
        ms_buffer_text(out, "<p class=\"redacted\"><b>Secrets are masked</b> on this page "
                            "(--redact), also where they are encoded. The captures themselves, and "
                            "the .eml files of mailscope extract, are not changed.</p>\n");
    ms_buffer_text(out,
                   "<noscript><p class=\"d\">Without scripts every part can be read; the bytes "
                   "of a step stand in the list below its drawing. Sessions are printed "
                   "when they are open.</p></noscript>\n"
                   "</header>\n<main>\n");
    if (reports->len > MOST_OPEN)
        put_sums(out, reports);
    for (guint i = 0; i < reports->len; i++)
        put_overview(out, reports->pdata[i], reports->len > MOST_OPEN);
}

void ms_report_tail(MsBuffer *out)
{
    ms_buffer_text(out, "</main>\n<script>");
    ms_buffer_append(out, ms_report_js, ms_report_js_length);
    ms_buffer_text(out, "</script>\n</body>\n</html>\n");
}
