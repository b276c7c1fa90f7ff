/* SPDX-License-Identifier: GPL-2.0-or-later
 * mbox.c - the bytes go through a small machine that remembers how a line began. */
#include "mbox.h"

#include "../base/find.h"

#include <time.h>

enum { BLOCK = 65536, MOST_SENDER = 320 /* RFC 5321 4.5.3.1: 64 + 1 + 255 */ };

/* The start of a line that may have to be quoted. */
typedef struct {
    MsBuffer *out;
    bool start;      /* of a line: what follows is held */
    uint64_t quotes; /* `>` held */
    size_t matched;  /* of "From ", held */
} Quoter;

static const char from[] = "From ";

/* Lets go of what is held. */
static void release(Quoter *quoter)
{
    for (; quoter->quotes > 0; quoter->quotes--)
        ms_buffer_byte(quoter->out, '>');
    ms_buffer_append(quoter->out, from, quoter->matched);
    quoter->matched = 0;
    quoter->start = false;
}

static void push_byte(Quoter *quoter, uint8_t byte)
{
    if (quoter->start && byte == '>' && quoter->matched == 0) {
        quoter->quotes++;
        return;
    }
    if (quoter->start && byte == (uint8_t)from[quoter->matched]) {
        if (++quoter->matched < sizeof from - 1)
            return;
        quoter->quotes++;
        release(quoter);
        return;
    }
    if (quoter->start)
        release(quoter);
    ms_buffer_byte(quoter->out, byte);
    quoter->start = byte == '\n';
}

/* The same for many bytes: what stands behind the start of a line goes at once. */
static void push_block(Quoter *quoter, const uint8_t *data, size_t length)
{
    for (size_t at = 0; at < length;) {
        if (quoter->start) {
            push_byte(quoter, data[at++]);
            continue;
        }
        const uint8_t *feed = ms_find_byte(data + at, '\n', length - at);
        size_t end = feed ? (size_t)(feed - data) + 1 : length;
        ms_buffer_append(quoter->out, data + at, end - at);
        quoter->start = feed != NULL;
        at = end;
    }
}

/* An address without what would break the line; "MAILER-DAEMON" for none, as usual. */
static void put_sender(MsBuffer *out, const char *sender, size_t length)
{
    bool good = length > 0 && length <= MOST_SENDER;
    for (size_t i = 0; good && i < length; i++)
        good = (uint8_t)sender[i] > ' ' && (uint8_t)sender[i] < 0x7f;
    if (good)
        ms_buffer_append(out, sender, length);
    else
        ms_buffer_text(out, "MAILER-DAEMON");
}

/* "Sun Nov 22 09:00:00 2026", UTC, whatever the locale. */
static void put_time(MsBuffer *out, int64_t time_ns)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t second = (time_t)(time_ns / 1000000000);
    struct tm tm;
    gmtime_r(&second, &tm);
    ms_buffer_printf(out, "%s %s %2d %02d:%02d:%02d %d", days[tm.tm_wday], months[tm.tm_mon],
                     tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
}

bool ms_mbox_message(MsDrain *drain, const MsMessage *message, const char *sender,
                     size_t sender_length, int64_t time_ns)
{
    MsBuffer *out = drain->buffer;
    bool good = true;
    ms_buffer_text(out, "From ");
    put_sender(out, sender, sender_length);
    ms_buffer_byte(out, ' ');
    put_time(out, time_ns);
    ms_buffer_byte(out, '\n');
    Quoter quoter = {.out = out, .start = true};
    g_autofree uint8_t *block = g_malloc(BLOCK);
    size_t got;
    uint8_t last = '\n';
    for (uint64_t at = 0; good && (got = ms_message_read(message, at, block, BLOCK)) > 0;
         at += got) {
        push_block(&quoter, block, got);
        last = block[got - 1];
        good = ms_drain(drain);
        quoter.out = drain->buffer;
    }
    if (quoter.start)
        release(&quoter);
    ms_buffer_text(quoter.out, last == '\n' ? "\n" : "\n\n");
    return good;
}
