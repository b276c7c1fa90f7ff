/* SPDX-License-Identifier: GPL-2.0-or-later
 * escape.h - hostile bytes made harmless for where they go. Every captured byte that leaves the
 * program passes through one of these. */
#pragma once

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For a terminal: printable UTF-8 stays; control characters, DEL, C1, bidirectional overrides and
 * bytes that are not UTF-8 become \r \n \t \\ or \xNN. A backslash is doubled. */
void ms_escape_terminal(MsBuffer *out, const uint8_t *data, size_t length);

/* For inside a JSON string (RFC 8259 7), without the quotes. Bytes that are not UTF-8 become
 * U+FFFD; returns false when that happened, so that the caller can add the exact bytes as hex. */
bool ms_escape_json(MsBuffer *out, const uint8_t *data, size_t length);

/* Whether ms_escape_json() would change nothing: printable ASCII without `"` and `\`. */
bool ms_escape_json_needless(const uint8_t *data, size_t length);

/* Appends lower-case hex, two digits a byte. */
void ms_escape_hex(MsBuffer *out, const uint8_t *data, size_t length);

/* Length of the UTF-8 sequence (RFC 3629) at `data`, 1-4, or 0 when it is not one. */
size_t ms_utf8_length(const uint8_t *data, size_t length);
