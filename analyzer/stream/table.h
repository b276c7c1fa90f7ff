/* SPDX-License-Identifier: GPL-2.0-or-later
 * table.h - which connection does a segment belong to? Finds it by its addresses and ports, notices
 * that ports are used again, keeps no state for a lone SYN and little for what has ended, and gives
 * up the connection idle longest when there are too many. */
#pragma once

#include "memo.h"
#include "stream.h"

typedef struct MsTable MsTable;

typedef enum {
    MS_OVER_ENDED,  /* both FINs, or RST */
    MS_OVER_DEAF,   /* the listener does not want it */
    MS_OVER_REUSED, /* its ports belong to a new connection */
    MS_OVER_LIMIT,  /* given up */
    MS_OVER_CAPTURE /* the capture ended */
} MsOver;

/* Called when a stream is forgotten, after all that waited was handed on. */
typedef void (*MsOverFunc)(MsStream *stream, MsOver why, void *user_data);

/* `limits` and `events` are borrowed for the table's life. */
MsTable *ms_table_new(const MsLimits *limits, const MsStreamEvents *events, MsOverFunc over,
                      void *user_data);
void ms_table_free(MsTable *table); /* accepts NULL; streams still there are dropped silently */

void ms_table_push(MsTable *table, const MsSegment *segment);

/* It is `now_ns` (as in MsSegment), and no segment came: closes what is over and waited for
 * stragglers long enough. */
void ms_table_tick(MsTable *table, int64_t now_ns);

/* The stream that a segment with these addresses and ports belongs to, and who sent it; NULL when
 * there is none. Only addresses and ports are looked at. */
MsStream *ms_table_find(const MsTable *table, const MsSegment *segment, unsigned *side);

/* Deaf streams stay, and go on giving their bytes. */
void ms_table_keep_deaf(MsTable *table);

/* Closes one stream: hands on what waits, calls `over`, forgets it. */
void ms_table_close(MsTable *table, MsStream *stream, MsOver why);

/* The streams there are, in no order; the caller frees the array. */
MsStream **ms_table_streams(const MsTable *table, size_t *count);

MsStreamContext *ms_table_context(MsTable *table);

/* Streams ever seen, and those given up. */
uint32_t ms_table_seen(const MsTable *table);
uint32_t ms_table_given_up(const MsTable *table);
