/* SPDX-License-Identifier: GPL-2.0-or-later
 * seal.c - a record is decrypted in the frame in which it ends, or never. So what is left of a
 * frame when a later one brings records, encrypted or decrypted, is lost. */
#include "live.h"

/* The dialogue inside hears of the gap where it is. */
static void lose(MsLive *live, unsigned side)
{
    static const char words[] = "TLS records that were not decrypted";
    MsSeal *seal = &live->seal[side];
    if (seal->waiting == 0)
        return;
    seal->waiting = 0;
    MsOddity oddity = {.kind = MS_ODDITY_GAP,
                       .detail = words,
                       .detail_length = sizeof words - 1,
                       .ranges = &seal->place,
                       .n_ranges = seal->place.frame != 0};
    ms_live_oddity(live, side, &oddity);
    if (live->inside)
        ms_inside_gap(live->inside, live, side);
}

static void settle(MsLive *live, uint32_t frame)
{
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = i ? live->server : !live->server; /* the client first */
        if (live->seal[side].frame < frame)
            lose(live, side);
    }
}

void ms_seal_record(MsLive *live, unsigned side, const MsRange *place, uint32_t frame, bool whole)
{
    MsSeal *seal = &live->seal[side];
    if (seal->first == 0 || frame <= seal->first)
        return;
    if (whole && seal->ahead > 0) {
        seal->ahead--;
        return;
    }
    if (whole && seal->other > 0 && seal->other_frame == frame) {
        seal->other--;
        return;
    }
    settle(live, frame);
    if (seal->waiting++ == 0)
        seal->place = *place;
    seal->frame = frame;
}

void ms_seal_opened(MsLive *live, unsigned side, uint32_t frame, bool data)
{
    MsSeal *seal = &live->seal[side];
    settle(live, frame);
    if (seal->first == 0)
        seal->first = frame;
    if (frame == seal->first)
        return;
    if (seal->waiting > 0) {
        seal->waiting--;
    } else if (data) {
        seal->ahead++;
    } else {
        seal->other = seal->other_frame == frame ? seal->other + 1 : 1;
        seal->other_frame = frame;
    }
}

void ms_seal_over(MsLive *live)
{
    for (unsigned i = 0; i < 2; i++)
        lose(live, i ? live->server : !live->server);
}
