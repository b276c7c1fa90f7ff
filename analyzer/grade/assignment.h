/* SPDX-License-Identifier: GPL-2.0-or-later
 * assignment.h - what is asked and what it is worth: the assignment file, read strictly. Opens no
 * file. docs/GRADING.md describes the format. */
#pragma once

#include "../fact/fact.h"
#include "../lab/condition.h"

#include <glib.h>

typedef enum {
    MS_MATCH_EXACT,   /* the one expected value */
    MS_MATCH_ANY_OF,  /* one of the expected values */
    MS_MATCH_SET,     /* all expected values, in any order; a part of them gives a part */
    MS_MATCH_COUNT,   /* how many values there are */
    MS_MATCH_NUMBER,  /* a number within a tolerance */
    MS_MATCH_REGEX,   /* a regular expression found in the value */
    MS_MATCH_BETWEEN, /* a time between two */
    MS_MATCH_PRESENT, /* there is one, whatever it is */
    MS_MATCH_ABSENT,  /* there is none */
    MS_N_MATCHES
} MsMatch;

typedef enum {
    MS_NEAR_BASE64,  /* the value, but not decoded */
    MS_NEAR_SWAPPED, /* the right answer to the other side's question */
    MS_NEAR_HEADER,  /* the header's value instead of the envelope's */
    MS_NEAR_INSTEAD, /* the right answer to another question */
    MS_NEAR_FIRST,   /* the first of several instead of the last */
    MS_NEAR_LAST,
    MS_NEAR_PORT,      /* the port instead of the address */
    MS_NEAR_ADDRESS,   /* the address instead of the port */
    MS_NEAR_WITH_PORT, /* address and port where one of them is asked for */
    MS_NEAR_OFF,       /* a number next to the right one */
    MS_NEAR_FRAME,     /* the right value, not its frame */
    MS_NEAR_ELSEWHERE, /* the right value in another session or message */
    MS_NEAR_ENDS,      /* but for dots and brackets at the ends */
    MS_NEAR_CASE,      /* but for capital letters */
    MS_NEAR_RELATIVE,  /* relative and absolute sequence number confused */
    MS_NEAR_HEX,       /* hexadecimal and decimal confused */
    MS_NEAR_LINE,      /* a line that holds the value */
    MS_NEAR_ZONE,      /* a time in another time zone */
    MS_NEAR_DOMAIN,    /* a name without its domain, or with another */
    MS_NEAR_TYPO,      /* one letter wrong, missing, too many, or two turned round */
    MS_N_NEARS
} MsNearKind;

enum { MS_SESSION_OWN = -1 };

/* A wrong answer that is worth something. */
typedef struct {
    MsNearKind kind;
    double worth;    /* 0 to 1, of the question's points */
    char *other;     /* id of the other question; NULL: none is named */
    uint64_t number; /* MS_NEAR_OFF: how far; MS_NEAR_RELATIVE without `other`: the first number */
} MsNear;

/* One section. */
typedef struct {
    char *id;
    unsigned line;    /* 1-based, of the section's head */
    bool required;    /* [require ...]: has no points; without it the work is worth nothing */
    char *title;      /* never NULL */
    double points;    /* at least 0 */
    char *fact;       /* as written; NULL: an oddity is asked for */
    MsCondition what; /* points into `fact` */
    MsOddityKind oddity;
    int check;    /* of ms_behaviours(); -1: none */
    char *frames; /* frames that an answer may name, as written; NULL: none is asked for */
    char *where;  /* frames that a student is told to look at, as written; NULL: it is not known */
    int session;  /* 1-based; 0: any; MS_SESSION_OWN: those that meet all that is required */
    int message;  /* 1-based; 0: any */
    MsMatch match;
    char *raw;     /* `expect` as written, what a regular expression is; NULL: none */
    char **expect; /* its values, NULL-terminated; NULL: none */
    double tolerance;
    int64_t bounds[2]; /* MS_MATCH_BETWEEN: nanoseconds since 1970 */
    bool letter_case;  /* upper and lower case differ */
    GArray *near;      /* of MsNear; never NULL */
    char **needs;      /* ids of questions that must be right first; NULL: none */
    char *hint;        /* NULL: none */
} MsAsked;

typedef struct {
    char *title;
    bool answers;     /* answer files are handed in */
    bool own;         /* answers, and the capture they are about; neither: captures only */
    double points;    /* what the whole is worth; all points when it is not said */
    GPtrArray *asked; /* of MsAsked, in order */
} MsAssignment;

/* Reads an assignment. Fails with MS_ERROR_USAGE: "name:line: reason". */
MsAssignment *ms_assignment_new(const char *name, const char *text, size_t length, GError **error);
void ms_assignment_free(MsAssignment *assignment); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsAssignment, ms_assignment_free)

/* The section of that id, or NULL. */
const MsAsked *ms_assignment_find(const MsAssignment *assignment, const char *id);

/* Sum of the points of all questions. */
double ms_assignment_sum(const MsAssignment *assignment);

/* "exact", "any-of", ...; "base64", "swapped", ... Static storage. */
const char *ms_match_name(MsMatch match);
const char *ms_near_name(MsNearKind kind);

/* Appends a value so that the reader gives it back: `|` and `\` behind a backslash. False, and
 * nothing, for what cannot stand in the file: control characters, bytes that are not UTF-8. */
bool ms_assignment_quote(GString *out, const char *text, size_t length);

/* A time as ISO 8601 writes it, UTC when it has no zone. */
bool ms_assignment_time(const char *text, int64_t *time_ns);
