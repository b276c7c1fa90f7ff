/* SPDX-License-Identifier: GPL-2.0-or-later
 * job.c - the way of one capture: merge -> packet -> engine -> printer. With --redact the way is
 * gone twice: first to learn every secret, then to print. */
#include "job.h"

#include "../base/error.h"
#include "../base/escape.h"
#include "../capture/input.h"
#include "merge.h"
#include "order.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS_FRAMES 8192 /* frames between two reports of progress */

typedef struct {
    MsJob *job;
    MsRedactor *redactor; /* NULL: nothing is masked */
    MsOrder *order;       /* NULL: only learning */
    GBytes **contents;    /* what pipes gave, to be read twice; NULL: nothing is read twice */
    MsPaths *paths;       /* of the plan; else NULL */
    MsExtract *extract;   /* the same */
    bool stop;            /* output failed */
} Run;

static MsBuffer *more_room(void *user_data)
{
    return ms_order_more(user_data);
}

static bool extract(Run *run, MsBuffer *out, const MsRecord *record)
{
    MsDrain drain = {.buffer = out, .more = more_room, .user_data = run->order};
    return ms_extract_session(run->extract, &drain, record, &run->job->origins,
                              &run->job->plan->style, run->redactor);
}

static void on_session(const MsRecord *record, void *user_data)
{
    Run *run = user_data;
    if (run->redactor)
        ms_redactor_learn(run->redactor, record);
    if (!run->order || run->stop)
        return;
    if (run->paths) {
        ms_paths_add(run->paths, record);
        return;
    }
    const MsPlan *plan = run->job->plan;
    MsBuffer *out = ms_order_begin(run->order, ms_record_number(record));
    bool good = true;
    if (plan->filter && !ms_expression_holds(plan->filter, record))
        good = true; /* its turn passes with nothing printed */
    else if (run->job->report)
        ms_report_session(run->job->report, out, record, &run->job->origins, &plan->style,
                          run->redactor);
    else if (run->extract)
        good = extract(run, out, record);
    else
        plan->print(out, record, &run->job->origins, &plan->style, run->redactor);
    run->stop = !ms_order_done(run->order) || !good;
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
    if (run->job->report)
        ms_report_problem(run->job->report, text);
    run->job->listener->problem(run->job, text, true);
}

static void say_unsupported(Run *run, const MsPacketDecoder *decoder)
{
    size_t count;
    const MsUnsupportedLink *links = ms_packet_unsupported(decoder, &count);
    const MsOrigins *origins = &run->job->origins;
    g_autofree char *name = ms_input_name(origins->files[0]);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = g_strdup_printf(
            "%s%s: unsupported link type %d, %" G_GUINT64_FORMAT " frame%s not looked at", name,
            origins->n_files > 1 ? " and what is joined with it" : "", links[i].link_type,
            (guint64)links[i].frames, links[i].frames == 1 ? "" : "s");
        if (run->job->report)
            ms_report_problem(run->job->report, text);
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

static void end_report(Run *run, const MsPacketDecoder *decoder, const MsEngineCounts *engine)
{
    const MsJob *job = run->job;
    const MsPacketCounts *packets = ms_packet_counts(decoder);
    const MsReportCounts counts = {
        .frames = packets->frames, .connections = engine->streams, .cut = packets->cut};
    ms_report_end(job->report, ms_output_buffer(job->output), &counts, &job->origins,
                  &job->plan->style, run->redactor);
    ms_output_done(job->output);
}

static void print_paths(Run *run)
{
    const MsJob *job = run->job;
    job->plan->paths(ms_output_buffer(job->output), run->paths, &job->origins, &job->plan->style,
                     run->redactor);
    ms_output_done(job->output);
}

/* "x.pcap: 2 sessions, 3 messages (1 incomplete), 1 attachment" */
static void say_extracted(Run *run)
{
    const MsOrigins *origins = &run->job->origins;
    MsExtractCounts counts;
    ms_extract_counts(run->extract, &counts);
    MsBuffer text = {0};
    g_autofree char *name = ms_input_name(origins->files[0]);
    ms_buffer_text(&text, name);
    ms_buffer_text(&text, origins->n_files > 1 ? " and what is joined with it: " : ": ");
    add_count(&text, counts.sessions, "session", "s");
    ms_buffer_text(&text, ", ");
    add_count(&text, counts.messages, "message", "s");
    ms_buffer_text(&text, ", ");
    add_count(&text, counts.attachments, "attachment", "s");
    if (counts.posted > 0) {
        ms_buffer_text(&text, ", ");
        add_count(&text, counts.posted, "form", "s");
        ms_buffer_text(&text, " posted to a webmail");
    }
    if (counts.limited > 0) {
        ms_buffer_text(&text, "; parts of ");
        add_count(&text, counts.limited, "message", "s");
        ms_buffer_text(&text, " beyond a limit");
    }
    if (counts.incomplete > 0) {
        ms_buffer_text(&text, "; ");
        ms_buffer_uint(&text, counts.incomplete);
        ms_buffer_text(&text, run->job->plan->extract->form == MS_EXTRACT_MBOX
                                  ? " not whole, left out"
                                  : " not whole");
    }
    ms_buffer_byte(&text, '\0');
    run->job->listener->problem(run->job, (const char *)text.data, false);
    ms_buffer_clear(&text);
}

/* Says what failed; nothing more is written. */
static void end_extract(Run *run)
{
    if (!ms_extract_error(run->extract)) {
        say_extracted(run);
        return;
    }
    run->job->listener->problem(run->job, ms_extract_error(run->extract), true);
    ms_output_fail(run->job->output, ECANCELED);
}

/* Goes the way once. */
static void go(Run *run, const MsEngineOptions *options)
{
    MsJob *job = run->job;
    Trouble trouble = {.run = run};
    g_autoptr(MsMerge) merge = ms_merge_new(job->origins.files, run->contents, job->origins.n_files,
                                            on_merge_problem, &trouble);
    const MsSink sink = {.session = on_session};
    MsPacketDecoder *decoder = ms_packet_decoder_new(&options->limits);
    g_autoptr(MsEngine) engine = ms_engine_new(options, &sink, run);
    if (run->order && job->report)
        ms_report_begin(job->report, ms_output_buffer(job->output), &job->origins);
    if (push_frames(run, merge, decoder, engine))
        ms_engine_end(engine, trouble.cut);
    if (run->order && !run->stop) {
        ms_order_end(run->order);
        say_unsupported(run, decoder);
        MsEngineCounts counts;
        ms_engine_counts(engine, &counts);
        if (job->report)
            end_report(run, decoder, &counts);
        else if (job->plan->summary && counts.sessions == 0 &&
                 trouble.failed < job->origins.n_files)
            say_no_mail(run, decoder, &counts);
        else if (run->paths)
            print_paths(run);
    }
    if (run->order && run->extract)
        end_extract(run);
    ms_packet_decoder_free(decoder);
}

/* Copies what a pipe gives to a temporary file. NULL with `error` when that is not possible. */
static GBytes *keep_pipe(const char *path, GError **error)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    int kept = fd < 0 ? -1 : ms_output_temporary();
    bool good = kept >= 0;
    uint8_t block[65536];
    while (good) {
        ssize_t got = read(fd, block, sizeof block);
        if (got == 0)
            break;
        good = got > 0 ? write(kept, block, (size_t)got) == got : errno == EINTR;
    }
    if (!good) {
        int why = errno;
        g_autofree char *name = ms_input_name(path);
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot keep %s to read it twice: %s", name,
                    g_strerror(why));
    }
    GMappedFile *map = good ? g_mapped_file_new_from_fd(kept, FALSE, error) : NULL;
    GBytes *bytes = map ? g_mapped_file_get_bytes(map) : NULL;
    if (map)
        g_mapped_file_unref(map);
    if (fd >= 0)
        close(fd);
    if (kept >= 0)
        close(kept);
    return bytes;
}

/* Learns all secrets of the capture, in a first reading of it. */
static void learn(Run *run, MsEngineOptions options)
{
    const MsOrigins *origins = &run->job->origins;
    run->contents = g_new0(GBytes *, origins->n_files);
    for (size_t i = 0; i < origins->n_files; i++) {
        GStatBuf status;
        g_autoptr(GError) error = NULL;
        if (ms_merge_is_file(origins->files[i]) ||
            (strcmp(origins->files[i], "-") != 0 &&
             (g_stat(origins->files[i], &status) != 0 || S_ISDIR(status.st_mode))))
            continue; /* a file; or what is wrong is said when it is opened */
        run->contents[i] = keep_pipe(origins->files[i], &error);
        if (error)
            run->job->listener->problem(run->job, error->message, true);
        if (!run->contents[i])
            run->contents[i] = g_bytes_new_static("", 0);
    }
    options.keep = MS_KEEP_NONE;
    options.hash = false;
    options.lines = false;
    go(run, &options);
}

void ms_job_run(MsJob *job)
{
    MsEngineOptions options = job->plan->engine;
    Run run = {.job = job};
    if (job->plan->style.redact) {
        run.redactor = ms_redactor_new(&options.limits);
        learn(&run, options);
    }
    if (options.keep == MS_KEEP_ALL)
        options.open_spool = open_spool;
    if (job->plan->paths)
        run.paths = ms_paths_new(&job->plan->engine.limits);
    if (job->plan->extract)
        run.extract = ms_extract_new(job->plan->extract, job->name, &job->plan->engine.limits);
    run.order = ms_order_new(job->output, options.limits.value[MS_LIMIT_OUTPUT_WAIT]);
    go(&run, &options);
    for (size_t i = 0; run.contents && i < job->origins.n_files; i++) {
        if (run.contents[i])
            g_bytes_unref(run.contents[i]);
    }
    g_free(run.contents);
    ms_order_free(run.order);
    ms_paths_free(run.paths);
    ms_extract_free(run.extract);
    ms_redactor_free(run.redactor);
}
