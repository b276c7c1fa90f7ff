/* SPDX-License-Identifier: GPL-2.0-or-later
 * mark.h - what tells one grading from another. */
#pragma once

#include "handed.h"

/* A hash (SHA-256, hex) of all that decides what a worker finds: the version, the assignment, the
 * limits, and of the submissions who they are and the names, sizes and times of change of their
 * files. What only decides how results are written is not in it. The caller frees it. */
char *ms_mark_new(const char *assignment, size_t length, const char *submissions,
                  const MsSubmissions *handed, const MsLimits *limits);
