/* SPDX-License-Identifier: GPL-2.0-or-later
 * judge.h - one piece of work read and judged; what a worker process does. */
#pragma once

#include "../engine.h"
#include "../grade/assignment.h"
#include "handed.h"

/* Reads captures as one, and hands on each session. `parts`: also the parts of messages. The first
 * thing that is wrong with a file is appended to `problem`, in words. */
void ms_judge_read(const char *const *files, size_t n_files, const MsLimits *limits, bool parts,
                   void (*session)(const MsRecord *record, void *user_data), void *user_data,
                   GString *problem);

/* The result of one student as JSON text on one line: what ms_sheet_judge() gives, and "problem"
 * when something could not be read. The caller frees it. */
GString *ms_judge(const MsAssignment *assignment, const MsHanded *handed, const MsLimits *limits);
