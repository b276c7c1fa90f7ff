/* SPDX-License-Identifier: GPL-2.0-or-later
 * pen.c - columns, colours and wrapping. Captured text always goes mask first, escape second: a
 * secret is looked for in the bytes as they were sent. */
#include "pen.h"

#include "../base/escape.h"

#include <glib.h>

#include <stdarg.h>
#include <stdio.h>

enum {
    NEAR = 24,  /* columns before the end of a line in which a blank is looked for */
    SHORT = 256 /* bytes of words that are formatted without allocation */
};

static const char *const inks[MS_N_INKS] = {
    [MS_INK_PLAIN] = "\033[0m",   [MS_INK_TITLE] = "\033[1m", [MS_INK_CLIENT] = "\033[36m",
    [MS_INK_SERVER] = "\033[32m", [MS_INK_VALUE] = "\033[1m", [MS_INK_NOTE] = "\033[33m",
    [MS_INK_ODD] = "\033[1;31m",  [MS_INK_DIM] = "\033[2m",
};

const char *ms_pen_ink_code(MsInk ink)
{
    return inks[ink];
}

size_t ms_pen_width(const MsPen *pen)
{
    return pen->style->width > 0 ? pen->style->width : MS_PEN_WIDTH;
}

void ms_pen_init(MsPen *pen, MsBuffer *out, const MsOrigins *origins, const MsStyle *style,
                 const MsRedactor *redactor)
{
    *pen = (MsPen){.out = out, .origins = origins, .style = style, .redactor = redactor};
}

void ms_pen_clear(MsPen *pen)
{
    ms_buffer_clear(&pen->masked);
    ms_buffer_clear(&pen->escaped);
}

void ms_pen_ink(MsPen *pen, MsInk ink)
{
    if (!pen->style->color || pen->ink == ink)
        return;
    if (pen->ink != MS_INK_PLAIN)
        ms_buffer_text(pen->out, inks[MS_INK_PLAIN]);
    if (ink != MS_INK_PLAIN)
        ms_buffer_text(pen->out, inks[ink]);
    pen->ink = ink;
}

void ms_pen_newline(MsPen *pen)
{
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_buffer_byte(pen->out, '\n');
    pen->column = 0;
}

static void blanks(MsPen *pen, size_t column)
{
    if (pen->column >= column)
        return;
    size_t more = column - pen->column;
    ms_buffer_reserve(pen->out, more);
    memset(pen->out->data + pen->out->length, ' ', more);
    pen->out->length += more;
    pen->column = column;
}

/* A new line in the same ink, up to the indent. */
static void wrap(MsPen *pen)
{
    ms_buffer_byte(pen->out, '\n');
    pen->column = 0;
    blanks(pen, pen->indent);
}

void ms_pen_go(MsPen *pen, size_t column)
{
    if (pen->column > column)
        ms_pen_newline(pen);
    blanks(pen, column);
}

/* Columns that a character takes, and its bytes. The text is UTF-8 without control characters. */
static size_t character(const uint8_t *text, size_t length, size_t *columns)
{
    *columns = 1;
    if (text[0] < 0x80)
        return 1;
    size_t bytes = ms_utf8_length(text, length);
    if (bytes == 0)
        return 1;
    gunichar code = g_utf8_get_char((const char *)text);
    *columns = g_unichar_iszerowidth(code) ? 0 : g_unichar_iswide(code) ? 2 : 1;
    return bytes;
}

size_t ms_pen_columns(const uint8_t *text, size_t length)
{
    size_t ascii = 0;
    while (ascii < length && text[ascii] < 0x80)
        ascii++;
    size_t sum = ascii;
    for (size_t at = ascii; at < length;) {
        size_t columns;
        at += character(text + at, length - at, &columns);
        sum += columns;
    }
    return sum;
}

/* Broken behind a blank when there is one near the end of the line, else between characters: every
 * byte is printed. */
static void put_hard(MsPen *pen, const uint8_t *text, size_t length)
{
    size_t from = 0;  /* what stands before it is printed */
    size_t blank = 0; /* behind the last blank of the line, when it is larger than `from` */
    size_t blank_column = 0;
    for (size_t at = 0; at < length;) {
        size_t columns;
        size_t bytes = character(text + at, length - at, &columns);
        if (pen->column + columns > ms_pen_width(pen) && pen->column > pen->indent) {
            bool near = blank > from && blank_column + NEAR >= ms_pen_width(pen);
            size_t until = near ? blank : at;
            size_t moved = near ? pen->column - blank_column : 0;
            ms_buffer_append(pen->out, text + from, until - from);
            from = until;
            wrap(pen);
            pen->column += moved;
        }
        pen->column += columns;
        at += bytes;
        if (text[at - 1] == ' ') {
            blank = at;
            blank_column = pen->column;
        }
    }
    ms_buffer_append(pen->out, text + from, length - from);
}

static size_t word_end(const uint8_t *text, size_t length, size_t at)
{
    while (at < length && text[at] != ' ')
        at++;
    return at;
}

/* End of the word at `at`; "RFC 5321 4.2" counts as one. */
static size_t group_end(const uint8_t *text, size_t length, size_t at)
{
    size_t end = word_end(text, length, at);
    if (end - at >= 3 && memcmp(text + end - 3, "RFC", 3) == 0 && end < length) {
        end = word_end(text, length, end + 1);
        if (end + 1 < length && g_ascii_isdigit((char)text[end + 1]))
            end = word_end(text, length, end + 1);
    }
    return end;
}

/* Text that fits the rest of the line as it stands, which is most of it: no place to break it is
 * looked for. False when it does not. */
static bool put_fitting(MsPen *pen, const uint8_t *text, size_t length)
{
    size_t columns = ms_pen_columns(text, length);
    if (columns > ms_pen_width(pen) || pen->column > ms_pen_width(pen) - columns)
        return false;
    ms_buffer_append(pen->out, text, length);
    pen->column += columns;
    return true;
}

void ms_pen_words(MsPen *pen, const uint8_t *text, size_t length)
{
    if (put_fitting(pen, text, length))
        return;
    for (size_t at = 0; at < length;) {
        size_t word = at;
        while (word < length && text[word] == ' ')
            word++;
        size_t end = group_end(text, length, word);
        size_t columns = ms_pen_columns(text + at, end - at);
        if (word > at && end > word && pen->column > pen->indent &&
            pen->column + columns > ms_pen_width(pen)) {
            wrap(pen);
            at = word;
        }
        put_hard(pen, text + at, end - at);
        at = end;
    }
}

void ms_pen_say(MsPen *pen, const char *format, ...)
{
    if (!strchr(format, '%')) {
        ms_pen_words(pen, (const uint8_t *)format, strlen(format));
        return;
    }
    char room[SHORT];
    va_list list;
    va_start(list, format);
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(room, sizeof room, format, list);
    va_end(list);
    if (length >= 0 && (size_t)length < sizeof room) {
        ms_pen_words(pen, (const uint8_t *)room, (size_t)length);
    } else {
        g_autofree char *text = g_strdup_vprintf(format, again);
        ms_pen_words(pen, (const uint8_t *)text, strlen(text));
    }
    va_end(again);
}

/* Whether a value without a blank in it, which would be broken here, fits a line of its own. */
static bool wants_own_line(const MsPen *pen, const uint8_t *text, size_t length)
{
    return pen->column > pen->indent && !memchr(text, ' ', length) &&
           pen->indent + ms_pen_columns(text, length) <= ms_pen_width(pen);
}

static void put_escaped(MsPen *pen, const uint8_t *text, size_t length)
{
    pen->escaped.length = 0;
    ms_escape_terminal(&pen->escaped, text, length);
    if (put_fitting(pen, pen->escaped.data, pen->escaped.length))
        return;
    if (wants_own_line(pen, pen->escaped.data, pen->escaped.length)) {
        if (pen->out->data[pen->out->length - 1] == ' ')
            pen->out->length--; /* no blank at the end of a line */
        wrap(pen);
    }
    put_hard(pen, pen->escaped.data, pen->escaped.length);
}

void ms_pen_captured(MsPen *pen, const char *text, size_t length)
{
    if (!pen->redactor) {
        put_escaped(pen, (const uint8_t *)text, length);
        return;
    }
    pen->masked.length = 0;
    ms_redactor_apply(pen->redactor, (const uint8_t *)text, length, &pen->masked);
    put_escaped(pen, pen->masked.data, pen->masked.length);
}

void ms_pen_own(MsPen *pen, const char *text, size_t length)
{
    pen->masked.length = 0;
    pen->escaped.length = 0;
    if (pen->redactor)
        ms_redactor_apply(pen->redactor, (const uint8_t *)text, length, &pen->masked);
    else
        ms_buffer_append(&pen->masked, text, length);
    ms_escape_terminal(&pen->escaped, pen->masked.data, pen->masked.length);
    ms_pen_words(pen, pen->escaped.data, pen->escaped.length);
}

void ms_pen_line(MsPen *pen, const MsLine *line, size_t most)
{
    pen->masked.length = 0;
    ms_redact_line(pen->redactor, (const uint8_t *)line->text, line->text_length, line->secret,
                   &pen->masked);
    size_t length = MIN(pen->masked.length, most);
    size_t left_out = pen->masked.length - length;
    put_escaped(pen, pen->masked.data, length);
    if (left_out > 0) {
        ms_pen_ink(pen, MS_INK_DIM);
        ms_pen_say(pen, " ... %zu more bytes; --full shows all", left_out);
    }
}

void ms_pen_fact(MsPen *pen, const MsFact *fact)
{
    const MsField *field = ms_field((MsFieldId)fact->field);
    switch (field->type) {
    case MS_UINT:
        ms_pen_say(pen, "%" G_GUINT64_FORMAT, (guint64)fact->number);
        return;
    case MS_BOOL:
        ms_pen_say(pen, "%s", fact->number ? "yes" : "no");
        return;
    case MS_TIME:
        pen->escaped.length = 0;
        ms_text_time(&pen->escaped, fact->number);
        ms_pen_words(pen, pen->escaped.data, pen->escaped.length);
        return;
    case MS_STRING:
    case MS_ADDRESS:
    case MS_BYTES:
        break;
    }
    if (fact->field == MS_FIELD_AUTH_PROBLEM) {
        ms_pen_own(pen, fact->text, fact->text_length);
        return;
    }
    pen->masked.length = 0;
    ms_redact_fact(pen->redactor, fact, &pen->masked);
    if (pen->masked.length == 0)
        ms_pen_say(pen, "(empty)");
    put_escaped(pen, pen->masked.data, pen->masked.length);
}

void ms_pen_name(MsPen *pen, const char *name)
{
    pen->escaped.length = 0;
    ms_escape_terminal(&pen->escaped, (const uint8_t *)name, strlen(name));
    ms_buffer_append(pen->out, pen->escaped.data, pen->escaped.length);
    pen->column += ms_pen_columns(pen->escaped.data, pen->escaped.length);
}

void ms_pen_cite(MsPen *pen, const MsRange *ranges, size_t count, uint64_t omitted, int64_t time_ns,
                 int64_t start_ns)
{
    if (count == 0)
        return;
    MsBuffer text = {0};
    ms_buffer_text(&text, "@ ");
    ms_text_ranges(&text, ranges, count, omitted, pen->origins);
    ms_buffer_text(&text, time_ns < start_ns ? ", " : ", +");
    ms_text_seconds(&text, time_ns - start_ns);
    ms_buffer_text(&text, " s");
    if (pen->column + 2 + ms_pen_columns(text.data, text.length) <= ms_pen_width(pen) &&
        pen->column > 0) {
        blanks(pen, pen->column + 2);
    } else {
        ms_pen_newline(pen);
        blanks(pen, pen->indent);
    }
    ms_pen_ink(pen, MS_INK_DIM);
    ms_pen_words(pen, text.data, text.length);
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_buffer_clear(&text);
}

void ms_pen_count(MsPen *pen, uint64_t count, const char *what)
{
    ms_pen_say(pen, "%" G_GUINT64_FORMAT " %s%s", (guint64)count, what, count == 1 ? "" : "s");
}
