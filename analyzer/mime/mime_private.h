/* SPDX-License-Identifier: GPL-2.0-or-later
 * mime_private.h - what mime.c and mime_facts.c share. Nobody else includes it. */
#pragma once

#include "mime.h"
#include "source.h"

struct MsMime {
    MsMimeSource source;
    uint64_t most_parts, most_depth;
    size_t most_ranges;
    size_t most_text; /* bytes of the text that becomes a fact */
    GMimeStream *stream;
    GMimeMessage *tree; /* NULL when GMime found nothing to read */
    GArray *parts;      /* MsPart */
};

/* Where the value of that header field, which may be NULL, lies in the message; all of the field
 * when it has none; length 0 when it cannot be found. */
void ms_mime_field_of(const MsMime *mime, GMimeHeader *header, uint64_t *at, uint64_t *length);
