/* SPDX-License-Identifier: GPL-2.0-or-later
 * buffer.h - a growing run of bytes: output being written, bytes that wait. Never NUL-terminated.
 * The hot calls are inline; growth is in buffer.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* All zero is an empty buffer. `data` may move with every append. */
typedef struct {
    uint8_t *data;
    size_t length;    /* bytes in use */
    size_t allocated; /* bytes */
} MsBuffer;

/* Makes room for `more` bytes behind the end. Never fails: out of memory aborts, as in GLib. */
void ms_buffer_reserve(MsBuffer *buffer, size_t more);

/* Frees the bytes; the buffer is empty afterwards and may be used again. */
void ms_buffer_clear(MsBuffer *buffer);

/* Appends formatted text, without its NUL. */
void ms_buffer_printf(MsBuffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends a decimal number. */
void ms_buffer_uint(MsBuffer *buffer, uint64_t number);

static inline void ms_buffer_append(MsBuffer *buffer, const void *data, size_t length)
{
    if (length == 0)
        return;
    if (buffer->allocated - buffer->length < length)
        ms_buffer_reserve(buffer, length);
    memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
}

static inline void ms_buffer_byte(MsBuffer *buffer, uint8_t byte)
{
    if (buffer->allocated == buffer->length)
        ms_buffer_reserve(buffer, 1);
    buffer->data[buffer->length++] = byte;
}

/* Appends a C string of our own, never captured bytes. */
static inline void ms_buffer_text(MsBuffer *buffer, const char *text)
{
    ms_buffer_append(buffer, text, strlen(text));
}
