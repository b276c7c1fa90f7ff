/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3_body.c - a message on its way to the client (RFC 1939 3): lines that begin with a dot have
 * it doubled, CRLF "." CRLF ends it. A lone dot between other line ends is taken as the end only
 * when what follows shows that client and server took it so. */
#include "pop3.h"

#include <string.h>

void ms_pop3_body_begin(MsDialogue *pop3, int32_t message, bool line_feeds, bool start_missing)
{
    MsPop3Body *body = &pop3->body;
    for (int i = 0; i < MS_POP3_N_LOOSE; i++)
        ms_ranges_clear(&body->loose_at[i]);
    *body = (MsPop3Body){.message = message,
                         .before = '\r',
                         .last = '\n',
                         .line_feeds = line_feeds,
                         .holed = start_missing,
                         .gap_first = start_missing};
    if (start_missing)
        body->before = body->last = 'x';
    pop3->phase = MS_POP3_BODY;
    pop3->gap_open = false;
    ms_line_reset(&pop3->reader[MS_TO_CLIENT], false);
}

static void open(MsDialogue *pop3, const MsBytes *bytes, size_t offset)
{
    MsPop3Body *body = &pop3->body;
    if (body->opened)
        return;
    body->opened = true;
    ms_speak_mark(&pop3->say, MS_LINE_MESSAGE, MS_TO_CLIENT, body->message,
                  ms_speak_where(&pop3->say, bytes, offset, MIN(bytes->length - offset, 1)));
    const MsTalkClass *class = pop3->say.talk->class;
    class->message_open(pop3->say.talk, body->message, MS_TO_CLIENT);
    if (body->holed)
        class->message_gap(pop3->say.talk, body->message, 0);
}

static void note(MsDialogue *pop3, int kind, const MsBytes *bytes, size_t offset, size_t length)
{
    MsPop3Body *body = &pop3->body;
    if (body->loose[kind]++ == 0)
        ms_ranges_add(&body->loose_at[kind], bytes, offset, length, ms_speak_cap(&pop3->say));
}

/* NUL and bare CR in bytes that are handed on. What follows a CR is there, but for the last byte of
 * all. */
static void check(MsDialogue *pop3, const MsBytes *bytes, size_t from, size_t to)
{
    const uint8_t *data = bytes->data;
    const uint8_t *nul = memchr(data + from, 0, to - from);
    for (; nul; nul = memchr(nul + 1, 0, (size_t)(data + to - nul) - 1))
        note(pop3, MS_POP3_LOOSE_NUL, bytes, (size_t)(nul - data), 1);
    const uint8_t *cr = memchr(data + from, '\r', to - from);
    for (; cr; cr = memchr(cr + 1, '\r', (size_t)(data + to - cr) - 1))
        if (cr + 1 < data + bytes->length && cr[1] != '\n')
            note(pop3, MS_POP3_LOOSE_CR, bytes, (size_t)(cr - data), 1);
}

static void hand_on(MsDialogue *pop3, const MsBytes *bytes, size_t from, size_t to)
{
    MsPop3Body *body = &pop3->body;
    if (from == to)
        return;
    open(pop3, bytes, from);
    check(pop3, bytes, from, to);
    body->size += to - from;
    pop3->say.talk->class->message_bytes(pop3->say.talk, body->message, bytes, from, to - from);
}

void ms_pop3_body_close(MsDialogue *pop3, MsMessageEnd end)
{
    static const struct {
        MsOddityKind kind;
        const char *detail;
    } words[MS_POP3_N_LOOSE] = {
        [MS_POP3_LOOSE_LF] = {MS_ODDITY_BARE_LF, "in the message"},
        [MS_POP3_LOOSE_CR] = {MS_ODDITY_BARE_CR, "in the message"},
        [MS_POP3_LOOSE_NUL] = {MS_ODDITY_NUL, "in the message"},
        [MS_POP3_LOOSE_END] = {MS_ODDITY_SYNTAX,
                               "a lone dot without CRLF around it ends the message"},
    };
    if (pop3->phase != MS_POP3_BODY)
        return;
    MsPop3Body *body = &pop3->body;
    pop3->phase = MS_POP3_STATUS;
    pop3->gap_open = false;
    if (!body->opened)
        return;
    if (end == MS_MESSAGE_WHOLE && body->holed)
        end = MS_MESSAGE_HOLED;
    pop3->say.talk->class->message_close(pop3->say.talk, body->message, end);
    for (int i = 0; i < MS_POP3_N_LOOSE; i++)
        if (body->loose[i] > 0)
            ms_speak_odd(&pop3->say, words[i].kind, MS_TO_CLIENT, body->message, &body->loose_at[i],
                         i == MS_POP3_LOOSE_END ? 0 : body->loose[i], words[i].detail);
}

/* What a dot at a line start is. */
typedef enum { DOT_DATA, DOT_DOUBLED, DOT_END, DOT_MORE, DOT_HOLD } Dot;

/* How the server's next line would begin. Returns false when it is none; *more: too short to tell.
 */
static bool is_status(const uint8_t *data, size_t length, bool *more)
{
    *more = length < 4 &&
            (memcmp(data, "+OK", MIN(length, 3)) == 0 || memcmp(data, "-ERR", length) == 0);
    return length >= 4 &&
           ((memcmp(data, "+OK", 3) == 0 && data[3] <= ' ') || memcmp(data, "-ERR", 4) == 0);
}

/* A lone dot whose line ends are not both CRLF; `after`: offset behind it. */
static Dot judge_loose(MsDialogue *pop3, const uint8_t *data, size_t length, size_t after,
                       bool final)
{
    MsPop3Body *body = &pop3->body;
    if (body->held && pop3->commands != body->held_mark)
        return DOT_END; /* the client has gone on */
    if (after == length && final)
        return DOT_END;
    if (after == length)
        return DOT_HOLD;
    if (pop3->queue_count == 0 && pop3->client_spoke)
        return DOT_DATA; /* nothing was asked for that it could answer */
    bool more;
    if (is_status(data + after, length - after, &more))
        return DOT_END;
    return more && !final ? DOT_HOLD : DOT_DATA; /* held: the client may go on meanwhile */
}

/* A dot at data[at], behind a line end of some kind. *size: bytes of the dot with its line end. */
static Dot judge(MsDialogue *pop3, const uint8_t *data, size_t length, size_t at, bool final,
                 size_t *size)
{
    const MsPop3Body *body = &pop3->body;
    bool strict = body->before == '\r' && body->last == '\n';
    bool lines = strict || (body->line_feeds && body->last == '\n');
    const uint8_t *next = data + at + 1;
    size_t rest = length - at - 1;
    *size = 1;
    if (rest == 0 || (rest == 1 && next[0] == '\r')) {
        if (!final)
            return DOT_MORE;
        *size = 1 + rest; /* the end, or a doubled dot: no part of the message anyhow */
        return lines ? DOT_DOUBLED : DOT_DATA;
    }
    bool crlf = next[0] == '\r' && next[1] == '\n';
    if (!crlf && next[0] != '\n')
        return lines ? DOT_DOUBLED : DOT_DATA;
    *size = crlf ? 3 : 2;
    if ((strict && crlf) || (lines && body->line_feeds))
        return DOT_END;
    Dot dot = judge_loose(pop3, data, length, at + *size, final);
    if (dot != DOT_DATA)
        return dot;
    *size = 1;
    return lines ? DOT_DOUBLED : DOT_DATA;
}

/* The bytes of a walk. */
typedef struct {
    const MsBytes *bytes;
    size_t length; /* bytes that may be walked over */
    size_t seen;   /* bytes that may be looked at */
    size_t from;   /* handed on up to here */
    size_t at;
    bool final;
    bool stop;
} Walk;

static void pass(MsDialogue *pop3, Walk *walk, size_t to)
{
    MsPop3Body *body = &pop3->body;
    if (to == walk->at)
        return;
    const uint8_t *data = walk->bytes->data;
    body->before = to - walk->at > 1 ? data[to - 2] : body->last;
    body->last = data[to - 1];
    body->gap_first = false;
    walk->at = to;
}

static void flush(MsDialogue *pop3, Walk *walk)
{
    hand_on(pop3, walk->bytes, walk->from, walk->at);
    walk->from = walk->at;
}

static void take_dot(MsDialogue *pop3, Walk *walk)
{
    MsPop3Body *body = &pop3->body;
    size_t size;
    Dot dot = judge(pop3, walk->bytes->data, walk->seen, walk->at, walk->final, &size);
    bool strict = body->before == '\r' && body->last == '\n' && size == 3;
    if (dot != DOT_HOLD && dot != DOT_MORE)
        body->held = false;
    switch (dot) {
    case DOT_HOLD:
        if (!body->held)
            body->held_mark = pop3->commands;
        body->held = true;
        G_GNUC_FALLTHROUGH;
    case DOT_MORE:
        flush(pop3, walk);
        walk->stop = true;
        break;
    case DOT_END:
        flush(pop3, walk);
        open(pop3, walk->bytes, walk->at);
        if (!strict && !body->gap_first && !body->line_feeds)
            note(pop3, MS_POP3_LOOSE_END, walk->bytes, walk->at, size);
        walk->at += size;
        walk->from = walk->at;
        walk->stop = true;
        ms_pop3_body_close(pop3, MS_MESSAGE_WHOLE);
        break;
    case DOT_DOUBLED: /* the first dot of a line is dropped */
        flush(pop3, walk);
        walk->at += size;
        walk->from = walk->at;
        body->gap_first = false;
        body->before = 'x';
        body->last = '.';
        break;
    case DOT_DATA:
        pass(pop3, walk, walk->at + 1);
        break;
    }
}

size_t ms_pop3_body(MsDialogue *pop3, const MsBytes *bytes, size_t offset, bool final)
{
    MsPop3Body *body = &pop3->body;
    const uint8_t *data = bytes->data;
    Walk walk = {.bytes = bytes,
                 .length = bytes->length,
                 .seen = bytes->length,
                 .from = offset,
                 .at = offset,
                 .final = final};
    /* A CR at the end waits for what follows it. */
    if (!final && walk.length > offset && data[walk.length - 1] == '\r')
        walk.length--;
    while (walk.at < walk.length && !walk.stop) {
        bool line_start = body->last == '\n' || body->gap_first;
        if (line_start && data[walk.at] == '.') {
            take_dot(pop3, &walk);
            continue;
        }
        const uint8_t *end = memchr(data + walk.at, '\n', walk.length - walk.at);
        size_t to = end ? (size_t)(end - data) + 1 : walk.length;
        uint8_t before = to - walk.at > 1 && end ? data[to - 2] : body->last;
        bool unknown = body->gap_first && to == walk.at + 1; /* its CR may be in the gap */
        if (end && before != '\r' && !unknown)
            note(pop3, MS_POP3_LOOSE_LF, bytes, to - 1, 1);
        pass(pop3, &walk, to);
    }
    if (pop3->phase == MS_POP3_BODY)
        flush(pop3, &walk);
    return walk.at - offset;
}

void ms_pop3_body_gap(MsDialogue *pop3, uint64_t length)
{
    MsPop3Body *body = &pop3->body;
    body->holed = body->gap_first = true;
    body->held = false;
    body->before = body->last = 'x';
    if (body->opened)
        pop3->say.talk->class->message_gap(pop3->say.talk, body->message, length);
}
