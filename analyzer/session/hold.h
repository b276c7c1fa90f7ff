/* SPDX-License-Identifier: GPL-2.0-or-later
 * hold.h - what a connection did before it is known whose words these are: a small log, to be
 * played back in the same order. The bytes themselves stay in the stream's tails (stream/tail.h).
 */
#pragma once

#include "../stream/stream.h"

typedef enum { MS_HELD_BYTES, MS_HELD_GAP, MS_HELD_EVENT, MS_HELD_ODDITY } MsHeldKind;

typedef struct {
    uint8_t kind;    /* MsHeldKind */
    uint8_t side;    /* 0 or 1 */
    uint8_t event;   /* MS_HELD_EVENT: MsItemKind */
    uint32_t length; /* MS_HELD_BYTES */
    void *detail;    /* MS_HELD_GAP: MsGap, _EVENT: MsMark, _ODDITY: MsOddity with its ranges */
} MsHeld;

/* All zero is an empty log. */
typedef struct {
    MsHeld *entries;
    uint32_t n_entries, slots;
} MsHold;

/* True when the log is as long as it may get: it is time to decide. */
bool ms_hold_full(const MsHold *hold);

/* True when more than bytes is noted. */
bool ms_hold_busy(const MsHold *hold);

/* Each notes one thing; what is given is copied. */
void ms_hold_bytes(MsHold *hold, unsigned side, size_t length);
void ms_hold_gap(MsHold *hold, unsigned side, const MsGap *gap);
void ms_hold_event(MsHold *hold, unsigned side, MsItemKind event, const MsMark *mark);
void ms_hold_oddity(MsHold *hold, unsigned side, const MsOddity *oddity);

/* The bytes noted for that side are lost: its tail was dropped. */
void ms_hold_lose(MsHold *hold, unsigned side);

void ms_hold_clear(MsHold *hold);
