/* SPDX-License-Identifier: GPL-2.0-or-later
 * link.c - from the first byte of a frame to what it carries, by link type, and the headers that
 * share Ethernet's type numbers: tags, labels, LLC (IEEE 802.1Q, 802.2; RFC 1042, 3032). */
#include "bytes.h"
#include "walk.h"

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
    ETHERTYPE_JUMBO_LLC = 0x8870,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_BACKBONE = 0x88e7, /* IEEE 802.1ah: a tag of 4 bytes, then Ethernet again */
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
    case ETHERTYPE_BACKBONE:
        return skip(walk, 4) ? MS_NEXT_ETHERNET : MS_END_CUT;
    case ETHERTYPE_JUMBO_LLC:
        return MS_NEXT_LLC;
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
    walk->offset += 3;
    if (llc[2] != 0x03) /* not unnumbered information */
        return MS_END_NOT_TCP;
    if (llc[0] == 0x06 && llc[1] == 0x06) /* IP by its own SAP */
        return MS_NEXT_IP;
    return llc[0] == 0xaa && llc[1] == 0xaa ? MS_NEXT_SNAP : MS_END_NOT_TCP;
}

/* RFC 1042; 00-00-f8 is IEEE 802.1H. */
MsNext ms_layer_snap(MsWalk *walk)
{
    if (!skip(walk, 5))
        return MS_END_CUT;
    const uint8_t *snap = ms_walk_at(walk) - 5;
    uint32_t organization = get_be32(snap) >> 8;
    uint16_t type = get_be16(snap + 3);
    if ((organization != 0 && organization != 0x0000f8) || type <= ETHERTYPE_LENGTH)
        return MS_END_NOT_TCP;
    return ms_next_ethertype(walk, type);
}

/* RFC 3032 2.1. Labels do not say what they carry: the first bytes do. */
MsNext ms_layer_mpls(MsWalk *walk)
{
    if (!ms_walk_has(walk, 6))
        return MS_END_CUT;
    const uint8_t *label = ms_walk_at(walk);
    walk->offset += 4;
    if ((label[2] & 1) == 0) /* not the bottom of the stack */
        return MS_NEXT_MPLS;
    if ((label[4] >> 4 == 4 && (label[4] & 15) >= 5) || label[4] >> 4 == 6)
        return MS_NEXT_IP;
    uint16_t start = get_be16(label + 4);
    if (start == 0) /* control word of an Ethernet pseudowire (RFC 4448 4.6) */
        return skip(walk, 4) ? MS_NEXT_ETHERNET : MS_END_CUT;
    if (start == 0x1000) /* associated channel (RFC 4385 5) */
        return MS_END_NOT_TCP;
    return MS_NEXT_ETHERNET;
}

/* BSD loopback: an address family of four bytes in the order of the machine, or in network order.
 * AF_INET6 is 10 on Linux, 23 on Windows, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS. */
static MsNext loopback(MsWalk *walk)
{
    if (!skip(walk, 4))
        return MS_END_CUT;
    uint32_t family = get_le32(ms_walk_at(walk) - 4);
    if (family > 0xffff)
        family = get_be32(ms_walk_at(walk) - 4);
    switch (family) {
    case 2:
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
        return MS_NEXT_IP;
    default:
        return MS_END_NOT_TCP;
    }
}

/* LINKTYPE_LINUX_SLL and _SLL2: kind of hardware and protocol lie elsewhere. */
static MsNext cooked(MsWalk *walk, uint32_t length, uint32_t hardware_at, uint32_t protocol_at)
{
    enum { HARDWARE_NETLINK = 824, HARDWARE_RADIOTAP = 803, PROTOCOL_LLC = 4 };
    if (!skip(walk, length))
        return MS_END_CUT;
    const uint8_t *header = ms_walk_at(walk) - length;
    uint16_t hardware = get_be16(header + hardware_at), protocol = get_be16(header + protocol_at);
    if (hardware == HARDWARE_RADIOTAP)
        return MS_NEXT_RADIOTAP;
    if (protocol == PROTOCOL_LLC)
        return MS_NEXT_LLC;
    return hardware == HARDWARE_NETLINK || protocol <= ETHERTYPE_LENGTH
               ? MS_END_NOT_TCP
               : ms_next_ethertype(walk, protocol);
}

/* LINKTYPE_NFLOG: attributes in the order of the machine, padded to 4 bytes; one is the packet. */
static MsNext nflog(MsWalk *walk)
{
    enum { PAYLOAD = 9, LONGEST_TYPE = 64 };
    if (!skip(walk, 4))
        return MS_END_CUT;
    while (ms_walk_has(walk, 4)) {
        const uint8_t *attribute = ms_walk_at(walk);
        uint32_t length = get_le16(attribute), type = get_le16(attribute + 2) & 0x7fffu;
        if (type > LONGEST_TYPE) {
            length = get_be16(attribute);
            type = get_be16(attribute + 2) & 0x7fffu;
        }
        if (length < 4)
            return MS_END_CUT;
        if (type == PAYLOAD) {
            walk->offset += 4;
            ms_walk_bound(walk, length - 4);
            return MS_NEXT_IP;
        }
        if (!skip(walk, (length + 3) & ~3u))
            return MS_END_CUT;
    }
    return MS_END_NOT_TCP;
}

/* Token ring: a source route may follow the addresses (IEEE 802.5). */
static MsNext token_ring(MsWalk *walk)
{
    if (!ms_walk_has(walk, 16))
        return MS_END_CUT;
    const uint8_t *ring = ms_walk_at(walk);
    if ((ring[1] & 0xc0) != 0x40) /* no LLC frame */
        return MS_END_NOT_TCP;
    uint32_t route = (ring[8] & 0x80) != 0 ? ring[14] & 31u : 0;
    return skip(walk, 14 + route) ? MS_NEXT_LLC : MS_END_CUT;
}

/* A header of fixed length with nothing that matters in it. */
static MsNext behind(MsWalk *walk, uint32_t length, MsNext next)
{
    return skip(walk, length) ? next : MS_END_CUT;
}

/* Numbers and layouts of pcap-linktype(7). */
MsNext ms_layer_link(MsWalk *walk)
{
    switch (walk->type) {
    case 0:   /* NULL */
    case 108: /* LOOP */
        return loopback(walk);
    case 1: /* ETHERNET */
        return MS_NEXT_ETHERNET;
    case 6: /* IEEE802_5 */
        return token_ring(walk);
    case 9:  /* PPP */
    case 50: /* PPP_HDLC */
        return ms_layer_serial(walk);
    case 10: /* FDDI: frame control and two addresses */
        return behind(walk, 13, MS_NEXT_LLC);
    case 12:  /* raw IP where BSD numbers it so */
    case 14:  /* and OpenBSD */
    case 101: /* RAW */
        return MS_NEXT_IP;
    case 51: /* PPP_ETHER */
        return MS_NEXT_PPPOE;
    case 100: /* ATM_RFC1483 */
        return MS_NEXT_LLC;
    case 104: /* C_HDLC */
        return MS_NEXT_CISCO_HDLC;
    case 105: /* IEEE802_11 */
        walk->type = 0;
        return MS_NEXT_WLAN;
    case 107: /* FRELAY */
        return ms_layer_frame_relay(walk);
    case 109: /* ENC: family, SPI and flags of OpenBSD's IPsec */
        return behind(walk, 12, MS_NEXT_IP);
    case 113: /* LINUX_SLL */
        return cooked(walk, 16, 2, 14);
    case 117: /* PFLOG: its length without padding comes first */
        return ms_walk_has(walk, 1) ? behind(walk, (*ms_walk_at(walk) + 3u) & ~3u, MS_NEXT_IP)
                                    : MS_END_CUT;
    case 119: /* IEEE802_11_PRISM */
    case 163: /* IEEE802_11_AVS */
        return ms_layer_prism(walk);
    case 122: /* IP_OVER_FC: two addresses */
        return behind(walk, 16, MS_NEXT_LLC);
    case 127: /* IEEE802_11_RADIOTAP */
        return MS_NEXT_RADIOTAP;
    case 138: /* APPLE_IP_OVER_IEEE1394: two addresses of 8 bytes and the type */
        return skip(walk, 18) ? ms_next_ethertype(walk, get_be16(ms_walk_at(walk) - 2))
                              : MS_END_CUT;
    case 166: /* PPP_PPPD: direction instead of the address */
        return behind(walk, 2, MS_NEXT_PPP);
    case 192: /* PPI */
        return ms_layer_ppi(walk);
    case 204: /* PPP_WITH_DIR */
        return behind(walk, 1, MS_NEXT_PPP);
    case 205: /* C_HDLC_WITH_DIR */
        return behind(walk, 1, MS_NEXT_CISCO_HDLC);
    case 206: /* FRELAY_WITH_DIR */
        return skip(walk, 1) ? ms_layer_frame_relay(walk) : MS_END_CUT;
    case 219: /* MPLS */
        return MS_NEXT_MPLS;
    case 228: /* IPV4 */
        return MS_NEXT_IPV4;
    case 229: /* IPV6 */
        return MS_NEXT_IPV6;
    case 239: /* NFLOG */
        return nflog(walk);
    case 240: /* NETANALYZER: four bytes of the card */
        return behind(walk, 4, MS_NEXT_ETHERNET);
    case 276: /* LINUX_SLL2 */
        return cooked(walk, 20, 8, 0);
    default:
        return MS_END_UNSUPPORTED;
    }
}
