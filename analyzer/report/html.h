/* SPDX-License-Identifier: GPL-2.0-or-later
 * html.h - text for the report's page. Whatever was captured becomes text, never markup: `<`, `>`,
 * `&`, quotes are escaped, and what cannot be seen is written out as \r, \x1b, ... */
#pragma once

#include "../front/cite.h"
#include "../front/redact.h"

/* What every part of a page needs; all borrowed but the scratch buffers. */
typedef struct {
    MsBuffer *out;
    const MsOrigins *origins;
    const MsStyle *style;
    const MsRedactor *redactor; /* NULL: nothing is masked */
    const MsLimits *limits;
    unsigned capture;      /* 1-based, among those of the page */
    char id[48];           /* of the session, unique on the page: what ids in it begin with */
    GHashTable *explained; /* first words of a line -> what is known, as elements; may be NULL */
    MsBuffer scratch, masked;
} MsPage;

void ms_page_clear(MsPage *page);

/* Appends harmless UTF-8 with `<`, `>`, `&`, `"`, `'` escaped. */
void ms_html_plain(MsBuffer *out, const uint8_t *text, size_t length);
/* Formats words of our own; arguments are escaped too, so the format holds no markup. */
void ms_html_say(MsBuffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Captured bytes as one line; what cannot be seen is marked by an element of class x. */
void ms_html_line(MsBuffer *out, const uint8_t *data, size_t length);
/* The same for several lines: line feeds stay, CR before LF goes, a tab stays. */
void ms_html_block(MsBuffer *out, const uint8_t *data, size_t length);

/* Captured text, masked: one line, with marks. */
void ms_page_captured(MsPage *page, const char *text, size_t length);
/* The same without marks, for drawings: what is written out is not told from a backslash that was
 * captured. At most `columns` characters (0: all). */
void ms_page_label(MsPage *page, const char *text, size_t length, size_t columns);
/* The value of a text fact as it may be shown, cut at report-line-bytes; nothing when `fact` is
 * NULL. */
void ms_page_fact(MsPage *page, const MsFact *fact);
/* The display filter of those ranges as an element <code>, one for each file; nothing when there
 * are no frames. */
void ms_page_filter(MsPage *page, const MsRange *ranges, size_t count, uint64_t omitted);
/* "1 byte", "2,048 bytes": thousands are set apart. */
void ms_html_count(MsBuffer *out, uint64_t count, const char *what);

/* Text of the program's own pen, with its colours (MsStyle.color), as elements: rows become a
 * list of terms, evidence and filters elements of their own, a mail a block. `heading`: element of
 * a title line, such as "h4". */
void ms_html_pen(MsBuffer *out, const uint8_t *text, size_t length, const char *heading);

/* 'sha256-...' of a style sheet or script, as a Content-Security-Policy names it (level 3, 2.3.1).
 */
void ms_html_hash(MsBuffer *out, const uint8_t *text, size_t length);
