/* SPDX-License-Identifier: GPL-2.0-or-later
 * run.h - all captures of a command line, one after the other or several at once, with the output
 * in the order in which they were given. */
#pragma once

#include "job.h"

/* Exit statuses of the program. */
enum {
    MS_EXIT_GOOD = 0,
    MS_EXIT_USAGE = 2,
    MS_EXIT_TROUBLE = 3 /* an input unreadable, cut or no capture; or output not written */
};

typedef struct {
    MsPlan plan;
    bool joined;        /* all files are one capture */
    unsigned jobs;      /* captures read at once, at least 1 */
    MsOutput *output;   /* where sessions are printed; NULL: standard output */
    GPtrArray *reports; /* gets an MsReport of each capture, in order; NULL: no page is made */
} MsRun;

/* Reads the files and folders of `names` (NULL-terminated) and prints what is found. Returns
 * the exit status. */
int ms_run(const MsRun *run, const char *const *names);
