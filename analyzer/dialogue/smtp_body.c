/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_body.c - the message itself: DATA with its dots (RFC 5321 4.5.2) and chunks of BDAT (RFC
 * 3030). The end is CRLF "." CRLF and nothing else; what lenient servers take for one is named.
 * Clean blocks are found by one pass that the compiler vectorises and go on as one span. */
#include "../base/find.h"
#include "smtp.h"

#include <glib.h>

#include <string.h>

enum {
    BLOCK = 4096, /* bytes looked at in one go */
    RUN = 32      /* of a block: what vectors of most machines divide */
};

void ms_smtp_body_open(MsDialogue *smtp, const MsBytes *bytes, size_t offset)
{
    MsBody *body = smtp->body;
    if (body->opened)
        return;
    body->opened = true;
    body->transaction->body_begun = true;
    ms_speak_mark(&smtp->say, MS_LINE_MESSAGE, MS_TO_SERVER, body->transaction->number,
                  ms_speak_where(&smtp->say, bytes, offset, MIN(bytes->length - offset, 1)));
    smtp->talk->class->message_open(smtp->talk, body->transaction->number, MS_TO_SERVER);
    if (body->holed)
        smtp->talk->class->message_gap(smtp->talk, body->transaction->number, 0);
}

void ms_smtp_body_hand_on(MsDialogue *smtp, const MsBytes *bytes, size_t from, size_t to)
{
    if (from == to)
        return;
    ms_smtp_body_open(smtp, bytes, from);
    smtp->body->size += to - from;
    smtp->talk->class->message_bytes(smtp->talk, smtp->body->transaction->number, bytes, from,
                                     to - from);
}

MsBody *ms_smtp_body_new(MsDialogue *smtp, MsTransaction *one, int32_t exchange)
{
    MsBody *body = g_new0(MsBody, 1);
    body->transaction = one;
    one->waiting++; /* it must not go while its body lasts, whatever the server says early */
    body->exchange = exchange;
    body->before = '\r';
    body->last = '\n';
    smtp->body = body;
    return body;
}

void ms_smtp_data_begin(MsDialogue *smtp, MsTransaction *transaction, int32_t exchange,
                        bool start_missing)
{
    if (smtp->body)
        ms_smtp_body_close(smtp, MS_MESSAGE_CUT);
    if (!transaction)
        transaction = smtp->current ? smtp->current : ms_smtp_mail_open(smtp);
    MsBody *body = ms_smtp_body_new(smtp, transaction, exchange);
    body->line_feeds = smtp->line_feeds;
    if (start_missing) {
        body->holed = body->gap_open = body->gap_first = true;
        body->before = 0;
        body->last = '\r';
        transaction->uncertain = true;
    }
    if (smtp->data_at.n_ranges > 0)
        ms_speak_text(&smtp->say, MS_FIELD_SMTP_TRANSFER, MS_TO_SERVER, transaction->number, -1,
                      &smtp->data_at, "DATA", 4);
    smtp->phase = MS_PHASE_DATA;
    ms_line_reset(&smtp->reader[MS_TO_SERVER], false);
}

static void note_loose(MsDialogue *smtp, MsLoose kind, const MsBytes *bytes, size_t offset,
                       size_t length)
{
    MsBody *body = smtp->body;
    if (body->loose[kind]++ == 0) {
        ms_ranges_reset(&body->loose_at[kind]);
        ms_ranges_add(&body->loose_at[kind], bytes, offset, length, ms_speak_cap(&smtp->say));
    }
}

static void say_loose(MsDialogue *smtp, MsBody *body)
{
    static const struct {
        MsOddityKind kind;
        const char *detail;
    } words[MS_N_LOOSE] = {
        [MS_LOOSE_LF] = {MS_ODDITY_BARE_LF, "in the message"},
        [MS_LOOSE_CR] = {MS_ODDITY_BARE_CR, "in the message"},
        [MS_LOOSE_END] = {MS_ODDITY_SMUGGLING, "a dot between line ends that are not CRLF"},
        [MS_LOOSE_NUL] = {MS_ODDITY_NUL, "in the message"},
        [MS_LOOSE_DOT] = {MS_ODDITY_SINGLE_DOT, ""},
    };
    for (int i = 0; i < MS_N_LOOSE; i++) {
        if (body->loose[i] > 0)
            ms_speak_odd(
                &smtp->say, words[i].kind, MS_TO_SERVER, body->transaction->number,
                &body->loose_at[i], body->loose[i],
                i == MS_LOOSE_END && body->held
                    ? "the server took a dot between line ends that are not CRLF as the end"
                    : words[i].detail);
        ms_ranges_clear(&body->loose_at[i]);
    }
}

/* RFC 1870 5: more bytes than SIZE said. */
static void say_too_large(MsDialogue *smtp, const MsTransaction *one, uint64_t excess)
{
    MsRange place = one->declared_at;
    MsRanges where = {.range = &place, .n_ranges = place.length > 0, .time_ns = one->declared_time};
    ms_speak_odd(&smtp->say, MS_ODDITY_SIZE_MISMATCH, MS_TO_SERVER, one->number, &where, excess,
                 "more bytes than announced");
}

void ms_smtp_body_close(MsDialogue *smtp, MsMessageEnd end)
{
    MsBody *body = smtp->body;
    if (!body)
        return;
    MsTransaction *one = body->transaction;
    if (body->opened) {
        if (end == MS_MESSAGE_WHOLE && body->holed)
            end = MS_MESSAGE_HOLED;
        if (one->declared > 0 && body->size > one->declared)
            say_too_large(smtp, one, body->size - one->declared);
        smtp->talk->class->message_close(smtp->talk, one->number, end);
    }
    say_loose(smtp, body);
    smtp->body = NULL;
    g_free(body);
    if (smtp->phase == MS_PHASE_DATA)
        smtp->phase = MS_PHASE_COMMAND;
    ms_smtp_mail_settle(smtp, one);
}

/* The end of data was found: the server owes its reply. */
static void end_of_data(MsDialogue *smtp)
{
    MsBody *body = smtp->body;
    MsTransaction *one = body->transaction;
    int32_t exchange = body->exchange;
    bool early = body->early_code >= 400;
    bool refused = body->refused;
    one->body_ended = true;
    one->waiting++; /* until its last reply is awaited */
    ms_smtp_body_close(smtp, MS_MESSAGE_WHOLE);
    if (refused)
        ms_smtp_await(smtp, MS_AWAIT_HIDDEN, -1, NULL, -1);
    else if (!early)
        ms_smtp_await(smtp, MS_AWAIT_MESSAGE, exchange, one, -1);
    if (smtp->current == one)
        ms_smtp_mail_close(smtp, false);
    ms_smtp_mail_settle(smtp, one);
}

#if defined(__clang__) /* makes vectors of the loop at -O2 already */
#define MS_VECTORS
#elif defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) &&           \
    !defined(__SANITIZE_THREAD__) /* sanitizers do not go with the choice at load time */
#define MS_VECTORS __attribute__((optimize("O3"), target_clones("avx2", "default")))
#else
#define MS_VECTORS __attribute__((optimize("O3")))
#endif

static inline uint8_t is_odd(uint8_t here, uint8_t before)
{
    return (uint8_t)(((here == '\n') ^ (before == '\r')) | ((here == '.') & (before == '\n')) |
                     (here == 0));
}

/* True when nothing in the block needs a closer look: every LF follows a CR and every CR precedes
 * an LF, no dot begins a line, no NUL. `last`: the byte before data[0]. */
MS_VECTORS static bool is_clean(const uint8_t *data, size_t length, uint8_t last)
{
    unsigned odd = (unsigned)((data[0] == '\n') != (last == '\r')) |
                   (unsigned)((data[0] == '.') & (last == '\n')) | (unsigned)(data[0] == 0);
    uint8_t found = 0;
    /* Whole runs, then one that overlaps them: no single bytes but in the shortest blocks. */
    size_t runs = length > RUN ? (length - 1) / RUN * RUN : length - 1;
    for (size_t i = 1; i <= runs; i++)
        found |= is_odd(data[i], data[i - 1]);
    const uint8_t *rest = length > RUN ? data + length - RUN : data + 1;
    for (size_t i = 0; i < RUN && length > RUN; i++)
        found |= is_odd(rest[i], (rest - 1)[i]);
    return !odd && !found;
}

/* What a dot at a line start is. */
typedef enum { DOT_DATA, DOT_DOUBLED, DOT_END, DOT_LOOSE, DOT_MORE, DOT_HOLD } Dot;

typedef struct {
    const uint8_t *data;
    size_t length; /* bytes that can be seen; one fewer are walked over when the last is a CR */
    bool final;    /* no more bytes follow */
} Window;

/* The byte `back` bytes before data[at], 1 or 2. */
static uint8_t byte_before(const MsBody *body, const Window *window, size_t at, size_t back)
{
    if (at >= back)
        return window->data[at - back];
    return at + 1 == back ? body->last : body->before;
}

/* A dot at `at`, behind a line end of some kind. *length: bytes of the dot and its line end. */
static Dot judge_dot(const MsBody *body, const Window *window, size_t at, size_t *length)
{
    bool lf = byte_before(body, window, at, 1) == '\n';
    bool crlf = lf && byte_before(body, window, at, 2) == '\r';
    Dot plain = crlf || (lf && body->line_feeds) ? DOT_DOUBLED : DOT_DATA;
    const uint8_t *next = window->data + at + 1;
    size_t rest = window->length - at - 1;
    *length = 1;
    if (rest == 0 || (rest == 1 && next[0] == '\r'))
        return window->final ? plain : DOT_MORE;
    if (next[0] != '\n' && next[0] != '\r')
        return plain;
    bool ends_crlf = next[0] == '\r' && next[1] == '\n';
    *length = ends_crlf ? 3 : 2;
    if (crlf && ends_crlf)
        return DOT_END; /* RFC 5321 4.1.1.4 */
    bool ends_lf = next[0] == '\n' || ends_crlf;
    if (lf && ends_lf && body->line_feeds)
        return DOT_LOOSE; /* the whole dialogue ends its lines so */
    if (lf && ends_lf && at + *length == window->length && !window->final)
        return DOT_HOLD; /* the server may take it for the end: its reply will tell */
    return plain;
}

/* Bytes in which a command line must have ended: none is longer (RFC 5321 4.5.3.1.4). */
static size_t line_enough(const MsDialogue *smtp)
{
    enum { ENOUGH = 512 };
    return MIN(ENOUGH, (size_t)smtp->talk->limits->value[MS_LIMIT_LINE]);
}

/* After a gap that may have ended right before a lone dot. */
static Dot judge_gap_dot(MsDialogue *smtp, const Window *window)
{
    const uint8_t *data = window->data;
    size_t seen = MIN(window->length, 3);
    if (memcmp(data, ".\r\n", seen) != 0)
        return DOT_DATA;
    if (seen < 3)
        return window->final ? DOT_DATA : DOT_MORE;
    if (!smtp->server_spoke || smtp->server_ended)
        return DOT_END;
    if (window->length == 3)
        return window->final ? DOT_DATA : DOT_HOLD;
    const uint8_t *line = data + 3;
    size_t enough = line_enough(smtp);
    const uint8_t *end = ms_find_byte(line, '\n', MIN(window->length - 3, enough));
    if (!end)
        return window->final || window->length - 3 >= enough ? DOT_DATA : DOT_MORE;
    size_t length = (size_t)(end - line);
    if (length > 0 && line[length - 1] == '\r')
        length--;
    return ms_smtp_is_command(line, length) ? DOT_END : DOT_DATA;
}

/* The state of one walk over the bytes. */
typedef struct {
    MsDialogue *smtp;
    const MsBytes *bytes;
    size_t base; /* offset of window.data[0] in bytes */
    Window window;
    size_t from; /* bytes before it were handed on */
    size_t at;
    bool stop; /* wait for more, or the message ended */
    bool ended;
} Walk;

static void flush(Walk *walk, size_t to)
{
    ms_smtp_body_hand_on(walk->smtp, walk->bytes, walk->base + walk->from, walk->base + to);
    walk->from = to;
}

static void hold(Walk *walk, size_t length)
{
    MsBody *body = walk->smtp->body;
    body->held = true;
    body->held_length = (uint8_t)length;
    if (body->loose[MS_LOOSE_END] == 0) { /* kept for when it is taken as the end */
        ms_ranges_reset(&body->loose_at[MS_LOOSE_END]);
        ms_ranges_add(&body->loose_at[MS_LOOSE_END], walk->bytes, walk->base + walk->at, length,
                      ms_speak_cap(&walk->smtp->say));
    }
    flush(walk, walk->at);
    walk->stop = true;
}

static void take_dot(Walk *walk, Dot dot, size_t length)
{
    MsDialogue *smtp = walk->smtp;
    switch (dot) {
    case DOT_MORE:
        flush(walk, walk->at);
        walk->stop = true;
        break;
    case DOT_HOLD:
        hold(walk, length);
        break;
    case DOT_LOOSE:
        note_loose(smtp, MS_LOOSE_END, walk->bytes, walk->base + walk->at, length);
        G_GNUC_FALLTHROUGH;
    case DOT_END:
        flush(walk, walk->at);
        ms_smtp_body_open(smtp, walk->bytes, walk->base + walk->at);
        walk->at += length;
        walk->from = walk->at;
        walk->stop = walk->ended = true;
        break;
    case DOT_DOUBLED: /* RFC 5321 4.5.2: the first dot of a line is dropped */
        if (length > 1)
            note_loose(smtp, MS_LOOSE_END, walk->bytes, walk->base + walk->at, length);
        else if (walk->at + 1 < walk->window.length && walk->window.data[walk->at + 1] != '.')
            note_loose(smtp, MS_LOOSE_DOT, walk->bytes, walk->base + walk->at, 1);
        flush(walk, walk->at);
        walk->at++;
        walk->from = walk->at;
        break;
    case DOT_DATA:
        if (length > 1)
            note_loose(smtp, MS_LOOSE_END, walk->bytes, walk->base + walk->at, length);
        walk->at++;
        break;
    }
}

typedef uint8_t Sixteen __attribute__((vector_size(16)));

/* is_clean() for sixteen bytes, with the one before them at hand. */
static inline bool is_clean_run(const uint8_t *data)
{
    Sixteen here, before;
    memcpy(&here, data, sizeof here);
    memcpy(&before, data - 1, sizeof before);
    Sixteen odd = (Sixteen)(((here == '\n') ^ (before == '\r')) |
                            ((here == '.') & (before == '\n')) | (here == 0));
    uint64_t half[2];
    memcpy(half, &odd, sizeof half);
    return (half[0] | half[1]) == 0;
}

/* Byte by byte over a block that is not clean, but for the clean runs in it. */
static void walk_block(Walk *walk, size_t end)
{
    MsBody *body = walk->smtp->body;
    const Window *window = &walk->window;
    while (walk->at < end && !walk->stop) {
        if (walk->at > 0 && end - walk->at >= sizeof(Sixteen) &&
            is_clean_run(window->data + walk->at)) {
            walk->at += sizeof(Sixteen) - 1; /* the last may be a CR: what follows tells */
            continue;
        }
        uint8_t here = window->data[walk->at];
        if (here > '.') { /* nothing of interest */
            walk->at++;
            continue;
        }
        uint8_t before = byte_before(body, window, walk->at, 1);
        if (here == '.' && (before == '\n' || before == '\r')) {
            size_t length;
            Dot dot = judge_dot(body, window, walk->at, &length);
            take_dot(walk, dot, length);
            continue;
        }
        if (here == '\n' && before != '\r')
            note_loose(walk->smtp, MS_LOOSE_LF, walk->bytes, walk->base + walk->at, 1);
        if (here == '\r' && walk->at + 1 < window->length && window->data[walk->at + 1] != '\n')
            note_loose(walk->smtp, MS_LOOSE_CR, walk->bytes, walk->base + walk->at, 1);
        if (here == 0)
            note_loose(walk->smtp, MS_LOOSE_NUL, walk->bytes, walk->base + walk->at, 1);
        walk->at++;
    }
}

/* Without a word of the server: a command right behind the gap says that the end was in it. Returns
 * true when that, or that more bytes are needed, was found. */
static bool command_after_gap(Walk *walk)
{
    const Window *window = &walk->window;
    size_t enough = line_enough(walk->smtp);
    const uint8_t *end = ms_find_byte(window->data, '\n', MIN(window->length, enough));
    size_t line = end ? (size_t)(end - window->data) : 0;
    if (line > 0 && window->data[line - 1] == '\r')
        line--;
    if (end && ms_smtp_is_command(window->data, line)) {
        take_dot(walk, DOT_END, 0);
        return true;
    }
    walk->stop = !end && window->length < enough && !window->final;
    return walk->stop;
}

/* The first bytes after a gap. */
static void walk_gap(Walk *walk)
{
    MsBody *body = walk->smtp->body;
    if (!walk->smtp->server_spoke && command_after_gap(walk))
        return;
    if (walk->window.data[0] != '.') {
        body->gap_first = false;
        return;
    }
    Dot dot = judge_gap_dot(walk->smtp, &walk->window);
    if (dot != DOT_MORE && dot != DOT_HOLD)
        body->gap_first = false;
    take_dot(walk, dot, dot == DOT_DATA ? 1 : 3);
}

size_t ms_smtp_body(MsDialogue *smtp, const MsBytes *bytes, size_t offset, bool final)
{
    MsBody *body = smtp->body;
    const uint8_t *data = bytes->data + offset;
    size_t seen = bytes->length - offset;
    size_t length = seen;
    /* A CR at the end waits for what follows it; a loose end waits for more than itself. */
    if (!final && length > 0 && data[length - 1] == '\r')
        length--;
    if (length == 0 || (body->held && !final && seen <= body->held_length))
        return 0;
    body->held = false;
    Walk walk = {.smtp = smtp, .bytes = bytes, .base = offset, .window = {data, seen, final}};
    if (body->gap_first)
        walk_gap(&walk);
    /* The end of data is mostly the end of the bytes, and no reason to doubt what is before it. */
    bool ends = seen > 3 && memcmp(data + seen - 3, ".\r\n", 3) == 0;
    size_t tail = ends ? seen - 3 : length;
    while (walk.at < length && !walk.stop) {
        size_t end = MIN(walk.at + BLOCK, length);
        if (walk.at < tail)
            end = MIN(end, tail);
        uint8_t last = byte_before(body, &walk.window, walk.at, 1);
        bool split = data[end - 1] == '\r' && end < seen && data[end] != '\n';
        if (!split && is_clean(data + walk.at, end - walk.at, last))
            walk.at = end;
        else
            walk_block(&walk, end);
    }
    if (!walk.ended)
        flush(&walk, walk.at);
    if (walk.at > 0) {
        uint8_t before = byte_before(body, &walk.window, walk.at, 2);
        body->last = byte_before(body, &walk.window, walk.at, 1);
        body->before = before;
    }
    if (walk.ended)
        end_of_data(smtp);
    return walk.at;
}

void ms_smtp_body_gap(MsDialogue *smtp, uint64_t length)
{
    MsBody *body = smtp->body;
    if (!body)
        return;
    body->held = false;
    if (body->opened)
        smtp->talk->class->message_gap(smtp->talk, body->transaction->number, length);
    body->holed = true;
    body->transaction->uncertain = true;
    if (body->bdat)
        return;
    body->gap_open = body->gap_first = true;
    body->before = 0;
    body->last = '\r'; /* so that neither an LF nor CRLF there counts as bare */
    if (body->early_code == 0 || body->early_code == 421)
        return;
    /* The server had answered: the end was in the gap. */
    MsTransaction *one = body->transaction;
    one->body_ended = true;
    ms_smtp_body_close(smtp, MS_MESSAGE_HOLED);
    if (smtp->current == one)
        ms_smtp_mail_close(smtp, false);
    smtp->resync[MS_TO_SERVER] = true;
}

bool ms_smtp_body_reply(MsDialogue *smtp, unsigned code)
{
    MsBody *body = smtp->body;
    body->early_code = (uint16_t)code;
    if (code == 421 || (code >= 300 && code < 400) || !(body->held || body->gap_open))
        return false;
    MsTransaction *one = body->transaction;
    if (body->held) {
        smtp->skip_held = body->held_length;
        if (body->gap_first)
            body->held = false; /* CRLF . CRLF, as far as can be seen */
        else
            body->loose[MS_LOOSE_END]++;
    }
    one->body_ended = true;
    if (!body->opened && body->holed) { /* all of it is missing */
        body->opened = true;
        smtp->talk->class->message_open(smtp->talk, one->number, MS_TO_SERVER);
        smtp->talk->class->message_gap(smtp->talk, one->number, 0);
    }
    ms_smtp_body_close(smtp, MS_MESSAGE_WHOLE);
    if (smtp->current == one)
        ms_smtp_mail_close(smtp, false);
    return true;
}
