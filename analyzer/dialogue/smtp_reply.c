/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_reply.c - replies of the server: one or several lines (RFC 5321 4.2.1), enhanced status
 * codes (RFC 2034, 3463), and what each means for the command it answers. */
#include "../base/find.h"
#include "smtp.h"

#include <glib.h>

#include <string.h>

void ms_smtp_reply_free(MsLongReply *reply)
{
    if (!reply)
        return;
    ms_buffer_clear(&reply->text);
    ms_ranges_clear(&reply->where);
    ms_ranges_clear(&reply->code_at);
    g_free(reply);
}

/* The code a reply line begins with, or 0; RFC 5321 4.2. */
static unsigned line_code(const uint8_t *text, size_t length)
{
    if (length < 3 || text[0] < '2' || text[0] > '5' || text[1] < '0' || text[1] > '9' ||
        text[2] < '0' || text[2] > '9')
        return 0;
    if (length > 3 && text[3] != ' ' && text[3] != '-' && text[3] != '\t')
        return 0;
    return (unsigned)((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
}

/* Length of the enhanced code the text begins with, or 0; RFC 3463 2: class "." subject "." detail.
 */
static size_t enhanced_length(const uint8_t *text, size_t length, unsigned code)
{
    if (length < 5 || text[0] != (uint8_t)('0' + code / 100) || text[1] != '.')
        return 0;
    size_t at = 2;
    for (int part = 0; part < 2; part++) {
        size_t start = at;
        while (at < length && at - start < 4 && g_ascii_isdigit((char)text[at]))
            at++;
        if (at == start || at - start > 3)
            return 0;
        if (part == 0 && (at == length || text[at++] != '.'))
            return 0;
    }
    return at == length || text[at] == ' ' || text[at] == '\t' ? at : 0;
}

static void say_reply(MsDialogue *smtp, const MsReply *reply, int32_t exchange)
{
    if (exchange < 0) /* its command is missing from the capture: an exchange of its own */
        exchange = smtp->exchanges++;
    ms_speak_number(&smtp->say, MS_FIELD_SMTP_REPLY_CODE, MS_TO_CLIENT, -1, exchange,
                    reply->code_at, reply->code);
    if (reply->text_known)
        ms_speak_text(&smtp->say, MS_FIELD_SMTP_REPLY, MS_TO_CLIENT, -1, exchange, reply->text_at,
                      reply->text, reply->length);
    if (reply->enhanced_length > 0)
        ms_speak_span(&smtp->say, MS_FIELD_SMTP_ENHANCED_CODE, MS_TO_CLIENT, -1, exchange,
                      reply->bytes, reply->enhanced, reply->enhanced_length);
}

/* A reply that answers no command in the capture. */
static void unmatched(MsDialogue *smtp, const MsReply *reply)
{
    say_reply(smtp, reply, smtp->exchanges++);
    if (reply->code == 221 && (smtp->may_miss || !smtp->client_spoke))
        smtp->quit = true; /* QUIT may be what is missing; else the server closes by itself */
    if (reply->code == 421) {
        if (smtp->current)
            smtp->current->broken_off = true;
        return;
    }
    if (smtp->client_spoke) /* else the capture has one side only, and that is said */
        ms_speak_odd(&smtp->say, MS_ODDITY_UNMATCHED_REPLY, MS_TO_CLIENT, -1, reply->code_at, 0,
                     "");
    if (reply->code == 354 && smtp->may_miss && smtp->phase <= MS_PHASE_COMMAND)
        ms_smtp_hidden_data(smtp);
}

/* Whether the first reply of the server is its greeting (RFC 5321 4.3.1) and not the answer to a
 * command that was sent before the capture began. */
static bool is_greeting(MsDialogue *smtp, unsigned code)
{
    const MsPending *next = ms_smtp_next(smtp);
    if (code == 220)
        return !next || next->kind != MS_AWAIT_STARTTLS;
    if (code == 554 || code == 421)
        return !next || next->kind == MS_AWAIT_EHLO || next->kind == MS_AWAIT_HELO;
    return false;
}

static void greet(MsDialogue *smtp, const MsReply *reply)
{
    ms_speak_number(&smtp->say, MS_FIELD_SMTP_GREETING_CODE, MS_TO_CLIENT, -1, -1, reply->code_at,
                    reply->code);
    if (reply->text_known)
        ms_speak_text(&smtp->say, MS_FIELD_SMTP_GREETING, MS_TO_CLIENT, -1, -1, reply->text_at,
                      reply->text, reply->length);
}

static void challenge(MsDialogue *smtp, const MsPending *entry, const MsReply *reply,
                      MsBuffer *note)
{
    say_reply(smtp, reply, entry->exchange);
    if (smtp->auth && smtp->auth_exchange == entry->exchange && reply->text_known)
        ms_auth_server(smtp->auth, reply->text, reply->length, reply->text_at, note);
    if (smtp->phase == MS_PHASE_WAIT || smtp->phase == MS_PHASE_COMMAND)
        smtp->phase = MS_PHASE_AUTH;
}

/* A reply is whole: finds its command. `note`: what a challenge says in words. */
static void complete(MsDialogue *smtp, const MsReply *reply, MsBuffer *note)
{
    bool first = smtp->greeting_due;
    smtp->greeting_due = false;
    smtp->server_silent = false;
    bool opening = smtp->phase == MS_PHASE_OPENING;
    if (opening) {
        smtp->phase = MS_PHASE_COMMAND;
        smtp->opening_skip = smtp->opening_held;
    }
    if (first && is_greeting(smtp, reply->code)) {
        smtp->opening_skip = false;
        greet(smtp, reply);
        return;
    }
    if (first)
        smtp->may_miss = true;
    MsPending *login = reply->code == 334 ? ms_smtp_login(smtp) : NULL;
    if (login) {
        challenge(smtp, login, reply, note);
        return;
    }
    MsPending entry;
    if (smtp->phase == MS_PHASE_DATA && smtp->body && smtp->queue_count == 0) {
        MsTransaction *one = smtp->body->transaction;
        say_reply(smtp, reply,
                  smtp->body->exchange >= 0 ? smtp->body->exchange : smtp->exchanges++);
        if (reply->code == 421)
            one->broken_off = true;
        else
            ms_smtp_mail_final(smtp, one, reply->code, reply->code_at);
        ms_smtp_body_reply(smtp, reply->code);
        return;
    }
    if (!ms_smtp_answered(smtp, reply->code, &entry)) {
        unmatched(smtp, reply);
        return;
    }
    say_reply(smtp, reply, entry.exchange);
    ms_smtp_effect(smtp, &entry, reply);
}

static uint32_t hash(const uint8_t *text, size_t length)
{
    uint32_t value = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        value = (value ^ (uint8_t)g_ascii_toupper((char)text[i])) * 16777619u;
    return value;
}

/* A line of the reply to EHLO; one that was said before is not said again. */
static void extension(MsDialogue *smtp, const MsBytes *bytes, size_t offset, size_t length)
{
    enum { MOST = 64 };
    const uint8_t *text = bytes->data + offset;
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    uint32_t value = hash(text, length);
    for (uint32_t i = 0; i < smtp->n_extensions; i++)
        if (smtp->extensions[i] == value)
            return;
    if (length == 0 || smtp->n_extensions == MOST)
        return;
    if (smtp->n_extensions % 8 == 0)
        smtp->extensions = g_renew(uint32_t, smtp->extensions, smtp->n_extensions + 8);
    smtp->extensions[smtp->n_extensions++] = value;
    ms_speak_span(&smtp->say, MS_FIELD_SMTP_EXTENSION, MS_TO_CLIENT, -1, -1, bytes, offset, length);
    if (!smtp->tls_offered && length >= 8 &&
        g_ascii_strncasecmp((const char *)text, "STARTTLS", 8) == 0) {
        smtp->tls_offered = true;
        ms_speak_number(&smtp->say, MS_FIELD_TLS_OFFERED, MS_TO_CLIENT, -1, -1,
                        ms_speak_where(&smtp->say, bytes, offset, length), 1);
    }
}

/* Adds a line to a reply of several. */
static void collect(MsDialogue *smtp, const MsBytes *bytes, size_t offset, size_t length)
{
    MsLongReply *reply = smtp->reply;
    uint64_t cap = smtp->talk->limits->value[MS_LIMIT_LINE];
    reply->lines++;
    if (reply->limited)
        return;
    if (reply->text.length + length + 1 > cap) {
        reply->limited = true;
        ms_speak_odd(&smtp->say, MS_ODDITY_LIMIT, MS_TO_CLIENT, -1,
                     ms_speak_where(&smtp->say, bytes, offset, length), 0,
                     "line-bytes: further lines of this reply are left out");
        return;
    }
    if (reply->lines > 1)
        ms_buffer_byte(&reply->text, '\n');
    ms_buffer_append(&reply->text, bytes->data + offset, length);
    ms_ranges_add(&reply->where, bytes, offset, length, ms_speak_cap(&smtp->say));
}

static void say_line(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, unsigned code,
                     bool login, const MsBuffer *note)
{
    ms_speak_line(&smtp->say, login ? MS_LINE_AUTH : MS_LINE_REPLY, MS_TO_CLIENT, false, code,
                  bytes, span->offset, span->length, note);
}

/* A challenge whose AUTH command is missing from the capture: a login goes on all the same. */
static bool hidden_login(MsDialogue *smtp)
{
    if (smtp->phase > MS_PHASE_COMMAND || !(smtp->may_miss || smtp->greeting_due))
        return false;
    ms_auth_free(smtp->auth);
    smtp->auth = ms_auth_new(smtp->talk, smtp->attempts++, NULL, 0, NULL);
    smtp->auth_exchange = smtp->exchanges++;
    ms_smtp_await(smtp, MS_AWAIT_AUTH, smtp->auth_exchange, NULL, -1);
    return ms_smtp_login(smtp) != NULL;
}

/* The last line of a reply, or its only one. */
static void last_line(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, unsigned code,
                      size_t offset, size_t length, bool whole)
{
    ms_ranges_reset(&smtp->code_at);
    ms_ranges_add(&smtp->code_at, bytes, span->offset, 3, ms_speak_cap(&smtp->say));
    MsReply reply = {.bytes = bytes, .code = code, .code_at = &smtp->code_at, .enhanced = offset};
    reply.enhanced_length = enhanced_length(bytes->data + offset, length, code);
    if (!whole && reply.enhanced_length == length)
        reply.enhanced_length = 0;
    MsLongReply *taken = smtp->reply;
    whole = whole && !smtp->reply_doubt;
    smtp->reply_doubt = false;
    smtp->reply = NULL;
    if (taken) {
        reply.text = taken->text.data;
        reply.length = taken->text.length;
        reply.text_at = &taken->where;
        reply.text_known = whole && !taken->holed && !taken->limited;
    } else {
        ms_ranges_reset(&smtp->text_at);
        ms_ranges_add(&smtp->text_at, bytes, offset, length, ms_speak_cap(&smtp->say));
        smtp->text_at.time_ns = smtp->code_at.time_ns;
        reply.text = bytes->data + offset;
        reply.length = length;
        reply.text_at = &smtp->text_at;
        reply.text_known = whole;
    }
    MsBuffer note = {0};
    bool login = code == 334 && (ms_smtp_login(smtp) || hidden_login(smtp));
    if (!login)
        say_line(smtp, bytes, span, code, false, NULL);
    complete(smtp, &reply, &note);
    if (login)
        say_line(smtp, bytes, span, code, true, &note);
    ms_buffer_clear(&note);
    ms_smtp_reply_free(taken);
}

/* One line of the server. `whole`: false when its end is missing. */
static void reply_line(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, bool whole)
{
    const uint8_t *text = bytes->data + span->offset;
    unsigned code = line_code(text, span->length);
    ms_smtp_check_line(smtp, MS_TO_CLIENT, bytes, span);
    if (code == 0) {
        say_line(smtp, bytes, span, 0, false, NULL);
        if (smtp->reply)
            collect(smtp, bytes, span->offset, span->length);
        if (!smtp->syntax_said[MS_TO_CLIENT])
            ms_speak_odd(&smtp->say, MS_ODDITY_SYNTAX, MS_TO_CLIENT, -1,
                         ms_speak_where(&smtp->say, bytes, span->offset, span->length), 0,
                         "line of the server without a reply code");
        smtp->syntax_said[MS_TO_CLIENT] = true;
        return;
    }
    size_t skip = MIN(span->length, 4);
    size_t offset = span->offset + skip;
    size_t length = span->length - skip;
    bool more = span->length > 3 && text[3] == '-';
    const MsPending *next = ms_smtp_next(smtp);
    bool ehlo = next ? next->kind == MS_AWAIT_EHLO
                     : !smtp->client_spoke && smtp->exchanges == 0; /* one side only */
    if (smtp->reply && code == 250 && ehlo && whole)
        extension(smtp, bytes, offset, length); /* RFC 5321 4.1.1.1: not the first line */
    if (more && !smtp->reply) {
        smtp->reply = g_new0(MsLongReply, 1);
        smtp->reply->code = code;
        ms_ranges_add(&smtp->reply->code_at, bytes, span->offset, 3, ms_speak_cap(&smtp->say));
        smtp->reply->holed = smtp->reply_doubt;
    }
    if (smtp->reply)
        collect(smtp, bytes, offset, length);
    if (smtp->reply && !whole)
        smtp->reply->holed = true;
    if (more)
        say_line(smtp, bytes, span, code, false, NULL);
    else
        last_line(smtp, bytes, span, code, offset, length, whole);
}

/* After a gap: do these bytes begin a line? False: not yet to be told. */
static bool resync(MsDialogue *smtp, const uint8_t *data, size_t length)
{
    if (length < 4 && !ms_find_byte(data, '\n', length))
        return false;
    smtp->resync[MS_TO_CLIENT] = false;
    if (line_code(data, MIN(length, 4)) == 0)
        ms_line_reset(&smtp->reader[MS_TO_CLIENT], true);
    return true;
}

/* Whether encrypted bytes begin here. */
static bool tls_here(const MsDialogue *smtp, const uint8_t *data, size_t length)
{
    return smtp->tls.started || (!smtp->reply && !smtp->reader[MS_TO_CLIENT].skipping &&
                                 ms_tls_is_record(data, length, 1));
}

size_t ms_smtp_replies(MsDialogue *smtp, const MsBytes *bytes)
{
    size_t at = 0;
    while (at < bytes->length) {
        if (tls_here(smtp, bytes->data + at, bytes->length - at))
            return at + ms_tls_look(&smtp->tls, smtp->talk, MS_TO_CLIENT, bytes, at, false);
        if (smtp->resync[MS_TO_CLIENT] && !resync(smtp, bytes->data + at, bytes->length - at))
            return at;
        MsLineSpan span;
        MsReadResult result = ms_line_read(&smtp->reader[MS_TO_CLIENT], bytes, at,
                                           (size_t)smtp->talk->limits->value[MS_LIMIT_LINE], &span);
        if (result == MS_READ_MORE)
            return at;
        if (result == MS_READ_LINE) {
            if (smtp->tls_expected[MS_TO_CLIENT] && !smtp->clear_said) {
                smtp->clear_said = true;
                ms_speak_odd(&smtp->say, MS_ODDITY_CLEARTEXT_AFTER_TLS, MS_TO_CLIENT, -1,
                             ms_speak_where(&smtp->say, bytes, span.offset, span.length), 0,
                             "from the server");
            }
            reply_line(smtp, bytes, &span, !span.cut);
        }
        at += span.eaten;
    }
    return at;
}

void ms_smtp_reply_over(MsDialogue *smtp)
{
    smtp->reply_doubt = false;
    MsLongReply *taken = smtp->reply;
    if (!taken)
        return;
    smtp->reply = NULL;
    MsBuffer none = {0};
    MsReply reply = {.code = taken->code, .code_at = &taken->code_at, .text_at = &taken->where};
    complete(smtp, &reply, &none);
    ms_buffer_clear(&none);
    ms_smtp_reply_free(taken);
}

void ms_smtp_reply_cut(MsDialogue *smtp, const MsBytes *left)
{
    if (smtp->tls.started)
        ms_tls_look(&smtp->tls, smtp->talk, MS_TO_CLIENT, left, 0, true);
    else if (left->length >= 4 && !smtp->reader[MS_TO_CLIENT].skipping &&
             !smtp->resync[MS_TO_CLIENT] && line_code(left->data, left->length) != 0) {
        MsLineSpan span = {.length = left->length, .eaten = left->length};
        if (left->data[left->length - 1] == '\r')
            span.length--;
        reply_line(smtp, left, &span, false);
    }
}
