/* SPDX-License-Identifier: GPL-2.0-or-later
 * job.c - the way of one capture: merge -> packet -> engine -> printer. With --redact the way is
 * gone twice where the files allow it: first to learn every secret, then to print. */
#include "job.h"

#include "../base/error.h"
#include "../base/escape.h"
#include "merge.h"
#include "order.h"

#include <glib/gstdio.h>

#include <sys/stat.h>

#define PROGRESS_FRAMES 8192 /* frames between two reports of progress */

typedef struct {
    MsJob *job;
    MsRedactor *redactor; /* NULL: nothing is masked */
    MsOrder *order;       /* NULL: only learning */
    bool stop;            /* output failed */
} Run;

static void on_session(const MsRecord *record, void *user_data)
{
    Run *run = user_data;
    if (run->redactor)
        ms_redactor_learn(run->redactor, record);
    if (!run->order || run->stop)
        return;
    MsBuffer *out = ms_order_begin(run->order, ms_record_number(record));
    const MsPlan *plan = run->job->plan;
    plan->print(out, record, &run->job->origins, &plan->style, run->redactor);
    run->stop = !ms_order_done(run->order);
}

static int open_spool(void *user_data)
{
    (void)user_data;
    return ms_output_temporary();
}

static void on_problem(const GError *error, void *user_data)
{
    Run *run = user_data;
    if (!run->order)
        return; /* it is said the second time */
    bool rest = g_error_matches(error, MS_ERROR, MS_ERROR_CUT) ||
                g_error_matches(error, MS_ERROR, MS_ERROR_DAMAGED);
    g_autofree char *text =
        g_strconcat(error->message, rest ? "; what came before was read" : "", NULL);
    run->job->listener->problem(run->job, text, true);
}

static void say_unsupported(Run *run, const MsPacketDecoder *decoder)
{
    size_t count;
    const MsUnsupportedLink *links = ms_packet_unsupported(decoder, &count);
    const MsOrigins *origins = &run->job->origins;
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = g_strdup_printf(
            "'%s'%s: unsupported link type %d, %" G_GUINT64_FORMAT " frame%s not looked at",
            origins->files[0], origins->n_files > 1 ? " and what is joined with it" : "",
            links[i].link_type, (guint64)links[i].frames, links[i].frames == 1 ? "" : "s");
        run->job->listener->problem(run->job, text, false);
    }
}

static void add_count(MsBuffer *out, uint64_t count, const char *what, const char *plural)
{
    ms_buffer_uint(out, count);
    ms_buffer_byte(out, ' ');
    ms_buffer_text(out, what);
    if (count != 1)
        ms_buffer_text(out, plural);
}

/* "x.pcap: no mail found (120 frames, 3 TCP connections, 4 frames of other protocols)" */
static void say_no_mail(Run *run, const MsPacketDecoder *decoder, const MsEngineCounts *engine)
{
    MsBuffer *out = ms_output_buffer(run->job->output);
    const MsOrigins *origins = &run->job->origins;
    const MsPacketCounts *packets = ms_packet_counts(decoder);
    ms_escape_terminal(out, (const uint8_t *)origins->files[0], strlen(origins->files[0]));
    if (origins->n_files > 1) {
        ms_buffer_text(out, " and ");
        add_count(out, origins->n_files - 1, "more file", "s");
    }
    ms_buffer_text(out, ": no mail found (");
    add_count(out, packets->frames, "frame", "s");
    ms_buffer_text(out, ", ");
    add_count(out, engine->streams, "TCP connection", "s");
    if (packets->not_tcp > 0) {
        ms_buffer_text(out, ", ");
        add_count(out, packets->not_tcp, "frame", "s");
        ms_buffer_text(out, " without TCP");
    }
    if (packets->cut > 0) {
        ms_buffer_text(out, ", ");
        add_count(out, packets->cut, "frame", "s");
        ms_buffer_text(out, " cut short or malformed");
    }
    if (packets->fragments_lost > 0) {
        ms_buffer_text(out, ", ");
        add_count(out, packets->fragments_lost, "datagram", "s");
        ms_buffer_text(out, " with fragments missing");
    }
    ms_buffer_text(out, ")\n");
    ms_output_done(run->job->output);
}

static bool push_frames(Run *run, MsMerge *merge, MsPacketDecoder *decoder, MsEngine *engine)
{
    MsFrame frame;
    uint16_t file;
    uint32_t since = 0;
    MsSegment segment;
    while (!run->stop && ms_merge_next(merge, &frame, &file)) {
        if (ms_packet_decode(decoder, &frame, file, &segment))
            ms_engine_push(engine, &segment);
        if (++since < PROGRESS_FRAMES)
            continue;
        since = 0;
        if (!run->job->listener->progress(run->job, ms_merge_progress(merge)))
            return false;
    }
    return !run->stop;
}

typedef struct {
    Run *run;
    bool cut;
    size_t failed; /* files that could not be opened */
} Trouble;

static void on_merge_problem(const GError *error, void *user_data)
{
    Trouble *trouble = user_data;
    if (g_error_matches(error, MS_ERROR, MS_ERROR_CUT))
        trouble->cut = true;
    else if (!g_error_matches(error, MS_ERROR, MS_ERROR_DAMAGED))
        trouble->failed++;
    on_problem(error, trouble->run);
}

/* Goes the way once. */
static void go(Run *run, const MsEngineOptions *options)
{
    MsJob *job = run->job;
    Trouble trouble = {.run = run};
    g_autoptr(MsMerge) merge =
        ms_merge_new(job->origins.files, job->origins.n_files, on_merge_problem, &trouble);
    const MsSink sink = {.session = on_session};
    MsPacketDecoder *decoder = ms_packet_decoder_new(&options->limits);
    g_autoptr(MsEngine) engine = ms_engine_new(options, &sink, run);
    if (push_frames(run, merge, decoder, engine))
        ms_engine_end(engine, trouble.cut);
    if (run->order && !run->stop) {
        ms_order_end(run->order);
        say_unsupported(run, decoder);
        MsEngineCounts counts;
        ms_engine_counts(engine, &counts);
        if (job->plan->summary && counts.sessions == 0 && trouble.failed < job->origins.n_files)
            say_no_mail(run, decoder, &counts);
    }
    ms_packet_decoder_free(decoder);
}

/* Whether every file can be read a second time: pipes cannot. */
static bool can_read_twice(const MsOrigins *origins)
{
    for (size_t i = 0; i < origins->n_files; i++) {
        GStatBuf status;
        if (strcmp(origins->files[i], "-") == 0 || g_stat(origins->files[i], &status) != 0 ||
            !S_ISREG(status.st_mode))
            return false;
    }
    return true;
}

void ms_job_run(MsJob *job)
{
    MsEngineOptions options = job->plan->engine;
    Run run = {.job = job};
    if (job->plan->style.redact) {
        run.redactor = ms_redactor_new(&options.limits);
        if (can_read_twice(&job->origins)) {
            MsEngineOptions learn = options;
            learn.keep = MS_KEEP_NONE;
            learn.hash = false;
            learn.lines = false;
            go(&run, &learn);
        }
    }
    if (options.keep == MS_KEEP_ALL)
        options.open_spool = open_spool;
    run.order = ms_order_new(job->output, options.limits.value[MS_LIMIT_OUTPUT_WAIT]);
    go(&run, &options);
    ms_order_free(run.order);
    ms_redactor_free(run.redactor);
}
