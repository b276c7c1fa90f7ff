/* SPDX-License-Identifier: GPL-2.0-or-later
 * plain.c - what a text in HTML says: its words in lines, as far as they can be had without drawing
 * it. Nothing of its markup is kept, so nothing of it can run or load; pictures are named. */
#include "plain.h"

#include <glib.h>

#include <stdbool.h>

typedef struct {
    const uint8_t *data;
    size_t length, at;
    MsBuffer *out;
    bool blank;     /* a space is due before the next word */
    unsigned feeds; /* line feeds at the end of `out`; at its start: as many as may be */
} Html;

enum { MOST_FEEDS = 2 };

static void put_feed(Html *html, unsigned least)
{
    html->blank = false;
    for (; html->feeds < least; html->feeds++)
        ms_buffer_byte(html->out, '\n');
}

static void put_text(Html *html, const char *text, size_t length)
{
    if (html->blank && html->feeds == 0)
        ms_buffer_byte(html->out, ' ');
    html->blank = false;
    html->feeds = 0;
    ms_buffer_append(html->out, text, length);
}

/* &amp; &#228; &#xe4; (HTML 13.5): the few names that letters are full of. False: no reference. */
static bool put_reference(Html *html)
{
    static const struct {
        const char *name, *text;
    } names[] = {{"amp;", "&"},
                 {"lt;", "<"},
                 {"gt;", ">"},
                 {"quot;", "\""},
                 {"apos;", "'"},
                 {"nbsp;", " "},
                 {"mdash;", "\xe2\x80\x94"},
                 {"ndash;", "\xe2\x80\x93"},
                 {"hellip;", "\xe2\x80\xa6"},
                 {"copy;", "\xc2\xa9"},
                 {"euro;", "\xe2\x82\xac"}};
    const char *text = (const char *)html->data + html->at + 1;
    size_t left = html->length - html->at - 1;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t bytes = strlen(names[i].name);
        if (left < bytes || memcmp(text, names[i].name, bytes) != 0)
            continue;
        put_text(html, names[i].text, strlen(names[i].text));
        html->at += 1 + bytes;
        return true;
    }
    if (left < 3 || text[0] != '#')
        return false;
    bool hex = text[1] == 'x' || text[1] == 'X';
    gunichar code = 0;
    size_t at = hex ? 2 : 1;
    size_t begin = at;
    for (; at < left && at < begin + 7; at++) {
        int digit = hex ? g_ascii_xdigit_value(text[at]) : g_ascii_digit_value(text[at]);
        if (digit < 0)
            break;
        code = code * (hex ? 16 : 10) + (gunichar)digit;
    }
    if (at == begin || at == left || text[at] != ';' || code == 0 || !g_unichar_validate(code))
        return false;
    char utf8[6];
    put_text(html, utf8, (size_t)g_unichar_to_utf8(code, utf8));
    html->at += at + 2;
    return true;
}

/* Whether the word stands at `at`, in letters of any case. */
static bool stands(const Html *html, size_t at, const char *word)
{
    size_t bytes = strlen(word);
    return html->length - at >= bytes &&
           g_ascii_strncasecmp((const char *)html->data + at, word, bytes) == 0;
}

/* Offset behind the next `word` from `at` on; the end when it is not there. */
static size_t behind(const Html *html, size_t at, const char *word)
{
    for (; at < html->length; at++) {
        if (html->data[at] == (uint8_t)word[0] && stands(html, at, word))
            return at + strlen(word);
    }
    return html->length;
}

/* Offset behind the `>` of the tag at `from`, past values in quotes; behind the first `>` when a
 * quote has no end; 0 when there is none. */
static size_t tag_end(const Html *html, size_t from)
{
    const uint8_t *first =
        from < html->length ? memchr(html->data + from, '>', html->length - from) : NULL;
    uint8_t quote = 0;
    for (size_t at = from; first && at < html->length; at++) {
        uint8_t byte = html->data[at];
        if (quote != 0)
            quote = byte == quote ? 0 : quote;
        else if (byte == '>')
            return at + 1;
        else if ((byte == '"' || byte == '\'') && at > 0 && html->data[at - 1] == '=')
            quote = byte;
    }
    return first ? (size_t)(first - html->data) + 1 : 0;
}

static bool is_one_of(const Html *html, size_t at, size_t length, const char *const *words)
{
    for (; *words; words++) {
        if (strlen(*words) == length && stands(html, at, *words))
            return true;
    }
    return false;
}

/* At `<`: skips the tag, or what it hides. False: it begins no tag. */
static bool put_tag(Html *html)
{
    static const char *const lines[] = {"br", "div", "li", "tr", "hr", "dt", "dd", NULL};
    static const char *const blocks[] = {"p",  "h1", "h2",    "h3",         "h4",  "h5", "h6",
                                         "ul", "ol", "table", "blockquote", "pre", NULL};
    static const char *const hidden[] = {"script", "style", "title", NULL};
    if (stands(html, html->at, "<!--")) {
        html->at = behind(html, html->at + 4, "-->");
        return true;
    }
    size_t name = html->at + 1;
    bool closes = name < html->length && html->data[name] == '/';
    name += closes ? 1 : 0;
    if (name == html->length || !(g_ascii_isalpha(html->data[name]) || html->data[name] == '!'))
        return false;
    size_t end = name;
    while (end < html->length && g_ascii_isalnum(html->data[end]))
        end++;
    size_t after = tag_end(html, end);
    if (after == 0)
        return false;
    if (is_one_of(html, name, end - name, lines))
        put_feed(html, stands(html, name, "br") && html->feeds > 0 ? MOST_FEEDS : 1);
    else if (is_one_of(html, name, end - name, blocks))
        put_feed(html, MOST_FEEDS);
    else if (!closes && end - name == 3 && stands(html, name, "img"))
        put_text(html, "[picture]", 9);
    else if (end - name == 2 && (stands(html, name, "td") || stands(html, name, "th")))
        html->blank = true;
    html->at = after;
    if (!closes && is_one_of(html, name, end - name, hidden)) {
        g_autofree char *close = g_strdup_printf("</%.*s", (int)(end - name), html->data + name);
        size_t stop = behind(html, after, close);
        size_t close_end = tag_end(html, stop);
        html->at = close_end > 0 ? close_end : html->length;
    }
    return true;
}

void ms_plain_from_html(MsBuffer *out, const uint8_t *data, size_t length)
{
    Html html = {.data = data, .length = length, .out = out, .feeds = MOST_FEEDS};
    while (html.at < length) {
        uint8_t byte = data[html.at];
        if ((byte == '<' && put_tag(&html)) || (byte == '&' && put_reference(&html)))
            continue;
        if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n')
            html.blank = true;
        else
            put_text(&html, (const char *)data + html.at, 1);
        html.at++;
    }
}
