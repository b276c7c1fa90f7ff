/* SPDX-License-Identifier: GPL-2.0-or-later
 * fragment.h - IP datagrams put together again from fragments in any order (RFC 815, RFC 8200 4.5).
 * The first copy of a byte counts. Not for others. */
#pragma once

#include "walk.h"

/* What the header of a fragment says; its bytes are at walk->offset. */
typedef struct {
    uint32_t id;
    uint32_t offset; /* of its first byte in the datagram, a multiple of 8 */
    uint8_t protocol;
    bool more; /* it is not the last one */
} MsFragment;

/* Takes a fragment. When it completes its datagram, the walk goes on in that one. */
MsNext ms_fragments_add(MsFragments *fragments, MsWalk *walk, const MsFragment *fragment);
