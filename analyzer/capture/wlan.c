/* SPDX-License-Identifier: GPL-2.0-or-later
 * wlan.c - 802.11 data frames (IEEE 802.11 9.3.2) and the headers that capture drivers put before
 * them: radiotap, PPI, Prism, AVS. Encrypted frames stay closed. */
#include "bytes.h"
#include "walk.h"

/* radiotap.org: the fields that are present lie in the order of their bits, each aligned. */
static bool radiotap_padded(const uint8_t *radiotap, uint32_t length)
{
    enum { TSFT = 1 << 0, FLAGS = 1 << 1, FLAG_PADDED = 0x20 };
    uint32_t present = get_le32(radiotap + 4), at = 8;
    for (uint32_t more = present; (more & 0x80000000u) != 0 && at + 4 <= length; at += 4)
        more = get_le32(radiotap + at);
    if ((present & FLAGS) == 0)
        return false;
    if ((present & TSFT) != 0)
        at = ((at + 7) & ~7u) + 8;
    return at < length && (radiotap[at] & FLAG_PADDED) != 0;
}

MsNext ms_layer_radiotap(MsWalk *walk)
{
    if (!ms_walk_has(walk, 8))
        return MS_END_CUT;
    const uint8_t *radiotap = ms_walk_at(walk);
    uint32_t length = get_le16(radiotap + 2);
    if (length < 8 || !ms_walk_has(walk, length))
        return MS_END_CUT;
    walk->type = radiotap_padded(radiotap, length);
    walk->offset += length;
    return MS_NEXT_WLAN;
}

/* Per-Packet Information says the link type of what follows it. */
MsNext ms_layer_ppi(MsWalk *walk)
{
    if (!ms_walk_has(walk, 8))
        return MS_END_CUT;
    const uint8_t *ppi = ms_walk_at(walk);
    uint32_t length = get_le16(ppi + 2);
    if (length < 8 || !ms_walk_has(walk, length))
        return MS_END_CUT;
    walk->type = (int)(get_le32(ppi + 4) & 0xffff);
    walk->offset += length;
    return MS_NEXT_LINK;
}

/* Prism headers are in the order of the machine that captured; AVS ones, in network order, came
 * under the same link type. */
MsNext ms_layer_prism(MsWalk *walk)
{
    enum { LONGEST = 1024 };
    const uint32_t avs = 0x80211000u; /* and a version */
    if (!ms_walk_has(walk, 8))
        return MS_END_CUT;
    const uint8_t *prism = ms_walk_at(walk);
    uint32_t length = get_le32(prism + 4);
    if ((get_be32(prism) & 0xfffff000u) == avs || length > LONGEST)
        length = get_be32(prism + 4);
    if (length < 8 || length > LONGEST || !ms_walk_has(walk, length))
        return MS_END_CUT;
    walk->offset += length;
    walk->type = 0;
    return MS_NEXT_WLAN;
}

/* walk->type: the header is padded to a multiple of 4 bytes. */
MsNext ms_layer_wlan(MsWalk *walk)
{
    enum { TYPE_DATA = 2, NO_DATA = 4, QOS = 8 }; /* type, bits of the subtype */
    enum { TO_DS = 1, FROM_DS = 2, MORE_FRAGMENTS = 4, PROTECTED = 0x40, ORDER = 0x80 };
    if (!ms_walk_has(walk, 24))
        return ms_walk_has(walk, 1) && ((*ms_walk_at(walk) >> 2) & 3) != TYPE_DATA
                   ? MS_END_NOT_TCP /* acknowledgements and the like are short */
                   : MS_END_CUT;
    const uint8_t *wlan = ms_walk_at(walk);
    unsigned type = (wlan[0] >> 2) & 3, subtype = wlan[0] >> 4;
    uint8_t flags = wlan[1];
    if ((wlan[0] & 3) != 0 || type != TYPE_DATA || (subtype & NO_DATA) != 0 ||
        (flags & PROTECTED) != 0)
        return MS_END_NOT_TCP;
    if ((flags & MORE_FRAGMENTS) != 0 || (wlan[22] & 15) != 0)
        return MS_END_FRAGMENT; /* of the radio's own; very rare */
    bool four_addresses = (flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS);
    uint32_t length = four_addresses ? 30 : 24, qos = length;
    if ((subtype & QOS) != 0)
        length += (flags & ORDER) != 0 ? 6 : 2; /* with HT control */
    if (walk->type != 0)
        length = (length + 3) & ~3u;
    if (!ms_walk_has(walk, length))
        return MS_END_CUT;
    /* IEEE 802.11 9.3.2.1: whose address is which depends on who passes the frame on. */
    ms_walk_link(walk, (flags & TO_DS) != 0 ? 16 : 4,
                 four_addresses           ? 24
                 : (flags & FROM_DS) != 0 ? 16
                                          : 10);
    bool aggregate = (subtype & QOS) != 0 && (wlan[qos] & 0x80) != 0;
    walk->offset += length;
    if (!aggregate)
        return MS_NEXT_LLC;
    if (!ms_walk_has(walk, 14)) /* A-MSDU: addresses and length of its first part */
        return MS_END_CUT;
    ms_walk_link(walk, 0, 6);
    walk->offset += 14;
    return MS_NEXT_LLC;
}
