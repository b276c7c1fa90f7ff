/* SPDX-License-Identifier: GPL-2.0-or-later
 * steps.h - the dialogue of a session for the page: which steps are shown, drawn as a ladder, and
 * told one by one. */
#pragma once

#include "../front/index.h"
#include "../front/sequence.h"
#include "html.h"

#include <glib.h>

/* The steps of one session. */
typedef struct {
    const MsRecord *record;
    const MsIndex *index;
    int64_t start_ns;     /* what times count from */
    const char *protocol; /* whose words are spoken; static storage */
    GArray *sequence;     /* of MsStep */
    size_t first,
        last; /* so many are shown from the start and from the end; those between are not */
} MsSteps;

void ms_steps_init(MsSteps *steps, const MsRecord *record, const MsIndex *index,
                   const MsLimits *limits);
void ms_steps_clear(MsSteps *steps);

/* Whether step `number` is shown; *skipped: how many are left out right before it. */
bool ms_steps_shown(const MsSteps *steps, size_t number, size_t *skipped);

/* "S 250-SIZE" and the like without their texts: what a step is, in a word: "command", "reply",
 * "login", "message", "tls", "tunnel", "connection", "oddity". Static storage. */
const char *ms_step_kind(const MsStep *step);
/* Whether the reply goes on in the next step. */
bool ms_step_goes_on(const MsSteps *steps, size_t number);
int64_t ms_step_time(const MsStep *step);
const MsRange *ms_step_ranges(const MsStep *step, uint32_t *count, uint64_t *omitted);
/* Appends the step's text in one line, as it may be shown, neither escaped for HTML nor cut. */
void ms_step_text(MsPage *page, const MsSteps *steps, const MsStep *step, MsBuffer *out);

/* What every ladder draws with; once on a page, before the first. */
void ms_ladder_shapes(MsBuffer *out);
/* Appends the drawing. */
void ms_ladder_draw(MsPage *page, const MsSteps *steps);
/* Appends the list of steps: bytes, frames, display filter, explanation. */
void ms_steps_tell(MsPage *page, const MsSteps *steps);
