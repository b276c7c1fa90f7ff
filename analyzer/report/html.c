/* SPDX-License-Identifier: GPL-2.0-or-later
 * html.c - captured text made harmless for a page, and the small words around it. */
#include "html.h"

#include "../base/codec.h"
#include "../base/escape.h"
#include "../lab/filter.h"
#include "../message/hash.h"

#include <glib.h>

#include <stdarg.h>

void ms_page_clear(MsPage *page)
{
    ms_buffer_clear(&page->scratch);
    ms_buffer_clear(&page->masked);
}

static const char *entity(uint8_t byte)
{
    switch (byte) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void ms_html_plain(MsBuffer *out, const uint8_t *text, size_t length)
{
    size_t from = 0;
    for (size_t at = 0; at < length; at++) {
        const char *word = entity(text[at]);
        if (!word)
            continue;
        ms_buffer_append(out, text + from, at - from);
        ms_buffer_text(out, word);
        from = at + 1;
    }
    if (from < length)
        ms_buffer_append(out, text + from, length - from);
}

void ms_html_say(MsBuffer *out, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    ms_html_plain(out, (const uint8_t *)text, strlen(text));
}

/* Bytes at data[0] that are seen as they are, as one character; 0: they must be written out. */
static size_t visible(const uint8_t *data, size_t length)
{
    if (data[0] >= 0x20 && data[0] < 0x7f)
        return 1;
    size_t sequence = ms_utf8_length(data, length);
    if (sequence < 2)
        return 0;
    MsBuffer escaped = {0};
    ms_escape_terminal(&escaped, data, sequence);
    bool same = escaped.length == sequence && memcmp(escaped.data, data, sequence) == 0;
    ms_buffer_clear(&escaped);
    return same ? sequence : 0;
}

/* Writes out what cannot be seen from data[0] on; returns how many bytes that were. */
static size_t put_marked(MsBuffer *out, const uint8_t *data, size_t length, bool block)
{
    size_t at = 0;
    ms_buffer_text(out, "<i class=\"x\">");
    do {
        size_t bytes = MAX(ms_utf8_length(data + at, length - at), 1);
        ms_escape_terminal(out, data + at, bytes);
        at += bytes;
    } while (at < length && visible(data + at, length - at) == 0 &&
             !(block && (data[at] == '\n' || data[at] == '\t' || data[at] == '\r')));
    ms_buffer_text(out, "</i>");
    return at;
}

static void put(MsBuffer *out, const uint8_t *data, size_t length, bool block)
{
    for (size_t at = 0; at < length;) {
        size_t end = at;
        for (size_t bytes; end < length && (bytes = visible(data + end, length - end)) > 0;)
            end += bytes;
        ms_html_plain(out, data + at, end - at);
        at = end;
        if (at == length)
            break;
        if (block && (data[at] == '\n' || data[at] == '\t'))
            ms_buffer_byte(out, data[at++]);
        else if (block && data[at] == '\r' && at + 1 < length && data[at + 1] == '\n')
            at++;
        else
            at += put_marked(out, data + at, length - at, block);
    }
}

void ms_html_line(MsBuffer *out, const uint8_t *data, size_t length)
{
    put(out, data, length, false);
}

void ms_html_block(MsBuffer *out, const uint8_t *data, size_t length)
{
    put(out, data, length, true);
}

static void mask(MsPage *page, const char *text, size_t length)
{
    page->masked.length = 0;
    if (page->redactor)
        ms_redactor_apply(page->redactor, (const uint8_t *)text, length, &page->masked);
    else
        ms_buffer_append(&page->masked, text, length);
}

void ms_page_captured(MsPage *page, const char *text, size_t length)
{
    mask(page, text, length);
    ms_html_line(page->out, page->masked.data, page->masked.length);
}

void ms_page_label(MsPage *page, const char *text, size_t length, size_t columns)
{
    mask(page, text, length);
    const uint8_t *data = page->masked.data;
    size_t all = page->masked.length;
    size_t at = 0;
    page->scratch.length = 0;
    for (size_t n = 0; at < all && (columns == 0 || n < columns); n++) {
        size_t seen = visible(data + at, all - at);
        size_t bytes = seen > 0 ? seen : MAX(ms_utf8_length(data + at, all - at), 1);
        if (seen > 0)
            ms_buffer_append(&page->scratch, data + at, bytes);
        else
            ms_escape_terminal(&page->scratch, data + at, bytes);
        at += bytes;
    }
    ms_html_plain(page->out, page->scratch.data, page->scratch.length);
    if (at < all)
        ms_buffer_text(page->out, "\xe2\x80\xa6");
}

void ms_page_fact(MsPage *page, const MsFact *fact)
{
    if (!fact)
        return;
    page->masked.length = 0;
    ms_redact_fact(page->redactor, fact, &page->masked);
    size_t shown = (size_t)MIN(page->limits->value[MS_LIMIT_REPORT_LINE], page->masked.length);
    ms_html_line(page->out, page->masked.data, shown);
    if (shown < page->masked.length) {
        ms_buffer_text(page->out, " \xe2\x80\xa6 ");
        ms_html_count(page->out, page->masked.length - shown, "more byte");
    }
}

void ms_page_filter(MsPage *page, const MsRange *ranges, size_t count, uint64_t omitted)
{
    MsFilter filter = {0};
    ms_filter_add(&filter, ranges, count, omitted);
    for (size_t file = 0; file < MAX(page->origins->n_files, 1); file++) {
        MsBuffer text = {0};
        if (ms_filter_write(&filter, (uint16_t)file, &text)) {
            ms_buffer_text(page->out, "<code class=\"filter\">");
            ms_html_plain(page->out, text.data, text.length);
            ms_buffer_text(page->out, "</code>");
        }
        ms_buffer_clear(&text);
    }
    ms_filter_clear(&filter);
}

void ms_html_count(MsBuffer *out, uint64_t count, const char *what)
{
    char digits[32];
    int n = g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, (guint64)count);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            ms_buffer_byte(out, ',');
        ms_buffer_byte(out, (uint8_t)digits[i]);
    }
    ms_buffer_byte(out, ' ');
    ms_buffer_text(out, what);
    if (count != 1)
        ms_buffer_byte(out, 's');
}

void ms_html_hash(MsBuffer *out, const uint8_t *text, size_t length)
{
    char hex[MS_HASH_HEX + 1];
    uint8_t octets[MS_HASH_HEX / 2];
    ms_hash_once(text, length, hex);
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] =
            (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    ms_buffer_text(out, "'sha256-");
    ms_base64_encode(octets, sizeof octets, out);
    ms_buffer_byte(out, '\'');
}
