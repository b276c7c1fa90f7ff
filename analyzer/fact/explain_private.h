/* SPDX-License-Identifier: GPL-2.0-or-later
 * explain_private.h - what explain.c and explain_line.c share. */
#pragma once

#include "explain.h"

/* What the results are collected in. */
typedef struct {
    MsExplanation *out; /* room for `most` */
    size_t most, count; /* written */
    size_t found;       /* also those for which there was no room */
} MsExplainHits;

/* Adds the rows of that name; with `kind` only those whose kind ends with it. */
void ms_explain_named(MsExplainHits *hits, const char *query, size_t length, const char *kind);

/* Bytes of the first word: up to a blank or a colon. */
size_t ms_explain_word(const char *text);

/* Adds what a line of a dialogue that begins with no code is about: "a1 LOGIN ann x" (IMAP),
 * "HTTP/1.1 302 Found", "MAIL FROM:<>"; nothing when it is none. */
void ms_explain_line(MsExplainHits *hits, const char *text);
