/* SPDX-License-Identifier: GPL-2.0-or-later
 * wire.h - writes TCP segments into a pcap file as a capture at a server would hold them: Ethernet,
 * IPv4, right checksums and timestamps, short frames padded to 60 bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 };
enum { WIRE_CLIENT, WIRE_SERVER };
enum { WIRE_MSS = 1448 /* payload bytes of a full segment with timestamps */ };

/* Seeded random numbers, the same everywhere (xorshift64*). */
typedef struct {
    uint64_t state;
} Random;

uint32_t random_next(Random *random);
/* 0 .. bound-1 */
uint32_t random_below(Random *random, uint32_t bound);

typedef struct {
    FILE *file;
    uint64_t time_us; /* of the next packet */
    uint64_t packets;
    uint64_t bytes; /* written */
    Random random;
} Wire;

/* One TCP connection. [0] is the client's, [1] the server's. */
typedef struct {
    uint32_t ip[2];
    uint16_t port[2];
    uint32_t seq[2];   /* next sequence number */
    uint32_t acked[2]; /* what this side acknowledges next */
    uint32_t stamp[2]; /* timestamp last sent */
    bool timestamps;   /* RFC 7323 option in each segment */
    uint16_t ip_id[2];
} Connection;

/* Creates the file with its header. Exits with a message when it cannot. */
void wire_open(Wire *wire, const char *path, uint64_t seed);
/* Closes the file; exits with a message when not all could be written. */
void wire_close(Wire *wire);

/* A connection with random initial sequence numbers and every fourth time without timestamps. */
void wire_connection(Wire *wire, Connection *connection, uint32_t client, uint16_t client_port,
                     uint32_t server, uint16_t server_port);

/* One segment of `side`, acknowledging connection->acked[side]; moves the sequence number on. */
void wire_send(Wire *wire, Connection *connection, int side, unsigned flags, const void *data,
               size_t length);

/* The same at a sequence number of the caller's, moving nothing: what is late or out of order. */
void wire_send_at(Wire *wire, Connection *connection, int side, unsigned flags, uint32_t seq,
                  const void *data, size_t length);

/* A UDP datagram (of a name server, say). */
void wire_udp(Wire *wire, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport,
              const void *data, size_t length);

/* Both sides have all that was sent: acknowledgements move up. */
void wire_received(Connection *connection, int side);
