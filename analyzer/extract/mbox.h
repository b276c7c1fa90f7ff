/* SPDX-License-Identifier: GPL-2.0-or-later
 * mbox.h - messages one behind the other in the mboxrd format: a line that begins with any number
 * of `>` and "From " gets one `>` more, which whoever reads it takes away. */
#pragma once

#include "../message/message.h"
#include "drain.h"

/* Appends the message. `sender`: from the envelope, may be empty; `time_ns`: when it was captured.
 * A message that does not end with a line feed gets one; then an empty line follows. False when
 * writing failed. */
bool ms_mbox_message(MsDrain *out, const MsMessage *message, const char *sender,
                     size_t sender_length, int64_t time_ns);
