/* SPDX-License-Identifier: GPL-2.0-or-later
 * sniff.h - whose words are these? Decides by what is said which protocol a connection speaks and
 * which side is the server. Ports are hints for what stays open, never proof. */
#pragma once

#include "dialogue.h"

typedef enum {
    MS_SNIFF_MORE,     /* not decided: ask again with more bytes */
    MS_SNIFF_NOT_MAIL, /* anything else: only to be counted */
    MS_SNIFF_WATCH,    /* HTTP: not mail so far, but a later request may be (http_watch.h) */
    MS_SNIFF_FOUND
} MsSniffVerdict;

/* One side of a connection, as far as it is known. */
typedef struct {
    const uint8_t *data; /* first bytes this side sent; may be NULL when length is 0 */
    size_t length;       /* at most MS_LIMIT_UNDECIDED is looked at */
    uint16_t port;
    bool sent_syn;   /* began the connection */
    bool from_start; /* data[0] is the first byte this side ever sent (its SYN was seen) */
    bool ended;      /* will say no more: FIN, RST, or the capture ended */
} MsSniffSide;

typedef struct {
    MsSniffVerdict verdict;
    const MsDialogueClass *class; /* when FOUND or WATCH */
    unsigned server; /* when FOUND or WATCH: index of the side that is the server, 0 or 1 */
    /* When FOUND: bytes at the start of each side that belong to a tunnel (HTTP CONNECT, SOCKS, a
     * PROXY line) and not to the dialogue; the dialogue starts behind them. */
    size_t skip[2];
    char tunnel[128]; /* session.tunnel in words, "" when none: "HTTP CONNECT mx.example.net:25" */
} MsSniffResult;

/* Looks at both sides. Sets result->verdict; MORE at most until UNDECIDED bytes of each side are
 * there or both sides ended. */
void ms_sniff(const MsSniffSide side[2], const MsLimits *limits, MsSniffResult *result);
