/* SPDX-License-Identifier: GPL-2.0-or-later
 * ip.c - IPv4 (RFC 791) and IPv6 (RFC 8200) with options and extension headers. What the IP
 * lengths leave out is padding; what they claim beyond the captured bytes was cut. */
#include "bytes.h"
#include "fragment.h"
#include "walk.h"

#include <string.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, FRAGMENT_HEADER = 8 };
enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_AH = 51,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_ETHERIP = 97,   /* RFC 3378: two bytes, then Ethernet */
    PROTOCOL_MPLS = 137,     /* RFC 4023 */
    PROTOCOL_ETHERNET = 143, /* RFC 8986 10.1 */
    PROTOCOL_MOBILITY = 135,
    PROTOCOL_HIP = 139,
    PROTOCOL_SHIM6 = 140
};

MsNext ms_next_protocol(MsWalk *walk, uint8_t protocol)
{
    switch (protocol) {
    case PROTOCOL_TCP:
        return MS_NEXT_TCP;
    case PROTOCOL_UDP:
        return MS_NEXT_UDP;
    case PROTOCOL_IPV4:
        return MS_NEXT_IPV4;
    case PROTOCOL_IPV6:
        return MS_NEXT_IPV6;
    case PROTOCOL_GRE:
        return MS_NEXT_GRE;
    case PROTOCOL_MPLS:
        return MS_NEXT_MPLS;
    case PROTOCOL_ETHERNET:
        return MS_NEXT_ETHERNET;
    case PROTOCOL_ETHERIP:
        return MS_NEXT_ETHERIP;
    case PROTOCOL_FRAGMENT:
        return MS_NEXT_FRAGMENT;
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_AH:
    case PROTOCOL_DESTINATION:
    case PROTOCOL_MOBILITY:
    case PROTOCOL_HIP:
    case PROTOCOL_SHIM6:
        walk->type = protocol;
        return MS_NEXT_EXTENSION;
    default:
        return MS_END_NOT_TCP;
    }
}

MsNext ms_layer_ip(MsWalk *walk)
{
    if (!ms_walk_has(walk, 1))
        return MS_END_CUT;
    switch (*ms_walk_at(walk) >> 4) {
    case 4:
        return ms_layer_ipv4(walk);
    case 6:
        return ms_layer_ipv6(walk);
    default:
        return MS_END_NOT_TCP;
    }
}

static void set_ipv4_address(uint8_t address[16], const uint8_t *bytes)
{
    static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    memcpy(address, prefix, 12);
    memcpy(address + 12, bytes, 4);
}

/* Only what may lead to TCP is worth the memory. */
static MsNext take_fragment(MsWalk *walk, const MsFragment *fragment)
{
    MsNext next = ms_next_protocol(walk, fragment->protocol);
    return next < MS_NEXT_LAYERS ? ms_fragments_add(walk->fragments, walk, fragment) : next;
}

MsNext ms_layer_ipv4(MsWalk *walk)
{
    if (!ms_walk_has(walk, IPV4_HEADER))
        return MS_END_CUT;
    const uint8_t *ip = ms_walk_at(walk);
    uint32_t header = (uint32_t)(ip[0] & 15) * 4, total = get_be16(ip + 2);
    if (ip[0] >> 4 != 4 || header < IPV4_HEADER)
        return MS_END_CUT;
    if (total > 0) { /* 0: segmentation offload, the length was not known yet */
        if (total < header)
            return MS_END_CUT;
        ms_walk_bound(walk, total);
    }
    if (!ms_walk_has(walk, header))
        return MS_END_CUT;
    MsSegment *segment = walk->segment;
    set_ipv4_address(segment->src, ip + 12);
    set_ipv4_address(segment->dst, ip + 16);
    walk->ip_offset = walk->offset;
    walk->ip_outside = false;
    walk->offset += header;
    uint16_t fragment = get_be16(ip + 6);
    if ((fragment & 0x3fff) != 0) { /* more fragments, or an offset */
        MsFragment piece = {.id = get_be16(ip + 4) | (uint32_t)ip[9] << 16, /* RFC 791: both */
                            .protocol = ip[9],
                            .offset = (fragment & 0x1fffu) * 8,
                            .more = (fragment & 0x2000) != 0};
        return take_fragment(walk, &piece);
    }
    return ms_next_protocol(walk, ip[9]);
}

MsNext ms_layer_ipv6(MsWalk *walk)
{
    if (!ms_walk_has(walk, IPV6_HEADER))
        return MS_END_CUT;
    const uint8_t *ip = ms_walk_at(walk);
    if (ip[0] >> 4 != 6)
        return MS_END_CUT;
    MsSegment *segment = walk->segment;
    memcpy(segment->src, ip + 8, 16);
    memcpy(segment->dst, ip + 24, 16);
    walk->ip_offset = walk->offset;
    walk->ip_outside = false;
    walk->offset += IPV6_HEADER;
    uint32_t payload = get_be16(ip + 4);
    if (payload > 0) /* 0: offload, or a jumbogram (RFC 2675) */
        ms_walk_bound(walk, payload);
    return ms_next_protocol(walk, ip[6]);
}

/* RFC 8200 4; AH counts in words of four bytes (RFC 4302 2.2). */
MsNext ms_layer_extension(MsWalk *walk)
{
    if (!ms_walk_has(walk, 2))
        return MS_END_CUT;
    const uint8_t *header = ms_walk_at(walk);
    uint32_t length = walk->type == PROTOCOL_AH ? (header[1] + 2u) * 4 : (header[1] + 1u) * 8;
    if (!ms_walk_has(walk, length))
        return MS_END_CUT;
    walk->offset += length;
    return ms_next_protocol(walk, header[0]);
}

/* RFC 8200 4.5. A datagram in one fragment is whole (RFC 6946). */
MsNext ms_layer_fragment(MsWalk *walk)
{
    if (!ms_walk_has(walk, FRAGMENT_HEADER))
        return MS_END_CUT;
    const uint8_t *header = ms_walk_at(walk);
    uint16_t fragment = get_be16(header + 2);
    MsFragment piece = {.id = get_be32(header + 4),
                        .protocol = header[0],
                        .offset = fragment & 0xfff8u,
                        .more = (fragment & 1) != 0};
    walk->offset += FRAGMENT_HEADER;
    if (piece.offset == 0 && !piece.more)
        return ms_next_protocol(walk, header[0]);
    return take_fragment(walk, &piece);
}
