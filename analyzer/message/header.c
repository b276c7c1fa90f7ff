/* SPDX-License-Identifier: GPL-2.0-or-later
 * header.c - header fields of RFC 5322 2.2: names, values, folding. Nothing is decoded (RFC 2047
 * is left to others). Lines end with CRLF; a bare LF is taken as a line end too. */
#include "header.h"

#include "../base/find.h"

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* Offset behind the line that begins at `at`, or `length` when it has no end. */
static size_t line_end(const uint8_t *data, size_t length, size_t at)
{
    const uint8_t *newline = ms_find_byte(data + at, '\n', length - at);
    return newline ? (size_t)(newline - data) + 1 : length;
}

/* Length of the line without CRLF or LF; `end` is behind it. */
static size_t trim_end(const uint8_t *data, size_t start, size_t end)
{
    if (end > start && data[end - 1] == '\n') {
        end--;
        if (end > start && data[end - 1] == '\r')
            end--;
    }
    return end - start;
}

/* RFC 5322 2.2: printable ASCII but the colon; 4.5.3: blanks before the colon are obsolete.
 * Returns the name's length, 0 when this is no field; *colon gets its offset. */
static size_t field_name(const uint8_t *data, size_t start, size_t end, size_t *colon)
{
    size_t at = start;
    while (at < end && data[at] > 0x20 && data[at] < 0x7f && data[at] != ':')
        at++;
    size_t name = at - start;
    while (at < end && is_blank(data[at]))
        at++;
    if (at == end || data[at] != ':')
        return 0;
    *colon = at;
    return name;
}

static bool is_field(const uint8_t *data, size_t length, size_t at)
{
    size_t colon;
    return at < length && field_name(data, at, line_end(data, length, at), &colon) > 0;
}

/* The line at `at` is no field. Passes it over when a field follows at once, or when it is the
 * `From ` line that mail folders put on top. */
static bool skip_garbage(const uint8_t *data, size_t length, size_t *at)
{
    bool folder = *at == 0 && length >= 5 && memcmp(data, "From ", 5) == 0;
    if (*at == 0 && !folder)
        return false;
    size_t end = line_end(data, length, *at);
    if (!is_field(data, length, end))
        return false;
    *at = end;
    return true;
}

bool ms_header_next(const uint8_t *data, size_t length, bool last, size_t *at, MsHeaderField *field)
{
    size_t colon = 0;
    size_t name = 0;
    for (;;) {
        if (*at >= length)
            return false;
        size_t end = line_end(data, length, *at);
        if (trim_end(data, *at, end) == 0)
            return false; /* the empty line before the body */
        name = field_name(data, *at, end, &colon);
        if (name > 0)
            break;
        if (!skip_garbage(data, length, at))
            return false;
    }
    size_t start = *at;
    size_t end = line_end(data, length, start);
    field->folded = false;
    while (end < length && is_blank(data[end])) {
        end = line_end(data, length, end);
        field->folded = true;
    }
    if (end == length && !last)
        return false; /* cut: the rest of it, or a folded line, may be missing */
    field->offset = start;
    field->length = trim_end(data, start, end);
    field->name_length = name;
    size_t value = colon + 1;
    size_t stop = start + field->length;
    while (value < stop && (is_blank(data[value]) || data[value] == '\r' || data[value] == '\n'))
        value++;
    while (stop > value &&
           (is_blank(data[stop - 1]) || data[stop - 1] == '\r' || data[stop - 1] == '\n'))
        stop--;
    field->value_offset = value;
    field->value_length = stop - value;
    *at = end;
    return true;
}

void ms_header_unfold(const uint8_t *data, size_t length, MsBuffer *out)
{
    size_t start = 0;
    for (size_t at = 0; at < length;) {
        size_t end = line_end(data, length, at);
        if (end < length && is_blank(data[end])) {
            ms_buffer_append(out, data + start, at + trim_end(data, at, end) - start);
            start = end;
        }
        at = end;
    }
    ms_buffer_append(out, data + start, length - start);
}
