/* SPDX-License-Identifier: GPL-2.0-or-later
 * plain.h - the words of a text in HTML. */
#pragma once

#include "../base/buffer.h"

/* Appends what `data` says without its markup: lines where blocks begin and end, blanks and
 * character references as HTML means them, a dot before each item of a list, "[picture: NAME]" for
 * an image, behind a link where it leads to; scripts, style sheets, comments and what is styled not
 * to be seen not at all. The result is as hostile as `data` is: it must be escaped. At most twice
 * as long as `data` (`length` bytes). */
void ms_plain_from_html(MsBuffer *out, const uint8_t *data, size_t length);
