/* SPDX-License-Identifier: GPL-2.0-or-later
 * mark.h - a frame worth remembering for its TCP header: 16 bytes instead of a range and a time;
 * and the hardware addresses of one. */
#pragma once

#include "segment.h"

#include <string.h>

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

/* What the link layer of a frame says of both ends. */
typedef struct {
    uint8_t to[6], from[6]; /* hardware addresses of receiver and sender */
    uint16_t to_at;         /* where they are in the frame, or MS_MARK_NOWHERE: there is none */
    uint16_t from_at;
    uint16_t type; /* 1 + link type as in pcap-linktype(7); 0: not known */
} MsLinkEnds;

/* The link layer of a segment's frame. */
static inline void ms_link_ends(const MsSegment *segment, MsLinkEnds *ends)
{
    *ends = (MsLinkEnds){.to_at = MS_MARK_NOWHERE, .from_at = MS_MARK_NOWHERE};
    if (!segment->link)
        return;
    ends->type = (uint16_t)(segment->link_type + 1u);
    ends->to_at = ms_mark_offset(segment->link_to);
    ends->from_at = ms_mark_offset(segment->link_from);
    if (ends->to_at != MS_MARK_NOWHERE)
        memcpy(ends->to, segment->link + ends->to_at, sizeof ends->to);
    if (ends->from_at != MS_MARK_NOWHERE)
        memcpy(ends->from, segment->link + ends->from_at, sizeof ends->from);
}
