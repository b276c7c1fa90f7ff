/* SPDX-License-Identifier: GPL-2.0-or-later
 * packet.h - from a frame to its TCP segment: links, tags, tunnels, IPv4 and IPv6, fragments.
 * Knows nothing of mail. */
#pragma once

#include "../base/limits.h"
#include "../stream/segment.h"
#include "capture.h"

typedef struct MsPacketDecoder MsPacketDecoder;

/* Frames that gave no segment, by reason; for the summary of a file. */
typedef struct {
    uint64_t frames;         /* all frames seen */
    uint64_t segments;       /* gave a TCP segment */
    uint64_t not_tcp;        /* other protocols (ARP, UDP, ICMP, ...) */
    uint64_t fragments;      /* a fragment, waiting or given up */
    uint64_t fragments_lost; /* datagrams not whole: a fragment is missing or a cap was reached */
    uint64_t cut;            /* headers cut short by the snapshot length or malformed */
    uint64_t too_deep;       /* more headers than MS_LIMIT_TUNNEL_DEPTH */
} MsPacketCounts;

/* Frames of a link type that is not supported. */
typedef struct {
    int link_type;
    uint64_t frames;
} MsUnsupportedLink;

/* `limits` is borrowed for the decoder's life. */
MsPacketDecoder *ms_packet_decoder_new(const MsLimits *limits);
void ms_packet_decoder_free(MsPacketDecoder *decoder); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsPacketDecoder, ms_packet_decoder_free)

/* Decodes one frame; `file`: index for ranges of joined captures. Returns true and fills `segment`
 * when it carries (or completes) a TCP segment; the segment is borrowed until the next call and
 * points into `frame` or the decoder. */
bool ms_packet_decode(MsPacketDecoder *decoder, const MsFrame *frame, uint16_t file,
                      MsSegment *segment);

const MsPacketCounts *ms_packet_counts(const MsPacketDecoder *decoder);
/* One row for each unsupported link type, in order of appearance. */
const MsUnsupportedLink *ms_packet_unsupported(const MsPacketDecoder *decoder, size_t *count);
