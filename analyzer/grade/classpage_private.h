/* SPDX-License-Identifier: GPL-2.0-or-later
 * classpage_private.h - what classpage.c, class_charts.c and class_table.c share. Nobody else
 * includes it. */
#pragma once

#include "classpage.h"
#include "match.h"

enum { MS_CLASS_BINS = 10 };

/* How a question went, among those who handed something in. */
typedef struct {
    guint index; /* in the assignment */
    guint verdicts[MS_N_VERDICTS];
    guint nears[MS_N_NEARS];
    guint asked;  /* of them, skipped ones left out */
    double worth; /* sum of the shares of its points that were got; of required ones: 1 or 0 */
} MsClassQuestion;

typedef struct {
    const MsAssignment *assignment;
    json_t *const *results;
    guint count, missing;
    guint bins[MS_CLASS_BINS]; /* students by share of the points; the last one holds 100 % too */
    GArray *shares;            /* double, sorted, of those who handed something in */
    MsClassQuestion *questions;
} MsClass;

/* The share of a question's points that were got, 0 to 1; a skipped one: 1. */
double ms_class_share(const MsClassQuestion *question);

void ms_class_histogram(MsBuffer *out, const MsClass *class);
void ms_class_questions(MsBuffer *out, const MsClass *class);
void ms_class_nears(MsBuffer *out, const MsClass *class);
void ms_class_table(MsBuffer *out, const MsClass *class);

/* The student's name, else id, as a link to the feedback. */
void ms_class_link(MsBuffer *out, const json_t *result);
