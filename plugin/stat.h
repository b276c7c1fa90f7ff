/* SPDX-License-Identifier: GPL-2.0-or-later
 * stat.h - Statistics > Mailscope: sessions, credentials and reply codes of the capture, also as
 * `tshark -z mailscope,sessions` (`,credentials`, `,replies`). */
#pragma once

#include "ws_compat.h"

void ms_stat_register(void);

/* Tells the tables that something is known of this frame. */
void ms_stat_frame(packet_info *pinfo);
