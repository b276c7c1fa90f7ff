/* SPDX-License-Identifier: GPL-2.0-or-later
 * bytescheck.h - g_assert_cmpmem() for lengths of any type. */
#pragma once

#include <glib.h>

#include <string.h>

static inline void assert_bytes(const void *data, size_t length, const void *expected,
                                size_t expected_length)
{
    g_assert_cmpuint(length, ==, expected_length);
    g_assert_true(length == 0 || memcmp(data, expected, length) == 0);
}
