/* SPDX-License-Identifier: GPL-2.0-or-later
 * judge.h - one piece of work read and judged; what a worker process does. */
#pragma once

#include "../engine.h"
#include "../grade/assignment.h"
#include "handed.h"

/* Reads one capture and hands on each session. What is wrong with it is appended to `problem`. */
void ms_judge_read(const char *path, const MsLimits *limits,
                   void (*session)(const MsRecord *record, void *user_data), void *user_data,
                   GString *problem);

/* What one student handed in, opened and not yet read. */
typedef struct MsWork MsWork;

/* Before any worker is started: has libgcrypt begin, and the C library fetch what it takes to read
 * the charsets that occur in mail, as a confined worker can fetch nothing. What it takes stays
 * until the caller frees the list with g_array_unref(), after the last worker was started. */
GArray *ms_judge_prepare(const MsAssignment *assignment);

/* Opens everything that judging takes: no file is opened afterwards. Adds to `mapped` the bytes
 * that are or will be mapped. All is borrowed until ms_judge() has returned. */
MsWork *ms_judge_open(const MsAssignment *assignment, const MsHanded *handed, int spool,
                      const MsLimits *limits, uint64_t *mapped);

/* The result as JSON text on one line: what ms_sheet_judge() gives, and "problem" when something
 * could not be read. Frees the work; the caller frees the text. */
GString *ms_judge(MsWork *work);
