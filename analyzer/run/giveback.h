/* SPDX-License-Identifier: GPL-2.0-or-later
 * giveback.h - what `mailscope grade` leaves in its folder. */
#pragma once

#include "grade.h"

#include <jansson.h>

/* Writes everything that is given back into grading->output, which is made when it is not there.
 * `results`: `count` objects as ms_sheet_judge() gives them, sorted by their "key", with "key",
 * "student", "name", "email" and, where something went wrong, "problem". False with `error`. */
bool ms_give_back(const MsGrading *grading, const MsAssignment *assignment, json_t *const *results,
                  guint count, GError **error);
