/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_reply.c - what the server says in words: the greeting, completions of commands and what they
 * mean, `+`, BYE, response codes (RFC 9051 7.1). Data are left to imap_data.c. */
#include "../base/find.h"
#include "../base/fold.h"
#include "imap.h"

#include <glib.h>

#include <string.h>

/* A line of the server taken apart. */
typedef struct {
    const MsBytes *bytes;
    size_t offset; /* of the line */
    size_t length;
    const uint8_t *text;
    MsImapResponse words;
    bool whole; /* its end is in the capture */
} Line;

static bool is_word(const Line *line, const char *word)
{
    return ms_fold_is(line->text + line->words.word, line->words.word_length, word);
}

/* --- response codes: `[UIDVALIDITY 1]` --- */

/* Length of the code at `rest` of the line, without brackets; 0: none. */
static size_t code_length(const Line *line)
{
    size_t at = line->words.rest;
    if (at >= line->length || line->text[at] != '[')
        return 0;
    const uint8_t *end = ms_find_byte(line->text + at, ']', line->length - at);
    return end ? (size_t)(end - line->text) - at - 1 : 0;
}

static bool code_is(const Line *line, size_t size, const char *name)
{
    const uint8_t *code = line->text + line->words.rest + 1;
    size_t length = strlen(name);
    return ms_fold_starts(code, size, name) && (size == length || code[length] == ' ');
}

/* A number behind the code's name. */
static void say_code_number(MsDialogue *imap, const Line *line, size_t size, size_t skip,
                            MsFieldId field, int32_t exchange)
{
    size_t at = line->words.rest + 1 + skip;
    uint64_t number;
    size_t digits = skip < size ? ms_imap_number(line->text + at, size - skip, &number) : 0;
    if (digits > 0)
        ms_imap_say_number(imap, field, MS_TO_CLIENT, -1, exchange,
                           ms_imap_where(imap, line->bytes, line->offset + at, digits), number);
}

/* APPENDUID validity uid (RFC 4315 3): the message has a number now. */
static void append_uid(MsDialogue *imap, const Line *line, size_t size, const MsImapPending *entry)
{
    const uint8_t *code = line->text + line->words.rest + 1;
    size_t at = 10;
    uint64_t number;
    size_t digits = at < size ? ms_imap_number(code + at, size - at, &number) : 0;
    at += digits + 1;
    if (digits == 0 || at >= size || entry->last_message < 0)
        return;
    digits = ms_imap_number(code + at, size - at, &number);
    if (digits > 0)
        ms_imap_say_number(
            imap, MS_FIELD_IMAP_UID, MS_TO_CLIENT, entry->last_message, -1,
            ms_imap_where(imap, line->bytes, line->offset + line->words.rest + 1 + at, digits),
            number);
}

static void say_code(MsDialogue *imap, const Line *line, int32_t exchange,
                     const MsImapPending *entry)
{
    size_t size = code_length(line);
    size_t at = line->offset + line->words.rest + 1;
    if (size == 0)
        return;
    if (code_is(line, size, "CAPABILITY")) {
        ms_imap_capabilities(imap, line->bytes, at + 10, size - 10);
        return;
    }
    if (exchange < 0)
        return;
    ms_imap_say_span(imap, MS_FIELD_IMAP_CODE, MS_TO_CLIENT, exchange, line->bytes, at, size);
    if (code_is(line, size, "UIDVALIDITY"))
        say_code_number(imap, line, size, 12, MS_FIELD_IMAP_UIDVALIDITY, exchange);
    else if (code_is(line, size, "UIDNEXT"))
        say_code_number(imap, line, size, 8, MS_FIELD_IMAP_UIDNEXT, exchange);
    else if (code_is(line, size, "PERMANENTFLAGS") && size > 15)
        ms_imap_say_span(imap, MS_FIELD_IMAP_PERMANENT_FLAGS, MS_TO_CLIENT, exchange, line->bytes,
                         at + 15, size - 15);
    else if (entry && code_is(line, size, "APPENDUID"))
        append_uid(imap, line, size, entry);
}

void ms_imap_capabilities(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length)
{
    size_t at = offset;
    MsImapToken token;
    imap->capable = true;
    while (ms_imap_token(bytes->data, offset + length, &at, &token)) {
        const uint8_t *text = bytes->data + token.offset;
        if (!ms_imap_is_new(imap, MS_FIELD_IMAP_CAPABILITY, text, token.length))
            continue;
        ms_imap_say_span(imap, MS_FIELD_IMAP_CAPABILITY, MS_TO_CLIENT, -1, bytes, token.offset,
                         token.length);
        if (imap->tls_offered || !ms_fold_is(text, token.length, "STARTTLS"))
            continue;
        imap->tls_offered = true;
        ms_imap_say_number(imap, MS_FIELD_TLS_OFFERED, MS_TO_CLIENT, -1, -1,
                           ms_imap_where(imap, bytes, token.offset, token.length), 1);
    }
}

/* --- completions --- */

void ms_imap_append_end(MsDialogue *imap, MsImapPending *entry, const char *outcome,
                        const MsRanges *where)
{
    if (entry->first_message < 0)
        return;
    /* Between the first and the last one there may be messages that were fetched meanwhile: all of
     * one APPEND are numbered in a row, as the client says nothing else in between. */
    for (int32_t message = entry->first_message; message <= entry->last_message; message++)
        ms_speak_text(&imap->say, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, message, -1, where,
                      outcome, strlen(outcome));
    entry->first_message = -1;
}

/* The mailbox that was selected is no more. */
static void deselect(MsDialogue *imap)
{
    ms_imap_parts_end(imap);
    ms_imap_structure_forget(imap);
    imap->selected = false;
    imap->mailbox.length = 0;
    ms_ranges_reset(&imap->mailbox_at);
}

static void selected(MsDialogue *imap, const MsImapPending *entry, const Line *line)
{
    deselect(imap);
    imap->selected = true;
    ms_buffer_append(&imap->mailbox, entry->mailbox.data, entry->mailbox.length);
    ms_ranges_join(&imap->mailbox_at, &entry->mailbox_at, ms_speak_cap(&imap->say));
    ms_speak_text(&imap->say, MS_FIELD_IMAP_SELECTED, MS_TO_SERVER, -1, entry->exchange,
                  &entry->mailbox_at, entry->mailbox.data, entry->mailbox.length);
    size_t size = code_length(line);
    size_t at = line->offset + (size > 0 ? line->words.rest + 1 : line->words.word);
    bool read_only =
        (size > 0 && code_is(line, size, "READ-ONLY")) || entry->verb == MS_IMAP_EXAMINE;
    ms_imap_say_number(imap, MS_FIELD_IMAP_READ_ONLY, MS_TO_CLIENT, -1, entry->exchange,
                       ms_imap_where(imap, line->bytes, at, size > 0 ? size : 2), read_only);
}

/* STARTTLS is answered (RFC 9051 6.2.1). */
static void starttls(MsDialogue *imap, bool good)
{
    imap->wait = MS_IMAP_FREE;
    imap->may_miss |= imap->early_until > 0; /* commands may be answered before they are read */
    if (good) {
        imap->tls_accepted = true;
        imap->tls_expected[MS_TO_SERVER] = imap->tls_expected[MS_TO_CLIENT] = true;
        ms_imap_say_number(imap, MS_FIELD_TLS_ACCEPTED, MS_TO_CLIENT, -1, -1, &imap->text_at, 1);
    } else {
        ms_ranges_reset(&imap->tls_refused);
        ms_ranges_join(&imap->tls_refused, &imap->text_at, ms_speak_cap(&imap->say));
    }
}

/* From here on both sides compress (RFC 4978 3). */
static void compress(MsDialogue *imap, bool good)
{
    if (imap->wait == MS_IMAP_WAIT_COMPRESS)
        imap->wait = MS_IMAP_FREE;
    if (!good)
        return;
    ms_imap_say_number(imap, MS_FIELD_IMAP_COMPRESSED, MS_TO_CLIENT, -1, -1, &imap->text_at, 1);
    for (unsigned i = 0; i < 2; i++)
        if (!imap->side[i].inflate)
            imap->side[i].inflate = ms_inflate_new(imap->talk->limits->value[MS_LIMIT_INFLATED]);
}

/* What a completion means for its command; imap->text_at is its status. */
static void effect(MsDialogue *imap, MsImapPending *entry, const Line *line, bool good)
{
    if (imap->wait == MS_IMAP_WAIT_LITERAL && !good && entry->exchange == imap->command.exchange)
        ms_imap_no_literal(imap);
    switch ((MsImapVerb)entry->verb) {
    case MS_IMAP_LOGIN:
    case MS_IMAP_AUTHENTICATE:
        ms_imap_login_end(imap, entry, good ? MS_AUTH_SUCCESS : MS_AUTH_FAILURE, &imap->text_at);
        entry->attempt = -1;
        break;
    case MS_IMAP_SELECT:
    case MS_IMAP_EXAMINE:
        if (good)
            selected(imap, entry, line);
        else if (is_word(line, "NO")) /* RFC 9051 6.3.2: then none is selected */
            deselect(imap);
        break;
    case MS_IMAP_CLOSE:
        if (good)
            deselect(imap);
        break;
    case MS_IMAP_APPEND:
        ms_imap_append_end(imap, entry, good ? "accepted" : "rejected", &imap->text_at);
        break;
    case MS_IMAP_STARTTLS:
        starttls(imap, good);
        break;
    case MS_IMAP_COMPRESS:
        compress(imap, good);
        break;
    default:
        break;
    }
}

/* The text behind the status. */
static void say_status(MsDialogue *imap, const Line *line, int32_t exchange)
{
    ms_imap_say_span(imap, MS_FIELD_IMAP_STATUS, MS_TO_CLIENT, exchange, line->bytes,
                     line->offset + line->words.word, line->words.word_length);
    if (line->whole && line->words.rest < line->length)
        ms_imap_say_span(imap, MS_FIELD_IMAP_REPLY, MS_TO_CLIENT, exchange, line->bytes,
                         line->offset + line->words.rest, line->length - line->words.rest);
}

static void complete(MsDialogue *imap, const Line *line)
{
    MsImapPending *entry = ms_imap_find(imap, line->text, line->words.tag);
    bool good = is_word(line, "OK");
    if (!entry) {
        int32_t exchange = imap->loose >= 0 ? imap->loose : imap->exchanges++;
        imap->loose = -1;
        ms_imap_say_span(imap, MS_FIELD_IMAP_TAG, MS_TO_CLIENT, exchange, line->bytes, line->offset,
                         line->words.tag);
        say_status(imap, line, exchange);
        say_code(imap, line, exchange, NULL);
        if (imap->auth && imap->auth_exchange < 0) /* it began before the capture did */
            ms_imap_login_over(imap, good ? MS_AUTH_SUCCESS : MS_AUTH_FAILURE,
                               ms_imap_where(imap, line->bytes, line->offset + line->words.word,
                                             line->words.word_length));
        if (imap->client_spoke && !imap->may_miss && !imap->full_said)
            ms_speak_odd(&imap->say, MS_ODDITY_UNMATCHED_REPLY, MS_TO_CLIENT, -1,
                         ms_imap_where(imap, line->bytes, line->offset, line->words.tag), 0, "");
        return;
    }
    say_status(imap, line, entry->exchange);
    say_code(imap, line, entry->exchange, entry);
    ms_imap_place(imap, &imap->text_at, line->bytes, line->offset + line->words.word,
                  line->words.word_length);
    effect(imap, entry, line, good);
    ms_imap_remove(imap, entry);
}

/* --- other lines --- */

/* Whether the first line seen is the greeting (RFC 9051 7.1). When the capture began later than the
 * connection it may as well be `* OK Still here` or part of an answer: then it has to look so. */
static bool greets(const MsDialogue *imap, const Line *line)
{
    static const char *const words[] = {"[CAPABILITY ", "IMAP", "ready", "welcome", "service"};
    if (is_word(line, "NO") || is_word(line, "BAD"))
        return false;
    if (!imap->talk->midstream || is_word(line, "PREAUTH"))
        return true;
    const uint8_t *text = line->text + line->words.rest;
    size_t length = line->length - line->words.rest;
    if (is_word(line, "BYE") ||
        (length > 0 && text[0] == '[' && !ms_fold_starts(text, length, words[0])))
        return false;
    for (size_t at = 0; at < length; at++)
        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
            if (ms_fold_starts(text + at, length - at, words[i]))
                return true;
    return false;
}

/* `* OK`, `* NO`, `* BAD`, `* BYE`, `* PREAUTH`. */
static void status(MsDialogue *imap, const Line *line)
{
    size_t rest = line->offset + line->words.rest;
    size_t length = line->length - line->words.rest;
    bool bye = is_word(line, "BYE");
    if (imap->greeting_due && !imap->client_spoke && greets(imap, line)) {
        ms_imap_say_span(imap, MS_FIELD_IMAP_GREETING_STATUS, MS_TO_CLIENT, -1, line->bytes,
                         line->offset + line->words.word, line->words.word_length);
        if (line->whole)
            ms_imap_say_span(imap, MS_FIELD_IMAP_GREETING, MS_TO_CLIENT, -1, line->bytes, rest,
                             length);
        say_code(imap, line, -1, NULL);
        return;
    }
    imap->may_miss |= imap->greeting_due;
    if (bye) {
        if (line->whole)
            ms_speak_text(&imap->say, MS_FIELD_IMAP_BYE, MS_TO_CLIENT, -1, -1,
                          length > 0
                              ? ms_imap_where(imap, line->bytes, rest, length)
                              : ms_imap_where(imap, line->bytes, line->offset + line->words.word,
                                              line->words.word_length),
                          line->bytes->data + rest, length);
        imap->quit |= imap->may_miss || !imap->client_spoke; /* LOGOUT may be what is missing */
        return;
    }
    say_code(imap, line, ms_imap_exchange(imap), NULL);
}

/* Whether it may be a challenge to a login that began before the capture did. */
static bool is_challenge(const MsDialogue *imap, const uint8_t *text, size_t length)
{
    if (!imap->may_miss || imap->client_spoke || length < 8)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum((char)text[i]) && !strchr("+/=", text[i]))
            return false;
    return true;
}

/* `+`: the server wants what was announced, or asks a login, or idles (RFC 2177). */
static void go_on(MsDialogue *imap, const Line *line)
{
    size_t rest = line->words.rest;
    size_t length = line->length - rest;
    if (imap->wait == MS_IMAP_WAIT_LITERAL) {
        imap->wait = MS_IMAP_FREE;
    } else if (imap->auth || is_challenge(imap, line->text + rest, length)) {
        if (!imap->auth)
            imap->auth = ms_auth_new(imap->talk, imap->attempts++, NULL, 0, NULL);
        MsBuffer note = {0};
        ms_imap_login_challenge(imap, line->bytes, line->offset + rest, length, &note);
        ms_imap_say_line(imap, MS_LINE_AUTH, MS_TO_CLIENT, line->bytes, line->offset, line->length,
                         &note);
        ms_buffer_clear(&note);
        return;
    }
    ms_imap_say_line(imap, MS_LINE_REPLY, MS_TO_CLIENT, line->bytes, line->offset, line->length,
                     NULL);
}

/* A line that begins a response. */
static void first_line(MsDialogue *imap, Line *line, const MsImapLiteral *literal)
{
    ms_imap_response(line->text, line->length, &line->words);
    bool first = imap->greeting_due;
    if (first && (line->words.kind != MS_IMAP_STATUS || imap->client_spoke))
        imap->may_miss = true;
    if (line->words.kind == MS_IMAP_GO_ON) {
        imap->greeting_due = false;
        if (line->whole)
            go_on(imap, line);
        return;
    }
    ms_imap_say_line(imap, MS_LINE_REPLY, MS_TO_CLIENT, line->bytes, line->offset, line->length,
                     NULL);
    bool clear = line->whole || line->words.rest < line->length; /* its status is whole */
    switch (line->words.kind) {
    case MS_IMAP_TAGGED:
        if (clear)
            complete(imap, line);
        break;
    case MS_IMAP_STATUS:
        if (clear)
            status(imap, line);
        break;
    case MS_IMAP_DATA: {
        size_t size = literal ? literal->offset : line->length;
        ms_imap_data_begin(imap, line->bytes, line->offset, &line->words);
        if (line->words.rest < size)
            ms_imap_data_text(imap, line->bytes, line->offset + line->words.rest,
                              size - line->words.rest, !line->whole);
        if (!literal)
            ms_imap_data_end(imap, line->whole);
        break;
    }
    default:
        if (line->length == 0 || !line->whole)
            break;
        if (!imap->syntax_said[MS_TO_CLIENT] && !imap->may_miss)
            ms_speak_odd(&imap->say, MS_ODDITY_SYNTAX, MS_TO_CLIENT, -1,
                         ms_imap_where(imap, line->bytes, line->offset, line->length), 0,
                         "a line of the server that is no response");
        imap->syntax_said[MS_TO_CLIENT] = true;
        imap->side[MS_TO_CLIENT].resync = true;
    }
    imap->greeting_due = false;
}

void ms_imap_server_line(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                         const MsImapLiteral *literal, bool cut)
{
    if (!imap->side[MS_TO_CLIENT].inside) {
        Line line = {.bytes = bytes,
                     .offset = offset,
                     .length = length,
                     .text = bytes->data + offset,
                     .whole = !cut};
        first_line(imap, &line, literal);
        return;
    }
    if (length > 0)
        ms_imap_say_line(imap, MS_LINE_REPLY, MS_TO_CLIENT, bytes, offset, length, NULL);
    if (!imap->answer.active)
        return;
    ms_imap_data_text(imap, bytes, offset, literal ? literal->offset : length, cut);
    if (!literal)
        ms_imap_data_end(imap, !cut);
}
