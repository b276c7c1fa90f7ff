/* SPDX-License-Identifier: GPL-2.0-or-later
 * webmail.c - a mail that was posted with a form: what it says beside the fields as they were sent.
 * It has no source in RFC 5322's form: the webmail makes that later, behind the server. */
#include "../front/heading.h"
#include "parts.h"

static const struct {
    MsFieldId field;
    const char *name;
} rows[] = {{MS_FIELD_WEBMAIL_SUBJECT, "Subject"}, {MS_FIELD_WEBMAIL_FROM, "From"},
            {MS_FIELD_WEBMAIL_TO, "To"},           {MS_FIELD_WEBMAIL_CC, "Cc"},
            {MS_FIELD_WEBMAIL_BCC, "Bcc"},         {MS_FIELD_WEBMAIL_TEXT, "Text"}};

/* Text masked as a whole, then cut, as several lines. */
static void put_block(MsPage *page, const char *text, size_t length, bool secret)
{
    size_t most = (size_t)page->limits->value[MS_LIMIT_REPORT_MESSAGE];
    MsBuffer masked = {0};
    ms_redact_line(page->redactor, (const uint8_t *)text, length, secret, &masked);
    size_t shown = MIN(masked.length, most);
    if (shown > 0)
        ms_html_block(page->out, masked.data, shown);
    if (shown < masked.length) {
        ms_buffer_text(page->out, "\n<span class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, masked.length - shown, "more byte");
        ms_buffer_text(page->out, " not on this page (limit report-message-bytes)</span>");
    }
    ms_buffer_clear(&masked);
}

/* The line that shows the field as it was sent: the one with the same first range. */
static const MsLine *line_of(const MsRecord *record, const MsFact *fact)
{
    size_t count;
    const MsLine *lines = ms_record_lines(record, &count);
    for (size_t i = 0; i < count && fact->n_ranges > 0; i++) {
        if (lines[i].n_ranges > 0 && lines[i].direction == MS_TO_SERVER &&
            lines[i].ranges[0].frame == fact->ranges[0].frame &&
            lines[i].ranges[0].offset == fact->ranges[0].offset)
            return &lines[i];
    }
    return NULL;
}

static void put_seen(MsPage *page, const MsIndex *index, int32_t number)
{
    ms_buffer_text(page->out, "<div class=\"seen\"><h5>As its writer saw it</h5><dl>\n");
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(rows); i++) {
        const MsFact *fact = ms_index_first(index, rows[i].field, number, -1);
        if (!fact)
            continue;
        ms_buffer_printf(page->out, "<dt>%s</dt><dd>", rows[i].name);
        ms_page_fact(page, fact);
        ms_buffer_text(page->out, "</dd>\n");
    }
    ms_buffer_text(page->out, "</dl><pre>");
    const MsFact *text = ms_index_first(index, MS_FIELD_WEBMAIL_TEXT, number, -1);
    if (text)
        put_block(page, text->text, text->text_length, false);
    else
        ms_buffer_text(page->out, "<span class=\"d\">(no text)</span>");
    ms_buffer_text(page->out, "</pre></div>\n");
}

static void put_source(MsPage *page, const MsRecord *record, const MsIndex *index, int32_t number)
{
    ms_buffer_text(page->out, "<div class=\"source\"><h5>The form as it was sent</h5><dl>\n");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const MsFact *fact = ms_index_first(index, rows[i].field, number, -1);
        const MsLine *line = fact ? line_of(record, fact) : NULL;
        if (!line)
            continue;
        ms_buffer_printf(page->out, "<dt>%s</dt><dd><pre>", rows[i].name);
        put_block(page, line->text, line->text_length, line->secret);
        ms_buffer_text(page->out, "</pre></dd>\n");
    }
    ms_buffer_text(page->out, "</dl></div>\n");
}

void ms_webmail_show(MsPage *page, const MsRecord *record, const MsIndex *index)
{
    int32_t mails = ms_heading_mails(record, index);
    int32_t most = (int32_t)MIN(page->limits->value[MS_LIMIT_REPORT_MESSAGES], (uint64_t)mails);
    int32_t shown = 0;
    int32_t left = 0;
    for (int32_t number = 0; number < mails; number++) {
        bool posted = false;
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
            posted = posted || ms_index_first(index, rows[i].field, number, -1);
        if (!posted)
            continue;
        if (shown == most) {
            left++;
            continue;
        }
        if (shown++ == 0)
            ms_buffer_text(page->out, "<section><h3>The mail as it was posted</h3>\n");
        ms_buffer_printf(page->out,
                         "<section class=\"message\" id=\"%sm%d\"><h4>Mail %d <span class=\"d\">"
                         "handed over in a form</span></h4>\n<div class=\"pair\">\n",
                         page->id, number + 1, number + 1);
        put_seen(page, index, number);
        put_source(page, record, index, number);
        ms_buffer_text(page->out, "</div></section>\n");
    }
    if (left > 0) {
        ms_buffer_text(page->out, "<p class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, (uint64_t)left, "more mail");
        ms_buffer_text(page->out, " (limit report-messages)</p>\n");
    }
    if (shown > 0)
        ms_buffer_text(page->out, "</section>\n");
}
