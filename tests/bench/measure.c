/* SPDX-License-Identifier: GPL-2.0-or-later
 * measure.c - runs a command and says what it took: a program as small as can be, because a child's
 * peak memory begins with what its parent held when it was forked. Usage:
 * bench-measure REPORT SECONDS COMMAND...; REPORT gets "cpu wall peak status": seconds, seconds,
 * kilobytes, exit status (-1 after the time-out). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t child;

static void on_alarm(int number)
{
    (void)number;
    kill(child, SIGKILL);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: bench-measure REPORT SECONDS COMMAND...\n");
        return 2;
    }
    double begin = now();
    child = fork();
    if (child == 0) {
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    signal(SIGALRM, on_alarm);
    alarm((unsigned)strtoul(argv[2], NULL, 10));
    while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
        continue;
    FILE *report = fopen(argv[1], "w");
    if (!report)
        return 2;
    fprintf(report, "%.6f %.6f %ld %d\n",
            (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
            now() - begin, usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return fclose(report) == 0 ? 0 : 2;
}
