/* SPDX-License-Identifier: GPL-2.0-or-later
 * platform_table.h - reads a learning platform's table and writes it again with grades. */
#pragma once

#include "../grade/gradebook.h"
#include "grade.h"

/* The tables that --worksheet and --canvas name, read but not filled in. */
typedef struct {
    MsCsv *table[2]; /* by MsGradebook; NULL: not wanted */
} MsPlatformTables;

/* Reads them, and looks whether they can be filled in, so that this is known before the work of
 * grading. False with `error`. ms_platform_tables_clear() afterwards in any case. */
bool ms_platform_tables_read(MsPlatformTables *tables, const MsGrading *grading,
                             const MsAssignment *assignment, GError **error);
void ms_platform_tables_clear(MsPlatformTables *tables);

/* Writes moodle.csv and canvas.csv into grading->output. Appends to `notes` a line about each
 * table: how many rows were filled in, and who stands in none. False with `error`. */
bool ms_platform_tables_write(const MsPlatformTables *tables, const MsGrading *grading,
                              const MsAssignment *assignment, json_t *const *results, guint count,
                              GString *notes, GError **error);
