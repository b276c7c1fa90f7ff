/* SPDX-License-Identifier: GPL-2.0-or-later
 * pcapwriter.h - capture files for tests, byte by byte, good ones and bad ones. */
#pragma once

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool big_endian;
    bool nano;          /* nanoseconds instead of microseconds */
    uint32_t link_type; /* with the bits of the frame check sequence, if wanted */
    uint32_t snap_length;
} TestPcap;

void test_pcap_header(MsBuffer *out, const TestPcap *format);
void test_pcap_record(MsBuffer *out, const TestPcap *format, int64_t time_ns, const void *data,
                      uint32_t length, uint32_t wire_length);

/* Any block; the body is padded to four bytes. */
void test_ng_block(MsBuffer *out, bool big_endian, uint32_t type, const void *body,
                   uint32_t length);
void test_ng_section(MsBuffer *out, bool big_endian);
/* resolution: if_tsresol, left out when 0; offset: if_tsoffset in seconds, left out when 0. */
void test_ng_interface(MsBuffer *out, bool big_endian, uint16_t link_type, uint32_t snap_length,
                       uint8_t resolution, int64_t offset);
/* Enhanced packet block. */
void test_ng_packet(MsBuffer *out, bool big_endian, uint32_t interface, uint64_t time_units,
                    const void *data, uint32_t length, uint32_t wire_length);

/* Numbers in the byte order asked for. */
void test_u16(MsBuffer *out, bool big_endian, uint16_t value);
void test_u32(MsBuffer *out, bool big_endian, uint32_t value);
