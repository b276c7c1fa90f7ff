/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-encapsulation.c - one SMTP session in every wrapping, and in fragments: the same facts,
 * and the bytes they cite are the same, wherever in a frame they lie. */
#include "bytescheck.h"
#include "capture/packet.h"
#include "engine.h"
#include "packetwriter.h"

typedef struct {
    MsBuffer frames[256];
    uint32_t n_frames;
    int64_t time_ns; /* of a segment, also when it comes in pieces */
    GString *facts;
    uint32_t n_facts;
} Run;

/* The bytes that a fact cites, from the frames themselves. */
static void add_cited(Run *run, const MsRange *ranges, uint32_t n_ranges)
{
    for (uint32_t i = 0; i < n_ranges; i++) {
        g_assert_cmpuint(ranges[i].frame, >=, 1);
        g_assert_cmpuint(ranges[i].frame, <=, run->n_frames);
        const MsBuffer *frame = &run->frames[ranges[i].frame - 1];
        g_assert_cmpuint(ranges[i].offset + ranges[i].length, <=, frame->length);
        for (uint32_t j = 0; j < ranges[i].length; j++)
            g_string_append_printf(run->facts, "%02x", frame->data[ranges[i].offset + j]);
    }
}

static void on_fact(uint32_t session, const MsFact *fact, void *user_data)
{
    Run *run = user_data;
    if (fact->field == MS_FIELD_SESSION_LINK || fact->field == MS_FIELD_SESSION_CLIENT_MAC ||
        fact->field == MS_FIELD_SESSION_SERVER_MAC)
        return; /* they differ, of course; tests/written/cases.py asks for them */
    g_string_append_printf(run->facts, "%u %s %d %d ", session, ms_field(fact->field)->key,
                           fact->message, fact->item);
    MsType type = ms_field(fact->field)->type;
    if (type == MS_STRING || type == MS_ADDRESS || type == MS_BYTES)
        g_string_append_len(run->facts, fact->text, (gssize)fact->text_length);
    else
        g_string_append_printf(run->facts, "%" G_GINT64_FORMAT, (gint64)fact->number);
    g_string_append(run->facts, " <");
    add_cited(run, fact->ranges, fact->n_ranges);
    g_string_append(run->facts, ">\n");
    run->n_facts++;
}

static void on_oddity(uint32_t session, const MsOddity *oddity, void *user_data)
{
    Run *run = user_data;
    g_string_append_printf(run->facts, "%u oddity %s <", session, ms_oddity_name(oddity->kind));
    add_cited(run, oddity->ranges, oddity->n_ranges);
    g_string_append(run->facts, ">\n");
}

/* Who speaks: 'C' or 'S', then the words; "" without words is an empty segment with flags. */
typedef struct {
    char side;
    uint8_t flags;
    const char *words;
} Turn;

static const Turn session[] = {
    {'C', MS_TCP_SYN, ""},
    {'S', MS_TCP_SYN | MS_TCP_ACK, ""},
    {'C', MS_TCP_ACK, ""},
    {'S', MS_TCP_ACK, "220 mx.example ESMTP\r\n"},
    {'C', MS_TCP_ACK, "EHLO client.example\r\n"},
    {'S', MS_TCP_ACK, "250-mx.example\r\n250 AUTH PLAIN LOGIN\r\n"},
    {'C', MS_TCP_ACK, "AUTH PLAIN AHVzZXJAZGVtby5leGFtcGxlAHMzY3JldA==\r\n"},
    {'S', MS_TCP_ACK, "235 2.7.0 good\r\n"},
    {'C', MS_TCP_ACK, "MAIL FROM:<user@demo.example>\r\n"},
    {'S', MS_TCP_ACK, "250 ok\r\n"},
    {'C', MS_TCP_ACK, "RCPT TO:<friend@demo.example>\r\n"},
    {'S', MS_TCP_ACK, "250 ok\r\n"},
    {'C', MS_TCP_ACK, "DATA\r\n"},
    {'S', MS_TCP_ACK, "354 go on\r\n"},
    {'C', MS_TCP_ACK, "Subject: every wrapping\r\n\r\nHello,\r\n..and a dot\r\n.\r\n"},
    {'S', MS_TCP_ACK, "250 2.0.0 queued\r\n"},
    {'C', MS_TCP_ACK, "QUIT\r\n"},
    {'S', MS_TCP_ACK, "221 bye\r\n"},
    {'S', MS_TCP_ACK | MS_TCP_FIN, ""},
    {'C', MS_TCP_ACK | MS_TCP_FIN, ""},
    {'S', MS_TCP_ACK, ""},
};

static void push_frame(Run *run, MsPacketDecoder *decoder, MsEngine *engine, MsBuffer *packet,
                       const TestEncapsulation *encapsulation)
{
    g_assert_true(test_wrap(packet, encapsulation->layers));
    g_assert_cmpuint(run->n_frames, <, G_N_ELEMENTS(run->frames));
    run->frames[run->n_frames++] = *packet;
    MsFrame frame = {.number = run->n_frames,
                     .time_ns = run->time_ns,
                     .link_type = encapsulation->link_type,
                     .data = packet->data,
                     .length = (uint32_t)packet->length,
                     .wire_length = (uint32_t)packet->length};
    *packet = (MsBuffer){0};
    MsSegment segment;
    if (ms_packet_decode(decoder, &frame, 0, &segment))
        ms_engine_push(engine, &segment);
}

/* `piece`: bytes of each fragment, a multiple of 8; 0: whole packets. */
static void push_session(Run *run, MsPacketDecoder *decoder, MsEngine *engine, bool ipv6,
                         const TestEncapsulation *encapsulation, uint32_t piece)
{
    static const uint8_t addresses[2][16] = {
        {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 10},
        {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 198, 51, 100, 25}};
    static const uint16_t ports[2] = {40001, 25};
    uint32_t next[2] = {1000, 0xffffff00};
    for (size_t i = 0; i < G_N_ELEMENTS(session); i++) {
        const Turn *turn = &session[i];
        run->time_ns = INT64_C(1700000000000000000) + (int64_t)i;
        unsigned side = turn->side == 'S';
        size_t skip = ipv6 ? 0 : 12;
        TestTcp tcp = {.ipv6 = ipv6,
                       .src = addresses[side] + skip,
                       .dst = addresses[!side] + skip,
                       .src_port = ports[side],
                       .dst_port = ports[!side],
                       .seq = next[side],
                       .ack = turn->flags & MS_TCP_ACK ? next[!side] : 0,
                       .flags = turn->flags,
                       .payload = turn->words,
                       .length = strlen(turn->words)};
        next[side] += (uint32_t)tcp.length + ((turn->flags & (MS_TCP_SYN | MS_TCP_FIN)) != 0);
        MsBuffer packet = {0};
        test_tcp_packet(&packet, &tcp);
        uint32_t total = (uint32_t)packet.length - (ipv6 ? 40 : 20);
        for (uint32_t at = 0; piece > 0 && at < total; at += piece) {
            MsBuffer fragment = {0};
            test_fragment(&fragment, &packet, (uint32_t)i, at, MIN(piece, total - at));
            push_frame(run, decoder, engine, &fragment, encapsulation);
        }
        if (piece == 0)
            push_frame(run, decoder, engine, &packet, encapsulation);
        ms_buffer_clear(&packet);
    }
}

/* All facts and oddities as text; free with g_free(). */
static char *facts_of(bool ipv6, const TestEncapsulation *encapsulation, uint32_t piece,
                      uint32_t *n_facts)
{
    Run run = {.facts = g_string_new(NULL)};
    MsEngineOptions options;
    ms_engine_options_default(&options);
    MsSink sink = {.fact = on_fact, .oddity = on_oddity};
    MsEngine *engine = ms_engine_new(&options, &sink, &run);
    MsPacketDecoder *decoder = ms_packet_decoder_new(&options.limits);
    push_session(&run, decoder, engine, ipv6, encapsulation, piece);
    ms_engine_end(engine, false);
    ms_engine_free(engine);
    ms_packet_decoder_free(decoder);
    for (uint32_t i = 0; i < run.n_frames; i++)
        ms_buffer_clear(&run.frames[i]);
    *n_facts = run.n_facts;
    return g_string_free(run.facts, FALSE);
}

static void test_same_facts(void)
{
    static const TestEncapsulation plain = {"plain", 1, "eth"};
    size_t checked = 0;
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        uint32_t n_expected, n_facts;
        g_autofree char *expected = facts_of(ipv6, &plain, 0, &n_expected);
        g_assert_cmpuint(n_expected, >=, 20);
        g_assert_nonnull(strstr(expected, "s3cret"));
        g_assert_null(strstr(expected, "oddity"));
        for (size_t i = 0; i < test_n_encapsulations; i++, checked++) {
            g_test_message("%s, IPv%d", test_encapsulations[i].name, ipv6 ? 6 : 4);
            g_autofree char *facts = facts_of(ipv6, &test_encapsulations[i], 0, &n_facts);
            g_assert_cmpstr(facts, ==, expected);
        }
    }
    g_assert_cmpuint(checked, ==, 2 * test_n_encapsulations);
}

static void test_fragments(void)
{
    static const TestEncapsulation rows[] = {
        {"Ethernet", 1, "eth"}, {"GRE", 1, "gre ip6 eth"}, {"VXLAN", 1, "eth vxlan udp ip4 eth"}};
    static const uint32_t pieces[] = {24, 32, 48};
    size_t checked = 0;
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        uint32_t n_facts;
        g_autofree char *expected = facts_of(ipv6, &rows[0], 0, &n_facts);
        for (size_t i = 0; i < G_N_ELEMENTS(rows) * G_N_ELEMENTS(pieces); i++, checked++) {
            g_autofree char *facts = facts_of(ipv6, &rows[i % G_N_ELEMENTS(rows)],
                                              pieces[i / G_N_ELEMENTS(rows)], &n_facts);
            g_assert_cmpstr(facts, ==, expected);
        }
    }
    g_assert_cmpuint(checked, ==, 18);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/encapsulation/same-facts", test_same_facts);
    g_test_add_func("/encapsulation/fragments", test_fragments);
    return g_test_run();
}
