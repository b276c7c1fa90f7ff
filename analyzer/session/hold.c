/* SPDX-License-Identifier: GPL-2.0-or-later
 * hold.c - an array of entries; runs of bytes of one side are joined. */
#include "hold.h"

#include <glib.h>

#include <string.h>

enum { MOST = 256 }; /* entries; who needs more speaks no mail protocol */

static MsHeld *append(MsHold *hold, MsHeldKind kind, unsigned side)
{
    if (hold->n_entries == hold->slots) {
        hold->slots = hold->slots ? hold->slots * 2 : 1;
        hold->entries = g_renew(MsHeld, hold->entries, hold->slots);
    }
    MsHeld *entry = &hold->entries[hold->n_entries++];
    *entry = (MsHeld){.kind = (uint8_t)kind, .side = (uint8_t)side};
    return entry;
}

bool ms_hold_full(const MsHold *hold)
{
    return hold->n_entries >= MOST;
}

bool ms_hold_busy(const MsHold *hold)
{
    for (uint32_t i = 0; i < hold->n_entries; i++) {
        if (hold->entries[i].kind != MS_HELD_BYTES)
            return true;
    }
    return false;
}

void ms_hold_bytes(MsHold *hold, unsigned side, size_t length)
{
    MsHeld *last = hold->n_entries ? &hold->entries[hold->n_entries - 1] : NULL;
    if (!last || last->kind != MS_HELD_BYTES || last->side != side)
        last = append(hold, MS_HELD_BYTES, side);
    last->length += (uint32_t)length;
}

void ms_hold_gap(MsHold *hold, unsigned side, const MsGap *gap)
{
    append(hold, MS_HELD_GAP, side)->detail = g_memdup2(gap, sizeof *gap);
}

void ms_hold_event(MsHold *hold, unsigned side, MsItemKind event, const MsMark *mark)
{
    MsHeld *entry = append(hold, MS_HELD_EVENT, side);
    entry->event = (uint8_t)event;
    entry->detail = g_memdup2(mark, sizeof *mark);
}

void ms_hold_oddity(MsHold *hold, unsigned side, const MsOddity *oddity)
{
    if (ms_hold_full(hold))
        return;
    size_t ranges = oddity->n_ranges * sizeof *oddity->ranges;
    MsOddity *copy = g_malloc(sizeof *copy + ranges);
    *copy = *oddity;
    copy->ranges = (MsRange *)(copy + 1);
    if (ranges > 0)
        memcpy(copy + 1, oddity->ranges, ranges);
    copy->detail = "";
    copy->detail_length = 0;
    append(hold, MS_HELD_ODDITY, side)->detail = copy;
}

void ms_hold_lose(MsHold *hold, unsigned side)
{
    for (uint32_t i = 0; i < hold->n_entries; i++) {
        if (hold->entries[i].kind == MS_HELD_BYTES && hold->entries[i].side == side)
            hold->entries[i].length = 0;
    }
}

void ms_hold_clear(MsHold *hold)
{
    for (uint32_t i = 0; i < hold->n_entries; i++)
        g_free(hold->entries[i].detail);
    g_free(hold->entries);
    *hold = (MsHold){0};
}
