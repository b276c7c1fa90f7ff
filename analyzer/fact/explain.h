/* SPDX-License-Identifier: GPL-2.0-or-later
 * explain.h - finds what there is to say about a code, a command, a word, or some words of a
 * question: in replies.def, terms-*.def, fields.def and oddity.def. No I/O; for every front end and
 * the plugin. */
#pragma once

#include "terms.h"

#include <stdbool.h>
#include <stddef.h>

/* One thing explained. Text is in static storage. */
typedef struct {
    const char *kind;   /* "SMTP reply code", "IMAP command", ... */
    char name[48];      /* "250", "5.7.8", "EHLO" */
    const char *words;  /* in a few words; NULL when there is only `text` */
    const char *text;   /* one or two sentences; NULL when `words` says it all */
    const char *digits; /* what the first digit or number means; NULL when it is no code */
    const char
        *about;      /* what the second one says: "about the connection"; NULL when it is no code */
    const char *rfc; /* "5321 4.2.3": number and section; "" when no RFC says it */
} MsExplanation;

typedef enum {
    MS_EXPLAINED_NOT, /* nothing is known */
    MS_EXPLAINED,     /* what was asked for by its name */
    MS_EXPLAINED_ALL, /* found by words: each has all of them */
    MS_EXPLAINED_SOME /* found by words: each has some of them */
} MsExplained;

/* Explains `query`: a code ("250", "5.7.8"), a name in any letter case ("EHLO", "AUTH LOGIN",
 * "session.end"), a line of a dialogue ("250-SIZE 1000", "MAIL FROM:<a@b.example>"), or words to
 * search by. Writes up to `most` explanations to `out`, best first, their number to *count and how
 * many there would be to *found. */
MsExplained ms_explain(const char *query, MsExplanation *out, size_t most, size_t *count,
                       size_t *found);

/* The row of that kind whose name is the first word of `text`, as in "SIZE 1000"; NULL when there
 * is none. */
const MsTerm *ms_term_find(MsTermKind kind, const char *text, size_t length);
