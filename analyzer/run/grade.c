/* SPDX-License-Identifier: GPL-2.0-or-later
 * grade.c - the verb: reads the assignment, has the work judged, writes the folder of results. */
#include "grade.h"

#include "../base/error.h"
#include "../grade/outline.h"
#include "giveback.h"
#include "handed.h"
#include "job.h"
#include "judge.h"
#include "platform_table.h"
#include "progress.h"
#include "run.h"
#include "worker.h"

#include <sys/stat.h>

typedef struct {
    const MsGrading *grading;
    const MsAssignment *assignment;
    GPtrArray *handed; /* MsHanded */
    const MsPlatformTables *tables;
} Class;

static int complain(const char *text)
{
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    ms_progress_say(progress, text);
    return MS_EXIT_TROUBLE;
}

static GString *grade_one(guint number, void *user_data)
{
    const Class *class = user_data;
    return ms_judge(class->assignment, class->handed->pdata[number], &class->grading->limits);
}

static json_t *take_result(const MsHanded *handed, const MsAssignment *assignment, GString *text,
                           const char *problem)
{
    json_t *result = text ? json_loadb(text->str, text->len, 0, NULL) : NULL;
    if (!result) {
        result = json_pack("{sf sf}", "points", 0.0, "of", assignment->points);
        json_object_set_new(result, "problem",
                            json_string(problem ? problem : "not graded: no result came back"));
    }
    if (!handed->known)
        json_object_set_new(result, "number", json_string(handed->id));
    if (handed->files->len == 0)
        json_object_set_new(result, "missing", json_true());
    json_object_set_new(result, "key", json_string(handed->key));
    json_object_set_new(result, "student", json_string(handed->id));
    json_object_set_new(result, "name", json_string(handed->name));
    json_object_set_new(result, "email", json_string(handed->email));
    return result;
}

static int grade_all(Class *class)
{
    const MsGrading *grading = class->grading;
    guint count = class->handed->len;
    g_autofree GString **texts = g_new0(GString *, count);
    g_autofree char **problems = g_new0(char *, count);
    const MsWorkerLimits limits = {grading->limits.value[MS_LIMIT_GRADE_MEMORY],
                                   grading->limits.value[MS_LIMIT_GRADE_SECONDS],
                                   grading->limits.value[MS_LIMIT_GRADE_OUTPUT]};
    ms_workers_run(count, grading->jobs, &limits, grade_one, class, texts, problems);
    g_autoptr(GError) error = NULL;
    g_autofree json_t **results = g_new0(json_t *, count);
    for (guint i = 0; i < count; i++)
        results[i] = take_result(class->handed->pdata[i], class->assignment, texts[i], problems[i]);
    g_autoptr(GString) notes = g_string_new(NULL);
    bool written = ms_give_back(grading, class->assignment, results, count, &error) &&
                   ms_platform_tables_write(class->tables, grading, class->assignment, results,
                                            count, notes, &error);
    for (guint i = 0; i < count; i++) {
        json_decref(results[i]);
        if (texts[i])
            g_string_free(texts[i], TRUE);
        g_free(problems[i]);
    }
    g_auto(GStrv) lines = g_strsplit(g_strchomp(notes->str), "\n", -1);
    for (guint i = 0; lines[i]; i++)
        complain(lines[i]);
    return written ? MS_EXIT_GOOD : complain(error->message);
}

/* --- */

static void on_session(const MsRecord *record, void *user_data)
{
    ms_outline_session(user_data, record);
}

static int init(const MsGrading *grading, GString *printed)
{
    g_autoptr(GString) problem = g_string_new(NULL);
    g_autofree char *title = g_path_get_basename(grading->assignment);
    ms_outline_begin(printed, title);
    size_t before = printed->len;
    ms_judge_read(&grading->assignment, 1, &grading->limits, false, on_session, printed, problem);
    if (problem->len > 0)
        return complain(problem->str);
    return printed->len > before ? MS_EXIT_GOOD : complain("no mail found: nothing to ask about");
}

static int grade(const MsGrading *grading, const MsAssignment *assignment)
{
    g_autoptr(GError) error = NULL;
    struct stat status;
    if (!grading->overwrite && lstat(grading->output, &status) == 0) {
        g_autofree char *text = g_strdup_printf("'%s' is there already", grading->output);
        return complain(text);
    }
    g_autoptr(MsRoster) roster = grading->roster ? ms_roster_read(grading->roster, &error) : NULL;
    if (error)
        return complain(error->message);
    MsPlatformTables tables = {{0}};
    g_autoptr(GPtrArray) handed = NULL;
    if (ms_platform_tables_read(&tables, grading, assignment, &error))
        handed = ms_handed_new(grading->submissions, roster, assignment->answers, &error);
    Class class = {grading, assignment, handed, &tables};
    int exit_status = handed ? grade_all(&class) : complain(error->message);
    ms_platform_tables_clear(&tables);
    return exit_status;
}

int ms_grade_run(const MsGrading *grading, GString *printed)
{
    if (grading->init)
        return init(grading, printed);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(grading->assignment, &text, &length, &error))
        return complain(error->message);
    g_autoptr(MsAssignment) assignment =
        ms_assignment_new(grading->assignment, text, length, &error);
    if (!assignment) {
        complain(error->message);
        return grading->check ? 1 : MS_EXIT_USAGE;
    }
    if (!grading->check)
        return grade(grading, assignment);
    ms_outline_print(printed, assignment);
    return MS_EXIT_GOOD;
}
