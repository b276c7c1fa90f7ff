/* SPDX-License-Identifier: GPL-2.0-or-later
 * mail.c - a message as its reader saw it (decoded header and text) beside its source, and what is
 * attached to it. */
#include "../front/heading.h"
#include "../mime/mime.h"
#include "parts.h"
#include "plain.h"

enum {
    AHEAD = 8192,      /* bytes masked beyond what is shown, so that no secret is cut */
    SOURCE_LINES = 60, /* of a source on paper */
    MARKUP = 8         /* HTML is read that many times as far as is shown: most of it is markup */
};

typedef struct {
    MsPage *page;
    const MsIndex *index;
    const MsMessage *message;
    int32_t number;
} Mail;

static const MsFact *fact_of(const Mail *mail, MsFieldId field)
{
    return ms_index_first(mail->index, field, mail->number, -1);
}

static void put_field(Mail *mail, const char *name, MsFieldId decoded, MsFieldId raw)
{
    MsBuffer *out = mail->page->out;
    const MsFact *fact = fact_of(mail, decoded);
    if (!fact)
        fact = fact_of(mail, raw);
    if (!fact)
        return;
    ms_buffer_printf(out, "<dt>%s</dt><dd>", name);
    ms_page_fact(mail->page, fact);
    ms_buffer_text(out, "</dd>\n");
}

/* Addresses with their names, which may be encoded words (RFC 2047). */
static void put_people(Mail *mail, const char *name, MsFieldId raw)
{
    MsPage *page = mail->page;
    const MsFact *fact = fact_of(mail, raw);
    if (!fact)
        return;
    size_t most = (size_t)page->limits->value[MS_LIMIT_REPORT_LINE];
    ms_buffer_printf(page->out, "<dt>%s</dt><dd>", name);
    if (fact->text_length > most || !g_strstr_len(fact->text, fact->text_length, "=?")) {
        ms_page_fact(page, fact);
    } else {
        g_autofree char *words = ms_mime_words(fact->text, fact->text_length);
        ms_page_captured(page, words, strlen(words));
    }
    ms_buffer_text(page->out, "</dd>\n");
}

/* Where the line with that number (from 0) begins; `length` when there are fewer. */
static size_t line_start(const uint8_t *data, size_t length, unsigned number)
{
    size_t at = 0;
    for (; number > 0 && at < length; number--) {
        const uint8_t *feed = memchr(data + at, '\n', length - at);
        at = feed ? (size_t)(feed - data) + 1 : length;
    }
    return at;
}

/* Copies text for a block: masked first, then cut. `on_paper`: lines that are printed. */
static void put_block(MsPage *page, const uint8_t *data, size_t length, size_t most, uint64_t whole,
                      unsigned on_paper)
{
    MsBuffer masked = {0};
    if (page->redactor)
        ms_redactor_apply(page->redactor, data, length, &masked);
    else
        ms_buffer_append(&masked, data, length);
    size_t shown = MIN(masked.length, most);
    size_t first = shown > 0 ? line_start(masked.data, shown, on_paper) : 0;
    if (first > 0)
        ms_html_block(page->out, masked.data, first);
    if (first < shown) {
        ms_buffer_text(page->out, "<span class=\"d cut\">\xe2\x80\xa6 the rest is left out on "
                                  "paper</span><span class=\"rest\">");
        ms_html_block(page->out, masked.data + first, shown - first);
        ms_buffer_text(page->out, "</span>");
    }
    if (shown < masked.length || length < whole) {
        ms_buffer_text(page->out, "\n<span class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, whole - MIN(shown, whole), "more byte");
        ms_buffer_text(page->out, " not on this page (limit report-message-bytes)</span>");
    }
    ms_buffer_clear(&masked);
}

/* Whether the text is that of a part in HTML: the part that is made of the same bytes. */
static bool is_html(const Mail *mail, const MsFact *text)
{
    size_t count;
    const MsFact *const *types = ms_index_field(mail->index, MS_FIELD_PART_TYPE, &count);
    size_t most = (size_t)mail->page->limits->value[MS_LIMIT_REPORT_PARTS];
    for (size_t i = 0, tried = 0; i < count && tried < most; i++) {
        if (types[i]->message != mail->number)
            continue;
        tried++;
        const MsFact *size =
            ms_index_first(mail->index, MS_FIELD_PART_SIZE, mail->number, types[i]->item);
        if (size && size->n_ranges > 0 && text->n_ranges > 0 &&
            size->ranges[0].frame == text->ranges[0].frame &&
            size->ranges[0].offset == text->ranges[0].offset)
            return ms_fact_is(types[i], "text/html");
    }
    return false;
}

/* HTML with its markup left out; `most` bytes of it. */
static void put_html(Mail *mail, const uint8_t *data, size_t whole, size_t most)
{
    MsBuffer plain = {0};
    size_t length = (size_t)MIN((uint64_t)whole, (uint64_t)most * MARKUP + AHEAD);
    ms_plain_from_html(&plain, data, length);
    ms_buffer_text(mail->page->out, "<span class=\"d\">(HTML: its words, without pictures and "
                                    "colours; where links lead to in brackets)</span>\n");
    put_block(mail->page, plain.data, plain.length, most, plain.length + (whole - length),
              G_MAXUINT);
    ms_buffer_clear(&plain);
}

static void put_text(Mail *mail, const MsFact *text, size_t most)
{
    const uint8_t *data = (const uint8_t *)text->text;
    if (is_html(mail, text))
        put_html(mail, data, text->text_length, most);
    else
        put_block(mail->page, data, text->text_length, most, text->text_length, G_MAXUINT);
}

/* The same said again in HTML (RFC 2046 5.1.4), which most mail programs show instead. */
static void put_alternative(Mail *mail, const MsFact *text, size_t most)
{
    size_t count;
    bool any = false;
    const MsFact *const *types = ms_index_field(mail->index, MS_FIELD_PART_TYPE, &count);
    for (size_t i = 0; i < count && !any; i++)
        any = types[i]->message == mail->number && ms_fact_is(types[i], "text/html");
    if (!any || is_html(mail, text))
        return;
    g_autoptr(MsMime) mime = ms_mime_new(mail->message, mail->page->limits);
    const MsPart *parts = ms_mime_parts(mime, &count);
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].leaf || parts[i].attached || parts[i].inner ||
            strcmp(parts[i].type, "text/html") != 0)
            continue;
        MsBuffer html = {0};
        ms_mime_text(mime, &parts[i], most * MARKUP + AHEAD, &html);
        ms_buffer_printf(
            mail->page->out,
            "</pre><p class=\"d\">Part %s, which most mail programs show instead:</p><pre>",
            parts[i].path);
        if (html.length > 0)
            put_html(mail, html.data, html.length, most);
        ms_buffer_clear(&html);
        return;
    }
}

static void put_seen(Mail *mail)
{
    MsPage *page = mail->page;
    size_t most = (size_t)page->limits->value[MS_LIMIT_REPORT_MESSAGE];
    const MsFact *text = fact_of(mail, MS_FIELD_MESSAGE_TEXT);
    ms_buffer_text(page->out, "<div class=\"seen\"><h5>As its reader saw it</h5><dl>\n");
    put_field(mail, "Subject", MS_FIELD_MESSAGE_SUBJECT_DECODED, MS_FIELD_MESSAGE_SUBJECT);
    put_people(mail, "From", MS_FIELD_MESSAGE_FROM);
    put_people(mail, "To", MS_FIELD_MESSAGE_TO);
    put_people(mail, "Cc", MS_FIELD_MESSAGE_CC);
    put_field(mail, "Date", MS_FIELD_MESSAGE_DATE, MS_FIELD_MESSAGE_DATE);
    ms_buffer_text(page->out, "</dl><pre>");
    if (text) {
        put_text(mail, text, most);
        put_alternative(mail, text, most);
    } else {
        ms_buffer_text(page->out, "<span class=\"d\">(no text part)</span>");
    }
    ms_buffer_text(page->out, "</pre></div>\n");
}

static void put_source(Mail *mail)
{
    MsPage *page = mail->page;
    size_t most = (size_t)page->limits->value[MS_LIMIT_REPORT_MESSAGE];
    uint64_t size = ms_message_size(mail->message);
    size_t length = (size_t)MIN(size, (uint64_t)most + AHEAD);
    uint8_t *data = g_malloc(MAX(length, 1));
    length = ms_message_read(mail->message, 0, data, length);
    size_t holes;
    ms_message_holes(mail->message, &holes);
    ms_buffer_text(page->out, "<div class=\"source\"><h5>Its source</h5>");
    if (holes > 0) {
        ms_buffer_text(page->out, "<p class=\"o\">Bytes are missing in ");
        ms_html_count(page->out, holes, "place");
        ms_buffer_text(page->out, "; what is there is put end to end here.</p>");
    }
    ms_buffer_text(page->out, "<pre>");
    put_block(page, data, length, most, size, SOURCE_LINES);
    ms_buffer_text(page->out, "</pre></div>\n");
    g_free(data);
}

/* --- attachments --- */

static void put_cell(Mail *mail, MsFieldId field, int32_t item, const char *class)
{
    MsPage *page = mail->page;
    const MsFact *fact = ms_index_first(mail->index, field, mail->number, item);
    ms_buffer_printf(page->out, "<td%s>", class);
    if (fact && ms_field(field)->type == MS_UINT)
        ms_html_count(page->out, (uint64_t)fact->number, "byte");
    else
        ms_page_fact(page, fact);
    ms_buffer_text(page->out, "</td>");
}

static void put_part(Mail *mail, const MsFact *path)
{
    MsPage *page = mail->page;
    const MsFact *sha = ms_index_first(mail->index, MS_FIELD_PART_SHA256, mail->number, path->item);
    const MsFact *md5 = ms_index_first(mail->index, MS_FIELD_PART_MD5, mail->number, path->item);
    ms_buffer_text(page->out, "<tr>");
    put_cell(mail, MS_FIELD_PART_PATH, path->item, "");
    put_cell(mail, MS_FIELD_PART_FILENAME, path->item, " class=\"v\"");
    put_cell(mail, MS_FIELD_PART_TYPE, path->item, "");
    put_cell(mail, MS_FIELD_PART_REAL_TYPE, path->item, "");
    put_cell(mail, MS_FIELD_PART_SIZE, path->item, " class=\"num\"");
    ms_buffer_text(page->out, "<td class=\"hash\">");
    if (sha) {
        ms_buffer_text(page->out, "SHA-256 ");
        ms_page_fact(page, sha);
    }
    if (md5) {
        ms_buffer_text(page->out, "<br>MD5 ");
        ms_page_fact(page, md5);
    }
    ms_buffer_text(page->out, "</td></tr>\n");
}

static void put_parts(Mail *mail)
{
    MsPage *page = mail->page;
    size_t count;
    size_t most = (size_t)page->limits->value[MS_LIMIT_REPORT_PARTS];
    size_t n = 0;
    const MsFact *const *paths = ms_index_field(mail->index, MS_FIELD_PART_PATH, &count);
    for (size_t i = 0; i < count; i++) {
        if (paths[i]->message != mail->number || ++n > most)
            continue;
        if (n == 1)
            ms_buffer_text(page->out,
                           "<h5>Parts and attachments</h5><div class=\"wide\"><table "
                           "class=\"parts\"><thead><tr><th scope=\"col\">Part</th><th "
                           "scope=\"col\">Name</th><th scope=\"col\">Declared type</th><th "
                           "scope=\"col\">Real type</th><th scope=\"col\">Size</th><th "
                           "scope=\"col\">Hash of the decoded content</th></tr></thead><tbody>\n");
        put_part(mail, paths[i]);
    }
    if (n > 0 && most > 0)
        ms_buffer_text(page->out, "</tbody></table></div>\n");
    if (n > most) {
        ms_buffer_text(page->out, "<p class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, n - most, "more part");
        ms_buffer_text(page->out, " (limit report-parts)</p>\n");
    }
}

static void put_mail(Mail *mail)
{
    MsPage *page = mail->page;
    const MsMessage *message = mail->message;
    const char *sha = ms_message_sha256(message);
    ms_buffer_printf(page->out,
                     "<section class=\"message\" id=\"%sm%d\"><h4>Message %d <span class=\"d\">",
                     page->id, mail->number + 1, mail->number + 1);
    const MsFact *whole = fact_of(mail, MS_FIELD_IMAP_WHOLE);
    if (whole && whole->number == 0) {
        ms_buffer_text(page->out, "section ");
        ms_page_fact(page, fact_of(mail, MS_FIELD_IMAP_SECTION));
        ms_buffer_text(page->out, ", ");
    }
    ms_html_count(page->out, ms_message_size(message), "byte");
    if (ms_message_complete(message)) {
        ms_buffer_text(page->out, ", complete</span></h4>\n");
    } else {
        ms_buffer_text(page->out, "</span> <span class=\"o\">incomplete");
        if (ms_message_missing(message) > 0) {
            ms_buffer_text(page->out, ": ");
            ms_html_count(page->out, ms_message_missing(message), "byte");
            ms_buffer_text(page->out, " missing");
        }
        ms_buffer_text(page->out, "</span></h4>\n");
    }
    if (sha)
        ms_buffer_printf(page->out, "<p class=\"hash\">SHA-256 %s</p>\n", sha);
    ms_buffer_text(page->out, "<div class=\"pair\">\n");
    put_seen(mail);
    put_source(mail);
    ms_buffer_text(page->out, "</div>\n");
    put_parts(mail);
    ms_received_draw(page, mail->index, mail->number);
    ms_buffer_text(page->out, "</section>\n");
}

void ms_mail_show(MsPage *page, const MsRecord *record, const MsIndex *index)
{
    size_t count;
    MsMessage *const *messages = ms_record_messages(record, &count);
    size_t most = (size_t)page->limits->value[MS_LIMIT_REPORT_MESSAGES];
    if (count == 0)
        return;
    ms_buffer_text(page->out, "<section><h3>The message as it was read</h3>\n");
    for (size_t i = 0; i < MIN(count, most); i++) {
        Mail mail = {page, index, messages[i], ms_message_number(messages[i])};
        put_mail(&mail);
    }
    if (count > most) {
        ms_buffer_text(page->out, "<p class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, count - most, "more message");
        ms_buffer_text(page->out, " (limit report-messages)</p>\n");
    }
    ms_buffer_text(page->out, "</section>\n");
}
