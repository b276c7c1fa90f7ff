/* SPDX-License-Identifier: GPL-2.0-or-later
 * match.h - whether what was found or answered is what was expected, and how near it comes. */
#pragma once

#include "assignment.h"
#include "roster.h"

typedef enum {
    MS_VERDICT_RIGHT,
    MS_VERDICT_PART, /* some of a set */
    MS_VERDICT_NEAR,
    MS_VERDICT_WRONG,
    MS_VERDICT_MISSING, /* nothing found, nothing answered */
    MS_VERDICT_SKIPPED, /* what it needs is not right: not asked */
    MS_N_VERDICTS
} MsVerdictKind;

typedef struct {
    MsVerdictKind kind;
    double worth;       /* 0 to 1, of the question's points */
    const MsNear *near; /* MS_VERDICT_NEAR; borrowed from the assignment */
} MsVerdict;

/* The student takes the place of {id}, {name}, {email} and {nonce} in what is expected. */

/* Judges values found in a capture: `count` of them, in order. A value fits when any of them does.
 */
MsVerdict ms_match_values(const MsAssignment *assignment, const MsAsked *asked,
                          const MsStudent *student, const char *const *values, size_t count);

/* Judges an answer; NULL: none was given. Lists are separated by `,`, `;` or `|`; "4-6" is 4, 5
 * and 6 where numbers are expected. */
MsVerdict ms_match_answer(const MsAssignment *assignment, const MsAsked *asked,
                          const MsStudent *student, const char *answer);

/* "right", "part", ... Static storage. */
const char *ms_verdict_name(MsVerdictKind kind);

/* A near miss in words: "not decoded from base64", ... Static storage. */
const char *ms_near_words(MsNearKind kind);

/* The near miss of that kind that the question lists, or NULL. */
const MsNear *ms_near_find(const MsAsked *asked, MsNearKind kind);

/* The text as it is compared: blanks, quotes and brackets around it away, runs of blanks one
 * blank, small letters unless letter case counts. The caller frees. */
char *ms_match_normal(const char *text, bool letter_case);
