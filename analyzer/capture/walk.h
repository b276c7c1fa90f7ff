/* SPDX-License-Identifier: GPL-2.0-or-later
 * walk.h - the way through one frame, header by header. Each layer reads its header at
 * walk->offset, moves on and says what comes next. Not for others. */
#pragma once

#include "packet.h"

typedef struct MsFragments MsFragments; /* fragment.h */

/* What is at walk->offset; behind MS_NEXT_LAYERS: how the walk ended. */
typedef enum {
    MS_NEXT_LINK, /* the start of a frame of link type walk->type */
    MS_NEXT_ETHERNET,
    MS_NEXT_LLC,
    MS_NEXT_SNAP,
    MS_NEXT_VLAN,
    MS_NEXT_MPLS,
    MS_NEXT_PPPOE,
    MS_NEXT_PPP,
    MS_NEXT_CISCO_HDLC,
    MS_NEXT_RADIOTAP,
    MS_NEXT_WLAN,
    MS_NEXT_IP, /* 4 or 6: the header says */
    MS_NEXT_IPV4,
    MS_NEXT_IPV6,
    MS_NEXT_EXTENSION, /* IPv6 extension header of kind walk->type */
    MS_NEXT_FRAGMENT,  /* IPv6 fragment header */
    MS_NEXT_GRE,
    MS_NEXT_ETHERIP,
    MS_NEXT_UDP,
    MS_NEXT_TCP,
    MS_NEXT_LAYERS,
    MS_END_SEGMENT = MS_NEXT_LAYERS,
    MS_END_NOT_TCP,
    MS_END_CUT,      /* a header is cut short, or makes no sense */
    MS_END_FRAGMENT, /* kept until the others come, or given up */
    MS_END_UNSUPPORTED,
    MS_END_TOO_DEEP
} MsNext;

typedef struct {
    const MsFrame *frame;
    MsFragments *fragments;
    MsSegment *segment;  /* addresses go straight into it */
    const uint8_t *data; /* the frame, or a datagram put together from fragments */
    uint32_t offset;     /* of the header to be read next; at most `length` */
    uint32_t length;     /* where the captured bytes of the layer in hand end */
    uint32_t wire_end;   /* where it ended on the wire, at least `length` */
    int type;            /* see MsNext */
    uint16_t file;
    uint8_t notes; /* MS_SEGMENT_* */
    /* Hardware addresses of the innermost link, in `data`; MS_NO_LINK: none. */
    uint32_t link_to, link_from;
    /* The innermost IP header: in `data`, or, when `ip_outside`, in frame ip_frame. */
    bool ip_outside;
    uint32_t ip_frame, ip_offset;
    /* Where data[0..) was captured: ranges in order. NULL: data is the frame itself. */
    const MsRange *map;
    uint32_t n_map;
} MsWalk;

static inline bool ms_walk_has(const MsWalk *walk, uint32_t length)
{
    return walk->length - walk->offset >= length;
}

static inline const uint8_t *ms_walk_at(const MsWalk *walk)
{
    return walk->data + walk->offset;
}

/* A length found in a header, counted from walk->offset, ends the layer. */
static inline void ms_walk_bound(MsWalk *walk, uint32_t length)
{
    walk->wire_end = walk->offset + length;
    if (walk->length > walk->wire_end)
        walk->length = walk->wire_end;
}

/* Hardware addresses lie `to` and `from` bytes behind walk->offset. */
static inline void ms_walk_link(MsWalk *walk, uint32_t to, uint32_t from)
{
    walk->link_to = walk->offset + to;
    walk->link_from = walk->offset + from;
}

/* Where data[offset..) was captured: `length` bytes, or fewer when they go on in another frame.
 * offset lies before walk->length. */
MsRange ms_walk_place(const MsWalk *walk, uint32_t offset, uint32_t length);

/* The layers. `type` as the number in the header before. */
MsNext ms_next_ethertype(MsWalk *walk, uint16_t type);
MsNext ms_next_protocol(MsWalk *walk, uint8_t protocol);
MsNext ms_layer_link(MsWalk *walk);
MsNext ms_layer_ethernet(MsWalk *walk);
MsNext ms_layer_llc(MsWalk *walk);
MsNext ms_layer_snap(MsWalk *walk);
MsNext ms_layer_vlan(MsWalk *walk);
MsNext ms_layer_mpls(MsWalk *walk);
MsNext ms_layer_pppoe(MsWalk *walk);
MsNext ms_layer_ppp(MsWalk *walk);
MsNext ms_layer_serial(MsWalk *walk);
MsNext ms_layer_cisco_hdlc(MsWalk *walk);
MsNext ms_layer_frame_relay(MsWalk *walk);
MsNext ms_layer_radiotap(MsWalk *walk);
MsNext ms_layer_ppi(MsWalk *walk);
MsNext ms_layer_prism(MsWalk *walk);
MsNext ms_layer_wlan(MsWalk *walk);
MsNext ms_layer_ip(MsWalk *walk);
MsNext ms_layer_ipv4(MsWalk *walk);
MsNext ms_layer_ipv6(MsWalk *walk);
MsNext ms_layer_extension(MsWalk *walk);
MsNext ms_layer_fragment(MsWalk *walk);
MsNext ms_layer_gre(MsWalk *walk);
MsNext ms_layer_etherip(MsWalk *walk);
MsNext ms_layer_udp(MsWalk *walk);
