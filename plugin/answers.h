/* SPDX-License-Identifier: GPL-2.0-or-later
 * answers.h - the lesson's five questions, answered for a session by the lab/ of the program, as a
 * subtree with links to the frames that each line cites. */
#pragma once

#include "ws_compat.h"

/* Adds "Lab answers" to the subtree of session `number` (0-based), when all of it is known. */
void ms_answers_draw(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, uint32_t number);

/* Forgets the session whose answers are at hand: the capture is closed. */
void ms_answers_reset(void);
