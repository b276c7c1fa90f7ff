/* SPDX-License-Identifier: GPL-2.0-or-later
 * grade.h - `mailscope grade`: opens the assignment and what was handed in, has every piece of work
 * judged by a process of its own, writes what is given back. */
#pragma once

#include "../base/limits.h"
#include "../grade/returned.h"

typedef struct {
    const char *assignment;  /* file; or with `init` the capture */
    const char *submissions; /* folder, archive or list; NULL: only what `check`, `init` say */
    const char *output;      /* folder to make; or NULL */
    const char *roster;      /* CSV of id, name, email; NULL: none */
    const char *given;       /* folder of captures that the answers are about; NULL: none */
    const char *worksheet;   /* Moodle's grading worksheet to be filled in; NULL: none */
    const char *canvas;      /* Canvas's gradebook likewise */
    const char *gradescope;  /* its submission_metadata.json: `submissions` is this one student's,
                                and `output` the results.json to be written; NULL: none */
    const char *autograder;  /* zip to be written for Gradescope, and nothing else; NULL: none */
    const char *source;      /* of mailscope, for that zip */
    bool check, init;
    bool sheet;      /* print a sheet for answers, no more */
    bool overwrite;  /* write into a folder that is there */
    bool resume;     /* go on with what is unfinished in it */
    bool unconfined; /* leave workers all rights */
    unsigned jobs;   /* processes at once, at least 1 */
    MsReturnStyle style;
    MsLimits limits;
} MsGrading;

/* Prints to `printed` what --check and --init print. Returns the exit status. */
int ms_grade_run(const MsGrading *grading, GString *printed);
