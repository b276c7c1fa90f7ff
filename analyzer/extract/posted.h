/* SPDX-License-Identifier: GPL-2.0-or-later
 * posted.h - a mail that somebody wrote into the form of a webmail: no message was captured, as the
 * server makes it, but what stood in the form was. */
#pragma once

#include "../front/index.h"
#include "../front/redact.h"

/* Appends what the form of mail `number` said, for people: a heading that says what it is, its
 * fields, its text; all of it masked and harmless on a terminal. `where` gets the ranges of it.
 * False when no form was posted for that mail. */
bool ms_posted_text(MsBuffer *out, const MsIndex *index, int32_t number, const MsRedactor *redactor,
                    size_t most_ranges, MsRanges *where);
