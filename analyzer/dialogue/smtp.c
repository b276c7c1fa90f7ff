/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp.c - the SMTP parser's doors, and what the client's bytes are at each moment: commands, a
 * login, a message, TLS. RFC 5321; LMTP (RFC 2033) is the same with LHLO. */
#include "smtp.h"

#include "../base/find.h"

#include <glib.h>

#include <string.h>

static MsDialogue *smtp_create(MsTalk *talk)
{
    MsDialogue *smtp = g_new0(MsDialogue, 1);
    smtp->talk = smtp->say.talk = talk;
    smtp->greeting_due = true;
    smtp->data_exchange = smtp->auth_exchange = -1;
    return smtp;
}

static MsDialogue *lmtp_create(MsTalk *talk)
{
    MsDialogue *smtp = smtp_create(talk);
    smtp->lmtp = true;
    return smtp;
}

static size_t line_cap(const MsDialogue *smtp)
{
    return (size_t)smtp->talk->limits->value[MS_LIMIT_LINE];
}

/* --- the client's bytes --- */

/* Client bytes in hand. */
typedef struct {
    const MsBytes *bytes;
    size_t at;
    bool final; /* no more bytes follow these */
} Input;

static size_t rest(const Input *input)
{
    return input->bytes->length - input->at;
}

static const uint8_t *data(const Input *input)
{
    return input->bytes->data + input->at;
}

/* Oddities of a command line that came when it should not. */
static void check_time(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span)
{
    if (smtp->data_refused && !smtp->no_data_said &&
        !ms_smtp_is_command(bytes->data + span->offset, span->length)) {
        smtp->no_data_said = true;
        ms_speak_odd(&smtp->say, MS_ODDITY_NO_DATA_REPLY, MS_TO_SERVER, -1,
                     ms_speak_where(&smtp->say, bytes, span->offset, span->length), 0,
                     "the server takes it for commands");
    }
    smtp->data_refused = false;
    if (bytes->at + span->offset < smtp->early_until) {
        if (!smtp->injection_said)
            ms_speak_odd(&smtp->say, MS_ODDITY_INJECTION, MS_TO_SERVER, -1,
                         ms_speak_where(&smtp->say, bytes, span->offset, span->length), 0,
                         "behind STARTTLS, before its reply");
        smtp->injection_said = true;
    } else if (smtp->tls_expected[MS_TO_SERVER] && !smtp->clear_said) {
        smtp->clear_said = true;
        ms_speak_odd(&smtp->say, MS_ODDITY_CLEARTEXT_AFTER_TLS, MS_TO_SERVER, -1,
                     ms_speak_where(&smtp->say, bytes, span->offset, span->length), 0,
                     "from the client");
    }
}

/* A line as it is expected in a login or as a command. Returns false when more bytes are needed. */
static bool take_line(MsDialogue *smtp, Input *input)
{
    MsLineSpan span;
    MsReadResult result =
        ms_line_read(&smtp->reader[MS_TO_SERVER], input->bytes, input->at, line_cap(smtp), &span);
    if (result == MS_READ_MORE)
        return false;
    input->at += span.eaten;
    if (result == MS_READ_SKIPPED)
        return true;
    const uint8_t *text = input->bytes->data + span.offset;
    if (smtp->phase == MS_PHASE_AUTH && !ms_smtp_is_command(text, span.length)) {
        smtp->phase = MS_PHASE_WAIT;
        smtp->wait_kind = MS_AWAIT_AUTH;
        ms_smtp_auth_line(smtp, input->bytes, &span);
        return true;
    }
    smtp->phase = MS_PHASE_COMMAND;
    if (smtp->opening_skip) {
        smtp->opening_skip = false;
        ms_speak_line(&smtp->say, MS_LINE_COMMAND, MS_TO_SERVER, false, 0, input->bytes,
                      span.offset, span.length, NULL);
        return true;
    }
    check_time(smtp, input->bytes, &span);
    ms_smtp_command(smtp, input->bytes, &span, false);
    return true;
}

/* The bytes up to a line end: length without it, or false when there is none. */
static bool peek_line(const uint8_t *text, size_t length, size_t *line, size_t *eaten)
{
    const uint8_t *end = ms_find_byte(text, '\n', length);
    if (!end)
        return false;
    *line = (size_t)(end - text);
    *eaten = *line + 1;
    if (*line > 0 && text[*line - 1] == '\r')
        (*line)--;
    return true;
}

/* No greeting and no command so far: where in a session did the capture begin? */
static bool open_session(MsDialogue *smtp, Input *input)
{
    enum { ENOUGH = 4096 }; /* bytes without a command: part of a message */
    size_t look = MIN(rest(input), MIN(ENOUGH, line_cap(smtp)));
    size_t line;
    size_t eaten;
    size_t second = 0;
    size_t second_eaten;
    smtp->opening_held = false;
    bool one = peek_line(data(input), look, &line, &eaten);
    if (one && ms_smtp_is_command(data(input), line)) {
        smtp->phase = MS_PHASE_COMMAND;
        return true;
    }
    bool two = one && peek_line(data(input) + eaten, look - eaten, &second, &second_eaten);
    if (!two && rest(input) < MIN(ENOUGH, line_cap(smtp))) {
        smtp->opening_held = one;
        if (!input->final || !one)
            return false;
        smtp->phase = MS_PHASE_COMMAND;
        smtp->opening_skip = true;
        return true;
    }
    smtp->may_miss = true;
    if (two && ms_smtp_is_command(data(input) + eaten, second)) {
        smtp->phase = MS_PHASE_COMMAND;
        smtp->opening_skip = true;
        return true;
    }
    ms_smtp_data_begin(smtp, ms_smtp_mail_current(smtp), -1, true);
    return true;
}

/* Whether to wait for what the server says to the command before these bytes. */
static bool waits(MsDialogue *smtp, const Input *input)
{
    if (input->final || smtp->server_silent || smtp->server_ended || smtp->doubt_wait)
        return false;
    if (rest(input) < line_cap(smtp))
        return true;
    smtp->server_silent = true;
    return false;
}

/* DATA, AUTH or STARTTLS was sent and its reply is not there. */
static bool go_on(MsDialogue *smtp, Input *input)
{
    if (smtp->wait_kind == MS_AWAIT_STARTTLS)
        smtp->early_until = input->bytes->at + input->bytes->length;
    if (waits(smtp, input))
        return false;
    if (smtp->wait_kind == MS_AWAIT_STARTTLS) {
        smtp->early_until = 0;
        smtp->phase = MS_PHASE_COMMAND;
        return true;
    }
    if (smtp->wait_kind == MS_AWAIT_AUTH) {
        smtp->phase = MS_PHASE_AUTH;
        return true;
    }
    size_t line;
    size_t eaten;
    bool one = peek_line(data(input), MIN(rest(input), line_cap(smtp)), &line, &eaten);
    if (!one && !input->final && rest(input) < line_cap(smtp))
        return false;
    if (one && ms_smtp_is_command(data(input), line))
        smtp->phase = MS_PHASE_COMMAND;
    else
        ms_smtp_data_begin(smtp, smtp->current, smtp->data_exchange, false);
    return true;
}

/* Encrypted bytes? Returns true when the bytes are dealt with; *wait: more are needed. */
static bool take_tls(MsDialogue *smtp, Input *input, bool *wait)
{
    *wait = false;
    if (smtp->reader[MS_TO_SERVER].skipping || !ms_tls_is_record(data(input), rest(input), 1))
        return false;
    size_t eaten =
        ms_tls_look(&smtp->tls, smtp->talk, MS_TO_SERVER, input->bytes, input->at, input->final);
    input->at += eaten;
    *wait = eaten == 0;
    return !*wait;
}

/* After a gap: do these bytes begin a line? Returns false when more are needed. */
static bool resync(MsDialogue *smtp, Input *input)
{
    size_t line;
    size_t eaten;
    if (!peek_line(data(input), MIN(rest(input), line_cap(smtp)), &line, &eaten)) {
        if (rest(input) < line_cap(smtp) && !input->final)
            return false;
        line = 0;
    }
    smtp->resync[MS_TO_SERVER] = false;
    bool login = smtp->phase == MS_PHASE_AUTH;
    if (!login && !ms_smtp_is_command(data(input), line))
        ms_line_reset(&smtp->reader[MS_TO_SERVER], true);
    return true;
}

/* One step over the client's bytes. Returns false when more are needed. */
static bool step(MsDialogue *smtp, Input *input)
{
    size_t before = input->at;
    if (smtp->skip_held > 0) { /* the loose end of data that the server took as the end */
        size_t run = MIN(smtp->skip_held, rest(input));
        smtp->skip_held = (uint8_t)(smtp->skip_held - run);
        input->at += run;
        return true;
    }
    if (smtp->phase == MS_PHASE_DATA) {
        input->at += ms_smtp_body(smtp, input->bytes, input->at, input->final);
        return input->at > before || smtp->phase != MS_PHASE_DATA;
    }
    if (smtp->phase == MS_PHASE_BDAT) {
        input->at += ms_smtp_chunk(smtp, input->bytes, input->at, input->final);
        return input->at > before || smtp->phase != MS_PHASE_BDAT;
    }
    bool wait;
    if (take_tls(smtp, input, &wait))
        return true;
    if (wait)
        return false;
    if (smtp->resync[MS_TO_SERVER] && smtp->phase != MS_PHASE_WAIT)
        return resync(smtp, input);
    if (smtp->phase == MS_PHASE_OPENING)
        return open_session(smtp, input);
    if (smtp->phase == MS_PHASE_WAIT)
        return go_on(smtp, input);
    return take_line(smtp, input);
}

static size_t take_client(MsDialogue *smtp, const MsBytes *bytes, bool final)
{
    Input input = {bytes, 0, final};
    smtp->client_spoke = true;
    if (smtp->reply_doubt && !smtp->pipelining && !final)
        ms_smtp_reply_over(smtp);
    while (input.at < bytes->length && !smtp->tls.started)
        if (!step(smtp, &input))
            return input.at;
    if (!smtp->tls.started)
        return bytes->length;
    return input.at + ms_tls_look(&smtp->tls, smtp->talk, MS_TO_SERVER, bytes, input.at, final);
}

static size_t smtp_push(MsDialogue *smtp, MsDirection direction, const MsBytes *bytes)
{
    if (bytes->length == 0)
        return 0;
    if (direction == MS_TO_SERVER)
        return take_client(smtp, bytes, false);
    smtp->server_spoke = true;
    return ms_smtp_replies(smtp, bytes);
}

/* --- gaps and ends --- */

/* What is left of the client's bytes: as much as can be told is taken. Returns true when the line
 * it broke off in was a command that will be answered. */
static bool take_left(MsDialogue *smtp, const MsBytes *left)
{
    if (left->length == 0)
        return false;
    size_t at = take_client(smtp, left, true);
    bool commands = smtp->phase == MS_PHASE_COMMAND && !smtp->tls.started;
    MsLineReader *reader = &smtp->reader[MS_TO_SERVER];
    if (at == left->length || !commands || reader->skipping || smtp->resync[MS_TO_SERVER])
        return false;
    MsLineSpan span = {.offset = at, .length = left->length - at, .eaten = left->length - at};
    if (left->data[left->length - 1] == '\r')
        span.length--;
    return ms_smtp_command(smtp, left, &span, true);
}

static void gap_to_server(MsDialogue *smtp, uint64_t length, const MsBytes *left)
{
    bool cut = take_left(smtp, left);
    ms_line_reset(&smtp->reader[MS_TO_SERVER], false);
    smtp->skip_held = 0;
    smtp->may_miss = true;
    smtp->gap_length = length;
    if (smtp->current)
        smtp->current->uncertain = true;
    switch ((MsPhase)smtp->phase) {
    case MS_PHASE_DATA:
        ms_smtp_body_gap(smtp, length);
        return;
    case MS_PHASE_BDAT:
        if (ms_smtp_chunk_gap(smtp, length))
            return;
        break;
    case MS_PHASE_AUTH:
        if (smtp->auth)
            ms_auth_gap(smtp->auth);
        smtp->phase = MS_PHASE_WAIT;
        smtp->wait_kind = MS_AWAIT_AUTH;
        return;
    case MS_PHASE_OPENING:
    case MS_PHASE_WAIT:
    case MS_PHASE_COMMAND:
        break;
    }
    smtp->resync[MS_TO_SERVER] = true;
    if (smtp->phase == MS_PHASE_WAIT && smtp->wait_kind == MS_AWAIT_AUTH && smtp->auth)
        ms_auth_gap(smtp->auth);
    if (!cut || smtp->pipelining)
        ms_smtp_await(smtp, MS_AWAIT_HIDDEN, -1, NULL, -1);
}

static void smtp_gap(MsDialogue *smtp, MsDirection direction, uint64_t at, uint64_t length,
                     const MsBytes *left)
{
    (void)at;
    if (smtp->tls.started) {
        ms_tls_look(&smtp->tls, smtp->talk, direction, left, 0, true);
        smtp->tls.done[direction] = true;
        return;
    }
    if (direction == MS_TO_SERVER) {
        gap_to_server(smtp, length, left);
        return;
    }
    ms_smtp_reply_cut(smtp, left);
    ms_line_reset(&smtp->reader[MS_TO_CLIENT], false);
    smtp->resync[MS_TO_CLIENT] = true;
    smtp->may_miss = true;
    smtp->reply_doubt = true;
    if (smtp->reply)
        smtp->reply->holed = true;
    smtp->uncertain_below = smtp->messages;
    ms_smtp_doubt(smtp);
}

/* Both sides are silent: says all that stayed open. */
static void finish(MsDialogue *smtp)
{
    ms_smtp_body_close(smtp, MS_MESSAGE_CUT);
    ms_smtp_give_up(smtp);
    ms_smtp_mail_end(smtp);
    if (smtp->auth) {
        ms_auth_end(smtp->auth, MS_AUTH_UNKNOWN, 0, NULL);
        ms_auth_free(smtp->auth);
        smtp->auth = NULL;
    }
    if (smtp->tls_refused.n_ranges > 0 && !smtp->tls_accepted)
        ms_speak_number(&smtp->say, MS_FIELD_TLS_ACCEPTED, MS_TO_CLIENT, -1, -1, &smtp->tls_refused,
                        0);
    if (smtp->ehlo_answered && !smtp->tls_offered)
        ms_speak_number(&smtp->say, MS_FIELD_TLS_OFFERED, MS_TO_CLIENT, -1, -1, NULL, 0);
}

static void smtp_end(MsDialogue *smtp, MsDirection direction, const MsBytes *left)
{
    if (direction == MS_TO_SERVER) {
        take_left(smtp, left);
        smtp->client_ended = true;
    } else {
        ms_smtp_reply_cut(smtp, left);
        smtp->server_ended = true;
    }
    if (smtp->client_ended && smtp->server_ended)
        finish(smtp);
}

static bool smtp_has_quit(const MsDialogue *smtp)
{
    return smtp->quit;
}

static void smtp_free(MsDialogue *smtp)
{
    if (!smtp)
        return;
    ms_smtp_mail_free(smtp);
    ms_auth_free(smtp->auth);
    ms_smtp_reply_free(smtp->reply);
    ms_speak_clear(&smtp->say);
    ms_ranges_clear(&smtp->code_at);
    ms_ranges_clear(&smtp->text_at);
    ms_ranges_clear(&smtp->data_at);
    ms_ranges_clear(&smtp->command_at);
    ms_ranges_clear(&smtp->tls_refused);
    g_free(smtp->extensions);
    g_free(smtp->queue);
    g_free(smtp);
}

const MsDialogueClass ms_smtp = {.name = "smtp",
                                 .quit_word = "QUIT",
                                 .command = MS_FIELD_SMTP_COMMAND,
                                 .quit_reply = MS_FIELD_SMTP_QUIT_CODE,
                                 .create = smtp_create,
                                 .push = smtp_push,
                                 .gap = smtp_gap,
                                 .end = smtp_end,
                                 .has_quit = smtp_has_quit,
                                 .free = smtp_free};

const MsDialogueClass ms_lmtp = {.name = "lmtp",
                                 .quit_word = "QUIT",
                                 .command = MS_FIELD_SMTP_COMMAND,
                                 .quit_reply = MS_FIELD_SMTP_QUIT_CODE,
                                 .create = lmtp_create,
                                 .push = smtp_push,
                                 .gap = smtp_gap,
                                 .end = smtp_end,
                                 .has_quit = smtp_has_quit,
                                 .free = smtp_free};
