/* SPDX-License-Identifier: GPL-2.0-or-later
 * giveback.c - writes the folder of results: the gradebook, every verdict, the students' pages. */
#include "giveback.h"

#include "../base/error.h"
#include "likeness.h"

#include <errno.h>

static bool write_file(const char *folder, const char *name, const GString *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

static bool write_page(const MsGrading *grading, const MsAssignment *assignment, const char *folder,
                       const json_t *result, GError **error)
{
    g_autoptr(GString) page = g_string_new(NULL);
    ms_return_markdown(page, assignment, result, &grading->style);
    g_autofree char *name =
        g_strconcat(json_string_value(json_object_get(result, "key")), ".md", NULL);
    return write_file(folder, name, page, error);
}

bool ms_give_back(const MsGrading *grading, const MsAssignment *assignment, json_t *const *results,
                  guint count, GError **error)
{
    g_autofree char *feedback = g_build_filename(grading->output, "feedback", NULL);
    if (g_mkdir_with_parents(feedback, 0777) != 0) {
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot make '%s': %s", feedback,
                    g_strerror(errno));
        return false;
    }
    if (!ms_likeness(grading->output, results, count, error))
        return false;
    g_autoptr(GString) csv = g_string_new(NULL);
    g_autoptr(GString) lines = g_string_new(NULL);
    bool good = true;
    ms_return_csv_head(csv, assignment);
    for (guint i = 0; i < count && good; i++) {
        ms_return_csv(csv, assignment, results[i]);
        char *line = json_dumps(results[i], JSON_COMPACT | JSON_SORT_KEYS);
        g_string_append_printf(lines, "%s\n", line);
        free(line);
        good = write_page(grading, assignment, feedback, results[i], error);
    }
    return good && write_file(grading->output, "grades.csv", csv, error) &&
           write_file(grading->output, "results.ndjson", lines, error);
}
