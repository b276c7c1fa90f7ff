/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-pop3.c - a POP3 dialogue, as dialogue.h says. */
#include "dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_dialogue(&ms_pop3, data, size);
    return 0;
}
