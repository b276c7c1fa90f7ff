/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-link.c - the same segment in every link type and tunnel (link.c, wlan.c, ppp.c, tunnel.c):
 * same addresses, same payload, and the ranges point at the very bytes. */
#include "bytescheck.h"
#include "capture/packet.h"
#include "packetwriter.h"

#include <string.h>

static const char text[] = "MAIL FROM:<a@b.example>\r\n";

static void check_segment(const char *name, const MsFrame *frame, const MsSegment *segment,
                          bool ipv6)
{
    g_test_message("%s, IPv%d", name, ipv6 ? 6 : 4);
    g_assert_cmpuint(segment->src_port, ==, 40001);
    g_assert_cmpuint(segment->dst_port, ==, 25);
    g_assert_cmpuint(segment->seq, ==, 0xfffffff0);
    g_assert_cmpuint(segment->ack, ==, 7);
    g_assert_cmpuint(segment->flags, ==, MS_TCP_ACK | MS_TCP_PSH);
    g_assert_cmpuint(segment->dst[15], ==, 25);
    g_assert_cmpuint(segment->dst[0], ==, ipv6 ? 0x20 : 0);
    assert_bytes(segment->payload, segment->payload_length, text, strlen(text));
    g_assert_cmpuint(segment->wire_length, ==, strlen(text));
    g_assert_cmpuint(segment->n_places, ==, 1);
    const MsRange *place = segment->places;
    g_assert_cmpuint(place->frame, ==, 9);
    g_assert_cmpuint(place->file, ==, 3);
    assert_bytes(frame->data + place->offset, place->length, text, strlen(text));
    g_assert_cmpuint(segment->header_frame, ==, 9);
    g_assert_cmpuint(frame->data[segment->ip_offset] >> 4, ==, ipv6 ? 6 : 4);
    assert_bytes(frame->data + segment->tcp_offset, 2, "\x9c\x41", 2);
    g_assert_cmpuint(segment->tcp_offset + 20, ==, place->offset);
}

static void make(MsBuffer *packet, bool ipv6)
{
    TestTcp tcp = {.ipv6 = ipv6,
                   .src_port = 40001,
                   .dst_port = 25,
                   .seq = 0xfffffff0,
                   .ack = 7,
                   .flags = MS_TCP_ACK | MS_TCP_PSH,
                   .payload = text,
                   .length = strlen(text)};
    test_tcp_packet(packet, &tcp);
}

static MsFrame frame_of(const MsBuffer *packet, int link_type)
{
    return (MsFrame){.number = 9,
                     .link_type = link_type,
                     .data = packet->data,
                     .length = (uint32_t)packet->length,
                     .wire_length = (uint32_t)packet->length};
}

/* Every cut of a frame must be taken without reading behind it (the sanitizer watches), and never
 * give a byte that is not there. */
static void check_cuts(MsPacketDecoder *decoder, const MsFrame *whole)
{
    for (uint32_t length = 0; length < whole->length; length++) {
        MsFrame frame = *whole;
        g_autofree uint8_t *copy = g_memdup2(whole->data, length);
        frame.data = copy;
        frame.length = length;
        MsSegment segment;
        if (ms_packet_decode(decoder, &frame, 0, &segment)) {
            g_assert_cmpuint(segment.payload_length, <=, segment.wire_length);
            if (segment.n_places > 0)
                g_assert_cmpuint(segment.places[0].offset + segment.places[0].length, <=, length);
        }
    }
}

static void check_one(const TestEncapsulation *encapsulation, bool ipv6)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(&limits);
    MsBuffer packet = {0};
    make(&packet, ipv6);
    g_assert_true(test_wrap(&packet, encapsulation->layers));
    ms_buffer_append(&packet, "\x51\x55\x49\x54\x0d\x0a", 6); /* padding; behind it is no mail */
    MsFrame frame = frame_of(&packet, encapsulation->link_type);
    MsSegment segment;
    g_test_message("%s", encapsulation->name);
    g_assert_true(ms_packet_decode(decoder, &frame, 3, &segment));
    check_segment(encapsulation->name, &frame, &segment, ipv6);
    g_assert_cmpint(ms_segment_checksum(&segment), ==, MS_CHECKSUM_RIGHT);
    g_assert_cmpuint(ms_packet_counts(decoder)->segments, ==, 1);
    check_cuts(decoder, &frame);
    ms_buffer_clear(&packet);
}

static void test_encapsulation(void)
{
    size_t checked = 0;
    for (size_t i = 0; i < test_n_encapsulations; i++) {
        check_one(&test_encapsulations[i], false);
        check_one(&test_encapsulations[i], true);
        checked += 2;
    }
    check_one(&(TestEncapsulation){"Teredo", 1, "teredo udp ip4 eth"}, true);
    check_one(&(TestEncapsulation){"Teredo, signed", 1, "teredo-auth udp ip4 eth"}, true);
    check_one(&(TestEncapsulation){"WCCP 1", 1, "wccp1 ip4 eth"}, false);
    g_assert_cmpuint(checked, ==, 182);
}

/* Frames that carry no TCP, or not in a way that can be read: what they are counted as. */
static const struct {
    const char *name;
    int link_type;
    const char *bytes;
    size_t length;
    size_t count; /* offset in MsPacketCounts */
} others[] = {
#define ROW(name, link, bytes, count)                                                              \
    {                                                                                              \
        name, link, bytes, sizeof(bytes) - 1, offsetof(MsPacketCounts, count)                      \
    }
    ROW("ARP", 1, "aaaaaabbbbbb\x08\x06\0\1\x08\0\6\4", not_tcp),
    ROW("Ethernet cut", 1, "aaaaaabbbbbb\x08", cut),
    ROW("spanning tree", 1, "aaaaaabbbbbb\0\x26\x42\x42\3", not_tcp),
    ROW("802.11 beacon", 105, "\x80\0\0\0aaaaaabbbbbbcccccc\0\0", not_tcp),
    ROW("802.11 acknowledgement", 105, "\xd4\0\0\0aaaaaa", not_tcp),
    ROW("802.11 null data", 105, "\x48\1\0\0aaaaaabbbbbbcccccc\0\0", not_tcp),
    ROW("802.11 encrypted", 105, "\x08\x41\0\0aaaaaabbbbbbcccccc\0\0secret", not_tcp),
    ROW("802.11 fragment", 105, "\x08\5\0\0aaaaaabbbbbbcccccc\0\0\xaa\xaa\3", fragments),
    ROW("PPP LCP", 9, "\xff\3\xc0\x21\1\1\0\4", not_tcp),
    ROW("PPPoE discovery", 1, "aaaaaabbbbbb\x88\x64\x11\x09\0\0\0\0", not_tcp),
    ROW("LOOP, AppleTalk", 108, "\0\0\0\x10...", not_tcp),
    ROW("netlink", 113, "\0\4\3\x38\0\0\0\0\0\0\0\0\0\0\0\0....", not_tcp),
    ROW("NFLOG without packet", 239, "\2\0\0\0\5\0\x0a\0\0\0\0\0", not_tcp),
    ROW("NFLOG, length 0", 239, "\2\0\0\0\0\0\x0a\0", cut),
    ROW("raw, version 5", 101, "\x50..................................", not_tcp),
    ROW("IPv4 header too short", 101, "\x44..................................", cut),
    ROW("GRE with source route", 101,
        "\x45\0\0\x1c\0\0\0\0\x40\x2f\0\0abcdefgh\x40\0\x08\0\0\0\0\0", not_tcp),
    ROW("PPTP acknowledgement", 101,
        "\x45\0\0\x20\0\0\0\0\x40\x2f\0\0abcdefgh\x20\x81\x88\x0b\0\0\0\1\0\0\0\1", not_tcp),
    ROW("UDP", 101, "\x45\0\0\x1c\0\0\0\0\x40\x11\0\0abcdefgh\1\2\3\4\0\x08\0\0", not_tcp),
    ROW("VXLAN without its bit", 101,
        "\x45\0\0\x24\0\0\0\0\x40\x11\0\0abcdefgh\1\2\x12\xb5\0\x10\0\0\0\0\0\0\0\0\0\0", not_tcp),
    ROW("GPE with NSH", 101,
        "\x45\0\0\x24\0\0\0\0\x40\x11\0\0abcdefgh\1\2\x12\xb6\0\x10\0\0\x0c\0\0\4\0\0\0\0",
        not_tcp),
    ROW("L2TP control", 101,
        "\x45\0\0\x24\0\0\0\0\x40\x11\0\0abcdefgh\6\xa5\6\xa5\0\x10\0\0\xc8\2\0\x0c\0\0\0\0",
        not_tcp),
    ROW("GTP echo", 101,
        "\x45\0\0\x24\0\0\0\0\x40\x11\0\0abcdefgh\x08\x68\x08\x68\0\x10\0\0\x32\1\0\4\0\0\0\0",
        not_tcp),
    ROW("TZSP keep-alive", 101,
        "\x45\0\0\x20\0\0\0\0\x40\x11\0\0abcdefgh\x90\x90\x90\x90\0\x0c\0\0\1\4\0\0", not_tcp),
    ROW("token ring, no LLC", 6, "\x10\0aaaaaabbbbbbcccc", not_tcp),
    ROW("frame relay, other protocol", 107, "\x18\x41\3\xb0....", not_tcp),
    ROW("multilink fragment", 9, "\xff\3\0\x3d\x80\0\0\1\0\x21\x45", fragments),
    ROW("MPLS associated channel", 219, "\0\1\1\xff\x10\0\0\x21....", not_tcp),
    ROW("AVS too short", 163, "\x80\x21\x10\1\0\0\0\4", cut),
    ROW("radiotap too short", 127, "\0\0\4\0\0\0\0\0", cut),
#undef ROW
};

static void test_others(void)
{
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++, checked++) {
        MsLimits limits;
        ms_limits_default(&limits);
        g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(&limits);
        MsFrame frame = {.number = 1,
                         .link_type = others[i].link_type,
                         .data = (const uint8_t *)others[i].bytes,
                         .length = (uint32_t)others[i].length,
                         .wire_length = (uint32_t)others[i].length};
        MsSegment segment;
        g_test_message("%s", others[i].name);
        g_assert_false(ms_packet_decode(decoder, &frame, 0, &segment));
        uint64_t count;
        memcpy(&count, (const uint8_t *)ms_packet_counts(decoder) + others[i].count, sizeof count);
        g_assert_cmpuint(count, ==, 1);
        g_assert_cmpuint(ms_packet_counts(decoder)->frames, ==, 1);
    }
    g_assert_cmpuint(checked, ==, 30);
}

static void test_unsupported(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(&limits);
    MsSegment segment;
    for (int i = 0; i < 300; i++) {
        MsFrame frame = {.link_type = i % 3 == 0 ? 147 : 1000 + i};
        g_assert_false(ms_packet_decode(decoder, &frame, 0, &segment));
    }
    size_t count;
    const MsUnsupportedLink *unsupported = ms_packet_unsupported(decoder, &count);
    g_assert_cmpuint(count, ==, 64);
    g_assert_cmpint(unsupported[0].link_type, ==, 147);
    g_assert_cmpuint(unsupported[0].frames, ==, 100);
    uint64_t frames = 0;
    for (size_t i = 0; i < count; i++)
        frames += unsupported[i].frames;
    g_assert_cmpuint(frames, ==, 300);
}

/* Headers without end: the walk gives up at the limit, and says so. */
static void test_too_deep(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    uint64_t most = limits.value[MS_LIMIT_TUNNEL_DEPTH];
    g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(&limits);
    for (uint64_t tags = most - 4; tags < most + 4; tags++) {
        MsBuffer packet = {0};
        g_autoptr(GString) layers = g_string_new(NULL);
        for (uint64_t i = 0; i < tags; i++)
            g_string_append(layers, "vlan ");
        g_string_append(layers, "eth");
        make(&packet, false);
        g_assert_true(test_wrap(&packet, layers->str));
        MsFrame frame = frame_of(&packet, 1);
        MsSegment segment; /* the link, Ethernet, IPv4 and TCP count too */
        g_assert_true(ms_packet_decode(decoder, &frame, 0, &segment) == (tags + 4 <= most));
        ms_buffer_clear(&packet);
    }
    g_assert_cmpuint(ms_packet_counts(decoder)->too_deep, ==, 7);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link/encapsulations", test_encapsulation);
    g_test_add_func("/link/others", test_others);
    g_test_add_func("/link/unsupported", test_unsupported);
    g_test_add_func("/link/too-deep", test_too_deep);
    return g_test_run();
}
