/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-packet.c - frames to TCP segments. Input: link type (2 bytes, little-endian), then frames,
 * each with its length (2 bytes, little-endian) in front. Holds: payload and places lie inside the
 * frames, places add up, headers lie inside their frame, counts add up. */
#include "capture/packet.h"
#include "fuzz.h"

#include <glib.h>

#include <string.h>

enum { MOST_FRAMES = 512 };

static void check_segment(const MsSegment *segment, const uint32_t *lengths, uint32_t frames)
{
    uint32_t sum = 0;
    g_assert_cmpuint(segment->frame, ==, frames);
    g_assert_cmpuint(segment->header_frame, >=, 1);
    g_assert_cmpuint(segment->header_frame, <=, frames);
    g_assert_cmpuint(segment->payload_length, <=, segment->wire_length);
    g_assert_true((segment->n_places == 0) == (segment->payload_length == 0));
    for (uint32_t i = 0; i < segment->n_places; i++) {
        const MsRange *place = &segment->places[i];
        g_assert_cmpuint(place->frame, >=, 1);
        g_assert_cmpuint(place->frame, <=, frames);
        g_assert_cmpuint(place->length, >=, 1);
        g_assert_cmpuint((uint64_t)place->offset + place->length, <=, lengths[place->frame - 1]);
        sum += place->length;
    }
    g_assert_cmpuint(sum, ==, segment->payload_length);
    /* Read every byte, so that the sanitizer sees a pointer beyond the frame. */
    uint8_t all = 0;
    for (uint32_t i = 0; i < segment->payload_length; i++)
        all |= segment->payload[i];
    g_assert_cmpuint(all, <=, 255);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t lengths[MOST_FRAMES], frames = 0;
    uint64_t segments = 0;
    MsLimits limits;
    if (size < 2)
        return 0;
    ms_limits_default(&limits);
    MsPacketDecoder *decoder = ms_packet_decoder_new(&limits);
    int link_type = data[0] | data[1] << 8;
    for (size_t at = 2; at + 2 <= size && frames < MOST_FRAMES;) {
        uint32_t length = (uint32_t)(data[at] | data[at + 1] << 8);
        length = (uint32_t)MIN(length, size - at - 2);
        /* A copy of exactly its size, so that reading beyond it is seen. */
        g_autofree uint8_t *copy = g_memdup2(data + at + 2, length);
        MsFrame frame = {.number = frames + 1,
                         .time_ns = (int64_t)frames * 1000000,
                         .link_type = link_type,
                         .data = copy ? copy : (const uint8_t *)"",
                         .length = length,
                         .wire_length = length};
        MsSegment segment;
        lengths[frames++] = length;
        if (ms_packet_decode(decoder, &frame, 0, &segment)) {
            segments++;
            check_segment(&segment, lengths, frames);
        }
        at += 2 + length;
    }
    const MsPacketCounts *counts = ms_packet_counts(decoder);
    g_assert_cmpuint(counts->frames, ==, frames);
    g_assert_cmpuint(counts->segments, ==, segments);
    ms_packet_decoder_free(decoder);
    return 0;
}
