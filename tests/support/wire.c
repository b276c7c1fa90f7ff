/* SPDX-License-Identifier: GPL-2.0-or-later
 * wire.c - segments for tests. Addresses are 192.0.2.1 (client) and 198.51.100.2 (server). */
#include "wire.h"

#include <string.h>

Wire *wire_new(uint16_t client_port, uint16_t server_port, uint32_t client_isn, uint32_t server_isn)
{
    Wire *wire = g_new0(Wire, 1);
    wire->port[0] = client_port;
    wire->port[1] = server_port;
    wire->isn[0] = wire->next[0] = client_isn;
    wire->isn[1] = wire->next[1] = server_isn;
    wire->said[0] = g_byte_array_new();
    wire->said[1] = g_byte_array_new();
    wire->frames = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    wire->time_ns = 1000000000;
    return wire;
}

void wire_free(Wire *wire)
{
    if (!wire)
        return;
    g_byte_array_unref(wire->said[0]);
    g_byte_array_unref(wire->said[1]);
    g_ptr_array_unref(wire->frames);
    g_free(wire);
}

WirePacket *wire_packet(unsigned side, uint8_t flags, uint32_t seq, uint32_t ack, const void *data,
                        size_t length)
{
    WirePacket *packet = g_new0(WirePacket, 1);
    packet->side = side;
    packet->flags = flags;
    packet->seq = seq;
    packet->ack = ack;
    packet->data = g_memdup2(data, length);
    packet->length = packet->wire_length = (uint32_t)length;
    return packet;
}

void wire_packet_free(void *data)
{
    WirePacket *packet = data;
    g_free(packet->data);
    g_free(packet);
}

GPtrArray *wire_packets(void)
{
    return g_ptr_array_new_with_free_func(wire_packet_free);
}

void wire_handshake(Wire *wire, GPtrArray *packets)
{
    g_ptr_array_add(packets, wire_packet(0, MS_TCP_SYN, wire->next[0]++, 0, NULL, 0));
    g_ptr_array_add(
        packets, wire_packet(1, MS_TCP_SYN | MS_TCP_ACK, wire->next[1]++, wire->next[0], NULL, 0));
    g_ptr_array_add(packets, wire_packet(0, MS_TCP_ACK, wire->next[0], wire->next[1], NULL, 0));
}

void wire_say(Wire *wire, GPtrArray *packets, unsigned side, const void *data, size_t length,
              size_t most, bool acks)
{
    const uint8_t *from = data;
    g_byte_array_append(wire->said[side], from, (guint)length);
    while (length > 0) {
        size_t part = MIN(length, most);
        g_ptr_array_add(packets, wire_packet(side, MS_TCP_ACK | MS_TCP_PSH, wire->next[side],
                                             wire->next[!side], from, part));
        wire->next[side] += (uint32_t)part;
        if (acks)
            g_ptr_array_add(packets, wire_packet(!side, MS_TCP_ACK, wire->next[!side],
                                                 wire->next[side], NULL, 0));
        from += part;
        length -= part;
    }
}

void wire_text(Wire *wire, GPtrArray *packets, unsigned side, const char *text)
{
    wire_say(wire, packets, side, text, strlen(text), 1460, false);
}

void wire_fin(Wire *wire, GPtrArray *packets, unsigned side)
{
    g_ptr_array_add(packets, wire_packet(side, MS_TCP_ACK | MS_TCP_FIN, wire->next[side]++,
                                         wire->next[!side], NULL, 0));
    g_ptr_array_add(packets,
                    wire_packet(!side, MS_TCP_ACK, wire->next[!side], wire->next[side], NULL, 0));
}

void wire_capture(Wire *wire, const WirePacket *packet, MsSegment *segment, MsRange *place)
{
    static const uint8_t addresses[2][16] = {
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 2}};
    g_ptr_array_add(wire->frames, g_bytes_new(packet->data, packet->length));
    wire->time_ns += 1000000;
    *place =
        (MsRange){.frame = wire->frames->len, .offset = WIRE_PAYLOAD_AT, .length = packet->length};
    *segment = (MsSegment){.src_port = wire->port[packet->side],
                           .dst_port = wire->port[!packet->side],
                           .seq = packet->seq,
                           .ack = packet->ack,
                           .flags = packet->flags,
                           .window = 65535,
                           .frame = wire->frames->len,
                           .header_frame = wire->frames->len,
                           .time_ns = wire->time_ns,
                           .ip_offset = WIRE_IP_AT,
                           .tcp_offset = WIRE_TCP_AT,
                           .payload = packet->data,
                           .payload_length = packet->length,
                           .wire_length = packet->wire_length,
                           .places = place,
                           .n_places = packet->length > 0};
    memcpy(segment->src, addresses[packet->side], 16);
    memcpy(segment->dst, addresses[!packet->side], 16);
}

int wire_byte(const Wire *wire, uint32_t frame, uint32_t offset)
{
    if (frame == 0 || frame > wire->frames->len || offset < WIRE_PAYLOAD_AT)
        return -1;
    size_t length;
    const uint8_t *data = g_bytes_get_data(wire->frames->pdata[frame - 1], &length);
    offset -= WIRE_PAYLOAD_AT;
    return offset < length ? data[offset] : -1;
}

bool wire_covers(const Wire *wire, const MsRange *ranges, size_t n_ranges, const void *data,
                 size_t length)
{
    const uint8_t *at = data;
    for (size_t i = 0; i < n_ranges; i++) {
        for (uint32_t k = 0; k < ranges[i].length; k++) {
            if (length == 0 || wire_byte(wire, ranges[i].frame, ranges[i].offset + k) != *at)
                return false;
            at++;
            length--;
        }
    }
    return length == 0;
}
