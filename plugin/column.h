/* SPDX-License-Identifier: GPL-2.0-or-later
 * column.h - what is added to the Info column of a frame. */
#pragma once

#include "ws_compat.h"

/* Appends user name, outcome of a login, subject and the like of facts at home in this frame. */
void ms_column_add(packet_info *pinfo);
