/* SPDX-License-Identifier: GPL-2.0-or-later
 * mark.h - a frame worth remembering for its TCP header: 16 bytes instead of a range and a time. */
#pragma once

#include "segment.h"

enum { MS_MARK_NOWHERE = 0xffff }; /* offset that does not fit: nothing is cited */

typedef struct {
    int64_t time_ns;
    uint32_t frame;  /* frame that holds the headers, 1-based; 0: no such mark */
    uint16_t file;   /* 0-based */
    uint16_t offset; /* of the TCP header in the frame, or MS_MARK_NOWHERE */
} MsMark;

/* An offset in a frame, made to fit a mark. */
static inline uint16_t ms_mark_offset(uint32_t offset)
{
    return offset < MS_MARK_NOWHERE ? (uint16_t)offset : (uint16_t)MS_MARK_NOWHERE;
}

/* The mark of a segment's TCP header. */
static inline MsMark ms_mark(const MsSegment *segment)
{
    return (MsMark){.time_ns = segment->time_ns,
                    .frame = segment->header_frame,
                    .file = segment->file,
                    .offset = ms_mark_offset(segment->tcp_offset)};
}
