/* SPDX-License-Identifier: GPL-2.0-or-later
 * expert.h - what deserves a warning: Analyze > Expert Information. */
#pragma once

#include "store.h"
#include "ws_compat.h"

void ms_expert_register(int protocol);

/* Adds what there is to say about a fact or oddity to its item. */
void ms_expert_fact(packet_info *pinfo, proto_item *item, const MsEntry *entry);
void ms_expert_oddity(packet_info *pinfo, proto_item *item, const MsOddity *oddity);

/* A segment of TLS came out of order with this frame: says so, unless Wireshark was asked to put
 * segments in order. */
void ms_expert_late(packet_info *pinfo, proto_item *item);
