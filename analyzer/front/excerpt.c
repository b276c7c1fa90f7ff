/* SPDX-License-Identifier: GPL-2.0-or-later
 * excerpt.c - reads a message piece by piece, a line at a time; says where bytes are missing and
 * how much is not shown. */
#include "excerpt.h"

#include <glib.h>

#include <string.h>

enum {
    CHUNK = 65536, /* bytes read at once, and shown of one line with --full */
    SHORT = 600    /* bytes shown of one line otherwise */
};

typedef struct {
    MsPen *pen;
    const MsMessage *message;
    uint8_t *data;       /* CHUNK bytes */
    size_t from, length; /* what of it is not shown yet */
    uint64_t offset;     /* in the message, of data[from] */
    const uint64_t *holes;
    size_t n_holes, hole; /* hole: the next one */
    bool in_text;         /* behind the empty line that ends the header */
    size_t shown[2];      /* lines of the header, of the text */
    size_t most[2];
    size_t skipped_headers;
    bool skipping; /* the last header line was left out: so are its continuations */
    bool at_line_start;
} Reader;

/* Brings a whole line into data[from..], if it fits. False at the end. */
static bool fill(Reader *reader)
{
    if (reader->length > 0 && memchr(reader->data + reader->from, '\n', reader->length))
        return true;
    memmove(reader->data, reader->data + reader->from, reader->length);
    reader->from = 0;
    reader->length += ms_message_read(reader->message, reader->offset + reader->length,
                                      reader->data + reader->length, CHUNK - reader->length);
    return reader->length > 0;
}

/* Length of the next piece: a line with its end, or what stands before a hole. */
static size_t piece(const Reader *reader)
{
    const uint8_t *start = reader->data + reader->from;
    const uint8_t *end = memchr(start, '\n', reader->length);
    size_t length = end ? (size_t)(end - start) + 1 : reader->length;
    if (reader->hole < reader->n_holes) {
        uint64_t hole = reader->holes[reader->hole];
        if (hole > reader->offset && hole - reader->offset < length)
            length = (size_t)(hole - reader->offset);
    }
    return length;
}

static void put(Reader *reader, const uint8_t *text, size_t length)
{
    MsPen *pen = reader->pen;
    bool feed = length > 0 && text[length - 1] == '\n';
    bool both = feed && length > 1 && text[length - 2] == '\r';
    length -= (size_t)feed + both;
    size_t left = pen->indent;
    ms_pen_go(pen, left);
    ms_pen_ink(pen, MS_INK_DIM);
    ms_pen_say(pen, "| ");
    ms_pen_ink(pen, reader->in_text ? MS_INK_VALUE : MS_INK_PLAIN);
    pen->indent = left + 2;
    size_t most = pen->style->full ? CHUNK : SHORT;
    ms_pen_captured(pen, (const char *)text, MIN(length, most));
    if (length > most) {
        ms_pen_ink(pen, MS_INK_DIM);
        ms_pen_say(pen, " ... %zu more bytes in this line; --full shows all", length - most);
    }
    ms_pen_ink(pen, MS_INK_DIM);
    if (feed && !both) /* what RFC 5321 2.3.8 forbids is to be seen */
        ms_pen_say(pen, "\\n");
    ms_pen_newline(pen);
    pen->indent = left;
}

static void say_missing(Reader *reader)
{
    ms_pen_go(reader->pen, reader->pen->indent);
    ms_pen_ink(reader->pen, MS_INK_ODD);
    ms_pen_say(reader->pen, "! bytes of the message are missing here");
    ms_pen_newline(reader->pen);
}

/* Header lines that are shown even when there are many. */
static bool is_wanted(const uint8_t *text, size_t length)
{
    static const char *const names[] = {"From:",     "To:",     "Cc:",         "Subject:", "Date:",
                                        "Reply-To:", "Sender:", "Message-ID:", "Content-"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t size = strlen(names[i]);
        if (length >= size && g_ascii_strncasecmp((const char *)text, names[i], size) == 0)
            return true;
    }
    return false;
}

/* The first header lines are shown; when there are more, the well-known ones among the rest. */
static bool is_left_out(Reader *reader, const uint8_t *text, size_t length)
{
    if (reader->pen->style->full || reader->in_text)
        return false;
    if (text[0] != ' ' && text[0] != '\t')
        reader->skipping = reader->shown[0] >= reader->most[0] && !is_wanted(text, length);
    if (!reader->skipping && reader->shown[0] >= reader->most[0] * 2)
        reader->skipping = true;
    return reader->skipping;
}

static bool is_empty(const uint8_t *text, size_t length)
{
    return length > 0 && (text[0] == '\n' || (length > 1 && text[0] == '\r' && text[1] == '\n'));
}

static void say_headers_left_out(Reader *reader)
{
    if (reader->skipped_headers == 0)
        return;
    ms_pen_go(reader->pen, reader->pen->indent);
    ms_pen_ink(reader->pen, MS_INK_DIM);
    ms_pen_say(reader->pen, "... ");
    ms_pen_count(reader->pen, reader->skipped_headers, "more header line");
    ms_pen_say(reader->pen, "; --full shows all");
    ms_pen_newline(reader->pen);
    reader->skipped_headers = 0;
}

/* One piece; false when no more is to be shown. */
static bool show_piece(Reader *reader)
{
    size_t length = piece(reader);
    const uint8_t *text = reader->data + reader->from;
    if (!reader->in_text && reader->at_line_start && is_empty(text, length)) {
        say_headers_left_out(reader);
        put(reader, text, length);
        reader->in_text = true;
    } else if (is_left_out(reader, text, length)) {
        reader->skipped_headers++;
    } else {
        if (!reader->pen->style->full && reader->in_text && reader->shown[1] >= reader->most[1])
            return false;
        put(reader, text, length);
        reader->shown[reader->in_text]++;
    }
    reader->at_line_start = text[length - 1] == '\n';
    reader->from += length;
    reader->length -= length;
    reader->offset += length;
    return true;
}

/* What is left: lines are counted as far as the bytes are kept. */
static void say_rest(Reader *reader)
{
    uint64_t size = ms_message_size(reader->message);
    if (reader->offset >= size)
        return;
    uint64_t rest = size - reader->offset;
    uint64_t lines = 0;
    bool all = ms_message_kept(reader->message) >= size;
    while (all && reader->length > 0) {
        const uint8_t *text = reader->data + reader->from;
        for (size_t i = 0; i < reader->length; i++)
            lines += text[i] == '\n';
        if (text[reader->length - 1] != '\n' && reader->offset + reader->length == size)
            lines++;
        reader->offset += reader->length;
        reader->length = ms_message_read(reader->message, reader->offset, reader->data, CHUNK);
        reader->from = 0;
    }
    ms_pen_go(reader->pen, reader->pen->indent);
    ms_pen_ink(reader->pen, MS_INK_DIM);
    ms_pen_say(reader->pen, "... ");
    if (all) {
        ms_pen_count(reader->pen, lines, "more line");
        ms_pen_say(reader->pen, " (");
        ms_pen_count(reader->pen, rest, "byte");
        ms_pen_say(reader->pen, "); --full shows all");
    } else {
        ms_pen_count(reader->pen, rest, "more byte");
        ms_pen_say(reader->pen, "%s",
                   reader->pen->style->full ? " were not kept (see mailscope limits)"
                                            : "; --full shows all");
    }
    ms_pen_newline(reader->pen);
}

void ms_excerpt(MsPen *pen, const MsMessage *message, size_t header_lines, size_t text_lines)
{
    Reader reader = {.pen = pen,
                     .message = message,
                     .data = g_malloc(CHUNK),
                     .most = {header_lines, text_lines},
                     .at_line_start = true};
    reader.holes = ms_message_holes(message, &reader.n_holes);
    bool more = true;
    while (more) {
        if (reader.hole < reader.n_holes && reader.holes[reader.hole] <= reader.offset) {
            say_missing(&reader);
            reader.hole++;
            reader.at_line_start = false;
        } else {
            more = fill(&reader) && show_piece(&reader);
        }
    }
    say_headers_left_out(&reader);
    say_rest(&reader);
    g_free(reader.data);
}
