/* SPDX-License-Identifier: GPL-2.0-or-later
 * main.c - the program: what the command line asks for is handed to the room that does it. */
#include "base/error.h"
#include "front/drawing.h"
#include "front/explain.h"
#include "front/json.h"
#include "front/list.h"
#include "front/options.h"
#include "front/text.h"
#include "lab/answer.h"
#include "lab/bank.h"
#include "lab/expression.h"
#include "make/make.h"
#include "run/container.h"
#include "run/grade.h"
#include "run/live.h"
#include "run/page.h"
#include "run/progress.h"
#include "run/run.h"

#include <glib.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void print_json(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                       const MsStyle *style, const MsRedactor *redactor)
{
    (void)style;
    ms_json_session(out, record, origins, redactor);
}

static bool wants_color(const MsOptions *options)
{
    const char *no_color = g_getenv("NO_COLOR");
    const char *terminal = g_getenv("TERM");
    if (options->color != MS_COLOR_AUTO)
        return options->color == MS_COLOR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(no_color && no_color[0]) &&
           !(terminal && strcmp(terminal, "dumb") == 0);
}

static int print_all(MsBuffer *text)
{
    g_autoptr(MsOutput) output = ms_output_new(STDOUT_FILENO, false);
    ms_buffer_append(ms_output_buffer(output), text->data, text->length);
    ms_output_flush(output);
    ms_buffer_clear(text);
    int error = ms_output_error(output);
    if (error == 0 || error == EPIPE)
        return MS_EXIT_GOOD;
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    g_autofree char *why = g_strdup_printf("cannot write the output: %s", g_strerror(error));
    ms_progress_say(progress, why);
    return MS_EXIT_TROUBLE;
}

static int print_list(const MsOptions *options)
{
    MsBuffer text = {0};
    MsListFormat format = options->json       ? MS_LIST_JSON
                          : options->markdown ? MS_LIST_MARKDOWN
                                              : MS_LIST_TEXT;
    if (options->verb == MS_VERB_FIELDS)
        ms_list_fields(&text, format);
    else if (options->verb == MS_VERB_ODDITIES)
        ms_list_oddities(&text, format);
    else
        ms_list_limits(&text, format);
    return print_all(&text);
}

static int explain(const MsOptions *options)
{
    const MsStyle style = {.color = wants_color(options), .full = options->full};
    MsBuffer text = {0};
    bool known = true;
    bool base64 = ms_options_base64(options);
    g_autofree char *words = g_strjoinv(" ", options->names + (base64 ? 1 : 0));
    if (base64 && options->decode)
        known = ms_draw_base64_decode(&text, (const uint8_t *)words, strlen(words), &style);
    else if (base64)
        ms_draw_base64(&text, (const uint8_t *)words, strlen(words), &style);
    else
        known = ms_explain_print(&text, words, &style, options->json);
    if (!known && !base64) {
        g_autoptr(MsProgress) progress = ms_progress_new(0);
        g_autofree char *why = g_strdup_printf("nothing is known about '%s'", words);
        ms_progress_say(progress, why);
    }
    int status = print_all(&text);
    return status == MS_EXIT_GOOD && !known ? MS_EXIT_USAGE : status;
}

/* Refuses ids that are in no row of the bank. */
static bool check_questions(const MsOptions *options, GError **error)
{
    for (size_t i = 0; options->asked && options->asked[i]; i++) {
        if (ms_question_find(options->asked[i]))
            continue;
        g_set_error(error, MS_ERROR, MS_ERROR_USAGE,
                    "no question is called '%s'; `mailscope answer --questions` lists them",
                    options->asked[i]);
        return false;
    }
    return true;
}

static bool read_filter(const MsOptions *options, MsExpression **filter, GError **error)
{
    if (!options->filter || !ms_verb_reads(options->verb))
        return true;
    *filter = ms_expression_new(options->filter, error);
    if (*filter && options->no_hash && ms_expression_needs_hash(*filter))
        g_set_error(error, MS_ERROR, MS_ERROR_USAGE,
                    "--filter asks for a hash, and --no-hash leaves it out");
    return !*error;
}

static int list_questions(const MsOptions *options)
{
    MsBuffer text = {0};
    ms_bank_list(&text, options->json);
    return print_all(&text);
}

static int grade(const MsOptions *options)
{
    const MsGrading grading = {.assignment = options->names[0],
                               .submissions = options->names[1],
                               .output = options->output,
                               .roster = options->roster,
                               .given = options->given,
                               .worksheet = options->worksheet,
                               .canvas = options->canvas,
                               .gradescope = options->gradescope,
                               .autograder = options->autograder,
                               .source = options->source ? options->source : MS_SOURCE,
                               .check = options->check,
                               .sheet = options->sheet,
                               .init = options->init,
                               .overwrite = options->overwrite,
                               .resume = options->resume,
                               .unconfined = options->unconfined,
                               .jobs = options->jobs,
                               .style = {.reveal = options->reveal, .secrets = options->secrets},
                               .limits = options->limits};
    g_autoptr(GString) printed = g_string_new(NULL);
    int status = ms_grade_run(&grading, printed);
    MsBuffer text = {0};
    ms_buffer_append(&text, printed->str, printed->len);
    int written = print_all(&text);
    return status ? status : written;
}

/* What all verbs that meet captures have in common; prints as `show` does. */
static void make_plan(const MsOptions *options, MsPlan *plan)
{
    ms_engine_options_default(&plan->engine);
    plan->engine.limits = options->limits;
    plan->engine.hash = !options->no_hash;
    plan->engine.lines = !options->json;
    plan->engine.keep = options->json ? MS_KEEP_NONE : options->full ? MS_KEEP_ALL : MS_KEEP_HEAD;
    if (options->mime || options->verb == MS_VERB_ANSWER) {
        plan->engine.mime = true;
        plan->engine.keep = MS_KEEP_ALL;
    }
    plan->style =
        (MsStyle){.color = wants_color(options), .redact = options->redact, .full = options->full};
    plan->summary = !options->json;
    plan->print = options->json ? print_json : ms_text_session;
}

/* `mailscope live`: without an interface they are listed. */
static int capture_live(const MsOptions *options)
{
    MsPlan plan = {0};
    make_plan(options, &plan);
    const MsLive live = {
        .device = {options->interface, options->filter, !options->own_only},
        .frames = options->count,
        .seconds = options->seconds,
    };
    if (options->interface)
        return ms_live_run(&plan, &live);
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    ms_progress_say(progress, "live needs -i and an interface; these are there:");
    g_autofree char *list = ms_device_list();
    g_auto(GStrv) lines = g_strsplit(list ? list : "", "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        if (lines[i][0])
            ms_progress_say(progress, lines[i]);
    }
    return MS_EXIT_USAGE;
}

/* Which files `extract` is to write. */
static unsigned wanted(const MsOptions *options)
{
    if (!options->only)
        return MS_EXTRACT_ALL;
    return strcmp(options->only, "messages") == 0      ? MS_EXTRACT_MESSAGES
           : strcmp(options->only, "attachments") == 0 ? MS_EXTRACT_ATTACHMENTS
                                                       : MS_EXTRACT_DIALOGUES;
}

static int extract(const MsOptions *options, MsRun *run)
{
    unsigned what = wanted(options);
    bool mbox = g_str_has_suffix(options->output, ".mbox");
    run->plan.engine.lines = !mbox && (what & MS_EXTRACT_DIALOGUES);
    run->plan.engine.keep = MS_KEEP_ALL;
    run->plan.summary = false;
    return ms_container_run(run, (const char *const *)options->names, options->output, what,
                            options->overwrite);
}

static int read_captures(const MsOptions *options, const MsExpression *filter)
{
    MsRun run = {.joined = options->joined, .jobs = options->jobs};
    MsPlan *plan = &run.plan;
    make_plan(options, plan);
    plan->filter = filter;
    if (filter && ms_expression_needs_mime(filter)) {
        plan->engine.mime = true;
        plan->engine.keep = MS_KEEP_ALL;
    }
    bool bank =
        options->verb == MS_VERB_ANSWER && (options->all || options->asked || options->json);
    plan->style.questions = (const char *const *)options->asked;
    if (options->verb == MS_VERB_PATH) {
        plan->engine.keep = MS_KEEP_ALL; /* to tell mails without a Message-ID by their body */
        plan->engine.lines = false;
        plan->paths = options->json ? ms_paths_json : ms_paths_text;
    } else if (options->verb == MS_VERB_REPORT) {
        plan->engine.lines = true;
        plan->engine.mime = true;
        plan->engine.keep = MS_KEEP_ALL;
        plan->summary = false;
        return ms_page_run(&run, (const char *const *)options->names, options->output,
                           options->overwrite);
    } else if (options->verb == MS_VERB_EXTRACT) {
        return extract(options, &run);
    } else if (bank) {
        plan->engine.lines = true;
        plan->engine.mime = true; /* some questions are about attachments */
        plan->engine.keep = MS_KEEP_ALL;
        plan->print = options->json ? ms_bank_json : ms_bank_session;
    } else if (options->verb == MS_VERB_ANSWER)
        plan->print = ms_answer_session;
    return ms_run(&run, (const char *const *)options->names);
}

/* `help`: what is wrong is the command line, so --help helps. */
static int complain(const MsOptions *options, const GError *error, bool help)
{
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    if (!help) {
        ms_progress_say(progress, error->message);
        return MS_EXIT_USAGE;
    }
    g_autofree char *text = g_strdup_printf("%s (mailscope %s%s--help explains)", error->message,
                                            options->named ? ms_verb_name(options->verb) : "",
                                            options->named ? " " : "");
    ms_progress_say(progress, text);
    return MS_EXIT_USAGE;
}

static int make_class(const MsOptions *options)
{
    const MsMake make = {.roster = options->roster,
                         .assignment = options->names ? options->names[0] : NULL,
                         .folder = options->output,
                         .seed = options->seed ? options->seed : "mailscope",
                         .faults = (const char *const *)options->faults,
                         .from = options->from,
                         .until = options->until,
                         .overwrite = options->overwrite};
    g_autoptr(GError) error = NULL;
    if (ms_make(&make, &error)) {
        g_autoptr(MsProgress) progress = ms_progress_new(0);
        if (!options->seed)
            ms_progress_say(progress,
                            "made without --seed: whoever knows the ids can make the same "
                            "captures; choose a seed of your own");
        return MS_EXIT_GOOD;
    }
    bool file = g_error_matches(error, MS_ERROR, MS_ERROR_OPEN) ||
                g_error_matches(error, MS_ERROR, MS_ERROR_WRITE);
    int status = complain(options, error, g_error_matches(error, MS_ERROR, MS_ERROR_USAGE));
    return file ? MS_EXIT_TROUBLE : status;
}

int main(int argc, char **argv)
{
    if (!ms_output_hold_standard())
        return MS_EXIT_TROUBLE; /* nobody can be told */
    signal(SIGPIPE, SIG_IGN);   /* a reader that has enough is noticed when writing fails */
    MsOptions options;
    g_autoptr(GError) error = NULL;
    g_autoptr(MsExpression) filter = NULL;
    int status;
    if (!ms_options_parse(&options, argc, argv, &error) || !check_questions(&options, &error) ||
        !read_filter(&options, &filter, &error)) {
        status = complain(&options, error, true);
    } else if (options.text) {
        MsBuffer text = {0};
        ms_buffer_text(&text, options.text);
        status = print_all(&text);
    } else if (options.questions) {
        status = list_questions(&options);
    } else if (options.verb == MS_VERB_EXPLAIN) {
        status = explain(&options);
    } else if (options.verb == MS_VERB_LIVE) {
        status = capture_live(&options);
    } else if (options.verb == MS_VERB_MAKE) {
        status = make_class(&options);
    } else if (options.verb == MS_VERB_GRADE) {
        status = grade(&options);
    } else if (!ms_verb_reads(options.verb)) {
        status = print_list(&options);
    } else {
        status = read_captures(&options, filter);
    }
    ms_options_clear(&options);
    return status;
}
