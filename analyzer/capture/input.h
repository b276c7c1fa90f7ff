/* SPDX-License-Identifier: GPL-2.0-or-later
 * input.h - the bytes of a file, a pipe or memory as one run that is read in large blocks and
 * parsed in place; gzip, zstd and xz are taken off on the way. Knows no capture format. */
#pragma once

#include "decompress.h"

#include <glib.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t *buffer;
    size_t start, end; /* the bytes in hand: buffer[start .. end) */
    size_t allocated;  /* bytes */
    int fd;            /* -1: memory */
    bool close_fd;
    bool ended;    /* nothing more will come */
    bool cut;      /* the compressed data stop in their middle */
    char *trouble; /* why reading stopped early; NULL: it did not */
    const uint8_t *memory;
    size_t memory_left;
    uint64_t read, size;      /* bytes of the file itself; size 0 when not known */
    MsDecompress *decompress; /* NULL: plain */
    uint8_t *packed;          /* compressed bytes in hand: packed[packed_start .. packed_end) */
    size_t packed_start, packed_end;
} MsInput;

/* The input in a sentence: "'x.pcap'", or "standard input" for "-". The caller frees it. */
char *ms_input_name(const char *path);

/* Opens `path` ("-": standard input). On failure sets MS_ERROR_OPEN and leaves nothing to close. */
bool ms_input_open(MsInput *input, const char *path, GError **error);

/* Reads from memory, which is borrowed. */
void ms_input_open_memory(MsInput *input, const uint8_t *data, size_t length);

/* Looks at the first bytes and puts a decompressor in place when they ask for one. To be called
 * once, before anything else. */
void ms_input_detect(MsInput *input);

void ms_input_close(MsInput *input);

/* The slow half of ms_input_peek(). */
const uint8_t *ms_input_fill(MsInput *input, size_t length);

/* Takes `length` bytes away; false when there are fewer. Needs no memory for them. */
bool ms_input_discard(MsInput *input, uint64_t length);

/* The next `length` bytes, or NULL when fewer are left. They stay where they are until the next
 * peek or discard. Memory grows with the bytes that are there, not with those asked for. */
static inline const uint8_t *ms_input_peek(MsInput *input, size_t length)
{
    if (input->end - input->start >= length)
        return input->buffer + input->start;
    return ms_input_fill(input, length);
}

/* Takes away bytes that were peeked at; they stay readable until the next peek. */
static inline void ms_input_skip(MsInput *input, size_t length)
{
    input->start += length;
}

/* Bytes in hand; after a failed peek: all that is left. */
static inline size_t ms_input_left(const MsInput *input)
{
    return input->end - input->start;
}
