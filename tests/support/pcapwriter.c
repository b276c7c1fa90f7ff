/* SPDX-License-Identifier: GPL-2.0-or-later
 * pcapwriter.c - pcap and pcapng as their drafts describe them. */
#include "pcapwriter.h"

void test_u16(MsBuffer *out, bool big_endian, uint16_t value)
{
    ms_buffer_byte(out, (uint8_t)(big_endian ? value >> 8 : value));
    ms_buffer_byte(out, (uint8_t)(big_endian ? value : value >> 8));
}

void test_u32(MsBuffer *out, bool big_endian, uint32_t value)
{
    test_u16(out, big_endian, (uint16_t)(big_endian ? value >> 16 : value));
    test_u16(out, big_endian, (uint16_t)(big_endian ? value : value >> 16));
}

static void put_u64(MsBuffer *out, bool big_endian, uint64_t value)
{
    test_u32(out, big_endian, (uint32_t)(big_endian ? value >> 32 : value));
    test_u32(out, big_endian, (uint32_t)(big_endian ? value : value >> 32));
}

void test_pcap_header(MsBuffer *out, const TestPcap *format)
{
    test_u32(out, format->big_endian, format->nano ? 0xa1b23c4d : 0xa1b2c3d4);
    test_u16(out, format->big_endian, 2);
    test_u16(out, format->big_endian, 4);
    put_u64(out, format->big_endian, 0); /* zone and accuracy, always 0 */
    test_u32(out, format->big_endian, format->snap_length);
    test_u32(out, format->big_endian, format->link_type);
}

void test_pcap_record(MsBuffer *out, const TestPcap *format, int64_t time_ns, const void *data,
                      uint32_t length, uint32_t wire_length)
{
    int64_t rest = time_ns % 1000000000;
    test_u32(out, format->big_endian, (uint32_t)(time_ns / 1000000000));
    test_u32(out, format->big_endian, (uint32_t)(format->nano ? rest : rest / 1000));
    test_u32(out, format->big_endian, length);
    test_u32(out, format->big_endian, wire_length);
    ms_buffer_append(out, data, length);
}

static void pad(MsBuffer *out, uint32_t length)
{
    for (; length % 4 != 0; length++)
        ms_buffer_byte(out, 0);
}

void test_ng_block(MsBuffer *out, bool big_endian, uint32_t type, const void *body, uint32_t length)
{
    uint32_t total = 12 + (length + 3) / 4 * 4;
    test_u32(out, big_endian, type);
    test_u32(out, big_endian, total);
    ms_buffer_append(out, body, length);
    pad(out, length);
    test_u32(out, big_endian, total);
}

static void put_block(MsBuffer *out, bool big_endian, uint32_t type, MsBuffer *body)
{
    test_ng_block(out, big_endian, type, body->data, (uint32_t)body->length);
    ms_buffer_clear(body);
}

void test_ng_section(MsBuffer *out, bool big_endian)
{
    MsBuffer body = {0};
    test_u32(&body, big_endian, 0x1a2b3c4d);
    test_u16(&body, big_endian, 1);
    test_u16(&body, big_endian, 0);
    put_u64(&body, big_endian, UINT64_MAX); /* length not said */
    put_block(out, big_endian, 0x0a0d0d0a, &body);
}

void test_ng_interface(MsBuffer *out, bool big_endian, uint16_t link_type, uint32_t snap_length,
                       uint8_t resolution, int64_t offset)
{
    MsBuffer body = {0};
    test_u16(&body, big_endian, link_type);
    test_u16(&body, big_endian, 0);
    test_u32(&body, big_endian, snap_length);
    test_u16(&body, big_endian, 2); /* if_name */
    test_u16(&body, big_endian, 5);
    ms_buffer_text(&body, "test0");
    pad(&body, 5);
    if (resolution != 0) {
        test_u16(&body, big_endian, 9);
        test_u16(&body, big_endian, 1);
        ms_buffer_byte(&body, resolution);
        pad(&body, 1);
    }
    if (offset != 0) {
        test_u16(&body, big_endian, 14);
        test_u16(&body, big_endian, 8);
        put_u64(&body, big_endian, (uint64_t)offset);
    }
    test_u32(&body, big_endian, 0); /* end of options */
    put_block(out, big_endian, 1, &body);
}

void test_ng_packet(MsBuffer *out, bool big_endian, uint32_t interface, uint64_t time_units,
                    const void *data, uint32_t length, uint32_t wire_length)
{
    MsBuffer body = {0};
    test_u32(&body, big_endian, interface);
    test_u32(&body, big_endian, (uint32_t)(time_units >> 32));
    test_u32(&body, big_endian, (uint32_t)time_units);
    test_u32(&body, big_endian, length);
    test_u32(&body, big_endian, wire_length);
    ms_buffer_append(&body, data, length);
    put_block(out, big_endian, 6, &body);
}
