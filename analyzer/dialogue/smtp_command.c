/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_command.c - the verbs of SMTP and LMTP and what each of them changes. RFC 5321 4.1, with
 * STARTTLS (3207), AUTH (4954), BDAT (3030), LHLO (2033) and XCLIENT (Postfix). */
#include "../base/fold.h"
#include "smtp.h"

#include <glib.h>

/* A command in hand. */
typedef struct {
    const MsBytes *bytes;
    const MsLineSpan *span;
    size_t at; /* offset of what follows the verb, in bytes */
    int32_t exchange;
    bool cut; /* what follows is missing: no values */
} Command;

typedef void (*Handler)(MsDialogue *smtp, const Command *command);

typedef enum { ARGUMENT_NONE, ARGUMENT_SOME, ARGUMENT_FROM, ARGUMENT_TO, ARGUMENT_ANY } Argument;

typedef struct {
    const char *name;
    Argument argument; /* what a line needs to be this command beyond doubt */
    Handler handler;
} Verb;

static const uint8_t *argument(const Command *command, size_t *offset, size_t *length)
{
    const uint8_t *data = command->bytes->data;
    size_t end = command->span->offset + command->span->length;
    size_t at = command->at;
    while (at < end && (data[at] == ' ' || data[at] == '\t'))
        at++;
    while (end > at && (data[end - 1] == ' ' || data[end - 1] == '\t'))
        end--;
    *offset = at;
    *length = end - at;
    return data + at;
}

/* RFC 5321 4.1.4: HELO or EHLO again resets the transaction, as RSET does. */
static void ask_reset(MsDialogue *smtp, MsAwait kind, int32_t exchange)
{
    ms_smtp_nested(smtp, false);
    if (smtp->current)
        smtp->current->reset_asked = true;
    ms_smtp_await(smtp, kind, exchange, smtp->current, -1);
}

static void do_helo(MsDialogue *smtp, const Command *command)
{
    const uint8_t *verb = command->bytes->data + command->span->offset;
    size_t offset;
    size_t length;
    argument(command, &offset, &length);
    bool extended = g_ascii_tolower((char)verb[0]) != 'h';
    smtp->lmtp = g_ascii_tolower((char)verb[0]) == 'l'; /* the last greeting counts */
    char name[4];
    for (size_t i = 0; i < 4; i++)
        name[i] = (char)g_ascii_toupper((char)verb[i]);
    ms_speak_text(&smtp->say, MS_FIELD_SMTP_HELO_VERB, MS_TO_SERVER, -1, -1,
                  ms_speak_where(&smtp->say, command->bytes, command->span->offset, 4), name, 4);
    if (!command->cut)
        ms_speak_span(&smtp->say, MS_FIELD_SMTP_HELO, MS_TO_SERVER, -1, -1, command->bytes, offset,
                      length);
    ask_reset(smtp, extended ? MS_AWAIT_EHLO : MS_AWAIT_HELO, command->exchange);
}

static void do_mail(MsDialogue *smtp, const Command *command)
{
    if (!command->cut) {
        ms_smtp_mail_from(smtp, command->bytes, command->span, command->at, command->exchange);
        return;
    }
    MsTransaction *one = ms_smtp_mail_open(smtp);
    ms_smtp_await(smtp, MS_AWAIT_MAIL, command->exchange, one, -1);
}

static void do_rcpt(MsDialogue *smtp, const Command *command)
{
    if (!command->cut) {
        ms_smtp_rcpt_to(smtp, command->bytes, command->span, command->at, command->exchange);
        return;
    }
    MsTransaction *one = ms_smtp_mail_current(smtp);
    ms_smtp_await(smtp, MS_AWAIT_RCPT, command->exchange, one, one ? one->recipients++ : -1);
}

static void do_data(MsDialogue *smtp, const Command *command)
{
    ms_smtp_await(smtp, MS_AWAIT_DATA, command->exchange, ms_smtp_mail_current(smtp), -1);
    ms_ranges_reset(&smtp->data_at);
    ms_ranges_add(&smtp->data_at, command->bytes, command->span->offset,
                  MIN(command->span->length, 4), ms_speak_cap(&smtp->say));
    smtp->data_exchange = command->exchange;
    smtp->line_feeds = command->span->bare_lf;
    smtp->phase = MS_PHASE_WAIT;
    smtp->wait_kind = MS_AWAIT_DATA;
}

static void do_bdat(MsDialogue *smtp, const Command *command)
{
    if (command->cut) {
        ms_smtp_await(smtp, MS_AWAIT_BDAT, command->exchange, ms_smtp_mail_current(smtp), -1);
        return;
    }
    ms_smtp_bdat(smtp, command->bytes, command->span, command->at, command->exchange);
}

static void do_auth(MsDialogue *smtp, const Command *command)
{
    size_t offset;
    size_t length;
    const uint8_t *text = argument(command, &offset, &length);
    size_t name = 0;
    while (name < length && text[name] != ' ' && text[name] != '\t')
        name++;
    if (smtp->auth) {
        ms_auth_end(smtp->auth, MS_AUTH_UNKNOWN, 0, NULL);
        ms_auth_free(smtp->auth);
    }
    /* A scratch of our own: what AUTH says uses the shared one. */
    MsRanges where = {0};
    ms_ranges_add(&where, command->bytes, offset, name, ms_speak_cap(&smtp->say));
    bool known = !command->cut || name < length; /* else the name may go on */
    smtp->auth = ms_auth_new(smtp->talk, smtp->attempts++, known ? text : NULL, name, &where);
    smtp->auth_exchange = command->exchange;
    MsBuffer note = {0};
    size_t start = name;
    while (start < length && (text[start] == ' ' || text[start] == '\t'))
        start++;
    if (command->cut)
        ms_auth_gap(smtp->auth);
    else if (start < length) { /* RFC 4954 4: initial response */
        ms_ranges_reset(&where);
        ms_ranges_add(&where, command->bytes, offset + start, length - start,
                      ms_speak_cap(&smtp->say));
        ms_auth_client(smtp->auth, text + start, length - start, true, &where, &note);
    }
    ms_speak_line(&smtp->say, MS_LINE_AUTH, MS_TO_SERVER, true, 0, command->bytes,
                  command->span->offset, command->span->length, &note);
    ms_buffer_clear(&note);
    ms_ranges_clear(&where);
    ms_smtp_await(smtp, MS_AWAIT_AUTH, command->exchange, NULL, -1);
    smtp->phase = MS_PHASE_WAIT;
    smtp->wait_kind = MS_AWAIT_AUTH;
}

static void do_starttls(MsDialogue *smtp, const Command *command)
{
    if (!smtp->tls_requested)
        ms_speak_number(&smtp->say, MS_FIELD_TLS_REQUESTED, MS_TO_SERVER, -1, -1,
                        ms_speak_where(&smtp->say, command->bytes, command->span->offset,
                                       command->span->length),
                        1);
    smtp->tls_requested = true;
    ms_smtp_await(smtp, MS_AWAIT_STARTTLS, command->exchange, NULL, -1);
    smtp->phase = MS_PHASE_WAIT;
    smtp->wait_kind = MS_AWAIT_STARTTLS;
    smtp->early_until = 0;
}

static void do_rset(MsDialogue *smtp, const Command *command)
{
    ask_reset(smtp, MS_AWAIT_RSET, command->exchange);
}

static void do_quit(MsDialogue *smtp, const Command *command)
{
    ms_smtp_nested(smtp, false);
    ms_smtp_await(smtp, MS_AWAIT_QUIT, command->exchange, NULL, -1);
    ms_smtp_mail_close(smtp, true);
    smtp->quit = true;
}

static void do_xclient(MsDialogue *smtp, const Command *command)
{
    size_t offset;
    size_t length;
    const uint8_t *text = argument(command, &offset, &length);
    for (size_t at = 0; at < length && !command->cut;) {
        size_t end = at;
        while (end < length && text[end] != ' ')
            end++;
        if (end > at)
            ms_speak_span(&smtp->say, MS_FIELD_SMTP_XCLIENT, MS_TO_SERVER, -1, -1, command->bytes,
                          offset + at, end - at);
        at = end + 1;
    }
    ask_reset(smtp, MS_AWAIT_XCLIENT, command->exchange);
}

static void do_other(MsDialogue *smtp, const Command *command)
{
    ms_smtp_await(smtp, MS_AWAIT_OTHER, command->exchange, NULL, -1);
}

static const Verb verbs[] = {
    {"HELO", ARGUMENT_SOME, do_helo},         /* RFC 5321 4.1.1.1 */
    {"EHLO", ARGUMENT_SOME, do_helo},         /* RFC 5321 4.1.1.1 */
    {"LHLO", ARGUMENT_SOME, do_helo},         /* RFC 2033 4.1 */
    {"MAIL", ARGUMENT_FROM, do_mail},         /* RFC 5321 4.1.1.2 */
    {"RCPT", ARGUMENT_TO, do_rcpt},           /* RFC 5321 4.1.1.3 */
    {"DATA", ARGUMENT_NONE, do_data},         /* RFC 5321 4.1.1.4 */
    {"BDAT", ARGUMENT_SOME, do_bdat},         /* RFC 3030 2 */
    {"AUTH", ARGUMENT_SOME, do_auth},         /* RFC 4954 4 */
    {"STARTTLS", ARGUMENT_NONE, do_starttls}, /* RFC 3207 4 */
    {"RSET", ARGUMENT_NONE, do_rset},         /* RFC 5321 4.1.1.5 */
    {"QUIT", ARGUMENT_NONE, do_quit},         /* RFC 5321 4.1.1.10 */
    {"XCLIENT", ARGUMENT_SOME, do_xclient},   /* Postfix, XCLIENT_README */
    {"VRFY", ARGUMENT_ANY, do_other},         /* RFC 5321 4.1.1.6 */
    {"EXPN", ARGUMENT_ANY, do_other},         /* RFC 5321 4.1.1.7 */
    {"HELP", ARGUMENT_ANY, do_other},         /* RFC 5321 4.1.1.8 */
    {"NOOP", ARGUMENT_NONE, do_other},        /* RFC 5321 4.1.1.9 */
    {"ETRN", ARGUMENT_ANY, do_other},         /* RFC 1985 */
    {"XFORWARD", ARGUMENT_ANY, do_other},     /* Postfix, XFORWARD_README */
};

/* The verb a line begins with, or NULL; *at: what follows it. */
static const Verb *find_verb(const uint8_t *text, size_t length, size_t *at)
{
    size_t letters = 0;
    while (letters < length && g_ascii_isalpha((char)text[letters]))
        letters++;
    *at = letters;
    if (letters < length && text[letters] != ' ' && text[letters] != '\t' && text[letters] != ':' &&
        text[letters] != '<')
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (ms_fold_is(text, letters, verbs[i].name))
            return &verbs[i];
    return NULL;
}

bool ms_smtp_is_command(const uint8_t *text, size_t length)
{
    size_t at;
    const Verb *verb = find_verb(text, length, &at);
    if (!verb)
        return false;
    while (at < length && (text[at] == ' ' || text[at] == '\t'))
        at++;
    size_t rest = length - at;
    const char *argument_text = (const char *)text + at;
    switch (verb->argument) {
    case ARGUMENT_NONE:
        return rest == 0;
    case ARGUMENT_SOME: /* one word, or what AUTH and BDAT say: two */
        return rest > 0 && rest < 512;
    case ARGUMENT_FROM:
        return rest > 5 && ms_fold_equal(argument_text, "FROM:", 5);
    case ARGUMENT_TO:
        return rest > 3 && ms_fold_equal(argument_text, "TO:", 3);
    case ARGUMENT_ANY:
        break;
    }
    return false;
}

bool ms_smtp_command(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, bool cut)
{
    size_t at;
    const Verb *verb = find_verb(bytes->data + span->offset, span->length, &at);
    if (cut && (!verb || at == span->length))
        return false; /* `MAI`, or `QUIT` that may go on */
    Command command = {bytes, span, span->offset + at, smtp->exchanges++, cut};
    ms_smtp_check_line(smtp, MS_TO_SERVER, bytes, span);
    ms_ranges_reset(&smtp->command_at);
    ms_ranges_add(&smtp->command_at, bytes, span->offset, span->length, ms_speak_cap(&smtp->say));
    if (!verb || verb->handler != do_auth)
        ms_speak_line(&smtp->say, MS_LINE_COMMAND, MS_TO_SERVER, false, 0, bytes, span->offset,
                      span->length, NULL);
    if (!cut)
        ms_speak_span(&smtp->say, MS_FIELD_SMTP_COMMAND, MS_TO_SERVER, -1, command.exchange, bytes,
                      span->offset, span->length);
    (verb ? verb->handler : do_other)(smtp, &command);
    if (verb && verb->argument == ARGUMENT_NONE && verb->handler == do_data && cut)
        smtp->phase = MS_PHASE_COMMAND;
    return true;
}

void ms_smtp_auth_line(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span)
{
    MsBuffer note = {0};
    MsRanges where = {0};
    ms_smtp_check_line(smtp, MS_TO_SERVER, bytes, span);
    /* An empty answer has its line end as evidence. */
    ms_ranges_add(&where, bytes, span->offset, span->length ? span->length : span->eaten,
                  ms_speak_cap(&smtp->say));
    if (smtp->auth && span->cut)
        ms_auth_gap(smtp->auth);
    else if (smtp->auth)
        ms_auth_client(smtp->auth, bytes->data + span->offset, span->length, false, &where, &note);
    ms_speak_line(&smtp->say, MS_LINE_AUTH, MS_TO_SERVER, true, 0, bytes, span->offset,
                  span->length, &note);
    ms_ranges_clear(&where);
    ms_buffer_clear(&note);
}
