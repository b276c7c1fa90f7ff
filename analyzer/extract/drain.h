/* SPDX-License-Identifier: GPL-2.0-or-later
 * drain.h - where the bytes of a container (tar, mbox) go: a buffer that is handed on now and then,
 * so that no session need fit into memory. */
#pragma once

#include "../base/buffer.h"

#include <stdbool.h>

typedef struct {
    MsBuffer *buffer; /* appended to */
    /* Hands on what is in the buffer and returns the one to go on in, which may be another; NULL:
     * writing failed. May be NULL: all stays in `buffer`. */
    MsBuffer *(*more)(void *user_data);
    void *user_data;
} MsDrain;

enum { MS_DRAIN_AT = 262144 }; /* bytes in the buffer before they are handed on */

/* To be called between appends. False when writing failed. */
static inline bool ms_drain(MsDrain *drain)
{
    if (!drain->more || drain->buffer->length < MS_DRAIN_AT)
        return true;
    MsBuffer *buffer = drain->more(drain->user_data);
    if (buffer)
        drain->buffer = buffer;
    return buffer != NULL;
}
