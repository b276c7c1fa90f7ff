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
    bool blank;               /* a space is due before the next word */
    unsigned feeds;           /* line feeds at the end of `out`; at its start: as many as may be */
    size_t link, link_length; /* where the link that is open leads to; length 0: none is */
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

/* Whether the name and a semicolon stand there. */
static bool is_name(const char *text, size_t left, const char *name)
{
    size_t bytes = strlen(name);
    return left > bytes && memcmp(text, name, bytes) == 0 && text[bytes] == ';';
}

/* &#228; and &#xe4; */
static bool put_number(Html *html)
{
    const char *text = (const char *)html->data + html->at + 1;
    size_t left = html->length - html->at - 1;
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

/* &amp; &#228; &#xe4; (HTML 13.5): the names that letters are full of. False: no reference. */
static bool put_reference(Html *html)
{
    static const struct {
        const char *name, *text;
    } names[] = {{"amp", "&"},
                 {"lt", "<"},
                 {"gt", ">"},
                 {"quot", "\""},
                 {"apos", "'"},
                 {"nbsp", " "},
                 {"mdash", "\xe2\x80\x94"},
                 {"ndash", "\xe2\x80\x93"},
                 {"lsquo", "\xe2\x80\x98"},
                 {"rsquo", "\xe2\x80\x99"},
                 {"ldquo", "\xe2\x80\x9c"},
                 {"rdquo", "\xe2\x80\x9d"},
                 {"bdquo", "\xe2\x80\x9e"},
                 {"bull", "\xe2\x80\xa2"},
                 {"hellip", "\xe2\x80\xa6"},
                 {"rarr", "\xe2\x86\x92"},
                 {"trade", "\xe2\x84\xa2"},
                 {"euro", "\xe2\x82\xac"}};
    /* U+00A1 to U+00FF */
    static const char *const latin[] = {
        "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",
        "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",
        "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",
        "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde", "Auml",
        "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave", "Iacute",
        "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
        "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",
        "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave",
        "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",    "ntilde",
        "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave", "uacute",
        "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};
    _Static_assert(G_N_ELEMENTS(latin) == 0xff - 0xa0, "one name for each");
    const char *text = (const char *)html->data + html->at + 1;
    size_t left = html->length - html->at - 1;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (is_name(text, left, names[i].name)) {
            put_text(html, names[i].text, strlen(names[i].text));
            html->at += 2 + strlen(names[i].name);
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(latin); i++) {
        if (is_name(text, left, latin[i])) {
            char letter[6];
            put_text(html, letter, (size_t)g_unichar_to_utf8((gunichar)(0xa1 + i), letter));
            html->at += 2 + strlen(latin[i]);
            return true;
        }
    }
    return put_number(html);
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

/* The value of an attribute of the tag whose name ends at `from` and which ends before `end`. */
static bool value_of(const Html *html, size_t from, size_t end, const char *name, size_t *at,
                     size_t *length)
{
    size_t bytes = strlen(name);
    for (size_t i = from; i + bytes + 1 < end; i++) {
        uint8_t quote = html->data[i];
        if ((quote == '"' || quote == '\'') && html->data[i - 1] == '=') {
            const uint8_t *close = memchr(html->data + i + 1, quote, end - i - 1);
            i = close ? (size_t)(close - html->data) : i;
            continue;
        }
        if (!g_ascii_isspace(quote) || !stands(html, i + 1, name) ||
            html->data[i + 1 + bytes] != '=')
            continue;
        size_t value = i + bytes + 2;
        quote = value < end ? html->data[value] : 0;
        bool quoted = quote == '"' || quote == '\'';
        size_t stop = value += quoted ? 1 : 0;
        while (stop < end - 1 &&
               (quoted ? html->data[stop] != quote : !g_ascii_isspace(html->data[stop])))
            stop++;
        *at = value;
        *length = stop - value;
        return stop > value;
    }
    return false;
}

/* A value, with its references, between two words of ours. */
static void put_value(Html *html, const char *before, size_t at, size_t length, const char *after)
{
    put_text(html, before, strlen(before));
    Html value = {.data = html->data, .length = at + length, .at = at, .out = html->out};
    while (value.at < value.length) {
        if (value.data[value.at] == '&' && put_reference(&value))
            continue;
        put_text(&value, (const char *)value.data + value.at++, 1);
    }
    put_text(html, after, strlen(after));
}

/* A picture by its name, and where a link leads to, behind its words. */
static void put_inline(Html *html, size_t name, size_t end, size_t after, bool closes)
{
    size_t at = 0;
    size_t length = 0;
    if (!closes && end - name == 3 && stands(html, name, "img")) {
        if (value_of(html, end, after, "alt", &at, &length))
            put_value(html, "[picture: ", at, length, "]");
        else
            put_text(html, "[picture]", 9);
    } else if (end - name == 1 && stands(html, name, "a")) {
        if (html->link_length > 0)
            put_value(html, " [", html->link, html->link_length, "]");
        html->link_length = 0;
        if (!closes && value_of(html, end, after, "href", &at, &length) && html->data[at] != '#') {
            html->link = at;
            html->link_length = length;
        }
    }
}

/* Whether the tag says that its element is not shown. */
static bool is_unseen(const Html *html, size_t end, size_t after)
{
    size_t at;
    size_t length;
    if (!value_of(html, end, after, "style", &at, &length))
        return false;
    g_autoptr(GString) style = g_string_new(NULL);
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isspace(html->data[at + i]))
            g_string_append_c(style, g_ascii_tolower((char)html->data[at + i]));
    }
    return strstr(style->str, "display:none") || strstr(style->str, "visibility:hidden");
}

/* Offset behind the element of that name whose first tag ends before `from`; 0: it has no end. */
static size_t element_end(const Html *html, size_t name, size_t name_length, size_t from)
{
    for (unsigned depth = 1; from < html->length;) {
        const uint8_t *next = memchr(html->data + from, '<', html->length - from);
        if (!next)
            return 0;
        size_t at = (size_t)(next - html->data) + 1;
        bool closes = at < html->length && html->data[at] == '/';
        at += closes ? 1 : 0;
        from = at;
        size_t end = at;
        while (end < html->length && g_ascii_isalnum(html->data[end]))
            end++;
        if (end - at != name_length ||
            g_ascii_strncasecmp((const char *)html->data + at, (const char *)html->data + name,
                                name_length) != 0)
            continue;
        depth += closes ? 0 : 1;
        depth -= closes ? 1 : 0;
        if (depth == 0)
            return tag_end(html, end);
    }
    return 0;
}

/* Skips what is hidden behind the tag of that name, which ends before `after`. */
static void skip_hidden(Html *html, size_t name, size_t end, size_t after)
{
    static const char *const hidden[] = {"script", "style", "title", NULL};
    static const char *const empty[] = {"img", "br", "hr", "input", "meta", "link", "col", NULL};
    if (is_one_of(html, name, end - name, hidden)) {
        g_autofree char *close = g_strdup_printf("</%.*s", (int)(end - name), html->data + name);
        size_t stop = behind(html, after, close);
        size_t close_end = tag_end(html, stop);
        html->at = close_end > 0 ? close_end : html->length;
    } else if (!is_one_of(html, name, end - name, empty) && is_unseen(html, end, after)) {
        size_t close_end = element_end(html, name, end - name, after);
        html->at = close_end > 0 ? close_end : html->at;
    }
}

/* At `<`: skips the tag, or what it hides. False: it begins no tag. */
static bool put_tag(Html *html)
{
    static const char *const lines[] = {"br", "div", "li", "tr", "hr", "dt", "dd", NULL};
    static const char *const blocks[] = {"p",  "h1", "h2",    "h3",         "h4",  "h5", "h6",
                                         "ul", "ol", "table", "blockquote", "pre", NULL};
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
    else if (end - name == 2 && (stands(html, name, "td") || stands(html, name, "th")))
        html->blank = true;
    if (!closes && end - name == 2 && stands(html, name, "li"))
        put_text(html, "\xe2\x80\xa2 ", 4);
    put_inline(html, name, end, after, closes);
    html->at = after;
    if (!closes)
        skip_hidden(html, name, end, after);
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
