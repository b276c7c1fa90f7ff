/* SPDX-License-Identifier: GPL-2.0-or-later
 * begin.c - what is known of a connection when its dialogue begins: addresses and ports as the
 * headers of its first frame have them, the link, the handshake, the tunnel it came through. */
#include "../base/find.h"
#include "live.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { TUNNEL_WORDS = 512 }; /* bytes of what was said to a proxy that become a line */

/* As inet_ntop() writes it, but without parsing a format. */
static void write_ipv4(const uint8_t *address, char *text)
{
    for (unsigned i = 0; i < 4; i++) {
        if (address[i] >= 100)
            *text++ = (char)('0' + address[i] / 100);
        if (address[i] >= 10)
            *text++ = (char)('0' + address[i] / 10 % 10);
        *text++ = (char)('0' + address[i] % 10);
        *text++ = i < 3 ? '.' : '\0';
    }
}

static void say_address(MsLive *live, unsigned side)
{
    const MsStream *stream = live->stream;
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* RFC 4291 2.5.5.2 */
    bool v4 = memcmp(stream->address[side], mapped, sizeof mapped) == 0;
    char text[INET6_ADDRSTRLEN];
    if (v4)
        write_ipv4(stream->address[side] + sizeof mapped, text);
    else
        inet_ntop(AF_INET6, stream->address[side], text, sizeof text);
    const MsMark *mark = &stream->marks[0];
    /* RFC 791 3.1 and RFC 8200 3: source, then destination. */
    bool source = (stream->mark_sides & 1u) == side;
    MsRange address = ms_live_range(mark, 0, v4 ? 4 : 16);
    address.offset = stream->ip_offset + (v4 ? (source ? 12u : 16u) : (source ? 8u : 24u));
    MsRange port = ms_live_range(mark, source ? 0 : 2, 2);
    bool server = side == live->server;
    bool known = mark->offset != MS_MARK_NOWHERE && stream->ip_offset != MS_MARK_NOWHERE;
    unsigned sender = stream->mark_sides & 1u;
    ms_live_say_header(live, server ? MS_FIELD_SESSION_SERVER : MS_FIELD_SESSION_CLIENT, sender,
                       text, 0, mark->time_ns, known ? &address : NULL);
    ms_live_say_header(live, server ? MS_FIELD_SESSION_SERVER_PORT : MS_FIELD_SESSION_CLIENT_PORT,
                       sender, NULL, stream->port[side], mark->time_ns, known ? &port : NULL);
}

/* What a link type of pcap-linktype(7) is called, and whether it has hardware addresses. */
static const char *link_name(unsigned type)
{
    switch (type) {
    case 1:
        return "Ethernet";
    case 6:
        return "token ring";
    case 10:
        return "FDDI";
    case 0:
    case 108:
        return "BSD loopback, which has no MAC addresses";
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
        return "raw IP, which has no MAC addresses";
    case 9:
    case 50:
    case 51:
    case 166:
    case 204:
        return "PPP, which has no MAC addresses";
    case 105:
    case 119:
    case 127:
    case 163:
    case 192:
        return "IEEE 802.11";
    case 113:
    case 276:
        return "Linux cooked, which keeps the sender's MAC address only";
    default:
        return NULL;
    }
}

static void say_mac(MsLive *live, unsigned side)
{
    static const char digits[] = "0123456789abcdef";
    const MsStream *stream = live->stream;
    bool source = (stream->mark_sides & 1u) == side;
    const uint8_t *address = source ? stream->link.from : stream->link.to;
    uint16_t at = source ? stream->link.from_at : stream->link.to_at;
    if (at == MS_MARK_NOWHERE)
        return;
    char text[6 * 3];
    for (size_t i = 0; i < 6; i++) {
        text[3 * i] = digits[address[i] >> 4];
        text[3 * i + 1] = digits[address[i] & 15];
        text[3 * i + 2] = i < 5 ? ':' : '\0';
    }
    MsRange place = ms_live_range(&stream->marks[0], 0, 6);
    place.offset = at;
    ms_live_say_header(
        live, side == live->server ? MS_FIELD_SESSION_SERVER_MAC : MS_FIELD_SESSION_CLIENT_MAC,
        stream->mark_sides & 1u, text, 0, stream->marks[0].time_ns, &place);
}

static void say_link(MsLive *live)
{
    const MsStream *stream = live->stream;
    say_mac(live, !live->server);
    say_mac(live, live->server);
    if (stream->link.type == 0)
        return;
    char number[32];
    const char *name = link_name(stream->link.type - 1u);
    if (!name) {
        snprintf(number, sizeof number, "link type %u", stream->link.type - 1u);
        name = number;
    }
    ms_live_say_header(live, MS_FIELD_SESSION_LINK, stream->mark_sides & 1u, name, 0,
                       stream->marks[0].time_ns, NULL);
}

static void say_handshake(MsLive *live)
{
    const MsStream *stream = live->stream;
    for (unsigned i = 0; i < stream->n_marks; i++) {
        uint8_t flags = stream->mark_flags[i];
        if (!(stream->mark_flags[0] & MS_TCP_SYN) && !(flags & MS_TCP_SYN))
            continue; /* mid-stream: marks[0] is just the first segment */
        const char *name = !(flags & MS_TCP_SYN) ? "ACK" : flags & MS_TCP_ACK ? "SYN-ACK" : "SYN";
        unsigned side = stream->mark_sides >> i & 1u;
        ms_live_say_flags(live, MS_FIELD_SESSION_HANDSHAKE, side, name, 0, &stream->marks[i]);
        if (flags & MS_TCP_SYN)
            ms_live_say_connection(live, side, name, &stream->marks[i]);
    }
    if (!((stream->half[0].flags | stream->half[1].flags) & MS_HALF_FROM_START))
        ms_live_say_odd(live, MS_ODDITY_MIDSTREAM, stream->mark_sides & 1u, "", &stream->marks[0]);
}

void ms_live_say_tunnel(MsLive *live, const MsSniffResult *found, const MsBytes held[2])
{
    MsRanges ranges = {0};
    unsigned said = 2;
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = i ? live->server : !live->server; /* the client first */
        size_t length = MIN(found->skip[side], held[side].length);
        if (length == 0)
            continue;
        MsRanges part = {0};
        ms_ranges_add(&part, &held[side], 0, length, 16);
        size_t text = MIN(length, TUNNEL_WORDS);
        const uint8_t *end = ms_find_byte(held[side].data, '\r', text);
        const MsLine line = {.kind = MS_LINE_TUNNEL,
                             .direction = (uint8_t)ms_live_direction(live, side),
                             .message = -1,
                             .text = (const char *)held[side].data,
                             .text_length =
                                 (uint32_t)(end ? (size_t)(end - held[side].data) : text),
                             .note = "",
                             .time_ns = part.time_ns,
                             .ranges = part.range,
                             .n_ranges = part.n_ranges};
        if (live->talk.wants_lines)
            ms_live_say_line(live, &line);
        if (said == 2 || said == side) {
            said = side;
            ms_ranges_join(&ranges, &part, 32);
        }
        ms_ranges_clear(&part);
    }
    const MsFact fact = {.field = MS_FIELD_SESSION_TUNNEL,
                         .direction = (uint8_t)ms_live_direction(live, said == 2 ? 0 : said),
                         .message = -1,
                         .item = -1,
                         .text = found->tunnel,
                         .text_length = (uint32_t)strlen(found->tunnel),
                         .time_ns = ranges.time_ns,
                         .ranges = ranges.range,
                         .n_ranges = ranges.n_ranges};
    ms_live_say_fact(live, &fact);
    ms_ranges_clear(&ranges);
}

void ms_live_begin(MsLive *live, const MsSniffResult *found, const MsBytes held[2])
{
    const MsStream *stream = live->stream;
    unsigned first = stream->mark_sides & 1u;
    say_address(live, !live->server);
    say_address(live, live->server);
    say_link(live);
    ms_live_say_flags(live, MS_FIELD_SESSION_START, first, NULL, stream->marks[0].time_ns,
                      &stream->marks[0]);
    ms_live_say_header(live, MS_FIELD_SESSION_PROTOCOL, first, live->class->name, 0,
                       stream->marks[0].time_ns, NULL);
    say_handshake(live);
    if (found->tunnel[0] || found->skip[0] || found->skip[1])
        ms_live_say_tunnel(live, found, held);
}
