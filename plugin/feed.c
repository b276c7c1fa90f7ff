/* SPDX-License-Identifier: GPL-2.0-or-later
 * feed.c - a frame of Wireshark becomes an MsFrame. Its link type is translated back from
 * Wireshark's own number to that of pcap-linktype(7), which the decoder knows. */
#include "feed.h"

#include "capture/packet.h"

#include <wiretap/pcap-encap.h>
#include <wiretap/wtap.h>

enum { LINK_TYPES = 512 }; /* numbers of pcap-linktype(7) asked for */

struct MsFeed {
    MsLimits limits;
    MsPacketDecoder *decoder;
    MsEngine *engine;
    MsDecrypter *decrypter;
    MsOrder *order;
    const MsSegment *segment; /* the one being pushed, or NULL */
    uint32_t last;            /* frame */
    bool ended;
};

/* pcap-linktype(7) of each of Wireshark's encapsulations; -1: none. Filled once: Wireshark only
 * tells the other way round. */
typedef struct {
    int of[LINK_TYPES];
} LinkTypes;

static gpointer link_types_new(gpointer unused)
{
    (void)unused;
    LinkTypes *types = g_new(LinkTypes, 1);
    for (int i = 0; i < LINK_TYPES; i++)
        types->of[i] = -1;
    for (int i = LINK_TYPES - 1; i >= 0; i--) {
        int encapsulation = wtap_pcap_encap_to_wtap_encap(i);
        if (encapsulation > WTAP_ENCAP_UNKNOWN && encapsulation < LINK_TYPES)
            types->of[encapsulation] = i;
    }
    return types;
}

static int link_type_of(int encapsulation)
{
    static GOnce once = G_ONCE_INIT;
    const LinkTypes *types = g_once(&once, link_types_new, NULL);
    return encapsulation >= 0 && encapsulation < LINK_TYPES ? types->of[encapsulation] : -1;
}

MsFeed *ms_feed_new(const MsEngineOptions *options, const MsSink *sink, void *user_data)
{
    MsFeed *feed = g_new0(MsFeed, 1);
    feed->limits = options->limits;
    feed->decoder = ms_packet_decoder_new(&feed->limits);
    feed->decrypter = ms_decrypter_new();
    feed->order = ms_order_new();
    MsEngineOptions decrypting = *options;
    decrypting.plaintext = true;
    feed->engine = ms_engine_new(&decrypting, sink, user_data);
    return feed;
}

void ms_feed_free(MsFeed *feed)
{
    if (!feed)
        return;
    ms_engine_free(feed->engine);
    ms_packet_decoder_free(feed->decoder);
    ms_decrypter_free(feed->decrypter);
    ms_order_free(feed->order);
    g_free(feed);
}

void ms_feed_frame(MsFeed *feed, tvbuff_t *tvb, packet_info *pinfo)
{
    if (feed->ended || pinfo->num <= feed->last || pinfo->rec->rec_type != REC_TYPE_PACKET)
        return;
    feed->last = pinfo->num;
    const MsFrame frame = {
        .number = pinfo->num,
        .time_ns = (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs,
        .link_type = link_type_of(pinfo->rec->rec_header.packet_header.pkt_encap),
        .data = tvb_get_ptr(tvb, 0, -1),
        .length = tvb_captured_length(tvb),
        .wire_length = MAX(tvb_reported_length(tvb), tvb_captured_length(tvb))};
    MsSegment segment;
    if (!ms_packet_decode(feed->decoder, &frame, 0, &segment))
        return;
    feed->segment = &segment;
    ms_engine_push(feed->engine, &segment);
    feed->segment = NULL;
    ms_order_segment(feed->order, &segment);
    ms_decrypter_frame(feed->decrypter, pinfo, &segment, feed->engine);
}

void ms_feed_watch(MsFeed *feed)
{
    if (feed->segment)
        ms_order_watch(feed->order, feed->segment);
}

const MsOrder *ms_feed_order(const MsFeed *feed)
{
    return feed->order;
}

const MsDecrypter *ms_feed_decrypter(const MsFeed *feed)
{
    return feed->decrypter;
}

uint32_t ms_feed_last(const MsFeed *feed)
{
    return feed->last;
}

void ms_feed_end(MsFeed *feed)
{
    if (!feed->ended)
        ms_engine_end(feed->engine, false);
    feed->ended = true;
}
