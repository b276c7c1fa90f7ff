/* SPDX-License-Identifier: GPL-2.0-or-later
 * worker.c - forks; what comes back waits in an unnamed file, so nothing is read while the process
 * runs, and the kernel itself ends one that takes too long. */
#include "worker.h"

#include "confine.h"
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_NS 250000000 /* nanoseconds between two calls of `wait` */

typedef struct {
    pid_t process; /* 0: free */
    int file;
    guint number;
} Running;

typedef struct {
    const MsWorkerJob *job;
    const MsWorkerLimits *limits;
    Running *running; /* of `jobs` */
    unsigned jobs, active;
    pid_t parent;
    sigset_t before; /* signals blocked before */
    GString **result;
    char **problem;
} Crew;

static void set_limit(__rlimit_resource_t what, uint64_t value, uint64_t more)
{
    const struct rlimit limit = {value, value + MIN(more, RLIM_INFINITY - value)};
    if (setrlimit(what, &limit) != 0)
        _exit(1);
}

static bool write_all(int file, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        length -= (size_t)written;
    }
    return true;
}

/* Leaves open standard error (where sanitizers write; nowhere in a plain build), `a` and `b`. */
static void close_others(int a, int b)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; null >= 0 && i <= (ms_confine_built() ? 2 : 1); i++)
        dup2(null, i);
    unsigned low = (unsigned)MAX(MIN(a, b), 2);
    unsigned high = (unsigned)MAX(MAX(a, b), 2);
    if (low > 3)
        close_range(3, low - 1, 0);
    if (high > low + 1)
        close_range(low + 1, high - 1, 0);
    close_range(high + 1, ~0U, 0);
}

static void set_signals(const Crew *crew)
{
    signal(SIGINT, SIG_IGN); /* the calling process says what a Ctrl-C means */
    signal(SIGALRM, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, &crew->before, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != crew->parent)
        _exit(1); /* it died before prctl() */
}

/* In the process of its own; never returns. */
static void be_worker(const Crew *crew, guint number, int file)
{
    const MsWorkerJob *job = crew->job;
    const MsWorkerLimits *limits = crew->limits;
    set_signals(crew);
    close_others(file, job->shared);
    alarm((unsigned)MIN(limits->seconds, 86400));
    set_limit(RLIMIT_CORE, 0, 0);
    set_limit(RLIMIT_CPU, limits->seconds, 1);
    set_limit(RLIMIT_FSIZE, limits->output, 0);
    uint64_t mapped = 0;
    void *opened = job->open ? job->open(number, &mapped, job->user_data) : NULL;
    if (job->shared >= 0)
        close(job->shared);
    if (ms_confine_built())
        set_limit(RLIMIT_AS, limits->memory + MIN(mapped, RLIM_INFINITY - limits->memory), 0);
    if (!limits->unconfined && ms_confine() != 0)
        _exit(1);
    GString *result = job->work(number, opened, job->user_data);
    _exit(write_all(file, result->str, result->len) ? 0 : 1);
}

static GString *read_back(int file)
{
    GString *result = g_string_new(NULL);
    char block[16384];
    off_t at = 0;
    for (;;) {
        ssize_t got = pread(file, block, sizeof block, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return result;
        g_string_append_len(result, block, got);
        at += got;
    }
}

static char *explain(int status, const MsWorkerLimits *limits)
{
    switch (WIFSIGNALED(status) ? WTERMSIG(status) : 0) {
    case 0:
        return g_strdup("the work could not be done");
    case SIGALRM:
    case SIGXCPU:
        return g_strdup_printf("took longer than %" G_GUINT64_FORMAT " seconds",
                               (guint64)limits->seconds);
    case SIGXFSZ:
        return g_strdup("more was to be written than is allowed");
    case SIGSYS:
        return g_strdup("the program was stopped at something that it may not do");
    case SIGTRAP: /* how GLib ends when there is no memory */
        return g_strdup("needs too much memory");
    case SIGKILL:
        return g_strdup("the program was ended, perhaps as memory ran short");
    default:
        return g_strdup("the program failed on it, or it needs too much memory");
    }
}

/* errno when there is no process to be had. */
static int start(Crew *crew, guint number)
{
    Running *running = crew->running;
    while (running->process)
        running++;
    running->file = ms_output_temporary();
    pid_t process = running->file < 0 ? -1 : fork();
    int error = errno;
    if (process == 0)
        be_worker(crew, number, running->file);
    if (process < 0) {
        if (running->file >= 0)
            close(running->file);
        return error;
    }
    running->process = process;
    running->number = number;
    crew->active++;
    return 0;
}

static void finish(Crew *crew, Running *running, int status)
{
    guint number = running->number;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        crew->result[number] = read_back(running->file);
    else
        crew->problem[number] = explain(status, crew->limits);
    close(running->file);
    running->process = 0;
    crew->active--;
    if (crew->job->done)
        crew->job->done(number, crew->job->user_data);
}

/* Takes in what has ended; how many. */
static guint gather(Crew *crew)
{
    guint ended = 0;
    for (unsigned i = 0; i < crew->jobs; i++) {
        Running *running = &crew->running[i];
        int status;
        if (!running->process || waitpid(running->process, &status, WNOHANG) != running->process)
            continue;
        finish(crew, running, status);
        ended++;
    }
    return ended;
}

/* Ends all that run; their items stay undone. */
static void drop_all(Crew *crew)
{
    for (unsigned i = 0; i < crew->jobs; i++) {
        Running *running = &crew->running[i];
        if (!running->process)
            continue;
        kill(running->process, SIGKILL);
        while (waitpid(running->process, NULL, 0) < 0 && errno == EINTR) {
        }
        close(running->file);
        running->process = 0;
    }
    crew->active = 0;
}

static bool go_on(Crew *crew, guint count, const sigset_t *waited)
{
    const MsWorkerJob *job = crew->job;
    const struct timespec tick = {0, TICK_NS};
    guint next = 0;
    guint finished = 0;
    while (next < count || crew->active > 0) {
        while (next < count && crew->active < crew->jobs) {
            int error = 0;
            if (!crew->result[next] && !crew->problem[next])
                error = start(crew, next);
            else
                finished++;
            if (error && crew->active > 0)
                break; /* perhaps there is room when another has ended */
            if (error) {
                crew->problem[next] =
                    g_strdup_printf("no process could be started for it: %s", g_strerror(error));
                finished++;
                if (job->done)
                    job->done(next, job->user_data);
            }
            next++;
        }
        int came = crew->active > 0 ? sigtimedwait(waited, NULL, &tick) : 0;
        if (came > 0 && came != SIGCHLD)
            return false;
        finished += gather(crew);
        if (job->wait)
            job->wait(finished, job->user_data);
    }
    return true;
}

bool ms_workers_run(const MsWorkerJob *job, guint count, unsigned jobs,
                    const MsWorkerLimits *limits, GString **result, char **problem)
{
    static const int signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
    g_autofree Running *running = g_new0(Running, jobs);
    Crew crew = {.job = job,
                 .limits = limits,
                 .running = running,
                 .jobs = jobs,
                 .parent = getpid(),
                 .result = result,
                 .problem = problem};
    sigset_t waited;
    sigemptyset(&waited);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaddset(&waited, signals[i]);
    sigprocmask(SIG_BLOCK, &waited, &crew.before);
    bool whole = go_on(&crew, count, &waited);
    drop_all(&crew);
    sigprocmask(SIG_SETMASK, &crew.before, NULL);
    return whole;
}
