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
    if (!ms_walk_has(walk, 14))
        return MS_END_CUT;
    ms_walk_link(walk, 0, 6);
    walk->offset += 14;
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

/* LINKTYPE_LINUX_SLL and _SLL2: kind of hardware, protocol and the sender's address, with its
 * length before it in one byte or two, lie elsewhere. */
static MsNext cooked(MsWalk *walk, uint32_t length, uint32_t hardware_at, uint32_t protocol_at,
                     uint32_t sender_at)
{
    enum { HARDWARE_NETLINK = 824, HARDWARE_RADIOTAP = 803, PROTOCOL_LLC = 4 };
    if (!skip(walk, length))
        return MS_END_CUT;
    const uint8_t *header = ms_walk_at(walk) - length;
    if (header[sender_at - 1] == 6)
        walk->link_from = walk->offset - length + sender_at;
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
    ms_walk_link(walk, 2, 8);
    uint32_t route = (ring[8] & 0x80) != 0 ? ring[14] & 31u : 0;
    return skip(walk, 14 + route) ? MS_NEXT_LLC : MS_END_CUT;
}

/* FDDI: frame control, then the addresses. */
static MsNext fddi(MsWalk *walk)
{
    ms_walk_link(walk, 1, 7);
    return skip(walk, 13) ? MS_NEXT_LLC : MS_END_CUT;
}

static MsNext sll(MsWalk *walk)
{
    return cooked(walk, 16, 2, 14, 6);
}

static MsNext sll2(MsWalk *walk)
{
    return cooked(walk, 20, 8, 0, 12);
}

/* LINKTYPE_PFLOG: its length without padding comes first. */
static MsNext pflog(MsWalk *walk)
{
    return ms_walk_has(walk, 1) && skip(walk, (*ms_walk_at(walk) + 3u) & ~3u) ? MS_NEXT_IP
                                                                              : MS_END_CUT;
}

static MsNext firewire(MsWalk *walk)
{
    return skip(walk, 2) ? ms_next_ethertype(walk, get_be16(ms_walk_at(walk) - 2)) : MS_END_CUT;
}

static MsNext wlan(MsWalk *walk)
{
    walk->type = 0; /* without padding */
    return MS_NEXT_WLAN;
}

/* What a frame of each link type of pcap-linktype(7) begins with: a header of `skip` bytes with
 * nothing that matters in it, then what `layer` reads or, without one, what `next` names. */
typedef struct {
    bool known;
    uint8_t skip;
    uint8_t next; /* MsNext */
    MsNext (*layer)(MsWalk *walk);
} Link;

static const Link links[] = {
    [0] = {true, .layer = loopback},                  /* NULL */
    [1] = {true, .next = MS_NEXT_ETHERNET},           /* ETHERNET */
    [6] = {true, .layer = token_ring},                /* IEEE802_5 */
    [9] = {true, .layer = ms_layer_serial},           /* PPP */
    [10] = {true, .layer = fddi},                     /* FDDI */
    [12] = {true, .next = MS_NEXT_IP},                /* raw IP where BSD numbers it so */
    [14] = {true, .next = MS_NEXT_IP},                /* and OpenBSD */
    [50] = {true, .layer = ms_layer_serial},          /* PPP_HDLC */
    [51] = {true, .next = MS_NEXT_PPPOE},             /* PPP_ETHER */
    [100] = {true, .next = MS_NEXT_LLC},              /* ATM_RFC1483 */
    [101] = {true, .next = MS_NEXT_IP},               /* RAW */
    [104] = {true, .next = MS_NEXT_CISCO_HDLC},       /* C_HDLC */
    [105] = {true, .layer = wlan},                    /* IEEE802_11 */
    [107] = {true, .layer = ms_layer_frame_relay},    /* FRELAY */
    [108] = {true, .layer = loopback},                /* LOOP */
    [109] = {true, 12, .next = MS_NEXT_IP},           /* ENC: OpenBSD's IPsec */
    [113] = {true, .layer = sll},                     /* LINUX_SLL */
    [117] = {true, .layer = pflog},                   /* PFLOG */
    [119] = {true, .layer = ms_layer_prism},          /* IEEE802_11_PRISM */
    [122] = {true, 16, .next = MS_NEXT_LLC},          /* IP_OVER_FC: addresses */
    [127] = {true, .next = MS_NEXT_RADIOTAP},         /* IEEE802_11_RADIOTAP */
    [138] = {true, 16, .layer = firewire},            /* APPLE_IP_OVER_IEEE1394 */
    [163] = {true, .layer = ms_layer_prism},          /* IEEE802_11_AVS */
    [166] = {true, 2, .next = MS_NEXT_PPP},           /* PPP_PPPD: direction, control */
    [192] = {true, .layer = ms_layer_ppi},            /* PPI */
    [204] = {true, 1, .next = MS_NEXT_PPP},           /* PPP_WITH_DIR */
    [205] = {true, 1, .next = MS_NEXT_CISCO_HDLC},    /* C_HDLC_WITH_DIR */
    [206] = {true, 1, .layer = ms_layer_frame_relay}, /* FRELAY_WITH_DIR */
    [219] = {true, .next = MS_NEXT_MPLS},             /* MPLS */
    [228] = {true, .next = MS_NEXT_IPV4},             /* IPV4 */
    [229] = {true, .next = MS_NEXT_IPV6},             /* IPV6 */
    [239] = {true, .layer = nflog},                   /* NFLOG */
    [240] = {true, 4, .next = MS_NEXT_ETHERNET},      /* NETANALYZER: of the card */
    [276] = {true, .layer = sll2},                    /* LINUX_SLL2 */
};

MsNext ms_layer_link(MsWalk *walk)
{
    enum { N_LINKS = sizeof links / sizeof *links };
    if (walk->type < 0 || walk->type >= N_LINKS || !links[walk->type].known)
        return MS_END_UNSUPPORTED;
    const Link *link = &links[walk->type];
    if (!skip(walk, link->skip))
        return MS_END_CUT;
    return link->layer != NULL ? link->layer(walk) : (MsNext)link->next;
}
