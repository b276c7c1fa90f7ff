/* SPDX-License-Identifier: GPL-2.0-or-later
 * convfilter.c - all frames of the mail session that a frame belongs to: its addresses and ports,
 * from its first frame to its last, as ports may be used again. */
#include "convfilter.h"

#include "state.h"
#include "words.h"
#include "ws_compat.h"

#include <epan/conversation_filter.h>
#include <epan/to_str.h>

#include <string.h>

/* Whether a side of the session has that address and port. */
static bool is_at(const MsFact *address, const MsFact *port, const char *text, uint32_t number)
{
    return address && port && port->number == number && strlen(text) == address->text_length &&
           memcmp(text, address->text, address->text_length) == 0;
}

/* Whether it is a side of the session. */
static bool has_end(const MsStoreSession *session, const char *address, uint32_t port)
{
    return is_at(ms_store_value(session, MS_FIELD_SESSION_CLIENT),
                 ms_store_value(session, MS_FIELD_SESSION_CLIENT_PORT), address, port) ||
           is_at(ms_store_value(session, MS_FIELD_SESSION_SERVER),
                 ms_store_value(session, MS_FIELD_SESSION_SERVER_PORT), address, port);
}

static uint32_t last_frame(const MsStoreSession *session)
{
    const MsFact *last = ms_store_value(session, MS_FIELD_SESSION_LAST);
    return last && last->n_ranges > 0 ? MAX(last->ranges[0].frame, session->last_bytes)
                                      : session->last_bytes;
}

/* The session that was open on these ports when the frame was captured; NULL: none. */
static const MsStoreSession *session_of(const packet_info *pinfo)
{
    if (!ms_state.store || pinfo->ptype != PT_TCP)
        return NULL;
    const char *from = address_to_str(pinfo->pool, &pinfo->net_src);
    const char *to = address_to_str(pinfo->pool, &pinfo->net_dst);
    for (uint32_t i = 0; i < ms_store_sessions(ms_state.store); i++) {
        const MsStoreSession *session = ms_store_session(ms_state.store, i);
        if (pinfo->num >= session->first_frame && pinfo->num <= last_frame(session) &&
            has_end(session, from, pinfo->srcport) && has_end(session, to, pinfo->destport))
            return session;
    }
    return NULL;
}

static MsWsBool is_valid(MS_WS_FILTER_ARGS)
{
    MS_WS_FILTER_UNUSED;
    return session_of(pinfo) != NULL;
}

static char *build(MS_WS_FILTER_ARGS)
{
    MS_WS_FILTER_UNUSED;
    const MsStoreSession *session = session_of(pinfo);
    if (!session)
        return NULL;
    const MsFact *client = ms_store_value(session, MS_FIELD_SESSION_CLIENT);
    const MsFact *server = ms_store_value(session, MS_FIELD_SESSION_SERVER);
    if (!client || !server)
        return NULL;
    const char *family = ms_words_is_ipv6(client) ? "ipv6" : "ip";
    return g_strdup_printf(
        "%s.addr == %.*s && %s.addr == %.*s && tcp.port == %u && tcp.port == %u && "
        "frame.number >= %u && frame.number <= %u",
        family, (int)client->text_length, client->text, family, (int)server->text_length,
        server->text, pinfo->srcport, pinfo->destport, session->first_frame, last_frame(session));
}

void ms_convfilter_register(void)
{
    MS_WS_FILTER_REGISTER("mailscope", "Mail session", is_valid, build);
}
