/* SPDX-License-Identifier: GPL-2.0-or-later
 * progress.c - the progress line and standard error. */
#include "progress.h"

#include "../base/escape.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FIRST_US 1000000 /* microseconds before the line appears */
#define EVERY_US 250000  /* microseconds between two drawings */

struct MsProgress {
    bool draws;
    bool drawn;
    uint64_t total;
    gint64 next_us;      /* monotonic time of the next drawing */
    gint64 since_us;     /* of the first ms_progress_count(); 0: none */
    uint64_t done_first; /* what was done then */
};

MsProgress *ms_progress_new(uint64_t total)
{
    MsProgress *progress = g_new0(MsProgress, 1);
    progress->draws = isatty(STDERR_FILENO);
    progress->total = total;
    progress->next_us = g_get_monotonic_time() + FIRST_US;
    return progress;
}

void ms_progress_free(MsProgress *progress)
{
    if (!progress)
        return;
    ms_progress_erase(progress);
    g_free(progress);
}

static void write_error(const MsBuffer *text)
{
    /* One call for a line: lines of several processes do not mix. Nothing can be done on failure.
     */
    ssize_t ignored = write(STDERR_FILENO, text->data, text->length);
    (void)ignored;
}

void ms_progress_erase(MsProgress *progress)
{
    if (!progress->drawn)
        return;
    static const char erase[] = "\r\033[K";
    MsBuffer line = {0};
    ms_buffer_append(&line, erase, sizeof erase - 1);
    write_error(&line);
    ms_buffer_clear(&line);
    progress->drawn = false;
}

static size_t columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        return size.ws_col;
    return 80;
}

void ms_progress_update(MsProgress *progress, uint64_t read, const char *name)
{
    if (!progress->draws)
        return;
    gint64 now = g_get_monotonic_time();
    if (now < progress->next_us)
        return;
    progress->next_us = now + EVERY_US;
    MsBuffer line = {0};
    ms_buffer_text(&line, "\r\033[K");
    size_t start = line.length;
    if (progress->total > 0)
        ms_buffer_printf(&line, "%3u %% ",
                         (unsigned)(MIN(read, progress->total) * 100 / progress->total));
    ms_buffer_printf(&line, "%" G_GUINT64_FORMAT " MB ", (guint64)(read / 1000000));
    ms_escape_terminal(&line, (const uint8_t *)name, strlen(name));
    size_t most = columns() - 1;
    if (line.length - start > most) { /* bytes for columns: never too long */
        line.length = start + most;
        while (line.length > start && (line.data[line.length - 1] & 0xc0) == 0x80)
            line.length--;
        if (line.length > start && line.data[line.length - 1] >= 0xc0)
            line.length--;
    }
    write_error(&line);
    ms_buffer_clear(&line);
    progress->drawn = true;
}

/* Seconds that the rest takes; -1: nothing is done yet. */
static gint64 seconds_left(const MsProgress *progress, gint64 now, uint64_t done, uint64_t total)
{
    uint64_t fresh = done - progress->done_first;
    if (fresh == 0)
        return -1;
    double each = (double)(now - progress->since_us) / (double)fresh;
    return (gint64)(each * (double)(total - done) / 1e6 + 0.5);
}

void ms_progress_count(MsProgress *progress, uint64_t done, uint64_t total)
{
    if (!progress->draws || done > total)
        return;
    gint64 now = g_get_monotonic_time();
    if (progress->since_us == 0) {
        progress->since_us = now;
        progress->done_first = done;
    }
    if (now < progress->next_us)
        return;
    progress->next_us = now + EVERY_US;
    gint64 left = seconds_left(progress, now, done, total);
    unsigned width = 20;
    unsigned full = total > 0 ? (unsigned)(done * width / total) : width;
    MsBuffer line = {0};
    ms_buffer_text(&line, "\r\033[K[");
    for (unsigned i = 0; i < width; i++)
        ms_buffer_byte(&line, i < full ? '#' : '.');
    ms_buffer_printf(&line, "] %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, (guint64)done,
                     (guint64)total);
    if (left >= 0)
        ms_buffer_printf(&line, ", %" G_GINT64_FORMAT ":%02u:%02u left", left / 3600,
                         (unsigned)(left / 60 % 60), (unsigned)(left % 60));
    write_error(&line);
    ms_buffer_clear(&line);
    progress->drawn = true;
}

void ms_progress_say(MsProgress *progress, const char *text)
{
    ms_progress_erase(progress);
    MsBuffer line = {0};
    ms_buffer_text(&line, "mailscope: ");
    ms_escape_terminal(&line, (const uint8_t *)text, strlen(text));
    ms_buffer_byte(&line, '\n');
    write_error(&line);
    ms_buffer_clear(&line);
}
