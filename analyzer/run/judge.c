/* SPDX-License-Identifier: GPL-2.0-or-later
 * judge.c - reads what one student handed in, and has it judged; runs in a worker process. */
#include "judge.h"

#include "../capture/packet.h"
#include "../grade/answers.h"
#include "../grade/sheet.h"
#include "merge.h"
#include "output.h"
#include "trace.h"

typedef struct {
    MsSheet *sheet;
    MsFingerprint *fingerprint;
} Judging;

static void on_session(const MsRecord *record, void *user_data)
{
    const Judging *judging = user_data;
    ms_sheet_add(judging->sheet, record);
    ms_fingerprint_session(judging->fingerprint, record);
}

/* Keeps the first one. */
static void on_problem(const GError *error, void *user_data)
{
    GString *problem = user_data;
    if (problem->len == 0)
        g_string_append(problem, error->message);
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

void ms_judge_read(const char *const *files, size_t n_files, const MsLimits *limits, bool parts,
                   void (*session)(const MsRecord *record, void *user_data), void *user_data,
                   GString *problem)
{
    MsEngineOptions options;
    ms_engine_options_default(&options);
    options.limits = *limits;
    options.lines = false;
    options.mime = parts;
    options.keep = options.mime ? MS_KEEP_ALL : MS_KEEP_NONE;
    options.open_spool = options.mime ? open_spool : NULL;
    const MsSink sink = {.session = session};
    g_autoptr(MsMerge) merge = ms_merge_new(files, NULL, n_files, on_problem, problem);
    g_autoptr(MsEngine) engine = ms_engine_new(&options, &sink, user_data);
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

static void trace(MsFingerprint *fingerprint, const GPtrArray *files, const MsLimits *limits)
{
    for (guint i = 0; i < files->len; i++) {
        GMappedFile *file = g_mapped_file_new(files->pdata[i], FALSE, NULL);
        if (!file)
            continue;
        ms_trace_file(fingerprint, g_mapped_file_get_contents(file), g_mapped_file_get_length(file),
                      limits);
        g_mapped_file_unref(file);
    }
}

static GHashTable *read_answers(const MsAssignment *assignment, const MsHanded *handed,
                                GString *problem)
{
    const char *path = handed->files->pdata[0];
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    GHashTable *answers = NULL;
    if (g_file_get_contents(path, &text, &length, &error))
        answers = ms_answers_read(assignment, path, text, length, &error);
    if (error)
        g_string_append_printf(problem, "the answers cannot be read: %s", error->message);
    return answers;
}

GString *ms_judge(const MsAssignment *assignment, const MsHanded *handed, const MsLimits *limits)
{
    const MsStudent student = {handed->id, handed->name, handed->email, 0};
    g_autoptr(MsSheet) sheet = ms_sheet_new(assignment);
    g_autoptr(GString) problem = g_string_new(NULL);
    g_autoptr(MsFingerprint) fingerprint = ms_fingerprint_new(limits);
    Judging judging = {sheet, fingerprint};
    GHashTable *answers = NULL;
    if (handed->files->len == 0) {
        g_string_append(problem, assignment->answers ? "no file of answers was handed in"
                                                     : "no capture was handed in");
    } else if (assignment->answers) {
        answers = read_answers(assignment, handed, problem);
        ms_sheet_answers(sheet, answers);
    } else {
        ms_judge_read((const char *const *)handed->files->pdata, handed->files->len, limits,
                      asks_parts(assignment), on_session, &judging, problem);
        trace(fingerprint, handed->files, limits);
        if (problem->len == 0 && ms_sheet_empty(sheet))
            g_string_append(problem, "no mail was found in the capture");
    }
    json_t *result = ms_sheet_judge(sheet, &student);
    if (problem->len > 0) {
        g_autofree char *text = g_utf8_make_valid(problem->str, (gssize)problem->len);
        json_object_set_new(result, "problem", json_string(text));
    }
    if (!assignment->answers && handed->files->len > 0)
        json_object_set_new(result, "fingerprint", ms_fingerprint_json(fingerprint));
    char *text = json_dumps(result, JSON_COMPACT);
    GString *line = g_string_new(text);
    free(text);
    json_decref(result);
    if (answers)
        g_hash_table_unref(answers);
    return line;
}
