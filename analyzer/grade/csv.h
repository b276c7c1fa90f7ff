/* SPDX-License-Identifier: GPL-2.0-or-later
 * csv.h - tables as spreadsheets and learning platforms write them (RFC 4180, and the semicolon or
 * tab that some use for the comma). Cells that we write can do no harm in a spreadsheet. */
#pragma once

#include "../base/buffer.h"

#include <glib.h>

#include <stdbool.h>

/* What was read. Rows may differ in length; an empty line is no row. */
typedef struct {
    GPtrArray *rows; /* GPtrArray of char *, UTF-8, never NULL */
    GArray *lines;   /* unsigned, 1-based: the line on which each row begins */
    char separator;  /* ',' ';' or '\t': whichever the first line has most of, ',' if none */
    bool mark;       /* began with a byte order mark */
} MsCsv;

/* Reads a whole table. Refuses, with the line and `name` in the error: text that is not UTF-8, a
 * NUL, a quote that is not closed, letters behind a closing quote, over 1,000,000 rows, 1,000 cells
 * in a row, or 1 MiB in a cell. NULL on error; the caller frees the result. */
MsCsv *ms_csv_read(const char *text, size_t length, const char *name, GError **error);

/* Frees a table; accepts NULL. */
void ms_csv_free(MsCsv *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsCsv, ms_csv_free)

/* The cell, or "" where the row is shorter. `row` and `column` are 0-based. */
const char *ms_csv_cell(const MsCsv *csv, guint row, guint column);

/* The 0-based column whose title in the first row is `title`, but for case and spaces around it;
 * -1: none. */
int ms_csv_column(const MsCsv *csv, const char *title);

/* Appends one cell, quoted where it must be. `harmless`: a cell that a spreadsheet would take for a
 * formula (it begins with = + - @ tab or CR, and is no plain number) gets a ' in front. Control
 * characters but line feed and tab become spaces. */
void ms_csv_put(MsBuffer *out, const char *cell, char separator, bool harmless);
