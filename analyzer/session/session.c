/* SPDX-License-Identifier: GPL-2.0-or-later
 * session.c - a connection before it is a session: a log is kept and the sniffer asked. When it is
 * known whose words these are, and a line is there to begin with, the log is played back; from then
 * on all goes straight to live.c. A connection that says little costs little. One that speaks HTTP
 * is watched: its requests are looked at until one concerns mail, its responses are not kept. */
#include "session.h"

#include "../base/find.h"
#include "../dialogue/http_watch.h"
#include "../dialogue/tls.h"
#include "hold.h"
#include "live.h"
#include "proxy.h"

#include <string.h>

enum {
    ENOUGH = 1024, /* held bytes of one side that begin a session without a line of the client */
    SEALED = 32768 /* bytes of TLS on a port not of mail that wait for somebody to decrypt them */
};

struct MsSession {
    MsLive *live;       /* NULL as long as it is held */
    MsInside *inside;   /* what was decrypted, or NULL */
    bool sealed;        /* TLS, and not known to be mail: decrypted bytes will tell */
    MsHttpWatch *watch; /* of HTTP that is not mail so far, or NULL */
    uint8_t client;     /* with `watch`: the side whose requests they are */
    MsProxy *proxy;     /* with `watch`: the tunnel in front of them, or NULL */
    MsHold hold;
};

uint32_t ms_session_number(const MsSession *session)
{
    return session->live ? session->live->number : UINT32_MAX;
}

uint64_t ms_session_text(const MsSession *session)
{
    return session->live ? session->live->text : 0;
}

/* What a side's held bytes are: those being handed on now, or its tail. */
typedef struct {
    unsigned side; /* of `bytes`; 2: both from the tails */
    const MsBytes *bytes;
    size_t eaten; /* of `bytes` */
} Offer;

static MsBytes held_of(const MsStream *stream, const Offer *now, unsigned side)
{
    return now->side == side ? *now->bytes : ms_tail_held(stream->half[side].tail);
}

static void eat(MsStream *stream, Offer *now, unsigned side, size_t length)
{
    if (now->side == side)
        now->eaten += length;
    else if (length > 0)
        ms_tail_eat(stream->half[side].tail, length);
}

/* Plays the log back to the dialogue. */
static void replay(MsSession *session, MsStream *stream, Offer *now, const MsSniffResult *found,
                   const MsBytes held[2])
{
    size_t visible[2] = {0, 0};
    size_t eaten[2] = {0, 0};
    for (unsigned side = 0; side < 2; side++) {
        eaten[side] = MIN(found->skip[side], held[side].length);
        eat(stream, now, side, eaten[side]);
    }
    for (uint32_t i = 0; i < session->hold.n_entries; i++) {
        const MsHeld *entry = &session->hold.entries[i];
        unsigned side = entry->side;
        MsBytes part = {0};
        if (entry->kind == MS_HELD_BYTES)
            visible[side] += entry->length;
        if (visible[side] > eaten[side]) {
            part = held[side];
            part.data += eaten[side];
            part.at += eaten[side];
            part.length = visible[side] - eaten[side];
        }
        switch ((MsHeldKind)entry->kind) {
        case MS_HELD_BYTES: {
            size_t length = part.length > 0 ? ms_live_offer(session->live, side, &part) : 0;
            eaten[side] += length;
            eat(stream, now, side, length);
            break;
        }
        case MS_HELD_GAP:
            ms_live_gap(session->live, side, entry->detail, &part);
            break;
        case MS_HELD_EVENT:
            ms_live_event(session->live, side, (MsItemKind)entry->event, entry->detail, &part);
            break;
        case MS_HELD_ODDITY:
            ms_live_oddity(session->live, side, entry->detail);
            break;
        }
    }
    ms_hold_clear(&session->hold);
}

/* Whether there is enough to begin with, so that state is worth its memory. */
static bool is_enough(const MsHold *hold, const MsSniffResult *found, const MsBytes held[2])
{
    const MsBytes *client = &held[!found->server];
    return ms_hold_busy(hold) || found->skip[0] || found->skip[1] || found->class == &ms_tls ||
           held[0].length >= ENOUGH || held[1].length >= ENOUGH ||
           (client->length > 0 && ms_find_byte(client->data, '\n', client->length));
}

/* Whether the connection is one of TLS, and short enough to wait for its decrypted bytes. */
static bool is_sealed(const MsSniffSide side[2], const MsHold *hold)
{
    return side[0].length + side[1].length < SEALED && !ms_hold_full(hold) &&
           (ms_tls_is_record(side[0].data, side[0].length, 3) ||
            ms_tls_is_record(side[1].data, side[1].length, 3));
}

/* --- HTTP that is not mail so far --- */

/* A request that concerns mail is there: the session begins with it. */
static void leave_watch(MsSessions *all, MsSession *session, MsStream *stream, Offer *now)
{
    unsigned client = session->client;
    const MsSniffResult found = {.verdict = MS_SNIFF_FOUND, .class = &ms_http, .server = !client};
    MsBytes held[2] = {{0}, {0}};
    uint32_t passed = ms_http_watch_passed(session->watch);
    held[client] = held_of(stream, now, client);
    if (now->side == client) {
        held[client].data += now->eaten;
        held[client].at += now->eaten;
        held[client].length -= now->eaten;
    }
    ms_http_watch_free(session->watch);
    session->watch = NULL;
    ms_stream_hear(stream, !client);
    session->live = ms_live_new(all, stream, &found, held);
    if (session->proxy)
        ms_live_say_tunnel(session->live, &session->proxy->found, session->proxy->held);
    if (passed > 0)
        ms_live_say_header(session->live, MS_FIELD_HTTP_PASSED, client, NULL, passed,
                           stream->marks[0].time_ns, NULL);
    eat(stream, now, client, ms_live_offer(session->live, client, &held[client]));
}

/* Looks at what the client said. `last`: no more will come of it. Returns true when the stream is a
 * session now. */
static bool watch(MsSessions *all, MsSession *session, MsStream *stream, Offer *now, bool last)
{
    MsBytes held = held_of(stream, now, session->client);
    size_t eaten;
    MsWatchVerdict verdict =
        ms_http_watch(session->watch, held.data, held.length, last, &all->options.limits, &eaten);
    eat(stream, now, session->client, eaten);
    if (verdict == MS_WATCH_MAIL) {
        leave_watch(all, session, stream, now);
        return true;
    }
    if (verdict == MS_WATCH_OVER || last)
        stream->flags |= MS_STREAM_DEAF;
    return false;
}

/* It is HTTP. Returns MS_SNIFF_FOUND when its first request concerns mail, MS_SNIFF_MORE when more
 * of it must be seen; else what was noted and what the server said is forgotten, and it is watched.
 */
static MsSniffVerdict enter_watch(MsSessions *all, MsSession *session, MsStream *stream, Offer *now,
                                  const MsSniffResult *found, const MsBytes held[2], bool last)
{
    unsigned server = found->server;
    const MsBytes *said = &held[!server];
    size_t skip = MIN(found->skip[!server], said->length);
    size_t eaten;
    MsHttpWatch *probe = ms_http_watch_new();
    MsWatchVerdict verdict = ms_http_watch(probe, said->data + skip, said->length - skip, last,
                                           &all->options.limits, &eaten);
    if (eaten == 0 && (verdict == MS_WATCH_MAIL ||
                       (verdict == MS_WATCH_ON && !last && !ms_hold_full(&session->hold)))) {
        ms_http_watch_free(probe);
        return verdict == MS_WATCH_MAIL ? MS_SNIFF_FOUND : MS_SNIFF_MORE;
    }
    if (verdict == MS_WATCH_OVER || (verdict == MS_WATCH_ON && last)) {
        ms_http_watch_free(probe);
        return MS_SNIFF_NOT_MAIL;
    }
    session->client = (uint8_t)!server;
    session->watch = probe;
    session->proxy = ms_proxy_new(found, held);
    ms_hold_clear(&session->hold);
    if (!all->sink.stream)
        ms_stream_unhear(stream, server);
    eat(stream, now, server, held[server].length);
    eat(stream, now, !server, skip + eaten);
    if (verdict == MS_WATCH_MAIL)
        leave_watch(all, session, stream, now);
    return MS_SNIFF_WATCH;
}

/* Asks the sniffer. `last`: nothing more will come of either side. Returns true when the stream is
 * a session now. */
static bool decide(MsSessions *all, MsSession *session, MsStream *stream, Offer *now, bool last)
{
    MsSniffSide sides[2];
    MsBytes held[2];
    for (unsigned side = 0; side < 2; side++) {
        const MsHalf *half = &stream->half[side];
        held[side] = held_of(stream, now, side);
        sides[side] =
            (MsSniffSide){.data = held[side].data,
                          .length = held[side].length,
                          .port = stream->port[side],
                          .sent_syn = stream->flags & (side ? MS_STREAM_SYN_1 : MS_STREAM_SYN_0),
                          .from_start = (half->flags & MS_HALF_FROM_START) && held[side].at == 0,
                          .ended = last || (half->flags & MS_HALF_ENDED)};
    }
    MsSniffResult found = {0};
    ms_sniff(sides, &all->options.limits, &found);
    if (found.verdict == MS_SNIFF_MORE && !last && ms_hold_full(&session->hold))
        found.verdict = MS_SNIFF_NOT_MAIL;
    if (found.verdict == MS_SNIFF_WATCH)
        found.verdict = enter_watch(all, session, stream, now, &found, held, last);
    if (found.verdict == MS_SNIFF_WATCH)
        return session->live != NULL;
    if (found.verdict == MS_SNIFF_NOT_MAIL) {
        session->sealed = all->options.plaintext && is_sealed(sides, &session->hold);
        if (!session->sealed)
            stream->flags |= MS_STREAM_DEAF;
        return false;
    }
    if (found.verdict == MS_SNIFF_MORE)
        return false;
    if (!last && !is_enough(&session->hold, &found, held))
        return false;
    session->live = ms_live_new(all, stream, &found, held);
    replay(session, stream, now, &found, held);
    return true;
}

static MsSession *session_of(MsStream *stream)
{
    MsSession *session = stream->session;
    if (!session)
        stream->session = session = g_new0(MsSession, 1);
    return session;
}

size_t ms_session_bytes(MsSessions *all, MsStream *stream, unsigned side, const MsBytes *held,
                        size_t fresh)
{
    MsSession *session = session_of(stream);
    if (session->live) {
        size_t eaten = ms_live_offer(session->live, side, held);
        ms_live_count(session->live);
        return eaten;
    }
    if (session->watch && side != session->client)
        return held->length;
    if (!session->watch)
        ms_hold_bytes(&session->hold, side, fresh);
    Offer now = {.side = side, .bytes = held};
    if (session->watch ? watch(all, session, stream, &now, false)
                       : decide(all, session, stream, &now, false))
        ms_live_count(session->live);
    return now.eaten;
}

void ms_session_gap(MsSessions *all, MsStream *stream, unsigned side, const MsGap *gap,
                    const MsBytes *left)
{
    MsSession *session = session_of(stream);
    if (session->watch) {
        Offer now = {.side = 2};
        if (side != session->client)
            return;
        if (!watch(all, session, stream, &now, true)) {
            ms_http_watch_gap(session->watch, gap->length);
            stream->flags &= (uint8_t)~MS_STREAM_DEAF; /* there may be more behind the hole */
            return;
        }
    }
    if (!session->live && left->length > 0) {
        Offer now = {.side = 2};
        if (!decide(all, session, stream, &now, true))
            ms_hold_lose(&session->hold, side);
        stream->flags &= (uint8_t)~MS_STREAM_DEAF; /* there may be more behind the hole */
    }
    if (!session->live) {
        ms_hold_gap(&session->hold, side, gap);
        return;
    }
    MsBytes rest = ms_tail_held(stream->half[side].tail);
    ms_live_gap(session->live, side, gap, &rest);
    ms_live_count(session->live);
}

void ms_session_event(MsSessions *all, MsStream *stream, unsigned side, MsItemKind kind,
                      const MsMark *mark)
{
    MsSession *session = stream->session;
    if (!session)
        return; /* nothing was said so far */
    if (session->watch) {
        Offer now = {.side = 2};
        if (!watch(all, session, stream, &now, true))
            return;
    }
    if (!session->live) {
        ms_hold_event(&session->hold, side, kind, mark);
        Offer now = {.side = 2};
        if (decide(all, session, stream, &now, false))
            ms_live_count(session->live);
        return;
    }
    MsBytes left = ms_tail_held(stream->half[side].tail);
    ms_live_event(session->live, side, kind, mark, &left);
    ms_live_count(session->live);
}

void ms_session_segment(MsStream *stream, unsigned side, const MsSegment *segment)
{
    const MsSession *session = stream->session;
    if (session && session->live)
        ms_live_segment(session->live, side, segment);
}

void ms_session_oddity(MsStream *stream, unsigned side, const MsOddity *oddity)
{
    MsSession *session = session_of(stream);
    if (session->live) {
        ms_live_oddity(session->live, side, oddity);
        ms_live_count(session->live);
    } else if (!session->watch) {
        ms_hold_oddity(&session->hold, side, oddity);
    }
}

void ms_session_plaintext(MsSessions *all, MsStream *stream, unsigned side, const MsPiece *piece,
                          const uint8_t *data, MsPool *pool)
{
    MsSession *session = stream->session;
    if (!session || (!session->live && !session->sealed))
        return;
    if (!session->inside)
        session->inside = ms_inside_new(pool);
    MsInside *inside = session->inside;
    if (session->live) {
        session->live->inside = inside;
        ms_seal_opened(session->live, side, piece->place.frame, piece->place.length > 0);
    }
    if (inside->deaf || piece->place.length == 0)
        return;
    MsPiece placed = *piece;
    placed.at = inside->next[side];
    const MsBytes bytes = {.data = data,
                           .length = placed.place.length,
                           .at = placed.at,
                           .pieces = &placed,
                           .n_pieces = 1};
    ms_inside_keep(inside, side, &bytes);
    if (inside->class) {
        ms_inside_offer(inside, session->live, side);
        ms_live_count(session->live);
        return;
    }
    MsSniffResult found = {.verdict = MS_SNIFF_FOUND};
    if (session->live && session->live->class != &ms_tls)
        found.class = session->live->class; /* after STARTTLS */
    else
        ms_inside_sniff(inside, stream, &all->options.limits, &found);
    inside->deaf = found.verdict == MS_SNIFF_NOT_MAIL;
    if (found.verdict != MS_SNIFF_FOUND)
        return;
    if (!session->live) {
        Offer now = {.side = 2};
        MsBytes held[2] = {held_of(stream, &now, 0), held_of(stream, &now, 1)};
        const MsSniffResult outside = {
            .verdict = MS_SNIFF_FOUND, .class = &ms_tls, .server = found.server};
        session->live = ms_live_new(all, stream, &outside, held);
        replay(session, stream, &now, &outside, held);
        session->live->inside = inside;
        for (unsigned i = 0; i < 2; i++)
            if (inside->next[i] > 0) /* of those before nothing was counted */
                ms_seal_opened(session->live, i, piece->place.frame, true);
    }
    ms_inside_begin(inside, session->live, found.class);
    ms_live_count(session->live);
}

void ms_session_over(MsSessions *all, MsStream *stream, MsOver why)
{
    MsSession *session = stream->session;
    if (!session)
        return;
    if (!session->live && why != MS_OVER_DEAF && !(stream->flags & MS_STREAM_DEAF)) {
        Offer now = {.side = 2};
        if (session->watch)
            watch(all, session, stream, &now, true);
        else
            decide(all, session, stream, &now, true);
    }
    if (session->live)
        ms_live_over(session->live, why);
    stream->session = NULL;
    ms_session_free(session);
}

void ms_session_free(MsSession *session)
{
    if (!session)
        return;
    ms_live_free(session->live);
    ms_inside_free(session->inside);
    ms_http_watch_free(session->watch);
    ms_proxy_free(session->proxy);
    ms_hold_clear(&session->hold);
    g_free(session);
}
