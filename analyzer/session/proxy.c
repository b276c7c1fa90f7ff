/* SPDX-License-Identifier: GPL-2.0-or-later
 * proxy.c - a copy of a tunnel's bytes, at most those that the sniffer looked at, and of where they
 * were captured. */
#include "proxy.h"

#include "../stream/tail.h"

#include <glib.h>

MsProxy *ms_proxy_new(const MsSniffResult *found, const MsBytes held[2])
{
    if (!found->tunnel[0])
        return NULL;
    MsProxy *proxy = g_new0(MsProxy, 1);
    proxy->found = *found;
    for (unsigned side = 0; side < 2; side++) {
        MsBytes *kept = &proxy->held[side];
        *kept = held[side];
        kept->length = MIN(found->skip[side], held[side].length);
        kept->data = kept->length > 0 ? g_memdup2(kept->data, kept->length) : NULL;
        MsPiece *pieces = NULL;
        uint32_t count = 0;
        uint32_t slots = 0;
        if (kept->length > 0)
            ms_pieces_append(&pieces, &count, &slots, kept);
        kept->pieces = pieces;
        kept->n_pieces = count;
    }
    return proxy;
}

void ms_proxy_free(MsProxy *proxy)
{
    if (!proxy)
        return;
    for (unsigned side = 0; side < 2; side++) {
        g_free((void *)proxy->held[side].data);
        g_free((void *)proxy->held[side].pieces);
    }
    g_free(proxy);
}
