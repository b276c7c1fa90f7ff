/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz.h - the one door of a fuzz target, called by libFuzzer or by standalone.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Runs the code under test on one input and aborts when an invariant does not hold. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
