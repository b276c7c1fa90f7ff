/* SPDX-License-Identifier: GPL-2.0-or-later
 * autograder.h - grading on Gradescope: one submission there, and the zip that is uploaded. */
#pragma once

#include "../grade/roster.h"
#include "grade.h"

#include <jansson.h>

/* Reads the student whom the file grading->gradescope names; ids are the roster's (may be NULL).
 * False with `error`. The texts of `student` are the caller's to free. */
bool ms_autograder_student(const MsGrading *grading, const MsRoster *roster, MsStudent *student,
                           GError **error);

/* Writes results.json of the one submission as grading->output. False with `error`. */
bool ms_autograder_write(const MsGrading *grading, const MsAssignment *assignment,
                         const json_t *result, GError **error);

/* Writes the zip grading->autograder: setup.sh, run_autograder, the assignment, the roster when
 * there is one, and the source that setup.sh builds. The same bytes for the same files. False with
 * `error`: a file is missing, or the zip is there already. */
bool ms_autograder_zip(const MsGrading *grading, GError **error);
