/* SPDX-License-Identifier: GPL-2.0-or-later
 * worker.h - work on input that nobody trusts, in a process of its own with limits. */
#pragma once

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t memory;  /* bytes of address space; not set in builds with sanitizers */
    uint64_t seconds; /* of the clock, and of the processor */
    uint64_t output;  /* bytes that it may write */
} MsWorkerLimits;

/* Does item `number`; returns what is to be handed back. Runs in the process of its own. */
typedef GString *(*MsWork)(guint number, void *user_data);

/* Has all `count` items done, `jobs` at once. result[i] is what item i handed back, or NULL; then
 * problem[i] says why, for people. The caller frees both. */
void ms_workers_run(guint count, unsigned jobs, const MsWorkerLimits *limits, MsWork work,
                    void *user_data, GString **result, char **problem);
