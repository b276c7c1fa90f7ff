/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-fragment.c - datagrams in pieces: any order, twice, overlapping, with holes, too many. */
#include "bytescheck.h"
#include "capture/packet.h"
#include "packetwriter.h"

typedef struct {
    MsLimits limits;
    MsPacketDecoder *decoder;
    MsBuffer packet;      /* the whole datagram */
    MsBuffer frames[128]; /* given so far */
    uint32_t n_frames;
    int64_t time_ns;
    bool ipv6;
    MsSegment segment;
} Fixture;

static void begin(Fixture *f, bool ipv6, size_t length)
{
    *f = (Fixture){.ipv6 = ipv6};
    ms_limits_default(&f->limits);
    f->decoder = ms_packet_decoder_new(&f->limits);
    g_autofree uint8_t *payload = g_malloc(length);
    for (size_t i = 0; i < length; i++)
        payload[i] = (uint8_t)(i * 7 + i / 256);
    TestTcp tcp = {.ipv6 = ipv6,
                   .src_port = 1025,
                   .dst_port = 25,
                   .flags = MS_TCP_ACK,
                   .payload = payload,
                   .length = length};
    test_tcp_packet(&f->packet, &tcp);
}

static void end(Fixture *f)
{
    ms_packet_decoder_free(f->decoder);
    for (uint32_t i = 0; i < f->n_frames; i++)
        ms_buffer_clear(&f->frames[i]);
    ms_buffer_clear(&f->packet);
}

static size_t header(const Fixture *f)
{
    return f->ipv6 ? 40 : 20;
}

/* Gives one fragment, cut to `snap` bytes when that is not 0; true: a segment came of it. */
static bool give(Fixture *f, uint32_t id, uint32_t offset, uint32_t length, uint32_t snap)
{
    g_assert_cmpuint(f->n_frames, <, G_N_ELEMENTS(f->frames));
    MsBuffer *bytes = &f->frames[f->n_frames++];
    test_fragment(bytes, &f->packet, id, offset, length);
    g_assert_true(test_wrap(bytes, "eth"));
    MsFrame frame = {.number = f->n_frames,
                     .time_ns = f->time_ns,
                     .link_type = 1,
                     .data = bytes->data,
                     .length = snap > 0 ? snap : (uint32_t)bytes->length,
                     .wire_length = (uint32_t)bytes->length};
    return ms_packet_decode(f->decoder, &frame, 0, &f->segment);
}

/* The segment in hand is the one that was cut up, and every range points at its bytes. */
static void check_segment(const Fixture *f, uint32_t header_frame)
{
    const MsSegment *segment = &f->segment;
    const uint8_t *payload = f->packet.data + header(f) + 20;
    assert_bytes(segment->payload, segment->payload_length, payload,
                 f->packet.length - header(f) - 20);
    g_assert_cmpuint(segment->wire_length, ==, segment->payload_length);
    g_assert_cmpuint(segment->header_frame, ==, header_frame);
    g_assert_cmpuint(segment->ip_offset, ==, 14);
    g_assert_cmpuint(segment->tcp_offset, ==, 14 + header(f) + (f->ipv6 ? 8 : 0));
    g_assert_cmpuint(segment->frame, ==, f->n_frames);
    uint32_t at = 0;
    for (uint32_t i = 0; i < segment->n_places; i++) {
        const MsRange *place = &segment->places[i];
        g_assert_cmpuint(place->frame, <=, f->n_frames);
        assert_bytes(f->frames[place->frame - 1].data + place->offset, place->length,
                     segment->payload + at, place->length);
        at += place->length;
    }
    g_assert_cmpuint(at, ==, segment->payload_length);
    g_assert_cmpint(ms_segment_checksum(segment), ==, MS_CHECKSUM_RIGHT);
}

static void test_orders(void)
{
    static const uint32_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}};
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(orders) * 2; i++, checked++) {
        Fixture f;
        begin(&f, i % 2 == 1, 300); /* 320 bytes: 96, 96, 96, 32 */
        for (uint32_t j = 0; j < 4; j++) {
            uint32_t n = orders[i / 2][j];
            g_assert_true(give(&f, 77, n * 96, n == 3 ? 32 : 96, 0) == (j == 3));
        }
        uint32_t first = 0;
        while (orders[i / 2][first] != 0)
            first++;
        check_segment(&f, first + 1);
        g_assert_cmpuint(f.segment.n_places, ==, 4);
        g_assert_cmpuint(f.segment.notes, ==, 0);
        g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments, ==, 3);
        g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 0);
        end(&f);
    }
    g_assert_cmpuint(checked, ==, 8);
}

/* A mirror port shows every packet twice: one segment, nothing lost. */
static void test_duplicates(void)
{
    Fixture f;
    begin(&f, false, 180); /* 200 bytes */
    g_assert_false(give(&f, 1, 0, 104, 0));
    g_assert_false(give(&f, 1, 0, 104, 0));
    g_assert_true(give(&f, 1, 104, 96, 0));
    check_segment(&f, 1);
    g_assert_cmpuint(f.segment.notes, ==, 0);
    g_assert_false(give(&f, 1, 104, 96, 0));
    g_assert_false(give(&f, 1, 0, 104, 0));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 0);
    /* The same number for other bytes is another datagram. */
    f.packet.data[20 + 20 + 5] ^= 0xff;
    f.packet.data[20 + 20 + 150] ^= 0xff;
    g_assert_false(give(&f, 1, 0, 104, 0));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 1);
    g_assert_true(give(&f, 1, 104, 96, 0));
    g_assert_cmpuint(f.segment.notes, ==, 0);
    g_assert_cmpuint(f.segment.header_frame, ==, 6);
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 0);
    end(&f);
}

/* The first copy of a byte counts; only a differing one is worth a note. */
static void test_overlaps(void)
{
    Fixture f;
    begin(&f, false, 180);
    g_assert_false(give(&f, 2, 48, 80, 0)); /* 48..128 */
    g_assert_false(give(&f, 2, 0, 104, 0)); /* 0..48 of it are new */
    g_assert_true(give(&f, 2, 88, 112, 0)); /* 128..200 of it are new */
    check_segment(&f, 2);
    g_assert_cmpuint(f.segment.notes, ==, 0);
    g_assert_cmpuint(f.segment.n_places, ==, 3);

    g_assert_false(give(&f, 3, 48, 80, 0));
    f.packet.data[20 + 100] ^= 0xff; /* seen already, differs now */
    g_assert_false(give(&f, 3, 0, 104, 0));
    g_assert_true(give(&f, 3, 88, 112, 0));
    f.packet.data[20 + 100] ^= 0xff;
    assert_bytes(f.segment.payload, f.segment.payload_length, f.packet.data + 40, 180);
    g_assert_cmpuint(f.segment.notes, ==, MS_SEGMENT_FRAGMENT_CONFLICT);
    end(&f);
}

/* A fragment behind the end, or two ends that differ, contradict; the first one said counts. */
static void test_two_ends(void)
{
    Fixture f;
    begin(&f, true, 180);
    g_assert_false(give(&f, 4, 104, 96, 0));
    f.packet.length -= 16; /* makes this one the last, too */
    g_assert_false(give(&f, 4, 104, 80, 0));
    f.packet.length += 16;
    g_assert_true(give(&f, 4, 0, 104, 0));
    check_segment(&f, 3);
    g_assert_cmpuint(f.segment.notes, ==, MS_SEGMENT_FRAGMENT_CONFLICT);
    end(&f);
}

static void test_missing(void)
{
    Fixture f;
    begin(&f, false, 180);
    g_assert_false(give(&f, 5, 0, 96, 0));
    g_assert_false(give(&f, 5, 104, 96, 0)); /* 96..104 never comes */
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 1);
    f.time_ns = INT64_C(61000000000);
    g_assert_false(give(&f, 5, 96, 8, 0)); /* too late: the others were given up */
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 2);
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments, ==, 3);
    end(&f);
}

/* The snapshot length cut a fragment: what is before the cut counts, the rest is known to lack. */
static void test_snapped(void)
{
    Fixture f;
    begin(&f, false, 180);
    g_assert_false(give(&f, 6, 0, 104, 14 + 20 + 60));
    g_assert_true(give(&f, 6, 104, 96, 0));
    g_assert_cmpuint(f.segment.payload_length, ==, 40);
    g_assert_cmpuint(f.segment.wire_length, ==, 180);
    assert_bytes(f.segment.payload, 40, f.packet.data + 40, 40);
    g_assert_cmpint(ms_segment_checksum(&f.segment), ==, MS_CHECKSUM_UNKNOWN); /* nobody can tell */
    end(&f);
}

/* Never more memory than the limit; the oldest goes first. */
static void test_limit(void)
{
    Fixture f;
    begin(&f, false, 1400);
    f.limits.value[MS_LIMIT_FRAGMENTS] = 20000;
    for (uint32_t id = 1; id <= 100; id++)
        g_assert_false(give(&f, id, 0, 1000, 0));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 100);
    g_assert_false(give(&f, 1, 1000, 420, 0)); /* long forgotten */
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 101);
    g_assert_true(give(&f, 100, 1000, 420, 0));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 100);
    end(&f);
}

/* A datagram waits as long as its limit says, of capture time. */
static void test_age(void)
{
    static const struct {
        uint64_t seconds;
        int64_t rest_ns;
        bool whole;
    } rows[] = {{60, 59, true}, {60, 60, false}, {5, 4, true}, {5, 5, false}};
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        Fixture f;
        begin(&f, false, 180);
        f.limits.value[MS_LIMIT_FRAGMENT_AGE] = rows[i].seconds;
        g_assert_false(give(&f, 1, 0, 104, 0));
        f.time_ns = rows[i].rest_ns * 1000000000;
        g_assert_true(give(&f, 1, 104, 96, 0) == rows[i].whole);
        end(&f);
    }
    g_assert_cmpuint(checked, ==, 4);
}

/* Fragments of a tunnel's packet that are fragments again: ranges lead to the very frames. */
static void test_nested(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(&limits);
    Fixture f;
    begin(&f, false, 300);
    MsBuffer frames[8] = {{0}};
    uint32_t n = 0;
    MsSegment segment;
    for (uint32_t inner = 0; inner < 2; inner++) {
        MsBuffer tunnel = {0};
        test_fragment(&tunnel, &f.packet, 9, inner * 160, 160);
        g_assert_true(test_wrap(&tunnel, "gre ip6"));
        for (uint32_t outer = 0; outer * 64 < tunnel.length - 40; outer++, n++) {
            test_fragment(&frames[n], &tunnel, 10 + inner, outer * 64,
                          (uint32_t)MIN(64, tunnel.length - 40 - outer * 64));
            g_assert_true(test_wrap(&frames[n], "eth"));
            MsFrame frame = {.number = n + 1,
                             .link_type = 1,
                             .data = frames[n].data,
                             .length = (uint32_t)frames[n].length,
                             .wire_length = (uint32_t)frames[n].length};
            g_assert_true(ms_packet_decode(decoder, &frame, 0, &segment) == (n == 5));
        }
        ms_buffer_clear(&tunnel);
    }
    g_assert_cmpuint(n, ==, 6);
    assert_bytes(segment.payload, segment.payload_length, f.packet.data + 40, 300);
    g_assert_cmpuint(segment.n_places, ==, 6);
    g_assert_cmpuint(segment.header_frame, ==, 1);
    g_assert_cmpuint(frames[0].data[segment.ip_offset], ==, 0x45);
    for (uint32_t i = 0, at = 0; i < segment.n_places; at += segment.places[i++].length)
        assert_bytes(frames[segment.places[i].frame - 1].data + segment.places[i].offset,
                     segment.places[i].length, segment.payload + at, segment.places[i].length);
    for (uint32_t i = 0; i < n; i++)
        ms_buffer_clear(&frames[i]);
    end(&f);
}

/* One datagram in as many pieces as can be, from the back: given up, and nothing hangs. */
static void test_many_pieces(void)
{
    Fixture f;
    begin(&f, false, 40000);
    for (uint32_t i = 0; i < 4000; i++) {
        f.n_frames = 0;
        g_assert_false(give(&f, 3, (4000 - i) * 8, 8, 0));
        ms_buffer_clear(&f.frames[0]);
    }
    f.n_frames = 0;
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments, ==, 4000);
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 2);
    end(&f);
}

/* What cannot be a fragment: no bytes, beyond the longest datagram; UDP's are not kept... */
static void test_nonsense(void)
{
    Fixture f;
    begin(&f, false, 1400);
    g_assert_false(give(&f, 1, 8, 0, 0));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->cut, ==, 1);
    MsBuffer *bytes = &f.frames[f.n_frames++];
    test_fragment(bytes, &f.packet, 1, 0, 1400);
    bytes->data[6] = 0x1f; /* offset 65528 */
    bytes->data[7] = 0xff;
    MsFrame frame = {.link_type = 101, .data = bytes->data, .length = 1420, .wire_length = 1420};
    g_assert_false(ms_packet_decode(f.decoder, &frame, 0, &f.segment));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->cut, ==, 2);
    bytes->data[9] = 1; /* ICMP: cannot lead to TCP */
    g_assert_false(ms_packet_decode(f.decoder, &frame, 0, &f.segment));
    g_assert_cmpuint(ms_packet_counts(f.decoder)->not_tcp, ==, 1);
    g_assert_cmpuint(ms_packet_counts(f.decoder)->fragments_lost, ==, 0);
    end(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fragment/orders", test_orders);
    g_test_add_func("/fragment/duplicates", test_duplicates);
    g_test_add_func("/fragment/overlaps", test_overlaps);
    g_test_add_func("/fragment/two-ends", test_two_ends);
    g_test_add_func("/fragment/missing", test_missing);
    g_test_add_func("/fragment/snapped", test_snapped);
    g_test_add_func("/fragment/limit", test_limit);
    g_test_add_func("/fragment/age", test_age);
    g_test_add_func("/fragment/nested", test_nested);
    g_test_add_func("/fragment/many-pieces", test_many_pieces);
    g_test_add_func("/fragment/nonsense", test_nonsense);
    return g_test_run();
}
