/* SPDX-License-Identifier: GPL-2.0-or-later
 * engine.c - the joint: segments go to the table of streams, what streams hand on goes to their
 * sessions. Gives up the sessions idle longest when all together hold too much. */
#include "engine.h"

#include "session/session.h"
#include "session/visit.h"
#include "stream/table.h"

#include <string.h>

struct MsEngine {
    MsSessions sessions;
    MsTable *table;
    uint64_t segments;
};

void ms_engine_options_default(MsEngineOptions *options)
{
    *options =
        (MsEngineOptions){.keep = MS_KEEP_HEAD, .hash = true, .records = true, .lines = true};
    ms_limits_default(&options->limits);
}

static size_t on_bytes(MsStream *stream, unsigned side, const MsBytes *held, size_t fresh,
                       void *user_data)
{
    MsEngine *engine = user_data;
    const MsSink *sink = &engine->sessions.sink;
    if (sink->stream)
        sink->stream(stream->number, side, held->data + (held->length - fresh), fresh, 0,
                     engine->sessions.user_data);
    if (stream->flags & MS_STREAM_DEAF)
        return 0;
    return ms_session_bytes(&engine->sessions, stream, side, held, fresh);
}

static void on_gap(MsStream *stream, unsigned side, const MsGap *gap, const MsBytes *left,
                   void *user_data)
{
    MsEngine *engine = user_data;
    const MsSink *sink = &engine->sessions.sink;
    if (sink->stream)
        sink->stream(stream->number, side, NULL, 0, gap->length, engine->sessions.user_data);
    if (!(stream->flags & MS_STREAM_DEAF))
        ms_session_gap(&engine->sessions, stream, side, gap, left);
}

static void on_event(MsStream *stream, unsigned side, MsItemKind kind, const MsMark *mark,
                     void *user_data)
{
    MsEngine *engine = user_data;
    if (!(stream->flags & MS_STREAM_DEAF))
        ms_session_event(&engine->sessions, stream, side, kind, mark);
}

static void on_oddity(MsStream *stream, unsigned side, const MsOddity *oddity, void *user_data)
{
    (void)user_data;
    if (!(stream->flags & MS_STREAM_DEAF))
        ms_session_oddity(stream, side, oddity);
}

static void on_segment(MsStream *stream, unsigned side, const MsSegment *segment, void *user_data)
{
    (void)user_data;
    ms_session_segment(stream, side, segment);
}

static void on_over(MsStream *stream, MsOver why, void *user_data)
{
    MsEngine *engine = user_data;
    ms_session_over(&engine->sessions, stream, why);
}

static const MsStreamEvents events = {.bytes = on_bytes,
                                      .gap = on_gap,
                                      .event = on_event,
                                      .oddity = on_oddity,
                                      .segment = on_segment};

MsEngine *ms_engine_new(const MsEngineOptions *options, const MsSink *sink, void *user_data)
{
    MsEngine *engine = g_new0(MsEngine, 1);
    engine->sessions.options = *options;
    engine->sessions.sink = *sink;
    engine->sessions.user_data = user_data;
    engine->table = ms_table_new(&engine->sessions.options.limits, &events, on_over, engine);
    if (sink->stream)
        ms_table_keep_deaf(engine->table);
    if (options->ready && options->mime) {
        static const uint8_t any[] = {'x'};
        engine->sessions.kind = ms_kind_new();
        ms_kind_of(engine->sessions.kind, any, sizeof any);
    }
    return engine;
}

static int by_order(const void *a, const void *b)
{
    const MsStream *const *left = a;
    const MsStream *const *right = b;
    return ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

/* Whether the records, or the bytes that streams hold, are more than `part` eighths of their cap.
 */
static bool is_text_over(const MsEngine *engine, uint64_t part)
{
    return engine->sessions.text >
           engine->sessions.options.limits.value[MS_LIMIT_TOTAL_TEXT] / 8 * part;
}

static bool is_held_over(const MsEngine *engine, uint64_t part)
{
    return ms_table_context(engine->table)->pool.tails >
           engine->sessions.options.limits.value[MS_LIMIT_TOTAL_HELD] / 8 * part;
}

/* Reports the sessions idle longest early, until those that stay hold a good deal less. */
static void give_up_idle(MsEngine *engine)
{
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(engine->table, &count);
    qsort(streams, count, sizeof *streams, by_order);
    for (size_t i = 0; i < count; i++) {
        const MsStream *stream = streams[i];
        bool text = stream->session && ms_session_text(stream->session) > 0;
        bool held = stream->half[0].tail || stream->half[1].tail;
        if ((text && is_text_over(engine, 7)) || (held && is_held_over(engine, 7)))
            ms_table_close(engine->table, streams[i], MS_OVER_LIMIT);
    }
}

void ms_engine_push(MsEngine *engine, const MsSegment *segment)
{
    engine->segments++;
    ms_table_push(engine->table, segment);
    if (G_UNLIKELY(is_text_over(engine, 8) || is_held_over(engine, 8)))
        give_up_idle(engine);
}

void ms_engine_tick(MsEngine *engine, int64_t now_ns)
{
    ms_table_tick(engine->table, now_ns);
}

void ms_engine_push_plaintext(MsEngine *engine, const MsPlaintext *plaintext)
{
    MsSegment sender = {.src_port = plaintext->src_port, .dst_port = plaintext->dst_port};
    memcpy(sender.src, plaintext->src, sizeof sender.src);
    memcpy(sender.dst, plaintext->dst, sizeof sender.dst);
    unsigned side;
    MsStream *stream = ms_table_find(engine->table, &sender, &side);
    if (!stream)
        return;
    const MsPiece piece = {.time_ns = plaintext->time_ns,
                           .place = {.frame = plaintext->frame,
                                     .offset = plaintext->offset,
                                     .length = plaintext->length,
                                     .file = plaintext->file,
                                     .source = MS_SOURCE_DECRYPTED}};
    ms_session_plaintext(&engine->sessions, stream, side, &piece, plaintext->data,
                         &ms_table_context(engine->table)->pool);
}

/* A stream with its place in the order of closing, so that sorting touches no stream. */
typedef struct {
    uint64_t place;
    MsStream *stream;
} Closing;

static int by_place(const void *a, const void *b)
{
    const Closing *left = a;
    const Closing *right = b;
    return (left->place > right->place) - (left->place < right->place);
}

/* Sessions that are known go first, in order of their numbers; then the others, which may become
 * sessions now, in order of appearance. */
void ms_engine_end(MsEngine *engine, bool cut)
{
    engine->sessions.cut = cut;
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(engine->table, &count);
    g_autofree Closing *closing = g_new(Closing, count);
    for (size_t i = 0; i < count; i++) {
        MsStream *stream = streams[i];
        uint64_t number = stream->session ? ms_session_number(stream->session) : UINT32_MAX;
        closing[i] = (Closing){number << 32 | stream->number, stream};
    }
    if (count > 0)
        qsort(closing, count, sizeof *closing, by_place);
    for (size_t i = 0; i < count; i++)
        ms_table_close(engine->table, closing[i].stream, MS_OVER_CAPTURE);
}

void ms_engine_free(MsEngine *engine)
{
    if (!engine)
        return;
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(engine->table, &count);
    for (size_t i = 0; i < count; i++)
        ms_session_free(streams[i]->session);
    ms_table_free(engine->table);
    ms_kind_free(engine->sessions.kind);
    ms_visits_free(engine->sessions.visits);
    while (engine->sessions.n_spare > 0)
        ms_record_free(engine->sessions.spare[--engine->sessions.n_spare]);
    g_free(engine);
}

void ms_engine_counts(const MsEngine *engine, MsEngineCounts *counts)
{
    *counts = (MsEngineCounts){.segments = engine->segments,
                               .streams = ms_table_seen(engine->table),
                               .sessions = engine->sessions.n_sessions,
                               .streams_given_up = ms_table_given_up(engine->table)};
}
