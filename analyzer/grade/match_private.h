/* SPDX-License-Identifier: GPL-2.0-or-later
 * match_private.h - what match.c and near.c share. Not for others. */
#pragma once

#include "match.h"

/* Whether one value is an expected one. */
bool ms_match_fits(const char *value, const MsAsked *asked, const MsStudent *student);

/* Whether a wrong value is that near miss. */
bool ms_near_is(const MsAssignment *assignment, const MsAsked *asked, const MsNear *near,
                const MsStudent *student, const char *value);

/* Whether the whole text is a number; `base` 10 or 16, then perhaps with 0x. */
bool ms_near_number(const char *text, unsigned base, uint64_t *number);
