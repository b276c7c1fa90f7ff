/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-imap.c - an IMAP dialogue, as dialogue.h says. */
#include "dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_dialogue(&ms_imap, data, size);
    return 0;
}
