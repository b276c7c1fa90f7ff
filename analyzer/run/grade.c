/* SPDX-License-Identifier: GPL-2.0-or-later
 * grade.c - the verb: reads the assignment, has the work judged, writes the folder of results. */
#include "grade.h"

#include "../base/error.h"
#include "../grade/outline.h"
#include "confine.h"
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
    MsSubmissions *submissions;
    const MsPlatformTables *tables;
} Class;

static int complain(const char *text)
{
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    ms_progress_say(progress, text);
    return MS_EXIT_TROUBLE;
}

static void *open_one(guint number, uint64_t *mapped, void *user_data)
{
    const Class *class = user_data;
    return ms_judge_open(class->assignment, class->submissions->students->pdata[number],
                         class->submissions->spool, &class->grading->limits, mapped);
}

static GString *judge_one(guint number, void *opened, void *user_data)
{
    (void)number;
    (void)user_data;
    return ms_judge(opened);
}

static json_t *take_result(const MsHanded *handed, const MsAssignment *assignment, GString *text,
                           const char *problem)
{
    json_t *result = text ? json_loadb(text->str, text->len, 0, NULL) : NULL;
    if (!json_is_object(result)) {
        json_decref(result);
        result = json_pack("{sf sf}", "points", 0.0, "of", assignment->points);
        g_autofree char *why =
            g_strconcat("not graded: ", problem ? problem : "no result came back", NULL);
        json_object_set_new(result, "problem", json_string(why));
    }
    if (handed->number || !handed->known)
        json_object_set_new(result, "number",
                            json_string(handed->number ? handed->number : handed->id));
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
    GPtrArray *students = class->submissions->students;
    guint count = students->len;
    g_autofree GString **texts = g_new0(GString *, count);
    g_autofree char **problems = g_new0(char *, count);
    const MsWorkerLimits limits = {
        grading->limits.value[MS_LIMIT_GRADE_MEMORY], grading->limits.value[MS_LIMIT_GRADE_SECONDS],
        grading->limits.value[MS_LIMIT_GRADE_OUTPUT], grading->unconfined};
    const MsWorkerJob job = {open_one, judge_one, NULL, NULL, class, class->submissions->spool};
    ms_judge_prepare(class->assignment);
    ms_workers_run(&job, count, grading->jobs, &limits, texts, problems);
    g_autoptr(GError) error = NULL;
    g_autofree json_t **results = g_new0(json_t *, count);
    for (guint i = 0; i < count; i++)
        results[i] = take_result(students->pdata[i], class->assignment, texts[i], problems[i]);
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
    ms_judge_read(grading->assignment, &grading->limits, on_session, printed, problem);
    if (problem->len > 0)
        return complain(problem->str);
    return printed->len > before ? MS_EXIT_GOOD : complain("no mail found: nothing to ask about");
}

static int grade(const MsGrading *grading, const MsAssignment *assignment)
{
    g_autoptr(GError) error = NULL;
    struct stat status;
    int failed = grading->unconfined ? 0 : ms_confine_try();
    if (failed) {
        g_autofree char *text =
            g_strdup_printf("workers cannot be confined here (%s); --unconfined grades without",
                            g_strerror(failed));
        return complain(text);
    }
    if (!grading->overwrite && lstat(grading->output, &status) == 0) {
        g_autofree char *text = g_strdup_printf("'%s' is there already", grading->output);
        return complain(text);
    }
    g_autoptr(MsRoster) roster = grading->roster ? ms_roster_read(grading->roster, &error) : NULL;
    if (error)
        return complain(error->message);
    MsPlatformTables tables = {{0}};
    const MsHandedOptions options = {.path = grading->submissions,
                                     .roster = roster,
                                     .captures = !assignment->answers || assignment->own,
                                     .answers = assignment->answers,
                                     .unconfined = grading->unconfined,
                                     .limits = &grading->limits};
    g_autoptr(MsSubmissions) submissions = NULL;
    if (ms_platform_tables_read(&tables, grading, assignment, &error))
        submissions = ms_submissions_new(&options, &error);
    Class class = {grading, assignment, submissions, &tables};
    int exit_status = submissions ? grade_all(&class) : complain(error->message);
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
