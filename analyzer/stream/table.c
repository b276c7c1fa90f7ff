/* SPDX-License-Identifier: GPL-2.0-or-later
 * table.c - see table.h: when a connection begins, whose segment this is, when it is over. The
 * streams themselves live in slots.h. */
#include "table.h"

#include "slots.h"

#include <glib.h>

#include <string.h>

enum {
    LINGERING = 1024,   /* streams that are over and stay a little */
    GIVE_UP_PART = 16,  /* the oldest 1/16 of all streams go at once */
    LATE_SYN = 1 << 20, /* bytes before a guessed start in which a SYN is that of the same stream */
    NEW_CONNECTION = 65536 /* bytes from a SYN in which a segment belongs to it */
};

static const int64_t LINGER_NS = 2000000000; /* capture time that a stream that is over stays */

/* A stream that is over; it stays a little, as FIN, RST and the last ACK may follow. */
typedef struct {
    uint32_t index;
    uint32_t number; /* tells whether the stream at that index is still the same */
} Lingering;

struct MsTable {
    MsStreamContext context;
    MsOverFunc over;
    bool keep_deaf;
    MsSlots slots;
    MsStream *recent; /* the stream of the last segment, or NULL: the next one is often its */
    uint32_t seen, given_up;
    Lingering lingering[LINGERING]; /* ring, the oldest at linger_first */
    uint32_t linger_first, n_lingering;
    MsMemo first; /* connections of which only segments without data were seen */
    MsMemo ended; /* what is left of connections that ended, or carry no mail */
};

MsTable *ms_table_new(const MsLimits *limits, const MsStreamEvents *events, MsOverFunc over,
                      void *user_data)
{
    MsTable *table = g_new0(MsTable, 1);
    table->context.pool.limits = limits;
    table->context.events = events;
    table->context.user_data = user_data;
    table->over = over;
    ms_slots_init(&table->slots);
    table->first.cap = (uint32_t)MIN(limits->value[MS_LIMIT_HALF_OPEN], 1u << 30);
    table->ended.cap = (uint32_t)MIN(limits->value[MS_LIMIT_STREAMS], 1u << 30);
    return table;
}

MsStreamContext *ms_table_context(MsTable *table)
{
    return &table->context;
}

void ms_table_keep_deaf(MsTable *table)
{
    table->keep_deaf = true;
}

uint32_t ms_table_seen(const MsTable *table)
{
    return table->seen;
}

uint32_t ms_table_given_up(const MsTable *table)
{
    return table->given_up;
}

MsStream *ms_table_find(const MsTable *table, const MsSegment *segment, unsigned *side)
{
    const MsLookup lookup = ms_slots_look(&table->slots, segment);
    return ms_slots_find(&table->slots, &lookup, side);
}

/* ---- closing ---- */

void ms_table_close(MsTable *table, MsStream *stream, MsOver why)
{
    if (why != MS_OVER_DEAF && !(stream->flags & MS_STREAM_OVER))
        ms_stream_finish(stream, &table->context);
    if (why == MS_OVER_LIMIT)
        table->given_up++;
    table->over(stream, why, table->context.user_data);
    uint32_t from;
    uint64_t key = ms_slots_key(&table->slots, stream, &from);
    if (why != MS_OVER_REUSED && why != MS_OVER_CAPTURE) {
        MsMemoEntry *entry = ms_memo_add(&table->ended, key, from);
        for (unsigned side = 0; side < 2; side++) {
            const MsHalf *half = &stream->half[side];
            entry->seq[side] = half->next - (uint32_t)half->offset - 1;
            if (half->flags & MS_HALF_FROM_START)
                entry->known |= (uint8_t)(1u << side);
        }
    }
    ms_stream_clear(stream, &table->context);
    if (table->recent == stream)
        table->recent = NULL;
    ms_slots_remove(&table->slots, stream, key);
}

static int by_order(const void *a, const void *b)
{
    const MsStream *const *left = a;
    const MsStream *const *right = b;
    return ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

MsStream **ms_table_streams(const MsTable *table, size_t *count)
{
    return ms_slots_all(&table->slots, count);
}

static void give_up_oldest(MsTable *table)
{
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(table, &count);
    qsort(streams, count, sizeof *streams, by_order);
    size_t part = MAX(count / GIVE_UP_PART, 1);
    for (size_t i = 0; i < MIN(part, count); i++)
        ms_table_close(table, streams[i], MS_OVER_LIMIT);
}

/* Closes streams that stayed long enough; with `make_room` also the oldest one. */
static void expire(MsTable *table, int64_t now_ns, bool make_room)
{
    while (table->n_lingering > 0) {
        Lingering oldest = table->lingering[table->linger_first];
        MsStream *stream = ms_slots_at(&table->slots, oldest.index);
        bool there = stream->n_marks > 0 && stream->number == oldest.number;
        if (there && now_ns - stream->last.time_ns <= LINGER_NS && !make_room)
            return;
        table->linger_first = (table->linger_first + 1) % LINGERING;
        table->n_lingering--;
        make_room = false;
        if (there)
            ms_table_close(table, stream, MS_OVER_ENDED);
    }
}

static void linger(MsTable *table, MsStream *stream)
{
    if (table->n_lingering == LINGERING)
        expire(table, stream->last.time_ns, true);
    uint32_t at = (table->linger_first + table->n_lingering++) % LINGERING;
    table->lingering[at] = (Lingering){ms_slots_index(&table->slots, stream), stream->number};
}

/* Closes the stream when its time has come. */
static void close_if_over(MsTable *table, MsStream *stream)
{
    if ((stream->flags & MS_STREAM_DEAF) && !table->keep_deaf) {
        ms_table_close(table, stream, MS_OVER_DEAF);
    } else if (stream->flags & MS_STREAM_OVER) {
        ms_stream_finish(stream, &table->context);
        linger(table, stream);
    }
}

/* ---- segments ---- */

/* What is remembered of the beginning of a connection: by its two sides. */
typedef struct {
    MsMemoEntry *own;   /* of the side that sent the segment, or NULL */
    MsMemoEntry *other; /* of the other side, or NULL */
} Remembered;

static Remembered recall(const MsTable *table, const MsLookup *lookup)
{
    MsMemoEntry *found[2];
    Remembered result = {0};
    unsigned count = ms_memo_find(&table->first, lookup->key, found);
    for (unsigned i = 0; i < count; i++)
        *(found[i]->from == lookup->from ? &result.own : &result.other) = found[i];
    return result;
}

/* Remembers a segment of a connection that has no state yet. */
static void remember(MsTable *table, const MsLookup *lookup, MsMemoEntry *entry)
{
    const MsSegment *segment = lookup->segment;
    bool syn = segment->flags & MS_TCP_SYN;
    if (entry && (!syn || entry->seq[0] == segment->seq))
        return; /* the first one counts */
    if (entry)
        ms_memo_remove(&table->first, entry);
    entry = ms_memo_add(&table->first, lookup->key, lookup->from);
    entry->seq[0] = segment->seq;
    entry->seq[1] = segment->ack;
    entry->flags = segment->flags;
    entry->mark = ms_mark(segment);
    entry->ip_offset = ms_mark_offset(segment->ip_offset);
    ms_link_ends(segment, &entry->link);
}

static void forget(MsTable *table, const MsLookup *lookup)
{
    MsMemoEntry *found[2];
    while (ms_memo_find(&table->first, lookup->key, found) > 0)
        ms_memo_remove(&table->first, found[0]);
}

/* Makes the stream of a segment, with what is remembered of its beginning. */
static MsStream *create(MsTable *table, const MsLookup *lookup, unsigned *side)
{
    const MsSegment *segment = lookup->segment;
    if (table->slots.n_streams >= table->context.pool.limits->value[MS_LIMIT_STREAMS])
        give_up_oldest(table);
    MsStream *stream = ms_slots_add(&table->slots, lookup->key);
    stream->number = table->seen++;
    const Remembered begun = recall(table, lookup);
    const MsMemoEntry *own = begun.own;
    const MsMemoEntry *other = begun.other;
    const MsMemoEntry *first = own;
    if (other && (!own || (other->flags & MS_TCP_SYN)))
        first = other;
    *side = first && first == other;
    memcpy(stream->address[*side], segment->src, 16);
    memcpy(stream->address[!*side], segment->dst, 16);
    stream->port[*side] = segment->src_port;
    stream->port[!*side] = segment->dst_port;
    if (!first)
        return stream;
    ms_stream_mark(stream, 0, first->flags, &first->mark);
    stream->ip_offset = first->ip_offset;
    stream->link = first->link;
    stream->half[0].flags |= MS_HALF_SENT;
    if (first->flags & MS_TCP_SYN) {
        stream->flags |= MS_STREAM_SYN_0;
        ms_stream_start(stream, 0, first->seq[0] + 1, true);
        /* The third segment of a handshake whose second is missing tells both beginnings. */
        if (*side == 0 && (segment->flags & MS_TCP_ACK) && segment->seq == first->seq[0] + 1 &&
            segment->payload_length == 0) {
            ms_stream_start(stream, 1, segment->ack, true);
            stream->half[1].flags |= MS_HALF_TENTATIVE | MS_HALF_GUESSED;
        }
    } else {
        stream->flags |= MS_STREAM_HANDSHAKE;
    }
    forget(table, lookup);
    return stream;
}

/* A segment of a connection that is not in the table. Returns false when it needs no state. */
static bool wants_state(MsTable *table, const MsLookup *lookup)
{
    const MsSegment *segment = lookup->segment;
    uint8_t flags = segment->flags;
    MsMemoEntry *found[2];
    if (ms_memo_find(&table->ended, lookup->key, found) > 0) {
        MsMemoEntry *ended = found[0];
        unsigned side = ended->from != lookup->from;
        if (!(flags & MS_TCP_SYN) ||
            ((ended->known >> side & 1) && ended->seq[side] == segment->seq))
            return false; /* a straggler */
        ms_memo_remove(&table->ended, ended);
    }
    if (segment->payload_length > 0 && !(flags & MS_TCP_RST))
        return true;
    if (flags & MS_TCP_RST)
        return false;
    if ((flags & MS_TCP_SYN) && (flags & MS_TCP_ACK))
        return true;
    const Remembered begun = recall(table, lookup);
    if (flags & MS_TCP_SYN) { /* simultaneous open, or one more lone SYN */
        if (begun.other && begun.other->flags == MS_TCP_SYN)
            return true;
        remember(table, lookup, begun.own);
        return false;
    }
    if ((begun.own && (begun.own->flags & MS_TCP_SYN)) ||
        (begun.other && (begun.other->flags & MS_TCP_SYN)))
        return true;
    if (!begun.own && !begun.other)
        remember(table, lookup, NULL);
    return false;
}

/* Whether a segment without SYN belongs to the connection that a remembered SYN began. */
static bool follows_new_syn(MsTable *table, const MsStream *stream, const MsLookup *lookup,
                            unsigned side)
{
    const MsSegment *segment = lookup->segment;
    const Remembered begun = recall(table, lookup);
    const MsMemoEntry *own = begun.own;
    const MsMemoEntry *other = begun.other;
    const MsHalf *half = &stream->half[side];
    if (own && (own->flags & MS_TCP_SYN))
        return segment->seq - own->seq[0] - 1 < NEW_CONNECTION &&
               segment->seq - half->next + NEW_CONNECTION > 2 * NEW_CONNECTION;
    half = &stream->half[!side];
    if (other && (other->flags & MS_TCP_SYN) && (segment->flags & MS_TCP_ACK))
        return segment->ack - other->seq[0] - 1 < NEW_CONNECTION &&
               segment->ack - half->next + NEW_CONNECTION > 2 * NEW_CONNECTION;
    return false;
}

typedef enum { SAME, NEW, NOTHING } Belongs;

/* Does the segment belong to this stream, to a new one with the same ports, or to neither yet? */
static Belongs belongs(MsTable *table, MsStream *stream, const MsLookup *lookup, unsigned side)
{
    const MsSegment *segment = lookup->segment;
    const MsHalf *half = &stream->half[side];
    if (!(segment->flags & MS_TCP_SYN)) {
        if ((stream->flags & MS_STREAM_NEW_SYN) && follows_new_syn(table, stream, lookup, side))
            return NEW;
        return SAME;
    }
    uint32_t begin = half->next - (uint32_t)half->offset;
    if (!(half->flags & MS_HALF_KNOWN) || begin == segment->seq + 1 ||
        ((half->flags & MS_HALF_GUESSED) && begin - segment->seq - 1 < LATE_SYN))
        return SAME;
    if (segment->flags & MS_TCP_ACK)
        return NEW;
    remember(table, lookup, recall(table, lookup).own);
    stream->flags |= MS_STREAM_NEW_SYN;
    bool ending = (stream->flags & MS_STREAM_OVER) ||
                  (stream->half[0].flags | stream->half[1].flags) & MS_HALF_FIN;
    if (ending || segment->payload_length > 0)
        return NEW;
    return NOTHING; /* RFC 9293 3.10.7.4: a SYN alone does not end what is established */
}

/* Keeps all queues together below their cap. */
static void keep_total(MsTable *table)
{
    MsPool *pool = &table->context.pool;
    while (pool->waiting > pool->limits->value[MS_LIMIT_TOTAL_REORDER] && pool->oldest) {
        MsStream *stream = pool->oldest->owner;
        if (!ms_stream_relieve(stream, &table->context)) {
            ms_half_drop_queue(&stream->half[0], pool);
            ms_half_drop_queue(&stream->half[1], pool);
        }
        close_if_over(table, stream);
    }
}

/* Hands the segment to its stream. */
static void deliver(MsTable *table, MsStream *stream, unsigned side, const MsSegment *segment)
{
    table->recent = stream;
    if (G_UNLIKELY(stream->flags & MS_STREAM_OVER)) {
        if (ms_stream_linger(stream, &table->context, side, segment))
            ms_table_close(table, stream, MS_OVER_ENDED);
        return;
    }
    ms_stream_push(stream, &table->context, side, segment);
    if (G_UNLIKELY(stream->flags & (MS_STREAM_OVER | MS_STREAM_DEAF)))
        close_if_over(table, stream);
    if (G_UNLIKELY(table->context.pool.waiting >
                   table->context.pool.limits->value[MS_LIMIT_TOTAL_REORDER]))
        keep_total(table);
}

void ms_table_tick(MsTable *table, int64_t now_ns)
{
    if (table->n_lingering > 0)
        expire(table, now_ns, false);
}

void ms_table_push(MsTable *table, const MsSegment *segment)
{
    unsigned side = 0;
    table->context.order++;
    if (table->n_lingering > 0)
        expire(table, segment->time_ns, false);
    MsStream *stream = table->recent;
    if (stream && !(segment->flags & MS_TCP_SYN) && !(stream->flags & MS_STREAM_NEW_SYN) &&
        (side = ms_stream_side(stream, segment)) < 2) {
        deliver(table, stream, side, segment);
        return;
    }
    MsLookup lookup = ms_slots_look(&table->slots, segment);
    ms_slots_prefetch(&table->slots, lookup.key);
    ms_memo_prefetch(&table->ended, lookup.key);
    ms_memo_prefetch(&table->first, lookup.key);
    stream = ms_slots_find(&table->slots, &lookup, &side);
    if (stream) {
        Belongs to = belongs(table, stream, &lookup, side);
        if (to == NOTHING)
            return;
        if (to == NEW) {
            ms_table_close(table, stream, MS_OVER_REUSED);
            stream = NULL;
        }
    }
    if (!stream) {
        if (!wants_state(table, &lookup))
            return;
        stream = create(table, &lookup, &side);
    }
    deliver(table, stream, side, segment);
}

void ms_table_free(MsTable *table)
{
    if (!table)
        return;
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(table, &count);
    for (size_t i = 0; i < count; i++)
        ms_stream_clear(streams[i], &table->context);
    ms_slots_clear(&table->slots);
    ms_tail_free_spare(&table->context.pool);
    ms_memo_clear(&table->first);
    ms_memo_clear(&table->ended);
    g_free(table);
}
