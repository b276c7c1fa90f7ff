/* SPDX-License-Identifier: GPL-2.0-or-later
 * gradescope.h - one submission, as an autograder of Gradescope is told of it and answers. */
#pragma once

#include "returned.h"
#include "roster.h"

/* Takes the student out of submission_metadata.json: the first of its "users". The id is the
 * roster's, by e-mail; without one "sid", else the e-mail. Texts of `student` are to be freed.
 * False with `error` naming `name`: no JSON, no user. */
bool ms_gradescope_student(const char *text, size_t length, const char *name,
                           const MsRoster *roster, MsStudent *student, GError **error);

/* results.json: "score" (of the assignment's points), "output", and a test for each question. The
 * caller owns it. */
json_t *ms_gradescope_result(const MsAssignment *assignment, const json_t *result,
                             const MsReturnStyle *style);
