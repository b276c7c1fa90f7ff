/* SPDX-License-Identifier: GPL-2.0-or-later
 * header_facts.h - the header fields of a mail as facts (RFC 5322 2.2). */
#pragma once

#include "message.h"

/* A header to be said. `func` and `user_data` as in ms_message_fields(). */
typedef struct {
    MsBytes bytes; /* begins at the start of the mail; pieces count from there */
    bool last;     /* nothing of the mail comes behind `bytes` */
    int32_t message;
    MsDirection direction;
    size_t range_limit; /* ranges of one fact */
    MsHeaderFunc func;
    void *user_data;
} MsHeader;

/* Says message.header for each field, and its own fact for those that have one. */
void ms_header_say(const MsHeader *header);
