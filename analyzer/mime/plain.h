/* SPDX-License-Identifier: GPL-2.0-or-later
 * plain.h - a look at the header that spares most small mails the reading of their parts. */
#pragma once

#include "../message/message.h"

/* True when the message is certainly one text without a file in it: ms_mime_new() would find one
 * part of type text that is not attached. False when only reading it would tell. */
bool ms_mime_is_plain(const MsMessage *message);
