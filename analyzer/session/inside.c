/* SPDX-License-Identifier: GPL-2.0-or-later
 * inside.c - decrypted bytes in order of arrival. After STARTTLS the protocol begins anew without a
 * greeting (RFC 3207 4.2, RFC 2595 4, RFC 9051 6.2.1), so it gets a parser of its own. */
#include "inside.h"

#include "../base/find.h"
#include "../dialogue/http_watch.h"
#include "live.h"

#include <string.h>

MsInside *ms_inside_new(MsPool *pool)
{
    MsInside *inside = g_new0(MsInside, 1);
    inside->pool = pool;
    return inside;
}

void ms_inside_free(MsInside *inside)
{
    if (!inside)
        return;
    if (inside->class)
        inside->class->free(inside->dialogue);
    ms_tail_forget(&inside->tail[0], inside->pool);
    ms_tail_forget(&inside->tail[1], inside->pool);
    ms_hold_clear(&inside->hold);
    g_free(inside);
}

void ms_inside_keep(MsInside *inside, unsigned side, const MsBytes *bytes)
{
    ms_tail_keep(&inside->tail[side], inside->pool, bytes, 0);
    inside->next[side] += bytes->length;
    if (!inside->class)
        ms_hold_bytes(&inside->hold, side, bytes->length);
}

void ms_inside_sniff(const MsInside *inside, const MsStream *stream, const MsLimits *limits,
                     MsSniffResult *found)
{
    MsSniffSide sides[2];
    for (unsigned side = 0; side < 2; side++) {
        MsBytes held = ms_tail_held(inside->tail[side]);
        sides[side] =
            (MsSniffSide){.data = held.data,
                          .length = held.length,
                          .port = stream->port[side],
                          .sent_syn = stream->flags & (side ? MS_STREAM_SYN_1 : MS_STREAM_SYN_0),
                          .from_start = true};
    }
    ms_sniff(sides, limits, found);
    if (found->verdict == MS_SNIFF_WATCH) {
        /* All of it is held: when a request concerns mail, those before it are told too. */
        const MsSniffSide *client = &sides[!found->server];
        MsHttpWatch *watch = ms_http_watch_new();
        size_t eaten;
        MsWatchVerdict verdict =
            ms_http_watch(watch, client->data, client->length, false, limits, &eaten);
        ms_http_watch_free(watch);
        found->verdict = verdict == MS_WATCH_MAIL ? MS_SNIFF_FOUND
                         : verdict == MS_WATCH_ON ? MS_SNIFF_MORE
                                                  : MS_SNIFF_NOT_MAIL;
    }
    if (found->verdict == MS_SNIFF_MORE && ms_hold_full(&inside->hold))
        found->verdict = MS_SNIFF_NOT_MAIL;
}

/* Offers the bytes of that side up to `shown`. */
static void push(MsInside *inside, MsLive *live, unsigned side)
{
    MsBytes held = ms_tail_held(inside->tail[side]);
    if (held.length == 0 || inside->shown[side] <= held.at)
        return;
    held.length = MIN(held.length, (size_t)(inside->shown[side] - held.at));
    if (inside->first_due[side])
        inside->first_due[side] = !ms_live_say_first(live, side, &held, false);
    inside->speaking = true;
    size_t eaten = inside->class->push(inside->dialogue, ms_live_direction(live, side), &held);
    inside->speaking = false;
    g_assert(eaten <= held.length);
    ms_tail_eat(inside->tail[side], eaten);
}

/* What was offered and not eaten is not continued by what comes. */
static void lose(MsInside *inside, MsLive *live, unsigned side)
{
    MsBytes left = ms_tail_held(inside->tail[side]);
    uint64_t shown = inside->shown[side];
    if (left.length > 0)
        left.length = shown > left.at ? MIN(left.length, (size_t)(shown - left.at)) : 0;
    inside->first_due[side] = false;
    inside->speaking = true;
    inside->class->gap(inside->dialogue, ms_live_direction(live, side), shown, 0, &left);
    inside->speaking = false;
    if (left.length > 0)
        ms_tail_eat(inside->tail[side], left.length);
}

static void say_decrypted(MsLive *live, unsigned side, const MsBytes *held)
{
    MsRanges where = {0};
    ms_ranges_add(&where, held, 0, held->pieces[0].place.length, 2);
    ms_live_say_header(live, MS_FIELD_TLS_DECRYPTED, side, NULL, 1, where.time_ns, where.range);
    ms_ranges_clear(&where);
}

void ms_inside_begin(MsInside *inside, MsLive *live, const MsDialogueClass *class)
{
    bool implicit = live->class != class; /* the connection was known as TLS only */
    inside->class = class;
    inside->exchanges = live->exchanges;
    inside->attempts = live->attempts;
    inside->messages = live->messages;
    inside->first_due[0] = inside->first_due[1] = implicit;
    if (implicit)
        ms_live_say_header(live, MS_FIELD_SESSION_PROTOCOL, 0, class->name, 0, 0, NULL);
    inside->dialogue = class->create(&live->talk);
    bool said = false;
    for (uint32_t i = 0; i < inside->hold.n_entries; i++) {
        const MsHeld *entry = &inside->hold.entries[i];
        if (entry->kind == MS_HELD_GAP) {
            lose(inside, live, entry->side);
            continue;
        }
        if (!said) {
            MsBytes held = ms_tail_held(inside->tail[entry->side]);
            say_decrypted(live, entry->side, &held);
        }
        said = true;
        inside->shown[entry->side] += entry->length;
        push(inside, live, entry->side);
    }
    ms_hold_clear(&inside->hold);
}

void ms_inside_offer(MsInside *inside, MsLive *live, unsigned side)
{
    inside->shown[side] = inside->next[side];
    push(inside, live, side);
}

void ms_inside_gap(MsInside *inside, MsLive *live, unsigned side)
{
    const MsGap gap = {0};
    if (inside->class)
        lose(inside, live, side);
    else if (!inside->deaf)
        ms_hold_gap(&inside->hold, side, &gap);
}

void ms_inside_over(MsInside *inside, MsLive *live)
{
    if (!inside->class)
        return;
    inside->speaking = true;
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = i ? live->server : !live->server; /* the client first */
        MsBytes left = ms_tail_held(inside->tail[side]);
        inside->class->end(inside->dialogue, ms_live_direction(live, side), &left);
    }
    inside->speaking = false;
}
