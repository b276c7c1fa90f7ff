/* SPDX-License-Identifier: GPL-2.0-or-later
 * platform_table.c - files around gradebook.c. */
#include "platform_table.h"

#include "../base/error.h"

#include <string.h>

static const struct {
    const char *output;
    const char *platform;
} kinds[] = {[MS_GRADEBOOK_MOODLE] = {"moodle.csv", "Moodle"},
             [MS_GRADEBOOK_CANVAS] = {"canvas.csv", "Canvas"}};

static const char *name_of(const MsGrading *grading, MsGradebook kind)
{
    return kind == MS_GRADEBOOK_MOODLE ? grading->worksheet : grading->canvas;
}

bool ms_platform_tables_read(MsPlatformTables *tables, const MsGrading *grading,
                             const MsAssignment *assignment, GError **error)
{
    for (MsGradebook kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
        const char *name = name_of(grading, kind);
        g_autofree char *text = NULL;
        gsize length;
        if (!name)
            continue;
        if (!g_file_get_contents(name, &text, &length, error))
            return ms_error_of_file(error, MS_ERROR_OPEN, "open", name);
        tables->table[kind] = ms_csv_read(text, length, name, error);
        if (!tables->table[kind])
            return false;
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GString) nobody = g_string_new(NULL);
        MsGradebookReport report = {.left_out = nobody};
        if (!ms_gradebook_fill(out, kind, tables->table[kind], name, assignment, NULL, 0, &report,
                               error))
            return false;
    }
    return true;
}

void ms_platform_tables_clear(MsPlatformTables *tables)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        ms_csv_free(tables->table[i]);
}

/* "`moodle.csv`: 28 grades for Moodle; not in its table: adams, ba" */
static void note(GString *notes, MsGradebook kind, const MsGradebookReport *report)
{
    enum { NAMED = 10 };
    g_auto(GStrv) left = g_strsplit(report->left_out->str, "\n", -1);
    guint count = g_strv_length(left) - (report->left_out->len > 0);
    if (report->left_out->len == 0)
        count = 0;
    g_string_append_printf(notes, "%s: %u grades for %s", kinds[kind].output, report->filled,
                           kinds[kind].platform);
    for (guint i = 0; i < MIN(count, NAMED); i++)
        g_string_append_printf(notes, "%s%s",
                               i ? ", " : "; graded, but in no row of it: ", left[i]);
    if (count > NAMED)
        g_string_append_printf(notes, " and %u more", count - NAMED);
    g_string_append_c(notes, '\n');
}

bool ms_platform_tables_write(const MsPlatformTables *tables, const MsGrading *grading,
                              const MsAssignment *assignment, json_t *const *results, guint count,
                              GString *notes, GError **error)
{
    for (MsGradebook kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
        if (!tables->table[kind])
            continue;
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GString) left_out = g_string_new(NULL);
        g_autofree char *path = g_build_filename(grading->output, kinds[kind].output, NULL);
        MsGradebookReport report = {.left_out = left_out};
        if (!ms_gradebook_fill(out, kind, tables->table[kind], name_of(grading, kind), assignment,
                               results, count, &report, error))
            return false;
        if (!g_file_set_contents(path, out->str, (gssize)out->len, error))
            return ms_error_of_file(error, MS_ERROR_WRITE, "write", path);
        note(notes, kind, &report);
    }
    return true;
}
