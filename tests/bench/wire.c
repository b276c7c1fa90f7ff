/* SPDX-License-Identifier: GPL-2.0-or-later
 * wire.c - packets into a pcap file. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum { ETHERNET = 14, IPV4 = 20, TCP = 20, SHORTEST = 60 /* bytes of an Ethernet frame */ };

uint32_t random_next(Random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (uint32_t)((random->state * UINT64_C(2685821657736338717)) >> 32);
}

uint32_t random_below(Random *random, uint32_t bound)
{
    return (uint32_t)(((uint64_t)random_next(random) * bound) >> 32);
}

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* Internet checksum (RFC 1071), started with `sum`, of whole 16-bit words and a last byte. */
static uint32_t checksum(uint32_t sum, const uint8_t *data, size_t length)
{
    uint64_t total = sum;
    size_t at = 0;
    for (; at + 1 < length; at += 2)
        total += (uint32_t)data[at] << 8 | data[at + 1];
    if (at < length)
        total += (uint32_t)data[at] << 8;
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint32_t)total;
}

void wire_open(Wire *wire, const char *path, uint64_t seed)
{
    memset(wire, 0, sizeof *wire);
    wire->file = fopen(path, "wb");
    if (!wire->file) {
        perror(path);
        exit(1);
    }
    setvbuf(wire->file, NULL, _IOFBF, 1 << 20);
    wire->random.state = seed * 2 + 1;
    wire->time_us = UINT64_C(1767225600000000); /* 2026-01-01 00:00:00 UTC */
    const uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1 /* Ethernet */};
    fwrite(header, sizeof header, 1, wire->file);
    wire->bytes = sizeof header;
}

void wire_close(Wire *wire)
{
    bool failed = ferror(wire->file);
    if (fclose(wire->file) != 0 || failed) {
        perror("cannot write the capture");
        exit(1);
    }
}

/* Writes the record: the frame's `length` bytes in front of `data_length` bytes of data. */
static void write_frame(Wire *wire, uint8_t *frame, size_t length, const void *data,
                        size_t data_length)
{
    static const uint8_t padding[SHORTEST] = {0};
    size_t whole = length + data_length;
    size_t padded = whole < SHORTEST ? SHORTEST : whole;
    wire->time_us += 1 + random_below(&wire->random, 20);
    const uint32_t record[4] = {(uint32_t)(wire->time_us / 1000000),
                                (uint32_t)(wire->time_us % 1000000), (uint32_t)padded,
                                (uint32_t)padded};
    fwrite(record, sizeof record, 1, wire->file);
    fwrite(frame, length, 1, wire->file);
    if (data_length > 0) /* else `data` may be NULL */
        fwrite(data, 1, data_length, wire->file);
    fwrite(padding, 1, padded - whole, wire->file);
    wire->bytes += sizeof record + padded;
    wire->packets++;
}

/* Ethernet and IPv4 in front of `length` bytes of the next layer. */
static void put_ip(uint8_t *frame, uint32_t src, uint32_t dst, uint16_t id, uint8_t protocol,
                   size_t length)
{
    static const uint8_t ethernet[ETHERNET] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
    uint8_t *ip = frame + ETHERNET;
    memcpy(frame, ethernet, ETHERNET);
    memset(ip, 0, IPV4);
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)(IPV4 + length));
    put16(ip + 4, id);
    put16(ip + 6, 0x4000); /* don't fragment */
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, src);
    put32(ip + 16, dst);
    put16(ip + 10, ~checksum(0, ip, IPV4) & 0xffff);
}

static uint32_t pseudo_header(const uint8_t *ip, uint8_t protocol, size_t length)
{
    return checksum((uint32_t)(protocol + length), ip + 12, 8);
}

void wire_connection(Wire *wire, Connection *connection, uint32_t client, uint16_t client_port,
                     uint32_t server, uint16_t server_port)
{
    Random *random = &wire->random;
    memset(connection, 0, sizeof *connection);
    connection->ip[0] = client;
    connection->ip[1] = server;
    connection->port[0] = client_port;
    connection->port[1] = server_port;
    for (int side = 0; side < 2; side++) {
        connection->seq[side] = random_next(random);
        connection->stamp[side] = random_next(random);
        connection->ip_id[side] = (uint16_t)random_next(random);
    }
    connection->timestamps = random_below(random, 4) != 0;
}

/* TCP options; returns their length. */
static size_t put_options(uint8_t *at, const Connection *connection, int side, bool syn)
{
    static const uint8_t syn_options[8] = {2, 4, 0x05, 0xb4, 4, 2, 1, 1}; /* MSS 1460, SACK */
    static const uint8_t scale[4] = {1, 3, 3, 7};
    size_t length = 0;
    if (syn) {
        memcpy(at, syn_options, sizeof syn_options);
        memcpy(at + sizeof syn_options, scale, sizeof scale);
        length = sizeof syn_options + sizeof scale;
    }
    if (connection->timestamps) {
        at[length] = at[length + 1] = 1;
        at[length + 2] = 8;
        at[length + 3] = 10;
        put32(at + length + 4, connection->stamp[side]);
        put32(at + length + 8, connection->acked[side] ? connection->stamp[!side] : 0);
        length += 12;
    }
    return length;
}

void wire_send_at(Wire *wire, Connection *connection, int side, unsigned flags, uint32_t seq,
                  const void *data, size_t length)
{
    uint8_t frame[ETHERNET + IPV4 + TCP + 40];
    uint8_t *ip = frame + ETHERNET, *tcp = ip + IPV4;
    connection->stamp[side] += 1; /* milliseconds, more or less */
    memset(tcp, 0, TCP);
    size_t header = TCP + put_options(tcp + TCP, connection, side, flags & WIRE_SYN);
    put_ip(frame, connection->ip[side], connection->ip[!side], connection->ip_id[side]++, 6,
           header + length);
    put16(tcp, connection->port[side]);
    put16(tcp + 2, connection->port[!side]);
    put32(tcp + 4, seq);
    put32(tcp + 8, flags & WIRE_ACK ? connection->acked[side] : 0);
    tcp[12] = (uint8_t)(header << 2);
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 502);
    uint32_t sum = pseudo_header(ip, 6, header + length);
    put16(tcp + 16, ~checksum(checksum(sum, tcp, header), data, length) & 0xffff);
    write_frame(wire, frame, ETHERNET + IPV4 + header, data, length);
}

void wire_send(Wire *wire, Connection *connection, int side, unsigned flags, const void *data,
               size_t length)
{
    wire_send_at(wire, connection, side, flags, connection->seq[side], data, length);
    connection->seq[side] += (uint32_t)length + !!(flags & (WIRE_SYN | WIRE_FIN));
}

void wire_received(Connection *connection, int side)
{
    connection->acked[side] = connection->seq[!side];
}

void wire_udp(Wire *wire, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport,
              const void *data, size_t length)
{
    uint8_t frame[ETHERNET + IPV4 + 8];
    uint8_t *ip = frame + ETHERNET, *udp = ip + IPV4;
    put_ip(frame, src, dst, (uint16_t)random_next(&wire->random), 17, 8 + length);
    put16(udp, sport);
    put16(udp + 2, dport);
    put16(udp + 4, (uint32_t)(8 + length));
    put16(udp + 6, 0);
    uint32_t sum = checksum(pseudo_header(ip, 17, 8 + length), udp, 8);
    put16(udp + 6, ~checksum(sum, data, length) & 0xffff);
    write_frame(wire, frame, sizeof frame, data, length);
}
