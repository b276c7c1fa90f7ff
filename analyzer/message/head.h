/* SPDX-License-Identifier: GPL-2.0-or-later
 * head.h - the header fields of a mail (RFC 5322 2.2), as facts with their ranges. */
#pragma once

#include "message.h"

/* Where the first bytes of a message were captured. All zero is empty. */
typedef struct {
    MsPiece *piece; /* `at` counts message bytes */
    size_t n_pieces;
    size_t allocated;
    uint64_t length; /* message bytes covered */
} MsHead;

/* The next `length` bytes of the message are bytes->data[offset..]. */
void ms_head_push(MsHead *head, const MsBytes *bytes, size_t offset, size_t length);
void ms_head_clear(MsHead *head);

/* Speaks the header fields in data[0..length). `ended`: nothing follows, so that a last line
 * without an empty line behind it is whole too. */
void ms_head_fields(const MsHead *head, int32_t number, const uint8_t *data, size_t length,
                    bool ended, size_t cap, MsHeaderFunc func, void *user_data);
