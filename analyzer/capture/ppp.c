/* SPDX-License-Identifier: GPL-2.0-or-later
 * ppp.c - PPP (RFC 1661, 1662). */
#include "bytes.h"
#include "walk.h"

MsNext ms_layer_ppp(MsWalk *walk)
{
    enum { IPV4 = 0x0021, IPV6 = 0x0057, MPLS = 0x0281, MPLS_MULTICAST = 0x0283 };
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
    default:
        return MS_END_NOT_TCP;
    }
}
