/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-ip.c - IP lengths: padding, offload, snapshot cuts, lies; options and extension headers. */
#include "bytescheck.h"
#include "capture/packet.h"
#include "packetwriter.h"

typedef struct {
    MsLimits limits;
    MsPacketDecoder *decoder;
    MsBuffer packet; /* begins with the IP header */
    MsSegment segment;
} Fixture;

static void begin(Fixture *f, bool ipv6)
{
    *f = (Fixture){.limits = {{0}}};
    ms_limits_default(&f->limits);
    f->decoder = ms_packet_decoder_new(&f->limits);
    TestTcp tcp = {.ipv6 = ipv6, .src_port = 1, .dst_port = 25, .payload = "QUIT\r\n", .length = 6};
    test_tcp_packet(&f->packet, &tcp);
}

static void end(Fixture *f)
{
    ms_packet_decoder_free(f->decoder);
    ms_buffer_clear(&f->packet);
}

/* `length` bytes of the packet were captured, `wire_length` sent. */
static bool decode(Fixture *f, size_t length, size_t wire_length)
{
    g_autofree uint8_t *copy = g_memdup2(f->packet.data, length);
    MsFrame frame = {.number = 1,
                     .link_type = 101,
                     .data = copy,
                     .length = (uint32_t)length,
                     .wire_length = (uint32_t)wire_length};
    bool given = ms_packet_decode(f->decoder, &frame, 0, &f->segment);
    if (given) /* stays valid when the copy is gone */
        f->segment.payload = f->packet.data + (f->segment.payload - copy);
    return given;
}

static const uint64_t *cut(const Fixture *f)
{
    return &ms_packet_counts(f->decoder)->cut;
}

static void test_padding(void)
{
    for (int i = 0; i < 2; i++) {
        Fixture f;
        begin(&f, i == 1);
        size_t length = f.packet.length;
        ms_buffer_text(&f.packet, "RSET\r\n");
        g_assert_true(decode(&f, f.packet.length, f.packet.length));
        assert_bytes(f.segment.payload, f.segment.payload_length, "QUIT\r\n", 6);
        g_assert_cmpuint(f.segment.wire_length, ==, 6);
        g_assert_true(decode(&f, length, length));
        end(&f);
    }
}

/* IP length 0 stands for a length not known yet: then the frame's counts. */
static void test_offload(void)
{
    for (int i = 0; i < 2; i++) {
        Fixture f;
        begin(&f, i == 1);
        f.packet.data[i == 1 ? 5 : 3] = 0;
        g_assert_true(decode(&f, f.packet.length, f.packet.length));
        assert_bytes(f.segment.payload, f.segment.payload_length, "QUIT\r\n", 6);
        g_assert_true(decode(&f, f.packet.length - 2, f.packet.length + 1000));
        g_assert_cmpuint(f.segment.payload_length, ==, 4);
        g_assert_cmpuint(f.segment.wire_length, ==, 1006);
        end(&f);
    }
}

/* Cut by the snapshot length anywhere: header whole or none, and the lost bytes are known. */
static void test_snapped(void)
{
    for (int i = 0; i < 2; i++) {
        Fixture f;
        begin(&f, i == 1);
        size_t header = i == 1 ? 60 : 40;
        for (size_t length = 0; length < f.packet.length; length++) {
            g_assert_true(decode(&f, length, f.packet.length) == (length >= header));
            if (length < header)
                continue;
            g_assert_cmpuint(f.segment.payload_length, ==, length - header);
            g_assert_cmpuint(f.segment.wire_length, ==, 6);
            g_assert_cmpuint(f.segment.n_places, ==, length > header ? 1 : 0);
        }
        g_assert_cmpuint(*cut(&f), ==, header);
        end(&f);
    }
}

/* An IP length beyond the frame: what is there is given, the rest is missing. */
static void test_long_length(void)
{
    Fixture f;
    begin(&f, false);
    f.packet.data[2] = 1; /* 256 more */
    g_assert_true(decode(&f, f.packet.length, f.packet.length));
    g_assert_cmpuint(f.segment.payload_length, ==, 6);
    g_assert_cmpuint(f.segment.wire_length, ==, 262);
    end(&f);
}

/* Options of IPv4 and TCP; header lengths that cannot be. */
static void test_header_lengths(void)
{
    static const struct {
        uint8_t ip, tcp; /* words */
        bool good;
    } rows[] = {{5, 5, true},  {6, 5, true},  {6, 6, true},  {5, 15, true}, {15, 15, true},
                {4, 5, false}, {0, 5, false}, {5, 4, false}, {5, 0, false}, {6, 4, false}};
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        Fixture f;
        begin(&f, false);
        MsBuffer packet = {0};
        uint8_t options[40] = {0};
        size_t ip_options = rows[i].ip > 5 ? (rows[i].ip - 5u) * 4 : 0;
        size_t tcp_options = rows[i].tcp > 5 ? (rows[i].tcp - 5u) * 4 : 0;
        ms_buffer_append(&packet, f.packet.data, 20);
        ms_buffer_append(&packet, options, ip_options);
        ms_buffer_append(&packet, f.packet.data + 20, 20);
        ms_buffer_append(&packet, options, tcp_options);
        ms_buffer_append(&packet, f.packet.data + 40, 6);
        packet.data[0] = 0x40 | rows[i].ip;
        packet.data[3] = (uint8_t)packet.length;
        packet.data[20 + ip_options + 12] = (uint8_t)(rows[i].tcp << 4);
        ms_buffer_clear(&f.packet);
        f.packet = packet;
        g_assert_true(decode(&f, packet.length, packet.length) == rows[i].good);
        g_assert_cmpuint(*cut(&f), ==, rows[i].good ? 0 : 1);
        if (rows[i].good)
            assert_bytes(f.segment.payload, f.segment.payload_length, "QUIT\r\n", 6);
        /* Options cut: the segment is known, its bytes are missing. */
        if (rows[i].good && tcp_options > 0) {
            g_assert_true(decode(&f, 20 + ip_options + 20, packet.length));
            g_assert_cmpuint(f.segment.payload_length, ==, 0);
            g_assert_cmpuint(f.segment.wire_length, ==, 6);
        }
        end(&f);
    }
    g_assert_cmpuint(checked, ==, 10);
}

/* Extension headers in a row, a fragment header that is alone among them (RFC 6946). */
static void test_extensions(void)
{
    static const char *const rows[] = {"6+dest", "6+routing 6+hop", "6+ah",
                                       "6+dest 6+ah 6+dest 6+routing 6+hop"};
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        Fixture f;
        begin(&f, true);
        g_assert_true(test_wrap(&f.packet, rows[i]));
        g_assert_cmpuint(f.packet.length, >, 66);
        g_assert_true(decode(&f, f.packet.length, f.packet.length));
        assert_bytes(f.segment.payload, f.segment.payload_length, "QUIT\r\n", 6);
        g_assert_cmpuint(f.segment.ip_offset, ==, 0);
        g_assert_cmpuint(f.segment.tcp_offset, ==, f.packet.length - 26);
        for (size_t length = 0; length < f.packet.length - 6; length++)
            g_assert_false(decode(&f, length, f.packet.length));
        end(&f);
    }
    g_assert_cmpuint(checked, ==, 4);

    Fixture f;
    begin(&f, true);
    MsBuffer whole = {0};
    test_fragment(&whole, &f.packet, 7, 0, 26);
    ms_buffer_clear(&f.packet);
    f.packet = whole;
    g_assert_true(decode(&f, whole.length, whole.length));
    g_assert_cmpuint(f.segment.tcp_offset, ==, 48);
    end(&f);
}

/* ICMP that quotes a TCP segment is none. */
static void test_quoted(void)
{
    Fixture f;
    begin(&f, false);
    MsBuffer error = {0};
    ms_buffer_append(&error, f.packet.data, 20);
    error.data[9] = 1;
    error.data[3] = (uint8_t)(28 + f.packet.length);
    ms_buffer_append(&error, "\3\1\0\0\0\0\0\0", 8);
    ms_buffer_append(&error, f.packet.data, f.packet.length);
    ms_buffer_clear(&f.packet);
    f.packet = error;
    g_assert_false(decode(&f, error.length, error.length));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->not_tcp, ==, 1);
    end(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ip/padding", test_padding);
    g_test_add_func("/ip/offload", test_offload);
    g_test_add_func("/ip/snapped", test_snapped);
    g_test_add_func("/ip/long-length", test_long_length);
    g_test_add_func("/ip/header-lengths", test_header_lengths);
    g_test_add_func("/ip/extensions", test_extensions);
    g_test_add_func("/ip/quoted", test_quoted);
    return g_test_run();
}
