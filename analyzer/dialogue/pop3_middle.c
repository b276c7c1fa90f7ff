/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3_middle.c - where the server's bytes go on after a gap, or when a capture began late: a
 * status line, the middle of a list, or that of a message. What the client waits for tells; else
 * the first whole line does. */
#include "../base/find.h"
#include "pop3.h"

#include <string.h>

/* The bytes in hand, with the first whole line in them. */
typedef struct {
    const MsBytes *bytes;
    size_t at;
    const uint8_t *line; /* behind the first line end; NULL: none */
    size_t length;       /* of the line, without its end */
} Middle;

/* Looks for a whole line behind the rest of another. */
static bool find_line(Middle *middle, size_t look)
{
    const uint8_t *data = middle->bytes->data + middle->at;
    const uint8_t *end = ms_find_byte(data, '\n', look);
    if (!end)
        return false;
    const uint8_t *line = end + 1;
    const uint8_t *stop = ms_find_byte(line, '\n', look - (size_t)(line - data));
    if (!stop)
        return false;
    middle->line = line;
    middle->length = (size_t)(stop - line);
    if (middle->length > 0 && line[middle->length - 1] == '\r')
        middle->length--;
    return true;
}

/* The middle of a message; `waiting`: it answers the command that waits. */
static void begin_message(MsDialogue *pop3, const Middle *middle, bool waiting)
{
    MsPop3Pending entry = {.kind = MS_POP3_RETR, .exchange = -1, .attempt = -1};
    if (waiting)
        ms_pop3_answered(pop3, &entry);
    const MsRanges *where = ms_speak_where(&pop3->say, middle->bytes, middle->at, 1);
    ms_ranges_reset(&pop3->status_at);
    ms_ranges_join(&pop3->status_at, where, ms_speak_cap(&pop3->say));
    pop3->status_at.time_ns = where->time_ns;
    ms_pop3_fetch(pop3, &entry, &pop3->status_at);
    ms_pop3_body_begin(pop3, pop3->messages - 1, false, true);
}

/* The middle of a list. */
static void begin_list(MsDialogue *pop3, MsPop3Kind kind, bool waiting)
{
    MsPop3Pending entry = {.exchange = -1, .attempt = -1};
    if (waiting)
        ms_pop3_answered(pop3, &entry);
    pop3->phase = MS_POP3_LINES;
    pop3->list_kind = (uint8_t)kind;
    pop3->list_exchange = entry.exchange >= 0 ? entry.exchange : pop3->exchanges++;
    pop3->gap_open = true;
}

/* Nothing that waits tells: the line does. */
static void judge_line(MsDialogue *pop3, const Middle *middle)
{
    MsPop3Kind kind =
        middle->line ? ms_pop3_list_kind(middle->line, middle->length) : MS_POP3_UNKNOWN;
    bool other = !middle->line || ms_pop3_is_answer(middle->line, middle->length) ||
                 (middle->length == 1 && middle->line[0] == '.');
    if (kind == MS_POP3_UNKNOWN && !other) {
        begin_message(pop3, middle, false);
        return;
    }
    ms_line_reset(&pop3->reader[MS_TO_CLIENT], true);
    if (kind != MS_POP3_UNKNOWN)
        begin_list(pop3, kind, false);
}

bool ms_pop3_find_middle(MsDialogue *pop3, const MsBytes *bytes, size_t at, bool final)
{
    const uint8_t *data = bytes->data + at;
    size_t length = bytes->length - at;
    size_t look = MIN(length, ms_pop3_line_cap(pop3));
    bool enough = final || length >= ms_pop3_line_cap(pop3);
    if (length < 5 && !ms_find_byte(data, '\n', length) && !enough)
        return false;
    size_t skip;
    if (ms_pop3_is_answer(data, MIN(look, 5)) ||
        ms_pop3_status(data, MIN(look, 2), &skip) == MS_POP3_GO_ON) {
        pop3->phase = MS_POP3_STATUS;
        pop3->resync[MS_TO_CLIENT] = false;
        return true;
    }
    Middle middle = {.bytes = bytes, .at = at};
    const MsPop3Pending *next = ms_pop3_next(pop3);
    bool known = next && next->kind != MS_POP3_UNKNOWN;
    if (!known && !find_line(&middle, look) && !enough)
        return false; /* a whole line tells */
    pop3->phase = MS_POP3_STATUS;
    pop3->resync[MS_TO_CLIENT] = false;
    pop3->greeting_due = false;
    if (!known) {
        judge_line(pop3, &middle);
    } else if (next->kind == MS_POP3_RETR || next->kind == MS_POP3_TOP) {
        begin_message(pop3, &middle, true);
    } else {
        ms_line_reset(&pop3->reader[MS_TO_CLIENT], true);
        if (next->kind == MS_POP3_CAPA || next->kind == MS_POP3_MECHANISMS || next->many)
            begin_list(pop3, (MsPop3Kind)next->kind, true);
    }
    return true;
}

bool ms_pop3_resync(MsDialogue *pop3, const MsBytes *bytes, size_t at, bool final)
{
    const uint8_t *data = bytes->data + at;
    size_t length = bytes->length - at;
    if (length < 5 && !ms_find_byte(data, '\n', length) && !final)
        return false;
    pop3->resync[MS_TO_CLIENT] = false;
    bool dot = length >= 2 && data[0] == '.' && (data[1] == '\r' || data[1] == '\n');
    if (!ms_pop3_is_answer(data, MIN(length, 5)) && !dot)
        ms_line_reset(&pop3->reader[MS_TO_CLIENT], true);
    return true;
}
