/* SPDX-License-Identifier: GPL-2.0-or-later
 * grade.c - the verb: reads the assignment, has the work judged, writes the folder of results. */
#include "grade.h"

#include "../base/error.h"
#include "../grade/answers.h"
#include "../grade/outline.h"
#include "../grade/sheet.h"
#include "handed.h"
#include "job.h"
#include "merge.h"
#include "progress.h"
#include "run.h"
#include "worker.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const MsGrading *grading;
    const MsAssignment *assignment;
    GPtrArray *handed; /* MsHanded */
} Class;

static int complain(const char *text)
{
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    ms_progress_say(progress, text);
    return MS_EXIT_TROUBLE;
}

/* --- reading captures --- */

typedef struct {
    MsSheet *sheet; /* or */
    GString *outline;
    GString *problem; /* the first one */
} Reading;

static void on_session(const MsRecord *record, void *user_data)
{
    Reading *reading = user_data;
    if (reading->sheet)
        ms_sheet_add(reading->sheet, record);
    else
        ms_outline_session(reading->outline, record);
}

static void on_problem(const GError *error, void *user_data)
{
    Reading *reading = user_data;
    if (reading->problem->len == 0)
        g_string_append(reading->problem, error->message);
}

static int open_spool(void *user_data)
{
    (void)user_data;
    return ms_output_temporary();
}

/* Whether a question is about parts of messages, which take more to be read. */
static bool asks_parts(const MsAssignment *assignment)
{
    for (guint i = 0; assignment && i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (asked->fact && ms_field(asked->what.field)->scope == MS_PART)
            return true;
    }
    return false;
}

static void read_files(Reading *reading, const char *const *files, size_t n_files,
                       const MsGrading *grading, const MsAssignment *assignment)
{
    MsEngineOptions options;
    ms_engine_options_default(&options);
    options.limits = grading->limits;
    options.lines = false;
    options.mime = asks_parts(assignment);
    options.keep = options.mime ? MS_KEEP_ALL : MS_KEEP_NONE;
    options.open_spool = options.mime ? open_spool : NULL;
    const MsSink sink = {.session = on_session};
    g_autoptr(MsMerge) merge = ms_merge_new(files, NULL, n_files, on_problem, reading);
    g_autoptr(MsEngine) engine = ms_engine_new(&options, &sink, reading);
    MsPacketDecoder *decoder = ms_packet_decoder_new(&options.limits);
    MsFrame frame;
    uint16_t file;
    MsSegment segment;
    while (ms_merge_next(merge, &frame, &file)) {
        if (ms_packet_decode(decoder, &frame, file, &segment))
            ms_engine_push(engine, &segment);
    }
    ms_engine_end(engine, false);
    ms_packet_decoder_free(decoder);
}

/* --- one piece of work, in a process of its own --- */

static GHashTable *read_answers(const Class *class, const MsHanded *handed, GString *problem)
{
    const char *path = handed->files->pdata[0];
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    GHashTable *answers = NULL;
    if (g_file_get_contents(path, &text, &length, &error))
        answers = ms_answers_read(class->assignment, path, text, length, &error);
    if (error)
        g_string_append_printf(problem, "the answers cannot be read: %s", error->message);
    return answers;
}

static GString *grade_one(guint number, void *user_data)
{
    const Class *class = user_data;
    const MsHanded *handed = class->handed->pdata[number];
    const MsStudent student = {handed->id, handed->name, handed->email, 0};
    g_autoptr(MsSheet) sheet = ms_sheet_new(class->assignment);
    g_autoptr(GString) problem = g_string_new(NULL);
    GHashTable *answers = NULL;
    if (handed->files->len == 0) {
        g_string_append(problem, class->assignment->answers ? "no file of answers was handed in"
                                                            : "no capture was handed in");
    } else if (class->assignment->answers) {
        answers = read_answers(class, handed, problem);
        ms_sheet_answers(sheet, answers);
    } else {
        Reading reading = {.sheet = sheet, .problem = problem};
        read_files(&reading, (const char *const *)handed->files->pdata, handed->files->len,
                   class->grading, class->assignment);
        if (problem->len == 0 && ms_sheet_empty(sheet))
            g_string_append(problem, "no mail was found in the capture");
    }
    json_t *result = ms_sheet_judge(sheet, &student);
    if (problem->len > 0) {
        g_autofree char *text = g_utf8_make_valid(problem->str, (gssize)problem->len);
        json_object_set_new(result, "problem", json_string(text));
    }
    char *text = json_dumps(result, JSON_COMPACT);
    GString *line = g_string_new(text);
    free(text);
    json_decref(result);
    if (answers)
        g_hash_table_unref(answers);
    return line;
}

/* --- what is given back --- */

static json_t *take_result(const MsHanded *handed, const MsAssignment *assignment, GString *text,
                           const char *problem)
{
    json_t *result = text ? json_loadb(text->str, text->len, 0, NULL) : NULL;
    if (!result) {
        result = json_pack("{sf sf}", "points", 0.0, "of", assignment->points);
        json_object_set_new(result, "problem",
                            json_string(problem ? problem : "not graded: no result came back"));
    }
    json_object_set_new(result, "key", json_string(handed->key));
    json_object_set_new(result, "student", json_string(handed->id));
    json_object_set_new(result, "name", json_string(handed->name));
    json_object_set_new(result, "email", json_string(handed->email));
    return result;
}

static bool write_file(const char *folder, const char *name, const GString *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

static bool write_page(const Class *class, const char *folder, const json_t *result, GError **error)
{
    g_autoptr(GString) page = g_string_new(NULL);
    ms_return_markdown(page, class->assignment, result, &class->grading->style);
    g_autofree char *name =
        g_strconcat(json_string_value(json_object_get(result, "key")), ".md", NULL);
    return write_file(folder, name, page, error);
}

static bool write_class(const Class *class, GString **texts, char **problems, GError **error)
{
    const char *folder = class->grading->output;
    g_autofree char *feedback = g_build_filename(folder, "feedback", NULL);
    if (g_mkdir_with_parents(feedback, 0777) != 0) {
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot make '%s': %s", feedback,
                    g_strerror(errno));
        return false;
    }
    g_autoptr(GString) csv = g_string_new(NULL);
    g_autoptr(GString) lines = g_string_new(NULL);
    bool good = true;
    ms_return_csv_head(csv, class->assignment);
    for (guint i = 0; i < class->handed->len && good; i++) {
        const MsHanded *handed = class->handed->pdata[i];
        json_t *result = take_result(handed, class->assignment, texts[i], problems[i]);
        ms_return_csv(csv, class->assignment, result);
        char *line = json_dumps(result, JSON_COMPACT | JSON_SORT_KEYS);
        g_string_append_printf(lines, "%s\n", line);
        free(line);
        good = write_page(class, feedback, result, error);
        json_decref(result);
    }
    return good && write_file(folder, "grades.csv", csv, error) &&
           write_file(folder, "results.ndjson", lines, error);
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
    bool written = write_class(class, texts, problems, &error);
    for (guint i = 0; i < count; i++) {
        if (texts[i])
            g_string_free(texts[i], TRUE);
        g_free(problems[i]);
    }
    return written ? MS_EXIT_GOOD : complain(error->message);
}

/* --- */

static int init(const MsGrading *grading, GString *printed)
{
    g_autoptr(GString) problem = g_string_new(NULL);
    Reading reading = {.outline = printed, .problem = problem};
    g_autofree char *title = g_path_get_basename(grading->assignment);
    ms_outline_begin(printed, title);
    size_t before = printed->len;
    read_files(&reading, &grading->assignment, 1, grading, NULL);
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
    g_autoptr(GPtrArray) handed =
        ms_handed_new(grading->submissions, roster, assignment->answers, &error);
    if (!handed)
        return complain(error->message);
    Class class = {grading, assignment, handed};
    return grade_all(&class);
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
