/* SPDX-License-Identifier: GPL-2.0-or-later
 * grade.c - the verb: reads the assignment, has the work judged, writes the folder of results. */
#include "grade.h"

#include "../base/error.h"
#include "../grade/outline.h"
#include "autograder.h"
#include "confine.h"
#include "files.h"
#include "giveback.h"
#include "handed.h"
#include "job.h"
#include "journal.h"
#include "judge.h"
#include "mark.h"
#include "platform_table.h"
#include "progress.h"
#include "run.h"
#include "worker.h"

typedef struct {
    const MsGrading *grading;
    const MsAssignment *assignment;
    MsSubmissions *submissions;
    const MsPlatformTables *tables;
    const char *source; /* text of the assignment */
    size_t source_length;
    MsJournal *journal; /* NULL: none is kept */
    MsProgress *progress;
    GString **texts; /* results of all students, or */
    char **problems; /* why there are none */
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
    if (!handed->any)
        json_object_set_new(result, "missing", json_true());
    json_object_set_new(result, "key", json_string(handed->key));
    json_object_set_new(result, "student", json_string(handed->id));
    json_object_set_new(result, "name", json_string(handed->name));
    json_object_set_new(result, "email", json_string(handed->email));
    return result;
}

static const char *key_of(const Class *class, guint number)
{
    return ((const MsHanded *)class->submissions->students->pdata[number])->key;
}

static void on_done(guint number, void *user_data)
{
    Class *class = user_data;
    if (class->journal)
        ms_journal_add(class->journal, key_of(class, number), class->texts[number],
                       class->problems[number]);
}

static void on_wait(guint finished, void *user_data)
{
    Class *class = user_data;
    ms_progress_count(class->progress, finished, class->submissions->students->len);
}

/* Has everybody's work judged that is not in the journal; false when interrupted. */
static bool judge_all(Class *class)
{
    const MsGrading *grading = class->grading;
    const uint64_t *value = grading->limits.value;
    guint count = class->submissions->students->len;
    const MsWorkerLimits limits = {value[MS_LIMIT_GRADE_MEMORY], value[MS_LIMIT_GRADE_SECONDS],
                                   value[MS_LIMIT_GRADE_OUTPUT], grading->unconfined};
    const MsWorkerJob job = {open_one, judge_one, on_done,
                             on_wait,  class,     class->submissions->spool};
    for (guint i = 0; class->journal && i < count; i++)
        ms_journal_take(class->journal, key_of(class, i), &class->texts[i], &class->problems[i]);
    g_autoptr(GArray) charsets = ms_judge_prepare(class->assignment);
    class->progress = ms_progress_new(0);
    bool whole = ms_workers_run(&job, count, grading->jobs, &limits, class->texts, class->problems);
    ms_progress_free(class->progress);
    return whole;
}

/* One line for the teacher: "'results': 28 students; 1 with a problem, ...; 2 handed in nothing".
 */
static void sum_up(const MsGrading *grading, json_t *const *results, guint count)
{
    guint problems = 0;
    guint missing = 0;
    for (guint i = 0; i < count; i++) {
        bool nothing = json_object_get(results[i], "missing") != NULL;
        missing += nothing;
        problems += !nothing && json_object_get(results[i], "problem");
    }
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "'%s': %u student%s", grading->output, count, count == 1 ? "" : "s");
    if (problems > 0)
        g_string_append_printf(text, "; %u with a problem, see class.html", problems);
    if (missing > 0)
        g_string_append_printf(text, "; %u handed in nothing", missing);
    complain(text->str);
}

static int give_back(Class *class)
{
    guint count = class->submissions->students->len;
    g_autoptr(GError) error = NULL;
    g_autofree json_t **results = g_new0(json_t *, count);
    for (guint i = 0; i < count; i++) {
        results[i] = take_result(class->submissions->students->pdata[i], class->assignment,
                                 class->texts[i], class->problems[i]);
        if (class->texts[i])
            g_string_free(g_steal_pointer(&class->texts[i]), TRUE); /* all at once would be much */
    }
    g_autoptr(GString) notes = g_string_new(NULL);
    bool written =
        class->grading->gradescope
            ? ms_autograder_write(class->grading, class->assignment, results[0], &error)
            : ms_give_back(class->grading, class->assignment, results, count, &error) &&
                  ms_platform_tables_write(class->tables, class->grading, class->assignment,
                                           results, count, notes, &error);
    if (written && !class->grading->gradescope)
        sum_up(class->grading, results, count);
    for (guint i = 0; i < count; i++)
        json_decref(results[i]);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(notes->str), "\n", -1);
    for (guint i = 0; lines[i]; i++)
        complain(lines[i]);
    if (!written)
        return complain(error->message);
    if (class->journal)
        ms_journal_finish(class->journal);
    return MS_EXIT_GOOD;
}

static MsJournalMode mode_of(const MsGrading *grading)
{
    if (grading->resume)
        return MS_JOURNAL_RESUME;
    return grading->overwrite ? MS_JOURNAL_OVER : MS_JOURNAL_NEW;
}

static int grade_all(Class *class)
{
    const MsGrading *grading = class->grading;
    guint count = class->submissions->students->len;
    g_autoptr(GError) error = NULL;
    g_autofree char *mark = ms_mark_new(class->source, class->source_length, grading->submissions,
                                        class->submissions, &grading->limits);
    g_autoptr(MsJournal) journal =
        grading->gradescope ? NULL
                            : ms_journal_new(grading->output, mode_of(grading), mark, &error);
    if (error)
        return complain(error->message);
    class->journal = journal;
    class->texts = g_new0(GString *, count);
    class->problems = g_new0(char *, count);
    int exit_status = judge_all(class)
                          ? give_back(class)
                          : complain("interrupted: --resume goes on with what is unfinished");
    for (guint i = 0; i < count; i++) {
        if (class->texts[i])
            g_string_free(class->texts[i], TRUE);
        g_free(class->problems[i]);
    }
    g_free(class->texts);
    g_free(class->problems);
    return exit_status;
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
    if (printed->len == before) /* half an assignment is none */
        g_string_truncate(printed, 0);
    if (problem->len > 0)
        return complain(problem->str);
    return printed->len > 0 ? MS_EXIT_GOOD : complain("no mail found: nothing to ask about");
}

/* The file that is read and would be replaced by what is written; NULL: there is none. */
static const char *in_danger(const MsGrading *grading)
{
    static const char *const results[] = {"",           "grades.csv", "results.ndjson",
                                          "class.html", "junit.xml",  "similarity.md",
                                          "moodle.csv", "canvas.csv"};
    const char *const inputs[] = {grading->assignment, grading->submissions, grading->roster,
                                  grading->given,      grading->worksheet,   grading->canvas,
                                  grading->gradescope, grading->source};
    const char *output = grading->autograder ? grading->autograder : grading->output;
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(results); k++) {
            g_autofree char *path = g_build_filename(output, results[k], NULL);
            if (ms_files_same(inputs[i], k == 0 ? output : path))
                return inputs[i];
        }
    }
    return NULL;
}

static int grade(const MsGrading *grading, const MsAssignment *assignment, const char *source,
                 size_t source_length)
{
    g_autoptr(GError) error = NULL;
    if (grading->resume && ms_journal_is_done(grading->output)) {
        g_autofree char *text =
            g_strdup_printf("nothing is left to be done in '%s'", grading->output);
        complain(text);
        return MS_EXIT_GOOD;
    }
    int failed = grading->unconfined ? 0 : ms_confine_try();
    if (failed) {
        g_autofree char *text =
            g_strdup_printf("workers cannot be confined here (%s); --unconfined grades without",
                            g_strerror(failed));
        return complain(text);
    }
    if (grading->given && !assignment->own)
        return complain("--captures needs kind = own: other assignments say what they expect");
    if (!ms_journal_allows(grading->output, mode_of(grading), &error))
        return complain(error->message);
    g_autoptr(MsRoster) roster = grading->roster ? ms_roster_read(grading->roster, &error) : NULL;
    if (error)
        return complain(error->message);
    MsStudent one = {0};
    if (grading->gradescope && !ms_autograder_student(grading, roster, &one, &error))
        return complain(error->message);
    MsPlatformTables tables = {{0}};
    const MsHandedOptions options = {.path = grading->submissions,
                                     .roster = roster,
                                     .one = grading->gradescope ? &one : NULL,
                                     .captures = !assignment->answers ||
                                                 (assignment->own && !grading->given),
                                     .given = grading->given,
                                     .answers = assignment->answers,
                                     .unconfined = grading->unconfined,
                                     .limits = &grading->limits};
    g_autoptr(MsSubmissions) submissions = NULL;
    if (ms_platform_tables_read(&tables, grading, assignment, &error))
        submissions = ms_submissions_new(&options, &error);
    Class class = {.grading = grading,
                   .assignment = assignment,
                   .submissions = submissions,
                   .tables = &tables,
                   .source = source,
                   .source_length = source_length};
    int exit_status = submissions ? grade_all(&class) : complain(error->message);
    ms_platform_tables_clear(&tables);
    g_free(one.id);
    g_free(one.name);
    g_free(one.email);
    g_free(one.nonce);
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
        ms_error_of_file(&error, MS_ERROR_OPEN, "open", grading->assignment);
    if (error)
        return complain(error->message);
    g_autoptr(MsAssignment) assignment =
        ms_assignment_new(grading->assignment, text, length, &error);
    if (!assignment) {
        complain(error->message);
        return grading->check ? 1 : MS_EXIT_USAGE;
    }
    if (grading->sheet && !assignment->answers) {
        complain("no answers are handed in: there is nothing to write on a sheet");
        return MS_EXIT_USAGE;
    }
    if (grading->sheet) {
        ms_outline_sheet(printed, assignment);
        return MS_EXIT_GOOD;
    }
    const char *danger = grading->overwrite && !grading->check ? in_danger(grading) : NULL;
    if (danger)
        return ms_files_refuse(danger);
    if (grading->autograder)
        return ms_autograder_zip(grading, &error) ? MS_EXIT_GOOD : complain(error->message);
    if (!grading->check)
        return grade(grading, assignment, text, length);
    ms_outline_print(printed, assignment);
    return MS_EXIT_GOOD;
}
