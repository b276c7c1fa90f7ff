/* SPDX-License-Identifier: GPL-2.0-or-later
 * match_private.h - what match.c, near.c and normal.c share. Not for others. */
#pragma once

#include "match.h"

/* Whether one value is an expected one. */
bool ms_match_fits(const char *value, const MsAsked *asked, const MsStudent *student);

/* What is expected of this student: {id} and the like filled in, as text or for a regular
 * expression. The caller frees. */
char *ms_match_fill(const char *text, const MsStudent *student, bool regex);

/* Whether a wrong value is that near miss. */
bool ms_near_is(const MsAssignment *assignment, const MsAsked *asked, const MsNear *near,
                const MsStudent *student, const char *value);

/* Of MS_NEAR_DOMAIN and MS_NEAR_TYPO. */
bool ms_near_is_spelled(const MsAsked *asked, MsNearKind kind, const MsStudent *student,
                        const char *value);

/* Whether the whole text is a number; `base` 10 or 16, then perhaps with 0x. */
bool ms_near_number(const char *text, unsigned base, uint64_t *number);

/* Values of a list with `,`, `;`, `|` or ends of lines between them, and blanks or "and" if those
 * part them too; where numbers are expected, "frames 4 - 6" is 4, 5 and 6. The caller frees. */
GPtrArray *ms_match_list(const char *answer, bool numbers, bool blanks);

/* Whether the whole text is a number that far at most from the expected one: "2.5", "2,5", "1,234".
 */
bool ms_match_number(const char *text, double expected, double tolerance);
