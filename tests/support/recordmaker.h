/* SPDX-License-Identifier: GPL-2.0-or-later
 * recordmaker.h - records built by hand, for tests of what prints them. One frame holds one thing:
 * frame n was captured n milliseconds after START_NS, its payload begins at byte 54. */
#pragma once

#include "record.h"

#define RM_START_NS INT64_C(1700000000000000000) /* 2023-11-14 22:13:20 UTC */

/* A record with session.start, client 192.0.2.10 port 40000 and server 192.0.2.25 port 587, all
 * from frame 1. `limits` is filled with the defaults and borrowed by the record. */
MsRecord *rm_new(MsLimits *limits);

/* A fact with text; frame 0: none. */
void rm_text(MsRecord *record, MsFieldId field, MsDirection direction, int32_t message,
             int32_t item, uint32_t frame, const char *text);
void rm_number(MsRecord *record, MsFieldId field, MsDirection direction, int32_t message,
               int32_t item, uint32_t frame, int64_t number);

/* A line of the dialogue; `note` may be NULL. */
void rm_line(MsRecord *record, MsLineKind kind, MsDirection direction, unsigned code,
             uint32_t frame, const char *text, const char *note);

/* An oddity; frame 0: no place. */
void rm_oddity(MsRecord *record, MsOddityKind kind, MsDirection direction, uint32_t frame,
               uint64_t length, const char *detail);

/* A message of one frame; `hole`: offset before which bytes are missing, or -1. */
void rm_message(MsRecord *record, const MsLimits *limits, int32_t number, uint32_t frame,
                const char *text, long hole);

/* Adds greeting, EHLO and their facts, in frames 4 and 6. */
void rm_greet(MsRecord *record);
/* Adds the handshake, in frames 1 to 3. */
void rm_handshake(MsRecord *record);
