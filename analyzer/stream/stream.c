/* SPDX-License-Identifier: GPL-2.0-or-later
 * stream.c - what a segment means for its connection (RFC 9293): sequence numbers, handshake, FIN,
 * RST, keep-alives. One in order that waits for nothing is handed on in place; all else goes into
 * the queues, and settle.c says when it is handed on. */
#include "stream.h"

#include "settle.h"

#include <glib.h>

#include <string.h>

enum {
    FAR = 1 << 30,         /* bytes; RFC 7323 2.3: no window is larger */
    REBASE = 1 << 20,      /* bytes before a tentative start that are still believed */
    LARGEST_CUT = 1 << 20, /* bytes; more cannot be in one segment */
    WINDOW = 65535, /* bytes beyond the last one in which a RST is believed (RFC 9293 3.5.3) */
    FEW_PLACES = 4
};

/* A push on its way, for the conflict callback. */
typedef struct {
    MsStream *stream;
    MsStreamContext *context;
    unsigned side;
    const MsSegment *segment;
    const MsBytes *bytes;
} Push;

void ms_stream_mark(MsStream *stream, unsigned side, uint8_t flags, const MsMark *mark)
{
    if (stream->n_marks == G_N_ELEMENTS(stream->marks))
        return;
    stream->mark_flags[stream->n_marks] = flags;
    if (side)
        stream->mark_sides |= (uint8_t)(1u << stream->n_marks);
    stream->marks[stream->n_marks++] = *mark;
}

void ms_stream_start(MsStream *stream, unsigned side, uint32_t seq, bool from_start)
{
    MsHalf *half = &stream->half[side];
    half->next = seq;
    half->flags |= MS_HALF_KNOWN;
    half->flags |= from_start ? MS_HALF_FROM_START : 0;
}

static void report_conflict(const MsConflict *conflict, void *user_data)
{
    const Push *push = user_data;
    enum { CAP = 16 };
    static const char right[] = "the checksum of the later copy is right";
    static const char wrong[] = "the checksum of the later copy is wrong";
    MsChecksum sum = ms_segment_checksum(push->segment);
    const char *detail = sum == MS_CHECKSUM_RIGHT ? right : sum == MS_CHECKSUM_WRONG ? wrong : "";
    MsRanges ranges = {0};
    size_t length = (size_t)(conflict->end - conflict->at);
    ms_ranges_add(&ranges, push->bytes, (size_t)(conflict->at - push->bytes->at), length, CAP);
    ms_ranges_add(&ranges, &conflict->first, (size_t)(conflict->at - conflict->first.at), length,
                  CAP);
    MsOddity oddity = {.kind = MS_ODDITY_CONFLICT,
                       .length = length,
                       .detail = detail,
                       .detail_length = (uint32_t)strlen(detail),
                       .time_ns = ranges.time_ns,
                       .ranges = ranges.range,
                       .n_ranges = ranges.n_ranges,
                       .ranges_omitted = ranges.omitted};
    push->context->events->oddity(push->stream, push->side, &oddity, push->context->user_data);
    if (sum == MS_CHECKSUM_WRONG) {
        oddity.kind = MS_ODDITY_BAD_CHECKSUM;
        push->context->events->oddity(push->stream, push->side, &oddity, push->context->user_data);
    }
    ms_ranges_clear(&ranges);
}

/* A tentative beginning was not the first byte: the first one is `length` bytes before it. */
static void begin_earlier(MsStream *stream, unsigned side, uint32_t length)
{
    MsHalf *half = &stream->half[side];
    half->next -= length;
    ms_half_shift(half, length);
    ms_half_shift_needs(&stream->half[!side], length);
}

/* Bytes of the segment from payload[skip] on, which is stream offset `at`, with their pieces. */
static MsBytes segment_bytes(const MsSegment *segment, uint32_t skip, uint64_t at, MsPiece *pieces)
{
    MsBytes bytes = {.data = segment->payload + skip,
                     .length = segment->payload_length - skip,
                     .at = at,
                     .pieces = pieces};
    for (uint32_t i = 0; i < segment->n_places; i++) {
        MsRange range = segment->places[i];
        uint32_t cut = MIN(skip, range.length);
        skip -= cut;
        range.offset += cut;
        range.length -= cut;
        if (range.length == 0)
            continue;
        pieces[bytes.n_pieces++] = (MsPiece){.at = at, .time_ns = segment->time_ns, .place = range};
        at += range.length;
    }
    return bytes;
}

static bool is_keep_alive(const MsHalf *half, const MsSegment *segment, int64_t at)
{
    if (segment->wire_length > 1 || segment->payload_length > 1)
        return false; /* RFC 9293 3.8.4: one byte of garbage, or none, before the next one */
    if (at + 1 == (int64_t)half->offset)
        return true;
    const MsQueue *queue = half->queue;
    if (!queue || at < (int64_t)half->offset)
        return false;
    size_t n = queue->n_items;
    while (n > queue->first && queue->items[n - 1]->length == 0)
        n--; /* a FIN or RST holds no byte that could come again */
    if (n == queue->first)
        return false;
    const MsItem *last = queue->items[n - 1];
    return at + 1 == (int64_t)(last->at + last->length);
}

static void push_new(Push *push, const MsBytes *bytes, uint64_t needs)
{
    MsStream *stream = push->stream;
    MsStreamContext *context = push->context;
    MsHalf *half = &stream->half[push->side];
    if (bytes->at == half->offset && !ms_half_head(half) && !ms_half_is_early(half) &&
        ms_stream_satisfied(stream, push->side, needs)) {
        ms_stream_deliver(stream, context, push->side, bytes);
        return;
    }
    ms_half_store(half, &context->pool, stream, bytes, needs, context->order, report_conflict,
                  push);
}

static void push_bytes(Push *push, uint32_t seq, uint64_t needs)
{
    const MsSegment *segment = push->segment;
    MsStream *stream = push->stream;
    MsHalf *half = &stream->half[push->side];
    int64_t at = ms_half_offset(half, seq);
    if (at < 0 && at > -REBASE && (half->flags & MS_HALF_TENTATIVE) && segment->wire_length > 1) {
        begin_earlier(stream, push->side, (uint32_t)-at);
        at = 0;
    }
    if (at > (int64_t)half->offset + FAR || is_keep_alive(half, segment, at) ||
        (half->flags & MS_HALF_ENDED))
        return;
    uint32_t wire = MAX(segment->wire_length, segment->payload_length);
    uint64_t cut = MIN(wire - segment->payload_length, (uint32_t)LARGEST_CUT);
    int64_t end = at + segment->payload_length;
    if (end > 0 && segment->payload_length > 0) {
        uint32_t skip = at < 0 ? (uint32_t)-at : 0;
        MsPiece few[FEW_PLACES];
        g_autofree MsPiece *many =
            segment->n_places > FEW_PLACES ? g_new(MsPiece, segment->n_places) : NULL;
        MsBytes bytes = segment_bytes(segment, skip, (uint64_t)(at + skip), many ? many : few);
        push->bytes = &bytes;
        if (bytes.at < half->offset)
            ms_half_compare(half, &bytes, report_conflict, push);
        if ((uint64_t)end > half->offset) {
            MsBytes fresh = bytes;
            if (fresh.at < half->offset) {
                fresh.data += half->offset - fresh.at;
                fresh.at = half->offset;
                fresh.length = (size_t)((uint64_t)end - fresh.at);
            }
            push_new(push, &fresh, needs);
        }
    }
    if (cut > 0 && end + (int64_t)cut > (int64_t)half->offset)
        ms_half_cut(half, &push->context->pool, stream, (uint64_t)MAX(end, (int64_t)half->offset),
                    (uint64_t)(end + (int64_t)cut));
}

static void push_fin(Push *push, uint32_t seq, uint64_t needs)
{
    MsStreamContext *context = push->context;
    MsHalf *half = &push->stream->half[push->side];
    int64_t at = ms_half_offset(half, seq);
    if ((half->flags & MS_HALF_FIN) || at < (int64_t)half->offset ||
        at > (int64_t)half->offset + FAR)
        return;
    half->flags |= MS_HALF_FIN;
    MsMark mark = ms_mark(push->segment);
    if (at == (int64_t)half->offset && !half->queue && !push->stream->half[!push->side].queue &&
        !ms_half_is_early(half) && ms_stream_satisfied(push->stream, push->side, needs)) {
        ms_stream_fin(push->stream, context, push->side, &mark);
        return;
    }
    ms_half_store_event(half, &context->pool, push->stream, MS_ITEM_FIN, (uint64_t)at, needs,
                        context->order, &mark);
}

static void push_rst(Push *push)
{
    MsStreamContext *context = push->context;
    MsHalf *half = &push->stream->half[push->side];
    MsMark mark = ms_mark(push->segment);
    int64_t at = (int64_t)half->offset;
    if (half->flags & MS_HALF_KNOWN) {
        at = ms_half_offset(half, push->segment->seq);
        const MsQueue *queue = half->queue;
        int64_t last = (int64_t)half->offset;
        if (queue && queue->first < queue->n_items)
            last = MAX(last, (int64_t)queue->items[queue->n_items - 1]->at +
                                 queue->items[queue->n_items - 1]->length);
        if (at < MIN(ms_half_acked(half), (int64_t)half->offset) || at > last + WINDOW) {
            ms_stream_ignore_rst(push->stream, context, push->side, &mark);
            return;
        }
        if (at < (int64_t)half->offset || (half->flags & MS_HALF_ENDED))
            at = (int64_t)half->offset;
        else if (half->flags & MS_HALF_FIN && ms_half_fin_at(half) + 1 == (uint64_t)at)
            at--; /* the FIN before it counts as a byte */
    }
    ms_half_store_event(half, &context->pool, push->stream, MS_ITEM_RST, (uint64_t)at, 0,
                        context->order, &mark);
}

/* Learns where a side's bytes begin. `seq`: number of the segment's first byte. */
static void note_seq(MsStream *stream, unsigned side, const MsSegment *segment, uint32_t seq)
{
    MsHalf *half = &stream->half[side];
    bool syn = segment->flags & MS_TCP_SYN;
    if (!(half->flags & MS_HALF_SENT) && ms_half_is_early(half) &&
        !(segment->flags & (MS_TCP_SYN | MS_TCP_RST))) {
        /* In mid-stream the first segment of a side begins it, not what the other acknowledged. */
        ms_half_shift_needs(&stream->half[!side], -(int64_t)(int32_t)(seq - half->next));
        half->next = seq;
    }
    half->flags |= MS_HALF_SENT;
    if (!(half->flags & MS_HALF_KNOWN)) {
        if (!(segment->flags & MS_TCP_RST)) {
            ms_stream_start(stream, side, seq, syn);
            half->flags |= syn ? 0 : MS_HALF_TENTATIVE | MS_HALF_GUESSED;
        }
        return;
    }
    if (!syn)
        return;
    int32_t ahead = (int32_t)(seq - half->next) + (int32_t)half->offset;
    if (ahead < 0 && ahead > -REBASE && half->flags & MS_HALF_TENTATIVE) {
        begin_earlier(stream, side, (uint32_t)-ahead);
        ahead = 0;
    }
    if (ahead == 0) /* it comes late, but it is the SYN */
        half->flags =
            (uint16_t)((half->flags & ~(MS_HALF_TENTATIVE | MS_HALF_GUESSED)) | MS_HALF_FROM_START);
}

static void note_ack(MsStream *stream, unsigned side, const MsSegment *segment)
{
    MsHalf *other = &stream->half[!side];
    bool syn = segment->flags & MS_TCP_SYN;
    if (!(other->flags & MS_HALF_KNOWN)) {
        ms_stream_start(stream, !side, segment->ack, syn);
        other->flags |= syn ? 0 : MS_HALF_TENTATIVE | MS_HALF_GUESSED;
    } else if (syn && (other->flags & MS_HALF_TENTATIVE)) {
        int64_t ahead = ms_half_offset(other, segment->ack);
        if (ahead < 0 && ahead > -REBASE)
            begin_earlier(stream, !side, (uint32_t)-ahead);
        if (ahead <= 0)
            other->flags |= MS_HALF_FROM_START;
    }
    if (ms_half_offset(other, segment->ack) > (int64_t)other->offset + FAR)
        return;
    if (!(other->flags & MS_HALF_ACKED) || (int32_t)(segment->ack - other->acked) > 0) {
        other->acked = segment->ack;
        other->flags |= MS_HALF_ACKED;
    }
}

/* Offset of the other side that the segment acknowledges. */
static uint64_t needs_of(const MsStream *stream, unsigned side, const MsSegment *segment)
{
    const MsHalf *other = &stream->half[!side];
    if (!(segment->flags & MS_TCP_ACK) || !(other->flags & MS_HALF_KNOWN))
        return 0;
    int64_t offset = ms_half_offset(other, segment->ack);
    return offset > 0 && offset <= (int64_t)other->offset + FAR ? (uint64_t)offset : 0;
}

/* Whether a SYN or SYN-ACK of that side is noted already. */
static bool has_mark(const MsStream *stream, unsigned side, uint8_t flags)
{
    for (unsigned i = 0; i < stream->n_marks; i++) {
        if ((stream->mark_flags[i] & (MS_TCP_SYN | MS_TCP_ACK)) ==
                (flags & (MS_TCP_SYN | MS_TCP_ACK)) &&
            ((stream->mark_sides >> i) & 1u) == side)
            return true;
    }
    return false;
}

/* Keeps SYN, SYN-ACK and the first segment after them of the side that began; or, in mid-stream,
 * the first segment. */
static void note_handshake(MsStream *stream, unsigned side, const MsSegment *segment)
{
    const MsMark mark = ms_mark(segment);
    uint8_t flags = segment->flags;
    if (stream->n_marks == 0) {
        stream->ip_offset = ms_mark_offset(segment->ip_offset);
        ms_link_ends(segment, &stream->link);
    }
    if (flags & MS_TCP_SYN) {
        if (!(flags & MS_TCP_ACK))
            stream->flags |= (uint8_t)(side ? MS_STREAM_SYN_1 : MS_STREAM_SYN_0);
        if (!has_mark(stream, side, flags))
            ms_stream_mark(stream, side, flags, &mark);
    } else if (stream->n_marks == 0) {
        ms_stream_mark(stream, side, flags, &mark);
        stream->flags |= MS_STREAM_HANDSHAKE;
    } else if (flags & MS_TCP_ACK) {
        bool answer = stream->mark_flags[0] & MS_TCP_ACK; /* the SYN itself is missing */
        if (side != ((stream->mark_sides & 1u) ^ answer))
            return;
        if (stream->mark_flags[0] & MS_TCP_SYN)
            ms_stream_mark(stream, side, flags, &mark);
        stream->flags |= MS_STREAM_HANDSHAKE;
    }
}

static void note_oddities(Push *push)
{
    const MsSegment *segment = push->segment;
    MsOddity oddity = {.detail = "",
                       .length = segment->payload_length,
                       .time_ns = segment->time_ns,
                       .ranges = segment->places,
                       .n_ranges = segment->n_places};
    MsStreamContext *context = push->context;
    if ((segment->flags & MS_TCP_URG) && segment->payload_length > 0) {
        oddity.kind = MS_ODDITY_URGENT;
        context->events->oddity(push->stream, push->side, &oddity, context->user_data);
    }
    if (segment->notes & MS_SEGMENT_FRAGMENT_CONFLICT) {
        oddity.kind = MS_ODDITY_FRAGMENT_OVERLAP;
        context->events->oddity(push->stream, push->side, &oddity, context->user_data);
    }
}

/* Keeps the queue of `side` below its caps. */
static void keep_caps(MsStream *stream, MsStreamContext *context, unsigned side)
{
    const uint64_t *limit = context->pool.limits->value;
    MsHalf *half = &stream->half[side];
    while (half->queue && half->queue->n_items - half->queue->first > 0 &&
           (half->queue->bytes > limit[MS_LIMIT_STREAM_REORDER] ||
            half->queue->n_items - half->queue->first > limit[MS_LIMIT_STREAM_ISLANDS]) &&
           !(stream->flags & MS_STREAM_OVER))
        ms_stream_relieve(stream, context);
}

static void note_last(MsStream *stream, unsigned side, const MsSegment *segment)
{
    stream->last = ms_mark(segment);
    if (side)
        stream->flags |= MS_STREAM_LAST_1;
    else
        stream->flags &= (uint8_t)~MS_STREAM_LAST_1;
}

bool ms_stream_linger(MsStream *stream, MsStreamContext *context, unsigned side,
                      const MsSegment *segment)
{
    MsHalf *half = &stream->half[side];
    MsMark mark = ms_mark(segment);
    int64_t ahead = ms_half_offset(half, segment->seq) - (int64_t)half->offset;
    note_last(stream, side, segment);
    stream->order = context->order;
    if (segment->flags & MS_TCP_RST) {
        if (ahead < -1 || ahead > WINDOW || (stream->flags & MS_STREAM_RST))
            return false;
        stream->flags |= MS_STREAM_RST;
        context->events->event(stream, side, MS_ITEM_RST, &mark, context->user_data);
        return true;
    }
    if ((segment->flags & MS_TCP_FIN) && !(half->flags & MS_HALF_ENDED) && ahead >= -1 &&
        ahead <= WINDOW) {
        half->flags |= MS_HALF_FIN | MS_HALF_ENDED;
        context->events->event(stream, side, MS_ITEM_FIN, &mark, context->user_data);
    }
    if (segment->flags & MS_TCP_ACK)
        note_ack(stream, side, segment);
    return !(stream->flags & MS_STREAM_RST) &&
           ms_half_acked(&stream->half[0]) > (int64_t)stream->half[0].offset &&
           ms_half_acked(&stream->half[1]) > (int64_t)stream->half[1].offset;
}

void ms_stream_unhear(MsStream *stream, unsigned side)
{
    stream->half[side].flags |= MS_HALF_UNHEARD;
}

/* Moves the hand-over point up to that sequence number, if it is behind it. */
static void follow(MsHalf *half, uint32_t seq)
{
    int32_t ahead = (int32_t)(seq - half->next);
    if (!(half->flags & MS_HALF_KNOWN) || ahead <= 0)
        return;
    half->next = seq;
    half->offset += (uint32_t)ahead;
}

void ms_stream_hear(MsStream *stream, unsigned side)
{
    MsHalf *half = &stream->half[side];
    half->flags &= (uint16_t)~MS_HALF_UNHEARD;
    if (half->flags & MS_HALF_ACKED)
        follow(half, half->acked);
}

/* A segment of a side that nobody listens to. Returns true when that was all. */
static bool push_unheard(MsStream *stream, MsStreamContext *context, unsigned side,
                         const MsSegment *segment)
{
    MsHalf *half = &stream->half[side];
    if (segment->flags & MS_TCP_SYN)
        return false;
    half->flags |= MS_HALF_SENT;
    if (segment->flags & (MS_TCP_FIN | MS_TCP_RST)) {
        follow(half, segment->seq + MAX(segment->wire_length, segment->payload_length));
        return false;
    }
    if (G_UNLIKELY(stream->half[!side].queue != NULL))
        ms_stream_settle(stream, context);
    return true;
}

void ms_stream_push(MsStream *stream, MsStreamContext *context, unsigned side,
                    const MsSegment *segment)
{
    Push push = {.stream = stream, .context = context, .side = side, .segment = segment};
    uint8_t flags = segment->flags;
    uint32_t seq = segment->seq + ((flags & MS_TCP_SYN) != 0);
    note_last(stream, side, segment);
    stream->order = context->order;
    if ((stream->half[side].flags & MS_HALF_UNHEARD) &&
        push_unheard(stream, context, side, segment))
        return;
    if (!(stream->flags & MS_STREAM_HANDSHAKE) || (flags & MS_TCP_SYN))
        note_handshake(stream, side, segment);
    note_seq(stream, side, segment, seq);
    if ((flags & (MS_TCP_ACK | MS_TCP_RST)) == MS_TCP_ACK)
        note_ack(stream, side, segment);
    if (G_UNLIKELY((flags & MS_TCP_URG) || (segment->notes & MS_SEGMENT_FRAGMENT_CONFLICT)))
        note_oddities(&push);
    bool data = segment->payload_length > 0 || segment->wire_length > 0;
    if (data && stream->session && context->events->segment && !(stream->flags & MS_STREAM_DEAF))
        context->events->segment(stream, side, segment, context->user_data);
    if (flags & MS_TCP_RST) {
        push_rst(&push);
    } else {
        uint64_t needs = needs_of(stream, side, segment);
        if (data)
            push_bytes(&push, seq, needs);
        if ((flags & MS_TCP_FIN) && !(stream->flags & MS_STREAM_OVER))
            push_fin(&push, seq + MAX(segment->wire_length, segment->payload_length), needs);
    }
    if (stream->half[0].queue || stream->half[1].queue) {
        ms_stream_settle(stream, context);
        keep_caps(stream, context, side);
    }
}

void ms_stream_clear(MsStream *stream, MsStreamContext *context)
{
    ms_half_clear(&stream->half[0], &context->pool);
    ms_half_clear(&stream->half[1], &context->pool);
}
