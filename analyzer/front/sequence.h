/* SPDX-License-Identifier: GPL-2.0-or-later
 * sequence.h - the dialogue of a session step by step, with what was odd where it happened. */
#pragma once

#include "../record.h"

/* A line or an oddity; the other one is NULL. Borrowed from the record. */
typedef struct {
    const MsLine *line;
    const MsOddity *oddity;
} MsStep;

/* All steps of the record, as MsStep, in order. The caller frees with g_array_unref(). */
GArray *ms_sequence_new(const MsRecord *record);
