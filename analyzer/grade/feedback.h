/* SPDX-License-Identifier: GPL-2.0-or-later
 * feedback.h - what a student is told, as a page for a browser. */
#pragma once

#include "../base/buffer.h"
#include "match.h"
#include "returned.h"

/* Appends the student's page: each question with its verdict, points, hint, and the frames where to
 * look; what was expected only as `style` lets it. Names only this student. */
void ms_feedback_page(MsBuffer *out, const MsAssignment *assignment, const json_t *result,
                      const MsReturnStyle *style);

/* A sign for the verdict, as it is told by colour alone nowhere. Static storage. */
const char *ms_feedback_sign(MsVerdictKind kind);
