/* SPDX-License-Identifier: GPL-2.0-or-later
 * live.c - device -> packet -> engine -> printer, with signals and time beside it. A session is
 * written at once when it ends, so there is no order to wait for. */
#include "live.h"

#include "../base/error.h"
#include "../front/index.h"
#include "progress.h"
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    TURN_MILLISECONDS = 200, /* how often is looked whether a session is over */
    TURN_FRAMES = 1000       /* handed over before signals are looked at again */
};

typedef struct {
    const MsPlan *plan;
    const MsLive *live;
    MsOrigins origins;
    pcap_t *handle;
    int link_type;
    MsPacketDecoder *decoder;
    MsEngine *engine;
    MsOutput *output;
    MsProgress *progress;
    MsRedactor *redactor; /* NULL: nothing is masked */
    uint64_t frames;
    uint64_t cut;      /* frames of which only the start was captured */
    uint64_t limited;  /* oddities "limit": things that caps left out */
    int64_t last_ns;   /* capture time of the last frame */
    int64_t last_here; /* when it came, microseconds of the monotonic clock */
    bool stop;
} Run;

static void on_session(const MsRecord *record, void *user_data)
{
    Run *run = user_data;
    if (run->redactor)
        ms_redactor_learn(run->redactor, record);
    size_t count;
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++)
        run->limited += oddities[i].kind == MS_ODDITY_LIMIT;
    run->plan->print(ms_output_buffer(run->output), record, &run->origins, &run->plan->style,
                     run->redactor);
    run->stop = run->stop || !ms_output_done(run->output);
}

static int open_spool(void *user_data)
{
    (void)user_data;
    return ms_output_temporary();
}

static void on_frame(u_char *user_data, const struct pcap_pkthdr *header, const u_char *data)
{
    Run *run = (Run *)(void *)user_data;
    if (run->stop)
        return;
    const MsFrame frame = {.number = (uint32_t)++run->frames,
                           .time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec,
                           .link_type = run->link_type,
                           .data = data,
                           .length = header->caplen,
                           .wire_length = MAX(header->len, header->caplen)};
    run->cut += header->caplen < header->len;
    run->last_ns = frame.time_ns;
    run->last_here = g_get_monotonic_time();
    MsSegment segment;
    if (ms_packet_decode(run->decoder, &frame, 0, &segment))
        ms_engine_push(run->engine, &segment);
    run->stop = run->stop || run->frames == UINT32_MAX || /* frame numbers have 32 bits */
                run->frames == run->live->frames;
}

/* Sessions that are over are said also when nothing more comes. */
static void tick(Run *run)
{
    if (run->frames > 0)
        ms_engine_tick(run->engine,
                       run->last_ns + (g_get_monotonic_time() - run->last_here) * 1000);
}

/* Reads what has come, at most TURN_FRAMES. Returns how many frames; -1 when the interface failed.
 */
static int read_frames(Run *run)
{
    int got = pcap_dispatch(run->handle, TURN_FRAMES, on_frame, (u_char *)(void *)run);
    if (got >= 0)
        return got;
    g_autofree char *text = g_strdup_printf("capturing on '%s' failed: %s", run->live->device.name,
                                            pcap_geterr(run->handle));
    ms_progress_say(run->progress, text);
    return -1;
}

/* Until `end` of the monotonic clock, or until a signal comes (`signals`; -1: none is waited for).
 * Returns false when the interface failed. */
static bool capture(Run *run, int signals, int64_t end)
{
    struct pollfd wait[2] = {{.fd = signals, .events = POLLIN},
                             {.fd = pcap_get_selectable_fd(run->handle), .events = POLLIN}};
    int turn = wait[1].fd < 0 ? MS_DEVICE_MILLISECONDS : TURN_MILLISECONDS;
    bool busy = false; /* there may be more at once */
    while (!run->stop) {
        int64_t left = (end - g_get_monotonic_time()) / 1000;
        if (left <= 0)
            break;
        int ready = poll(wait, 2, busy ? 0 : (int)MIN(left, turn));
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready > 0 && wait[0].revents)
            break;
        int got = read_frames(run);
        if (got < 0)
            return false;
        busy = got > 0;
        if (!busy)
            tick(run);
    }
    return true;
}

/* As long as it is asked for, and then what waited in the kernel. */
static bool capture_all(Run *run, int signals)
{
    int64_t seconds = (int64_t)MIN(run->live->seconds, 1u << 30);
    int64_t end = seconds > 0 ? g_get_monotonic_time() + seconds * 1000000 : INT64_MAX;
    return capture(run, signals, end) &&
           capture(run, -1, g_get_monotonic_time() + 3 * MS_DEVICE_MILLISECONDS * 1000);
}

/* What was captured, and what was lost on the way. */
static void say_summary(Run *run)
{
    struct pcap_stat stat = {0};
    bool known = pcap_stats(run->handle, &stat) == 0;
    MsEngineCounts counts;
    ms_engine_counts(run->engine, &counts);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%" G_GUINT64_FORMAT " frame%s read", (guint64)run->frames,
                    run->frames == 1 ? "" : "s");
    if (known)
        g_string_append_printf(
            text, ", %u received by the filter, %u dropped by the kernel, %u by the interface",
            stat.ps_recv, stat.ps_drop, stat.ps_ifdrop);
    else
        g_string_append(text, ", how many the kernel dropped is not known");
    if (run->cut > 0)
        g_string_append_printf(text, ", %" G_GUINT64_FORMAT " cut short", (guint64)run->cut);
    g_string_append_printf(
        text,
        "; %u TCP connection%s, %u mail session%s; limits: %u connection%s given up, "
        "%" G_GUINT64_FORMAT " note%s of something left out",
        counts.streams, counts.streams == 1 ? "" : "s", counts.sessions,
        counts.sessions == 1 ? "" : "s", counts.streams_given_up,
        counts.streams_given_up == 1 ? "" : "s", (guint64)run->limited,
        run->limited == 1 ? "" : "s");
    ms_progress_say(run->progress, text->str);
    size_t n_links;
    const MsUnsupportedLink *links = ms_packet_unsupported(run->decoder, &n_links);
    for (size_t i = 0; i < n_links; i++) {
        g_autofree char *odd =
            g_strdup_printf("unsupported link type %d, %" G_GUINT64_FORMAT " frames not looked at",
                            links[i].link_type, (guint64)links[i].frames);
        ms_progress_say(run->progress, odd);
    }
}

/* Opens the interface and gives up privileges; returns an exit status. */
static int begin(Run *run, sigset_t *signals)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *warning = NULL;
    run->handle = ms_device_open(&run->live->device, &warning, &error);
    if (!run->handle) {
        ms_progress_say(run->progress, error->message);
        return g_error_matches(error, MS_ERROR, MS_ERROR_USAGE) ? MS_EXIT_USAGE : MS_EXIT_TROUBLE;
    }
    if (!ms_device_drop_privileges()) {
        g_autofree char *text =
            g_strdup_printf("cannot give up privileges: %s; nothing is read", g_strerror(errno));
        ms_progress_say(run->progress, text);
        return MS_EXIT_TROUBLE;
    }
    if (warning)
        ms_progress_say(run->progress, warning);
    run->link_type = pcap_datalink(run->handle);
    /* Where the numbers of libpcap and of files differ (pcap-linktype(7)). */
    if (run->link_type == DLT_RAW)
        run->link_type = 101;
    pthread_sigmask(SIG_BLOCK, signals, NULL); /* from now on they come by signalfd */
    g_autofree char *text =
        g_strdup_printf("capturing on '%s'%s%s; Ctrl-C stops", run->live->device.name,
                        run->live->device.filter ? ", " : "",
                        run->live->device.filter ? run->live->device.filter : "");
    ms_progress_say(run->progress, text);
    return MS_EXIT_GOOD;
}

int ms_live_run(const MsPlan *plan, const MsLive *live)
{
    const char *name = live->device.name;
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    g_autoptr(MsOutput) output = ms_output_new(STDOUT_FILENO, true);
    Run run = {
        .plan = plan, .live = live, .origins = {&name, 1}, .output = output, .progress = progress};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC);
    int status = fd >= 0 ? begin(&run, &signals) : MS_EXIT_TROUBLE;
    if (status == MS_EXIT_GOOD) {
        MsEngineOptions options = plan->engine;
        options.open_spool = options.keep == MS_KEEP_ALL ? open_spool : NULL;
        if (plan->style.redact)
            run.redactor = ms_redactor_new(&options.limits);
        const MsSink sink = {.session = on_session};
        run.decoder = ms_packet_decoder_new(&options.limits);
        run.engine = ms_engine_new(&options, &sink, &run);
        status = capture_all(&run, fd) ? MS_EXIT_GOOD : MS_EXIT_TROUBLE;
        if (ms_output_error(output) == 0)
            ms_engine_end(run.engine, false);
        ms_output_flush(output);
        say_summary(&run);
        ms_engine_free(run.engine);
        ms_packet_decoder_free(run.decoder);
        ms_redactor_free(run.redactor);
    }
    if (run.handle)
        pcap_close(run.handle);
    if (fd >= 0)
        close(fd);
    int error = ms_output_error(output);
    if (error && error != EPIPE) {
        g_autofree char *text = g_strdup_printf("cannot write the output: %s", g_strerror(error));
        ms_progress_say(progress, text);
        status = MS_EXIT_TROUBLE;
    }
    return status;
}
