/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-worker.c - what a worker does wrong costs its own item, and is said. */
#include "run/confine.h"
#include "run/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int secret = -1; /* a file of the calling process that no worker may see */
static int shared = -1;

static GString *hand_back(void)
{
    return g_string_new("good");
}

static GString *do_crash(void)
{
    raise(SIGABRT);
    return hand_back();
}

G_NORETURN static GString *do_hang(void)
{
    for (;;)
        pause();
}

G_NORETURN static GString *do_grow(void)
{
    for (;;)
        memset(g_malloc(1 << 24), 1, 1);
}

static GString *do_write(void)
{
    GString *much = g_string_new(NULL);
    return g_string_append_c(g_string_set_size(much, 1 << 21), '.');
}

static GString *do_connect(void)
{
    socket(AF_INET, SOCK_STREAM, 0);
    return hand_back();
}

G_NORETURN static GString *do_leave(void)
{
    _exit(3);
}

/* Neither files of the calling process, nor `shared` behind the opening, are open. */
static GString *do_look(void)
{
    char byte;
    bool open = pread(secret, &byte, 1, 0) >= 0 || pread(shared, &byte, 1, 0) >= 0;
    return g_string_new(open ? "open" : "good");
}

static GString *do_fork(void)
{
    pid_t process = fork();
    return process == 0 ? g_string_new("child") : hand_back();
}

typedef struct {
    const char *name;
    GString *(*deed)(void);
    const char *problem; /* NULL: it is handed back */
    bool plain;          /* only where workers are confined */
} Row;

static const Row rows[] = {
    {"good", hand_back, NULL, false},
    {"crash", do_crash, "failed on it", false},
    {"hang", do_hang, "took longer than 2 seconds", false},
    {"memory", do_grow, "too much memory", true},
    {"output", do_write, "more was to be written", false},
    {"connection", do_connect, "may not do", true},
    {"process", do_fork, "may not do", true},
    {"exit", do_leave, "could not be done", false},
    {"files", do_look, NULL, false},
    {"good again", hand_back, NULL, false},
};

static void *open_it(guint number, uint64_t *mapped, void *user_data)
{
    (void)user_data;
    char byte;
    *mapped += 4096;
    if (pread(shared, &byte, 1, 0) != 1) /* here it is open */
        _exit(1);
    return GUINT_TO_POINTER(number + 1);
}

static GString *do_it(guint number, void *opened, void *user_data)
{
    (void)user_data;
    g_assert_true(GPOINTER_TO_UINT(opened) == number + 1);
    return rows[number].deed();
}

static void on_done(guint number, void *user_data)
{
    guint *done = user_data;
    done[number]++;
}

static void test_rows(void)
{
    enum { COUNT = G_N_ELEMENTS(rows) };
    guint done[COUNT] = {0};
    GString *result[COUNT] = {NULL};
    char *problem[COUNT] = {NULL};
    const MsWorkerLimits limits = {(uint64_t)1 << 29, 2, 1 << 20, false};
    const MsWorkerJob job = {open_it, do_it, on_done, NULL, done, shared};
    for (size_t i = 0; i < COUNT; i++) {
        if (rows[i].plain && !ms_confine_built())
            problem[i] = g_strdup(rows[i].problem); /* passed over */
    }
    g_assert_true(ms_workers_run(&job, COUNT, 3, &limits, result, problem));
    guint count = 0;
    for (size_t i = 0; i < COUNT; i++, count++) {
        g_test_message("%s: %s", rows[i].name, problem[i] ? problem[i] : result[i]->str);
        g_assert_true((problem[i] == NULL) != (result[i] == NULL));
        g_assert_true((problem[i] == NULL) == (rows[i].problem == NULL));
        if (problem[i])
            g_assert_nonnull(strstr(problem[i], rows[i].problem));
        else
            g_assert_cmpstr(result[i]->str, ==, "good");
        g_assert_cmpuint(done[i], ==, rows[i].plain && !ms_confine_built() ? 0 : 1);
        if (result[i])
            g_string_free(result[i], TRUE);
        g_free(problem[i]);
    }
    g_assert_cmpuint(count, ==, 10);
}

/* A signal ends it, with no worker left and nothing said of what was not done. */
static void send_signal(guint finished, void *user_data)
{
    (void)user_data;
    if (finished == 1)
        raise(SIGTERM);
}

static GString *hang_last(guint number, void *opened, void *user_data)
{
    (void)opened;
    (void)user_data;
    return number == 0 ? hand_back() : do_hang();
}

static void test_interrupt(void)
{
    GString *result[2] = {NULL, NULL};
    char *problem[2] = {NULL, NULL};
    const MsWorkerLimits limits = {(uint64_t)1 << 29, 60, 1 << 20, false};
    const MsWorkerJob job = {NULL, hang_last, NULL, send_signal, NULL, -1};
    g_assert_false(ms_workers_run(&job, 2, 1, &limits, result, problem));
    g_assert_cmpstr(result[0]->str, ==, "good");
    g_assert_true(!result[1] && !problem[0] && !problem[1]);
    g_string_free(result[0], TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char name[] = "/tmp/mailscope-worker-XXXXXX";
    secret = mkstemp(name);
    unlink(name);
    g_assert_cmpint(write(secret, "x", 1), ==, 1);
    shared = fcntl(secret, F_DUPFD_CLOEXEC, 100);
    g_test_add_func("/worker/rows", test_rows);
    g_test_add_func("/worker/interrupt", test_interrupt);
    return g_test_run();
}
