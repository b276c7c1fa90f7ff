/* SPDX-License-Identifier: GPL-2.0-or-later
 * answer.h - the lesson's five questions, answered for one session, each with its evidence and a
 * display filter that shows exactly the cited frames. Does no I/O. */
#pragma once

#include "../front/text.h"

/* Appends the five answers. `redactor` NULL: nothing is masked. */
void ms_answer_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                       const MsStyle *style, const MsRedactor *redactor);
