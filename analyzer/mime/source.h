/* SPDX-License-Identifier: GPL-2.0-or-later
 * source.h - a message as a stream that GMime can read, with a cap on what it is shown. For mime/
 * only. */
#pragma once

#include "../message/message.h"

#include <gmime/gmime.h>

/* What all streams over one message share; it outlives them. */
typedef struct {
    const MsMessage *message;
    uint64_t most; /* bytes of the message that are shown */
    uint64_t
        most_lines; /* lines that look like header fields or boundaries: each costs GMime memory */
    uint64_t lines; /* of them seen so far */
    uint64_t counted;  /* offset up to which they were counted */
    uint8_t before[2]; /* the two bytes before `counted` */
    bool limited;      /* a cap was reached: GMime was told that the message ends there */
} MsMimeSource;

/* A stream over the kept bytes of source->message; g_object_unref() frees it. `source` is borrowed
 * for the stream's life and that of all its substreams. */
GMimeStream *ms_mime_stream_new(MsMimeSource *source);
