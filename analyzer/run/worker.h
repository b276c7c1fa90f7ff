/* SPDX-License-Identifier: GPL-2.0-or-later
 * worker.h - work on input that nobody trusts, each piece in a process of its own with limits and
 * few rights (confine.h). */
#pragma once

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t memory;  /* bytes of address space; not set in builds with sanitizers */
    uint64_t seconds; /* of the clock, and of the processor */
    uint64_t output;  /* bytes of each file that it may write */
    bool unconfined;  /* leave the filter of system calls out */
} MsWorkerLimits;

/* What is to be done. All functions get `user_data`. */
typedef struct {
    /* Opens what item `number` is read from, before the process is confined; what it returns goes
     * to `work`. `shared` may be read only in here. Adds to `mapped` the bytes of files that are or
     * will be mapped, as they are not memory. NULL: nothing to open. */
    void *(*open)(guint number, uint64_t *mapped, void *user_data);
    /* Does it, confined; returns what is to be handed back. */
    GString *(*work)(guint number, void *opened, void *user_data);
    /* In the calling process: item `number` is done. May be NULL. */
    void (*done)(guint number, void *user_data);
    /* The same, some times a second, `finished` of all being done. May be NULL. */
    void (*wait)(guint finished, void *user_data);
    void *user_data;
    int shared; /* file descriptor that `open` reads from, closed behind it; -1: none. All others
                   of the calling process are closed before. */
} MsWorkerJob;

/* Has all `count` items done, `jobs` at once. result[i] is what item i handed back, or NULL; then
 * problem[i] says why, for people. Items that have one of both already are passed over. The caller
 * frees them. False when SIGINT, SIGTERM or SIGHUP came: then some items have neither. */
bool ms_workers_run(const MsWorkerJob *job, guint count, unsigned jobs,
                    const MsWorkerLimits *limits, GString **result, char **problem);
