/* SPDX-License-Identifier: GPL-2.0-or-later
 * ink.c - what the answers write with a pen, as elements of a page. The pen's text is our own: the
 * captured bytes in it are escaped, so that the escape sequences of colours and the mark behind a
 * label (MsStyle.marks) cannot come from a capture. */
#include "../front/pen.h"
#include "html.h"

#include <glib.h>

typedef struct {
    MsBuffer *out;
    const char *heading;
    bool list; /* <dl> is open */
    bool mail; /* <pre> is open */
} Ink;

/* The ink whose escape sequence begins at `text`; *skip: its bytes. */
static MsInk ink_at(const uint8_t *text, size_t length, size_t *skip)
{
    *skip = 1;
    MsInk found = MS_INK_PLAIN;
    for (size_t ink = 0; ink < MS_N_INKS; ink++) {
        const char *code = ms_pen_ink_code((MsInk)ink);
        size_t bytes = strlen(code);
        if (bytes <= length && memcmp(text, code, bytes) == 0) {
            *skip = bytes;
            found = (MsInk)ink;
            break;
        }
    }
    return found;
}

/* Bytes of an escape as base/escape.h writes it for a terminal: \r, \x1b, ...; 0: it is none. */
static size_t escape_at(const uint8_t *text, size_t length)
{
    if (length >= 4 && text[0] == '\\' && text[1] == 'x' && g_ascii_isxdigit(text[2]) &&
        g_ascii_isxdigit(text[3]))
        return 4;
    return length >= 2 && text[0] == '\\' && (text[1] == 'r' || text[1] == 'n' || text[1] == 't')
               ? 2
               : 0;
}

/* Text without inks: what was written out gets a mark, as everywhere on the page, so that a
 * backslash need not be doubled. */
static void put_plain(MsBuffer *out, const uint8_t *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        const uint8_t *slash = memchr(text + at, '\\', length - at);
        size_t end = slash ? (size_t)(slash - text) : length;
        ms_html_plain(out, text + at, end - at);
        at = end;
        if (!slash)
            break;
        size_t bytes = 0; /* of all that stand together */
        for (size_t more; (more = escape_at(text + at + bytes, length - at - bytes)) > 0;)
            bytes += more;
        if (bytes > 0) {
            ms_buffer_text(out, "<i class=\"x\">");
            ms_html_plain(out, text + at, bytes);
            ms_buffer_text(out, "</i>");
            at += bytes;
        } else {
            ms_buffer_byte(out, '\\');
            at += length - at >= 2 && text[at + 1] == '\\' ? 2 : 1;
        }
    }
}

/* A run of text in one line, with its inks; evidence ("@ frame 4") gets a class of its own. */
static void put_inked(Ink *page, const uint8_t *text, size_t length)
{
    static const char *const classes[MS_N_INKS] = {
        [MS_INK_TITLE] = "b", [MS_INK_CLIENT] = "c", [MS_INK_SERVER] = "s", [MS_INK_VALUE] = "v",
        [MS_INK_NOTE] = "n",  [MS_INK_ODD] = "o",    [MS_INK_DIM] = "d"};
    bool open = false;
    for (size_t at = 0; at < length;) {
        const uint8_t *escape = memchr(text + at, '\033', length - at);
        size_t end = escape ? (size_t)(escape - text) : length;
        put_plain(page->out, text + at, end - at);
        at = end;
        if (!escape)
            break;
        size_t skip;
        MsInk ink = ink_at(text + at, length - at, &skip);
        at += skip;
        if (open)
            ms_buffer_text(page->out, "</span>");
        open = ink != MS_INK_PLAIN;
        bool cite = ink == MS_INK_DIM && length - at > 2 && text[at] == '@' && text[at + 1] == ' ';
        if (open)
            ms_buffer_printf(page->out, "<span class=\"%s\">", cite ? "at" : classes[ink]);
        at += cite ? 2 : 0;
    }
    if (open)
        ms_buffer_text(page->out, "</span>");
}

static void close_blocks(Ink *page, bool list, bool mail)
{
    if (page->mail && mail)
        ms_buffer_text(page->out, "</pre>\n");
    if (page->list && list)
        ms_buffer_text(page->out, "</dl>\n");
    page->mail = page->mail && !mail;
    page->list = page->list && !list;
}

/* Offset behind blanks. */
static size_t skip_margin(const uint8_t *text, size_t length)
{
    size_t at = 0;
    while (at < length && text[at] == ' ')
        at++;
    return at;
}

/* Offset behind blanks and escape sequences. */
static size_t skip_blanks(const uint8_t *text, size_t length)
{
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\033')) {
        size_t skip = 1;
        if (text[at] == '\033')
            ink_at(text + at, length - at, &skip);
        at += skip;
    }
    return at;
}

static bool begins(const uint8_t *text, size_t length, const char *word)
{
    size_t bytes = strlen(word);
    return length >= bytes && memcmp(text, word, bytes) == 0;
}

/* "   Label       value": the mark stands behind the label. */
static void put_row(Ink *page, const uint8_t *text, size_t length, size_t mark)
{
    size_t from = skip_blanks(text, mark);
    size_t to = mark;
    while (to > from && text[to - 1] == ' ')
        to--;
    close_blocks(page, false, true);
    if (!page->list)
        ms_buffer_text(page->out, "<dl class=\"rows\">\n");
    page->list = true;
    if (to > from) {
        ms_buffer_text(page->out, "<dt>");
        put_inked(page, text + from, to - from);
        ms_buffer_text(page->out, "</dt>");
    }
    size_t value = mark + 1;
    value += skip_margin(text + value, length - value);
    ms_buffer_text(page->out, "<dd>");
    put_inked(page, text + value, length - value);
    ms_buffer_text(page->out, "</dd>\n");
}

static void put_filter(Ink *page, const uint8_t *text, size_t length)
{
    const uint8_t *escape = memchr(text, '\033', length);
    size_t at = escape ? (size_t)(escape - text) : length;
    size_t skip = 0;
    if (escape)
        ink_at(text + at, length - at, &skip);
    const uint8_t *end =
        length > at + skip ? memchr(text + at + skip, '\033', length - at - skip) : NULL;
    close_blocks(page, true, true);
    ms_buffer_text(page->out, "<p class=\"filters\"><span class=\"d\">");
    ms_html_plain(page->out, text, at);
    ms_buffer_text(page->out, "</span><code class=\"filter\">");
    size_t to = end ? (size_t)(end - text) : length;
    ms_html_plain(page->out, text + at + skip, to - at - skip);
    ms_buffer_text(page->out, "</code></p>\n");
}

static void put_line(Ink *page, const uint8_t *text, size_t length)
{
    const uint8_t *mark = length > 0 ? memchr(text, '\037', length) : NULL;
    size_t from = skip_blanks(text, length);
    const uint8_t *rest = text + from;
    if (from == length)
        return;
    if (mark) {
        put_row(page, text, length, (size_t)(mark - text));
    } else if (text[0] == '\033' && begins(text, length, ms_pen_ink_code(MS_INK_TITLE))) {
        close_blocks(page, true, true);
        ms_buffer_printf(page->out, "<%s>", page->heading);
        const uint8_t *end = memchr(rest, '\033', length - from);
        ms_html_plain(page->out, rest, end ? (size_t)(end - rest) : length - from);
        ms_buffer_printf(page->out, "</%s>\n", page->heading);
    } else if (begins(rest, length - from, "Filter")) {
        put_filter(page, rest, length - from);
    } else if (begins(rest, length - from, "| ")) {
        close_blocks(page, true, false);
        ms_buffer_text(page->out, page->mail ? "\n" : "<pre class=\"mail\">");
        page->mail = true;
        put_inked(page, rest + 2, length - from - 2);
    } else if (page->list && text[0] == ' ' && from >= 15) {
        size_t margin = skip_margin(text, length);
        ms_buffer_text(page->out, "<dd>"); /* evidence on a line of its own */
        put_inked(page, text + margin, length - margin);
        ms_buffer_text(page->out, "</dd>\n");
    } else {
        close_blocks(page, true, true);
        size_t margin = skip_margin(text, length);
        ms_buffer_text(page->out, "<p>");
        put_inked(page, text + margin, length - margin);
        ms_buffer_text(page->out, "</p>\n");
    }
}

void ms_html_pen(MsBuffer *out, const uint8_t *text, size_t length, const char *heading)
{
    Ink page = {.out = out, .heading = heading};
    for (size_t at = 0; at < length;) {
        const uint8_t *feed = memchr(text + at, '\n', length - at);
        size_t end = feed ? (size_t)(feed - text) : length;
        put_line(&page, text + at, end - at);
        at = end + 1;
    }
    close_blocks(&page, true, true);
}
