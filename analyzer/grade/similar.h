/* SPDX-License-Identifier: GPL-2.0-or-later
 * similar.h - which submissions have in common what two honest recordings have not: clusters, with
 * the evidence and how many of the class share it. Never a verdict. Opens no file. */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct MsSimilar MsSimilar;

MsSimilar *ms_similar_new(void);
void ms_similar_free(MsSimilar *similar); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsSimilar, ms_similar_free)

/* Adds a submission: what ms_fingerprint_json() gave, NULL when it could not be read. Copies what
 * it needs. */
void ms_similar_add(MsSimilar *similar, const char *key, const json_t *fingerprint);

/* Compares all of them, and returns the report (docs/GRADING.md); the caller owns it. The work
 * grows with the number of traits, not with that of pairs: traits are sorted, and of those that
 * many share each one is joined with a few others only. */
json_t *ms_similar_report(MsSimilar *similar);

/* Appends the report for people to read, as Markdown. */
void ms_similar_markdown(GString *out, const json_t *report);
