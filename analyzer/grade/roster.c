/* SPDX-License-Identifier: GPL-2.0-or-later
 * roster.c - see roster.h. */
#include "roster.h"

#include "../base/error.h"
#include "csv.h"

#include <errno.h>
#include <string.h>

enum { LONGEST_ID = 100 };

static void free_student(gpointer data)
{
    MsStudent *student = data;
    g_free(student->id);
    g_free(student->name);
    g_free(student->email);
    g_free(student->nonce);
    g_free(student);
}

static char *cell_of(const MsCsv *csv, guint row, int column)
{
    return g_strstrip(g_strdup(column < 0 ? "" : ms_csv_cell(csv, row, (guint)column)));
}

static bool add(MsRoster *roster, MsStudent *student, const char *path, GError **error)
{
    const char *why = NULL;
    g_ptr_array_add(roster->students, student);
    if (student->id[0] == '\0')
        why = "the id is empty";
    else if (strlen(student->id) > LONGEST_ID)
        why = "the id is longer than 100 bytes";
    else if (!g_hash_table_insert(roster->by_id, student->id, student))
        why = "the id is there twice";
    if (why)
        g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "cannot use the roster '%s': line %u: %s",
                    path, student->line, why);
    return !why;
}

MsRoster *ms_roster_read(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    errno = 0;
    if (!g_file_get_contents(path, &text, &length, NULL)) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot read the roster '%s': %s", path,
                    g_strerror(errno));
        return NULL;
    }
    g_autoptr(MsCsv) csv = ms_csv_read(text, length, path, error);
    if (!csv)
        return NULL;
    int id = ms_csv_column(csv, "id");
    if (id < 0) {
        g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED,
                    "cannot use the roster '%s': its first row names no column 'id'", path);
        return NULL;
    }
    int name = ms_csv_column(csv, "name");
    int email = ms_csv_column(csv, "email");
    int nonce = ms_csv_column(csv, "nonce");
    g_autoptr(MsRoster) roster = g_new0(MsRoster, 1);
    roster->students = g_ptr_array_new_with_free_func(free_student);
    roster->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint row = 1; row < csv->rows->len; row++) {
        MsStudent *student = g_new0(MsStudent, 1);
        student->id = cell_of(csv, row, id);
        student->name = cell_of(csv, row, name);
        student->email = cell_of(csv, row, email);
        student->nonce = cell_of(csv, row, nonce);
        student->line = g_array_index(csv->lines, unsigned, row);
        if (!add(roster, student, path, error))
            return NULL;
    }
    return g_steal_pointer(&roster);
}

void ms_roster_free(MsRoster *roster)
{
    if (!roster)
        return;
    g_hash_table_unref(roster->by_id);
    g_ptr_array_unref(roster->students);
    g_free(roster);
}
