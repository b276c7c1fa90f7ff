/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_say.c - how the IMAP parser speaks: facts, lines and oddities with the ranges they stand on.
 */
#include "../base/find.h"
#include "imap.h"
#include "imap_utf7.h"

#include <glib.h>

#include <string.h>

void ms_imap_place(MsDialogue *imap, MsRanges *ranges, const MsBytes *bytes, size_t offset,
                   size_t length)
{
    ms_ranges_reset(ranges);
    ms_ranges_add(ranges, bytes, offset, length, ms_imap_cap(imap));
    if (ranges->n_ranges == 0) { /* an empty value still has its time */
        const MsPiece *piece = ms_bytes_piece(bytes, offset);
        ranges->time_ns = piece ? piece->time_ns : 0;
    }
}

const MsRanges *ms_imap_where(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length)
{
    ms_imap_place(imap, &imap->where, bytes, offset, length);
    return &imap->where;
}

static void say(MsDialogue *imap, MsFact *fact, const MsRanges *where)
{
    if (where) {
        fact->time_ns = where->time_ns;
        fact->ranges = where->range;
        fact->n_ranges = where->n_ranges;
        fact->ranges_omitted = where->omitted;
    }
    imap->talk->class->fact(imap->talk, fact);
}

void ms_imap_say(MsDialogue *imap, MsFieldId field, MsDirection direction, int32_t message,
                 int32_t item, const MsRanges *where, const void *text, size_t length)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .item = item,
                   .text = text ? text : "",
                   .text_length = (uint32_t)length};
    say(imap, &fact, where);
}

void ms_imap_say_span(MsDialogue *imap, MsFieldId field, MsDirection direction, int32_t item,
                      const MsBytes *bytes, size_t offset, size_t length)
{
    ms_imap_say(imap, field, direction, -1, item, ms_imap_where(imap, bytes, offset, length),
                bytes->data + offset, length);
}

void ms_imap_say_number(MsDialogue *imap, MsFieldId field, MsDirection direction, int32_t message,
                        int32_t item, const MsRanges *where, uint64_t number)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = message,
                   .item = item,
                   .text = "",
                   .number = (int64_t)MIN(number, (uint64_t)INT64_MAX)};
    say(imap, &fact, where);
}

void ms_imap_say_line(MsDialogue *imap, MsLineKind kind, MsDirection direction,
                      const MsBytes *bytes, size_t offset, size_t length, const MsBuffer *note)
{
    if (!imap->talk->wants_lines)
        return;
    const MsRanges *where = ms_imap_where(imap, bytes, offset, length);
    MsLine line = {.kind = kind,
                   .direction = (uint8_t)direction,
                   .secret = kind == MS_LINE_AUTH && direction == MS_TO_SERVER,
                   .message = -1,
                   .text = (const char *)bytes->data + offset,
                   .text_length = (uint32_t)length,
                   .note = note && note->length > 0 ? (const char *)note->data : "",
                   .note_length = note ? (uint32_t)note->length : 0,
                   .time_ns = where->time_ns,
                   .ranges = where->range,
                   .n_ranges = where->n_ranges,
                   .ranges_omitted = where->omitted};
    imap->talk->class->line(imap->talk, &line);
}

void ms_imap_say_mark(MsDialogue *imap, MsLineKind kind, MsDirection direction, int32_t message,
                      const MsRanges *where)
{
    if (!imap->talk->wants_lines)
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
    imap->talk->class->line(imap->talk, &line);
}

void ms_imap_odd(MsDialogue *imap, MsOddityKind kind, MsDirection direction, int32_t message,
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
    imap->talk->class->oddity(imap->talk, &oddity);
}

void ms_imap_say_name(MsDialogue *imap, MsDirection direction, const MsRanges *where,
                      const uint8_t *name, size_t length)
{
    MsBuffer text = {0};
    if (ms_find_byte(name, '&', length) && ms_imap_utf7(name, length, &text) &&
        ms_imap_is_new(imap, MS_FIELD_IMAP_FOLDER_NAME, text.data, text.length))
        ms_imap_say(imap, MS_FIELD_IMAP_FOLDER_NAME, direction, -1, -1, where, text.data,
                    text.length);
    ms_buffer_clear(&text);
}

bool ms_imap_is_new(MsDialogue *imap, MsFieldId field, const uint8_t *text, size_t length)
{
    enum { MOST = 4096 };
    uint32_t value = 2166136261u ^ (uint32_t)field; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        value = (value ^ text[i]) * 16777619u;
    for (uint32_t i = 0; i < imap->n_known; i++)
        if (imap->known[i] == value)
            return false;
    if (imap->n_known == MOST)
        return false;
    if (imap->n_known % 16 == 0)
        imap->known = g_renew(uint32_t, imap->known, imap->n_known + 16);
    imap->known[imap->n_known++] = value;
    return true;
}

const uint8_t *ms_imap_value(MsDialogue *imap, const uint8_t *text, const MsImapToken *token,
                             size_t *length)
{
    *length = token->length;
    if (!token->escaped)
        return text + token->offset;
    imap->value.length = 0;
    for (size_t i = 0; i < token->length; i++) {
        if (text[token->offset + i] == '\\' && i + 1 < token->length)
            i++;
        ms_buffer_byte(&imap->value, text[token->offset + i]);
    }
    *length = imap->value.length;
    return imap->value.data;
}

void ms_imap_keep(MsDialogue *imap, MsBuffer *text, MsRanges *at, const MsBytes *bytes,
                  size_t offset, size_t length)
{
    text->length = 0;
    ms_buffer_append(text, bytes->data + offset, length);
    ms_imap_place(imap, at, bytes, offset, length);
}
