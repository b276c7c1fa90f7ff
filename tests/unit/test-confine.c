/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-confine.c - what a confined process may and may not do, each tried in a process of its own.
 */
#include "run/confine.h"

#include <glib.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int opened = -1; /* an open file, as a worker has it */

/* What may be done: 0 when it was done. */
static int do_read(void)
{
    char byte;
    return pread(opened, &byte, 1, 0) == 1 && lseek(opened, 0, SEEK_SET) == 0 ? 0 : errno;
}
static int do_properties(void)
{
    struct stat status;
    return fstat(opened, &status) == 0 && S_ISREG(status.st_mode) ? 0 : errno;
}
static int do_write(void)
{
    return write(opened, "x", 1) == 1 ? 0 : errno;
}
static int do_map(void)
{
    const char *at = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, opened, 0);
    return at != MAP_FAILED && at[0] == 'x' ? 0 : errno;
}
static int do_memory(void)
{
    char *memory = malloc((size_t)64 << 20);
    if (!memory)
        return ENOMEM;
    memset(memory, 1, (size_t)64 << 20);
    int sum = memory[12345] - 1;
    free(memory);
    return sum;
}
static int do_time(void)
{
    return g_get_real_time() > 0 && g_random_int() != 1 ? 0 : 1;
}
static int do_abort(void)
{
    abort();
}

/* What is refused: the error. */
static int do_open(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}
static int do_stat(void)
{
    struct stat status;
    return stat("/etc/passwd", &status) < 0 ? errno : 0;
}
static int do_run_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? errno : 0;
}
static int do_memory_file(void)
{
    return memfd_create("x", 0) < 0 ? errno : 0;
}

/* What is deadly. */
static int do_open_write(void)
{
    return open("/nonsuch/x", O_WRONLY | O_CLOEXEC);
}
static int do_create(void)
{
    return open("/nonsuch/x", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
}
static int do_remove(void)
{
    return unlink("/nonsuch/x");
}
static int do_rename(void)
{
    return rename("/nonsuch/x", "/nonsuch/y");
}
static int do_link(void)
{
    return symlink("/nonsuch/x", "/nonsuch/y");
}
static int do_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static int do_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static int do_exec(void)
{
    char *const words[] = {(char *)"/bin/true", NULL};
    return execve(words[0], words, words + 1);
}
static int do_fork(void)
{
    return fork();
}
static int do_trace(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
static int do_signal(void)
{
    return kill(getppid(), 0);
}

/* Its wait status, after confinement. */
static int status_of(int (*deed)(void), bool confined)
{
    int status = -1;
    pid_t process = fork();
    g_assert_cmpint(process, >=, 0);
    if (process == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        if (confined && ms_confine() != 0)
            _exit(255);
        _exit(deed() & 0xff);
    }
    while (waitpid(process, &status, 0) < 0)
        g_assert_cmpint(errno, ==, EINTR);
    return status;
}

typedef struct {
    const char *name;
    int (*deed)(void);
    int exit;   /* status with which it ends */
    int signal; /* or the signal */
} Row;

static const Row rows[] = {
    {"read", do_read, 0, 0},
    {"properties of an open file", do_properties, 0, 0},
    {"write to an open file", do_write, 0, 0},
    {"map an open file", do_map, 0, 0},
    {"memory", do_memory, 0, 0},
    {"time, random numbers", do_time, 0, 0},
    {"abort", do_abort, 0, SIGABRT},
    {"open to read", do_open, EACCES, 0},
    {"properties by name", do_stat, EPERM, 0},
    {"memory for code", do_run_code, EPERM, 0},
    {"file in memory", do_memory_file, EPERM, 0},
    {"open to write", do_open_write, 0, SIGSYS},
    {"create", do_create, 0, SIGSYS},
    {"remove", do_remove, 0, SIGSYS},
    {"rename", do_rename, 0, SIGSYS},
    {"link", do_link, 0, SIGSYS},
    {"socket", do_socket, 0, SIGSYS},
    {"local socket", do_local_socket, 0, SIGSYS},
    {"exec", do_exec, 0, SIGSYS},
    {"fork", do_fork, 0, SIGSYS},
    {"trace", do_trace, 0, SIGSYS},
    {"signal to another", do_signal, 0, SIGSYS},
};

static void test_rows(void)
{
    if (!ms_confine_built()) {
        g_test_skip("built with sanitizers: not confined");
        return;
    }
    g_assert_cmpint(ms_confine_try(), ==, 0);
    char name[] = "/tmp/mailscope-confine-XXXXXX";
    opened = mkstemp(name);
    g_assert_cmpint(opened, >=, 0);
    unlink(name);
    g_assert_cmpint(write(opened, "xy", 2), ==, 2);
    guint count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, count++) {
        int status = status_of(rows[i].deed, true);
        g_test_message("%s: %d", rows[i].name, status);
        if (rows[i].signal) {
            g_assert_true(WIFSIGNALED(status));
            g_assert_cmpint(WTERMSIG(status), ==, rows[i].signal);
        } else {
            g_assert_true(WIFEXITED(status));
            g_assert_cmpint(WEXITSTATUS(status), ==, rows[i].exit);
        }
        /* Without the filter none of them is killed: it is the filter that does it. */
        if (rows[i].signal == SIGSYS && rows[i].deed != do_fork && rows[i].deed != do_trace)
            g_assert_true(WIFEXITED(status_of(rows[i].deed, false)));
    }
    g_assert_cmpuint(count, ==, 22);
    close(opened);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/confine/rows", test_rows);
    return g_test_run();
}
