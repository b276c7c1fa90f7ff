/* SPDX-License-Identifier: GPL-2.0-or-later
 * redact.h - masks secrets: the values of MS_SECRET facts, decoded and encoded, lines marked
 * secret, and the same texts wherever else they turn up. One redactor for a capture; it remembers.
 *
 * How short secrets are treated: a secret of 4 bytes or more is masked wherever it stands, one of 3
 * bytes only where it stands alone as a word, shorter ones only in their own facts and lines: else
 * half of the dialogue would be masked, and the mask would tell what the secret is. */
#pragma once

#include "../base/buffer.h"
#include "../record.h"

typedef struct MsRedactor MsRedactor;

/* `limits` is borrowed for the redactor's life: MS_LIMIT_REDACT_SECRETS. */
MsRedactor *ms_redactor_new(const MsLimits *limits);
void ms_redactor_free(MsRedactor *redactor); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsRedactor, ms_redactor_free)

/* Learns the secrets of a session. To be called before anything of that session is printed. */
void ms_redactor_learn(MsRedactor *redactor, const MsRecord *record);

/* Learns one secret: its text and the base64 of it. */
void ms_redactor_learn_secret(MsRedactor *redactor, const uint8_t *text, size_t length);

/* Appends `text` to `out` with every known secret replaced by MS_MASK. Returns true when something
 * was masked. */
bool ms_redactor_apply(const MsRedactor *redactor, const uint8_t *text, size_t length,
                       MsBuffer *out);

/* Appends the text of a fact as it may be shown: MS_MASK for a secret, words of our own as they
 * are, everything else as ms_redactor_apply() gives it. `redactor` NULL: as it is. Returns true
 * when something was masked. */
bool ms_redact_fact(const MsRedactor *redactor, const MsFact *fact, MsBuffer *out);

/* Appends a command line: what AUTH hands over is masked, its verb and mechanism stay; otherwise as
 * ms_redactor_apply(). `secret`: the whole line carries credentials (MsLine.secret). */
bool ms_redact_line(const MsRedactor *redactor, const uint8_t *text, size_t length, bool secret,
                    MsBuffer *out);

#define MS_MASK "********"
