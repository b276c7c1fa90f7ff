/* SPDX-License-Identifier: GPL-2.0-or-later
 * settle.c - hands on the bytes of both directions in the order in which they were said: the item
 * that arrived first of those that are ready is next; what is not ready waits for a hole to be
 * filled, or for bytes of the other side that it acknowledges, until the waiting is given up. */
#include "settle.h"

#include <glib.h>

static const int64_t MILLI = 1000000; /* nanoseconds */

void ms_stream_deliver(MsStream *stream, MsStreamContext *context, unsigned side,
                       const MsBytes *bytes)
{
    const MsStreamEvents *events = context->events;
    MsHalf *half = &stream->half[side];
    half->offset += bytes->length;
    half->next += (uint32_t)bytes->length;
    half->flags &= (uint16_t)~MS_HALF_TENTATIVE;
    if (stream->flags & MS_STREAM_DEAF) {
        events->bytes(stream, side, bytes, bytes->length, context->user_data);
        return;
    }
    MsBytes held = ms_tail_held(half->tail);
    bool joined = held.length > 0;
    if (joined) {
        ms_tail_keep(&half->tail, &context->pool, bytes, 0);
        held = ms_tail_held(half->tail);
    } else {
        held = *bytes;
    }
    size_t eaten = events->bytes(stream, side, &held, bytes->length, context->user_data);
    g_assert(eaten <= held.length);
    if (stream->flags & MS_STREAM_DEAF) {
        ms_tail_forget(&stream->half[0].tail, &context->pool);
        ms_tail_forget(&stream->half[1].tail, &context->pool);
        return;
    }
    if (stream->half[!side].flags & MS_HALF_UNHEARD)
        ms_tail_forget(&stream->half[!side].tail, &context->pool);
    if (half->flags & MS_HALF_UNHEARD)
        ms_tail_forget(&half->tail, &context->pool);
    else if (joined)
        ms_tail_eat(half->tail, eaten);
    else
        ms_tail_keep(&half->tail, &context->pool, bytes, eaten);
}

/* Declares all bytes before the offset `to` missing. */
static void declare_gap(MsStream *stream, MsStreamContext *context, unsigned side, uint64_t to)
{
    MsHalf *half = &stream->half[side];
    MsGap gap = {.at = half->offset, .length = to - half->offset};
    gap.cut = ms_half_cut_length(half, half->offset, to);
    gap.time_ns = stream->last.time_ns;
    int64_t time_ns;
    if (ms_tail_last(half->tail, &gap.around[0], &time_ns)) {
        gap.n_around = 1;
        gap.time_ns = time_ns;
    }
    const MsItem *head = ms_half_head(half);
    if (head && head->at == to && head->n_pieces > 0) {
        if (gap.n_around == 0)
            gap.time_ns = head->pieces[0].time_ns;
        gap.around[gap.n_around] = head->pieces[0].place;
        gap.around[gap.n_around++].length = 1;
    }
    MsBytes left = ms_tail_held(half->tail);
    context->events->gap(stream, side, &gap, &left, context->user_data);
    ms_tail_forget(&half->tail, &context->pool);
    half->next += (uint32_t)(to - half->offset);
    half->offset = to;
    half->flags &= (uint16_t)~MS_HALF_TENTATIVE;
    ms_half_tidy(half, &context->pool);
}

void ms_stream_ignore_rst(MsStream *stream, MsStreamContext *context, unsigned side,
                          const MsMark *mark)
{
    const MsRange range = {.frame = mark->frame,
                           .offset = mark->offset + 13u,
                           .length = 1,
                           .file = mark->file}; /* RFC 9293 3.1: the flags */
    const MsOddity oddity = {.kind = MS_ODDITY_RST_IGNORED,
                             .detail = "",
                             .time_ns = mark->time_ns,
                             .ranges = &range,
                             .n_ranges = mark->offset != MS_MARK_NOWHERE};
    context->events->oddity(stream, side, &oddity, context->user_data);
}

void ms_stream_fin(MsStream *stream, MsStreamContext *context, unsigned side, const MsMark *mark)
{
    stream->half[side].flags |= MS_HALF_ENDED;
    if (stream->half[!side].flags & MS_HALF_ENDED)
        stream->flags |= MS_STREAM_OVER;
    context->events->event(stream, side, MS_ITEM_FIN, mark, context->user_data);
}

static void hand_on(MsStream *stream, MsStreamContext *context, unsigned side)
{
    MsHalf *half = &stream->half[side];
    MsItem *item = ms_half_pop(half, &context->pool);
    switch (item->kind) {
    case MS_ITEM_DATA: {
        MsBytes bytes = ms_item_bytes(item);
        size_t known = item->at < half->offset ? (size_t)(half->offset - item->at) : 0;
        if (known < bytes.length) { /* the first copy of a byte counts */
            bytes.data += known;
            bytes.length -= known;
            bytes.at += known;
            while (bytes.pieces->at + bytes.pieces->place.length <= bytes.at) {
                bytes.pieces++;
                bytes.n_pieces--;
            }
            ms_stream_deliver(stream, context, side, &bytes);
        }
        break;
    }
    case MS_ITEM_FIN:
        ms_half_drop_behind(half, &context->pool);
        ms_stream_fin(stream, context, side, &item->mark);
        break;
    case MS_ITEM_RST:
        if (item->at < half->offset) { /* bytes behind it came after all: it was not the sender's */
            ms_stream_ignore_rst(stream, context, side, &item->mark);
            break;
        }
        half->flags |= MS_HALF_ENDED;
        ms_half_drop_behind(half, &context->pool);
        stream->flags |= MS_STREAM_OVER | MS_STREAM_RST;
        context->events->event(stream, side, MS_ITEM_RST, &item->mark, context->user_data);
        break;
    }
    ms_item_free(item);
    ms_half_tidy(half, &context->pool);
}

/* Whether the other side's bytes up to `needs` were handed on, so that an answer to them may be. */
bool ms_stream_satisfied(const MsStream *stream, unsigned side, uint64_t needs)
{
    const MsHalf *other = &stream->half[!side];
    return needs <= other->offset || !(other->flags & MS_HALF_SENT) ||
           (other->flags & (MS_HALF_ENDED | MS_HALF_UNHEARD));
}

/* In mid-stream the first bytes seen need not be the first: they wait a little. */
bool ms_half_is_early(const MsHalf *half)
{
    return (half->flags & (MS_HALF_TENTATIVE | MS_HALF_FROM_START)) == MS_HALF_TENTATIVE;
}

/* The side whose head is to be handed on now, or 2 when none is ready. */
static unsigned ready_side(const MsStream *stream)
{
    unsigned ready = 2;
    uint64_t order = UINT64_MAX;
    for (unsigned side = 0; side < 2; side++) {
        const MsHalf *half = &stream->half[side];
        const MsItem *head = ms_half_head(half);
        if (head && head->at <= half->offset && head->order < order && !ms_half_is_early(half) &&
            ms_stream_satisfied(stream, side, head->needs)) {
            ready = side;
            order = head->order;
        }
    }
    return ready;
}

int64_t ms_half_acked(const MsHalf *half)
{
    return half->flags & MS_HALF_ACKED ? ms_half_offset(half, half->acked) : 0;
}

/* Makes the head of `side` ready: declares missing what it waits for. */
static void give_way(MsStream *stream, MsStreamContext *context, unsigned side)
{
    MsHalf *half = &stream->half[side];
    MsHalf *other = &stream->half[!side];
    const MsItem *head = ms_half_head(half);
    if (ms_half_is_early(half) || ms_half_is_early(other)) {
        half->flags &= (uint16_t)~MS_HALF_TENTATIVE;
        other->flags &= (uint16_t)~MS_HALF_TENTATIVE;
        return;
    }
    if (head->at > half->offset) {
        declare_gap(stream, context, side, head->at);
        return;
    }
    const MsItem *blocking = ms_half_head(other);
    bool fin = !blocking && head->needs == other->offset + 1;
    if (ms_stream_satisfied(stream, side, head->needs) ||
        (blocking && blocking->at <= other->offset))
        hand_on(stream, context, side); /* each waits for the other: the older one goes first */
    else if (fin)                       /* not a byte but a FIN, as nothing follows it */
        hand_on(stream, context, side);
    else
        declare_gap(stream, context, !side,
                    blocking ? MIN(head->needs, blocking->at) : head->needs);
}

/* The side whose head came first, or 2. With `proof` only those that wait for what was
 * acknowledged: it will not be sent again. */
static unsigned waiting_side(const MsStream *stream, bool proof, bool *at_once)
{
    unsigned waiting = 2;
    uint64_t order = UINT64_MAX;
    for (unsigned side = 0; side < 2; side++) {
        const MsHalf *half = &stream->half[side];
        const MsItem *head = ms_half_head(half);
        if (!head || head->order >= order)
            continue;
        bool cut = false;
        if (proof && head->at > half->offset && !ms_half_is_early(half)) {
            cut = ms_half_cut_length(half, half->offset, head->at) == head->at - half->offset;
            bool acked = ms_half_acked(half) >= (int64_t)head->at;
            bool heard = stream->half[!side].flags & MS_HALF_SENT;
            if (!acked && !(cut && !heard))
                continue;
            cut = cut && acked;
        }
        waiting = side;
        order = head->order;
        *at_once = cut;
    }
    return waiting;
}

/* Capture time that something waits for a byte that was acknowledged. */
static int64_t wait_ns_of(const MsLimits *limits)
{
    return (int64_t)MIN(limits->value[MS_LIMIT_CROSS_WAIT_TIME], (uint64_t)(INT64_MAX / MILLI)) *
           MILLI;
}

/* Hands on all that is ready; gives up waiting when the time has come. */
void ms_stream_settle(MsStream *stream, MsStreamContext *context)
{
    uint64_t longest = context->pool.limits->value[MS_LIMIT_CROSS_WAIT];
    int64_t longest_ns = wait_ns_of(context->pool.limits);
    bool counted = false;
    while (!(stream->flags & MS_STREAM_OVER)) {
        unsigned side = ready_side(stream);
        if (side < 2) {
            hand_on(stream, context, side);
            stream->wait_count = 0;
            continue;
        }
        bool at_once = false;
        side = waiting_side(stream, true, &at_once);
        if (side == 2) {
            stream->wait_count = 0;
            return;
        }
        if (stream->wait_count == 0)
            stream->wait_ns = stream->last.time_ns;
        if (!counted && stream->wait_count < UINT16_MAX)
            stream->wait_count++;
        counted = true;
        if (!at_once && stream->wait_count <= longest &&
            stream->last.time_ns - stream->wait_ns <= longest_ns)
            return;
        give_way(stream, context, side);
        stream->wait_count = 0;
    }
}

bool ms_stream_relieve(MsStream *stream, MsStreamContext *context)
{
    if (stream->flags & MS_STREAM_OVER)
        return false;
    unsigned side = ready_side(stream);
    if (side < 2) {
        hand_on(stream, context, side);
        return true;
    }
    bool at_once;
    side = waiting_side(stream, false, &at_once);
    if (side == 2)
        return false;
    give_way(stream, context, side);
    return true;
}

/* Bytes that were acknowledged, or known to be cut off, at the end of a direction. */
static void missing_end(MsStream *stream, MsStreamContext *context, unsigned side)
{
    MsHalf *half = &stream->half[side];
    if (!(half->flags & MS_HALF_SENT) || (half->flags & MS_HALF_ENDED))
        return;
    int64_t end = ms_half_acked(half);
    if (end == (int64_t)half->offset + 1)
        end--; /* most likely its FIN, which is not in the capture */
    for (uint32_t i = 0; half->queue && i < half->queue->n_cuts; i++)
        end = MAX(end, (int64_t)half->queue->cuts[i].end);
    if (end > (int64_t)half->offset)
        declare_gap(stream, context, side, (uint64_t)end);
}

void ms_stream_finish(MsStream *stream, MsStreamContext *context)
{
    stream->flags &= (uint8_t)~MS_STREAM_OVER; /* after a RST the other side may still wait */
    while (ms_stream_relieve(stream, context))
        continue;
    missing_end(stream, context, 0);
    missing_end(stream, context, 1);
    stream->flags |= MS_STREAM_OVER;
}
