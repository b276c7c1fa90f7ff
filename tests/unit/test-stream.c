/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tests of stream/: conversations arrive in any order, twice, cut, with holes; what is handed on
 * must be what was said, in the order in which it was said, with evidence for every byte. */
#include "listen.h"

#include <string.h>

static const char *const turns[] = {"1220 mx.example ready\r\n",
                                    "0EHLO client.example\r\n",
                                    "1250-mx.example\r\n250 SIZE\r\n",
                                    "0MAIL FROM:<a@b.example>\r\n",
                                    "1250 ok\r\n",
                                    "0RCPT TO:<c@d.example>\r\n",
                                    "1250 ok\r\n",
                                    "0DATA\r\n",
                                    "1354 go\r\n"};

/* A whole session of 9 turns, a mail of `mail` bytes, QUIT and both FINs. */
static GPtrArray *conversation(Wire *wire, size_t mail, size_t most)
{
    GPtrArray *packets = wire_packets();
    wire_handshake(wire, packets);
    for (size_t i = 0; i < G_N_ELEMENTS(turns); i++)
        wire_say(wire, packets, turns[i][0] == '1', turns[i] + 1, strlen(turns[i] + 1), most,
                 i % 2 == 0);
    g_autofree char *body = g_malloc(mail);
    for (size_t i = 0; i < mail; i++)
        body[i] = (char)("abcdefghijklmnopqrstuvwxyz0123456789\r\n"[(i * 7 + i / 38) % 38]);
    wire_say(wire, packets, 0, body, mail, most, true);
    wire_text(wire, packets, 1, "250 queued\r\n");
    wire_text(wire, packets, 0, "QUIT\r\n");
    wire_text(wire, packets, 1, "221 bye\r\n");
    wire_fin(wire, packets, 1);
    wire_fin(wire, packets, 0);
    return packets;
}

static const char *const expected_log =
    "1 bytes\n0 bytes\n1 bytes\n0 bytes\n1 bytes\n0 bytes\n1 bytes\n0 bytes\n1 bytes\n0 bytes\n"
    "1 bytes\n0 bytes\n1 bytes\n1 fin\n0 fin\nover\n";

static void test_in_order(void)
{
    static const uint32_t isns[] = {0,          1,          0x7fffffff, 0x80000000,
                                    0xffffff00, 0xfffffffe, 0xffffffff};
    for (size_t i = 0; i < G_N_ELEMENTS(isns); i++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, isns[i], isns[G_N_ELEMENTS(isns) - 1 - i]);
        g_autoptr(GPtrArray) packets = conversation(wire, 5000, 512);
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        listen_all(listen, wire, packets);
        g_assert_cmpstr(listen->log->str, ==, expected_log);
        g_assert_cmpuint(listen->why, ==, MS_OVER_ENDED);
        listen_end(listen);
        g_assert_cmpuint(listen->streams, ==, 1);
        g_assert_cmpuint(listen->oddities, ==, 0);
    }
}

static guint32 seed_for(guint round)
{
    const char *given = g_getenv("MS_SEED");
    guint32 seed = given ? (guint32)g_ascii_strtoull(given, NULL, 10) + round : 4711 + round;
    return seed;
}

/* Moves each packet from `first` on at most `far` places. */
static void shuffle(GPtrArray *packets, GRand *rand, guint first, guint far)
{
    g_autofree guint *place = g_new(guint, packets->len);
    for (guint i = 0; i < packets->len; i++)
        place[i] = i < first ? i : i + (guint)g_rand_int_range(rand, 0, (gint32)far + 1);
    /* A stable sort by insertion, as the lists are short. */
    for (guint i = 1; i < packets->len; i++) {
        for (guint k = i; k > 0 && place[k - 1] > place[k]; k--) {
            guint p = place[k];
            place[k] = place[k - 1];
            place[k - 1] = p;
            gpointer packet = packets->pdata[k];
            packets->pdata[k] = packets->pdata[k - 1];
            packets->pdata[k - 1] = packet;
        }
    }
}

/* Appends copies of random packets, some cut differently, at random places behind the first. */
static void duplicate(GPtrArray *packets, GRand *rand, guint count)
{
    for (guint i = 0; i < count; i++) {
        guint from = (guint)g_rand_int_range(rand, 0, (gint32)packets->len);
        const WirePacket *packet = packets->pdata[from];
        guint32 skip =
            packet->length > 0 ? (guint32)g_rand_int_range(rand, 0, (gint32)packet->length) : 0;
        if (packet->flags & MS_TCP_SYN)
            skip = 0;
        WirePacket *copy = wire_packet(packet->side, packet->flags, packet->seq + skip, packet->ack,
                                       packet->data + skip, packet->length - skip);
        guint to = (guint)g_rand_int_range(rand, (gint32)from + 1, (gint32)packets->len + 1);
        g_ptr_array_insert(packets, (gint)to, copy);
    }
}

static void test_shuffled(void)
{
    unsigned rounds = 0;
    for (guint round = 0; round < 400; round++) {
        guint32 seed = seed_for(round);
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        g_autoptr(Wire) wire = wire_new(40000, 25, g_rand_int(rand), g_rand_int(rand));
        g_autoptr(GPtrArray) packets =
            conversation(wire, 3000, (size_t)g_rand_int_range(rand, 1, 300));
        guint far = (guint)g_rand_int_range(rand, 0, 9);
        shuffle(packets, rand, round % 4 < 2 ? 2 : 0, far);
        duplicate(packets, rand, (guint)g_rand_int_range(rand, 0, 20));
        g_autoptr(Listen) listen = listen_new(wire, round % 2 ? rand : NULL);
        listen_all(listen, wire, packets);
        listen_end(listen);
        g_test_message("seed %u, far %u", seed, far);
        if (round % 4 < 2) /* as long as one side is not heard, the other does not wait for it */
            g_assert_cmpstr(listen->log->str, ==, expected_log);
        g_assert_cmpuint(listen->streams, ==, 1);
        g_assert_cmpuint(listen->missing[0] + listen->missing[1], ==, 0);
        g_assert_cmpuint(listen->oddities, ==, 0);
        rounds++;
    }
    g_assert_cmpuint(rounds, ==, 400);
}

/* Bytes that are lost become gaps; all others are handed on at their offset. */
static void test_dropped(void)
{
    uint64_t missing = 0;
    for (guint round = 0; round < 400; round++) {
        guint32 seed = seed_for(round);
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        g_autoptr(Wire) wire = wire_new(40000, 25, g_rand_int(rand), g_rand_int(rand));
        g_autoptr(GPtrArray) packets =
            conversation(wire, 3000, (size_t)g_rand_int_range(rand, 20, 300));
        for (guint i = 0; i < 4; i++) /* the handshake stays: offsets count from it */
            g_ptr_array_remove_index(packets,
                                     (guint)g_rand_int_range(rand, 3, (gint32)packets->len));
        shuffle(packets, rand, 0, (guint)g_rand_int_range(rand, 0, 4));
        g_autoptr(Listen) listen = listen_new(wire, round % 2 ? rand : NULL);
        g_test_message("seed %u", seed);
        listen_all(listen, wire, packets);
        missing += listen->missing[0] + listen->missing[1];
        listen_end(listen);
        g_assert_cmpuint(listen->streams, ==, 1);
        g_assert_cmpuint(listen->oddities, ==, 0);
    }
    g_assert_cmpuint(missing, >, 0);
}

/* The gap cites the bytes right before and behind it. */
static void test_gap_evidence(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 100, 200);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(wire, packets);
    wire_say(wire, packets, 0, "aaaaBBBBcccc", 12, 4, true);
    g_ptr_array_remove_index(packets, 5); /* BBBB; its ACK stays */
    g_autoptr(Listen) listen = listen_new(wire, NULL);
    listen_all(listen, wire, packets);
    g_assert_cmpstr(listen->log->str, ==, "0 bytes\n");
    listen_end(listen);
    g_assert_cmpstr(listen->log->str, ==, "0 bytes\n0 gap 4\n0 bytes\nover\n");
    g_assert_cmpuint(listen->n_around, ==, 2);
    g_assert_cmpuint(listen->around[0].frame, ==, 4);
    g_assert_cmpuint(listen->around[0].offset, ==, WIRE_PAYLOAD_AT + 3);
    g_assert_cmpuint(listen->around[1].frame, ==, 7);
    g_assert_cmpuint(listen->around[1].offset, ==, WIRE_PAYLOAD_AT);
    g_assert_cmpuint(listen->around[1].length, ==, 1);
}

/* An acknowledged hole is declared after a while; one that is not acknowledged waits. */
static void test_gap_by_ack(void)
{
    for (unsigned acked = 0; acked < 2; acked++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 100, 200);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_say(wire, packets, 0, "lost", 4, 4, false);
        g_ptr_array_remove_index(packets, 3);
        for (unsigned i = 0; i < 40; i++)
            wire_say(wire, packets, 0, "more", 4, 4, acked);
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        listen_all(listen, wire, packets);
        g_assert_cmpstr(listen->log->str, ==, acked ? "0 gap 4\n0 bytes\n" : "");
        listen_end(listen);
        g_assert_cmpuint(listen->missing[0], ==, 4);
    }
}

/* How many segments wait for a byte that was acknowledged is the limit's to say. */
static void test_cross_wait(void)
{
    static const unsigned limits[] = {1, 5, 32};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 100, 200);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_say(wire, packets, 0, "lost", 4, 4, false);
        g_ptr_array_remove_index(packets, 3);
        for (unsigned k = 0; k < 40; k++)
            wire_say(wire, packets, 0, "more", 4, 4, true);
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        listen->limits.value[MS_LIMIT_CROSS_WAIT] = limits[i];
        unsigned pushed = 0;
        while (listen->missing[0] == 0 && pushed < packets->len)
            listen_push(listen, wire, packets->pdata[pushed++]);
        g_assert_cmpuint(pushed, ==, 5 + limits[i]); /* handshake, "more", its ACK */
        listen_end(listen);
    }
}

/* And so is how long; the wire's packets are a millisecond apart. */
static void test_cross_wait_time(void)
{
    static const unsigned limits[] = {1, 5, 30};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 100, 200);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_say(wire, packets, 0, "lost", 4, 4, false);
        g_ptr_array_remove_index(packets, 3);
        for (unsigned k = 0; k < 40; k++)
            wire_say(wire, packets, 0, "more", 4, 4, true);
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        listen->limits.value[MS_LIMIT_CROSS_WAIT] = 1000;
        listen->limits.value[MS_LIMIT_CROSS_WAIT_TIME] = limits[i];
        unsigned pushed = 0;
        while (listen->missing[0] == 0 && pushed < packets->len)
            listen_push(listen, wire, packets->pdata[pushed++]);
        g_assert_cmpuint(pushed, ==, 6 + limits[i]); /* handshake, "more", its ACK, one beyond */
        listen_end(listen);
    }
}

static void one_conflict(bool queued)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 100, 200);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(wire, packets);
    wire_say(wire, packets, 0, "start", 5, 5, false);
    wire_say(wire, packets, 0, "AUTH PLAIN secret\r\n", 19, 100, false);
    WirePacket *first = packets->pdata[4];
    g_ptr_array_add(packets,
                    wire_packet(0, MS_TCP_ACK, first->seq + 5, first->ack, "PLAIM SECRET\r", 13));
    if (queued) { /* "start" comes last */
        g_ptr_array_add(packets, wire_packet(0, MS_TCP_ACK, 101, 201, "start", 5));
        g_ptr_array_remove_index(packets, 3);
    }
    g_autoptr(Listen) listen = listen_new(wire, NULL);
    listen_all(listen, wire, packets);
    listen_end(listen);
    g_assert_cmpuint(listen->conflicts, ==, 1);
    g_assert_cmpuint(listen->n_conflict, ==, 2);
    g_assert_true(wire_covers(wire, &listen->conflict[0], 1, "M SECRET", 8));
    g_assert_true(wire_covers(wire, &listen->conflict[1], 1, "N secret", 8));
    g_assert_cmpuint(listen->missing[0], ==, 0);
}

static void test_conflict(void)
{
    one_conflict(false);
    one_conflict(true);
}

/* A keep-alive's byte is no data, whatever it is (RFC 9293 3.8.4). */
static void test_keep_alive(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 100, 200);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(wire, packets);
    wire_text(wire, packets, 0, "hello\r\n");
    g_ptr_array_add(packets, wire_packet(0, MS_TCP_ACK, wire->next[0] - 1, 201, "\0", 1));
    g_ptr_array_add(packets, wire_packet(0, MS_TCP_ACK, wire->next[0] - 1, 201, "", 0));
    g_ptr_array_add(packets, wire_packet(1, MS_TCP_ACK, wire->next[1] - 1, 108, "x", 1));
    wire_text(wire, packets, 0, "world\r\n");
    g_autoptr(Listen) listen = listen_new(wire, NULL);
    listen_all(listen, wire, packets);
    listen_end(listen);
    g_assert_cmpuint(listen->oddities, ==, 0);
    g_assert_cmpstr(listen->log->str, ==, "0 bytes\nover\n");
}

static void test_truncated(void)
{
    for (unsigned again = 0; again < 2; again++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 100, 200);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_say(wire, packets, 0, "0123456789abcdefghij", 20, 10, true);
        ((WirePacket *)packets->pdata[3])->length = 6;
        if (again)
            g_ptr_array_insert(packets, 4, wire_packet(0, MS_TCP_ACK, 101, 201, "0123456789", 10));
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        listen_all(listen, wire, packets);
        g_assert_cmpstr(listen->log->str, ==, again ? "0 bytes\n" : "0 bytes\n0 gap 4\n0 bytes\n");
        g_assert_cmpuint(listen->cut[0], ==, again ? 0 : 4);
        listen_end(listen);
    }
}

static void test_reuse(void)
{
    enum { AFTER_FIN, OPEN, AFTER_RST, CLIENT_ONLY, NO_SYN, N_WAYS };
    for (unsigned way = 0; way < N_WAYS; way++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_text(wire, packets, 1, "220 one\r\n");
        wire_text(wire, packets, 0, "QUIT\r\n");
        if (way == AFTER_FIN) {
            wire_fin(wire, packets, 0);
            wire_fin(wire, packets, 1);
        }
        if (way == AFTER_RST)
            g_ptr_array_add(packets, wire_packet(0, MS_TCP_RST, wire->next[0], 0, NULL, 0));
        guint second = packets->len;
        g_autoptr(Wire) other = wire_new(40000, 25, 5000000, 6000000);
        wire_handshake(other, packets);
        wire_text(other, packets, 1, "220 two\r\n");
        wire_text(other, packets, 0, "NOOP\r\n");
        if (way == NO_SYN)
            g_ptr_array_remove_index(packets, second);
        g_autoptr(Listen) listen = listen_new(NULL, NULL);
        for (guint i = 0; i < packets->len; i++) {
            const WirePacket *packet = packets->pdata[i];
            if (way != CLIENT_ONLY || packet->side == 0)
                listen_push(listen, wire, packet);
        }
        listen_end(listen);
        g_assert_cmpuint(listen->streams, ==, 2);
        g_assert_cmpuint(listen->missing[0] + listen->missing[1], ==, 0);
    }
}

/* What arrives after the end opens nothing new. */
static void test_stragglers(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
    g_autoptr(GPtrArray) packets = conversation(wire, 1000, 500);
    g_autoptr(Listen) listen = listen_new(wire, NULL);
    listen_all(listen, wire, packets);
    g_assert_cmpuint(listen->streams, ==, 1);
    g_autofree char *log = g_strdup(listen->log->str);
    listen_all(listen, wire, packets); /* the mirror port is late */
    listen_end(listen);
    g_assert_cmpstr(listen->log->str, ==, log);
    g_assert_cmpuint(ms_table_seen(listen->table), ==, 1);
}

static void test_rst(void)
{
    static const struct {
        int32_t ahead; /* of the RST, from the client's next number */
        bool ends, waits;
    } rows[] = {{0, true, false},        {-6, true, false},        {-7, false, false},
                {1000, false, true},     {70000, false, false},    {INT32_MAX, false, false},
                {-100000, false, false}, {INT32_MIN, false, false}};
    unsigned n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, n++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_say(wire, packets, 0, "EHLO x\r\n", 8, 8, true);
        wire_say(wire, packets, 0, "NOOP\r\n", 6, 6, false); /* not acknowledged */
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        g_ptr_array_add(packets, wire_packet(0, MS_TCP_RST, wire->next[0] + (uint32_t)rows[i].ahead,
                                             0, NULL, 0));
        listen_all(listen, wire, packets);
        g_assert_cmpuint(listen->rsts, ==, rows[i].ends);
        g_assert_cmpuint(listen->ignored, ==, !rows[i].ends && !rows[i].waits);
        listen_end(listen);
        g_assert_cmpuint(listen->streams, ==, 1);
        g_assert_cmpuint(listen->rsts, ==, rows[i].ends || rows[i].waits);
    }
    g_assert_cmpuint(n, ==, 8);
}

/* What follows the end: RST instead of the last ACK, FIN after a RST; then the time is over. */
static void test_linger(void)
{
    static const struct {
        uint8_t first, second; /* client's flags, server's flags */
        const char *log;
    } rows[] = {{MS_TCP_FIN, MS_TCP_FIN, "0 bytes\n0 fin\n1 fin\n0 rst\nover\n"},
                {MS_TCP_RST, MS_TCP_FIN, "0 bytes\n0 rst\n1 fin\nover\n"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_text(wire, packets, 0, "QUIT\r\n");
        uint32_t next = wire->next[0];
        g_ptr_array_add(packets, wire_packet(0, rows[i].first | MS_TCP_ACK, next, 2001, NULL, 0));
        g_ptr_array_add(packets, wire_packet(1, rows[i].second | MS_TCP_ACK, 2001, next, NULL, 0));
        g_ptr_array_add(packets, wire_packet(0, MS_TCP_RST, next + 1, 0, NULL, 0));
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        listen_all(listen, wire, packets);
        g_assert_cmpuint(listen->streams, ==, i == 0);
        g_autoptr(Wire) other = wire_new(40001, 25, 1, 1);
        g_autoptr(GPtrArray) later = wire_packets();
        wire_handshake(other, later);
        wire->port[0] = 40001;
        wire->time_ns += 5000000000;
        listen_all(listen, wire, later);
        g_assert_cmpuint(listen->streams, ==, 1);
        g_assert_cmpstr(listen->log->str, ==, rows[i].log);
        listen_end(listen);
    }
}

/* A RST ends its own side; what the other side sent before it is still handed on. */
static void test_rst_behind_hole(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(wire, packets);
    wire_say(wire, packets, 0, "aabb", 4, 2, false);
    g_ptr_array_add(packets, wire_packet(0, MS_TCP_RST, wire->next[0], 0, NULL, 0));
    g_ptr_array_add(packets, g_ptr_array_steal_index(packets, 3));
    g_autoptr(Listen) listen = listen_new(wire, NULL);
    listen_all(listen, wire, packets);
    listen_end(listen);
    g_assert_cmpstr(listen->log->str, ==, "0 bytes\n0 rst\nover\n");
}

/* A RST lies inside of bytes that came before it: it is not the sender's, and all bytes that follow
 * are still put in order once. */
static void test_rst_inside(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(wire, packets);
    wire_say(wire, packets, 0, "aaaaaaaaaabbbbbbbbbbcccccccccc", 30, 10, false);
    WirePacket *first = g_ptr_array_steal_index(packets, 3);
    g_ptr_array_insert(packets, 4, wire_packet(0, MS_TCP_RST, 1016, 0, NULL, 0));
    g_ptr_array_add(packets, wire_packet(0, MS_TCP_ACK, 1013, 2001, "bbbbbbbbcc", 10));
    g_ptr_array_add(packets, first);
    g_autoptr(Listen) listen = listen_new(wire, NULL);
    listen_all(listen, wire, packets);
    g_assert_cmpuint(listen->at[0], ==, 30);
    g_assert_cmpuint(listen->ignored, ==, 1);
    g_assert_cmpuint(listen->conflicts, ==, 0);
    listen_end(listen);
    g_assert_cmpstr(listen->log->str, ==, "0 bytes\nover\n");
}

static void test_midstream(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
    g_autoptr(GPtrArray) packets = conversation(wire, 3000, 300);
    for (guint first = 3; first < packets->len - 4; first++) {
        g_autoptr(Listen) listen = listen_new(NULL, NULL);
        for (guint i = first; i < packets->len; i++)
            listen_push(listen, wire, packets->pdata[i]);
        listen_end(listen);
        g_assert_cmpuint(listen->streams, ==, 1);
        g_assert_cmpuint(listen->missing[0] + listen->missing[1], ==, 0);
    }
}

static void test_one_sided(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
    g_autoptr(GPtrArray) packets = conversation(wire, 3000, 300);
    for (unsigned side = 0; side < 2; side++) {
        g_autoptr(Listen) listen = listen_new(wire, NULL);
        for (guint i = 0; i < packets->len; i++) {
            const WirePacket *packet = packets->pdata[i];
            if (packet->side == side)
                listen_push(listen, wire, packet);
        }
        listen_end(listen);
        g_assert_cmpuint(listen->streams, ==, 1);
        g_autofree char *log = g_strdup_printf("%u bytes\n%u fin\nover\n", side, side);
        g_assert_cmpstr(listen->log->str, ==, log);
    }
}

static void test_fast_open(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
    g_byte_array_append(wire->said[0], (const guint8 *)"EHLO a\r\n", 8);
    g_autoptr(GPtrArray) packets = wire_packets();
    g_ptr_array_add(packets, wire_packet(0, MS_TCP_SYN, 1000, 0, "EHLO a\r\n", 8));
    g_ptr_array_add(packets, wire_packet(1, MS_TCP_SYN | MS_TCP_ACK, 2000, 1009, NULL, 0));
    wire->next[0] = 1009;
    wire->next[1] = 2001;
    wire_text(wire, packets, 1, "220 hi\r\n");
    wire_text(wire, packets, 0, "QUIT\r\n");
    g_autoptr(Listen) listen = listen_new(wire, NULL);
    listen_all(listen, wire, packets);
    g_assert_cmpuint(listen->at[0], ==, 14);
    listen_end(listen);
    g_assert_cmpstr(listen->log->str, ==, "0 bytes\n1 bytes\n0 bytes\nover\n");
}

/* No state for lone SYNs; the caps hold whatever comes. */
static void test_caps(void)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
    g_autoptr(Listen) listen = listen_new(NULL, NULL);
    listen->limits.value[MS_LIMIT_STREAMS] = 100;
    MsSegment segment;
    MsRange place;
    WirePacket *packet = wire_packet(0, MS_TCP_SYN, 1, 0, NULL, 0);
    wire_capture(wire, packet, &segment, &place);
    for (uint32_t i = 0; i < 300000; i++) {
        segment.src_port = (uint16_t)i;
        segment.src[15] = (uint8_t)(i >> 16);
        ms_table_push(listen->table, &segment);
    }
    g_assert_cmpuint(ms_table_seen(listen->table), ==, 0);
    segment.flags = MS_TCP_SYN | MS_TCP_ACK;
    for (uint32_t i = 0; i < 1000; i++) {
        segment.src_port = (uint16_t)i;
        ms_table_push(listen->table, &segment);
        size_t count;
        g_free(ms_table_streams(listen->table, &count));
        g_assert_cmpuint(count, <=, 100);
    }
    g_assert_cmpuint(ms_table_given_up(listen->table), >=, 900);
    wire_packet_free(packet);
    listen_end(listen);
}

/* Hostile orders of one stream: falling, every other, far apart. The queue stays below its caps and
 * the time is not quadratic. */
static void test_hostile_orders(void)
{
    enum { COUNT = 100000 };
    for (unsigned way = 0; way < 3; way++) {
        g_autoptr(Wire) wire = wire_new(40000, 25, 1000, 2000);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        g_autoptr(Listen) listen = listen_new(NULL, NULL);
        listen_all(listen, wire, packets);
        WirePacket *packet = wire_packet(0, MS_TCP_ACK, 0, 2001, "0123456789", 10);
        MsSegment segment;
        MsRange place;
        wire_capture(wire, packet, &segment, &place);
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t n = way == 0 ? COUNT - i : way == 1 ? 2 * i : i * 7919u % COUNT;
            segment.seq = 1011 + n * 10;
            ms_table_push(listen->table, &segment);
            const MsPool *pool = &ms_table_context(listen->table)->pool;
            g_assert_cmpuint(pool->waiting, <=, listen->limits.value[MS_LIMIT_STREAM_REORDER]);
        }
        wire_packet_free(packet);
        listen_end(listen);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream/in-order", test_in_order);
    g_test_add_func("/stream/shuffled", test_shuffled);
    g_test_add_func("/stream/dropped", test_dropped);
    g_test_add_func("/stream/gap-evidence", test_gap_evidence);
    g_test_add_func("/stream/gap-by-ack", test_gap_by_ack);
    g_test_add_func("/stream/cross-wait", test_cross_wait);
    g_test_add_func("/stream/cross-wait-time", test_cross_wait_time);
    g_test_add_func("/stream/conflict", test_conflict);
    g_test_add_func("/stream/keep-alive", test_keep_alive);
    g_test_add_func("/stream/truncated", test_truncated);
    g_test_add_func("/stream/reuse", test_reuse);
    g_test_add_func("/stream/stragglers", test_stragglers);
    g_test_add_func("/stream/rst", test_rst);
    g_test_add_func("/stream/rst-behind-hole", test_rst_behind_hole);
    g_test_add_func("/stream/rst-inside", test_rst_inside);
    g_test_add_func("/stream/linger", test_linger);
    g_test_add_func("/stream/midstream", test_midstream);
    g_test_add_func("/stream/one-sided", test_one_sided);
    g_test_add_func("/stream/fast-open", test_fast_open);
    g_test_add_func("/stream/caps", test_caps);
    g_test_add_func("/stream/hostile-orders", test_hostile_orders);
    return g_test_run();
}
