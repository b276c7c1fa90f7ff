/* SPDX-License-Identifier: GPL-2.0-or-later
 * line.c - finds line ends; RFC 5321 2.3.8. */
#include "line.h"

#include "../base/find.h"

#include <string.h>

void ms_line_reset(MsLineReader *reader, bool skip)
{
    reader->scanned = 0;
    reader->skipping = skip;
}

static MsReadResult skip(MsLineReader *reader, const uint8_t *data, size_t length, MsLineSpan *span)
{
    const uint8_t *end = ms_find_byte(data, '\n', length);
    if (end)
        reader->skipping = false;
    span->eaten = end ? (size_t)(end - data) + 1 : length;
    return span->eaten > 0 ? MS_READ_SKIPPED : MS_READ_MORE;
}

MsReadResult ms_line_read(MsLineReader *reader, const MsBytes *bytes, size_t offset, size_t cap,
                          MsLineSpan *span)
{
    const uint8_t *data = bytes->data + offset;
    size_t length = bytes->length - offset;
    *span = (MsLineSpan){.offset = offset};
    if (length == 0)
        return MS_READ_MORE;
    if (reader->skipping)
        return skip(reader, data, length, span);
    size_t look = length < cap ? length : cap;
    size_t start = reader->scanned < look ? reader->scanned : look;
    const uint8_t *end = ms_find_byte(data + start, '\n', look - start);
    if (!end && length < cap) {
        reader->scanned = (uint32_t)length;
        return MS_READ_MORE;
    }
    reader->scanned = 0;
    if (!end) {
        span->length = cap;
        span->eaten = cap;
        span->cut = true;
        reader->skipping = true;
        return MS_READ_LINE;
    }
    span->length = (size_t)(end - data);
    span->eaten = span->length + 1;
    if (span->length > 0 && data[span->length - 1] == '\r')
        span->length--;
    else
        span->bare_lf = true;
    return MS_READ_LINE;
}
