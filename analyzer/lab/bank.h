/* SPDX-License-Identifier: GPL-2.0-or-later
 * bank.h - `mailscope answer --all` and `--question`: questions of the bank, answered on a page or
 * as JSON; and the list of them. */
#pragma once

#include "question.h"

/* Appends the answers for one session to the questions that style->questions names, or to all of
 * them when it is NULL. `redactor` NULL: nothing is masked. */
void ms_bank_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                     const MsStyle *style, const MsRedactor *redactor);

/* The same as one JSON object a line for each question. */
void ms_bank_json(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                  const MsStyle *style, const MsRedactor *redactor);

/* Appends id and title of every question, as text or JSON. */
void ms_bank_list(MsBuffer *out, bool json);

/* Calls `each` for every question asked for, in order. */
void ms_bank_each(MsView *view, const MsStyle *style, void (*each)(MsView *, const MsQuestion *));
