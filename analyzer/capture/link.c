/* SPDX-License-Identifier: GPL-2.0-or-later
 * link.c - from the first byte of a frame to what it carries, by link type, and the headers that
 * share Ethernet's type numbers: tags, labels, LLC (IEEE 802.1Q, 802.2; RFC 1042, 3032). */
#include "bytes.h"
#include "walk.h"

#include <string.h>

/* Numbers of pcap-linktype(7); some systems wrote their own for raw IP. */
enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_PPP = 9,
    LINK_RAW_BSD = 12,
    LINK_RAW_OPENBSD = 14,
    LINK_PPP_HDLC = 50,
    LINK_PPP_ETHERNET = 51,
    LINK_RAW = 101,
    LINK_CISCO_HDLC = 104,
    LINK_WLAN = 105,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_PRISM = 119,
    LINK_RADIOTAP = 127,
    LINK_AVS = 163,
    LINK_PPI = 192,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_NFLOG = 239,
    LINK_SLL2 = 276
};

enum {
    ETHERTYPE_LENGTH = 1500, /* up to here: the length of an 802.3 frame */
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_TRANSPARENT = 0x6558,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_PPP = 0x880b,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848,
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_QINQ_OLDER = 0x9200
};

/* Moves over a header of fixed length. */
static bool skip(MsWalk *walk, uint32_t length)
{
    if (!ms_walk_has(walk, length))
        return false;
    walk->offset += length;
    return true;
}

MsNext ms_next_ethertype(MsWalk *walk, uint16_t type)
{
    (void)walk;
    switch (type) {
    case ETHERTYPE_IPV4:
        return MS_NEXT_IPV4;
    case ETHERTYPE_IPV6:
        return MS_NEXT_IPV6;
    case ETHERTYPE_VLAN:
    case ETHERTYPE_QINQ:
    case ETHERTYPE_QINQ_OLD:
    case ETHERTYPE_QINQ_OLDER:
        return MS_NEXT_VLAN;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
        return MS_NEXT_MPLS;
    case ETHERTYPE_PPPOE:
        return MS_NEXT_PPPOE;
    case ETHERTYPE_PPP:
        return MS_NEXT_PPP;
    case ETHERTYPE_TRANSPARENT:
        return MS_NEXT_ETHERNET;
    default:
        return type <= ETHERTYPE_LENGTH ? MS_NEXT_LLC : MS_END_NOT_TCP;
    }
}

MsNext ms_layer_ethernet(MsWalk *walk)
{
    if (!skip(walk, 14))
        return MS_END_CUT;
    return ms_next_ethertype(walk, get_be16(ms_walk_at(walk) - 2));
}

MsNext ms_layer_vlan(MsWalk *walk)
{
    if (!skip(walk, 4))
        return MS_END_CUT;
    return ms_next_ethertype(walk, get_be16(ms_walk_at(walk) - 2));
}

MsNext ms_layer_llc(MsWalk *walk)
{
    if (!ms_walk_has(walk, 3))
        return MS_END_CUT;
    const uint8_t *llc = ms_walk_at(walk);
    if (llc[0] == 0x06 && llc[1] == 0x06 && llc[2] == 0x03) { /* IP by its own SAP */
        walk->offset += 3;
        return MS_NEXT_IP;
    }
    if (llc[0] != 0xaa || llc[1] != 0xaa || llc[2] != 0x03)
        return MS_END_NOT_TCP;
    if (!skip(walk, 8))
        return MS_END_CUT;
    /* SNAP: RFC 1042; 00-00-f8 is IEEE 802.1H. */
    uint32_t organization = get_be32(llc + 2) & 0xffffff;
    uint16_t type = get_be16(llc + 6);
    if ((organization != 0 && organization != 0x0000f8) || type <= ETHERTYPE_LENGTH)
        return MS_END_NOT_TCP;
    return ms_next_ethertype(walk, type);
}

/* RFC 3032 2.1. Labels do not say what they carry: the first half-byte does. */
MsNext ms_layer_mpls(MsWalk *walk)
{
    if (!ms_walk_has(walk, 5))
        return MS_END_CUT;
    const uint8_t *label = ms_walk_at(walk);
    walk->offset += 4;
    if ((label[2] & 1) == 0) /* not the bottom of the stack */
        return MS_NEXT_MPLS;
    switch (label[4] >> 4) {
    case 4:
    case 6:
        return MS_NEXT_IP;
    case 0: /* pseudowire control word (RFC 4448 4.6) */
        return skip(walk, 4) ? MS_NEXT_ETHERNET : MS_END_CUT;
    case 1: /* associated channel (RFC 4385 5) */
        return MS_END_NOT_TCP;
    default:
        return MS_NEXT_ETHERNET;
    }
}

/* RFC 2516 4 */
MsNext ms_layer_pppoe(MsWalk *walk)
{
    if (!skip(walk, 6))
        return MS_END_CUT;
    return ms_walk_at(walk)[-5] == 0 ? MS_NEXT_PPP : MS_END_NOT_TCP;
}

MsNext ms_layer_wlan(MsWalk *walk)
{
    (void)walk;
    return MS_END_UNSUPPORTED;
}

MsNext ms_layer_link(MsWalk *walk)
{
    switch (walk->type) {
    case LINK_ETHERNET:
        return MS_NEXT_ETHERNET;
    default:
        return MS_END_UNSUPPORTED;
    }
}
