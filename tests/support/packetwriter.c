/* SPDX-License-Identifier: GPL-2.0-or-later
 * packetwriter.c - packets for tests. */
#include "packetwriter.h"

#include "pcapwriter.h"

#include <glib.h>

#include <stdlib.h>
#include <string.h>

static const uint8_t default_src[16] = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 10};
static const uint8_t default_dst[16] = {0x20, 1, 0x0d, 0xb8, 0,   0,  0,   0,
                                        0,    0, 0,    0,    198, 51, 100, 25};

uint16_t test_checksum(uint32_t sum, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~sum;
}

static void set_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_ip4(MsBuffer *out, const uint8_t *src, const uint8_t *dst, uint8_t protocol,
                    size_t payload)
{
    uint8_t header[20] = {0x45, 0, 0, 0, 0x12, 0x34, 0x40, 0, 64, protocol};
    set_u16(header + 2, (uint16_t)(20 + payload));
    memcpy(header + 12, src, 4);
    memcpy(header + 16, dst, 4);
    set_u16(header + 10, test_checksum(0, header, sizeof header));
    ms_buffer_append(out, header, sizeof header);
}

static void put_ip6(MsBuffer *out, const uint8_t *src, const uint8_t *dst, uint8_t protocol,
                    size_t payload)
{
    uint8_t header[40] = {0x60, 0, 0, 0, 0, 0, protocol, 64};
    set_u16(header + 4, (uint16_t)payload);
    memcpy(header + 8, src, 16);
    memcpy(header + 24, dst, 16);
    ms_buffer_append(out, header, sizeof header);
}

void test_tcp_packet(MsBuffer *out, const TestTcp *tcp)
{
    size_t address = tcp->ipv6 ? 16 : 4, length = 20 + tcp->length;
    const uint8_t *src = tcp->src != NULL ? tcp->src : default_src + (16 - address);
    const uint8_t *dst = tcp->dst != NULL ? tcp->dst : default_dst + (16 - address);
    if (tcp->ipv6)
        put_ip6(out, src, dst, 6, length);
    else
        put_ip4(out, src, dst, 6, length);
    size_t start = out->length;
    test_u16(out, true, tcp->src_port);
    test_u16(out, true, tcp->dst_port);
    test_u32(out, true, tcp->seq);
    test_u32(out, true, tcp->ack);
    ms_buffer_byte(out, 0x50);
    ms_buffer_byte(out, tcp->flags);
    test_u16(out, true, 0xfaf0);
    test_u32(out, true, 0); /* checksum, urgent pointer */
    ms_buffer_append(out, tcp->payload, tcp->length);
    uint32_t pseudo = 6 + (uint32_t)length;
    pseudo += (uint16_t)~test_checksum(0, src, address);
    pseudo += (uint16_t)~test_checksum(0, dst, address);
    set_u16(out->data + start + 16, test_checksum(pseudo, out->data + start, length));
}

void test_fragment(MsBuffer *out, const MsBuffer *packet, uint32_t id, uint32_t offset,
                   uint32_t length)
{
    bool ipv6 = packet->data[0] >> 4 == 6;
    size_t header = ipv6 ? 40 : 20;
    bool more = header + offset + length < packet->length;
    size_t start = out->length;
    ms_buffer_append(out, packet->data, header);
    uint8_t *ip = out->data + start;
    if (ipv6) {
        uint8_t next = ip[6];
        ip[6] = 44;
        set_u16(ip + 4, (uint16_t)(8 + length));
        ms_buffer_byte(out, next);
        ms_buffer_byte(out, 0);
        test_u16(out, true, (uint16_t)(offset | more));
        test_u32(out, true, id);
    } else {
        set_u16(ip + 2, (uint16_t)(20 + length));
        set_u16(ip + 4, (uint16_t)id);
        set_u16(ip + 6, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
        set_u16(ip + 10, 0);
        set_u16(ip + 10, test_checksum(0, ip, 20));
    }
    ms_buffer_append(out, packet->data + header + offset, length);
}

/* How what was wrapped last is called by what comes around it. */
typedef struct {
    uint16_t ethertype, ppp;
    uint8_t protocol; /* of IP */
    uint16_t port;    /* of UDP */
} Content;

static void prepend(MsBuffer *packet, MsBuffer *header)
{
    ms_buffer_append(header, packet->data, packet->length);
    ms_buffer_clear(packet);
    *packet = *header;
    *header = (MsBuffer){0};
}

static void put_hex(MsBuffer *out, const char *hex)
{
    for (; hex[0] != '\0'; hex += 2) {
        while (*hex == ' ')
            hex++;
        ms_buffer_byte(out,
                       (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])));
    }
}

/* A header of fixed bytes with one field that names the content. */
typedef struct {
    const char *name;
    const char *before; /* hex */
    enum { NOTHING, ETHERTYPE, PPP, PROTOCOL, FAMILY_BE, FAMILY_LE, NEXT_HEADER } field;
    const char *after; /* hex */
    Content is;        /* how this is called in turn; 0: it cannot be wrapped */
} Header;

#define MACS "0200000000010200000000 02"
static const Header headers[] = {
    {"eth", MACS, ETHERTYPE, "", {0x6558, 0, 143, 0}},
    {"vlan", "2064", ETHERTYPE, "", {0x8100, 0, 0, 0}},
    {"qinq", "0065", ETHERTYPE, "", {0x88a8, 0, 0, 0}},
    {"qinq9100", "0065", ETHERTYPE, "", {0x9100, 0, 0, 0}},
    {"pbb", "00001234" MACS, ETHERTYPE, "", {0x88e7, 0, 0, 0}},
    {"snap", "aaaa03 000000", ETHERTYPE, "", {0}},
    {"mpls", "000641ff", NOTHING, "", {0x8847, 0x0281, 137, 6635}},
    {"mpls2", "00064040 000651ff", NOTHING, "", {0x8847, 0x0281, 137, 6635}},
    {"control", "00000000", NOTHING, "", {0}},
    {"ppp", "", PPP, "", {0x880b, 0, 0, 0}},
    {"ppphdlc", "ff03", PPP, "", {0x880b, 0, 0, 0}},
    {"multilink", "c0000001", NOTHING, "", {0, 0x003d, 0, 0}},
    {"chdlc", "0f00", ETHERTYPE, "", {0}},
    {"direction", "01", NOTHING, "", {0}},
    {"sll", "0000 0001 0006 020000000001 0000", ETHERTYPE, "", {0}},
    {"sll-llc", "0000 0001 0006 020000000001 0000 0004", NOTHING, "", {0}},
    {"ppphdlc0", "ff03", NOTHING, "", {0}},
    {"sll2", "", ETHERTYPE, "0000 00000002 0001 00 06 0200000000010000", {0}},
    {"null-le", "", FAMILY_LE, "", {0}},
    {"null-be", "", FAMILY_BE, "", {0}},
    {"wlan", "0802 0000 020000000001 020000000002 020000000003 1000", NOTHING, "", {0}},
    {"wlan-qos", "8801 0000 020000000001 020000000002 020000000003 1000 0000", NOTHING, "", {0}},
    {"wlan-wds",
     "0803 0000 020000000001 020000000002 020000000003 1000 020000000004",
     NOTHING,
     "",
     {0}},
    {"wlan-pad",
     "8801 0000 020000000001 020000000002 020000000003 1000 0000 0000",
     NOTHING,
     "",
     {0}},
    {"radiotap", "00000900 02000000 00", NOTHING, "", {0}},
    {"radiotap-pad", "0000 1100 03000000 0102030405060708 20", NOTHING, "", {0}},
    {"ppi-wlan", "00000800 69000000", NOTHING, "", {0}},
    {"ppi-eth", "00000800 01000000", NOTHING, "", {0}},
    {"gre", "0000", ETHERTYPE, "", {0, 0, 47, 0}},
    {"gre-all", "b000", ETHERTYPE, "00000000 00000007 00000001", {0, 0, 47, 0}},
    {"pptp", "3081", ETHERTYPE, "0000 0007 00000001 00000001", {0, 0, 47, 0}},
    {"etherip", "3000", NOTHING, "", {0, 0, 97, 0}},
    {"erspan1", "0000 88be", NOTHING, "", {0, 0, 47, 0}},
    {"erspan2", "1000 88be 00000001 10000001 00000000", NOTHING, "", {0, 0, 47, 0}},
    {"erspan3",
     "1000 22eb 00000001 20000001 00000000 00000001 0000000000000000",
     NOTHING,
     "",
     {0, 0, 47, 0}},
    {"vxlan", "08000000 00000700", NOTHING, "", {0, 0, 0, 4789}},
    {"gpe", "0c000003 00000700", NOTHING, "", {0, 0, 0, 4790}},
    {"geneve", "0100", ETHERTYPE, "00000700 01028000", {0, 0, 0, 6081}},
    {"tzsp", "01000001 00 0a01ff 01", NOTHING, "", {0, 0, 0, 37008}},
    {"l2tp", "4002 0000 00010001", NOTHING, "", {0, 0, 0, 1701}},
    {"gtp", "34ff0000 00000001 00000085 01100100", NOTHING, "", {0, 0, 0, 2152}},
    {"teredo", "0000 1111 22223333", NOTHING, "", {0, 0, 0, 3544}},
    {"hop", "", NEXT_HEADER, "00 0104 00000000", {0, 0, 0, 0}},
    {"dest", "", NEXT_HEADER, "01 0104 00000000 0106 000000000000", {0, 0, 60, 0}},
    {"routing",
     "",
     NEXT_HEADER,
     "02 0400 00000000 20010db8000000000000000000000009",
     {0, 0, 43, 0}},
    {"ah", "", NEXT_HEADER, "04 0000 00000001 00000001 000000000000000000000000", {0, 0, 51, 0}},
    {"enc", "02000000 00000000 00000000", NOTHING, "", {0}},
    {"pflog", "0502000000000000", NOTHING, "", {0}},
    {"prism", "44000000 10000000 0000000000000000", NOTHING, "", {0}},
    {"avs", "80211001 00000010 0000000000000000", NOTHING, "", {0}},
    {"fibre", "0000020000000001 0000020000000002", NOTHING, "", {0}},
    {"firewire", "0000020000000001 0000020000000002", ETHERTYPE, "", {0}},
    {"pppd", "0103", NOTHING, "", {0}},
    {"card", "00000000", NOTHING, "", {0}},
    {"wccp1", "0000883e", NOTHING, "", {0, 0, 47, 0}},
    {"wccp2", "0000883e 00000000", NOTHING, "", {0, 0, 47, 0}},
    {"gpe-mpls", "0c000005 00000700", NOTHING, "", {0, 0, 0, 4790}},
    {"tzsp-wlan", "01000012 01", NOTHING, "", {0, 0, 0, 37008}},
    {"tzsp-prism", "01000077 01", NOTHING, "", {0, 0, 0, 37008}},
    {"l2tp-all", "4a02 0000 00010001 00000000 0002 ffff", NOTHING, "", {0, 0, 0, 1701}},
    {"gtp-plain", "30ff0000 00000001", NOTHING, "", {0, 0, 0, 2152}},
    {"teredo-auth",
     "0001 0102 77 8888 0000000000000000 00 0000 1111 22223333",
     NOTHING,
     "",
     {0, 0, 0, 3544}},
    {"llc-ip", "060603", NOTHING, "", {0}},
    {"frame-relay-snap", "1841 0300 80 000000", ETHERTYPE, "", {0}},
    {"frame-relay-cisco", "1841", ETHERTYPE, "", {0}},
    {"sll-radiotap", "0000 0323 0006 020000000001 0000 0000", NOTHING, "", {0}},
    {"token-ring-route", "1040 020000000001 820000000002 0630 00110022", NOTHING, "", {0}},
    {"radiotap-long", "00000d00 02000080 00000000 00", NOTHING, "", {0}},
    {"wlan-ht",
     "8881 0000 020000000001 020000000002 020000000003 1000 0000 00000000",
     NOTHING,
     "",
     {0}},
    {"token-ring", "1040" MACS, NOTHING, "", {0}},
    {"fddi", "50" MACS, NOTHING, "", {0}},
    {"frame-relay", "1841 03", NOTHING, "", {0}},
};

static void put_field(MsBuffer *out, int field, const Content *content, bool ipv6)
{
    switch (field) {
    case ETHERTYPE:
        test_u16(out, true, content->ethertype);
        break;
    case PPP:
        test_u16(out, true, content->ppp);
        break;
    case PROTOCOL:
    case NEXT_HEADER:
        ms_buffer_byte(out, content->protocol);
        break;
    case FAMILY_BE:
    case FAMILY_LE:
        test_u32(out, field == FAMILY_BE, ipv6 ? 30 : 2);
        break;
    default:
        break;
    }
}

/* Layers whose headers hold lengths. */
static bool wrap_measured(MsBuffer *packet, const char *name, Content *content, bool ipv6)
{
    MsBuffer header = {0};
    if (strcmp(name, "ip4") == 0) {
        put_ip4(&header, default_src + 12, default_dst + 12, content->protocol, packet->length);
        *content = (Content){0x0800, 0x0021, 4, 0};
    } else if (strcmp(name, "ip6") == 0) {
        put_ip6(&header, default_src, default_dst, content->protocol, packet->length);
        *content = (Content){0x86dd, 0x0057, 41, 0};
    } else if (strcmp(name, "udp") == 0) {
        test_u16(&header, true, 40000);
        test_u16(&header, true, content->port);
        test_u16(&header, true, (uint16_t)(8 + packet->length));
        test_u16(&header, true, 0);
        *content = (Content){0, 0, 17, 0};
    } else if (strcmp(name, "pppoe") == 0) {
        put_hex(&header, "1100 0001");
        test_u16(&header, true, (uint16_t)packet->length);
        *content = (Content){0x8864, 0, 0, 0};
    } else if (strcmp(name, "eth-llc") == 0) { /* a length instead of a type, and padding behind */
        put_hex(&header, MACS);
        test_u16(&header, true, (uint16_t)packet->length);
        put_hex(packet, "5152535455");
        *content = (Content){0x6558, 0, 143, 0};
    } else if (strcmp(name, "amsdu") == 0) {
        put_hex(&header, "8801 0000 020000000001 020000000002 020000000003 1000 8000" MACS);
        test_u16(&header, true, (uint16_t)packet->length);
    } else if (strcmp(name, "nflog") == 0) {
        put_hex(&header, ipv6 ? "0a000000" : "02000000");
        put_hex(&header, "0800 0100 86dd0300 0500 0a00 00000000");
        test_u16(&header, false, (uint16_t)(packet->length + 4));
        test_u16(&header, false, 9);
    } else if (strcmp(name, "nflog-be") == 0) {
        put_hex(&header, ipv6 ? "0a000000" : "02000000");
        put_hex(&header, "0008 0001 86dd0300 0005 000a 00000000");
        test_u16(&header, true, (uint16_t)(packet->length + 4));
        test_u16(&header, true, 9);
    } else if (strcmp(name, "ppp1") == 0) {
        put_hex(&header, ipv6 ? "57" : "21");
    } else if (strcmp(name, "nlpid") == 0) {
        put_hex(&header, ipv6 ? "8e" : "cc");
    } else {
        return false;
    }
    prepend(packet, &header);
    return true;
}

static bool wrap_one(MsBuffer *packet, const char *name, Content *content, bool ipv6)
{
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        if (strcmp(headers[i].name, name) != 0)
            continue;
        MsBuffer header = {0};
        put_hex(&header, headers[i].before);
        put_field(&header, (int)headers[i].field, content, ipv6);
        put_hex(&header, headers[i].after);
        prepend(packet, &header);
        *content = headers[i].is;
        return true;
    }
    return wrap_measured(packet, name, content, ipv6);
}

/* "hop", "dest" and the like go between an IPv6 header and what it carries: "6+dest". */
static void extend(MsBuffer *packet, const char *name)
{
    MsBuffer inner = {0};
    Content content = {.protocol = packet->data[6]};
    ms_buffer_append(&inner, packet->data + 40, packet->length - 40);
    wrap_one(&inner, name, &content, true);
    packet->data[6] = content.protocol;
    packet->length = 40;
    ms_buffer_append(packet, inner.data, inner.length);
    set_u16(packet->data + 4, (uint16_t)inner.length);
    ms_buffer_clear(&inner);
}

bool test_wrap(MsBuffer *packet, const char *layers)
{
    bool ipv6 = packet->data[0] >> 4 == 6, good = true;
    Content content = ipv6 ? (Content){0x86dd, 0x0057, 41, 0} : (Content){0x0800, 0x0021, 4, 0};
    char **names = g_strsplit(layers, " ", -1);
    for (char **name = names; *name != NULL && good; name++) {
        if (g_str_has_prefix(*name, "6+"))
            extend(packet, *name + 2);
        else if (**name != '\0')
            good = wrap_one(packet, *name, &content, ipv6);
    }
    g_strfreev(names);
    return good;
}

const TestEncapsulation test_encapsulations[] = {
    {"ethernet", 1, "eth"},
    {"802.1Q", 1, "vlan eth"},
    {"QinQ", 1, "vlan qinq eth"},
    {"QinQ, old number", 1, "vlan qinq9100 eth"},
    {"provider backbone", 1, "pbb eth"},
    {"802.3 with SNAP", 1, "snap eth-llc"},
    {"MPLS", 1, "mpls eth"},
    {"MPLS, two labels", 1, "mpls2 eth"},
    {"MPLS pseudowire with control word", 1, "eth control mpls eth"},
    {"MPLS pseudowire", 1, "eth mpls eth"},
    {"MPLS as link", 219, "mpls2"},
    {"PPPoE", 1, "ppp pppoe eth"},
    {"PPPoE as link", 51, "ppp pppoe"},
    {"PPP", 9, "ppp"},
    {"PPP with HDLC", 9, "ppphdlc"},
    {"PPP_HDLC", 50, "ppphdlc"},
    {"PPP_HDLC with Cisco's", 50, "chdlc"},
    {"PPP multilink", 9, "ppp multilink ppphdlc"},
    {"PPP with direction", 204, "ppphdlc direction"},
    {"Cisco HDLC", 104, "chdlc"},
    {"Cisco HDLC with direction", 205, "chdlc direction"},
    {"frame relay", 107, "nlpid frame-relay"},
    {"Linux cooked", 113, "sll"},
    {"Linux cooked, VLAN", 113, "vlan sll"},
    {"Linux cooked 2", 276, "sll2"},
    {"NULL, little-endian", 0, "null-le"},
    {"NULL, big-endian", 0, "null-be"},
    {"LOOP", 108, "null-be"},
    {"raw 12", 12, ""},
    {"raw 14", 14, ""},
    {"raw 101", 101, ""},
    {"802.11", 105, "snap wlan"},
    {"802.11 QoS", 105, "snap wlan-qos"},
    {"802.11 four addresses", 105, "snap wlan-wds"},
    {"802.11 A-MSDU", 105, "snap amsdu"},
    {"radiotap", 127, "snap wlan-qos radiotap"},
    {"radiotap, padded", 127, "snap wlan-pad radiotap-pad"},
    {"PPI", 192, "snap wlan ppi-wlan"},
    {"PPI with Ethernet", 192, "eth ppi-eth"},
    {"token ring", 6, "snap token-ring"},
    {"FDDI", 10, "snap fddi"},
    {"LLC alone", 100, "snap"},
    {"NFLOG", 239, "nflog"},
    {"IP in IPv4", 1, "ip4 eth"},
    {"IP in IPv6", 1, "ip6 eth"},
    {"GRE", 1, "gre ip4 eth"},
    {"GRE, all fields", 1, "gre-all ip6 eth"},
    {"GRE with Ethernet", 1, "eth gre ip4 eth"},
    {"GRE with MPLS", 1, "mpls gre ip4 eth"},
    {"EtherIP", 1, "eth etherip ip4 eth"},
    {"PPTP", 1, "ppphdlc pptp ip4 eth"},
    {"ERSPAN I", 1, "eth erspan1 ip4 eth"},
    {"ERSPAN II", 1, "eth erspan2 ip4 vlan eth"},
    {"ERSPAN III", 1, "eth erspan3 ip4 eth"},
    {"VXLAN", 1, "eth vxlan udp ip4 eth"},
    {"VXLAN with VLAN, over IPv6", 1, "vlan eth vxlan udp ip6 eth"},
    {"VXLAN GPE", 1, "eth gpe udp ip4 eth"},
    {"Geneve", 1, "eth geneve udp ip4 eth"},
    {"Geneve with IP", 1, "geneve udp ip6 eth"},
    {"TZSP", 1, "eth tzsp udp ip4 eth"},
    {"L2TP", 1, "ppphdlc l2tp udp ip4 eth"},
    {"GTP", 1, "gtp udp ip4 eth"},
    {"MPLS over UDP", 1, "mpls udp ip4 eth"},
    {"destination options around", 1, "ip6 6+dest 6+routing 6+hop eth"},
    {"authentication header around", 1, "ip6 6+ah eth"},
    {"OpenBSD ENC", 109, "enc"},
    {"PFLOG", 117, "pflog"},
    {"802.11 with Prism", 119, "snap wlan prism"},
    {"802.11 with AVS", 163, "snap wlan avs"},
    {"802.11 with AVS, as Prism", 119, "snap wlan avs"},
    {"IP over Fibre Channel", 122, "snap fibre"},
    {"IP over IEEE 1394", 138, "firewire"},
    {"PPP_PPPD", 166, "ppp pppd"},
    {"PPP, one octet of protocol", 9, "ppp1 ppphdlc0"},
    {"netANALYZER", 240, "eth card"},
    {"frame relay with SNAP", 107, "frame-relay-snap"},
    {"frame relay, Cisco's way, direction", 206, "frame-relay-cisco direction"},
    {"802.11 with HT control", 105, "snap wlan-ht"},
    {"radiotap, two words", 127, "snap wlan radiotap-long"},
    {"cooked radiotap", 113, "snap wlan radiotap sll-radiotap"},
    {"cooked LLC", 113, "snap sll-llc"},
    {"LLC's own IP", 100, "llc-ip"},
    {"token ring with route", 6, "snap token-ring-route"},
    {"NFLOG, big-endian", 239, "nflog-be"},
    {"WCCP 2", 1, "wccp2 ip4 eth"},
    {"VXLAN GPE with MPLS", 1, "mpls gpe-mpls udp ip4 eth"},
    {"TZSP with 802.11", 1, "snap wlan tzsp-wlan udp ip4 eth"},
    {"TZSP with Prism", 1, "snap wlan prism tzsp-prism udp ip4 eth"},
    {"L2TP, all fields", 1, "ppphdlc l2tp-all udp ip4 eth"},
    {"GTP, short header", 1, "gtp-plain udp ip4 eth"},
    {"many at once", 113, "eth vxlan udp ip6 mpls2 gre ip4 vlan qinq sll"},
};
const size_t test_n_encapsulations = G_N_ELEMENTS(test_encapsulations);
