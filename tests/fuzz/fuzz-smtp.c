/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-smtp.c - an SMTP dialogue, as dialogue.h says; bit 5 of the first chunk: LMTP. */
#include "dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_dialogue(size > 0 && (data[0] & 32) ? &ms_lmtp : &ms_smtp, data, size);
    return 0;
}
