/* SPDX-License-Identifier: GPL-2.0-or-later
 * wire.h - makes TCP segments of conversations for tests, in any order and number, and remembers
 * what was in which frame, so that evidence can be checked byte by byte. */
#pragma once

#include "stream/segment.h"

#include <glib.h>

#include <stdbool.h>
#include <stddef.h>

enum { WIRE_IP_AT = 14, WIRE_TCP_AT = 34, WIRE_PAYLOAD_AT = 54 };

/* One packet, before it is captured. */
typedef struct {
    unsigned side; /* 0: client, 1: server */
    uint8_t flags;
    uint32_t seq, ack;
    uint8_t *data;
    uint32_t length;      /* bytes captured */
    uint32_t wire_length; /* bytes sent */
} WirePacket;

/* A client and a server, and the frames captured so far. */
typedef struct {
    uint16_t port[2];
    uint32_t isn[2];
    uint32_t next[2]; /* sequence number of what each side sends next */
    GByteArray *said[2];
    GPtrArray *frames; /* GBytes: payload of each frame; frame 1 is at index 0 */
    int64_t time_ns;   /* of the last frame */
} Wire;

Wire *wire_new(uint16_t client_port, uint16_t server_port, uint32_t client_isn,
               uint32_t server_isn);
void wire_free(Wire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/* Any packet; `data` is copied. */
WirePacket *wire_packet(unsigned side, uint8_t flags, uint32_t seq, uint32_t ack, const void *data,
                        size_t length);
void wire_packet_free(void *packet);

/* The next packets of the conversation, in a new GPtrArray or appended to one. */
GPtrArray *wire_packets(void);
void wire_handshake(Wire *wire, GPtrArray *packets);
/* What a side says, cut into packets of at most `most` bytes, each acknowledged when `acks`. */
void wire_say(Wire *wire, GPtrArray *packets, unsigned side, const void *data, size_t length,
              size_t most, bool acks);
void wire_text(Wire *wire, GPtrArray *packets, unsigned side, const char *text);
/* FIN of that side, with the ACK of the other. */
void wire_fin(Wire *wire, GPtrArray *packets, unsigned side);

/* Captures a packet: fills `segment` and `place`, which must live as long as it is used. */
void wire_capture(Wire *wire, const WirePacket *packet, MsSegment *segment, MsRange *place);

/* The captured byte at that place; -1 when there is none. */
int wire_byte(const Wire *wire, uint32_t frame, uint32_t offset);

/* Whether `ranges` cover exactly these bytes. */
bool wire_covers(const Wire *wire, const MsRange *ranges, size_t n_ranges, const void *data,
                 size_t length);
