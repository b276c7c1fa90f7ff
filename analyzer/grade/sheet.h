/* SPDX-License-Identifier: GPL-2.0-or-later
 * sheet.h - one piece of work, judged: what its capture holds for each question, or its answers,
 * and the result as JSON. Opens no file. */
#pragma once

#include "../record.h"
#include "match.h"

#include <jansson.h>

typedef struct MsSheet MsSheet;

/* Both are borrowed for the sheet's life. */
MsSheet *ms_sheet_new(const MsAssignment *assignment, const MsStudent *student);
void ms_sheet_free(MsSheet *sheet); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsSheet, ms_sheet_free)

/* Takes from a session what is asked for; copies it. Of one question at most 10000 values. */
void ms_sheet_add(MsSheet *sheet, const MsRecord *record);

/* Whether no session was added: then every question counts as missing. */
bool ms_sheet_empty(const MsSheet *sheet);

/* Takes answers, as ms_answers_read() gives them; borrowed until the sheet is judged. */
void ms_sheet_answers(MsSheet *sheet, GHashTable *answers);

/* {"points", "of", "questions": [{"id", "verdict", "points", "of", "near", "words", "filter",
 * "frames"}]}: words are what a check saw; frames as [first, last], at most 40 of those. When a
 * requirement is not met "refused" names it, and the points are 0. A skipped question counts
 * neither among the points nor among those that could be had. The caller owns it. */
json_t *ms_sheet_judge(const MsSheet *sheet);

/* Appends a fact's value as questions are asked about it: true, a number, 2026-11-22T09:00:00.5Z.
 */
void ms_sheet_value(GString *out, const MsFact *fact);
