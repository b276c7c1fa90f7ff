/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_say.c - how the SMTP parser speaks: facts, lines and oddities with the ranges they stand on.
 */
#include "smtp.h"

#include <glib.h>

#include <string.h>

const MsRanges *ms_smtp_where(MsDialogue *smtp, const MsBytes *bytes, size_t offset, size_t length)
{
    ms_ranges_reset(&smtp->where);
    ms_ranges_add(&smtp->where, bytes, offset, length, ms_smtp_cap(smtp));
    if (smtp->where.n_ranges == 0) { /* an empty value still has its time */
        const MsPiece *piece = ms_bytes_piece(bytes, offset);
        smtp->where.time_ns = piece ? piece->time_ns : 0;
    }
    return &smtp->where;
}

static void say(MsDialogue *smtp, MsFact *fact, const MsRanges *where)
{
    if (where) {
        fact->time_ns = where->time_ns;
        fact->ranges = where->range;
        fact->n_ranges = where->n_ranges;
        fact->ranges_omitted = where->omitted;
    }
    smtp->talk->class->fact(smtp->talk, fact);
}

void ms_smtp_say_text(MsDialogue *smtp, MsFieldId field, MsDirection direction, int32_t message,
                      int32_t item, const MsRanges *where, const void *text, size_t length)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .item = item,
                   .text = text ? text : "",
                   .text_length = (uint32_t)length};
    say(smtp, &fact, where);
}

void ms_smtp_say_span(MsDialogue *smtp, MsFieldId field, MsDirection direction, int32_t message,
                      int32_t item, const MsBytes *bytes, size_t offset, size_t length)
{
    ms_smtp_say_text(smtp, field, direction, message, item,
                     ms_smtp_where(smtp, bytes, offset, length), bytes->data + offset, length);
}

void ms_smtp_say_number(MsDialogue *smtp, MsFieldId field, MsDirection direction, int32_t message,
                        int32_t item, const MsRanges *where, int64_t number)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .item = item,
                   .text = "",
                   .number = number};
    say(smtp, &fact, where);
}

void ms_smtp_say_line(MsDialogue *smtp, MsLineKind kind, MsDirection direction, unsigned code,
                      const MsBytes *bytes, size_t offset, size_t length, const MsBuffer *note)
{
    if (!smtp->talk->wants_lines)
        return;
    const MsRanges *where = ms_smtp_where(smtp, bytes, offset, length);
    MsLine line = {.kind = kind,
                   .direction = (uint8_t)direction,
                   .secret = kind == MS_LINE_AUTH && direction == MS_TO_SERVER,
                   .code = (uint16_t)code,
                   .message = -1,
                   .text = (const char *)bytes->data + offset,
                   .text_length = (uint32_t)length,
                   .note = note && note->length > 0 ? (const char *)note->data : "",
                   .note_length = note ? (uint32_t)note->length : 0,
                   .time_ns = where->time_ns,
                   .ranges = where->range,
                   .n_ranges = where->n_ranges,
                   .ranges_omitted = where->omitted};
    smtp->talk->class->line(smtp->talk, &line);
}

void ms_smtp_say_mark(MsDialogue *smtp, MsLineKind kind, MsDirection direction, int32_t message,
                      const MsRanges *where)
{
    if (!smtp->talk->wants_lines)
        return;
    MsLine line = {.kind = kind,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .text = "",
                   .note = "",
                   .time_ns = where->time_ns,
                   .ranges = where->range,
                   .n_ranges = where->n_ranges,
                   .ranges_omitted = where->omitted};
    smtp->talk->class->line(smtp->talk, &line);
}

void ms_smtp_odd(MsDialogue *smtp, MsOddityKind kind, MsDirection direction, int32_t message,
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
    smtp->talk->class->oddity(smtp->talk, &oddity);
}

void ms_smtp_check_line(MsDialogue *smtp, MsDirection direction, const MsBytes *bytes,
                        const MsLineSpan *span)
{
    if (span->bare_lf && !smtp->lf_said[direction]) {
        smtp->lf_said[direction] = true;
        ms_smtp_odd(smtp, MS_ODDITY_BARE_LF, direction, -1,
                    ms_smtp_where(smtp, bytes, span->offset + span->length, 1), 0,
                    direction == MS_TO_SERVER ? "a command ends with it" : "a reply ends with it");
    }
    if (span->cut && !smtp->long_said) {
        smtp->long_said = true;
        ms_smtp_odd(smtp, MS_ODDITY_LONG_LINE, direction, -1,
                    ms_smtp_where(smtp, bytes, span->offset, span->length), span->length,
                    "the rest of it is left out");
    }
    if (smtp->nul_said)
        return;
    const uint8_t *text = bytes->data + span->offset;
    const uint8_t *nul = memchr(text, 0, span->length);
    if (nul) {
        smtp->nul_said = true;
        ms_smtp_odd(smtp, MS_ODDITY_NUL, direction, -1,
                    ms_smtp_where(smtp, bytes, span->offset + (size_t)(nul - text), 1), 1,
                    direction == MS_TO_SERVER ? "in a command" : "in a reply");
    }
}
