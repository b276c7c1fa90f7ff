/* SPDX-License-Identifier: GPL-2.0-or-later
 * wire.h - writes the frames of one TCP connection into a pcap file, as a capture at the client
 * sees them: sequence numbers, acknowledgements, checksums and times are right (RFC 9293, 7323). */
#pragma once

#include "../base/buffer.h"
#include "../fact/range.h"

#include <glib.h>

typedef struct MsWire MsWire;

/* Who talks, and how far apart they are. */
typedef struct {
    uint8_t client_mac[6], server_mac[6];    /* the server's: of the router on the way to it */
    uint32_t client_address, server_address; /* IPv4, host byte order */
    uint16_t client_port, server_port;
    int64_t start_ns;      /* of the first frame, nanoseconds since 1970, UTC */
    int64_t round_trip_ns; /* to the server and back */
} MsWireEnds;

/* Begins a pcap file (microseconds, Ethernet) at the end of `out`, which is borrowed until
 * ms_wire_free(), as is `random`: it gives first numbers and small delays. */
MsWire *ms_wire_new(MsBuffer *out, const MsWireEnds *ends, GRand *random);

/* Frees the state, not what was written. */
void ms_wire_free(MsWire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsWire, ms_wire_free)

/* The handshake: SYN, SYN-ACK, ACK (RFC 9293 3.5). Comes first. */
void ms_wire_open(MsWire *wire);

/* Time in which nobody says anything. */
void ms_wire_wait(MsWire *wire, int64_t time_ns);

/* One side says bytes, in segments of at most 1,448; what the other said last is acknowledged with
 * them, or before them when they come late (RFC 9293 3.8.6.3). */
void ms_wire_say(MsWire *wire, MsDirection direction, const void *data, size_t length);

/* The next segment of the client gets lost behind the place of capture: it is sent again when its
 * time is over (RFC 6298). */
void ms_wire_lose(MsWire *wire);

/* What the server says next comes in two segments, the second one first; the client asks for the
 * first one by an acknowledgment (RFC 5681 4.2). */
void ms_wire_swap(MsWire *wire);

/* What the server says next, its last segment, comes a second time, as if the acknowledgment of the
 * client had been lost. */
void ms_wire_repeat(MsWire *wire);

/* The client breaks off (RFC 9293 3.10.7). Comes last. */
void ms_wire_reset(MsWire *wire);

/* Both sides close, `first` before the other (RFC 9293 3.6). Comes last. */
void ms_wire_close(MsWire *wire, MsDirection first);

/* Time of the last frame, nanoseconds since 1970, UTC. */
int64_t ms_wire_now(const MsWire *wire);
