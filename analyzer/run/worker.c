/* SPDX-License-Identifier: GPL-2.0-or-later
 * worker.c - forks; what comes back waits in an unnamed file, so nothing is read while the process
 * runs, and the kernel itself ends one that takes too long. */
#include "worker.h"

#include "output.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CONFINE_MEMORY false /* sanitizers reserve terabytes of address space */
#else
#define CONFINE_MEMORY true
#endif

typedef struct {
    pid_t process; /* 0: not running */
    int file;
} Running;

static void set_limit(__rlimit_resource_t what, uint64_t value)
{
    const struct rlimit limit = {value, value};
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

/* In the process of its own; never returns. */
static void be_worker(guint number, int file, const MsWorkerLimits *limits, MsWork work,
                      void *user_data)
{
    signal(SIGALRM, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    alarm((unsigned)MIN(limits->seconds, 86400));
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_CPU, limits->seconds);
    set_limit(RLIMIT_FSIZE, limits->output);
    if (CONFINE_MEMORY)
        set_limit(RLIMIT_AS, limits->memory);
    GString *result = work(number, user_data);
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
    if (WIFSIGNALED(status)) {
        int why = WTERMSIG(status);
        if (why == SIGALRM || why == SIGXCPU || why == SIGKILL)
            return g_strdup_printf("not graded: took longer than %" G_GUINT64_FORMAT " seconds",
                                   (guint64)limits->seconds);
        if (why == SIGXFSZ)
            return g_strdup("not graded: more was to be written than is allowed");
        return g_strdup("not graded: the program failed on it, or it needs too much memory");
    }
    return g_strdup("not graded: the work could not be done");
}

static bool start(Running *running, guint number, const MsWorkerLimits *limits, MsWork work,
                  void *user_data)
{
    running->file = ms_output_temporary();
    running->process = running->file < 0 ? -1 : fork();
    if (running->process == 0)
        be_worker(number, running->file, limits, work, user_data);
    if (running->process > 0)
        return true;
    if (running->file >= 0)
        close(running->file);
    running->process = 0;
    return false;
}

void ms_workers_run(guint count, unsigned jobs, const MsWorkerLimits *limits, MsWork work,
                    void *user_data, GString **result, char **problem)
{
    g_autofree Running *running = g_new0(Running, count);
    guint next = 0;
    unsigned active = 0;
    while (next < count || active > 0) {
        for (; next < count && active < jobs; next++) {
            bool started = start(&running[next], next, limits, work, user_data);
            active += started;
            if (!started)
                problem[next] = g_strdup("not graded: no process could be started for it");
        }
        if (active == 0)
            continue;
        int status;
        pid_t process = waitpid(-1, &status, 0);
        if (process < 0 && errno == EINTR)
            continue;
        if (process < 0)
            break;
        guint i = 0;
        while (i < next && running[i].process != process)
            i++;
        if (i == next)
            continue; /* no child of ours */
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            result[i] = read_back(running[i].file);
        else
            problem[i] = explain(status, limits);
        close(running[i].file);
        running[i].process = 0;
        active--;
    }
}
