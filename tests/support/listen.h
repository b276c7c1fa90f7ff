/* SPDX-License-Identifier: GPL-2.0-or-later
 * listen.h - a listener for streams that checks what it is told against what was said: every byte,
 * its offset and where it was captured; and that nothing is told twice or after the end. */
#pragma once

#include "stream/table.h"
#include "wire.h"

typedef struct {
    const Wire *wire; /* NULL: bytes are not checked */
    GRand *eat;       /* NULL: everything is eaten at once; else a random part */
    GString *log;     /* one line for each turn and event: "0 bytes", "1 gap 7", "0 fin" */
    uint64_t at[2];   /* stream offset of what comes next */
    uint64_t eaten[2];
    uint64_t start[2];   /* what was said before this offset is not in the streams (mid-stream) */
    uint64_t missing[2]; /* bytes of gaps */
    uint64_t cut[2];
    unsigned streams; /* that were over */
    unsigned fins, rsts, conflicts, ignored, oddities;
    MsRange around[2]; /* of the last gap */
    unsigned n_around;
    MsRange conflict[4]; /* of the last conflict */
    unsigned n_conflict;
    MsOver why; /* of the last stream that was over */
    MsTable *table;
    MsLimits limits;
} Listen;

Listen *listen_new(const Wire *wire, GRand *eat);
void listen_free(Listen *listen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listen, listen_free)

/* Captures the packet with `wire` and pushes it. */
void listen_push(Listen *listen, Wire *wire, const WirePacket *packet);
void listen_all(Listen *listen, Wire *wire, const GPtrArray *packets);

/* The capture ends. */
void listen_end(Listen *listen);
