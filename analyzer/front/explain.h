/* SPDX-License-Identifier: GPL-2.0-or-later
 * explain.h - `mailscope explain WORDS`: what is known about a code, a command or some words. */
#pragma once

#include "style.h"

#include <stdbool.h>

/* Appends what ms_explain() finds about `query`, as text or as one JSON object a line. Returns
 * false, and appends nothing, when nothing is known. */
bool ms_explain_print(MsBuffer *out, const char *query, const MsStyle *style, bool json);
