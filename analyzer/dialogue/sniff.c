/* SPDX-License-Identifier: GPL-2.0-or-later
 * sniff.c - is it mail, and who is the server? TLS and tunnels are recognised here; then every
 * protocol is asked whether these are its words (sniff_*.c). */
#include "../base/find.h"
#include "../base/fold.h"
#include "sniff_protocol.h"
#include "tls.h"
#include "tunnel.h"

#include <glib.h>

#include <string.h>

static const uint16_t tls_ports[] = {465, 587, 25, 2525, 993, 995, 110, 143};

/* Who is asked, in that order; the first that finds its own words has the session. */
static MsSniffVerdict (*const protocols[])(const MsSniffTalk *talk, MsSniffResult *result) = {
    ms_sniff_smtp, ms_sniff_pop3, ms_sniff_imap, ms_sniff_http};

bool ms_sniff_port(const uint16_t *list, size_t count, uint16_t port)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == port)
            return true;
    return false;
}

MsSniffLine ms_sniff_line(const uint8_t *data, size_t length, size_t at)
{
    const uint8_t *end = ms_find_byte(data + at, '\n', length - at);
    MsSniffLine line = {
        .text = data + at, .length = length - at, .next = length, .whole = end != NULL};
    if (end) {
        line.length = (size_t)(end - data) - at;
        line.next = at + line.length + 1;
    }
    if (line.length > 0 && line.text[line.length - 1] == '\r')
        line.length--;
    return line;
}

bool ms_sniff_starts(const MsSniffLine *line, const char *word)
{
    return ms_fold_starts(line->text, line->length, word);
}

bool ms_sniff_contains(const MsSniffLine *line, const char *word)
{
    for (size_t i = 0; i < line->length; i++)
        if (ms_fold_starts(line->text + i, line->length - i, word))
            return true;
    return false;
}

bool ms_sniff_is_text(const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (data[i] < ' ' && data[i] != '\r' && data[i] != '\n' && data[i] != '\t')
            return false;
    return true;
}

void ms_sniff_found(MsSniffResult *result, const MsDialogueClass *class, unsigned server)
{
    result->verdict = MS_SNIFF_FOUND;
    result->class = class;
    result->server = server;
}

/* Whether a label of the host name stands for webmail. */
static bool is_webmail(const uint8_t *name, size_t length)
{
    static const char *const labels[] = {"mail",   "webmail",      "email", "roundcube",
                                         "owa",    "squirrelmail", "horde", "rainloop",
                                         "zimbra", "outlook"};
    for (size_t at = 0; at < length;) {
        const uint8_t *dot = ms_find_byte(name + at, '.', length - at);
        size_t end = dot ? (size_t)(dot - name) : length;
        for (size_t i = 0; i < G_N_ELEMENTS(labels); i++)
            if (ms_fold_is(name + at, end - at, labels[i]))
                return true;
        at = end + 1;
    }
    return false;
}

/* On a port that is none of mail: does the ClientHello name mail? On HTTPS by the server's name,
 * else by the application protocol (RFC 7301 6). */
static MsSniffVerdict tls_elsewhere(const MsSniffSide *client, uint16_t server_port, size_t most)
{
    enum { HTTPS = 443 };
    MsTlsHello hello;
    bool enough = ms_tls_hello_read(client->data, MIN(client->length, most), &hello);
    const uint8_t *text = hello.text.data;
    bool mail = hello.kind == MS_TLS_CLIENT_HELLO && server_port == HTTPS &&
                is_webmail(text + hello.name.offset, hello.name.length);
    for (size_t i = 0; i < hello.n_alpn && hello.kind == MS_TLS_CLIENT_HELLO; i++)
        mail |= ms_fold_is(text + hello.alpn[i].offset, hello.alpn[i].length, "imap") ||
                ms_fold_is(text + hello.alpn[i].offset, hello.alpn[i].length, "pop3");
    ms_tls_hello_clear(&hello);
    bool more = !enough && !client->ended && client->length < most;
    return mail ? MS_SNIFF_FOUND : more ? MS_SNIFF_MORE : MS_SNIFF_NOT_MAIL;
}

/* A TLS record first: encrypted mail, or nothing to do with it. */
static bool tls(const MsSniffSide side[2], size_t most, MsSniffResult *result)
{
    enum { LEAST = 3 }; /* bytes that make a record: kind and version */
    for (unsigned i = 0; i < 2; i++) {
        if (side[i].length < LEAST && side[i].from_start && !side[i].ended &&
            ms_tls_is_record(side[i].data, side[i].length, 1))
            return true; /* one or two bytes so far, as of a record: wait */
        if (!ms_tls_is_record(side[i].data, side[i].length, LEAST))
            continue;
        bool hello = side[i].data[0] == 22; /* a handshake: the start of TLS is in the capture */
        bool own = ms_sniff_port(tls_ports, G_N_ELEMENTS(tls_ports), side[i].port);
        bool other = ms_sniff_port(tls_ports, G_N_ELEMENTS(tls_ports), side[!i].port);
        if (!hello || (!own && !other)) {
            result->verdict =
                hello ? tls_elsewhere(&side[i], side[!i].port, most) : MS_SNIFF_NOT_MAIL;
            if (result->verdict == MS_SNIFF_FOUND)
                ms_sniff_found(result, &ms_tls, !i);
            return true;
        }
        /* The side on the port of mail is the server; if both are, the one that did not begin. */
        unsigned server = own != other ? (own ? i : !i) : (side[i].sent_syn ? !i : i);
        if (own && other && !side[0].sent_syn && !side[1].sent_syn)
            server = !i;
        ms_sniff_found(result, &ms_tls, server);
        return true;
    }
    return false;
}

/* A tunnel in front of the dialogue. Returns true when it decides for now. */
static bool tunnel(const MsSniffSide side[2], size_t most, MsSniffResult *result, unsigned *client)
{
    for (unsigned i = 0; i < 2; i++) {
        const MsSniffSide *server = &side[!i];
        if (!side[i].from_start && side[i].length > 0 && side[i].data[0] < ' ' &&
            side[i].data[0] != '\r')
            continue; /* two bytes of binary prove nothing in mid-stream */
        MsTunnel found_here;
        ms_tunnel_find(side[i].data, MIN(side[i].length, most), server->data,
                       MIN(server->length, most), server->ended, &found_here);
        if (found_here.verdict == MS_TUNNEL_NONE)
            continue;
        if (found_here.verdict == MS_TUNNEL_MORE) {
            bool done = side[i].ended && server->ended;
            result->verdict = done || side[i].length >= most ? MS_SNIFF_NOT_MAIL : MS_SNIFF_MORE;
            return true;
        }
        *client = i;
        result->skip[i] = found_here.client;
        result->skip[!i] = found_here.server;
        memcpy(result->tunnel, found_here.words, sizeof result->tunnel);
        return false;
    }
    return false;
}

void ms_sniff(const MsSniffSide side[2], const MsLimits *limits, MsSniffResult *result)
{
    *result = (MsSniffResult){.verdict = MS_SNIFF_MORE};
    size_t most = (size_t)limits->value[MS_LIMIT_UNDECIDED];
    if (tls(side, most, result))
        return;
    unsigned client = 0;
    if (tunnel(side, most, result, &client))
        return;
    MsSniffTalk talk = {.side = {side[0], side[1]}, .most = most, .done = true};
    for (unsigned i = 0; i < 2; i++) {
        talk.done &= side[i].ended || side[i].length >= most;
        talk.side[i].data = side[i].data ? side[i].data + result->skip[i] : NULL;
        talk.side[i].length = MIN(side[i].length, most) - result->skip[i];
        talk.side[i].from_start |= result->tunnel[0] != 0;
    }
    bool open = false;
    bool watch = false;
    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
        MsSniffVerdict verdict = protocols[i](&talk, result);
        if (verdict == MS_SNIFF_FOUND)
            return;
        open |= verdict == MS_SNIFF_MORE;
        watch |= verdict == MS_SNIFF_WATCH;
    }
    result->verdict = open ? MS_SNIFF_MORE : watch ? MS_SNIFF_WATCH : MS_SNIFF_NOT_MAIL;
    if (!open && !watch)
        result->skip[0] = result->skip[1] = 0;
}
