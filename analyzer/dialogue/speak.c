/* SPDX-License-Identifier: GPL-2.0-or-later
 * speak.c - fills in facts, lines and oddities and hands them to the listener. */
#include "speak.h"

#include <string.h>

void ms_speak_clear(MsSpeaker *speaker)
{
    ms_ranges_clear(&speaker->where);
}

const MsRanges *ms_speak_where(MsSpeaker *speaker, const MsBytes *bytes, size_t offset,
                               size_t length)
{
    ms_ranges_reset(&speaker->where);
    ms_ranges_add(&speaker->where, bytes, offset, length, ms_speak_cap(speaker));
    if (speaker->where.n_ranges == 0) { /* an empty value still has its time */
        const MsPiece *piece = bytes->n_pieces > 0 ? ms_bytes_piece(bytes, offset) : NULL;
        speaker->where.time_ns = piece ? piece->time_ns : 0;
    }
    return &speaker->where;
}

static void say(MsSpeaker *speaker, MsFact *fact, const MsRanges *where)
{
    if (where) {
        fact->time_ns = where->time_ns;
        fact->ranges = where->range;
        fact->n_ranges = where->n_ranges;
        fact->ranges_omitted = where->omitted;
    }
    speaker->talk->class->fact(speaker->talk, fact);
}

void ms_speak_text(MsSpeaker *speaker, MsFieldId field, MsDirection direction, int32_t message,
                   int32_t item, const MsRanges *where, const void *text, size_t length)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .item = item,
                   .text = text ? text : "",
                   .text_length = (uint32_t)length};
    say(speaker, &fact, where);
}

void ms_speak_span(MsSpeaker *speaker, MsFieldId field, MsDirection direction, int32_t message,
                   int32_t item, const MsBytes *bytes, size_t offset, size_t length)
{
    ms_speak_text(speaker, field, direction, message, item,
                  ms_speak_where(speaker, bytes, offset, length), bytes->data + offset, length);
}

void ms_speak_number(MsSpeaker *speaker, MsFieldId field, MsDirection direction, int32_t message,
                     int32_t item, const MsRanges *where, int64_t number)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .item = item,
                   .text = "",
                   .number = number};
    say(speaker, &fact, where);
}

static void say_line(MsSpeaker *speaker, MsLine *line, const MsRanges *where)
{
    line->time_ns = where->time_ns;
    line->ranges = where->range;
    line->n_ranges = where->n_ranges;
    line->ranges_omitted = where->omitted;
    speaker->talk->class->line(speaker->talk, line);
}

void ms_speak_line(MsSpeaker *speaker, MsLineKind kind, MsDirection direction, bool secret,
                   unsigned code, const MsBytes *bytes, size_t offset, size_t length,
                   const MsBuffer *note)
{
    if (!speaker->talk->wants_lines)
        return;
    MsLine line = {.kind = kind,
                   .direction = (uint8_t)direction,
                   .secret = secret,
                   .code = (uint16_t)code,
                   .message = -1,
                   .text = (const char *)bytes->data + offset,
                   .text_length = (uint32_t)length,
                   .note = note && note->length > 0 ? (const char *)note->data : "",
                   .note_length = note ? (uint32_t)note->length : 0};
    say_line(speaker, &line, ms_speak_where(speaker, bytes, offset, length));
}

void ms_speak_mark(MsSpeaker *speaker, MsLineKind kind, MsDirection direction, int32_t message,
                   const MsRanges *where)
{
    if (!speaker->talk->wants_lines)
        return;
    MsLine line = {
        .kind = kind, .direction = (uint8_t)direction, .message = message, .text = "", .note = ""};
    say_line(speaker, &line, where);
}

void ms_speak_odd(MsSpeaker *speaker, MsOddityKind kind, MsDirection direction, int32_t message,
                  const MsRanges *where, uint64_t length, const char *detail)
{
    MsOddity oddity = {.kind = kind,
                       .direction = (uint8_t)direction,
                       .message = message,
                       .length = length,
                       .detail = detail,
                       .detail_length = (uint32_t)strlen(detail)};
    if (where) {
        oddity.time_ns = where->time_ns;
        oddity.ranges = where->range;
        oddity.n_ranges = where->n_ranges;
        oddity.ranges_omitted = where->omitted;
    }
    speaker->talk->class->oddity(speaker->talk, &oddity);
}
