/* SPDX-License-Identifier: GPL-2.0-or-later
 * places.h - where the bytes of a message were captured, in the order of the message. */
#pragma once

#include "../fact/range.h"

#include <glib.h>

/* All zero is empty. */
typedef struct {
    GArray *pieces; /* MsPiece; `at` is the offset in the message; NULL when none */
} MsPlaces;

/* Notes where bytes[offset..offset+length) was captured: it is the message from `at` on, which is
 * behind all that was noted before. */
void ms_places_add(MsPlaces *places, const MsBytes *bytes, size_t offset, size_t length,
                   uint64_t at);

/* Adds to `out` where [offset, offset+length) of the message was captured, as far as it was noted;
 * `most` ranges at most. */
void ms_places_find(const MsPlaces *places, uint64_t offset, uint64_t length, size_t most,
                    MsRanges *out);

/* The pieces in order, and how many there are. Borrowed until the next change. */
const MsPiece *ms_places_pieces(const MsPlaces *places, size_t *count);

/* Bytes of memory in use. */
uint64_t ms_places_memory(const MsPlaces *places);

/* Frees the pieces; empty afterwards. */
void ms_places_clear(MsPlaces *places);
