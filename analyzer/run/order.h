/* SPDX-License-Identifier: GPL-2.0-or-later
 * order.h - puts printed sessions, which come in the order they ended, into the order they began,
 * as long as what waits fits a limit. */
#pragma once

#include "output.h"

#include <stdint.h>

typedef struct MsOrder MsOrder;

/* `wait`: most bytes that wait; beyond it the lowest session that waits is written out of order. */
MsOrder *ms_order_new(MsOutput *output, uint64_t wait);
void ms_order_free(MsOrder *order); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsOrder, ms_order_free)

/* Where session `number` (0-based, each comes once) is to be printed; ms_order_done() follows. */
MsBuffer *ms_order_begin(MsOrder *order, uint32_t number);
/* The session being printed is large: hands on what can be written of it and returns where it goes
 * on. When too much waits, its turn comes now, before sessions that began earlier and did not end
 * yet. NULL when writing failed. */
MsBuffer *ms_order_more(MsOrder *order);
/* The session is printed. False when writing failed. */
bool ms_order_done(MsOrder *order);

/* No more sessions come: writes all that waits. */
bool ms_order_end(MsOrder *order);
