/* SPDX-License-Identifier: GPL-2.0-or-later
 * where.h - where a student is told to look: frames, and a display filter for them. */
#pragma once

#include "../lab/filter.h"

#include <glib.h>
#include <jansson.h>

/* Adds "filter" and "frames" to the row of a question, of the first capture; neither when there are
 * none. */
void ms_where_found(json_t *row, MsFilter *filter);

/* The same of frames as an assignment writes them: "4, 6-9". */
void ms_where_told(json_t *row, const char *list);

/* Appends frames as an assignment writes them, at most as many runs as a row has; nothing when
 * there are none. */
void ms_where_write(GString *out, MsFrameSet *frames);
