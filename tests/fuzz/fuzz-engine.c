/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-engine.c - any segments of a few connections, with words of SMTP in them: whatever is found
 * cites bytes that were captured, and what is given is put together whole.
 * Input: 8 bytes a segment: ports and side, flags, sequence number (2), acknowledgement (2), which
 * words, how much of them. */
#include "engine.h"
#include "fuzz.h"
#include "wire.h"

#include <string.h>

enum { MOST_SEGMENTS = 4000 };

static const char *const words[] = {
    "220 mx ready\r\n",
    "EHLO a\r\n",
    "250-mx\r\n250 AUTH PLAIN LOGIN\r\n",
    "AUTH PLAIN AGEAYg==\r\n",
    "235 ok\r\n",
    "MAIL FROM:<a@b>\r\n",
    "250 ok\r\n",
    "RCPT TO:<c@d>\r\n",
    "DATA\r\n",
    "354 go\r\n",
    "Subject: x\r\n\r\n..dot\r\n.\r\n",
    "BDAT 5 LAST\r\nhello",
    "QUIT\r\n",
    "221 bye\r\n",
    "STARTTLS\r\n",
    "\x16\x03\x01\x02\x00\x01",
    "GET / HTTP/1.1\r\n\r\n",
    "",
};

static void check_ranges(const Wire *wire, const MsRange *ranges, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        g_assert_cmpuint(ranges[i].frame, >=, 1);
        g_assert_cmpuint(ranges[i].frame, <=, wire->frames->len);
        g_assert_cmpuint(ranges[i].length, >, 0);
        size_t length = g_bytes_get_size(wire->frames->pdata[ranges[i].frame - 1]);
        g_assert_cmpuint((size_t)ranges[i].offset + ranges[i].length, <=, WIRE_PAYLOAD_AT + length);
    }
}

static void on_session(const MsRecord *record, void *user_data)
{
    const Wire *wire = user_data;
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    g_assert_cmpuint(count, >, 0);
    for (size_t i = 0; i < count; i++)
        check_ranges(wire, facts[i].ranges, facts[i].n_ranges);
    const MsLine *lines = ms_record_lines(record, &count);
    for (size_t i = 0; i < count; i++)
        check_ranges(wire, lines[i].ranges, lines[i].n_ranges);
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++)
        check_ranges(wire, oddities[i].ranges, oddities[i].n_ranges);
    g_assert_nonnull(ms_record_find(record, MS_FIELD_SESSION_END, -1, -1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Wire) wire = wire_new(40000, 25, 0, 0);
    MsEngineOptions options;
    ms_engine_options_default(&options);
    options.limits.value[MS_LIMIT_STREAMS] = 3;
    options.limits.value[MS_LIMIT_TOTAL_REORDER] = 10000;
    options.limits.value[MS_LIMIT_TOTAL_TEXT] = 20000;
    options.limits.value[MS_LIMIT_TOTAL_HELD] = 10000;
    const MsSink sink = {.session = on_session};
    g_autoptr(MsEngine) engine = ms_engine_new(&options, &sink, wire);
    for (unsigned i = 0; size >= 8 && i < MOST_SEGMENTS; i++, data += 8, size -= 8) {
        wire->port[0] = (uint16_t)(40000 + (data[0] >> 1 & 3));
        const char *text = words[data[6] % G_N_ELEMENTS(words)];
        size_t length = MIN(strlen(text), data[7] & 0x3fu);
        WirePacket *packet =
            wire_packet(data[0] & 1, data[1], (uint32_t)(data[2] << 8 | data[3]) << (data[0] >> 6),
                        (uint32_t)(data[4] << 8 | data[5]) << (data[0] >> 6), text, length);
        packet->wire_length += data[7] >> 6;
        MsSegment segment;
        MsRange place;
        wire_capture(wire, packet, &segment, &place);
        segment.urgent = data[7];
        ms_engine_push(engine, &segment);
        wire_packet_free(packet);
    }
    ms_engine_end(engine, false);
    return 0;
}
