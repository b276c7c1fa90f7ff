/* SPDX-License-Identifier: GPL-2.0-or-later
 * text.h - a session as people read it: header, dialogue line by line, messages, oddities. */
#pragma once

#include "cite.h"
#include "redact.h"
#include "style.h"

/* Appends the session. `redactor` NULL: nothing is masked. */
void ms_text_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                     const MsStyle *style, const MsRedactor *redactor);
