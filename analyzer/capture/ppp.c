/* SPDX-License-Identifier: GPL-2.0-or-later
 * ppp.c - PPP (RFC 1661, 1662), over Ethernet (RFC 2516), and what shares its serial lines: Cisco's
 * HDLC and frame relay (RFC 2427). */
#include "bytes.h"
#include "walk.h"

MsNext ms_layer_ppp(MsWalk *walk)
{
    enum {
        IPV4 = 0x0021,
        MULTILINK = 0x003d,
        IPV6 = 0x0057,
        MPLS = 0x0281,
        MPLS_MULTICAST = 0x0283
    };
    if (ms_walk_has(walk, 2) && get_be16(ms_walk_at(walk)) == 0xff03)
        walk->offset += 2; /* HDLC address and control */
    if (!ms_walk_has(walk, 2))
        return MS_END_CUT;
    const uint8_t *ppp = ms_walk_at(walk);
    bool compressed = (ppp[0] & 1) != 0; /* RFC 1661 6.5 */
    walk->offset += compressed ? 1 : 2;
    switch (compressed ? ppp[0] : get_be16(ppp)) {
    case IPV4:
        return MS_NEXT_IPV4;
    case IPV6:
        return MS_NEXT_IPV6;
    case MPLS:
    case MPLS_MULTICAST:
        return MS_NEXT_MPLS;
    case MULTILINK: /* RFC 1990 3: begin and end in one is a whole packet */
        if (!ms_walk_has(walk, 4))
            return MS_END_CUT;
        walk->offset += 4;
        return (ms_walk_at(walk)[-4] & 0xc0) == 0xc0 ? MS_NEXT_PPP : MS_END_FRAGMENT;
    default:
        return MS_END_NOT_TCP;
    }
}

/* RFC 2516 4 */
MsNext ms_layer_pppoe(MsWalk *walk)
{
    if (!ms_walk_has(walk, 6))
        return MS_END_CUT;
    const uint8_t *session = ms_walk_at(walk);
    walk->offset += 6;
    return session[1] == 0 ? MS_NEXT_PPP : MS_END_NOT_TCP; /* else: discovery */
}

/* Link types for PPP may hold Cisco's HDLC instead: unicast or broadcast address, then zero. */
MsNext ms_layer_serial(MsWalk *walk)
{
    if (!ms_walk_has(walk, 2))
        return MS_END_CUT;
    uint16_t address = get_be16(ms_walk_at(walk));
    return address == 0x0f00 || address == 0x8f00 ? MS_NEXT_CISCO_HDLC : MS_NEXT_PPP;
}

MsNext ms_layer_cisco_hdlc(MsWalk *walk)
{
    if (!ms_walk_has(walk, 4))
        return MS_END_CUT;
    walk->offset += 4;
    return ms_next_ethertype(walk, get_be16(ms_walk_at(walk) - 2));
}

/* RFC 2427 3: an address of two octets, control 0x03, a padding zero perhaps, a protocol octet. */
MsNext ms_layer_frame_relay(MsWalk *walk)
{
    enum { NLPID_SNAP = 0x80, NLPID_IPV6 = 0x8e, NLPID_IPV4 = 0xcc };
    if (!ms_walk_has(walk, 5))
        return MS_END_CUT;
    const uint8_t *header = ms_walk_at(walk) + 2;
    if (header[0] != 0x03) { /* Cisco's way: an Ethernet type instead */
        walk->offset += 4;
        return ms_next_ethertype(walk, get_be16(header));
    }
    bool padded = header[1] == 0;
    walk->offset += padded ? 5 : 4;
    switch (padded ? header[2] : header[1]) {
    case NLPID_IPV4:
        return MS_NEXT_IPV4;
    case NLPID_IPV6:
        return MS_NEXT_IPV6;
    case NLPID_SNAP:
        return MS_NEXT_SNAP;
    default:
        return MS_END_NOT_TCP;
    }
}
