/* SPDX-License-Identifier: GPL-2.0-or-later
 * report.h - `mailscope report`: one page for people, with drawings, that needs nothing but itself.
 * Sessions are appended one by one as they end; what the page begins with is known last. */
#pragma once

#include "../front/redact.h"
#include "../front/style.h"

/* What is remembered of one capture for the page's overview. */
typedef struct MsReport MsReport;

/* `number`: 1-based, of the `captures` on the page, which share report-bytes equally, so that what
 * is shown of one does not depend on the order of reading. `limits` is borrowed for its life. */
MsReport *ms_report_new(unsigned number, unsigned captures, const MsLimits *limits);
void ms_report_free(MsReport *report); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsReport, ms_report_free)

/* Begins the part of the capture. */
void ms_report_begin(MsReport *report, MsBuffer *out, const MsOrigins *origins);

/* Something is wrong with a file of the capture; `text` as printed, not escaped. */
void ms_report_problem(MsReport *report, const char *text);

/* Appends a session. `redactor` NULL: nothing is masked. */
void ms_report_session(MsReport *report, MsBuffer *out, const MsRecord *record,
                       const MsOrigins *origins, const MsStyle *style, const MsRedactor *redactor);

/* Counts of a capture that was read. */
typedef struct {
    uint64_t frames, connections, cut; /* cut: frames short or malformed */
} MsReportCounts;

/* Ends the part of the capture; draws the ways of its mails, for the overview. */
void ms_report_end(MsReport *report, MsBuffer *out, const MsReportCounts *counts,
                   const MsOrigins *origins, const MsStyle *style, const MsRedactor *redactor);

/* What stands before the parts of the captures: head of the page, overview, what is missing,
 * timeline. `reports`: of MsReport, in order. */
void ms_report_head(MsBuffer *out, const GPtrArray *reports, bool redacted);
/* What stands behind them. */
void ms_report_tail(MsBuffer *out);
