/* SPDX-License-Identifier: GPL-2.0-or-later
 * report_private.h - what report.c, overview.c and timeline.c share. Nobody else includes it. */
#pragma once

#include "../lab/path.h"
#include "html.h"
#include "report.h"

/* A session, as far as the overview needs it. */
typedef struct {
    uint32_t number; /* 0-based */
    int64_t start_ns, last_ns;
    const char *protocol; /* static storage */
    char client[48], server[48];
    unsigned server_port;
    int32_t mails, logins;
    uint32_t oddities;
    bool encrypted;
} MsReportRow;

struct MsReport {
    unsigned number;
    const MsLimits *limits;
    char *name; /* of its files */
    GArray *rows;
    GPtrArray *problems; /* char */
    MsPaths *paths;
    GHashTable *explained; /* as MsPage has it */
    MsBuffer ways;         /* of its mails, drawn */
    MsReportCounts counts;
    GHashTable *shown; /* numbers of the sessions on the page */
    uint64_t size;     /* bytes of them */
    uint64_t most;     /* and where that ends */
    uint64_t left_out; /* sessions not on the page */
    uint64_t often[MS_N_ODDITIES];
    uint64_t bytes[MS_N_ODDITIES];
    uint32_t where[MS_N_ODDITIES]; /* a session that has it, the first on the page */
};

/* The sessions over time, as a drawing. Nothing when there are fewer than three. */
void ms_timeline_draw(MsBuffer *out, const MsReport *report);
