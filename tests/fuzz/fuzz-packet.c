/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-packet.c - any bytes as frames of one decoder: ranges lie inside their frames, point at the
 * bytes of the payload, and add up. Input: link type (2 bytes, little-endian), then frames, each
 * with its length (2 bytes, little-endian) in front; or a whole capture file. */
#include "capture/packet.h"
#include "fuzz.h"

#include <string.h>

enum { MOST_FRAMES = 512 };

typedef struct {
    MsPacketDecoder *decoder;
    uint8_t *bytes[MOST_FRAMES]; /* copies, so that each has its own end */
    uint32_t length[MOST_FRAMES];
    uint32_t n_frames;
    uint64_t segments;
} Run;

static void check_segment(const Run *run, const MsSegment *segment)
{
    g_assert_cmpuint(segment->payload_length, <=, segment->wire_length);
    g_assert_cmpuint(segment->frame, ==, run->n_frames);
    g_assert_cmpuint(segment->header_frame, >=, 1);
    g_assert_cmpuint(segment->header_frame, <=, run->n_frames);
    uint32_t header_length = run->length[segment->header_frame - 1];
    g_assert_cmpuint(segment->ip_offset, <, header_length);
    g_assert_cmpuint(segment->tcp_offset, <, header_length);
    uint32_t at = 0;
    for (uint32_t i = 0; i < segment->n_places; i++) {
        const MsRange *place = &segment->places[i];
        g_assert_cmpuint(place->frame, >=, 1);
        g_assert_cmpuint(place->frame, <=, run->n_frames);
        g_assert_cmpuint(place->length, >, 0);
        g_assert_cmpuint((uint64_t)place->offset + place->length, <=,
                         run->length[place->frame - 1]);
        g_assert_cmpuint(place->length, <=, segment->payload_length - at);
        g_assert_true(memcmp(run->bytes[place->frame - 1] + place->offset, segment->payload + at,
                             place->length) == 0);
        at += place->length;
    }
    g_assert_cmpuint(at, ==, segment->payload_length);
}

static void decode(Run *run, int link_type, int64_t time_ns, const uint8_t *data, uint32_t length,
                   uint32_t wire_length)
{
    run->bytes[run->n_frames] = g_memdup2(data, length);
    run->length[run->n_frames] = length;
    MsFrame frame = {.number = run->n_frames + 1,
                     .time_ns = time_ns,
                     .link_type = link_type,
                     .data = run->bytes[run->n_frames],
                     .length = length,
                     .wire_length = wire_length};
    run->n_frames++;
    MsSegment segment;
    if (!ms_packet_decode(run->decoder, &frame, 0, &segment))
        return;
    run->segments++;
    check_segment(run, &segment);
    ms_segment_checksum(&segment);
}

static void decode_file(Run *run, MsCapture *capture)
{
    MsFrame frame;
    while (run->n_frames < MOST_FRAMES && ms_capture_next(capture, &frame, NULL))
        decode(run, frame.link_type, frame.time_ns, frame.data, frame.length, frame.wire_length);
}

static void decode_raw(Run *run, const uint8_t *data, size_t size)
{
    if (size < 2)
        return;
    int link_type = data[0] | data[1] << 8;
    data += 2;
    size -= 2;
    while (size >= 2 && run->n_frames < MOST_FRAMES) {
        uint32_t length = (uint32_t)MIN((size_t)(data[0] | data[1] << 8), size - 2);
        /* Now and then the snapshot length has cut it. */
        decode(run, link_type, run->n_frames * INT64_C(1000000000), data + 2, length,
               length + (length % 8 == 5 ? length : 0));
        data += 2 + length;
        size -= 2 + length;
    }
}

static void check_counts(const Run *run)
{
    const MsPacketCounts *counts = ms_packet_counts(run->decoder);
    size_t n;
    const MsUnsupportedLink *links = ms_packet_unsupported(run->decoder, &n);
    uint64_t sum =
        counts->segments + counts->not_tcp + counts->fragments + counts->cut + counts->too_deep;
    for (size_t i = 0; i < n; i++)
        sum += links[i].frames;
    g_assert_cmpuint(counts->frames, ==, run->n_frames);
    g_assert_cmpuint(sum, ==, run->n_frames);
    g_assert_cmpuint(counts->segments, ==, run->segments);
    g_assert_cmpuint(counts->fragments_lost, <=, run->n_frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_FRAGMENTS] = 8192;
    Run run = {.decoder = ms_packet_decoder_new(&limits)};
    MsCapture *capture = ms_capture_open_memory(data, size, "fuzz", NULL);
    if (capture != NULL)
        decode_file(&run, capture);
    else
        decode_raw(&run, data, size);
    ms_capture_close(capture);
    check_counts(&run);
    for (uint32_t i = 0; i < run.n_frames; i++)
        g_free(run.bytes[i]);
    ms_packet_decoder_free(run.decoder);
    return 0;
}
