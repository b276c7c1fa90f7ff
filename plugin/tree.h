/* SPDX-License-Identifier: GPL-2.0-or-later
 * tree.h - what belongs to a frame, drawn under "Mailscope". */
#pragma once

#include "ws_compat.h"

/* Draws the frame whose bytes are `tvb`; nothing when nothing belongs to it. `tree` NULL: only its
 * expert information is given. */
void ms_tree_draw(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);
