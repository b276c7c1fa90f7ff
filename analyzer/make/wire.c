/* SPDX-License-Identifier: GPL-2.0-or-later
 * wire.c - see wire.h. A capture at the client: what it sends is seen when it is sent, what the
 * server sends when it arrives. */
#include "wire.h"

#include "../stream/segment.h"

#include <string.h>

enum {
    MOST_DATA = 1448,    /* bytes in a segment: 1500 - 20 - 32 */
    BURST = 10,          /* segments before the first acknowledgement (RFC 6928) */
    WINDOW_OPEN = 64240, /* in a SYN */
    WINDOW = 502,        /* afterwards, in units of 128 bytes */
    CLIENT_TTL = 64,
    SERVER_TTL = 57,
    ETHERNET = 14,
    IPV4 = 20
};

#define ACK_DELAY_NS                                                                               \
    (40 * G_GINT64_CONSTANT(1000000)) /* an ACK waits so long for data to ride on */
#define RESEND_NS                                                                                  \
    (200 * G_GINT64_CONSTANT(1000000)) /* the least time before a segment is repeated */

typedef struct {
    uint32_t next;     /* sequence number of what comes next */
    uint32_t heard;    /* ... of what is expected from the other side */
    uint32_t said_ack; /* `heard` as last told to the other side */
    uint32_t stamp;    /* offset of its clock, milliseconds (RFC 7323) */
    uint32_t echo;     /* the other side's clock, as last heard */
    uint16_t id;       /* of the next IP packet */
} Side;

struct MsWire {
    MsBuffer *out;
    GRand *random;
    MsWireEnds ends;
    Side side[2]; /* of the one that sends in this direction */
    int64_t now_ns;
    bool lose, swap, repeat;
};

static int64_t between(MsWire *wire, int64_t least_ns, int64_t most_ns)
{
    return (int64_t)g_rand_double_range(wire->random, (double)least_ns, (double)most_ns);
}

static void put16(MsBuffer *out, uint16_t value)
{
    ms_buffer_byte(out, (uint8_t)(value >> 8));
    ms_buffer_byte(out, (uint8_t)value);
}

static void put32(MsBuffer *out, uint32_t value)
{
    put16(out, (uint16_t)(value >> 16));
    put16(out, (uint16_t)value);
}

/* The pcap file is little-endian, whatever the machine is. */
static void put32_little(MsBuffer *out, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        ms_buffer_byte(out, (uint8_t)(value >> 8 * i));
}

static uint32_t add16(uint32_t sum, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)data[i] << 8 | data[i + 1];
    return length % 2 ? sum + ((uint32_t)data[length - 1] << 8) : sum;
}

/* The Internet checksum (RFC 1071) into two bytes that are zero now. */
static void put_checksum(uint8_t *place, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    place[0] = (uint8_t)(~sum >> 8);
    place[1] = (uint8_t)~sum;
}

static void put_options(MsWire *wire, MsDirection direction, bool syn)
{
    static const uint8_t most[] = {2, 4, 0x05, 0xb4, 4, 2}; /* 1460 bytes; SACK permitted */
    static const uint8_t scale[] = {1, 3, 3, 7};
    static const uint8_t pad[] = {1, 1};
    MsBuffer *out = wire->out;
    Side *side = &wire->side[direction];
    if (syn)
        ms_buffer_append(out, most, sizeof(most));
    else
        ms_buffer_append(out, pad, sizeof(pad));
    int64_t sent_ns = wire->now_ns;
    if (direction == MS_TO_CLIENT)
        sent_ns -= wire->ends.round_trip_ns / 2;
    uint32_t stamp = side->stamp + (uint32_t)((sent_ns - wire->ends.start_ns) / 1000000);
    put16(out, 0x080a);
    put32(out, stamp);
    put32(out, side->echo);
    wire->side[!direction].echo = stamp;
    if (syn)
        ms_buffer_append(out, scale, sizeof(scale));
}

static void put_record(MsWire *wire, size_t length)
{
    put32_little(wire->out, (uint32_t)(wire->now_ns / 1000000000));
    put32_little(wire->out, (uint32_t)(wire->now_ns % 1000000000 / 1000));
    put32_little(wire->out, (uint32_t)length);
    put32_little(wire->out, (uint32_t)length);
}

static void put_ethernet(MsWire *wire, MsDirection direction)
{
    const MsWireEnds *ends = &wire->ends;
    bool up = direction == MS_TO_SERVER;
    ms_buffer_append(wire->out, up ? ends->server_mac : ends->client_mac, 6);
    ms_buffer_append(wire->out, up ? ends->client_mac : ends->server_mac, 6);
    put16(wire->out, 0x0800);
}

static void put_ip(MsWire *wire, MsDirection direction, size_t length)
{
    const MsWireEnds *ends = &wire->ends;
    bool up = direction == MS_TO_SERVER;
    MsBuffer *out = wire->out;
    size_t start = out->length;
    put16(out, 0x4500);
    put16(out, (uint16_t)(IPV4 + length));
    put16(out, wire->side[direction].id++);
    put16(out, 0x4000); /* do not fragment */
    ms_buffer_byte(out, up ? CLIENT_TTL : SERVER_TTL);
    ms_buffer_byte(out, 6);
    put16(out, 0);
    put32(out, up ? ends->client_address : ends->server_address);
    put32(out, up ? ends->server_address : ends->client_address);
    put_checksum(out->data + start + 10, add16(0, out->data + start, IPV4));
}

/* One frame; `seq` is where its bytes stand. */
static void put_frame(MsWire *wire, MsDirection direction, uint8_t flags, uint32_t seq,
                      const uint8_t *data, size_t length)
{
    Side *side = &wire->side[direction];
    const MsWireEnds *ends = &wire->ends;
    bool up = direction == MS_TO_SERVER;
    bool syn = flags & MS_TCP_SYN;
    size_t header = syn ? 40 : 32;
    put_record(wire, ETHERNET + IPV4 + header + length);
    put_ethernet(wire, direction);
    put_ip(wire, direction, header + length);
    MsBuffer *out = wire->out;
    size_t start = out->length;
    put16(out, up ? ends->client_port : ends->server_port);
    put16(out, up ? ends->server_port : ends->client_port);
    put32(out, seq);
    put32(out, flags & MS_TCP_ACK ? side->heard : 0);
    ms_buffer_byte(out, (uint8_t)(header / 4 << 4));
    ms_buffer_byte(out, flags);
    put16(out, syn ? WINDOW_OPEN : WINDOW);
    put32(out, 0); /* checksum and urgent pointer */
    put_options(wire, direction, syn);
    ms_buffer_append(out, data, length);
    uint32_t sum = add16(0, out->data + start - 8, 8) + 6 + (uint32_t)(header + length);
    put_checksum(out->data + start + 16, add16(sum, out->data + start, header + length));
    side->said_ack = side->heard;
}

/* A frame that moves the sender on. */
static void send_frame(MsWire *wire, MsDirection direction, uint8_t flags, const uint8_t *data,
                       size_t length)
{
    Side *side = &wire->side[direction];
    put_frame(wire, direction, flags, side->next, data, length);
    side->next += (uint32_t)length + ((flags & (MS_TCP_SYN | MS_TCP_FIN)) != 0);
    wire->side[!direction].heard = side->next;
}

static void acknowledge(MsWire *wire, MsDirection direction)
{
    send_frame(wire, direction, MS_TCP_ACK, NULL, 0);
}

MsWire *ms_wire_new(MsBuffer *out, const MsWireEnds *ends, GRand *random)
{
    MsWire *wire = g_new0(MsWire, 1);
    wire->out = out;
    wire->ends = *ends;
    wire->random = random;
    wire->now_ns = ends->start_ns;
    for (unsigned i = 0; i < 2; i++) {
        wire->side[i].next = g_rand_int(random);
        wire->side[i].stamp = g_rand_int(random);
        wire->side[i].id = (uint16_t)g_rand_int(random);
    }
    put32_little(out, 0xa1b2c3d4);
    put32_little(out, 4 << 16 | 2);
    put32_little(out, 0);
    put32_little(out, 0);
    put32_little(out, 262144);
    put32_little(out, 1);
    return wire;
}

void ms_wire_free(MsWire *wire)
{
    g_free(wire);
}

void ms_wire_open(MsWire *wire)
{
    send_frame(wire, MS_TO_SERVER, MS_TCP_SYN, NULL, 0);
    wire->now_ns += wire->ends.round_trip_ns;
    send_frame(wire, MS_TO_CLIENT, MS_TCP_SYN | MS_TCP_ACK, NULL, 0);
    wire->now_ns += between(wire, 20000, 60000);
    acknowledge(wire, MS_TO_SERVER);
}

void ms_wire_wait(MsWire *wire, int64_t time_ns)
{
    Side *client = &wire->side[MS_TO_SERVER];
    if (time_ns > ACK_DELAY_NS && client->said_ack != client->heard) {
        wire->now_ns += ACK_DELAY_NS;
        time_ns -= ACK_DELAY_NS;
        acknowledge(wire, MS_TO_SERVER);
    }
    Side *server = &wire->side[MS_TO_CLIENT];
    int64_t late_ns = ACK_DELAY_NS + wire->ends.round_trip_ns;
    if (time_ns > late_ns && server->said_ack != server->heard) {
        wire->now_ns += late_ns;
        time_ns -= late_ns;
        acknowledge(wire, MS_TO_CLIENT);
    }
    wire->now_ns += time_ns;
}

/* A segment that is seen, but never arrives, and the same once more. */
static void lose(MsWire *wire, const uint8_t *data, size_t length)
{
    put_frame(wire, MS_TO_SERVER, MS_TCP_ACK | MS_TCP_PSH, wire->side[MS_TO_SERVER].next, data,
              length);
    wire->now_ns += RESEND_NS + 2 * wire->ends.round_trip_ns;
    wire->lose = false;
}

/* Two segments of the server in the wrong order. What the client acknowledges meanwhile is what it
 * had before. */
static void swap(MsWire *wire, const uint8_t *data, size_t length)
{
    Side *server = &wire->side[MS_TO_CLIENT];
    Side *client = &wire->side[MS_TO_SERVER];
    size_t half = length / 2;
    uint16_t id = server->id;
    server->id = (uint16_t)(id + 1);
    put_frame(wire, MS_TO_CLIENT, MS_TCP_ACK | MS_TCP_PSH, server->next + (uint32_t)half,
              data + half, length - half);
    wire->now_ns += between(wire, 20000, 60000);
    put_frame(wire, MS_TO_SERVER, MS_TCP_ACK, client->next, NULL, 0);
    wire->now_ns += between(wire, 100000, 900000);
    server->id = id;
    put_frame(wire, MS_TO_CLIENT, MS_TCP_ACK, server->next, data, half);
    server->id = (uint16_t)(id + 2);
    server->next += (uint32_t)length;
    client->heard = server->next;
    wire->swap = false;
}

/* The last segment of the server once more; the client acknowledges it again. */
static void repeat(MsWire *wire, const uint8_t *data, size_t length)
{
    wire->now_ns += between(wire, 20000, 60000);
    acknowledge(wire, MS_TO_SERVER);
    wire->now_ns += RESEND_NS + 2 * wire->ends.round_trip_ns;
    put_frame(wire, MS_TO_CLIENT, MS_TCP_ACK | MS_TCP_PSH,
              wire->side[MS_TO_CLIENT].next - (uint32_t)length, data, length);
    wire->now_ns += between(wire, 20000, 60000);
    acknowledge(wire, MS_TO_SERVER);
    wire->repeat = false;
}

/* The other side acknowledges every second segment of those sent at once. */
static void answer_burst(MsWire *wire, MsDirection direction, uint32_t first, size_t segments)
{
    Side *listener = &wire->side[!direction];
    uint32_t heard = listener->heard;
    if (segments < 2)
        return;
    wire->now_ns += direction == MS_TO_SERVER ? wire->ends.round_trip_ns : 0;
    for (size_t i = 2; i <= segments; i += 2) {
        uint32_t upto = first + (uint32_t)(i * MOST_DATA);
        listener->heard = (int32_t)(upto - heard) > 0 ? heard : upto;
        wire->now_ns += between(wire, 5000, 30000);
        acknowledge(wire, !direction);
    }
    listener->heard = heard;
}

void ms_wire_say(MsWire *wire, MsDirection direction, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    bool up = direction == MS_TO_SERVER;
    Side *side = &wire->side[direction];
    int64_t think_ns = up ? between(wire, 150000, 900000)
                          : wire->ends.round_trip_ns + between(wire, 200000, 6000000);
    ms_wire_wait(wire, think_ns);
    while (length > 0) {
        uint32_t first = side->next;
        size_t sent = 0;
        for (; length > 0 && sent < BURST; sent++) {
            size_t part = MIN(length, MOST_DATA);
            uint8_t push = part == length ? MS_TCP_PSH : 0;
            if (up && wire->lose)
                lose(wire, bytes, part);
            if (!up && wire->swap && part > 1)
                swap(wire, bytes, part);
            else
                send_frame(wire, direction, MS_TCP_ACK | push, bytes, part);
            if (!up && wire->repeat && part == length)
                repeat(wire, bytes, part);
            bytes += part;
            length -= part;
            wire->now_ns += between(wire, 4000, 15000);
        }
        answer_burst(wire, direction, first, sent);
    }
}

void ms_wire_lose(MsWire *wire)
{
    wire->lose = true;
}

void ms_wire_swap(MsWire *wire)
{
    wire->swap = true;
}

void ms_wire_repeat(MsWire *wire)
{
    wire->repeat = true;
}

void ms_wire_reset(MsWire *wire)
{
    wire->now_ns += between(wire, 50000, 200000);
    send_frame(wire, MS_TO_SERVER, MS_TCP_RST | MS_TCP_ACK, NULL, 0);
}

void ms_wire_close(MsWire *wire, MsDirection first)
{
    bool up = first == MS_TO_SERVER;
    wire->now_ns += up ? between(wire, 50000, 200000) : between(wire, 20000, 80000);
    send_frame(wire, first, MS_TCP_FIN | MS_TCP_ACK, NULL, 0);
    wire->now_ns += up ? wire->ends.round_trip_ns : between(wire, 20000, 60000);
    if (!up) { /* the client still reads before it closes */
        acknowledge(wire, MS_TO_SERVER);
        wire->now_ns += between(wire, 50000, 400000);
    }
    send_frame(wire, !first, MS_TCP_FIN | MS_TCP_ACK, NULL, 0);
    wire->now_ns += up ? between(wire, 20000, 60000) : wire->ends.round_trip_ns;
    acknowledge(wire, first);
}

int64_t ms_wire_now(const MsWire *wire)
{
    return wire->now_ns;
}
