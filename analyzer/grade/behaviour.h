/* SPDX-License-Identifier: GPL-2.0-or-later
 * behaviour.h - ready-made checks of what a client or server of SMTP does (RFC 5321, 2920), for
 * students who write their own. Each says in words what it saw, and where. */
#pragma once

#include "../record.h"

#include <glib.h>

typedef enum {
    MS_BEHAVIOUR_UNSHOWN, /* nothing in the capture tells */
    MS_BEHAVIOUR_GOOD,
    MS_BEHAVIOUR_BAD
} MsBehaviourOutcome;

/* Not to be copied by assignment. */
typedef struct {
    MsBehaviourOutcome outcome;
    char *words;     /* what was seen, our own words; the caller frees */
    MsRanges ranges; /* where; the caller clears */
} MsBehaviourResult;

typedef struct {
    const char *name, *title, *rfc;
    bool messages; /* reads the bytes of messages: MS_KEEP_ALL */
} MsBehaviour;

/* The table of checks. Static storage. */
const MsBehaviour *ms_behaviours(size_t *count);

/* Looks at one session; `result` is all zero. */
void ms_behaviour_check(size_t which, const MsRecord *record, MsBehaviourResult *result);
