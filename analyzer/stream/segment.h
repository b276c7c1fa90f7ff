/* SPDX-License-Identifier: GPL-2.0-or-later
 * segment.h - one captured TCP segment: the only door into the engine. */
#pragma once

#include "../fact/range.h"

enum {
    MS_TCP_FIN = 0x01,
    MS_TCP_SYN = 0x02,
    MS_TCP_RST = 0x04,
    MS_TCP_PSH = 0x08,
    MS_TCP_ACK = 0x10,
    MS_TCP_URG = 0x20
}; /* RFC 9293 3.1 */

#define MS_NO_LINK UINT32_MAX /* the frame has no such hardware address */

enum {
    MS_SEGMENT_FRAGMENT_CONFLICT = 1 << 0 /* put together from IP fragments that contradict */
};

/* Everything is borrowed until ms_engine_push() returns. Two addresses of 16 bytes; IPv4 as
 * ::ffff:a.b.c.d. Both VLAN and tunnel tags are ignored for telling connections apart. */
typedef struct {
    uint8_t src[16], dst[16];
    uint16_t src_port, dst_port;
    uint32_t seq, ack;
    uint8_t flags;         /* TCP flag byte */
    uint8_t notes;         /* MS_SEGMENT_* */
    uint16_t window;       /* as in the header, not scaled */
    uint16_t urgent;       /* urgent pointer; counts only with MS_TCP_URG */
    uint16_t file;         /* 0-based file of the frame, for joined captures */
    uint32_t frame;        /* 1-based frame that completed the segment */
    int64_t time_ns;       /* nanoseconds since 1970, UTC */
    uint32_t header_frame; /* frame that holds the headers: `frame`, but for IP fragments */
    uint32_t ip_offset;    /* bytes from the start of header_frame to the innermost IP header */
    uint32_t tcp_offset;   /* ... to the TCP header */
    const uint8_t *payload;
    uint32_t payload_length; /* bytes captured, without Ethernet padding */
    uint32_t wire_length;    /* bytes sent; larger when the snapshot length cut the frame */
    const MsRange *places;   /* where the payload was captured, in order, payload_length in all */
    uint32_t n_places;       /* 1, but for IP fragments; 0 when there is no payload */
    const uint8_t *link;     /* bytes of frame `header_frame`; NULL: not at hand */
    uint32_t link_to;        /* in it: hardware address of the receiver, 6 bytes, */
    uint32_t link_from;      /* and of the sender, of the innermost link; MS_NO_LINK: none */
    uint16_t link_type;      /* as in pcap-linktype(7); counts only with `link` */
    const uint8_t *header;   /* the TCP header; `payload` follows it in memory. NULL: not at hand */
} MsSegment;

typedef enum {
    MS_CHECKSUM_RIGHT,
    MS_CHECKSUM_WRONG,  /* damage, or offloading */
    MS_CHECKSUM_UNKNOWN /* the snapshot length cut the segment, or its header is not at hand */
} MsChecksum;

/* Checks the TCP checksum. For callers that see a contradiction: it costs time, and offloading
 * makes it wrong in many good captures. */
MsChecksum ms_segment_checksum(const MsSegment *segment);
