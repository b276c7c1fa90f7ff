/* SPDX-License-Identifier: GPL-2.0-or-later
 * returned.h - what is given back: the gradebook, and a page for each student. Works on results as
 * ms_sheet_judge() gives them, with "key", "student", "name", "email" and "problem" added. */
#pragma once

#include "assignment.h"

#include <jansson.h>

typedef struct {
    bool reveal;  /* say what was expected */
    bool secrets; /* also where it is a secret */
} MsReturnStyle;

/* Appends the head row, and the row of one result: id, name, email, points, of, remark, then the
 * points of each question. */
void ms_return_csv_head(GString *out, const MsAssignment *assignment);
void ms_return_csv(GString *out, const MsAssignment *assignment, const json_t *result);

/* Appends points and verdicts with `between` them, without what was expected. */
void ms_return_short(GString *out, const MsAssignment *assignment, const json_t *result,
                     const char *between);

/* Appends the student's page in Markdown. Names only this student. */
void ms_return_markdown(GString *out, const MsAssignment *assignment, const json_t *result,
                        const MsReturnStyle *style);

/* What was expected, as far as it may be shown: "(masked)" for a secret that may not; NULL:
 * nothing. Borrowed from both. */
const char *ms_return_expected(const MsAsked *asked, const json_t *row, const MsReturnStyle *style);

/* Takes out of a result what was expected, as far as it may not be shown. */
void ms_return_hide(const MsAssignment *assignment, json_t *result, const MsReturnStyle *style);

/* Why there are no points, in words, or NULL. The caller frees. */
char *ms_return_remark(const MsAssignment *assignment, const json_t *result);
