/* SPDX-License-Identifier: GPL-2.0-or-later
 * find.h - memchr() for runs of bytes that may be empty. */
#pragma once

#include <stddef.h>
#include <string.h>

/* The first such byte, or NULL. Unlike with memchr(), `data` may be NULL when `length` is 0. */
static inline const void *ms_find_byte(const void *data, int byte, size_t length)
{
    return length > 0 ? memchr(data, byte, length) : NULL;
}
