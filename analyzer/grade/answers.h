/* SPDX-License-Identifier: GPL-2.0-or-later
 * answers.h - a file of answers that a student hands in. Opens no file. */
#pragma once

#include "assignment.h"

/* Reads answers by the ending of `name`: .csv has rows of question and answer, .json an object of
 * them, all else lines "question: answer". A question is an id, or its number from 1 on. Returns a
 * table from ids to texts, or NULL with `error` (MS_ERROR_DAMAGED). What is no question of the
 * assignment is left out; of two answers the first counts. */
GHashTable *ms_answers_read(const MsAssignment *assignment, const char *name, const char *text,
                            size_t length, GError **error);
