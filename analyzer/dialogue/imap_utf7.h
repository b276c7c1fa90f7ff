/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_utf7.h - names of mailboxes in modified UTF-7, in plain words. */
#pragma once

#include "../base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes a mailbox name (RFC 3501 5.1.3) of at most 1024 octets into UTF-8; `out` is overwritten.
 * False when nothing in it is encoded, or when it is no modified UTF-7: then `out` means nothing.
 */
bool ms_imap_utf7(const uint8_t *name, size_t length, MsBuffer *out);
