/* SPDX-License-Identifier: GPL-2.0-or-later
 * tunnel.c - recognises proxies' openings and measures them, so that the dialogue starts behind. */
#include "tunnel.h"

#include "../base/find.h"

#include <glib.h>

#include <stdio.h>
#include <string.h>

/* Reads one side from its start. */
typedef struct {
    const uint8_t *data;
    size_t length;
    size_t at;
    bool more;   /* ran out of bytes */
    bool absent; /* this side is not in the capture: nothing is asked of it */
} Reader;

static bool need(Reader *reader, size_t count)
{
    if (reader->length - reader->at >= count)
        return true;
    reader->more = true;
    return false;
}

/* Appends captured bytes to the words: printable ASCII only, the rest becomes `?`. */
static void add_words(MsTunnel *tunnel, const uint8_t *text, size_t length)
{
    size_t used = strlen(tunnel->words);
    for (size_t i = 0; i < length && used + 1 < sizeof tunnel->words; i++)
        tunnel->words[used++] = (char)(text[i] > ' ' && text[i] < 127 ? text[i] : '?');
    tunnel->words[used] = 0;
}

static void add_text(MsTunnel *tunnel, const char *text)
{
    g_strlcat(tunnel->words, text, sizeof tunnel->words);
}

/* --- HTTP CONNECT --- */

/* Moves behind the empty line that ends a head. */
static bool skip_head(Reader *reader)
{
    for (size_t i = reader->at; i + 1 < reader->length; i++) {
        if (reader->data[i] != '\n')
            continue;
        size_t next = i + 1;
        if (reader->data[next] == '\r')
            next++;
        if (next < reader->length && reader->data[next] == '\n') {
            reader->at = next + 1;
            return true;
        }
    }
    reader->more = true;
    return false;
}

/* The server's `HTTP/1.x 2xx`; false with !more when it refused. */
static bool http_granted(Reader *server)
{
    if (server->absent)
        return true;
    size_t seen = MIN(server->length, 7);
    if (memcmp(server->data, "HTTP/1.", seen) != 0)
        return false;
    if (!need(server, 10))
        return false;
    return server->data[8] == ' ' && server->data[9] == '2' && skip_head(server);
}

static bool http_connect(Reader *client, Reader *server, MsTunnel *tunnel)
{
    if (!skip_head(client))
        return false;
    size_t end = 8;
    while (end < client->length && client->data[end] > ' ')
        end++;
    add_text(tunnel, "HTTP CONNECT ");
    add_words(tunnel, client->data + 8, end - 8);
    return http_granted(server);
}

/* --- SOCKS --- */

static void add_ipv4(MsTunnel *tunnel, const uint8_t *address)
{
    char text[32];
    snprintf(text, sizeof text, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
    add_text(tunnel, text);
}

static void add_port(MsTunnel *tunnel, const uint8_t *port)
{
    char text[16];
    snprintf(text, sizeof text, ":%u", (unsigned)(port[0] << 8 | port[1]));
    add_text(tunnel, text);
}

/* Moves behind a NUL-terminated string; *start is its first byte. */
static bool skip_string(Reader *reader, size_t *start)
{
    *start = reader->at;
    const uint8_t *end = ms_find_byte(reader->data + reader->at, 0, reader->length - reader->at);
    if (!end) {
        reader->more = reader->length - reader->at < 512;
        return false;
    }
    reader->at = (size_t)(end - reader->data) + 1;
    return true;
}

/* SOCKS4: 04 01 port(2) address(4) user NUL; 4a: address 0.0.0.x, then host NUL. */
static bool socks4(Reader *client, Reader *server, MsTunnel *tunnel)
{
    if (!need(client, 9))
        return false;
    const uint8_t *head = client->data;
    bool named = head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] != 0;
    client->at = 8;
    size_t start;
    if (!skip_string(client, &start))
        return false;
    add_text(tunnel, named ? "SOCKS4a " : "SOCKS4 ");
    if (named) {
        if (!skip_string(client, &start))
            return false;
        add_words(tunnel, client->data + start, client->at - 1 - start);
    } else {
        add_ipv4(tunnel, head + 4);
    }
    add_port(tunnel, head + 2);
    if (server->absent)
        return true;
    if (server->length > 0 && server->data[0] != 0)
        return false;
    if (!need(server, 8))
        return false;
    server->at = 8;
    return server->data[1] == 0x5a; /* granted */
}

/* Moves behind ATYP, address and port, RFC 1928 5; says them when `tunnel` is given. */
static bool socks5_address(Reader *reader, MsTunnel *tunnel)
{
    if (!need(reader, 2))
        return false;
    uint8_t type = reader->data[reader->at];
    size_t length = type == 1   ? 4
                    : type == 4 ? 16
                    : type == 3 ? 1 + (size_t)reader->data[reader->at + 1]
                                : 0;
    if (length == 0)
        return false;
    reader->at++;
    if (!need(reader, length + 2))
        return false;
    const uint8_t *address = reader->data + reader->at;
    if (tunnel) {
        if (type == 1)
            add_ipv4(tunnel, address);
        else if (type == 3)
            add_words(tunnel, address + 1, length - 1);
        else
            add_text(tunnel, "[IPv6]");
        add_port(tunnel, address + length);
    }
    reader->at += length + 2;
    return true;
}

/* RFC 1929: 01 user password, and its answer. */
static bool socks5_login(Reader *client, Reader *server)
{
    if (!need(client, 2) || !need(client, 3 + (size_t)client->data[client->at + 1]))
        return false;
    size_t user = client->data[client->at + 1];
    size_t password = client->data[client->at + 2 + user];
    if (!need(client, 3 + user + password))
        return false;
    client->at += 3 + user + password;
    if (server->absent)
        return true;
    if (!need(server, 2))
        return false;
    server->at += 2;
    return server->data[server->at - 1] == 0;
}

static bool socks5(Reader *client, Reader *server, MsTunnel *tunnel)
{
    if (!need(client, 2) || !need(client, 2 + (size_t)client->data[1]))
        return false;
    client->at = 2 + (size_t)client->data[1];
    bool login = false;
    if (server->absent) {
        login = client->length > client->at && client->data[client->at] == 1;
    } else {
        if (server->length > 0 && server->data[0] != 5)
            return false;
        if (!need(server, 2))
            return false;
        server->at = 2;
        login = server->data[1] == 2;
        if (!login && server->data[1] != 0)
            return false;
    }
    if (login && !socks5_login(client, server))
        return false;
    if (!need(client, 4))
        return false;
    const uint8_t *request = client->data + client->at;
    if (request[0] != 5 || request[1] != 1)
        return false;
    client->at += 3;
    add_text(tunnel, login ? "SOCKS5 with a login " : "SOCKS5 ");
    if (!socks5_address(client, tunnel))
        return false;
    if (server->absent)
        return true;
    if (!need(server, 4))
        return false;
    const uint8_t *answer = server->data + server->at;
    if (answer[0] != 5 || answer[1] != 0)
        return false;
    server->at += 3;
    return socks5_address(server, NULL);
}

/* --- PROXY line --- */

static const uint8_t proxy2[12] = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

static bool proxy_v1(Reader *client, MsTunnel *tunnel)
{
    enum { LONGEST = 107 }; /* bytes with CRLF, says its specification */
    const uint8_t *end = ms_find_byte(client->data, '\n', MIN(client->length, LONGEST));
    if (!end) {
        client->more = client->length < LONGEST;
        return false;
    }
    client->at = (size_t)(end - client->data) + 1;
    size_t length = client->at - 1;
    if (length > 0 && client->data[length - 1] == '\r')
        length--;
    for (size_t start = 0; start < length;) {
        size_t stop = start;
        while (stop < length && client->data[stop] != ' ')
            stop++;
        add_words(tunnel, client->data + start, stop - start);
        if (stop < length)
            add_text(tunnel, " ");
        start = stop + 1;
    }
    return true;
}

static bool proxy_v2(Reader *client, MsTunnel *tunnel)
{
    if (!need(client, 16))
        return false;
    const uint8_t *head = client->data;
    size_t length = (size_t)(head[14] << 8 | head[15]);
    if (head[12] >> 4 != 2 || !need(client, 16 + length))
        return false;
    client->at = 16 + length;
    add_text(tunnel, "PROXY v2");
    if (head[13] == 0x11 && length >= 12) { /* TCP over IPv4 */
        add_text(tunnel, " ");
        add_ipv4(tunnel, head + 16);
        add_port(tunnel, head + 24);
        add_text(tunnel, " to ");
        add_ipv4(tunnel, head + 20);
        add_port(tunnel, head + 26);
    }
    return true;
}

/* Whether the bytes begin with the mark, or are the beginning of it. */
static bool begins(const uint8_t *data, size_t length, const void *mark, size_t mark_length)
{
    return memcmp(data, mark, MIN(length, mark_length)) == 0;
}

void ms_tunnel_find(const uint8_t *client, size_t client_length, const uint8_t *server,
                    size_t server_length, bool server_absent, MsTunnel *tunnel)
{
    *tunnel = (MsTunnel){.verdict = MS_TUNNEL_NONE};
    if (client_length == 0)
        return;
    Reader to_server = {.data = client, .length = client_length};
    Reader to_client = {.data = server ? server : client,
                        .length = server_length,
                        .absent = server_absent && server_length == 0};
    bool found = false;
    size_t mark = 0;
    if (begins(client, client_length, "CONNECT ", mark = 8)) {
        if (client_length >= mark)
            found = http_connect(&to_server, &to_client, tunnel);
    } else if (begins(client, client_length, "PROXY ", mark = 6)) {
        if (client_length >= mark)
            found = proxy_v1(&to_server, tunnel);
    } else if (begins(client, client_length, proxy2, mark = sizeof proxy2)) {
        if (client_length >= mark)
            found = proxy_v2(&to_server, tunnel);
    } else if (begins(client, client_length, "\x04\x01", mark = 2)) {
        if (client_length >= mark)
            found = socks4(&to_server, &to_client, tunnel);
    } else if (client[0] == 5 && (client_length < 2 || (client[1] > 0 && client[1] < 16))) {
        found = socks5(&to_server, &to_client, tunnel);
    } else {
        return;
    }
    if (found) {
        tunnel->verdict = MS_TUNNEL_FOUND;
        tunnel->client = to_server.at;
        tunnel->server = to_client.at;
    } else if (client_length < mark || to_server.more || to_client.more) {
        tunnel->verdict = MS_TUNNEL_MORE;
    }
}
