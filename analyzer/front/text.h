/* SPDX-License-Identifier: GPL-2.0-or-later
 * text.h - a session as people read it: header, dialogue line by line, messages, oddities. */
#pragma once

#include "redact.h"
#include "style.h"

/* Appends the session. `redactor` NULL: nothing is masked. */
void ms_text_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                     const MsStyle *style, const MsRedactor *redactor);

/* Pieces that other front ends share. Times are UTC: "2026-11-22 09:00:00.123456". */
void ms_text_time(MsBuffer *out, int64_t time_ns);
/* "frame 4, bytes 66-77" or "frames 4, 6-9 (bytes 66-77, 54-1513, ...)"; file names with --joined. */
void ms_text_ranges(MsBuffer *out, const MsRange *ranges, size_t count, uint64_t omitted,
                    const MsOrigins *origins);
