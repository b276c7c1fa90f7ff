/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_say.c - how the HTTP parser speaks: facts, lines and oddities with the ranges they stand on.
 */
#include "http.h"

#include <glib.h>

#include <string.h>

const MsRanges *ms_http_where(MsDialogue *http, const MsBytes *bytes, size_t offset, size_t length)
{
    ms_ranges_reset(&http->where);
    ms_ranges_add(&http->where, bytes, offset, length,
                  (size_t)http->talk->limits->value[MS_LIMIT_FACT_RANGES]);
    if (http->where.n_ranges == 0) { /* an empty value still has its time */
        const MsPiece *piece = ms_bytes_piece(bytes, offset);
        http->where.time_ns = piece ? piece->time_ns : 0;
    }
    return &http->where;
}

static void say(MsDialogue *http, MsFact *fact, const MsRanges *where)
{
    if (where) {
        fact->time_ns = where->time_ns;
        fact->ranges = where->range;
        fact->n_ranges = where->n_ranges;
        fact->ranges_omitted = where->omitted;
    }
    http->talk->class->fact(http->talk, fact);
}

void ms_http_say_text(MsDialogue *http, MsFieldId field, MsDirection direction, int32_t message,
                      int32_t item, const MsRanges *where, const void *text, size_t length)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .item = item,
                   .text = text ? text : "",
                   .text_length = (uint32_t)length};
    say(http, &fact, where);
}

void ms_http_say_number(MsDialogue *http, MsFieldId field, MsDirection direction, int32_t item,
                        const MsRanges *where, int64_t number)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = -1,
                   .item = item,
                   .text = "",
                   .number = number};
    say(http, &fact, where);
}

void ms_http_say_line(MsDialogue *http, MsLineKind kind, MsDirection direction, unsigned code,
                      const MsBytes *bytes, size_t offset, size_t length, const MsBuffer *note)
{
    if (!http->talk->wants_lines)
        return;
    const MsRanges *where = ms_http_where(http, bytes, offset, length);
    MsLine line = {.kind = kind,
                   .direction = (uint8_t)direction,
                   .secret = kind == MS_LINE_AUTH,
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
    http->talk->class->line(http->talk, &line);
}

void ms_http_odd(MsDialogue *http, MsOddityKind kind, MsDirection direction, const MsRanges *where,
                 uint64_t length, const char *detail)
{
    MsOddity oddity = {.kind = kind,
                       .direction = (uint8_t)direction,
                       .message = -1,
                       .length = length,
                       .detail = detail,
                       .detail_length = (uint32_t)strlen(detail)};
    if (where) {
        oddity.time_ns = where->time_ns;
        oddity.ranges = where->range;
        oddity.n_ranges = where->n_ranges;
        oddity.ranges_omitted = where->omitted;
    }
    http->talk->class->oddity(http->talk, &oddity);
}
