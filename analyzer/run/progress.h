/* SPDX-License-Identifier: GPL-2.0-or-later
 * progress.h - one line on the terminal that says how far the work is, when it takes longer than a
 * second; and the lines about problems, which must not collide with it. */
#pragma once

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct MsProgress MsProgress;

/* `total`: bytes of all files, 0 when not known. Draws only when standard error is a terminal. To
 * be used by one thread. */
MsProgress *ms_progress_new(uint64_t total);
void ms_progress_free(MsProgress *progress); /* erases the line; accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsProgress, ms_progress_free)

/* Work has come to `read` bytes, and is at the file `name`. Cheap; draws four times a second. */
void ms_progress_update(MsProgress *progress, uint64_t read, const char *name);

/* The same for work that is counted: `done` of `total` submissions, with the time that the rest
 * will take if it goes on as since the first call. */
void ms_progress_count(MsProgress *progress, uint64_t done, uint64_t total);

/* Takes the line away before something else is written to the terminal. */
void ms_progress_erase(MsProgress *progress);

/* Writes "mailscope: text" to standard error, made harmless for a terminal. */
void ms_progress_say(MsProgress *progress, const char *text);
