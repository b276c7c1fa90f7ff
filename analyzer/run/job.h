/* SPDX-License-Identifier: GPL-2.0-or-later
 * job.h - one capture (a file, or several joined) from its frames to printed sessions. Touches
 * nothing that another job touches, so jobs may run in threads. */
#pragma once

#include "../capture/packet.h"
#include "../engine.h"
#include "../extract/extract.h"
#include "../front/redact.h"
#include "../front/style.h"
#include "../lab/expression.h"
#include "../lab/path.h"
#include "../report/report.h"
#include "output.h"

/* Appends a session as the verb prints it. */
typedef void (*MsPrint)(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                        const MsStyle *style, const MsRedactor *redactor);

/* What is the same for all captures of a run. */
typedef struct {
    MsEngineOptions engine; /* open_spool is set by the job */
    MsStyle style;
    MsPrint print;
    MsPathsPrint paths; /* in place of `print`: once, at the end of the capture; else NULL */
    const MsExtractPlan *extract; /* sessions become files, in place of `print`; else NULL */
    const MsExpression *filter;   /* only sessions for which it holds; NULL: all. Borrowed */
    bool summary;                 /* say in the output when there is no mail */
} MsPlan;

typedef struct MsJob MsJob;

/* Who hears of a job while it runs; in the job's thread. */
typedef struct {
    /* Something is wrong with a file; `text` without the program's name, not escaped. `bad`: the
     * exit status is to say so. */
    void (*problem)(MsJob *job, const char *text, bool bad);
    /* Now and then: `read` bytes of the job's files have been read. Returns false to stop. */
    bool (*progress)(MsJob *job, uint64_t read);
} MsJobListener;

struct MsJob {
    const MsPlan *plan;
    MsOrigins origins;
    MsOutput *output;
    MsReport *report; /* what is printed goes to its page, in place of plan->print; else NULL */
    const char *name; /* with plan->extract: begins the names of its sessions */
    const MsJobListener *listener;
    void *owner; /* the listener's */
};

/* Reads the capture to its end, or until writing fails. */
void ms_job_run(MsJob *job);
