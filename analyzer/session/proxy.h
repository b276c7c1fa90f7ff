/* SPDX-License-Identifier: GPL-2.0-or-later
 * proxy.h - what was said to a proxy, kept while the HTTP behind it is only watched: the session
 * that begins with a later request still tells the tunnel. For session/ only. */
#pragma once

#include "../dialogue/sniff.h"

typedef struct {
    MsSniffResult found; /* with `skip` and `tunnel` */
    MsBytes held[2];     /* the bytes of the tunnel, by side, and their pieces; owned */
} MsProxy;

/* Copies the tunnel that `found` tells of; NULL when there is none. */
MsProxy *ms_proxy_new(const MsSniffResult *found, const MsBytes held[2]);
void ms_proxy_free(MsProxy *proxy); /* accepts NULL */
