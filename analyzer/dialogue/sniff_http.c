/* SPDX-License-Identifier: GPL-2.0-or-later
 * sniff_http.c - is it HTTP? A request line of a client is proof enough, or the status line of a
 * server whose client is not heard. Whether it is mail is for
 * the watch to find out (http_watch.h): later requests of a connection may be. */
#include "http_head.h"
#include "sniff_protocol.h"

#include <string.h>

MsSniffVerdict ms_sniff_http(const MsSniffTalk *talk, MsSniffResult *result)
{
    static const char version[] = "HTTP/1.";
    bool open = false;
    for (unsigned client = 0; client < 2; client++) {
        const MsSniffSide *side = &talk->side[client];
        const MsSniffSide *server = &talk->side[!client];
        /* An answer to what was lost: the next request may concern mail. */
        if (side->length == 0 && !side->ended && server->length >= sizeof version - 1 &&
            memcmp(server->data, version, sizeof version - 1) == 0) {
            ms_sniff_found(result, &ms_http, !client);
            return MS_SNIFF_WATCH;
        }
        bool whole = false;
        if (side->length == 0 || !ms_http_may_request(side->data, side->length, &whole))
            continue;
        if (whole) {
            ms_sniff_found(result, &ms_http, !client);
            return MS_SNIFF_WATCH;
        }
        open |= !side->ended && side->length < talk->most;
    }
    return open ? MS_SNIFF_MORE : MS_SNIFF_NOT_MAIL;
}
