/* SPDX-License-Identifier: GPL-2.0-or-later
 * run.c - hands captures out to threads and collects what they printed. Captures are started only a
 * little ahead of the one whose turn it is to be written, and what they print waits in spools, so
 * memory does not grow with the number of files. With one thread output is written directly. */
#include "run.h"

#include "../base/error.h"
#include "../extract/name.h"
#include "files.h"
#include "progress.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define SPOOL_MEMORY ((size_t)4 << 20) /* bytes of output a waiting capture keeps in memory */
#define AHEAD 4                        /* captures for each thread that may wait for their turn */
#define JOINED_MOST 65535              /* files, as MsRange.file counts them */

typedef struct {
    char *text;
    bool bad;
} Problem;

typedef struct Work Work;

/* One capture of the run. */
typedef struct {
    MsJob job;
    Work *work;
    const char **files;
    char *name;       /* of the job */
    GArray *problems; /* Problem; with threads, until its turn */
    uint64_t read;    /* bytes, last reported */
    bool done;
} Task;

struct Work {
    const MsRun *run;
    GPtrArray *inputs;
    MsOutput *output;
    MsProgress *progress;
    MsNames *names; /* of captures, for extract */
    bool bad;       /* exit status is to say so */
    uint64_t read;  /* bytes of all captures; guarded by mutex, as all that follows */
    bool stop;      /* output failed */
    bool all;       /* nothing will be added to the queue */
    GQueue queue;   /* Task, to be run */
    /* POSIX's own, not GLib's: ThreadSanitizer sees what they order. */
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* counts in CLOCK_MONOTONIC */
};

static void say(Work *work, const char *text, bool bad)
{
    /* What was extracted is told only when it is written. */
    if (work->run->plan.extract && !bad && !ms_output_flush(work->output))
        return;
    ms_progress_say(work->progress, text);
    work->bad = work->bad || bad;
}

/* --- one thread --- */

static void on_problem(MsJob *job, const char *text, bool bad)
{
    Task *task = job->owner;
    say(task->work, text, bad);
}

static bool on_progress(MsJob *job, uint64_t read)
{
    Task *task = job->owner;
    Work *work = task->work;
    work->read += read - task->read;
    task->read = read;
    ms_progress_update(work->progress, work->read, job->origins.files[0]);
    return true;
}

/* The part of the page for the next capture, or NULL. */
static MsReport *next_report(Work *work)
{
    GPtrArray *reports = work->run->reports;
    if (!reports)
        return NULL;
    g_ptr_array_add(reports,
                    ms_report_new(reports->len + 1, work->run->joined ? 1 : work->inputs->len,
                                  &work->run->plan.engine.limits));
    return reports->pdata[reports->len - 1];
}

/* Safe name of a capture, unlike that of all before it; NULL when none is needed. */
static char *next_name(Work *work, const char *file)
{
    enum { MOST = 60 }; /* bytes; with number and user it stays below MS_STORE_FOLDER */
    if (!work->run->plan.extract)
        return NULL;
    MsBuffer safe = {0};
    g_autofree char *base =
        strcmp(file, "-") == 0 ? g_strdup("standard-input") : g_path_get_basename(file);
    ms_name_safe(&safe, base, strlen(base), MOST);
    g_autofree char *name = g_strndup((const char *)safe.data, safe.length);
    ms_buffer_clear(&safe);
    static const char *const endings[] = {".gz", ".zst", ".xz", ".pcap", ".pcapng", ".cap"};
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        size_t length = strlen(name);
        if (g_str_has_suffix(name, endings[i]) && length > strlen(endings[i]))
            name[length - strlen(endings[i])] = '\0';
    }
    return ms_names_take(work->names, name, MOST);
}

static void run_here(Work *work, const char **files, size_t n_files)
{
    static const MsJobListener listener = {on_problem, on_progress};
    Task task = {.work = work};
    g_autofree char *name = next_name(work, files[0]);
    task.job = (MsJob){.plan = &work->run->plan,
                       .origins = {files, n_files},
                       .output = work->output,
                       .report = next_report(work),
                       .name = name,
                       .listener = &listener,
                       .owner = &task};
    ms_job_run(&task.job);
}

/* --- several threads --- */

static void keep_problem(MsJob *job, const char *text, bool bad)
{
    Task *task = job->owner;
    Problem problem = {g_strdup(text), bad};
    g_array_append_val(task->problems, problem);
}

static bool count_progress(MsJob *job, uint64_t read)
{
    Task *task = job->owner;
    Work *work = task->work;
    pthread_mutex_lock(&work->mutex);
    work->read += read - task->read;
    task->read = read;
    bool go_on = !work->stop;
    pthread_mutex_unlock(&work->mutex);
    return go_on;
}

/* The next task, or NULL when there will be none. */
static Task *take_task(Work *work)
{
    pthread_mutex_lock(&work->mutex);
    while (g_queue_is_empty(&work->queue) && !work->all)
        pthread_cond_wait(&work->changed, &work->mutex);
    Task *task = g_queue_pop_head(&work->queue);
    pthread_mutex_unlock(&work->mutex);
    return task;
}

static void *run_tasks(void *data)
{
    Work *work = data;
    for (Task *task; (task = take_task(work));) {
        pthread_mutex_lock(&work->mutex);
        bool stop = work->stop;
        pthread_mutex_unlock(&work->mutex);
        if (!stop)
            ms_job_run(&task->job);
        pthread_mutex_lock(&work->mutex);
        task->done = true;
        pthread_cond_broadcast(&work->changed);
        pthread_mutex_unlock(&work->mutex);
    }
    return NULL;
}

static Task *task_new(Work *work, const MsFileEntry *input)
{
    static const MsJobListener listener = {keep_problem, count_progress};
    Task *task = g_new0(Task, 1);
    task->work = work;
    task->files = g_new(const char *, 1);
    task->files[0] = input->path;
    task->name = next_name(work, input->path);
    task->problems = g_array_new(FALSE, FALSE, sizeof(Problem));
    task->job = (MsJob){.plan = &work->run->plan,
                        .origins = {task->files, 1},
                        .output = ms_output_new_spool(SPOOL_MEMORY),
                        .report = next_report(work),
                        .name = task->name,
                        .listener = &listener,
                        .owner = task};
    return task;
}

/* Writes what the task printed and says its problems; frees it. */
static void task_finish(Task *task)
{
    Work *work = task->work;
    ms_progress_erase(work->progress);
    bool failed = ms_output_error(work->output) != 0; /* before: this one's trouble is the same */
    ms_output_copy(work->output, task->job.output);
    for (guint i = 0; i < task->problems->len; i++) {
        Problem *problem = &g_array_index(task->problems, Problem, i);
        if (!failed)
            say(work, problem->text, problem->bad);
        g_free(problem->text);
    }
    g_array_unref(task->problems);
    ms_output_free(task->job.output);
    g_free(task->files);
    g_free(task->name);
    g_free(task);
}

static void wait_for(Work *work, Task *task)
{
    enum { TURN_NS = 200000000 }; /* how often the progress is drawn */
    pthread_mutex_lock(&work->mutex);
    while (!task->done) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TURN_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_timedwait(&work->changed, &work->mutex, &until) == ETIMEDOUT) {
            uint64_t read = work->read;
            pthread_mutex_unlock(&work->mutex);
            ms_progress_update(work->progress, read, task->files[0]);
            pthread_mutex_lock(&work->mutex);
        }
    }
    pthread_mutex_unlock(&work->mutex);
}

static void add_task(Work *work, Task *task)
{
    pthread_mutex_lock(&work->mutex);
    g_queue_push_tail(&work->queue, task);
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
}

/* Hands captures out, and writes what comes back in their order. */
static void run_in_turn(Work *work)
{
    guint window = work->run->jobs * (AHEAD + 1);
    g_autofree Task **tasks = g_new0(Task *, work->inputs->len);
    guint pushed = 0;
    for (guint turn = 0; turn < work->inputs->len; turn++) {
        for (; pushed < work->inputs->len && pushed < turn + window; pushed++) {
            const MsFileEntry *input = work->inputs->pdata[pushed];
            if (input->problem)
                continue;
            tasks[pushed] = task_new(work, input);
            add_task(work, tasks[pushed]);
        }
        const MsFileEntry *input = work->inputs->pdata[turn];
        if (input->problem) {
            say(work, input->problem, true);
            continue;
        }
        wait_for(work, tasks[turn]);
        task_finish(tasks[turn]);
        if (ms_output_error(work->output)) {
            pthread_mutex_lock(&work->mutex);
            work->stop = true;
            pthread_mutex_unlock(&work->mutex);
        }
    }
}

/* False when not one thread could be started. */
static bool run_threads(Work *work)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&work->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&work->mutex, NULL);
    guint most = MIN(work->run->jobs, work->inputs->len);
    g_autofree pthread_t *threads = g_new(pthread_t, most);
    guint started = 0;
    while (started < most && pthread_create(&threads[started], NULL, run_tasks, work) == 0)
        started++;
    if (started > 0)
        run_in_turn(work);
    pthread_mutex_lock(&work->mutex);
    work->all = true;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
    for (guint i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&work->mutex);
    pthread_cond_destroy(&work->changed);
    return started > 0;
}

/* --- */

static void run_joined(Work *work)
{
    const char **files = g_new(const char *, work->inputs->len + 1);
    size_t n_files = 0;
    for (guint i = 0; i < work->inputs->len; i++) {
        const MsFileEntry *input = work->inputs->pdata[i];
        if (input->problem)
            say(work, input->problem, true);
        else
            files[n_files++] = input->path;
    }
    if (n_files > JOINED_MOST)
        say(work, "too many files to be joined: 65535 is the most", true);
    else if (n_files > 0)
        run_here(work, files, n_files);
    g_free(files);
}

static void run_each(Work *work)
{
    for (guint i = 0; i < work->inputs->len && !ms_output_error(work->output); i++) {
        const MsFileEntry *input = work->inputs->pdata[i];
        const char *file = input->path;
        if (input->problem)
            say(work, input->problem, true);
        else
            run_here(work, &file, 1);
    }
}

static uint64_t total_size(const GPtrArray *inputs)
{
    uint64_t total = 0;
    for (guint i = 0; i < inputs->len; i++) {
        const MsFileEntry *input = inputs->pdata[i];
        if (input->problem)
            continue;
        if (input->size == 0)
            return 0; /* a pipe: not known */
        total += input->size;
    }
    return total;
}

/* Writes the rest; returns the exit status. */
static int finish(Work *work)
{
    ms_progress_erase(work->progress);
    ms_output_flush(work->output);
    int error = ms_output_error(work->output);
    if (error && error != EPIPE &&
        error != ECANCELED) { /* whoever reads has enough: no trouble of ours */
        g_autofree char *text = g_strdup_printf("cannot write the output: %s", g_strerror(error));
        say(work, text, true);
    }
    return work->bad ? MS_EXIT_TROUBLE : MS_EXIT_GOOD;
}

int ms_run(const MsRun *run, const char *const *names)
{
    g_autoptr(GPtrArray) inputs = ms_files_new(names);
    g_autoptr(MsOutput) own = NULL;
    if (!run->output)
        own = ms_output_new(STDOUT_FILENO, isatty(STDOUT_FILENO));
    g_autoptr(MsProgress) progress = ms_progress_new(total_size(inputs));
    g_autoptr(MsNames) taken = ms_names_new();
    Work work = {.run = run,
                 .inputs = inputs,
                 .output = run->output ? run->output : own,
                 .progress = progress,
                 .names = taken};
    if (run->joined)
        run_joined(&work);
    else if (run->jobs <= 1 || inputs->len <= 1 || !run_threads(&work))
        run_each(&work);
    return finish(&work);
}
