/* SPDX-License-Identifier: GPL-2.0-or-later
 * excerpt.h - a mail for people to read: its header lines and the start of its text, or all of it.
 */
#pragma once

#include "pen.h"

/* Writes the lines of the message, each behind "| " at pen->indent, then what was left out. Without
 * style->full at most `header_lines` and `text_lines` are shown. */
void ms_excerpt(MsPen *pen, const MsMessage *message, size_t header_lines, size_t text_lines);
