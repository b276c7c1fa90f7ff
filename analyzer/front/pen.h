/* SPDX-License-Identifier: GPL-2.0-or-later
 * pen.h - writes text for people: knows the column it stands at, wraps what is too long, colours
 * when asked to, and lets no captured byte through unmasked or unescaped. */
#pragma once

#include "cite.h"
#include "redact.h"
#include "style.h"

typedef enum {
    MS_INK_PLAIN,
    MS_INK_TITLE,
    MS_INK_CLIENT,
    MS_INK_SERVER,
    MS_INK_VALUE, /* what was asked for */
    MS_INK_NOTE,  /* decoded or explained */
    MS_INK_ODD,   /* something is wrong */
    MS_INK_DIM,   /* evidence and the like */
    MS_N_INKS
} MsInk;

/* Everything but the buffers is set by ms_pen_init(). */
typedef struct {
    MsBuffer *out;
    const MsOrigins *origins;
    const MsStyle *style;
    const MsRedactor *redactor; /* may be NULL */
    size_t column;              /* where the next character goes; 0 is the start of a line */
    size_t indent;              /* column at which a wrapped line goes on */
    MsInk ink;
    MsBuffer masked, escaped; /* scratch */
} MsPen;

enum { MS_PEN_WIDTH = 100 }; /* columns, when the style names no other width */

/* The colours' escape sequences, as they stand in the text; MS_INK_PLAIN ends each. */
const char *ms_pen_ink_code(MsInk ink);

/* Columns of a line. */
size_t ms_pen_width(const MsPen *pen);

/* Columns that harmless UTF-8 takes on a terminal. */
size_t ms_pen_columns(const uint8_t *text, size_t length);

/* All is borrowed until ms_pen_clear(). */
void ms_pen_init(MsPen *pen, MsBuffer *out, const MsOrigins *origins, const MsStyle *style,
                 const MsRedactor *redactor);
void ms_pen_clear(MsPen *pen);

/* Changes the colour; nothing is written when there are no colours. */
void ms_pen_ink(MsPen *pen, MsInk ink);

/* Ends the line and goes back to plain ink; an empty line when it stands at column 0. */
void ms_pen_newline(MsPen *pen);

/* Goes to a column with blanks: on the next line when it is already beyond it. */
void ms_pen_go(MsPen *pen, size_t column);

/* Words of our own, broken between words. */
void ms_pen_say(MsPen *pen, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same; `text` is harmless UTF-8 but may hold escaped captured text. */
void ms_pen_words(MsPen *pen, const uint8_t *text, size_t length);

/* Captured bytes: masked, escaped, broken where the line is full. */
void ms_pen_captured(MsPen *pen, const char *text, size_t length);
/* Words of the program that may hold captured ones: masked, escaped, broken between words. */
void ms_pen_own(MsPen *pen, const char *text, size_t length);
/* A line of the dialogue, as ms_redact_line() has it. */
void ms_pen_line(MsPen *pen, const MsLine *line, size_t most);
/* The value of a fact, whatever its type. */
void ms_pen_fact(MsPen *pen, const MsFact *fact);
/* A file name as the user gave it; never broken, so that it can be copied. */
void ms_pen_name(MsPen *pen, const char *name);

/* "@ frame 4, bytes 66-77, +0.001234 s" behind two blanks, or on a line of its own at `indent` when
 * it does not fit. `start_ns`: what times count from. */
void ms_pen_cite(MsPen *pen, const MsRange *ranges, size_t count, uint64_t omitted, int64_t time_ns,
                 int64_t start_ns);

/* "1 byte", "2 bytes". */
void ms_pen_count(MsPen *pen, uint64_t count, const char *what);
