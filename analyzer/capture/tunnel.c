/* SPDX-License-Identifier: GPL-2.0-or-later
 * tunnel.c - packets inside packets: GRE with its two ERSPAN kinds, and what UDP carries: VXLAN,
 * Geneve, TZSP, L2TP, GTP, Teredo, MPLS. */
#include "bytes.h"
#include "walk.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGEMENT = 0x0080 /* version 1 */
};

/* Moves over a header, whose first byte is returned; NULL when it is not all there. */
static const uint8_t *take(MsWalk *walk, uint32_t length)
{
    if (!ms_walk_has(walk, length))
        return NULL;
    walk->offset += length;
    return ms_walk_at(walk) - length;
}

static MsNext behind(MsWalk *walk, uint32_t length, MsNext next)
{
    return take(walk, length) != NULL ? next : MS_END_CUT;
}

/* draft-foschiano-erspan 4.3: the O bit announces eight more bytes; FT 2 is IP without Ethernet. */
static MsNext erspan3(MsWalk *walk)
{
    const uint8_t *header = take(walk, 12);
    if (header == NULL)
        return MS_END_CUT;
    MsNext next = ((header[10] >> 2) & 31) == 2 ? MS_NEXT_IP : MS_NEXT_ETHERNET;
    return (header[11] & 1) != 0 ? behind(walk, 8, next) : next;
}

/* RFC 2784, with key and sequence number of RFC 2890; version 1 for PPP is RFC 2637 4.1. */
MsNext ms_layer_gre(MsWalk *walk)
{
    enum { PPP = 0x880b, ERSPAN = 0x88be, ERSPAN3 = 0x22eb, WCCP = 0x883e };
    const uint8_t *gre = take(walk, 4);
    if (gre == NULL)
        return MS_END_CUT;
    uint16_t flags = get_be16(gre), protocol = get_be16(gre + 2);
    unsigned version = flags & 7;
    if (version > 1 || (flags & GRE_ROUTING) != 0)
        return MS_END_NOT_TCP;
    uint32_t length = 0;
    length += (flags & GRE_CHECKSUM) != 0 ? 4 : 0;
    length += (flags & GRE_KEY) != 0 ? 4 : 0;
    length += (flags & GRE_SEQUENCE) != 0 ? 4 : 0;
    length += version == 1 && (flags & GRE_ACKNOWLEDGEMENT) != 0 ? 4 : 0;
    if (take(walk, length) == NULL)
        return MS_END_CUT;
    if (version == 1) /* without a sequence number there is no payload */
        return protocol == PPP && (flags & GRE_SEQUENCE) != 0 ? MS_NEXT_PPP : MS_END_NOT_TCP;
    switch (protocol) {
    case ERSPAN: /* the older kind has neither sequence number nor header */
        return (flags & GRE_SEQUENCE) != 0 ? behind(walk, 8, MS_NEXT_ETHERNET) : MS_NEXT_ETHERNET;
    case ERSPAN3:
        return erspan3(walk);
    case WCCP: /* version 2 has a redirect header where an IP header cannot begin */
        if (ms_walk_has(walk, 1) && *ms_walk_at(walk) >> 4 != 4)
            return behind(walk, 4, MS_NEXT_IP);
        return MS_NEXT_IP;
    default:
        return protocol > 1500 ? ms_next_ethertype(walk, protocol) : MS_END_NOT_TCP;
    }
}

MsNext ms_layer_etherip(MsWalk *walk)
{
    return behind(walk, 2, MS_NEXT_ETHERNET);
}

/* RFC 7348 5 */
static MsNext vxlan(MsWalk *walk)
{
    const uint8_t *header = take(walk, 8);
    if (header == NULL)
        return MS_END_CUT;
    return (header[0] & 0x08) != 0 ? MS_NEXT_ETHERNET : MS_END_NOT_TCP;
}

/* draft-ietf-nvo3-vxlan-gpe 3.2: the last byte of the flags' word names the protocol. */
static MsNext vxlan_gpe(MsWalk *walk)
{
    const uint8_t *header = take(walk, 8);
    if (header == NULL)
        return MS_END_CUT;
    switch (header[3]) {
    case 1:
        return MS_NEXT_IPV4;
    case 2:
        return MS_NEXT_IPV6;
    case 3:
        return MS_NEXT_ETHERNET;
    case 5:
        return MS_NEXT_MPLS;
    default:
        return MS_END_NOT_TCP;
    }
}

/* RFC 8926 3.4 */
static MsNext geneve(MsWalk *walk)
{
    const uint8_t *header = take(walk, 8);
    if (header == NULL)
        return MS_END_CUT;
    if (header[0] >> 6 != 0)
        return MS_END_NOT_TCP;
    if (take(walk, (header[0] & 63u) * 4) == NULL)
        return MS_END_CUT;
    uint16_t type = get_be16(header + 2);
    return type > 1500 ? ms_next_ethertype(walk, type) : MS_END_NOT_TCP;
}

/* TaZmen Sniffer Protocol: tags up to the end tag, then the packet. */
static MsNext tzsp(MsWalk *walk)
{
    enum { TAG_PADDING = 0, TAG_END = 1, ETHERNET = 1, WLAN = 18, PRISM = 119, AVS = 127 };
    const uint8_t *header = take(walk, 4), *tag = NULL;
    if (header == NULL)
        return MS_END_CUT;
    if (header[0] != 1 || header[1] > 1) /* not a received or sent packet */
        return MS_END_NOT_TCP;
    do {
        tag = take(walk, 1);
        if (tag == NULL)
            return MS_END_CUT;
        if (*tag != TAG_PADDING && *tag != TAG_END) {
            const uint8_t *length = take(walk, 1);
            if (length == NULL || take(walk, *length) == NULL)
                return MS_END_CUT;
        }
    } while (*tag != TAG_END);
    switch (get_be16(header + 2)) {
    case ETHERNET:
        return MS_NEXT_ETHERNET;
    case WLAN:
        walk->type = 0;
        return MS_NEXT_WLAN;
    case PRISM:
    case AVS:
        return ms_layer_prism(walk);
    default:
        return MS_END_NOT_TCP;
    }
}

/* RFC 2661 3.1 */
static MsNext l2tp(MsWalk *walk)
{
    enum { CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200, VERSION = 15 };
    const uint8_t *header = take(walk, 2);
    if (header == NULL)
        return MS_END_CUT;
    uint16_t flags = get_be16(header);
    if ((flags & CONTROL) != 0 || (flags & VERSION) != 2)
        return MS_END_NOT_TCP;
    uint32_t length = 4;
    length += (flags & LENGTH) != 0 ? 2 : 0;
    length += (flags & SEQUENCE) != 0 ? 4 : 0;
    if (take(walk, length) == NULL)
        return MS_END_CUT;
    if ((flags & OFFSET) != 0) {
        const uint8_t *offset = take(walk, 2);
        if (offset == NULL || take(walk, get_be16(offset)) == NULL)
            return MS_END_CUT;
    }
    return MS_NEXT_PPP;
}

/* 3GPP TS 29.281 5.1: user data of mobile networks. */
static MsNext gtp(MsWalk *walk)
{
    enum { VERSION = 0xe0, VERSION_1 = 0x20, PROTOCOL = 0x10, EXTENSION = 4, ANY_OPTION = 7 };
    enum { USER_DATA = 255 };
    const uint8_t *header = take(walk, 8);
    if (header == NULL)
        return MS_END_CUT;
    if ((header[0] & (VERSION | PROTOCOL)) != (VERSION_1 | PROTOCOL) || header[1] != USER_DATA)
        return MS_END_NOT_TCP;
    if ((header[0] & ANY_OPTION) == 0)
        return MS_NEXT_IP;
    const uint8_t *options = take(walk, 4);
    if (options == NULL)
        return MS_END_CUT;
    uint8_t next = (header[0] & EXTENSION) != 0 ? options[3] : 0;
    while (next != 0) {
        if (!ms_walk_has(walk, 1) || *ms_walk_at(walk) == 0)
            return MS_END_CUT;
        uint32_t length = *ms_walk_at(walk) * 4u;
        const uint8_t *extension = take(walk, length);
        if (extension == NULL)
            return MS_END_CUT;
        next = extension[length - 1];
    }
    return MS_NEXT_IP;
}

/* RFC 4380 5.1.1: authentication and origin may stand before the packet. */
static MsNext teredo(MsWalk *walk)
{
    if (ms_walk_has(walk, 4) && get_be16(ms_walk_at(walk)) == 1) {
        const uint8_t *header = take(walk, 4);
        if (take(walk, header[2] + header[3] + 9u) == NULL)
            return MS_END_CUT;
    }
    if (ms_walk_has(walk, 2) && get_be16(ms_walk_at(walk)) == 0)
        return behind(walk, 8, MS_NEXT_IPV6);
    return MS_NEXT_IPV6;
}

static MsNext by_port(MsWalk *walk, uint16_t port)
{
    switch (port) {
    case 1701:
        return l2tp(walk);
    case 2152:
        return gtp(walk);
    case 3544:
        return teredo(walk);
    case 4789:
    case 8472: /* Linux before there was a number */
        return vxlan(walk);
    case 4790:
        return vxlan_gpe(walk);
    case 6081:
        return geneve(walk);
    case 6635: /* RFC 7510 */
        return MS_NEXT_MPLS;
    case 37008:
        return tzsp(walk);
    default:
        return MS_END_NOT_TCP;
    }
}

/* RFC 768. The port of either side may tell; answers of Teredo come from it. */
MsNext ms_layer_udp(MsWalk *walk)
{
    const uint8_t *udp = take(walk, 8);
    if (udp == NULL)
        return MS_END_CUT;
    uint32_t length = get_be16(udp + 4);
    if (length >= 8)
        ms_walk_bound(walk, length - 8);
    uint32_t start = walk->offset;
    MsNext next = by_port(walk, get_be16(udp + 2));
    if (next != MS_END_NOT_TCP)
        return next;
    walk->offset = start;
    return by_port(walk, get_be16(udp));
}
