/* SPDX-License-Identifier: GPL-2.0-or-later
 * page.c - what the sessions give waits in a spool, as the page begins with what is known last. */
#include "page.h"

#include "files.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOL_MEMORY ((size_t)16 << 20) /* bytes */

static int complain(const char *what, const char *file, int error)
{
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    g_autofree char *why = ms_files_reason(error);
    g_autofree char *text = g_strdup_printf("cannot %s '%s': %s", what, file, why);
    ms_progress_say(progress, text);
    return MS_EXIT_TROUBLE;
}

/* Writes the page to `fd`; returns 0 or errno. */
static int write_page(const MsRun *run, int fd)
{
    g_autoptr(MsOutput) out = ms_output_new(fd, false);
    ms_report_head(ms_output_buffer(out), run->reports, run->plan.style.redact);
    ms_output_copy(out, run->output);
    ms_report_tail(ms_output_buffer(out));
    ms_output_flush(out);
    return ms_output_error(out);
}

/* Gives the finished file its name; returns 0 or errno. */
static int give_name(const char *temporary, const char *file, bool overwrite)
{
    if (overwrite)
        return rename(temporary, file) == 0 ? 0 : errno;
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, file, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    if (link(temporary, file) != 0) /* file systems that cannot do it in one step */
        return errno;
    unlink(temporary);
    return 0;
}

static int write_file(const MsRun *run, const char *file, bool overwrite)
{
    g_autofree char *temporary = g_strconcat(file, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0666);
    if (fd < 0)
        return complain("write", file, errno);
    int error = write_page(run, fd);
    if (error == 0 && fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
        error = errno;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0)
        error = give_name(temporary, file, overwrite);
    if (error == 0)
        return MS_EXIT_GOOD;
    unlink(temporary);
    return complain("write", file, error);
}

int ms_page_run(MsRun *run, const char *const *names, const char *file, bool overwrite)
{
    bool prints = strcmp(file, "-") == 0;
    struct stat status;
    if (!prints && lstat(file, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return complain("write", file, EISDIR);
        if (!overwrite)
            return complain("write", file, EEXIST);
        if (ms_files_read(names, file))
            return ms_files_refuse(file);
        if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) /* a device is never replaced */
            return complain("replace", file, EINVAL);
    }
    g_autoptr(MsOutput) body = ms_output_new_spool(SPOOL_MEMORY);
    g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func((GDestroyNotify)ms_report_free);
    run->output = body;
    run->reports = reports;
    int read = ms_run(run, names);
    if (ms_output_error(body))
        return read;
    int error = 0;
    int written = MS_EXIT_GOOD;
    if (!prints)
        written = write_file(run, file, overwrite);
    else if ((error = write_page(run, STDOUT_FILENO)) != 0 && error != EPIPE)
        written = complain("write", "standard output", error);
    return written == MS_EXIT_GOOD ? read : written;
}
