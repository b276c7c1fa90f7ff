/* SPDX-License-Identifier: GPL-2.0-or-later
 * redact.h - masks secrets: the values of MS_SECRET facts, decoded and encoded, lines marked secret,
 * and the same texts wherever else they turn up. One redactor for a capture; it remembers. */
#pragma once

#include "../base/buffer.h"
#include "../record.h"

typedef struct MsRedactor MsRedactor;

MsRedactor *ms_redactor_new(void);
void ms_redactor_free(MsRedactor *redactor); /* accepts NULL */

/* Learns the secrets of a session. To be called before anything of that session is printed. */
void ms_redactor_learn(MsRedactor *redactor, const MsRecord *record);

/* Appends `text` to `out` with every known secret replaced by MS_MASK. */
void ms_redactor_apply(const MsRedactor *redactor, const uint8_t *text, size_t length,
                       MsBuffer *out);

#define MS_MASK "********"
