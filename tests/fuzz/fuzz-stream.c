/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-stream.c - segments of two known streams in any order, number and cut: what is handed on is
 * what was said, outside of gaps, and each byte leads to its frame (support/listen.c asserts it).
 * Input: both initial sequence numbers (4 bytes each), then 7 bytes a segment: side and flags,
 * offset (2), length, bytes cut off, acknowledged offset (2). */
#include "fuzz.h"
#include "listen.h"

#include <string.h>

enum { SAID = 4096, MOST_SEGMENTS = 2000 };

static uint32_t number(const uint8_t *data, size_t length)
{
    uint32_t value = 0;
    for (size_t i = 0; i < length; i++)
        value = value << 8 | data[i];
    return value;
}

static WirePacket *segment_of(const Wire *wire, const uint8_t *data)
{
    unsigned side = data[0] & 1;
    uint32_t offset = number(data + 1, 2) % (SAID + 1);
    uint32_t length = MIN(data[3], SAID - offset);
    uint32_t ack = number(data + 5, 2) % (SAID + 2);
    bool fin = offset + length == SAID && (data[0] & 2);
    WirePacket *packet =
        wire_packet(side, (uint8_t)((data[0] & 4 ? 0 : MS_TCP_ACK) | (fin ? MS_TCP_FIN : 0)),
                    wire->isn[side] + 1 + offset, wire->isn[!side] + 1 + ack,
                    wire->said[side]->data + offset, length);
    packet->length -= MIN(packet->length, data[4] & 0x80 ? data[4] & 0x7f : 0u);
    return packet;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 8)
        return 0;
    g_autoptr(Wire) wire = wire_new(40000, 25, number(data, 4), number(data + 4, 4));
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(wire, packets);
    for (unsigned side = 0; side < 2; side++) {
        uint8_t text[SAID];
        for (uint32_t i = 0; i < SAID; i++)
            text[i] = (uint8_t)((i * 2654435761u) >> 13 ^ side);
        g_byte_array_append(wire->said[side], text, SAID);
    }
    g_autoptr(GRand) rand = g_rand_new_with_seed(number(data, 4));
    g_autoptr(Listen) listen = listen_new(wire, rand);
    listen->limits.value[MS_LIMIT_STREAM_ISLANDS] = 40; /* within reach */
    listen_all(listen, wire, packets);
    data += 8;
    size -= 8;
    for (unsigned i = 0; size >= 7 && i < MOST_SEGMENTS; i++, data += 7, size -= 7) {
        WirePacket *packet = segment_of(wire, data);
        listen_push(listen, wire, packet);
        wire_packet_free(packet);
    }
    listen_end(listen);
    g_assert_cmpuint(listen->conflicts, ==, 0);
    g_assert_cmpuint(listen->streams, ==, 1);
    return 0;
}
