/* SPDX-License-Identifier: GPL-2.0-or-later
 * ms-streams.c - a capture's TCP streams as reassembled, for the test against known truth. Usage:
 * ms-streams FILE. One line of JSON for each direction of each connection:
 *   {"src", "sport", "dst", "dport"   the direction's ends
 *    "bytes", "sha256"                of its bytes up to the first gap, but for one at its very
 * start "gaps": [[offset, length]...], "oddities": [name...]} Looks below the engine, so that
 * streams without mail count too. */
#include "capture/capture.h"
#include "capture/packet.h"
#include "stream/table.h"

#include <glib.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    GChecksum *hash;
    uint64_t bytes;
    bool broken; /* a gap came after the first byte */
    GString *gaps, *oddities;
} Side;

typedef struct {
    Side side[2];
} State;

static State *state_of(MsStream *stream)
{
    if (!stream->session) {
        State *state = g_new0(State, 1);
        for (int i = 0; i < 2; i++)
            state->side[i] = (Side){g_checksum_new(G_CHECKSUM_SHA256), 0, false, g_string_new(NULL),
                                    g_string_new(NULL)};
        stream->session = state;
    }
    return stream->session;
}

static size_t on_bytes(MsStream *stream, unsigned side, const MsBytes *held, size_t fresh,
                       void *user_data)
{
    Side *one = &state_of(stream)->side[side];
    (void)user_data;
    if (!one->broken) {
        g_checksum_update(one->hash, held->data + (held->length - fresh), (gssize)fresh);
        one->bytes += fresh;
    }
    return held->length;
}

static void on_gap(MsStream *stream, unsigned side, const MsGap *gap, const MsBytes *left,
                   void *user_data)
{
    Side *one = &state_of(stream)->side[side];
    GString *gaps = one->gaps;
    (void)left;
    (void)user_data;
    g_string_append_printf(gaps, "%s[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]",
                           gaps->len ? "," : "", gap->at, gap->length);
    one->broken = one->bytes > 0;
}

static void on_event(MsStream *stream, unsigned side, MsItemKind kind, const MsMark *mark,
                     void *user_data)
{
    (void)stream;
    (void)side;
    (void)kind;
    (void)mark;
    (void)user_data;
}

static void on_oddity(MsStream *stream, unsigned side, const MsOddity *oddity, void *user_data)
{
    GString *oddities = state_of(stream)->side[side].oddities;
    (void)user_data;
    g_string_append_printf(oddities, "%s\"%s\"", oddities->len ? "," : "",
                           ms_oddity_name(oddity->kind));
}

/* An address as people write it; IPv4 is ::ffff:a.b.c.d inside. */
static const char *address(const uint8_t ip[16], char text[INET6_ADDRSTRLEN])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool four = memcmp(ip, mapped, sizeof mapped) == 0;
    return inet_ntop(four ? AF_INET : AF_INET6, four ? ip + 12 : ip, text, INET6_ADDRSTRLEN);
}

static void on_over(MsStream *stream, MsOver why, void *user_data)
{
    State *state = state_of(stream);
    char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
    (void)why;
    (void)user_data;
    for (int i = 0; i < 2; i++) {
        Side *side = &state->side[i];
        printf("{\"src\":\"%s\",\"sport\":%u,\"dst\":\"%s\",\"dport\":%u,\"bytes\":%llu,"
               "\"sha256\":\"%s\",\"gaps\":[%s],\"oddities\":[%s]}\n",
               address(stream->address[i], src), stream->port[i], address(stream->address[!i], dst),
               stream->port[!i], (unsigned long long)side->bytes, g_checksum_get_string(side->hash),
               side->gaps->str, side->oddities->str);
        g_checksum_free(side->hash);
        g_string_free(side->gaps, TRUE);
        g_string_free(side->oddities, TRUE);
    }
    g_free(state);
    stream->session = NULL;
}

static const MsStreamEvents events = {
    .bytes = on_bytes, .gap = on_gap, .event = on_event, .oddity = on_oddity};

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsCapture) capture = argc == 2 ? ms_capture_open(argv[1], &error) : NULL;
    if (!capture) {
        fprintf(stderr, "ms-streams: %s\n", error ? error->message : "usage: ms-streams FILE");
        return 2;
    }
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(&limits);
    MsTable *table = ms_table_new(&limits, &events, on_over, NULL);
    MsFrame frame;
    while (ms_capture_next(capture, &frame, &error)) {
        MsSegment segment;
        if (ms_packet_decode(decoder, &frame, 0, &segment))
            ms_table_push(table, &segment);
    }
    size_t count;
    g_autofree MsStream **streams = ms_table_streams(table, &count);
    for (size_t i = 0; i < count; i++)
        ms_table_close(table, streams[i], MS_OVER_CAPTURE);
    ms_table_free(table);
    return error ? 3 : 0;
}
