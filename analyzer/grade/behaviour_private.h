/* SPDX-License-Identifier: GPL-2.0-or-later
 * behaviour_private.h - what the files of the checks share. For behaviour*.c only. */
#pragma once

#include "behaviour.h"

/* A command with its reply. */
typedef struct {
    char verb[12];         /* capitals; cut when longer */
    const MsFact *command; /* never NULL */
    const MsFact *first;   /* its first reply: 354 to DATA */
    const MsFact *reply;   /* the last one; NULL: none in the capture */
    int64_t code;          /* 0: no reply */
} MsExchange;

/* The session as exchanges in order. The caller unrefs. */
GArray *ms_exchanges(const MsRecord *record);

/* The first frame of a fact that has ranges, and the last one. */
uint32_t ms_fact_first(const MsFact *fact);
uint32_t ms_fact_last(const MsFact *fact);

/* Whether `sent` was on the wire before the end of `reply`. */
bool ms_fact_before(const MsFact *sent, const MsFact *reply);

/* Sets the outcome; `where` (may be NULL) is added to the ranges. */
void ms_behaviour_say(MsBehaviourResult *result, MsBehaviourOutcome outcome, const MsFact *where,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

typedef void (*MsBehaviourFunc)(const MsRecord *record, const GArray *exchanges,
                                MsBehaviourResult *result);

/* behaviour_order.c */
void ms_behaviour_order(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result);
void ms_behaviour_waits(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result);

/* behaviour_text.c */
void ms_behaviour_dots(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result);
void ms_behaviour_lines(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result);
void ms_behaviour_reply_lines(const MsRecord *record, const GArray *exchanges,
                              MsBehaviourResult *result);
