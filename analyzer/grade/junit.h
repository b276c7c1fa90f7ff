/* SPDX-License-Identifier: GPL-2.0-or-later
 * junit.h - results as JUnit XML, which continuous integration shows. */
#pragma once

#include "../base/buffer.h"
#include "returned.h"

/* Appends the document: a suite for each student, a case for each question, points as properties.
 * What is not right is a failure, what was not counted is skipped; a case "submission" says what
 * went wrong with the whole. No expected value. */
void ms_junit(MsBuffer *out, const MsAssignment *assignment, json_t *const *results, guint count);
