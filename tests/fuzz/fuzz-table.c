/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-table.c - segments of a few connections. Input: records of 12 bytes and a payload:
 * connection and side (1 byte), TCP flags (1), sequence number and acknowledgement (2 each,
 * little-endian, added to a base near the wrap), bytes captured and sent (1 each), unused (4).
 * Holds: of each direction every byte is handed on once and in order, or declared missing; ranges
 * lie in frames that were pushed and hold those very bytes; nothing comes after the end. */
#include "fuzz.h"
#include "stream/table.h"

#include <glib.h>

#include <string.h>

enum { MOST_FRAMES = 1024, RECORD = 12, HEADERS = 54 };

typedef struct {
    const uint8_t *payload[MOST_FRAMES];
    uint32_t length[MOST_FRAMES];
    uint32_t frames;
    unsigned eat; /* a listener that eats all, nothing, or one byte */
} World;

/* What was handed on of one direction. */
typedef struct {
    uint64_t at;   /* of the next byte */
    uint64_t held; /* bytes offered and not eaten */
} Side;

static Side *sides_of(MsStream *stream)
{
    if (!stream->session)
        stream->session = g_new0(Side, 2);
    return stream->session;
}

static void check_pieces(const World *world, const MsBytes *bytes)
{
    uint64_t at = bytes->at;
    if (bytes->length == 0)
        return;
    const MsPiece *end = bytes->pieces + bytes->n_pieces;
    for (const MsPiece *piece = bytes->pieces; piece < end && at < bytes->at + bytes->length;
         piece++) {
        uint64_t skip = at - piece->at;
        g_assert_cmpuint(piece->at, <=, at);
        g_assert_cmpuint(skip, <, piece->place.length);
        g_assert_cmpuint(piece->place.frame, >=, 1);
        g_assert_cmpuint(piece->place.frame, <=, world->frames);
        g_assert_cmpuint(piece->place.offset, >=, HEADERS);
        uint64_t run = MIN(piece->place.length - skip, bytes->at + bytes->length - at);
        uint64_t offset = piece->place.offset - HEADERS + skip;
        g_assert_cmpuint(offset + run, <=, world->length[piece->place.frame - 1]);
        g_assert_true(memcmp(world->payload[piece->place.frame - 1] + offset,
                             bytes->data + (at - bytes->at), run) == 0);
        at += run;
    }
    g_assert_cmpuint(at, ==, bytes->at + bytes->length);
}

static size_t on_bytes(MsStream *stream, unsigned side, const MsBytes *held, size_t fresh,
                       void *user_data)
{
    const World *world = user_data;
    Side *one = &sides_of(stream)[side];
    g_assert_cmpuint(fresh, <=, held->length);
    g_assert_cmpuint(held->length - fresh, ==, one->held);
    g_assert_cmpuint(held->at, ==, one->at - one->held);
    check_pieces(world, held);
    one->at += fresh;
    size_t eaten = world->eat == 0 ? held->length : world->eat == 1 ? 0 : MIN(held->length, 1);
    if (held->length > 4096)
        eaten = held->length; /* a listener eats once a line's worth is there */
    one->held = held->length - eaten;
    return eaten;
}

static void on_gap(MsStream *stream, unsigned side, const MsGap *gap, const MsBytes *left,
                   void *user_data)
{
    Side *one = &sides_of(stream)[side];
    g_assert_cmpuint(gap->at, ==, one->at);
    g_assert_cmpuint(gap->length, >, 0);
    g_assert_cmpuint(gap->cut, <=, gap->length);
    g_assert_cmpuint(left->length, ==, one->held);
    check_pieces(user_data, left);
    one->at += gap->length;
    one->held = 0;
}

static void on_event(MsStream *stream, unsigned side, MsItemKind kind, const MsMark *mark,
                     void *user_data)
{
    (void)sides_of(stream);
    g_assert_cmpuint(side, <=, 1);
    g_assert_true(kind == MS_ITEM_FIN || kind == MS_ITEM_RST);
    g_assert_cmpuint(mark->frame, >=, 1);
    g_assert_cmpuint(mark->frame, <=, ((const World *)user_data)->frames);
}

static void on_oddity(MsStream *stream, unsigned side, const MsOddity *oddity, void *user_data)
{
    const World *world = user_data;
    (void)sides_of(stream);
    g_assert_cmpuint(side, <=, 1);
    for (uint32_t i = 0; i < oddity->n_ranges; i++)
        g_assert_cmpuint(oddity->ranges[i].frame, <=, world->frames);
}

static void on_over(MsStream *stream, MsOver why, void *user_data)
{
    (void)why;
    (void)user_data;
    g_free(stream->session);
    stream->session = NULL;
}

static const MsStreamEvents events = {
    .bytes = on_bytes, .gap = on_gap, .event = on_event, .oddity = on_oddity};

/* One record; returns the bytes it took. */
static size_t push(MsTable *table, World *world, const uint8_t *data, size_t size)
{
    unsigned side = data[0] & 1, connection = data[0] >> 1 & 3;
    uint32_t length = (uint32_t)MIN(data[6], size - RECORD);
    MsSegment segment = {.src_port = (uint16_t)(side ? 25 : 40000 + connection),
                         .dst_port = (uint16_t)(side ? 40000 + connection : 25),
                         .seq = 0xffff8000u + (uint32_t)(data[2] | data[3] << 8),
                         .ack = 0xffff8000u + (uint32_t)(data[4] | data[5] << 8),
                         .flags = data[1] & 0x3f,
                         .urgent = data[8],
                         .payload_length = length,
                         .wire_length = MAX(length, data[7])};
    memset(segment.src, side ? 2 : 1, 16);
    memset(segment.dst, side ? 1 : 2, 16);
    world->payload[world->frames] = data + RECORD;
    world->length[world->frames++] = length;
    const MsRange place = {.frame = world->frames, .offset = HEADERS, .length = length};
    segment.frame = segment.header_frame = world->frames;
    segment.time_ns = (int64_t)world->frames * 1000000 * (1 + data[9]);
    segment.payload = data + RECORD;
    segment.places = &place;
    segment.n_places = length > 0;
    ms_table_push(table, &segment);
    return RECORD + length;
}

static void run(const uint8_t *data, size_t size, unsigned eat)
{
    World world = {.eat = eat};
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_STREAM_REORDER] = 2000;
    limits.value[MS_LIMIT_TOTAL_REORDER] = 3000;
    limits.value[MS_LIMIT_STREAM_ISLANDS] = 6;
    limits.value[MS_LIMIT_STREAMS] = 3;
    MsTable *table = ms_table_new(&limits, &events, on_over, &world);
    for (size_t at = 0; at + RECORD <= size && world.frames < MOST_FRAMES;)
        at += push(table, &world, data + at, size - at);
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(table, &count);
    for (size_t i = 0; i < count; i++)
        ms_table_close(table, streams[i], MS_OVER_CAPTURE);
    ms_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (unsigned eat = 0; eat < 3; eat++)
        run(data, size, eat);
    return 0;
}
