/* SPDX-License-Identifier: GPL-2.0-or-later
 * gradebook.h - the tables that learning platforms let a teacher download, filled in with grades so
 * that they can be uploaded again: Moodle's grading worksheet and Canvas's gradebook. */
#pragma once

#include "csv.h"
#include "returned.h"

typedef enum { MS_GRADEBOOK_MOODLE, MS_GRADEBOOK_CANVAS } MsGradebook;

/* What came of it; the strings are the caller's to free. */
typedef struct {
    guint filled;      /* rows that have got a grade */
    GString *left_out; /* graded students whom no row names, one a line; empty: none */
} MsGradebookReport;

/* Appends the table with a grade in the row of each student who handed something in; all other
 * cells, columns, rows, the separator and a byte order mark stay as they are, but that names which
 * begin like formulas get a ' in front where the row has the platform's number. `results`: objects
 * as in returned.h, with "number", the platform's number of the student, where the name of the
 * submission told it. A row's student is looked for by that number, then by id, e-mail and full
 * name; a name that stands twice is not guessed. Refuses, with the name of the file and what to do:
 * a table without the columns it needs, a maximum that is not the assignment's, the same student
 * in two rows. False with `error`; nothing is appended then. */
bool ms_gradebook_fill(GString *out, MsGradebook kind, const MsCsv *csv, const char *name,
                       const MsAssignment *assignment, json_t *const *results, guint count,
                       MsGradebookReport *report, GError **error);
