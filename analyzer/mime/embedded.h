/* SPDX-License-Identifier: GPL-2.0-or-later
 * embedded.h - files that stand inside a text, uuencoded, as it was done before MIME. */
#pragma once

#include "../message/message.h"

/* A file: from its line "begin 644 NAME" to its line "end", in the message's bytes. */
typedef struct {
    uint64_t at, length;
    uint64_t name_at;
    size_t name_length;
} MsEmbedded;

/* Finds the next file in the message's bytes from `*at` (the start of a line) to `end`, and moves
 * `*at` behind it. Only what is well formed from the first line to the last is one. */
bool ms_embedded_next(const MsMessage *message, uint64_t *at, uint64_t end, MsEmbedded *found);
