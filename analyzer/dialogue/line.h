/* SPDX-License-Identifier: GPL-2.0-or-later
 * line.h - lines out of stream bytes: CRLF as RFC 5321 2.3.8 says, a bare LF is taken as a line end
 * too and named. Keeps no bytes: what is no whole line yet is offered again by the stream. */
#pragma once

#include "../fact/range.h"

typedef enum {
    MS_READ_MORE,   /* no line end yet: nothing is to be eaten */
    MS_READ_LINE,   /* a line was found */
    MS_READ_SKIPPED /* the rest of a line that was too long: to be eaten and forgotten */
} MsReadResult;

/* One direction's memory between calls. All zero at the start. */
typedef struct {
    uint32_t scanned; /* bytes already known to hold no line end */
    bool skipping;    /* up to the next line end everything is left out */
} MsLineReader;

typedef struct {
    size_t offset; /* in the MsBytes */
    size_t length; /* without the line end */
    size_t eaten;  /* with it */
    bool bare_lf;  /* the LF had no CR before it */
    bool cut;      /* longer than the cap: the rest will be skipped */
} MsLineSpan;

/* Looks for a line from `offset` on. `cap`: longest line in bytes (MS_LIMIT_LINE). Gives the same
 * lines however the bytes were cut, as long as what was not eaten is offered again. */
MsReadResult ms_line_read(MsLineReader *reader, const MsBytes *bytes, size_t offset, size_t cap,
                          MsLineSpan *span);

/* Bytes were lost or given up: forgets what was scanned; `skip`: leave out up to the next line end.
 */
void ms_line_reset(MsLineReader *reader, bool skip);
