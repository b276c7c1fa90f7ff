/* SPDX-License-Identifier: GPL-2.0-or-later
 * listen.c - see listen.h. */
#include "listen.h"

/* Side 0 of a stream sent the first segment that was captured; here it is always the client. */
static unsigned who(const Listen *listen, const MsStream *stream, unsigned side)
{
    return listen->wire && stream->port[0] != listen->wire->port[0] ? !side : side;
}

static void turn(Listen *listen, unsigned side)
{
    char text[16];
    int length = g_snprintf(text, sizeof text, "%u bytes\n", side);
    if (!g_str_has_suffix(listen->log->str, text))
        g_string_append_len(listen->log, text, length);
}

static void check_bytes(const Listen *listen, unsigned side, const MsBytes *held)
{
    const GByteArray *said = listen->wire->said[side];
    const MsPiece *piece = held->pieces;
    for (size_t i = 0; i < held->length; i++) {
        uint64_t at = held->at + i;
        g_assert_cmpuint(at + listen->start[side], <, said->len);
        g_assert_cmpuint(held->data[i], ==, said->data[at + listen->start[side]]);
        while (piece->at + piece->place.length <= at)
            piece++;
        g_assert_true(piece < held->pieces + held->n_pieces && piece->at <= at);
        int byte = wire_byte(listen->wire, piece->place.frame,
                             piece->place.offset + (uint32_t)(at - piece->at));
        g_assert_cmpint(byte, ==, held->data[i]);
    }
}

static size_t on_bytes(MsStream *stream, unsigned side, const MsBytes *held, size_t fresh,
                       void *user_data)
{
    Listen *listen = user_data;
    side = who(listen, stream, side);
    g_assert_cmpuint(fresh, >, 0);
    g_assert_cmpuint(held->at, ==, listen->eaten[side]);
    g_assert_cmpuint(held->at + held->length, ==, listen->at[side] + fresh);
    if (listen->wire)
        check_bytes(listen, side, held);
    listen->at[side] += fresh;
    turn(listen, side);
    size_t eaten = held->length;
    if (listen->eat && g_rand_int_range(listen->eat, 0, 4) > 0)
        eaten = (size_t)g_rand_int_range(listen->eat, 0, (gint32)held->length + 1);
    listen->eaten[side] += eaten;
    return eaten;
}

static void on_gap(MsStream *stream, unsigned side, const MsGap *gap, const MsBytes *left,
                   void *user_data)
{
    Listen *listen = user_data;
    side = who(listen, stream, side);
    g_assert_cmpuint(gap->at, ==, listen->at[side]);
    g_assert_cmpuint(gap->length, >, 0);
    g_assert_cmpuint(left->length, ==, listen->at[side] - listen->eaten[side]);
    g_assert_cmpuint(gap->cut, <=, gap->length);
    listen->at[side] += gap->length;
    listen->eaten[side] = listen->at[side];
    listen->missing[side] += gap->length;
    listen->cut[side] += gap->cut;
    listen->n_around = gap->n_around;
    for (unsigned i = 0; i < gap->n_around; i++)
        listen->around[i] = gap->around[i];
    g_string_append_printf(listen->log, "%u gap %u\n", side, (unsigned)gap->length);
}

static void on_event(MsStream *stream, unsigned side, MsItemKind kind, const MsMark *mark,
                     void *user_data)
{
    Listen *listen = user_data;
    side = who(listen, stream, side);
    g_assert_cmpuint(mark->frame, >, 0);
    *(kind == MS_ITEM_FIN ? &listen->fins : &listen->rsts) += 1;
    g_string_append_printf(listen->log, "%u %s\n", side, kind == MS_ITEM_FIN ? "fin" : "rst");
}

static void on_oddity(MsStream *stream, unsigned side, const MsOddity *oddity, void *user_data)
{
    Listen *listen = user_data;
    (void)stream;
    (void)side;
    listen->oddities++;
    listen->ignored += oddity->kind == MS_ODDITY_RST_IGNORED;
    if (oddity->kind != MS_ODDITY_CONFLICT)
        return;
    listen->conflicts++;
    listen->n_conflict = MIN(oddity->n_ranges, 4);
    for (unsigned i = 0; i < listen->n_conflict; i++)
        listen->conflict[i] = oddity->ranges[i];
}

static void on_over(MsStream *stream, MsOver why, void *user_data)
{
    Listen *listen = user_data;
    (void)stream;
    listen->streams++;
    listen->why = why;
    for (unsigned side = 0; side < 2; side++)
        listen->at[side] = listen->eaten[side] = 0;
    g_string_append(listen->log, "over\n");
}

Listen *listen_new(const Wire *wire, GRand *eat)
{
    static const MsStreamEvents events = {
        .bytes = on_bytes, .gap = on_gap, .event = on_event, .oddity = on_oddity};
    Listen *listen = g_new0(Listen, 1);
    listen->wire = wire;
    listen->eat = eat;
    listen->log = g_string_new(NULL);
    ms_limits_default(&listen->limits);
    listen->table = ms_table_new(&listen->limits, &events, on_over, listen);
    return listen;
}

void listen_free(Listen *listen)
{
    if (!listen)
        return;
    ms_table_free(listen->table);
    g_string_free(listen->log, TRUE);
    g_free(listen);
}

void listen_push(Listen *listen, Wire *wire, const WirePacket *packet)
{
    MsSegment segment;
    MsRange place;
    wire_capture(wire, packet, &segment, &place);
    ms_table_push(listen->table, &segment);
}

void listen_all(Listen *listen, Wire *wire, const GPtrArray *packets)
{
    for (guint i = 0; i < packets->len; i++)
        listen_push(listen, wire, packets->pdata[i]);
}

void listen_end(Listen *listen)
{
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(listen->table, &count);
    for (size_t i = 0; i < count; i++)
        ms_table_close(listen->table, streams[i], MS_OVER_CAPTURE);
    const MsPool *pool = &ms_table_context(listen->table)->pool;
    g_assert_cmpuint(pool->waiting, ==, 0);
    g_assert_cmpuint(pool->tails, ==, 0);
    g_assert_null(pool->oldest);
    g_assert_null(pool->youngest);
}
