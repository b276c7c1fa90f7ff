/* SPDX-License-Identifier: GPL-2.0-or-later
 * giveback.c - writes the folder of results: the gradebook, every verdict, the pages. */
#include "giveback.h"

#include "../base/error.h"
#include "../grade/classpage.h"
#include "../grade/feedback.h"
#include "../grade/junit.h"
#include "likeness.h"

#include <errno.h>

static bool write_file(const char *folder, const char *name, const char *text, size_t length,
                       GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_set_contents(path, text ? text : "", (gssize)length, error) ||
           ms_error_of_file(error, MS_ERROR_WRITE, "write", path);
}

static bool write_buffer(const char *folder, const char *name, MsBuffer *text, GError **error)
{
    bool good = write_file(folder, name, (const char *)text->data, text->length, error);
    ms_buffer_clear(text);
    return good;
}

/* The student's page, in both forms. */
static bool write_pages(const MsGrading *grading, const MsAssignment *assignment,
                        const char *folder, const json_t *result, GError **error)
{
    const char *key = json_string_value(json_object_get(result, "key"));
    g_autofree char *plain_name = g_strconcat(key, ".md", NULL);
    g_autofree char *name = g_strconcat(key, ".html", NULL);
    g_autoptr(GString) plain = g_string_new(NULL);
    MsBuffer page = {0};
    ms_return_markdown(plain, assignment, result, &grading->style);
    ms_feedback_page(&page, assignment, result, &grading->style);
    bool good = write_file(folder, plain_name, plain->str, plain->len, error);
    return write_buffer(folder, name, &page, good ? error : NULL) && good;
}

static bool write_class(const MsGrading *grading, const MsAssignment *assignment,
                        json_t *const *results, guint count, GError **error)
{
    MsBuffer page = {0};
    ms_class_page(&page, assignment, results, count);
    return write_buffer(grading->output, "class.html", &page, error);
}

static bool write_junit(const MsGrading *grading, const MsAssignment *assignment,
                        json_t *const *results, guint count, GError **error)
{
    MsBuffer text = {0};
    ms_junit(&text, assignment, results, count);
    return write_buffer(grading->output, "junit.xml", &text, error);
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
        ms_return_hide(assignment, results[i], &grading->style);
        char *line = json_dumps(results[i], JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
        g_string_append_printf(lines, "%s\n", line);
        free(line);
        good = write_pages(grading, assignment, feedback, results[i], error);
    }
    return good && write_file(grading->output, "grades.csv", csv->str, csv->len, error) &&
           write_file(grading->output, "results.ndjson", lines->str, lines->len, error) &&
           write_class(grading, assignment, results, count, error) &&
           write_junit(grading, assignment, results, count, error);
}
