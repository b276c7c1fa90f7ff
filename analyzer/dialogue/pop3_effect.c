/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3_effect.c - what a reply means for the command it answers, and what its lists say. */
#include "../base/find.h"
#include "../base/fold.h"
#include "pop3.h"

#include <string.h>

int32_t ms_pop3_say_reply(MsDialogue *pop3, const MsPop3Reply *reply, int32_t exchange)
{
    static const char *const words[] = {"", "+OK", "-ERR", "+"};
    if (exchange < 0) /* its command is missing from the capture: an exchange of its own */
        exchange = pop3->exchanges++;
    if (reply->status != MS_POP3_NONE)
        ms_speak_text(&pop3->say, MS_FIELD_POP3_STATUS, MS_TO_CLIENT, -1, exchange,
                      reply->status_at, words[reply->status], strlen(words[reply->status]));
    if (!reply->whole || reply->length == 0)
        return exchange;
    ms_speak_text(&pop3->say, MS_FIELD_POP3_REPLY, MS_TO_CLIENT, -1, exchange, reply->text_at,
                  reply->text, reply->length);
    /* RFC 2449 8: a code in brackets says why. */
    const uint8_t *end =
        reply->text[0] == '[' ? ms_find_byte(reply->text, ']', reply->length) : NULL;
    if (end && reply->status != MS_POP3_NONE && end > reply->text + 1) {
        size_t length = (size_t)(end - reply->text) - 1;
        const MsRanges *where =
            reply->bytes ? ms_speak_where(&pop3->say, reply->bytes, reply->offset + 1, length)
                         : reply->text_at;
        ms_speak_text(&pop3->say, MS_FIELD_POP3_RESPONSE_CODE, MS_TO_CLIENT, -1, exchange, where,
                      reply->text + 1, length);
    }
    return exchange;
}

/* RFC 1939 7: a msg-id in the greeting says that the server knows APOP. */
static void find_timestamp(MsDialogue *pop3, const MsPop3Reply *reply)
{
    const uint8_t *start = ms_find_byte(reply->text, '<', reply->length);
    size_t rest = start ? reply->length - (size_t)(start - reply->text) : 0;
    const uint8_t *end = start ? ms_find_byte(start, '>', rest) : NULL;
    if (!end || !ms_find_byte(start, '@', (size_t)(end - start)))
        return;
    size_t length = (size_t)(end - start) + 1;
    ms_buffer_append(&pop3->timestamp, start, length);
    if (reply->bytes)
        ms_ranges_add(&pop3->timestamp_at, reply->bytes,
                      reply->offset + (size_t)(start - reply->text), length,
                      ms_speak_cap(&pop3->say));
    else
        ms_ranges_join(&pop3->timestamp_at, reply->text_at, ms_speak_cap(&pop3->say));
    ms_speak_text(&pop3->say, MS_FIELD_POP3_TIMESTAMP, MS_TO_CLIENT, -1, -1, &pop3->timestamp_at,
                  start, length);
}

void ms_pop3_greet(MsDialogue *pop3, const MsPop3Reply *reply)
{
    const char *status = reply->status == MS_POP3_OK ? "+OK" : "-ERR";
    ms_speak_text(&pop3->say, MS_FIELD_POP3_GREETING_STATUS, MS_TO_CLIENT, -1, -1, reply->status_at,
                  status, strlen(status));
    if (!reply->whole)
        return;
    ms_speak_text(&pop3->say, MS_FIELD_POP3_GREETING, MS_TO_CLIENT, -1, -1, reply->text_at,
                  reply->text, reply->length);
    if (reply->length > 0)
        find_timestamp(pop3, reply);
}

/* --- logins --- */

void ms_pop3_outcome(MsDialogue *pop3, int32_t attempt, MsAuthOutcome outcome,
                     const MsRanges *where)
{
    static const char *const words[] = {"success", "failure", "cancelled", "unknown"};
    ms_speak_text(&pop3->say, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, attempt, where,
                  words[outcome], strlen(words[outcome]));
    pop3->logged_in |= outcome == MS_AUTH_SUCCESS;
}

void ms_pop3_user_end(MsDialogue *pop3, MsAuthOutcome outcome, const MsRanges *where)
{
    if (!pop3->user_held)
        return;
    pop3->user_held = false;
    int32_t attempt = pop3->attempts++;
    ms_speak_text(&pop3->say, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, attempt, &pop3->user_at,
                  "USER/PASS", strlen("USER/PASS"));
    ms_speak_text(&pop3->say, MS_FIELD_AUTH_USERNAME, MS_TO_SERVER, -1, attempt, &pop3->user_at,
                  pop3->user.data, pop3->user.length);
    ms_pop3_outcome(pop3, attempt, outcome, where);
}

static void on_auth(MsDialogue *pop3, const MsPop3Pending *entry, const MsPop3Reply *reply)
{
    if (!pop3->auth || pop3->auth_exchange != entry->exchange)
        return;
    MsAuthOutcome outcome = reply->status == MS_POP3_OK     ? MS_AUTH_SUCCESS
                            : reply->status == MS_POP3_NONE ? MS_AUTH_UNKNOWN
                            : ms_auth_cancelled(pop3->auth) ? MS_AUTH_CANCELLED
                                                            : MS_AUTH_FAILURE;
    ms_auth_end(pop3->auth, outcome, 0, reply->status == MS_POP3_NONE ? NULL : reply->status_at);
    pop3->logged_in |= outcome == MS_AUTH_SUCCESS;
    ms_auth_free(pop3->auth);
    pop3->auth = NULL;
}

static void on_stls(MsDialogue *pop3, const MsPop3Reply *reply)
{
    pop3->stls_waits = false;
    if (reply->status != MS_POP3_OK) { /* said at the end, unless a later one is accepted */
        ms_ranges_reset(&pop3->tls_refused);
        ms_ranges_join(&pop3->tls_refused, reply->status_at, ms_speak_cap(&pop3->say));
        return;
    }
    if (!pop3->tls_accepted)
        ms_speak_number(&pop3->say, MS_FIELD_TLS_ACCEPTED, MS_TO_CLIENT, -1, -1, reply->status_at,
                        1);
    pop3->tls_accepted = true;
    pop3->tls_expected[MS_TO_SERVER] = pop3->tls_expected[MS_TO_CLIENT] = true;
}

/* --- the maildrop --- */

/* A decimal number at the start of the text; *next: offset behind it and its blanks. */
static bool read_number(const uint8_t *text, size_t length, uint64_t *value, size_t *next)
{
    size_t at = 0;
    *value = 0;
    while (at < length && at < 18 && g_ascii_isdigit((char)text[at]))
        *value = *value * 10 + (uint64_t)(text[at++] - '0');
    bool digits = at > 0 && (at == length || text[at] == ' ' || text[at] == '\t');
    while (at < length && (text[at] == ' ' || text[at] == '\t'))
        at++;
    *next = at;
    return digits;
}

/* RFC 1939 5: "+OK" number of messages, their octets. */
static void on_stat(MsDialogue *pop3, const MsPop3Reply *reply, int32_t exchange)
{
    static const MsFieldId fields[] = {MS_FIELD_POP3_STAT_MESSAGES, MS_FIELD_POP3_STAT_OCTETS};
    size_t at = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(fields) && reply->whole && at < reply->length; i++) {
        uint64_t value;
        size_t next;
        if (!read_number(reply->text + at, reply->length - at, &value, &next))
            return;
        size_t digits = 0;
        while (at + digits < reply->length && g_ascii_isdigit((char)reply->text[at + digits]))
            digits++;
        const MsRanges *where =
            reply->bytes ? ms_speak_where(&pop3->say, reply->bytes, reply->offset + at, digits)
                         : reply->text_at;
        ms_speak_number(&pop3->say, fields[i], MS_TO_CLIENT, -1, exchange, where, (int64_t)value);
        at += next;
    }
}

/* "number size" or "number unique-id", as a line of a list or as the reply to one number. */
static void say_scan(MsDialogue *pop3, MsPop3Kind kind, int32_t exchange, const MsBytes *bytes,
                     size_t offset, size_t length)
{
    const uint8_t *text = bytes->data + offset;
    size_t rest;
    uint32_t number = ms_pop3_number(text, length, &rest);
    size_t end = rest;
    while (end < length && text[end] != ' ' && text[end] != '\t')
        end++;
    if (number == 0 || end == rest)
        return;
    ms_speak_span(&pop3->say, kind == MS_POP3_UIDL ? MS_FIELD_POP3_UIDL : MS_FIELD_POP3_LIST,
                  MS_TO_CLIENT, -1, exchange, bytes, offset, end);
    if (kind == MS_POP3_UIDL)
        ms_pop3_uid(pop3, number, bytes, offset + rest, end - rest);
}

static void say_capability(MsDialogue *pop3, const MsBytes *bytes, size_t offset, size_t length)
{
    const uint8_t *text = bytes->data + offset;
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length == 0)
        return;
    ms_speak_span(&pop3->say, MS_FIELD_POP3_CAPABILITY, MS_TO_CLIENT, -1, -1, bytes, offset,
                  length);
    if (!pop3->tls_offered && ms_fold_is(text, length, "STLS")) { /* RFC 2595 4 */
        pop3->tls_offered = true;
        ms_speak_number(&pop3->say, MS_FIELD_TLS_OFFERED, MS_TO_CLIENT, -1, -1,
                        ms_speak_where(&pop3->say, bytes, offset, length), 1);
    }
}

void ms_pop3_list_line(MsDialogue *pop3, const MsBytes *bytes, size_t offset, size_t length)
{
    switch ((MsPop3Kind)pop3->list_kind) {
    case MS_POP3_CAPA:
        say_capability(pop3, bytes, offset, length);
        break;
    case MS_POP3_MECHANISMS:
        if (length > 0)
            ms_speak_span(&pop3->say, MS_FIELD_POP3_MECHANISM, MS_TO_CLIENT, -1, -1, bytes, offset,
                          length);
        break;
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
        say_scan(pop3, (MsPop3Kind)pop3->list_kind, pop3->list_exchange, bytes, offset, length);
        break;
    default:
        break;
    }
}

static void begin_list(MsDialogue *pop3, MsPop3Kind kind, int32_t exchange)
{
    pop3->phase = MS_POP3_LINES;
    pop3->list_kind = (uint8_t)kind;
    pop3->list_exchange = exchange;
}

static void on_quit(MsDialogue *pop3, const MsPop3Reply *reply)
{
    const char *status = reply->status == MS_POP3_OK ? "+OK" : "-ERR";
    ms_speak_text(&pop3->say, MS_FIELD_POP3_QUIT_STATUS, MS_TO_CLIENT, -1, -1, reply->status_at,
                  status, strlen(status));
    ms_ranges_reset(&pop3->quit_at);
    ms_ranges_join(&pop3->quit_at, reply->status_at, ms_speak_cap(&pop3->say));
    pop3->quit_at.time_ns = reply->status_at->time_ns;
    pop3->quit_ok = reply->status == MS_POP3_OK;
    pop3->quit_err = !pop3->quit_ok;
}

/* A reply with +OK. */
static void on_ok(MsDialogue *pop3, const MsPop3Pending *entry, const MsPop3Reply *reply,
                  int32_t exchange)
{
    switch ((MsPop3Kind)entry->kind) {
    case MS_POP3_CAPA:
    case MS_POP3_MECHANISMS:
        begin_list(pop3, (MsPop3Kind)entry->kind, exchange);
        break;
    case MS_POP3_STAT:
        on_stat(pop3, reply, exchange);
        break;
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
        if (entry->many)
            begin_list(pop3, (MsPop3Kind)entry->kind, exchange);
        else if (reply->whole && reply->bytes)
            say_scan(pop3, (MsPop3Kind)entry->kind, exchange, reply->bytes, reply->offset,
                     reply->length);
        break;
    case MS_POP3_RETR:
    case MS_POP3_TOP:
        ms_pop3_fetch(pop3, entry, reply->status_at);
        ms_pop3_body_begin(pop3, pop3->messages - 1, reply->line_feeds, false);
        break;
    case MS_POP3_DELE:
        ms_pop3_mark(pop3, entry->number, exchange, reply->status_at);
        break;
    case MS_POP3_RSET:
        ms_pop3_unmark(pop3, exchange, reply->status_at);
        break;
    case MS_POP3_UNKNOWN:
        pop3->phase = MS_POP3_OPEN;
        pop3->open_unseen = false;
        pop3->list_exchange = exchange;
        break;
    default:
        break;
    }
}

void ms_pop3_effect(MsDialogue *pop3, const MsPop3Pending *entry, const MsPop3Reply *reply)
{
    int32_t exchange = ms_pop3_say_reply(pop3, reply, entry->exchange);
    MsAuthOutcome outcome = reply->status == MS_POP3_OK    ? MS_AUTH_SUCCESS
                            : reply->status == MS_POP3_ERR ? MS_AUTH_FAILURE
                                                           : MS_AUTH_UNKNOWN;
    if (entry->attempt >= 0)
        ms_pop3_outcome(pop3, entry->attempt, outcome,
                        reply->status == MS_POP3_NONE ? NULL : reply->status_at);
    if (entry->kind == MS_POP3_AUTH)
        on_auth(pop3, entry, reply);
    if (entry->kind == MS_POP3_STLS)
        on_stls(pop3, reply);
    if (entry->kind == MS_POP3_QUIT && reply->status != MS_POP3_NONE)
        on_quit(pop3, reply);
    if (entry->kind == MS_POP3_USER && outcome == MS_AUTH_FAILURE &&
        pop3->user_exchange == entry->exchange)
        ms_pop3_user_end(pop3, outcome, reply->status_at);
    if (entry->kind == MS_POP3_DELE && reply->status == MS_POP3_ERR)
        ms_pop3_refuse(pop3, entry->number);
    if (reply->status == MS_POP3_OK)
        on_ok(pop3, entry, reply, exchange);
}
