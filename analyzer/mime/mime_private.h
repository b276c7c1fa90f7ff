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

/* Where the value of the named header field of that object lies in the message; length 0 when it
 * has none. */
void ms_mime_field_at(const MsMime *mime, GMimeObject *object, const char *name, uint64_t *at,
                      uint64_t *length);
