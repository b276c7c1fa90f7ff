/* SPDX-License-Identifier: GPL-2.0-or-later
 * source.h - a message as a stream that GMime can read, with a cap on what it is shown. For mime/
 * only. */
#pragma once

#include "../message/message.h"

#include <gmime/gmime.h>

/* Where a line stands, as far as lines alone tell. */
typedef enum {
    MS_MIME_HEADER,    /* from the start, or from a line that may be a boundary, to an empty line */
    MS_MIME_PARAGRAPH, /* behind an empty line: a text, or the header of an attached message */
    MS_MIME_TEXT       /* no header before the next boundary */
} MsMimeWhere;

/* What all streams over one message share; it outlives them. */
typedef struct {
    const MsMessage *message;
    /* Caps. */
    uint64_t most;        /* bytes of the message that are shown */
    uint64_t most_lines;  /* that look like header fields or boundaries: each costs GMime memory */
    uint64_t most_header; /* bytes of header fields, which cost GMime many times that */
    /* So far. */
    uint64_t counted; /* offset up to which lines were looked at */
    uint64_t lines, header;
    MsMimeWhere where;
    uint64_t colons; /* in the header field */
    bool in_field;
    bool limited;      /* a cap was reached: GMime was told that the message ends there */
    uint8_t begun[64]; /* the first bytes of the line */
    size_t n_begun;    /* how many of them were seen; all: what the line is was decided */
} MsMimeSource;

/* A stream over the kept bytes of source->message; g_object_unref() frees it. `source` is borrowed
 * for the stream's life and that of all its substreams. */
GMimeStream *ms_mime_stream_new(MsMimeSource *source);
