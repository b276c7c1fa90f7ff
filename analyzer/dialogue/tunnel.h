/* SPDX-License-Identifier: GPL-2.0-or-later
 * tunnel.h - what is said to a proxy before the mail dialogue: HTTP CONNECT (RFC 9110 9.3.6),
 * SOCKS4, 4a and 5 (RFC 1928, 1929), HAProxy's PROXY line, versions 1 and 2. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    MS_TUNNEL_NONE, /* no tunnel, or one that was refused */
    MS_TUNNEL_MORE, /* it may be one: more bytes are needed */
    MS_TUNNEL_FOUND
} MsTunnelVerdict;

typedef struct {
    MsTunnelVerdict verdict;
    size_t client, server; /* bytes of it on each side */
    char words[128];       /* "HTTP CONNECT mx.example.net:25" */
} MsTunnel;

/* Looks whether the client's bytes begin a tunnel. The server's side may be missing as a whole
 * (`server_absent`: it will not come any more); then only the client's bytes count. */
void ms_tunnel_find(const uint8_t *client, size_t client_length, const uint8_t *server,
                    size_t server_length, bool server_absent, MsTunnel *tunnel);
