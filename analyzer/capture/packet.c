/* SPDX-License-Identifier: GPL-2.0-or-later
 * packet.c - walks through a frame to its TCP segment (RFC 9293 3.1) and counts what has none. The
 * usual way, Ethernet - IPv4 - TCP, is taken without the table of layers. */
#include "packet.h"

#include "bytes.h"
#include "fragment.h"
#include "walk.h"

#include <string.h>

enum { TCP_HEADER = 20, LINKTYPE_ETHERNET = 1, ETHERTYPE_IPV4 = 0x0800 };
enum { MOST_LINK_TYPES = 64 }; /* counted each; further ones are counted with the last */

struct MsPacketDecoder {
    const MsLimits *limits;
    MsPacketCounts counts;
    MsUnsupportedLink unsupported[MOST_LINK_TYPES];
    size_t n_unsupported;
    MsFragments *fragments;
    MsRange place;   /* of the segment last given */
    MsRange *places; /* the same when it came in fragments */
    uint32_t places_allocated;
};

MsPacketDecoder *ms_packet_decoder_new(const MsLimits *limits)
{
    MsPacketDecoder *decoder = g_new0(MsPacketDecoder, 1);
    decoder->limits = limits;
    decoder->fragments = ms_fragments_new(limits, &decoder->counts.fragments_lost);
    return decoder;
}

void ms_packet_decoder_free(MsPacketDecoder *decoder)
{
    if (decoder == NULL)
        return;
    ms_fragments_free(decoder->fragments);
    g_free(decoder->places);
    g_free(decoder);
}

static void count_unsupported(MsPacketDecoder *decoder, int link_type)
{
    size_t i = 0;
    while (i < decoder->n_unsupported && decoder->unsupported[i].link_type != link_type)
        i++;
    if (i == MOST_LINK_TYPES)
        i--;
    if (i == decoder->n_unsupported) {
        decoder->unsupported[i] = (MsUnsupportedLink){.link_type = link_type};
        decoder->n_unsupported++;
    }
    decoder->unsupported[i].frames++;
}

MsRange ms_walk_place(const MsWalk *walk, uint32_t offset, uint32_t length)
{
    MsRange place = {.frame = walk->frame->number,
                     .offset = offset,
                     .length = length,
                     .file = walk->file,
                     .source = MS_SOURCE_FRAME};
    if (walk->map == NULL)
        return place;
    uint32_t i = 0;
    for (; offset >= walk->map[i].length; i++) {
        g_assert(i + 1 < walk->n_map);
        offset -= walk->map[i].length;
    }
    place = walk->map[i];
    place.offset += offset;
    place.length = MIN(length, place.length - offset);
    return place;
}

/* The segment came in fragments: each part of the payload has its own frame. */
static void place_fragments(MsPacketDecoder *decoder, const MsWalk *walk, uint32_t tcp,
                            uint32_t payload, MsSegment *segment)
{
    segment->link = NULL; /* the frame with the header is another one */
    MsRange header = ms_walk_place(walk, tcp, 1);
    segment->header_frame = header.frame;
    segment->tcp_offset = header.offset;
    if (!walk->ip_outside)
        segment->ip_offset = ms_walk_place(walk, walk->ip_offset, 1).offset;
    if (decoder->places_allocated < walk->n_map) {
        decoder->places_allocated = walk->n_map;
        decoder->places = g_renew(MsRange, decoder->places, walk->n_map);
    }
    segment->places = decoder->places;
    segment->n_places = 0;
    uint32_t left = segment->payload_length;
    while (left > 0) {
        MsRange place = ms_walk_place(walk, payload, left);
        decoder->places[segment->n_places++] = place;
        payload += place.length;
        left -= place.length;
    }
}

/* Where the bytes of the segment were captured. */
static inline void place(MsPacketDecoder *decoder, const MsWalk *walk, uint32_t payload,
                         MsSegment *segment)
{
    segment->ip_offset = walk->ip_offset;
    if (walk->map != NULL) {
        place_fragments(decoder, walk, walk->offset, payload, segment);
        return;
    }
    segment->link = walk->data;
    segment->link_to = walk->link_to;
    segment->link_from = walk->link_from;
    segment->link_type = (uint16_t)walk->frame->link_type;
    segment->header_frame = walk->frame->number;
    segment->tcp_offset = walk->offset;
    segment->places = &decoder->place;
    segment->n_places = segment->payload_length > 0;
    decoder->place = (MsRange){.frame = walk->frame->number,
                               .offset = payload,
                               .length = segment->payload_length,
                               .file = walk->file,
                               .source = MS_SOURCE_FRAME};
}

/* RFC 9293 3.1. The fixed header must be there; options may be cut. */
static MsNext layer_tcp(MsPacketDecoder *decoder, MsWalk *walk)
{
    if (!ms_walk_has(walk, TCP_HEADER))
        return MS_END_CUT;
    const uint8_t *tcp = ms_walk_at(walk);
    uint32_t header = (uint32_t)(tcp[12] >> 4) * 4, wire = walk->wire_end - walk->offset;
    if (header < TCP_HEADER || header > wire)
        return MS_END_CUT;
    uint32_t captured = walk->length - walk->offset, start = MIN(header, captured);

    MsSegment *segment = walk->segment;
    segment->src_port = get_be16(tcp);
    segment->dst_port = get_be16(tcp + 2);
    segment->seq = get_be32(tcp + 4);
    segment->ack = get_be32(tcp + 8);
    segment->flags = tcp[13];
    segment->notes = walk->notes;
    segment->window = get_be16(tcp + 14);
    segment->urgent = get_be16(tcp + 18);
    segment->file = walk->file;
    segment->frame = walk->frame->number;
    segment->time_ns = walk->frame->time_ns;
    segment->payload = tcp + start;
    segment->payload_length = captured - start;
    segment->wire_length = wire - header;
    segment->header = tcp;
    place(decoder, walk, walk->offset + start, segment);
    return MS_END_SEGMENT;
}

static MsNext walk_layers(MsPacketDecoder *decoder, MsWalk *walk, MsNext next)
{
    static MsNext (*const layers[MS_NEXT_LAYERS])(MsWalk *) = {
        [MS_NEXT_LINK] = ms_layer_link,
        [MS_NEXT_ETHERNET] = ms_layer_ethernet,
        [MS_NEXT_LLC] = ms_layer_llc,
        [MS_NEXT_SNAP] = ms_layer_snap,
        [MS_NEXT_VLAN] = ms_layer_vlan,
        [MS_NEXT_MPLS] = ms_layer_mpls,
        [MS_NEXT_PPPOE] = ms_layer_pppoe,
        [MS_NEXT_PPP] = ms_layer_ppp,
        [MS_NEXT_CISCO_HDLC] = ms_layer_cisco_hdlc,
        [MS_NEXT_RADIOTAP] = ms_layer_radiotap,
        [MS_NEXT_WLAN] = ms_layer_wlan,
        [MS_NEXT_IP] = ms_layer_ip,
        [MS_NEXT_IPV4] = ms_layer_ipv4,
        [MS_NEXT_IPV6] = ms_layer_ipv6,
        [MS_NEXT_EXTENSION] = ms_layer_extension,
        [MS_NEXT_FRAGMENT] = ms_layer_fragment,
        [MS_NEXT_GRE] = ms_layer_gre,
        [MS_NEXT_ETHERIP] = ms_layer_etherip,
        [MS_NEXT_UDP] = ms_layer_udp,
    };
    uint64_t left = decoder->limits->value[MS_LIMIT_TUNNEL_DEPTH];
    while (next < MS_NEXT_LAYERS) {
        if (left-- == 0)
            return MS_END_TOO_DEEP;
        next = next == MS_NEXT_TCP ? layer_tcp(decoder, walk) : layers[next](walk);
    }
    return next;
}

bool ms_packet_decode(MsPacketDecoder *decoder, const MsFrame *frame, uint16_t file,
                      MsSegment *segment)
{
    MsWalk walk = {.frame = frame,
                   .fragments = decoder->fragments,
                   .segment = segment,
                   .data = frame->data,
                   .length = frame->length,
                   .wire_end = frame->wire_length,
                   .file = file,
                   .link_to = MS_NO_LINK,
                   .link_from = MS_NO_LINK,
                   .type = frame->link_type};
    MsNext next = MS_NEXT_LINK;
    if (frame->link_type == LINKTYPE_ETHERNET && frame->length >= 34 &&
        get_be16(frame->data + 12) == ETHERTYPE_IPV4) {
        ms_walk_link(&walk, 0, 6);
        walk.offset = 14;
        next = ms_layer_ipv4(&walk);
    }
    next = next == MS_NEXT_TCP ? layer_tcp(decoder, &walk) : walk_layers(decoder, &walk, next);

    decoder->counts.frames++;
    switch (next) {
    case MS_END_SEGMENT:
        decoder->counts.segments++;
        return true;
    case MS_END_CUT:
        decoder->counts.cut++;
        break;
    case MS_END_FRAGMENT:
        decoder->counts.fragments++;
        break;
    case MS_END_UNSUPPORTED:
        count_unsupported(decoder, frame->link_type);
        break;
    case MS_END_TOO_DEEP:
        decoder->counts.too_deep++;
        break;
    default:
        decoder->counts.not_tcp++;
        break;
    }
    return false;
}

const MsPacketCounts *ms_packet_counts(const MsPacketDecoder *decoder)
{
    return &decoder->counts;
}

const MsUnsupportedLink *ms_packet_unsupported(const MsPacketDecoder *decoder, size_t *count)
{
    *count = decoder->n_unsupported;
    return decoder->unsupported;
}
