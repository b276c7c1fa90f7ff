/* SPDX-License-Identifier: GPL-2.0-or-later
 * packetwriter.h - TCP segments in IP packets, fragments of them, and every wrapping that the
 * decoder takes off: layers are named in one string, from the inside out. */
#pragma once

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool ipv6;
    const uint8_t *src, *dst; /* 4 or 16 bytes; NULL: an address for documentation */
    uint16_t src_port, dst_port;
    uint32_t seq, ack;
    uint8_t flags;
    const void *payload;
    size_t length;
} TestTcp;

/* An IP packet with the segment in it, checksums right. */
void test_tcp_packet(MsBuffer *out, const TestTcp *tcp);

/* A fragment of an IPv4 or IPv6 packet (without extension headers): `length` bytes of its payload
 * from `offset` on. The last one says so. */
void test_fragment(MsBuffer *out, const MsBuffer *packet, uint32_t id, uint32_t offset,
                   uint32_t length);

/* Puts layers around a packet (which begins with an IPv4 or IPv6 header), such as
 * "vxlan udp4789 ip4 eth": see packetwriter.c for all names. Returns false for an unknown name. */
bool test_wrap(MsBuffer *packet, const char *layers);

/* Every wrapping there is: layers for test_wrap() and the link type of the file. */
typedef struct {
    const char *name;
    uint16_t link_type;
    const char *layers;
} TestEncapsulation;

extern const TestEncapsulation test_encapsulations[];
extern const size_t test_n_encapsulations;

/* RFC 1071, as it goes into a header; `sum` is what was added before, 0 at first. */
uint16_t test_checksum(uint32_t sum, const uint8_t *data, size_t length);
