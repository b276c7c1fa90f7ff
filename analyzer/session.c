/* SPDX-License-Identifier: GPL-2.0-or-later
 * session.c - from a stream to a session. Undecided: a log is kept and the sniffer asked. Decided:
 * the log is played back, and from then on all goes straight to the dialogue. Says what is known of
 * the connection itself: addresses, handshake, first words, FIN and RST, how it ended. */
#include "session.h"

#include "base/escape.h"
#include "dialogue/sniff.h"
#include "hold.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    FIRST_WORDS = 512, /* bytes of the first line of a side that become a fact */
    FLAGS_AT = 13,     /* RFC 9293 3.1: the flag byte in the TCP header */
    NO_SERVER = 2
};

struct MsSession {
    MsTalk talk; /* must be first: the dialogue knows the session by it */
    MsSessions *all;
    MsStream *stream;
    MsHold hold;
    const MsDialogueClass *class; /* NULL as long as it is undecided */
    MsDialogue *dialogue;
    MsRecord *record;
    MsMessage *message; /* the open one */
    uint64_t text;      /* bytes of the record, as counted in all->text */
    uint64_t kept;      /* bytes that its messages keep */
    uint32_t number;
    uint8_t server;        /* side, or NO_SERVER */
    uint8_t ended[2];      /* the dialogue was told */
    uint8_t first_said[2]; /* first words are said, or cannot be */
    uint8_t urgent;        /* said once */
    uint64_t begin[2];     /* stream offset at which the dialogue begins */
    MsMark end;            /* first FIN or RST */
    uint8_t end_side;
    bool end_rst;
    uint8_t n_fins, n_rsts;
    MsRange quit; /* QUIT or the reply to it */
    int64_t quit_ns;
    uint8_t quit_direction;
};

uint32_t ms_session_number(const MsSession *session)
{
    return session->class ? session->number : UINT32_MAX;
}

uint64_t ms_session_text(const MsSession *session)
{
    return session->text;
}

/* ---- what is found ---- */

static MsDirection direction_of(const MsSession *session, unsigned side)
{
    return side == session->server ? MS_TO_CLIENT : MS_TO_SERVER;
}

static void say_fact(MsSession *session, const MsFact *fact)
{
    const MsSessions *all = session->all;
    if (all->sink.fact)
        all->sink.fact(session->number, fact, all->user_data);
    if (session->record)
        ms_record_add_fact(session->record, fact);
}

static void say_line(MsSession *session, const MsLine *line)
{
    const MsSessions *all = session->all;
    if (all->sink.line)
        all->sink.line(session->number, line, all->user_data);
    if (session->record)
        ms_record_add_line(session->record, line);
}

static void say_oddity(MsSession *session, const MsOddity *oddity)
{
    const MsSessions *all = session->all;
    if (all->sink.oddity)
        all->sink.oddity(session->number, oddity, all->user_data);
    if (session->record)
        ms_record_add_oddity(session->record, oddity);
}

static void count_text(MsSession *session)
{
    uint64_t text = session->kept + (session->record ? ms_record_bytes(session->record) : 0);
    session->all->text += text - session->text;
    session->text = text;
}

static MsRange mark_range(const MsMark *mark, uint32_t offset, uint32_t length)
{
    return (MsRange){.frame = mark->frame,
                     .offset = mark->offset + offset,
                     .length = length,
                     .file = mark->file};
}

/* Says a fact about the connection that cites bytes of a header. */
static void say_header(MsSession *session, MsFieldId field, unsigned side, const char *text,
                       int64_t number, int64_t time_ns, const MsRange *range)
{
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)direction_of(session, side),
                         .message = -1,
                         .item = -1,
                         .text = text,
                         .text_length = text ? (uint32_t)strlen(text) : 0,
                         .number = number,
                         .time_ns = time_ns,
                         .ranges = range,
                         .n_ranges = range ? 1 : 0};
    say_fact(session, &fact);
}

/* The same for the flags of the segment at `mark`. */
static void say_flags(MsSession *session, MsFieldId field, unsigned side, const char *text,
                      int64_t number, const MsMark *mark)
{
    MsRange range = mark_range(mark, FLAGS_AT, 1);
    say_header(session, field, side, text, number, mark->time_ns,
               mark->offset == MS_MARK_NOWHERE ? NULL : &range);
}

static void say_connection(MsSession *session, unsigned side, const char *text, const MsMark *mark)
{
    if (!session->talk.wants_lines)
        return;
    MsRange range = mark_range(mark, FLAGS_AT, 1);
    const MsLine line = {.kind = MS_LINE_CONNECTION,
                         .direction = (uint8_t)direction_of(session, side),
                         .message = -1,
                         .text = text,
                         .text_length = (uint32_t)strlen(text),
                         .note = "",
                         .time_ns = mark->time_ns,
                         .ranges = &range,
                         .n_ranges = mark->offset != MS_MARK_NOWHERE};
    say_line(session, &line);
}

static void say_plain_oddity(MsSession *session, MsOddityKind kind, unsigned side,
                             const char *detail, const MsMark *mark)
{
    MsRange range = mark_range(mark, FLAGS_AT, 1);
    const MsOddity oddity = {.kind = kind,
                             .direction = (uint8_t)direction_of(session, side),
                             .message = -1,
                             .detail = detail,
                             .detail_length = (uint32_t)strlen(detail),
                             .time_ns = mark->time_ns,
                             .ranges = &range,
                             .n_ranges = mark->offset != MS_MARK_NOWHERE};
    say_oddity(session, &oddity);
}

/* ---- what the dialogue says ---- */

static void talk_fact(MsTalk *talk, const MsFact *fact)
{
    MsSession *session = (MsSession *)talk;
    bool quit = fact->field == MS_FIELD_SMTP_QUIT_CODE ||
                (fact->field == MS_FIELD_SMTP_COMMAND && fact->text_length >= 4 &&
                 g_ascii_strncasecmp(fact->text, "QUIT", 4) == 0);
    if (quit && fact->n_ranges > 0) {
        session->quit = fact->ranges[0];
        session->quit_ns = fact->time_ns;
        session->quit_direction = fact->direction;
    }
    say_fact(session, fact);
}

static void talk_line(MsTalk *talk, const MsLine *line)
{
    say_line((MsSession *)talk, line);
}

static void talk_oddity(MsTalk *talk, const MsOddity *oddity)
{
    say_oddity((MsSession *)talk, oddity);
}

static void talk_message_open(MsTalk *talk, int32_t message)
{
    MsSession *session = (MsSession *)talk;
    const MsEngineOptions *options = &session->all->options;
    ms_message_unref(session->message);
    session->message = ms_message_new(message, &options->limits, options->keep, options->hash,
                                      options->open_spool, session->all->user_data);
}

static void talk_message_bytes(MsTalk *talk, int32_t message, const MsBytes *bytes, size_t offset,
                               size_t length)
{
    MsSession *session = (MsSession *)talk;
    if (session->message && ms_message_number(session->message) == message)
        ms_message_push(session->message, bytes, offset, length);
}

static void talk_message_gap(MsTalk *talk, int32_t message, uint64_t length)
{
    MsSession *session = (MsSession *)talk;
    if (session->message && ms_message_number(session->message) == message)
        ms_message_gap(session->message, length);
}

static void say_message(MsSession *session, MsFieldId field, const char *text, uint64_t number)
{
    const MsRanges *ranges = ms_message_ranges(session->message);
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = MS_TO_SERVER,
                         .message = ms_message_number(session->message),
                         .item = -1,
                         .text = text,
                         .text_length = text ? (uint32_t)strlen(text) : 0,
                         .number = (int64_t)number,
                         .time_ns = ranges->time_ns,
                         .ranges = ranges->range,
                         .n_ranges = ranges->n_ranges,
                         .ranges_omitted = ranges->omitted};
    say_fact(session, &fact);
}

static void message_field(const MsFact *fact, void *user_data)
{
    say_fact(user_data, fact);
}

static void talk_message_close(MsTalk *talk, int32_t number, MsMessageEnd end)
{
    MsSession *session = (MsSession *)talk;
    MsMessage *message = session->message;
    if (!message || ms_message_number(message) != number)
        return;
    ms_message_end(message, end == MS_MESSAGE_WHOLE);
    ms_message_fields(message, message_field, session);
    say_message(session, MS_FIELD_MESSAGE_SIZE, NULL, ms_message_size(message));
    bool complete = ms_message_complete(message);
    say_message(session, MS_FIELD_MESSAGE_COMPLETE, NULL, complete);
    if (ms_message_missing(message) > 0)
        say_message(session, MS_FIELD_MESSAGE_MISSING, NULL, ms_message_missing(message));
    const char *sha256 = ms_message_sha256(message);
    if (sha256)
        say_message(session, MS_FIELD_MESSAGE_SHA256, sha256, 0);
    if (session->record) {
        ms_record_add_message(session->record, message);
        session->kept += MIN(ms_message_kept(message),
                             session->all->options.limits.value[MS_LIMIT_MESSAGE_MEMORY]);
    }
    ms_message_unref(message);
    session->message = NULL;
}

static const MsTalkClass talk_class = {.fact = talk_fact,
                                       .line = talk_line,
                                       .oddity = talk_oddity,
                                       .message_open = talk_message_open,
                                       .message_bytes = talk_message_bytes,
                                       .message_gap = talk_message_gap,
                                       .message_close = talk_message_close};

/* ---- what the dialogue is told ---- */

/* The first line of a side, when it is there; `force`: as much of it as there is. */
static void say_first_words(MsSession *session, unsigned side, const MsBytes *held, bool force)
{
    if (session->first_said[side] || held->length == 0)
        return;
    if (held->at != session->begin[side] || session->class == &ms_tls) {
        session->first_said[side] = true; /* the first bytes are missing, or no words */
        return;
    }
    size_t most = MIN(held->length, FIRST_WORDS);
    const uint8_t *end = memchr(held->data, '\n', most);
    if (!end && most < FIRST_WORDS && !force)
        return;
    session->first_said[side] = true;
    size_t length = end ? (size_t)(end - held->data) : most;
    if (end && length > 0 && held->data[length - 1] == '\r')
        length--;
    MsRanges ranges = {0};
    ms_ranges_add(&ranges, held, 0, length, 16);
    MsFieldId field =
        side == session->server ? MS_FIELD_SESSION_SERVER_FIRST : MS_FIELD_SESSION_CLIENT_FIRST;
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)direction_of(session, side),
                         .message = -1,
                         .item = -1,
                         .text = (const char *)held->data,
                         .text_length = (uint32_t)length,
                         .time_ns = ranges.time_ns,
                         .ranges = ranges.range,
                         .n_ranges = ranges.n_ranges};
    say_fact(session, &fact);
    ms_ranges_clear(&ranges);
}

static size_t offer(MsSession *session, unsigned side, const MsBytes *held)
{
    if (session->ended[side] || held->length == 0)
        return held->length;
    say_first_words(session, side, held, false);
    size_t eaten = session->class->push(session->dialogue, direction_of(session, side), held);
    g_assert(eaten <= held->length);
    if (eaten > 0)
        say_first_words(session, side, held, true);
    return eaten;
}

static void tell_gap(MsSession *session, unsigned side, const MsGap *gap, const MsBytes *left)
{
    MsOddity oddity = {.direction = (uint8_t)direction_of(session, side),
                       .message = -1,
                       .detail = "",
                       .time_ns = gap->time_ns,
                       .ranges = gap->around,
                       .n_ranges = gap->n_around};
    say_first_words(session, side, left, true);
    session->first_said[side] = true;
    if (gap->cut > 0) {
        oddity.kind = MS_ODDITY_TRUNCATED;
        oddity.length = gap->cut;
        say_oddity(session, &oddity);
    }
    if (gap->length > gap->cut) {
        oddity.kind = MS_ODDITY_GAP;
        oddity.length = gap->length - gap->cut;
        say_oddity(session, &oddity);
    }
    if (!session->ended[side])
        session->class->gap(session->dialogue, direction_of(session, side), gap->at, gap->length,
                            left);
}

static void tell_end(MsSession *session, unsigned side, const MsBytes *left)
{
    if (session->ended[side])
        return;
    session->ended[side] = true;
    say_first_words(session, side, left, true);
    session->class->end(session->dialogue, direction_of(session, side), left);
}

static void tell_event(MsSession *session, unsigned side, MsItemKind kind, const MsMark *mark,
                       const MsBytes *left)
{
    bool fin = kind == MS_ITEM_FIN;
    if (session->end.frame == 0) {
        session->end = *mark;
        session->end_side = (uint8_t)side;
        session->end_rst = !fin;
    }
    if (fin)
        session->n_fins++;
    else
        session->n_rsts++;
    if (fin)
        tell_end(session, side, left);
    say_flags(session, fin ? MS_FIELD_SESSION_FIN : MS_FIELD_SESSION_RST, side,
              side == session->server ? "server" : "client", 0, mark);
    say_connection(session, side, fin ? "FIN" : "RST", mark);
}

static void tell_oddity(MsSession *session, unsigned side, const MsOddity *oddity)
{
    if (oddity->kind == MS_ODDITY_URGENT && session->urgent++)
        return;
    MsOddity directed = *oddity;
    directed.direction = (uint8_t)direction_of(session, side);
    directed.message =
        session->message && side != session->server ? ms_message_number(session->message) : -1;
    say_oddity(session, &directed);
}

/* ---- the beginning ---- */

static void say_address(MsSession *session, unsigned side)
{
    const MsStream *stream = session->stream;
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* RFC 4291 2.5.5.2 */
    bool v4 = memcmp(stream->address[side], mapped, sizeof mapped) == 0;
    char text[INET6_ADDRSTRLEN];
    inet_ntop(v4 ? AF_INET : AF_INET6, stream->address[side] + (v4 ? 12 : 0), text, sizeof text);
    const MsMark *mark = &stream->marks[0];
    /* RFC 791 3.1 and RFC 8200 3: source, then destination. */
    bool source = (stream->mark_sides & 1u) == side;
    MsRange address = mark_range(mark, 0, v4 ? 4 : 16);
    address.offset = stream->ip_offset + (v4 ? (source ? 12u : 16u) : (source ? 8u : 24u));
    MsRange port = mark_range(mark, source ? 0 : 2, 2);
    bool server = side == session->server;
    bool known = mark->offset != MS_MARK_NOWHERE && stream->ip_offset != MS_MARK_NOWHERE;
    unsigned sender = stream->mark_sides & 1u;
    say_header(session, server ? MS_FIELD_SESSION_SERVER : MS_FIELD_SESSION_CLIENT, sender, text, 0,
               mark->time_ns, known ? &address : NULL);
    say_header(session, server ? MS_FIELD_SESSION_SERVER_PORT : MS_FIELD_SESSION_CLIENT_PORT,
               sender, NULL, stream->port[side], mark->time_ns, known ? &port : NULL);
}

static void say_handshake(MsSession *session)
{
    const MsStream *stream = session->stream;
    for (unsigned i = 0; i < stream->n_marks; i++) {
        uint8_t flags = stream->mark_flags[i];
        if (!(stream->mark_flags[0] & MS_TCP_SYN) && !(flags & MS_TCP_SYN))
            continue; /* mid-stream: marks[0] is just the first segment */
        const char *name = !(flags & MS_TCP_SYN) ? "ACK" : flags & MS_TCP_ACK ? "SYN-ACK" : "SYN";
        unsigned side = stream->mark_sides >> i & 1u;
        say_flags(session, MS_FIELD_SESSION_HANDSHAKE, side, name, 0, &stream->marks[i]);
        if (flags & MS_TCP_SYN)
            say_connection(session, side, name, &stream->marks[i]);
    }
    if (!((stream->half[0].flags | stream->half[1].flags) & MS_HALF_FROM_START))
        say_plain_oddity(session, MS_ODDITY_MIDSTREAM, stream->mark_sides & 1u, "",
                         &stream->marks[0]);
}

static void say_tunnel(MsSession *session, const MsSniffResult *found, const MsBytes held[2])
{
    MsRanges ranges = {0};
    unsigned said = 2;
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = i ? session->server : !session->server; /* the client first */
        size_t length = MIN(found->skip[side], held[side].length);
        if (length == 0)
            continue;
        MsRanges part = {0};
        ms_ranges_add(&part, &held[side], 0, length, 16);
        size_t text = MIN(length, FIRST_WORDS);
        const uint8_t *end = memchr(held[side].data, '\r', text);
        const MsLine line = {.kind = MS_LINE_TUNNEL,
                             .direction = (uint8_t)direction_of(session, side),
                             .message = -1,
                             .text = (const char *)held[side].data,
                             .text_length =
                                 (uint32_t)(end ? (size_t)(end - held[side].data) : text),
                             .note = "",
                             .time_ns = part.time_ns,
                             .ranges = part.range,
                             .n_ranges = part.n_ranges};
        if (session->talk.wants_lines)
            say_line(session, &line);
        if (said == 2 || said == side) {
            said = side;
            ms_ranges_join(&ranges, &part, 32);
        }
        ms_ranges_clear(&part);
    }
    const MsFact fact = {.field = MS_FIELD_SESSION_TUNNEL,
                         .direction = (uint8_t)direction_of(session, said == 2 ? 0 : said),
                         .message = -1,
                         .item = -1,
                         .text = found->tunnel,
                         .text_length = (uint32_t)strlen(found->tunnel),
                         .time_ns = ranges.time_ns,
                         .ranges = ranges.range,
                         .n_ranges = ranges.n_ranges};
    say_fact(session, &fact);
    ms_ranges_clear(&ranges);
}

static void begin(MsSession *session, const MsSniffResult *found, const MsBytes held[2])
{
    MsSessions *all = session->all;
    const MsStream *stream = session->stream;
    session->class = found->class;
    session->server = (uint8_t)found->server;
    session->number = all->n_sessions++;
    session->talk = (MsTalk){
        .class = &talk_class, .limits = &all->options.limits, .wants_lines = all->options.lines};
    if (all->options.records)
        session->record = ms_record_new(session->number, &all->options.limits);
    for (unsigned side = 0; side < 2; side++) {
        size_t skip = MIN(found->skip[side], held[side].length);
        session->begin[side] =
            held[side].length > 0 ? held[side].at + skip : stream->half[side].offset;
    }
    say_address(session, !session->server);
    say_address(session, session->server);
    unsigned first = stream->mark_sides & 1u;
    say_flags(session, MS_FIELD_SESSION_START, first, NULL, stream->marks[0].time_ns,
              &stream->marks[0]);
    say_header(session, MS_FIELD_SESSION_PROTOCOL, first, session->class->name, 0,
               stream->marks[0].time_ns, NULL);
    say_handshake(session);
    if (found->tunnel[0] || found->skip[0] || found->skip[1])
        say_tunnel(session, found, held);
    session->dialogue = session->class->create(&session->talk);
}

/* ---- undecided ---- */

/* What a side's held bytes are: those being handed on now, or its tail. */
typedef struct {
    unsigned side; /* of `bytes`; 2: both from the tails */
    const MsBytes *bytes;
    size_t eaten; /* of `bytes` */
} Offer;

static MsBytes held_of(const MsSession *session, const Offer *now, unsigned side)
{
    return now->side == side ? *now->bytes : ms_tail_held(session->stream->half[side].tail);
}

static void eat(MsSession *session, Offer *now, unsigned side, size_t length)
{
    if (now->side == side)
        now->eaten += length;
    else if (length > 0)
        ms_tail_eat(session->stream->half[side].tail, length);
}

/* Plays the log back to the dialogue. */
static void replay(MsSession *session, Offer *now, const MsSniffResult *found,
                   const MsBytes held[2])
{
    size_t visible[2] = {0, 0};
    size_t eaten[2] = {0, 0};
    for (unsigned side = 0; side < 2; side++) {
        eaten[side] = MIN(found->skip[side], held[side].length);
        eat(session, now, side, eaten[side]);
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
            size_t length = part.length > 0 ? offer(session, side, &part) : 0;
            eaten[side] += length;
            eat(session, now, side, length);
            break;
        }
        case MS_HELD_GAP:
            tell_gap(session, side, entry->detail, &part);
            break;
        case MS_HELD_EVENT:
            tell_event(session, side, (MsItemKind)entry->event, entry->detail, &part);
            break;
        case MS_HELD_ODDITY:
            tell_oddity(session, side, entry->detail);
            break;
        }
    }
    ms_hold_clear(&session->hold);
}

/* Asks the sniffer. `last`: nothing more will come of either side. Returns true when the stream is
 * a session now. */
static bool decide(MsSession *session, Offer *now, bool last)
{
    MsStream *stream = session->stream;
    MsSniffSide sides[2];
    MsBytes held[2];
    for (unsigned side = 0; side < 2; side++) {
        const MsHalf *half = &stream->half[side];
        held[side] = held_of(session, now, side);
        sides[side] =
            (MsSniffSide){.data = held[side].data,
                          .length = held[side].length,
                          .port = stream->port[side],
                          .sent_syn = stream->flags & (side ? MS_STREAM_SYN_1 : MS_STREAM_SYN_0),
                          .from_start = (half->flags & MS_HALF_FROM_START) && held[side].at == 0,
                          .ended = last || (half->flags & MS_HALF_ENDED)};
    }
    MsSniffResult found = {0};
    ms_sniff(sides, &session->all->options.limits, &found);
    if (found.verdict == MS_SNIFF_MORE && !last && ms_hold_full(&session->hold))
        found.verdict = MS_SNIFF_NOT_MAIL;
    if (found.verdict == MS_SNIFF_NOT_MAIL) {
        stream->flags |= MS_STREAM_DEAF;
        return false;
    }
    if (found.verdict == MS_SNIFF_MORE)
        return false;
    begin(session, &found, held);
    replay(session, now, &found, held);
    return true;
}

static MsSession *session_of(MsSessions *all, MsStream *stream)
{
    MsSession *session = stream->session;
    if (!session) {
        session = g_new0(MsSession, 1);
        session->all = all;
        session->stream = stream;
        session->server = NO_SERVER;
        stream->session = session;
    }
    return session;
}

size_t ms_session_bytes(MsSessions *all, MsStream *stream, unsigned side, const MsBytes *held,
                        size_t fresh)
{
    MsSession *session = session_of(all, stream);
    if (session->class) {
        size_t eaten = offer(session, side, held);
        count_text(session);
        return eaten;
    }
    ms_hold_bytes(&session->hold, side, fresh);
    Offer now = {.side = side, .bytes = held};
    if (decide(session, &now, false))
        count_text(session);
    return now.eaten;
}

void ms_session_gap(MsSessions *all, MsStream *stream, unsigned side, const MsGap *gap,
                    const MsBytes *left)
{
    MsSession *session = session_of(all, stream);
    if (!session->class && left->length > 0) {
        Offer now = {.side = 2};
        if (!decide(session, &now, true))
            ms_hold_lose(&session->hold, side);
        stream->flags &= (uint8_t)~MS_STREAM_DEAF; /* there may be more behind the hole */
    }
    if (!session->class) {
        ms_hold_gap(&session->hold, side, gap);
        return;
    }
    MsBytes rest = ms_tail_held(stream->half[side].tail);
    tell_gap(session, side, gap, &rest);
    count_text(session);
}

void ms_session_event(MsStream *stream, unsigned side, MsItemKind kind, const MsMark *mark)
{
    MsSession *session = stream->session;
    if (!session)
        return; /* nothing was said so far */
    if (!session->class) {
        ms_hold_event(&session->hold, side, kind, mark);
        Offer now = {.side = 2};
        decide(session, &now, false);
        return;
    }
    MsBytes left = ms_tail_held(stream->half[side].tail);
    tell_event(session, side, kind, mark, &left);
}

void ms_session_oddity(MsSessions *all, MsStream *stream, unsigned side, const MsOddity *oddity)
{
    MsSession *session = session_of(all, stream);
    if (session->class) {
        tell_oddity(session, side, oddity);
        count_text(session);
    } else {
        ms_hold_oddity(&session->hold, side, oddity);
    }
}

/* ---- the end ---- */

static void say_end(MsSession *session, MsOver why)
{
    const MsStream *stream = session->stream;
    bool quit = session->class->has_quit && session->class->has_quit(session->dialogue);
    bool known = session->end.frame != 0;
    const char *how = quit ? "quit" : !known ? "open" : session->end_rst ? "rst" : "fin";
    if (quit && session->quit.frame) {
        const MsFact fact = {.field = MS_FIELD_SESSION_END,
                             .direction = session->quit_direction,
                             .message = -1,
                             .item = -1,
                             .text = how,
                             .text_length = (uint32_t)strlen(how),
                             .time_ns = session->quit_ns,
                             .ranges = &session->quit,
                             .n_ranges = 1};
        say_fact(session, &fact);
    } else if (known) {
        say_flags(session, MS_FIELD_SESSION_END, session->end_side, how, 0, &session->end);
    } else {
        say_header(session, MS_FIELD_SESSION_END, 0, how, 0, 0, NULL);
    }
    if (known)
        say_flags(session, MS_FIELD_SESSION_END_BY, session->end_side,
                  session->end_side == session->server ? "server" : "client", 0, &session->end);
    unsigned last = stream->flags & MS_STREAM_LAST_1 ? 1 : 0;
    say_flags(session, MS_FIELD_SESSION_LAST, last, NULL, stream->last.time_ns, &stream->last);
    for (unsigned side = 0; side < 2; side++) {
        if (!(stream->half[side].flags & MS_HALF_SENT))
            say_plain_oddity(session, MS_ODDITY_ONE_SIDED, !side,
                             side == session->server ? "nothing the server sent is there"
                                                     : "nothing the client sent is there",
                             &stream->marks[0]);
    }
    if (why == MS_OVER_CAPTURE && !(session->n_rsts || session->n_fins == 2))
        say_plain_oddity(session, MS_ODDITY_UNFINISHED, last,
                         session->all->cut ? "the file ends in the middle of a record" : "",
                         &stream->last);
    if (why == MS_OVER_REUSED && !known)
        say_plain_oddity(session, MS_ODDITY_UNFINISHED, last,
                         "a new connection uses the same addresses and ports", &stream->last);
    if (why == MS_OVER_LIMIT)
        say_plain_oddity(session, MS_ODDITY_LIMIT, last,
                         "too much was open at once; the rest of the connection is left out",
                         &stream->last);
}

void ms_session_over(MsSessions *all, MsStream *stream, MsOver why)
{
    MsSession *session = stream->session;
    if (!session)
        return;
    if (!session->class && why != MS_OVER_DEAF && !(stream->flags & MS_STREAM_DEAF)) {
        Offer now = {.side = 2};
        decide(session, &now, true);
    }
    if (session->class) {
        unsigned server = session->server;
        session->talk.cut = !session->n_fins && !session->n_rsts;
        MsBytes left = ms_tail_held(stream->half[!server].tail);
        tell_end(session, !server, &left);
        left = ms_tail_held(stream->half[server].tail);
        tell_end(session, server, &left);
        say_end(session, why);
        if (session->record && all->sink.session)
            all->sink.session(session->record, all->user_data);
    }
    stream->session = NULL;
    ms_session_free(all, session);
}

void ms_session_free(MsSessions *all, MsSession *session)
{
    if (!session)
        return;
    all->text -= session->text;
    if (session->dialogue)
        session->class->free(session->dialogue);
    ms_message_unref(session->message);
    ms_record_free(session->record);
    ms_hold_clear(&session->hold);
    g_free(session);
}
