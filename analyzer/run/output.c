/* SPDX-License-Identifier: GPL-2.0-or-later
 * output.c - buffered writing with write(2), and spools in unlinked temporary files. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BLOCK ((size_t)256 * 1024) /* bytes written at once */

struct MsOutput {
    MsBuffer buffer;
    int fd;     /* -1: a spool that is still in memory */
    bool spool; /* fd is our own */
    bool at_once;
    size_t threshold; /* bytes in the buffer that make it be written */
    int error;        /* errno */
};

bool ms_output_hold_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) != -1)
            continue;
        /* The lowest free number is taken, which is this one; the wrong direction gives EBADF. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    return true;
}

MsOutput *ms_output_new(int fd, bool at_once)
{
    MsOutput *output = g_new0(MsOutput, 1);
    output->fd = fd;
    output->at_once = at_once;
    output->threshold = BLOCK;
    return output;
}

MsOutput *ms_output_new_spool(size_t memory)
{
    MsOutput *output = ms_output_new(-1, false);
    output->spool = true;
    output->threshold = memory;
    return output;
}

void ms_output_free(MsOutput *output)
{
    if (!output)
        return;
    if (output->spool && output->fd >= 0)
        close(output->fd);
    ms_buffer_clear(&output->buffer);
    g_free(output);
}

MsBuffer *ms_output_buffer(MsOutput *output)
{
    return &output->buffer;
}

int ms_output_temporary(void)
{
    const char *folder = g_get_tmp_dir();
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    g_autofree char *name = g_build_filename(folder, "mailscope-XXXXXX", NULL);
    fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static bool write_all(MsOutput *output, const uint8_t *data, size_t length)
{
    while (output->error == 0 && length > 0) {
        ssize_t written = write(output->fd, data, length);
        if (written > 0) {
            data += written;
            length -= (size_t)written;
        } else if (written < 0 && errno != EINTR) {
            output->error = errno;
        }
    }
    return output->error == 0;
}

bool ms_output_flush(MsOutput *output)
{
    if (output->fd < 0 && output->error == 0) {
        output->fd = ms_output_temporary();
        if (output->fd < 0)
            output->error = errno;
    }
    bool good = write_all(output, output->buffer.data, output->buffer.length);
    output->buffer.length = 0;
    return good;
}

bool ms_output_done(MsOutput *output)
{
    if (output->buffer.length >= output->threshold || output->at_once || output->error) {
        ms_output_flush(output);
        if (output->spool)
            output->threshold = BLOCK;
    }
    return output->error == 0;
}

bool ms_output_copy(MsOutput *output, MsOutput *spool)
{
    if (spool->error && output->error == 0)
        output->error = spool->error;
    if (spool->fd >= 0 && lseek(spool->fd, 0, SEEK_SET) != 0 && output->error == 0)
        output->error = errno;
    while (spool->fd >= 0 && output->error == 0) {
        ms_buffer_reserve(&output->buffer, BLOCK);
        ssize_t got = read(spool->fd, output->buffer.data + output->buffer.length, BLOCK);
        if (got == 0)
            break;
        if (got > 0)
            output->buffer.length += (size_t)got;
        else if (errno != EINTR)
            output->error = errno;
        ms_output_done(output);
    }
    ms_buffer_append(&output->buffer, spool->buffer.data, spool->buffer.length);
    return ms_output_done(output);
}

void ms_output_fail(MsOutput *output, int error)
{
    if (output->error == 0)
        output->error = error;
}

int ms_output_error(const MsOutput *output)
{
    return output->error;
}
