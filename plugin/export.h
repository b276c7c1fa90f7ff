/* SPDX-License-Identifier: GPL-2.0-or-later
 * export.h - File > Export Objects > Mailscope: every mail of the capture as a file, byte for byte
 * as its sender gave it. */
#pragma once

#include "message/message.h"
#include "ws_compat.h"

void ms_export_register(int protocol);

/* Whether mails are being collected now. */
bool ms_export_wanted(void);

/* A mail of session `session` (0-based) is over: it goes out with the frame being read. It must
 * have been read with MS_KEEP_ALL. */
void ms_export_message(uint32_t session, MsMessage *message, void *user_data);

/* A frame is shown again, maybe to collect mails: they are read out of the capture anew, so that
 * none need be kept in memory. */
void ms_export_again(tvbuff_t *tvb, packet_info *pinfo);

/* Hands the mails that ended with this frame to Wireshark. */
void ms_export_flush(packet_info *pinfo);

/* The capture is closed. */
void ms_export_reset(void);

/* Where a mail too large for memory goes: an unlinked temporary file, or -1. */
int ms_export_spool(void *user_data);
