/* SPDX-License-Identifier: GPL-2.0-or-later
 * envelope.h - the arguments of MAIL and RCPT: path and parameters (RFC 5321 4.1.1.2, 4.1.1.3,
 * 4.1.1.11), also in the loose forms real clients send. Pure: text in, places in it out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t offset, length;
} MsSlice;

typedef struct {
    MsSlice path;       /* without angle brackets; empty for `<>` */
    MsSlice parameters; /* all that follows the path */
    bool loose;         /* not as the RFC says: no brackets, blanks, no colon */
} MsEnvelope;

/* Parses text[at..length), which follows the verb: ` FROM:<a@b> SIZE=1`. `keyword`: "FROM" or "TO".
 * Returns false when the keyword is not there or no path can be found. */
bool ms_envelope_parse(const uint8_t *text, size_t length, size_t at, const char *keyword,
                       MsEnvelope *envelope);

/* The next blank-separated parameter at or after *at (an offset in text, moved on). */
bool ms_envelope_parameter(const uint8_t *text, size_t length, size_t *at, MsSlice *parameter);
