/* SPDX-License-Identifier: GPL-2.0-or-later
 * fingerprint.h - reads frames for what makes a capture like another one, and for what shows that
 * it was edited. Opens no file; grade/similar.h compares. */
#pragma once

#include "../capture/capture.h"
#include "../record.h"
#include "../stream/segment.h"
#include "trait.h"

typedef struct MsFingerprint MsFingerprint;

/* `limits` is borrowed. */
MsFingerprint *ms_fingerprint_new(const MsLimits *limits);
void ms_fingerprint_free(MsFingerprint *fingerprint); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsFingerprint, ms_fingerprint_free)

/* Another file begins: its bytes as handed in. Each file is read by itself, as joining puts times
 * in order. */
void ms_fingerprint_file(MsFingerprint *fingerprint, const void *data, size_t length);

/* As MsCaptureNoted, with the fingerprint as `user_data`. */
void ms_fingerprint_note(const char *name, const uint8_t *text, uint32_t length, uint32_t frame,
                         void *user_data);

/* Each frame of the file, in order; `segment` is NULL when it holds none. */
void ms_fingerprint_frame(MsFingerprint *fingerprint, const MsFrame *frame,
                          const MsSegment *segment);

/* Each session, as the engine gives it. */
void ms_fingerprint_session(MsFingerprint *fingerprint, const MsRecord *record);

/* {"traits": [...], "signs": [{"sign", "words", "count", "frames": [[file, frame], ...]}]}. The
 * caller owns it. */
json_t *ms_fingerprint_json(MsFingerprint *fingerprint);
