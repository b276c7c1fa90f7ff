/* SPDX-License-Identifier: GPL-2.0-or-later
 * text.c - `mailscope show`: a header, then the dialogue with what was odd where it happened. */
#include "text.h"

#include "../fact/replies.h"
#include "excerpt.h"
#include "heading.h"
#include "index.h"
#include "pen.h"
#include "sequence.h"

#include <glib.h>

enum {
    FRAME_WIDTH = 7,   /* columns for the frame number */
    TIME = 9,          /* column of the time */
    WHO = 22,          /* column of C: and S: */
    TEXT = 25,         /* column of what is said */
    LONG = 2000,       /* bytes of one line shown without --full */
    HEADER_LINES = 12, /* of a mail without --full */
    TEXT_LINES = 10
};

typedef struct {
    MsPen pen;
    const MsRecord *record;
    int64_t start_ns;
    int file;      /* whose frames were shown last, or -1 */
    bool in_reply; /* the line before was one of the same reply, with more to come */
    uint16_t code; /* of that reply */
} Show;

/* --- lines --- */

/* With several files a line of its own before the first frame of another one. */
static void put_file(Show *show, uint16_t file)
{
    MsPen *pen = &show->pen;
    const MsOrigins *origins = pen->origins;
    if (!origins || origins->n_files < 2 || file >= origins->n_files || file == show->file)
        return;
    show->file = file;
    ms_pen_say(pen, "  frames of ");
    ms_pen_name(pen, origins->files[file]);
    ms_pen_newline(pen);
}

/* Frame and time. */
static void put_margin(Show *show, const MsRange *ranges, uint32_t n_ranges, int64_t time_ns)
{
    MsPen *pen = &show->pen;
    ms_pen_ink(pen, MS_INK_DIM);
    if (n_ranges > 0) {
        put_file(show, ranges[0].file);
        MsBuffer text = {0};
        ms_buffer_uint(&text, ranges[0].frame);
        ms_pen_go(pen, text.length < FRAME_WIDTH ? FRAME_WIDTH - text.length : 0);
        ms_pen_words(pen, text.data, text.length);
        text.length = 0;
        int64_t span = time_ns - show->start_ns;
        ms_text_seconds(&text, span - span % 1000); /* microseconds fit the column */
        size_t room = WHO - TIME - 2;
        ms_pen_go(pen, TIME + (text.length < room ? room - text.length : 0));
        ms_pen_words(pen, text.data, text.length);
        ms_buffer_clear(&text);
    }
    ms_pen_ink(pen, MS_INK_PLAIN);
    pen->indent = TEXT;
}

static void put_who(Show *show, uint8_t direction)
{
    ms_pen_go(&show->pen, WHO);
    ms_pen_ink(&show->pen, direction == MS_TO_SERVER ? MS_INK_CLIENT : MS_INK_SERVER);
    ms_pen_say(&show->pen, direction == MS_TO_SERVER ? "C:" : "S:");
    ms_pen_go(&show->pen, TEXT);
}

/* Behind the line: "   <- words". */
static void put_mark(Show *show, size_t length)
{
    MsPen *pen = &show->pen;
    ms_pen_ink(pen, MS_INK_PLAIN);
    if (pen->column + length + 5 > ms_pen_width(pen) && pen->column > TEXT)
        ms_pen_newline(pen);
    ms_pen_go(pen, MAX(pen->column, (size_t)TEXT));
    ms_pen_ink(pen, MS_INK_NOTE);
    ms_pen_say(pen, pen->column > TEXT ? "   <- " : "<- ");
    pen->indent = TEXT + 3;
}

/* "5.7.8" at the start of the text behind the code, or 0. */
static size_t enhanced_code(const MsLine *line, size_t *at)
{
    size_t end = 4;
    unsigned dots = 0;
    while (end < line->text_length &&
           (g_ascii_isdigit(line->text[end]) || (line->text[end] == '.' && dots < 2)))
        dots += line->text[end++] == '.';
    *at = 4;
    return dots == 2 && line->text_length > 4 ? end - 4 : 0;
}

static void put_reply_words(Show *show, const MsLine *line)
{
    const char *words = ms_reply_words(line->code, NULL);
    if (!words)
        return;
    const char *more = NULL;
    size_t at;
    size_t length = line->code >= 400 ? enhanced_code(line, &at) : 0;
    if (length > 0)
        more = ms_enhanced_words(line->text + at, length, NULL);
    if (more && strcmp(more, words) == 0)
        more = NULL; /* 535 5.7.8 says the same twice */
    put_mark(show, strlen(words) + (more ? strlen(more) + 2 : 0));
    ms_pen_say(&show->pen, "%s%s%s", words, more ? "; " : "", more ? more : "");
}

static void put_note(Show *show, const MsLine *line)
{
    /* The words around a decoded value are the parser's, the value is captured. */
    if (show->pen.redactor && line->secret) {
        put_mark(show, sizeof MS_MASK);
        ms_pen_say(&show->pen, MS_MASK);
        return;
    }
    put_mark(show, line->note_length);
    ms_pen_captured(&show->pen, line->note, line->note_length);
}

static void put_beside(Show *show, const MsLine *line)
{
    bool goes_on = show->in_reply && show->code == line->code;
    bool reply = line->direction == MS_TO_CLIENT && line->code > 0;
    if (line->note_length > 0)
        put_note(show, line);
    else if (reply && !goes_on)
        put_reply_words(show, line);
    show->in_reply = reply && line->text_length > 3 && line->text[3] == '-';
    show->code = line->code;
}

static void put_message(Show *show, const MsLine *line)
{
    MsPen *pen = &show->pen;
    const MsMessage *message = ms_heading_message(show->record, line->message);
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "message %d", line->message + 1);
    ms_pen_ink(pen, MS_INK_PLAIN);
    if (!message) {
        ms_pen_newline(pen);
        return;
    }
    ms_pen_say(pen, ": ");
    ms_pen_count(pen, ms_message_size(message), "byte");
    ms_pen_say(pen, " in ");
    const MsRanges *ranges = ms_message_ranges(message);
    MsFrameSet frames = {0};
    ms_frames_add(&frames, ranges->range, ranges->n_ranges, 0);
    ms_pen_count(pen, ms_frames_count(&frames) + ranges->omitted, "frame");
    ms_frames_clear(&frames);
    if (!ms_message_complete(message)) {
        ms_pen_ink(pen, MS_INK_ODD);
        ms_pen_say(pen, ", incomplete");
        if (ms_message_missing(message) > 0) {
            ms_pen_say(pen, ": ");
            ms_pen_count(pen, ms_message_missing(message), "byte");
            ms_pen_say(pen, " missing");
        }
    } else if (ms_message_sha256(message)) {
        ms_pen_newline(pen);
        ms_pen_go(pen, TEXT);
        ms_pen_ink(pen, MS_INK_DIM);
        ms_pen_say(pen, "SHA-256 %s", ms_message_sha256(message));
    }
    ms_pen_newline(pen);
    ms_excerpt(pen, message, HEADER_LINES, TEXT_LINES);
}

static void put_line(Show *show, const MsLine *line)
{
    MsPen *pen = &show->pen;
    put_margin(show, line->ranges, line->n_ranges, line->time_ns);
    put_who(show, line->direction);
    switch (line->kind) {
    case MS_LINE_CONNECTION:
        ms_pen_ink(pen, MS_INK_DIM);
        ms_pen_say(pen, "[");
        ms_pen_captured(pen, line->text, line->text_length);
        ms_pen_say(pen, "]");
        break;
    case MS_LINE_TLS:
        ms_pen_ink(pen, MS_INK_NOTE);
        ms_pen_say(pen, "[TLS: from here on everything is encrypted]");
        if (line->note_length > 0)
            put_note(show, line);
        break;
    case MS_LINE_MESSAGE:
        put_message(show, line);
        return;
    case MS_LINE_TUNNEL:
        ms_pen_ink(pen, MS_INK_DIM);
        ms_pen_say(pen, "[to a proxy] ");
        /* fall through */
    case MS_LINE_COMMAND:
    case MS_LINE_REPLY:
    case MS_LINE_AUTH:
        ms_pen_ink(pen, line->direction == MS_TO_SERVER ? MS_INK_CLIENT : MS_INK_PLAIN);
        if (line->text_length == 0)
            ms_pen_say(pen, "(empty line)");
        ms_pen_line(pen, line, pen->style->full ? SIZE_MAX : LONG);
        put_beside(show, line);
        break;
    }
    ms_pen_newline(pen);
}

static void put_oddity(Show *show, const MsOddity *oddity)
{
    MsPen *pen = &show->pen;
    put_margin(show, oddity->ranges, oddity->n_ranges, oddity->time_ns);
    ms_pen_go(pen, WHO);
    ms_pen_ink(pen, MS_INK_ODD);
    ms_pen_say(pen, "!");
    ms_pen_go(pen, TEXT);
    ms_pen_say(pen, "%s: %s", ms_oddity_name(oddity->kind), ms_oddity_words(oddity->kind));
    ms_pen_ink(pen, MS_INK_PLAIN);
    if (oddity->length > 0) {
        ms_pen_say(pen, " (");
        ms_pen_count(pen, oddity->length, oddity->kind == MS_ODDITY_LIMIT ? "finding" : "byte");
        ms_pen_say(pen, ")");
    }
    if (oddity->detail_length > 0) {
        ms_pen_say(pen, "; ");
        ms_pen_own(pen, oddity->detail, oddity->detail_length);
    }
    ms_pen_cite(pen, oddity->ranges, oddity->n_ranges, oddity->ranges_omitted, oddity->time_ns,
                show->start_ns);
    ms_pen_newline(pen);
}

static void put_dialogue(Show *show)
{
    g_autoptr(GArray) sequence = ms_sequence_new(show->record);
    for (guint i = 0; i < sequence->len; i++) {
        const MsStep *step = &g_array_index(sequence, MsStep, i);
        if (step->line)
            put_line(show, step->line);
        else
            put_oddity(show, step->oddity);
    }
}

void ms_text_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                     const MsStyle *style, const MsRedactor *redactor)
{
    g_autoptr(MsIndex) index = ms_index_new(record);
    Show show = {.record = record, .file = -1, .start_ns = ms_heading_start(record, index)};
    ms_pen_init(&show.pen, out, origins, style, redactor);
    ms_heading_title(&show.pen, record);
    ms_heading_block(&show.pen, record, index);
    ms_pen_newline(&show.pen);
    ms_pen_ink(&show.pen, MS_INK_DIM);
    ms_pen_say(&show.pen, "%*s", FRAME_WIDTH, "Frame");
    ms_pen_go(&show.pen, WHO - 8);
    ms_pen_say(&show.pen, "Time/s");
    ms_pen_newline(&show.pen);
    put_dialogue(&show);
    ms_pen_newline(&show.pen);
    ms_pen_clear(&show.pen);
}
