/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3_reply.c - the server's lines: the greeting, status lines (RFC 1939 3), lists, challenges of
 * AUTH (RFC 5034 4), and where a reply goes on when its start or its command is missing. */
#include "../base/fold.h"
#include "pop3.h"

#include <string.h>

/* --- what a line looks like --- */

int ms_pop3_status(const uint8_t *text, size_t length, size_t *skip)
{
    int status = MS_POP3_NONE;
    size_t end = 0;
    if (length >= 3 && ms_fold_equal(text, "+OK", 3)) {
        status = MS_POP3_OK;
        end = 3;
    } else if (length >= 4 && ms_fold_equal(text, "-ERR", 4)) {
        status = MS_POP3_ERR;
        end = 4;
    } else if (length >= 1 && text[0] == '+') {
        status = MS_POP3_GO_ON;
        end = 1;
    }
    bool blank = end < length && (text[end] == ' ' || text[end] == '\t');
    if (end < length && !blank && (status == MS_POP3_GO_ON || g_ascii_isalnum((char)text[end])))
        status = MS_POP3_NONE;
    *skip = status == MS_POP3_NONE ? 0 : end + blank;
    return status;
}

bool ms_pop3_is_answer(const uint8_t *text, size_t length)
{
    size_t skip;
    int status = ms_pop3_status(text, length, &skip);
    return status == MS_POP3_OK || status == MS_POP3_ERR;
}

static bool is_capability(const uint8_t *text, size_t length)
{
    static const char *const names[] = {
        "TOP",  "USER",           "SASL", "RESP-CODES",     "LOGIN-DELAY", "PIPELINING", "EXPIRE",
        "UIDL", "IMPLEMENTATION", "STLS", "AUTH-RESP-CODE", "UTF8",        "LANG",       "APOP",
        "CAPA"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t size = strlen(names[i]);
        if (ms_fold_starts(text, length, names[i]) && (length == size || text[size] == ' '))
            return true;
    }
    return false;
}

/* Whether the line may begin a message: a header field (RFC 5322 2.2), or an mbox line. */
static bool is_header(const uint8_t *text, size_t length)
{
    size_t at = 0;
    while (at < length && at < 78 && text[at] > ' ' && text[at] < 127 && text[at] != ':')
        at++;
    return (at > 0 && at < length && text[at] == ':') || ms_fold_starts(text, length, "From ");
}

MsPop3Kind ms_pop3_list_kind(const uint8_t *text, size_t length)
{
    size_t rest;
    size_t end;
    if (ms_pop3_number(text, length, &rest) == 0)
        return is_capability(text, length) ? MS_POP3_CAPA : MS_POP3_UNKNOWN;
    ms_pop3_number(text + rest, length - rest, &end);
    bool digits = rest < length;
    for (size_t i = rest; i < length && text[i] != ' '; i++)
        digits &= g_ascii_isdigit((char)text[i]);
    return digits ? MS_POP3_LIST : rest < length ? MS_POP3_UIDL : MS_POP3_UNKNOWN;
}

/* --- the first line --- */

static void unmatched(MsDialogue *pop3, const MsPop3Reply *reply)
{
    int32_t exchange = ms_pop3_say_reply(pop3, reply, -1);
    if (pop3->client_spoke && !pop3->may_miss) /* else the capture lacks it, and that is said */
        ms_speak_odd(&pop3->say, MS_ODDITY_UNMATCHED_REPLY, MS_TO_CLIENT, -1, reply->status_at, 0,
                     "");
    if (reply->status != MS_POP3_OK)
        return;
    pop3->phase = MS_POP3_OPEN;
    pop3->open_unseen = true;
    pop3->list_exchange = exchange;
}

static void answer(MsDialogue *pop3, const MsPop3Reply *reply)
{
    MsPop3Pending entry;
    if (ms_pop3_answered(pop3, &entry))
        ms_pop3_effect(pop3, &entry, reply);
    else
        unmatched(pop3, reply);
}

static void hold_first(MsDialogue *pop3, const MsPop3Reply *reply)
{
    MsPop3First *first = &pop3->first;
    first->held = true;
    first->ok = reply->status == MS_POP3_OK;
    first->line_feeds = reply->line_feeds;
    ms_buffer_append(&first->text, reply->text, reply->length);
    size_t cap = ms_speak_cap(&pop3->say);
    ms_ranges_join(&first->status_at, reply->status_at, cap);
    ms_ranges_join(&first->text_at, reply->text_at, cap);
    first->status_at.time_ns = first->text_at.time_ns = reply->status_at->time_ns;
}

/* What was held is told: the greeting, or a reply. */
static void release_first(MsDialogue *pop3, bool greeting)
{
    MsPop3First *first = &pop3->first;
    if (!first->held)
        return;
    first->held = false;
    MsPop3Reply reply = {.status = first->ok ? MS_POP3_OK : MS_POP3_ERR,
                         .status_at = &first->status_at,
                         .text = first->text.data ? first->text.data : (const uint8_t *)"",
                         .length = first->text.length,
                         .text_at = &first->text_at,
                         .line_feeds = first->line_feeds,
                         .whole = true};
    if (greeting)
        ms_pop3_greet(pop3, &reply);
    else
        answer(pop3, &reply);
}

/* Words that only a greeting has. */
static bool greets(const MsPop3First *first)
{
    const uint8_t *text = first->text.data;
    for (size_t i = 0; i < first->text.length; i++)
        if (ms_fold_starts(text + i, first->text.length - i, "ready") ||
            ms_fold_starts(text + i, first->text.length - i, "POP"))
            return true;
    return false;
}

void ms_pop3_first_decide(MsDialogue *pop3)
{
    if (pop3->first.held)
        release_first(pop3, !pop3->say.talk->midstream || greets(&pop3->first));
}

/* The server said one more line: was the one before the greeting? */
static void first_line_after(MsDialogue *pop3, const uint8_t *text, size_t length)
{
    if (!pop3->first.held)
        return;
    const MsPop3Pending *next = ms_pop3_next(pop3);
    bool list =
        !ms_pop3_is_answer(text, length) && next &&
        (next->kind == MS_POP3_CAPA || next->kind == MS_POP3_MECHANISMS || next->many ||
         next->kind == MS_POP3_RETR || next->kind == MS_POP3_TOP || next->kind == MS_POP3_UNKNOWN);
    if (pop3->say.talk->midstream)
        release_first(pop3, ms_pop3_is_answer(text, length) && greets(&pop3->first));
    else
        release_first(pop3, !list);
}

/* RFC 1939 4: the server greets. But the capture may have begun later, and a client may speak
 * before its time. Returns true when the reply is dealt with. */
static bool first_reply(MsDialogue *pop3, const MsPop3Reply *reply)
{
    bool due = pop3->greeting_due;
    pop3->greeting_due = false;
    if (!due || (reply->status != MS_POP3_OK && reply->status != MS_POP3_ERR) ||
        pop3->resync[MS_TO_CLIENT] || pop3->server_gap)
        return false;
    bool waiting = pop3->queue_count > 0;
    if (!reply->whole || (!waiting && !pop3->say.talk->midstream)) {
        ms_pop3_greet(pop3, reply);
        return true;
    }
    if (waiting && pop3->say.talk->midstream)
        return false;
    hold_first(pop3, reply);
    return true;
}

/* --- lines --- */

static void say_line(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span)
{
    ms_speak_line(&pop3->say, MS_LINE_REPLY, MS_TO_CLIENT, false, 0, bytes, span->offset,
                  span->length, NULL);
}

static void say_syntax(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span,
                       const char *words)
{
    if (!pop3->syntax_said)
        ms_speak_odd(&pop3->say, MS_ODDITY_SYNTAX, MS_TO_CLIENT, -1,
                     ms_speak_where(&pop3->say, bytes, span->offset, span->length), 0, words);
    pop3->syntax_said = true;
}

/* A challenge. Returns false when no login is there that it could belong to. */
static bool challenge(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span,
                      const MsPop3Reply *reply)
{
    MsPop3Pending *login = ms_pop3_login(pop3);
    if (!login && pop3->may_miss && !pop3->auth) { /* its AUTH is missing from the capture */
        pop3->auth = ms_auth_new(pop3->say.talk, pop3->attempts++, NULL, 0, NULL);
        pop3->auth_exchange = pop3->exchanges++;
        const MsPop3Pending entry = {
            .kind = MS_POP3_AUTH, .exchange = pop3->auth_exchange, .attempt = -1};
        ms_pop3_await(pop3, &entry);
        login = ms_pop3_login(pop3);
    }
    if (!login)
        return false;
    MsBuffer note = {0};
    ms_pop3_say_reply(pop3, reply, login->exchange);
    if (pop3->auth && pop3->auth_exchange == login->exchange)
        ms_auth_server(pop3->auth, reply->text, reply->length, reply->text_at, &note);
    ms_speak_line(&pop3->say, MS_LINE_AUTH, MS_TO_CLIENT, false, 0, bytes, span->offset,
                  span->length, &note);
    ms_buffer_clear(&note);
    return true;
}

/* A line that should be a status line. */
static void status_line(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span, bool whole)
{
    const uint8_t *text = bytes->data + span->offset;
    size_t skip;
    int status = ms_pop3_status(text, span->length, &skip);
    size_t cap = ms_speak_cap(&pop3->say);
    ms_ranges_reset(&pop3->status_at);
    static const size_t size[] = {1, 3, 4, 1}; /* bytes of the status */
    ms_ranges_add(&pop3->status_at, bytes, span->offset, MIN(size[status], span->length), cap);
    ms_ranges_reset(&pop3->text_at);
    ms_ranges_add(&pop3->text_at, bytes, span->offset + skip, span->length - skip, cap);
    pop3->text_at.time_ns = pop3->status_at.time_ns;
    MsPop3Reply reply = {.bytes = bytes,
                         .status = status,
                         .status_at = &pop3->status_at,
                         .text = text + skip,
                         .length = span->length - skip,
                         .offset = span->offset + skip,
                         .text_at = &pop3->text_at,
                         .line_feeds = span->bare_lf && whole,
                         .whole = whole};
    if (status == MS_POP3_GO_ON && challenge(pop3, bytes, span, &reply))
        return;
    say_line(pop3, bytes, span);
    if (first_reply(pop3, &reply))
        return;
    if (status == MS_POP3_OK || status == MS_POP3_ERR) {
        answer(pop3, &reply);
        return;
    }
    say_syntax(pop3, bytes, span, "line of the server that is neither +OK nor -ERR");
    MsPop3Pending entry;
    reply.status = MS_POP3_NONE;
    reply.text = text;
    reply.length = span->length;
    reply.offset = span->offset;
    ms_ranges_reset(&pop3->text_at);
    ms_ranges_add(&pop3->text_at, bytes, span->offset, span->length, cap);
    if (!ms_pop3_next(pop3) || !ms_pop3_answered(pop3, &entry))
        return;
    /* The client takes it for the reply, and is out of step with the server from now on. */
    pop3->astray = true;
    ms_pop3_effect(pop3, &entry, &reply);
}

/* After +OK to a command that is unknown or unseen: what is the next line? Returns true when it is
 * dealt with. */
static bool open_line(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span)
{
    const uint8_t *text = bytes->data + span->offset;
    pop3->phase = MS_POP3_STATUS;
    if (ms_pop3_is_answer(text, span->length))
        return false;
    MsPop3Kind kind = ms_pop3_list_kind(text, span->length);
    if (pop3->open_unseen && kind == MS_POP3_UNKNOWN && is_header(text, span->length)) {
        const MsPop3Pending entry = {.kind = MS_POP3_RETR, .exchange = -1, .attempt = -1};
        ms_pop3_fetch(pop3, &entry, &pop3->status_at);
        ms_pop3_body_begin(pop3, pop3->messages - 1, span->bare_lf, false);
        return true; /* not eaten: it is the message's */
    }
    pop3->phase = MS_POP3_LINES;
    pop3->list_kind = (uint8_t)(pop3->open_unseen ? kind : MS_POP3_UNKNOWN);
    return false;
}

static void list_line(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span)
{
    const uint8_t *text = bytes->data + span->offset;
    bool stuffed = span->length > 1 && text[0] == '.' && text[1] == '.';
    say_line(pop3, bytes, span);
    if (span->length == 1 && text[0] == '.') {
        pop3->phase = MS_POP3_STATUS;
        pop3->capa_answered |= pop3->list_kind == MS_POP3_CAPA && !pop3->gap_open;
        pop3->gap_open = false;
    } else if (!span->cut) {
        ms_pop3_list_line(pop3, bytes, span->offset + stuffed, span->length - stuffed);
    }
}

/* A line outside a message. Returns false when it is a message's and was not eaten. */
static bool take_line(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span, bool whole)
{
    const uint8_t *text = bytes->data + span->offset;
    first_line_after(pop3, text, span->length);
    if (pop3->phase == MS_POP3_BODY)
        return false;
    if (pop3->phase == MS_POP3_OPEN && open_line(pop3, bytes, span))
        return false;
    ms_pop3_check_line(pop3, MS_TO_CLIENT, bytes, span);
    if (pop3->tls_expected[MS_TO_CLIENT] && !pop3->clear_said) {
        pop3->clear_said = true;
        ms_speak_odd(&pop3->say, MS_ODDITY_CLEARTEXT_AFTER_TLS, MS_TO_CLIENT, -1,
                     ms_speak_where(&pop3->say, bytes, span->offset, span->length), 0,
                     "from the server");
    }
    if (pop3->phase == MS_POP3_LINES && ms_pop3_is_answer(text, span->length)) {
        if (pop3->list_kind != MS_POP3_UNKNOWN && !pop3->gap_open)
            say_syntax(pop3, bytes, span, "a list without the lone dot that ends it");
        pop3->phase = MS_POP3_STATUS;
        pop3->gap_open = false;
    }
    if (pop3->phase == MS_POP3_LINES)
        list_line(pop3, bytes, span);
    else
        status_line(pop3, bytes, span, whole);
    return true;
}

/* --- gaps --- */

void ms_pop3_reply_gap(MsDialogue *pop3, uint64_t length)
{
    pop3->may_miss = pop3->server_gap = true;
    pop3->gap_commands = pop3->commands;
    ms_pop3_first_decide(pop3);
    ms_line_reset(&pop3->reader[MS_TO_CLIENT], false);
    switch ((MsPop3Phase)pop3->phase) {
    case MS_POP3_BODY:
        ms_pop3_body_gap(pop3, length);
        pop3->gap_open = true;
        break;
    case MS_POP3_LINES:
        pop3->resync[MS_TO_CLIENT] = true;
        pop3->gap_open = true;
        break;
    case MS_POP3_STATUS:
    case MS_POP3_OPEN:
    case MS_POP3_MIDDLE:
        pop3->phase = MS_POP3_MIDDLE;
        pop3->resync[MS_TO_CLIENT] = true;
        break;
    }
    ms_pop3_doubt(pop3);
}

void ms_pop3_reply_over(MsDialogue *pop3, MsPop3Kind next)
{
    if (pop3->first.held && pop3->say.talk->midstream)
        release_first(pop3, next != MS_POP3_PASS && (next <= MS_POP3_STLS || next == MS_POP3_QUIT));
    else if (pop3->first.held)
        release_first(pop3, pop3->queue_count > 1);
    if (pop3->pipelining)
        return;
    if (pop3->phase == MS_POP3_BODY && pop3->body.held)
        return; /* its end waits and is taken with the next bytes */
    if (pop3->phase == MS_POP3_BODY && pop3->gap_open)
        ms_pop3_body_close(pop3, MS_MESSAGE_HOLED);
    else if (pop3->phase == MS_POP3_OPEN || (pop3->phase == MS_POP3_LINES && pop3->gap_open))
        pop3->phase = MS_POP3_STATUS;
    pop3->gap_open = false;
}

/* --- bytes --- */

/* Whether to wait for a command: the client has yet to ask for what the server said already. */
static bool waits(const MsDialogue *pop3, const MsBytes *bytes, size_t at, bool final)
{
    return pop3->astray && pop3->phase == MS_POP3_STATUS && pop3->queue_count == 0 &&
           pop3->unqueued == 0 && !final && !pop3->client_ended &&
           bytes->length - at < ms_pop3_line_cap(pop3);
}

size_t ms_pop3_replies(MsDialogue *pop3, const MsBytes *bytes, bool final)
{
    size_t at = 0;
    MsLineReader *reader = &pop3->reader[MS_TO_CLIENT];
    while (at < bytes->length) {
        if (pop3->phase == MS_POP3_BODY) {
            size_t eaten = ms_pop3_body(pop3, bytes, at, final);
            at += eaten;
            if (pop3->phase == MS_POP3_BODY && at < bytes->length && eaten == 0)
                return at;
            continue;
        }
        if (pop3->tls.started || (pop3->phase == MS_POP3_STATUS && !reader->skipping &&
                                  ms_tls_is_record(bytes->data + at, bytes->length - at, 1)))
            return at + ms_tls_look(&pop3->tls, pop3->say.talk, MS_TO_CLIENT, bytes, at, final);
        if (waits(pop3, bytes, at, final))
            return at;
        if (pop3->phase == MS_POP3_MIDDLE) {
            if (!ms_pop3_find_middle(pop3, bytes, at, final))
                return at;
            continue;
        }
        if (pop3->resync[MS_TO_CLIENT] && !ms_pop3_resync(pop3, bytes, at, final))
            return at;
        MsLineSpan span;
        MsReadResult result = ms_line_read(reader, bytes, at, ms_pop3_line_cap(pop3), &span);
        if (result == MS_READ_MORE && !final)
            return at;
        if (result == MS_READ_MORE) { /* the end of it is missing: its status counts */
            span = (MsLineSpan){
                .offset = at, .length = bytes->length - at, .eaten = bytes->length - at};
            if (bytes->data[bytes->length - 1] == '\r')
                span.length--;
            bool status =
                pop3->phase != MS_POP3_LINES && ms_pop3_is_answer(bytes->data + at, span.length);
            if (!status)
                return bytes->length;
        }
        bool whole = result == MS_READ_LINE && !span.cut;
        if (result == MS_READ_SKIPPED || take_line(pop3, bytes, &span, whole))
            at += span.eaten;
        else
            ms_line_reset(reader, false);
    }
    return at;
}
