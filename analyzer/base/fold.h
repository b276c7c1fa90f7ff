/* SPDX-License-Identifier: GPL-2.0-or-later
 * fold.h - words of a protocol compared without regard to case. Inline, as most comparisons end at
 * the first letter. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether two bytes are the same but for the case of an ASCII letter. */
static inline bool ms_fold_same(uint8_t a, uint8_t b)
{
    uint8_t differ = a ^ b;
    return differ == 0 || (differ == 0x20 && (uint8_t)((a | 0x20) - 'a') <= 'z' - 'a');
}

/* Whether the first `length` bytes of both are the same but for case. */
static inline bool ms_fold_equal(const void *text, const char *word, size_t length)
{
    const uint8_t *bytes = text;
    for (size_t i = 0; i < length; i++)
        if (!ms_fold_same(bytes[i], (uint8_t)word[i]))
            return false;
    return true;
}

/* Whether the text begins with the word, a C string of our own. */
static inline bool ms_fold_starts(const void *text, size_t length, const char *word)
{
    const uint8_t *bytes = text;
    for (size_t i = 0; word[i]; i++)
        if (i == length || !ms_fold_same(bytes[i], (uint8_t)word[i]))
            return false;
    return true;
}

/* Whether the text is the word, a C string of our own. */
static inline bool ms_fold_is(const void *text, size_t length, const char *word)
{
    const uint8_t *bytes = text;
    size_t i = 0;
    for (; word[i]; i++)
        if (i == length || !ms_fold_same(bytes[i], (uint8_t)word[i]))
            return false;
    return i == length;
}
