/* SPDX-License-Identifier: GPL-2.0-or-later
 * fragment.h - IP datagrams put together again from fragments in any order (RFC 791 3.2, RFC 8200
 * 4.5). The first copy of a byte counts; one that differs is noted. Not for others. */
#pragma once

#include "walk.h"

/* What the header of a fragment says; its bytes are at walk->offset. */
typedef struct {
    uint32_t id;
    uint32_t offset; /* of its first byte in the datagram, a multiple of 8 */
    uint8_t protocol;
    bool more; /* it is not the last one */
} MsFragment;

/* `limits` is borrowed. *lost counts the datagrams that are not whole: given up, or still waiting.
 */
MsFragments *ms_fragments_new(const MsLimits *limits, uint64_t *lost);
void ms_fragments_free(MsFragments *fragments); /* accepts NULL */

/* Takes a fragment. When it completes its datagram, the walk goes on in that one, which stays
 * where it is until the next call. */
MsNext ms_fragments_add(MsFragments *fragments, MsWalk *walk, const MsFragment *fragment);
