/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz.h - the one door of a fuzz target, called by libFuzzer or by standalone.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs the code under test on one input and aborts when an invariant does not hold. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts, and shows where they part, when what was said of bytes cut in pieces of `cut` bytes is
 * not what was said of the whole. */
static inline void fuzz_compare(const char *whole, const char *again, size_t cut)
{
    size_t same = 0;
    if (strcmp(whole, again) == 0)
        return;
    while (whole[same] == again[same])
        same++;
    while (same > 0 && whole[same - 1] != '\n')
        same--;
    fprintf(stderr, "cut in pieces of %zu:\n%.600s... instead of:\n%.600s\n", cut, again + same,
            whole + same);
    abort(); /* not g_error(), whose trap libFuzzer takes for the end of the process */
}
