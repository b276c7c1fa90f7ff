/* SPDX-License-Identifier: GPL-2.0-or-later
 * header.h - where the header fields of a mail begin and end (RFC 5322 2.2). Works on bytes alone.
 */
#pragma once

#include "../base/buffer.h"

#include <stdbool.h>

/* One field, as offsets into the header's bytes. */
typedef struct {
    size_t offset;       /* of the name */
    size_t length;       /* bytes, with folded lines, without the last line end */
    size_t name_length;  /* bytes */
    size_t value_offset; /* first byte of the value behind colon and blanks */
    size_t value_length; /* bytes, without blanks at the end; 0 when empty */
    bool folded;         /* has line ends inside */
} MsHeaderField;

/* Finds the field at or after *at and moves *at behind it. `last`: nothing can follow these bytes;
 * otherwise a field counts only when the byte behind its line end is there too, as it may go on.
 * Lines that are no field are passed over as long as another field follows at once; a first line
 * that is none means there is no header. Returns false when there is no further field. */
bool ms_header_next(const uint8_t *data, size_t length, bool last, size_t *at,
                    MsHeaderField *field);

/* Appends the text without the line ends before blanks (RFC 5322 2.2.3); the blanks stay. */
void ms_header_unfold(const uint8_t *data, size_t length, MsBuffer *out);
