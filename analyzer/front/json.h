/* SPDX-License-Identifier: GPL-2.0-or-later
 * json.h - a session as one line of JSON (docs/JSON.md, docs/mailscope.schema.json), written as a
 * stream straight from the record: building a tree first would cost more than everything else. */
#pragma once

#include "redact.h"
#include "style.h"

/* Appends one object and a line feed. `redactor` NULL: nothing is masked. */
void ms_json_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                     const MsRedactor *redactor);

/* Appends one fact as it stands in the object of a session. */
void ms_json_fact(MsBuffer *out, const MsFact *fact, const MsOrigins *origins,
                  const MsRedactor *redactor);
