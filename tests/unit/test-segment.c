/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-segment.c - the TCP checksum: every bit of header, payload and addresses counts. */
#include "capture/packet.h"
#include "packetwriter.h"

static bool decode(MsPacketDecoder *decoder, const MsBuffer *packet, size_t length,
                   MsSegment *segment)
{
    MsFrame frame = {.number = 1,
                     .link_type = 101,
                     .data = packet->data,
                     .length = (uint32_t)length,
                     .wire_length = (uint32_t)packet->length};
    return ms_packet_decode(decoder, &frame, 0, segment);
}

static void test_bad_checksum(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(&limits);
    for (int i = 0; i < 4; i++) {
        MsSegment segment;
        MsBuffer packet = {0};
        bool ipv6 = i % 2 == 1;
        TestTcp tcp = {.ipv6 = ipv6, .src_port = 1, .dst_port = 25, .payload = "QUIT\r\n"};
        tcp.length = i < 2 ? 6 : 5; /* an odd length, too */
        test_tcp_packet(&packet, &tcp);
        g_assert_true(decode(decoder, &packet, packet.length, &segment));
        g_assert_cmpint(ms_segment_checksum(&segment), ==, MS_CHECKSUM_RIGHT);
        size_t checked = 0, data_offset = (ipv6 ? 40 : 20) + 12;
        for (size_t at = ipv6 ? 8 : 12; at < packet.length; at++) {
            if (at == data_offset)
                continue; /* then it is not the same segment any more */
            packet.data[at] ^= 0x10;
            g_assert_true(decode(decoder, &packet, packet.length, &segment));
            g_assert_cmpint(ms_segment_checksum(&segment), ==, MS_CHECKSUM_WRONG);
            g_assert_true(decode(decoder, &packet, packet.length - 1, &segment));
            g_assert_cmpint(ms_segment_checksum(&segment), ==,
                            MS_CHECKSUM_UNKNOWN); /* cut: nobody can tell */
            packet.data[at] ^= 0x10;
            checked++;
        }
        g_assert_cmpuint(checked, ==, (ipv6 ? 32u : 8u) + 19 + tcp.length);
        ms_buffer_clear(&packet);
    }
    g_assert_cmpint(ms_segment_checksum(&(MsSegment){0}), ==,
                    MS_CHECKSUM_UNKNOWN); /* no header at hand */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/segment/checksum", test_bad_checksum);
    return g_test_run();
}
