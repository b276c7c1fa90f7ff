/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_client.c - what the client says: a tag, a command (RFC 9051 6) and arguments, which may be
 * literals; DONE (RFC 2177); and what is known from the arguments alone. */
#include "../base/fold.h"
#include "imap.h"

#include <glib.h>

#include <string.h>

/* --- arguments --- */

/* A mailbox named by the command. */
static void say_target(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsImapReading *command = &imap->command;
    size_t length;
    const uint8_t *text = ms_imap_value(imap, bytes->data, token, &length);
    const MsRanges *where = ms_imap_where(imap, bytes, token->offset, token->length);
    ms_speak_text(&imap->say, MS_FIELD_IMAP_TARGET, MS_TO_SERVER, -1, command->exchange, where,
                  text, length);
    ms_imap_say_name(imap, MS_TO_SERVER, where, text, length);
    MsImapPending *entry = ms_imap_find_exchange(imap, command->exchange);
    if (!entry || command->verb == MS_IMAP_MAILBOX || command->verb == MS_IMAP_COPY)
        return;
    entry->mailbox.length = 0;
    ms_buffer_append(&entry->mailbox, text, length);
    ms_ranges_reset(&entry->mailbox_at);
    ms_ranges_join(&entry->mailbox_at, where, ms_speak_cap(&imap->say));
}

/* ID ("name" "value" ...), RFC 2971 3.1. */
static void id_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsBuffer *name = &imap->command.name;
    size_t length;
    const uint8_t *text = ms_imap_value(imap, bytes->data, token, &length);
    if (name->length == 0) {
        ms_buffer_append(name, text, length);
        ms_buffer_byte(name, ':');
        return;
    }
    ms_buffer_byte(name, ' ');
    ms_buffer_append(name, text, length);
    ms_speak_text(&imap->say, MS_FIELD_IMAP_CLIENT_ID, MS_TO_SERVER, -1, -1,
                  ms_imap_where(imap, bytes, token->offset, token->length), name->data,
                  name->length);
    name->length = 0;
}

/* APPEND mailbox [flags] [date] literal, RFC 9051 6.3.12. */
static void append_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsImapReading *command = &imap->command;
    if (command->depth == 0 && command->arguments == 1) {
        say_target(imap, bytes, token);
    } else if (command->depth == 1 && token->kind == MS_TOKEN_ATOM && !command->catenate) {
        if (command->flags.length > 0)
            ms_buffer_byte(&command->flags, ' ');
        else
            ms_ranges_reset(&command->flags_at);
        if (command->flags.length < MS_IMAP_WORDS)
            ms_buffer_append(&command->flags, bytes->data + token->offset, token->length);
        ms_ranges_add(&command->flags_at, bytes, token->offset, token->length,
                      ms_speak_cap(&imap->say));
    } else if (command->depth == 0 && token->kind == MS_TOKEN_STRING) {
        ms_imap_keep(imap, &command->date, &command->date_at, bytes, token->offset, token->length);
    } else if (command->depth == 0 && token->kind == MS_TOKEN_ATOM) {
        command->catenate = ms_fold_is(bytes->data + token->offset, token->length, "CATENATE");
    }
}

/* One token of the arguments; `certain`: it is whole. */
static void argument(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token, bool certain)
{
    MsImapReading *command = &imap->command;
    if (token->kind == MS_TOKEN_CLOSE) {
        command->depth -= command->depth > 0;
        return;
    }
    if (command->depth == 0)
        command->arguments++;
    if (token->kind == MS_TOKEN_OPEN) {
        command->depth++;
        if (command->depth == MS_IMAP_DEPTH && !imap->depth_said) {
            imap->depth_said = true;
            ms_speak_odd(&imap->say, MS_ODDITY_SYNTAX, MS_TO_SERVER, -1,
                         ms_imap_where(imap, bytes, token->offset, 1), 0,
                         "parentheses within parentheses, again and again");
        }
        return;
    }
    if (command->verb == MS_IMAP_LOGIN || command->verb == MS_IMAP_AUTHENTICATE) {
        ms_imap_login_argument(imap, bytes, token, certain);
        return;
    }
    if (!certain)
        return;
    switch ((MsImapVerb)command->verb) {
    case MS_IMAP_SELECT:
    case MS_IMAP_EXAMINE:
        if (command->arguments == 1)
            say_target(imap, bytes, token);
        break;
    case MS_IMAP_MAILBOX: /* of RENAME both are mailboxes; STATUS has a list behind it */
        if (command->depth == 0)
            say_target(imap, bytes, token);
        break;
    case MS_IMAP_COPY:
        if (command->arguments == 2)
            say_target(imap, bytes, token);
        break;
    case MS_IMAP_APPEND:
        append_token(imap, bytes, token);
        break;
    case MS_IMAP_ID:
        if (command->depth == 1)
            id_token(imap, bytes, token);
        break;
    default:
        break;
    }
}

/* Arguments in bytes[offset..+length). */
static void arguments(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                      bool cut)
{
    size_t at = offset;
    MsImapToken token;
    MsBytes part = *bytes;
    part.length = offset + length;
    while (ms_imap_token(part.data, part.length, &at, &token))
        argument(imap, &part, &token, !token.unclosed && !(cut && at == part.length));
}

/* --- commands --- */

void ms_imap_client_done(MsDialogue *imap)
{
    MsImapReading *command = &imap->command;
    command->exchange = -1;
    command->arguments = command->depth = 0;
    command->verb = MS_IMAP_OTHER;
    command->catenate = false;
    command->note.length = command->flags.length = command->date.length = command->name.length = 0;
}

void ms_imap_client_free(MsDialogue *imap)
{
    MsImapReading *command = &imap->command;
    ms_buffer_clear(&command->note);
    ms_buffer_clear(&command->flags);
    ms_buffer_clear(&command->date);
    ms_buffer_clear(&command->name);
    ms_ranges_clear(&command->verb_at);
    ms_ranges_clear(&command->flags_at);
    ms_ranges_clear(&command->date_at);
}

/* What a command means before its arguments are looked at. */
static void begin_verb(MsDialogue *imap, MsImapPending *entry, const MsBytes *bytes, size_t offset,
                       size_t length, const MsImapCommand *words, bool cut)
{
    const uint8_t *text = bytes->data + offset;
    switch (words->verb) {
    case MS_IMAP_STARTTLS:
        imap->tls_requested = true;
        imap->wait = MS_IMAP_WAIT_TLS;
        ms_imap_say_number(imap, MS_FIELD_TLS_REQUESTED, MS_TO_SERVER, -1, -1,
                           ms_imap_where(imap, bytes, offset + words->word, 8), 1);
        break;
    case MS_IMAP_COMPRESS:
        imap->wait = MS_IMAP_WAIT_COMPRESS;
        break;
    case MS_IMAP_LOGOUT:
        imap->quit = true;
        break;
    case MS_IMAP_FETCH:
        if (entry)
            entry->asked = ms_imap_asked(text + words->arguments, length - words->arguments);
        break;
    case MS_IMAP_STORE:
        if (words->arguments + 1 < length && !cut)
            ms_imap_say_span(imap, MS_FIELD_IMAP_STORE, MS_TO_SERVER, imap->command.exchange, bytes,
                             offset + words->arguments + 1, length - words->arguments - 1);
        break;
    case MS_IMAP_LOGIN:
    case MS_IMAP_AUTHENTICATE:
        if (!entry)
            break;
        entry->attempt = imap->attempts++;
        if (words->verb == MS_IMAP_LOGIN)
            ms_speak_text(&imap->say, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, entry->attempt,
                          &imap->command.verb_at, "LOGIN", 5);
        break;
    default:
        break;
    }
}

/* The first line of a command. */
static void command_line(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                         const MsImapLiteral *literal, bool cut)
{
    size_t size = literal ? literal->offset : length; /* without the literal's announcement */
    const uint8_t *text = bytes->data + offset;
    MsImapCommand words;
    bool known = ms_imap_command(text, length, &words);
    size_t tag = known ? words.tag : ms_imap_tag(text, length);
    size_t word = tag > 0 ? tag + 1 : 0;
    ms_imap_client_done(imap);
    imap->loose = -1;
    imap->login_line = false;
    int32_t exchange = imap->command.exchange = imap->exchanges++;
    ms_imap_place(imap, &imap->command_at, bytes, offset, length);
    if (tag > 0)
        ms_imap_say_span(imap, MS_FIELD_IMAP_TAG, MS_TO_SERVER, exchange, bytes, offset, tag);
    if (!cut)
        ms_imap_say_span(imap, MS_FIELD_IMAP_COMMAND, MS_TO_SERVER, exchange, bytes, offset + word,
                         length - word);
    MsImapPending *entry = NULL;
    if (tag > 0 && !(cut && !known))
        entry = ms_imap_await(imap, known ? words.verb : MS_IMAP_OTHER, text, tag, exchange);
    if (entry && (cut || bytes->at + offset < imap->early_until))
        entry->doubt = true; /* its completion is not to be expected, or was said already */
    bool login = known && (words.verb == MS_IMAP_LOGIN || words.verb == MS_IMAP_AUTHENTICATE);
    if (known) {
        imap->command.verb = (uint8_t)words.verb;
        ms_imap_place(imap, &imap->command.verb_at, bytes, offset + words.word,
                      words.arguments - words.word);
        begin_verb(imap, entry, bytes, offset, length, &words, cut);
        if (words.arguments < size)
            arguments(imap, bytes, offset + words.arguments, size - words.arguments, cut);
    } else if (tag == 0 && !cut && !imap->may_miss && !imap->syntax_said[MS_TO_SERVER] &&
               !ms_fold_is(text, length, "DONE")) {
        imap->syntax_said[MS_TO_SERVER] = true;
        ms_speak_odd(&imap->say, MS_ODDITY_SYNTAX, MS_TO_SERVER, -1, &imap->command_at, 0,
                     "a line of the client without tag and command");
    }
    ms_imap_say_line(imap, login ? MS_LINE_AUTH : MS_LINE_COMMAND, MS_TO_SERVER, bytes, offset,
                     length, &imap->command.note);
    if (!literal)
        ms_imap_client_done(imap);
}

void ms_imap_client_line(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                         const MsImapLiteral *literal, bool cut)
{
    MsImapReading *command = &imap->command;
    size_t size = literal ? literal->offset : length; /* of arguments */
    if (imap->side[MS_TO_SERVER].inside) {
        bool login = command->verb == MS_IMAP_LOGIN || command->verb == MS_IMAP_AUTHENTICATE;
        command->note.length = 0;
        arguments(imap, bytes, offset, size, cut);
        if (length > 0)
            ms_imap_say_line(imap, login ? MS_LINE_AUTH : MS_LINE_COMMAND, MS_TO_SERVER, bytes,
                             offset, length, &command->note);
        if (!literal)
            ms_imap_client_done(imap);
        return;
    }
    if (imap->login_line && !ms_imap_command(bytes->data + offset, length, &(MsImapCommand){0})) {
        ms_imap_login_response(imap, bytes, offset, length, cut);
        return;
    }
    if (length == 0)
        return;
    if (ms_fold_is(bytes->data + offset, length, "DONE") &&
        ms_imap_find_verb(imap, MS_IMAP_IDLE)) { /* RFC 2177 3: ends it, and is no command */
        ms_imap_say_line(imap, MS_LINE_COMMAND, MS_TO_SERVER, bytes, offset, length, NULL);
        return;
    }
    command_line(imap, bytes, offset, length, literal, cut);
}

void ms_imap_client_string(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                           bool known)
{
    MsImapReading *command = &imap->command;
    bool login = command->verb == MS_IMAP_LOGIN || command->verb == MS_IMAP_AUTHENTICATE;
    if (!known) {
        command->arguments += command->depth == 0;
        return;
    }
    command->note.length = 0;
    MsImapToken token = {.kind = MS_TOKEN_STRING, .offset = offset, .length = length};
    argument(imap, bytes, &token, true);
    if (length > 0)
        ms_imap_say_line(imap, login ? MS_LINE_AUTH : MS_LINE_COMMAND, MS_TO_SERVER, bytes, offset,
                         length, &command->note);
}

bool ms_imap_client_message(const MsDialogue *imap)
{
    /* The first literal may be the mailbox. */
    return imap->command.verb == MS_IMAP_APPEND && imap->command.exchange >= 0 &&
           imap->command.arguments > 0;
}
