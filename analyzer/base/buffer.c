/* SPDX-License-Identifier: GPL-2.0-or-later
 * buffer.c - growth, numbers and formatted text of MsBuffer. */
#include "buffer.h"

#include <glib.h>

#include <stdarg.h>
#include <stdio.h>

void ms_buffer_reserve(MsBuffer *buffer, size_t more)
{
    if (buffer->allocated - buffer->length >= more)
        return;
    g_assert(more <= SIZE_MAX / 2 - buffer->length);
    size_t wanted = buffer->allocated ? buffer->allocated * 2 : 64;
    while (wanted < buffer->length + more)
        wanted *= 2;
    buffer->data = g_realloc(buffer->data, wanted);
    buffer->allocated = wanted;
}

void ms_buffer_clear(MsBuffer *buffer)
{
    g_free(buffer->data);
    *buffer = (MsBuffer){0};
}

void ms_buffer_printf(MsBuffer *buffer, const char *format, ...)
{
    enum { SHORT = 128 }; /* bytes; most texts fit, and are formatted once */
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    ms_buffer_reserve(buffer, SHORT);
    size_t room = buffer->allocated - buffer->length;
    int length = vsnprintf((char *)buffer->data + buffer->length, room, format, arguments);
    va_end(arguments);
    g_assert(length >= 0);
    if ((size_t)length >= room) {
        ms_buffer_reserve(buffer, (size_t)length + 1);
        vsnprintf((char *)buffer->data + buffer->length, (size_t)length + 1, format, again);
    }
    va_end(again);
    buffer->length += (size_t)length;
}

void ms_buffer_uint(MsBuffer *buffer, uint64_t number)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number);
    ms_buffer_append(buffer, digits + at, sizeof digits - at);
}
