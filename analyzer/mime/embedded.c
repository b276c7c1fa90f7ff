/* SPDX-License-Identifier: GPL-2.0-or-later
 * embedded.c - looks for the lines "begin MODE NAME" and "end", and whether what stands between
 * them is uuencoded (POSIX uuencode): a length, then four characters for three bytes. */
#include "embedded.h"

#include <string.h>

enum {
    BLOCK = 32768,
    LINE = 512 /* bytes of a line with a name; the others have at most 62 */
};

typedef struct {
    const MsMessage *message;
    uint64_t end;
    uint64_t at;   /* of the bytes in the block */
    size_t length; /* bytes in it */
    uint8_t block[BLOCK];
} Reader;

/* The line at that offset, without its end; at most LINE bytes are told. `*next`: the line behind
 * it. False: there is none. */
static bool line_at(Reader *reader, uint64_t offset, const uint8_t **line, size_t *length,
                    uint64_t *next)
{
    if (offset >= reader->end)
        return false;
    if (offset < reader->at || offset + LINE > reader->at + reader->length) {
        reader->at = offset;
        reader->length = ms_message_read(reader->message, offset, reader->block,
                                         (size_t)MIN((uint64_t)BLOCK, reader->end - offset));
    }
    size_t left = reader->length - (size_t)(offset - reader->at);
    if (left == 0)
        return false;
    *line = reader->block + (offset - reader->at);
    const uint8_t *feed = memchr(*line, '\n', MIN(left, LINE));
    *length = feed ? (size_t)(feed - *line) : MIN(left, LINE);
    *next = offset + *length + (feed != NULL);
    if (*length > 0 && (*line)[*length - 1] == '\r')
        --*length;
    return true;
}

/* "begin 644 NAME", from RFC-less times: three or four octal digits. Returns the offset of the name
 * in the line; 0: it is none. */
static size_t begins(const uint8_t *line, size_t length)
{
    size_t at = 6;
    if (length < 11 || memcmp(line, "begin ", 6) != 0)
        return 0;
    while (at < length && line[at] >= '0' && line[at] <= '7')
        at++;
    return (at == 9 || at == 10) && at + 1 < length && line[at] == ' ' ? at + 1 : 0;
}

/* Whether the line is as long as its first character says; blanks at its end may have been lost. */
static bool is_coded(const uint8_t *line, size_t length)
{
    if (length == 0 || line[0] < ' ' || line[0] > '`')
        return false;
    size_t bytes = (size_t)(line[0] - ' ') & 63;
    size_t most = 1 + (bytes + 2) / 3 * 4 + 1; /* one more: some add a sum */
    for (size_t i = 1; i < length; i++) {
        if (line[i] < ' ' || line[i] > '`')
            return false;
    }
    return length <= most && (bytes == 0 || length > 1);
}

/* Offset behind the line "end" of the file whose first coded line is there; 0: it is none. */
static uint64_t file_end(Reader *reader, uint64_t at)
{
    const uint8_t *line;
    size_t length;
    bool any = false;
    for (uint64_t next; line_at(reader, at, &line, &length, &next); at = next) {
        if (any && length == 3 && memcmp(line, "end", 3) == 0)
            return next;
        if (!is_coded(line, length))
            return 0;
        any = true;
    }
    return 0;
}

/* Offset of the next line from `at` on that may begin a file; the end when there is none. */
static uint64_t candidate(Reader *reader, uint64_t at)
{
    while (at < reader->end) {
        reader->at = at;
        reader->length = ms_message_read(reader->message, at, reader->block,
                                         (size_t)MIN((uint64_t)BLOCK, reader->end - at));
        if (reader->length < 7)
            break;
        const uint8_t *found = memmem(reader->block, reader->length, "\nbegin ", 7);
        if (found)
            return at + (uint64_t)(found - reader->block) + 1;
        at += reader->length - 6;
    }
    return reader->end;
}

bool ms_embedded_next(const MsMessage *message, uint64_t *at, uint64_t end, MsEmbedded *found)
{
    Reader reader = {.message = message, .end = end};
    const uint8_t *line;
    size_t length;
    uint64_t next;
    while (*at < end && line_at(&reader, *at, &line, &length, &next)) {
        size_t name = begins(line, length);
        uint64_t over = name > 0 ? file_end(&reader, next) : 0;
        if (over > 0) {
            *found = (MsEmbedded){.at = *at,
                                  .length = over - *at,
                                  .name_at = *at + name,
                                  .name_length = length - name};
            *at = over;
            return true;
        }
        *at = candidate(&reader, *at);
    }
    return false;
}
