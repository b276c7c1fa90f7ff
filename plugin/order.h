/* SPDX-License-Identifier: GPL-2.0-or-later
 * order.h - watches mail connections that speak TLS for segments out of order: Wireshark decrypts
 * what comes behind them only when it is asked to put segments in order. Knows nothing of
 * Wireshark. */
#pragma once

#include "stream/segment.h"

typedef struct MsOrder MsOrder;

MsOrder *ms_order_new(void);
void ms_order_free(MsOrder *order); /* accepts NULL */

/* Watches the connection of this segment from now on. */
void ms_order_watch(MsOrder *order, const MsSegment *segment);

/* The next segment of any connection. One that fills a hole in a watched connection is noted. */
void ms_order_segment(MsOrder *order, const MsSegment *segment);

/* Whether a segment out of order was noted with that frame. */
bool ms_order_is_late(const MsOrder *order, uint32_t frame);
