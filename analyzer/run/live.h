/* SPDX-License-Identifier: GPL-2.0-or-later
 * live.h - mail sessions as they happen on a network interface. */
#pragma once

#include "device.h"
#include "job.h"

/* What is captured, and for how long. */
typedef struct {
    MsDevice device;
    uint64_t frames;  /* stop after so many; 0: never */
    uint64_t seconds; /* stop after so long; 0: never */
} MsLive;

/* Captures until SIGINT or SIGTERM, or as `live` says, and prints each session with plan->print
 * when it ends; those still open then at the end. Says on standard error when it begins, and at the
 * end what was captured and what was lost. Returns the exit status. Needs a process with one
 * thread. */
int ms_live_run(const MsPlan *plan, const MsLive *live);
