/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3_command.c - the client's lines: the verbs of POP3 and what each of them asks for. RFC 1939 5
 * to 7, with CAPA (2449 5), STLS (2595 4) and AUTH (5034 4). */
#include "../base/find.h"
#include "../base/fold.h"
#include "pop3.h"

#include <string.h>

/* A command in hand. */
typedef struct {
    const MsBytes *bytes;
    const MsLineSpan *span;
    const uint8_t *argument; /* behind the verb and one blank */
    size_t length;           /* of the argument */
    size_t offset;           /* of the argument in bytes */
    int32_t exchange;
    bool cut; /* the rest of it is missing: no values */
} Command;

typedef struct Verb Verb;
struct Verb {
    const char *name;
    MsPop3Kind kind;
    void (*handle)(MsDialogue *pop3, const Command *command, const Verb *verb);
};

static void await(MsDialogue *pop3, const Command *command, MsPop3Kind kind, int32_t attempt)
{
    const MsPop3Pending entry = {
        .kind = (uint8_t)kind, .exchange = command->exchange, .attempt = attempt};
    ms_pop3_await(pop3, &entry);
}

static void do_plain(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    await(pop3, command, verb->kind, -1);
}

/* A command whose first argument is a message number. */
static void do_number(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    size_t rest = 0;
    uint32_t number = command->cut ? 0 : ms_pop3_number(command->argument, command->length, &rest);
    size_t more;
    MsPop3Pending entry = {
        .kind = (uint8_t)verb->kind,
        .exchange = command->exchange,
        .attempt = -1,
        .number = number,
        .many = (verb->kind == MS_POP3_LIST || verb->kind == MS_POP3_UIDL) && command->length == 0,
        .lines = verb->kind == MS_POP3_TOP && number > 0
                     ? ms_pop3_number(command->argument + rest, command->length - rest, &more)
                     : 0};
    if (number > 0) {
        size_t digits = 0;
        while (digits < command->length && g_ascii_isdigit((char)command->argument[digits]))
            digits++;
        const MsRanges *where = ms_speak_where(&pop3->say, command->bytes, command->offset, digits);
        if (where->n_ranges > 0)
            entry.number_at = where->range[0];
        entry.number_ns = where->time_ns;
    }
    if (verb->kind == MS_POP3_DELE)
        ms_pop3_ask(pop3, number);
    ms_pop3_await(pop3, &entry);
}

static void do_user(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    ms_pop3_user_end(pop3, MS_AUTH_UNKNOWN, NULL);
    await(pop3, command, verb->kind, -1);
    if (command->cut)
        return;
    size_t length = command->length;
    while (length > 0 &&
           (command->argument[length - 1] == ' ' || command->argument[length - 1] == '\t'))
        length--;
    pop3->user_held = true;
    pop3->user_exchange = command->exchange;
    pop3->user.length = 0;
    ms_buffer_append(&pop3->user, command->argument, length);
    ms_ranges_reset(&pop3->user_at);
    ms_ranges_join(&pop3->user_at,
                   ms_speak_where(&pop3->say, command->bytes, command->offset, length),
                   ms_speak_cap(&pop3->say));
    pop3->user_at.time_ns = pop3->say.where.time_ns;
}

static void say_mechanism(MsDialogue *pop3, const Command *command, int32_t attempt,
                          const char *name)
{
    const MsRanges *verb = ms_speak_where(&pop3->say, command->bytes, command->span->offset, 4);
    ms_speak_text(&pop3->say, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, attempt, verb, name,
                  strlen(name));
}

/* RFC 1939 7: blanks may be part of the password. */
static void do_pass(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    int32_t attempt = pop3->attempts++;
    say_mechanism(pop3, command, attempt, "USER/PASS");
    if (pop3->user_held)
        ms_speak_text(&pop3->say, MS_FIELD_AUTH_USERNAME, MS_TO_SERVER, -1, attempt, &pop3->user_at,
                      pop3->user.data, pop3->user.length);
    pop3->user_held = false;
    if (!command->cut)
        ms_speak_span(&pop3->say, MS_FIELD_AUTH_PASSWORD, MS_TO_SERVER, -1, attempt, command->bytes,
                      command->offset, command->length);
    await(pop3, command, verb->kind, attempt);
}

/* RFC 1939 7: the digest of the greeting's timestamp and a secret both know. */
static void do_apop(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    ms_pop3_user_end(pop3, MS_AUTH_UNKNOWN, NULL);
    int32_t attempt = pop3->attempts++;
    say_mechanism(pop3, command, attempt, "APOP");
    if (pop3->timestamp.length > 0)
        ms_speak_text(&pop3->say, MS_FIELD_AUTH_CHALLENGE, MS_TO_CLIENT, -1, attempt,
                      &pop3->timestamp_at, pop3->timestamp.data, pop3->timestamp.length);
    size_t length = command->length;
    while (length > 0 && command->argument[length - 1] == ' ')
        length--;
    size_t name = length;
    while (name > 0 && command->argument[name - 1] != ' ')
        name--;
    if (!command->cut && name > 0) {
        ms_speak_span(&pop3->say, MS_FIELD_AUTH_USERNAME, MS_TO_SERVER, -1, attempt, command->bytes,
                      command->offset, name - 1);
        ms_speak_span(&pop3->say, MS_FIELD_AUTH_DIGEST, MS_TO_SERVER, -1, attempt, command->bytes,
                      command->offset + name, length - name);
    } else if (!command->cut) {
        static const char words[] = "no blank: user name and digest cannot be told apart";
        const MsRanges *where =
            ms_speak_where(&pop3->say, command->bytes, command->offset, command->length);
        ms_speak_text(&pop3->say, MS_FIELD_AUTH_PROBLEM, MS_TO_SERVER, -1, attempt, where, words,
                      sizeof words - 1);
    }
    await(pop3, command, verb->kind, attempt);
}

static void end_login(MsDialogue *pop3)
{
    if (!pop3->auth)
        return;
    ms_auth_end(pop3->auth, MS_AUTH_UNKNOWN, 0, NULL);
    ms_auth_free(pop3->auth);
    pop3->auth = NULL;
}

/* RFC 5034 4: a mechanism, and perhaps an initial response; without one the server lists its
 * mechanisms, as many clients hope. */
static void do_auth(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    ms_pop3_user_end(pop3, MS_AUTH_UNKNOWN, NULL);
    const uint8_t *text = command->argument;
    size_t length = command->length;
    size_t name = 0;
    while (name < length && text[name] != ' ' && text[name] != '\t')
        name++;
    MsBuffer note = {0};
    if (name > 0 || command->cut) {
        end_login(pop3);
        MsRanges where = {0};
        ms_ranges_add(&where, command->bytes, command->offset, name, ms_speak_cap(&pop3->say));
        bool known = !command->cut || name < length; /* else the name may go on */
        pop3->auth =
            ms_auth_new(pop3->say.talk, pop3->attempts++, known ? text : NULL, name, &where);
        pop3->auth_exchange = command->exchange;
        size_t start = name;
        while (start < length && (text[start] == ' ' || text[start] == '\t'))
            start++;
        if (command->cut) {
            ms_auth_gap(pop3->auth);
        } else if (start < length) {
            ms_ranges_reset(&where);
            ms_ranges_add(&where, command->bytes, command->offset + start, length - start,
                          ms_speak_cap(&pop3->say));
            ms_auth_client(pop3->auth, text + start, length - start, true, &where, &note);
        }
        ms_ranges_clear(&where);
    }
    ms_speak_line(&pop3->say, MS_LINE_AUTH, MS_TO_SERVER, pop3->auth != NULL, 0, command->bytes,
                  command->span->offset, command->span->length, &note);
    ms_buffer_clear(&note);
    await(pop3, command, pop3->auth ? verb->kind : MS_POP3_MECHANISMS, -1);
}

static void do_stls(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    if (!pop3->tls_requested)
        ms_speak_number(&pop3->say, MS_FIELD_TLS_REQUESTED, MS_TO_SERVER, -1, -1, &pop3->command_at,
                        1);
    pop3->tls_requested = true;
    pop3->stls_waits = true;
    await(pop3, command, verb->kind, -1);
}

static void do_quit(MsDialogue *pop3, const Command *command, const Verb *verb)
{
    ms_pop3_user_end(pop3, MS_AUTH_UNKNOWN, NULL);
    pop3->quit = true;
    await(pop3, command, verb->kind, -1);
}

static const Verb verbs[] = {
    {"USER", MS_POP3_USER, do_user},     /* RFC 1939 7 */
    {"PASS", MS_POP3_PASS, do_pass},     /* RFC 1939 7 */
    {"APOP", MS_POP3_APOP, do_apop},     /* RFC 1939 7 */
    {"AUTH", MS_POP3_AUTH, do_auth},     /* RFC 5034 4 */
    {"CAPA", MS_POP3_CAPA, do_plain},    /* RFC 2449 5 */
    {"STLS", MS_POP3_STLS, do_stls},     /* RFC 2595 4 */
    {"STAT", MS_POP3_STAT, do_plain},    /* RFC 1939 5 */
    {"LIST", MS_POP3_LIST, do_number},   /* RFC 1939 5 */
    {"UIDL", MS_POP3_UIDL, do_number},   /* RFC 1939 7 */
    {"RETR", MS_POP3_RETR, do_number},   /* RFC 1939 5 */
    {"TOP", MS_POP3_TOP, do_number},     /* RFC 1939 7 */
    {"DELE", MS_POP3_DELE, do_number},   /* RFC 1939 5 */
    {"RSET", MS_POP3_RSET, do_plain},    /* RFC 1939 5 */
    {"QUIT", MS_POP3_QUIT, do_quit},     /* RFC 1939 5, 6 */
    {"NOOP", MS_POP3_SINGLE, do_plain},  /* RFC 1939 5 */
    {"LAST", MS_POP3_SINGLE, do_plain},  /* RFC 1460 */
    {"RPOP", MS_POP3_SINGLE, do_plain},  /* RFC 1225 */
    {"UTF8", MS_POP3_SINGLE, do_plain},  /* RFC 6856 2.1 */
    {"LANG", MS_POP3_UNKNOWN, do_plain}, /* RFC 6856 3.2: a list without an argument */
    {"XTND", MS_POP3_UNKNOWN, do_plain}, /* RFC 1082 */
    {"HELP", MS_POP3_UNKNOWN, do_plain},   {"XCLIENT", MS_POP3_SINGLE, do_plain},
    {"XSENDER", MS_POP3_SINGLE, do_plain},
};

/* The verb a line begins with, or NULL; *at: what follows it and one blank. */
static const Verb *find_verb(const uint8_t *text, size_t length, size_t *at)
{
    size_t end = 0;
    while (end < length && text[end] != ' ' && text[end] != '\t')
        end++;
    *at = MIN(end + 1, length);
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (ms_fold_is(text, end, verbs[i].name))
            return &verbs[i];
    return NULL;
}

/* Oddities of a command that came when it should not. */
static void check_time(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span)
{
    if (pop3->stls_waits && pop3->server_spoke && !pop3->server_ended && !pop3->may_miss) {
        if (!pop3->injection_said)
            ms_speak_odd(&pop3->say, MS_ODDITY_INJECTION, MS_TO_SERVER, -1,
                         ms_speak_where(&pop3->say, bytes, span->offset, span->length), 0,
                         "behind STLS, before its reply");
        pop3->injection_said = true;
    } else if (pop3->tls_expected[MS_TO_SERVER] && !pop3->clear_said) {
        pop3->clear_said = true;
        ms_speak_odd(&pop3->say, MS_ODDITY_CLEARTEXT_AFTER_TLS, MS_TO_SERVER, -1,
                     ms_speak_where(&pop3->say, bytes, span->offset, span->length), 0,
                     "from the client");
    }
}

/* `cut`: the rest of the line is missing. */
static void take_command(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span, bool cut)
{
    size_t at;
    const uint8_t *text = bytes->data + span->offset;
    const Verb *verb = find_verb(text, span->length, &at);
    ms_pop3_reply_over(pop3, verb ? verb->kind : MS_POP3_UNKNOWN);
    pop3->commands++;
    Command command = {.bytes = bytes,
                       .span = span,
                       .argument = text + at,
                       .length = span->length - at,
                       .offset = span->offset + at,
                       .exchange = pop3->exchanges++,
                       .cut = cut};
    ms_pop3_check_line(pop3, MS_TO_SERVER, bytes, span);
    check_time(pop3, bytes, span);
    ms_ranges_reset(&pop3->command_at);
    ms_ranges_add(&pop3->command_at, bytes, span->offset, span->length, ms_speak_cap(&pop3->say));
    bool login = verb && (verb->kind == MS_POP3_PASS || verb->kind == MS_POP3_APOP);
    if (!verb || verb->kind != MS_POP3_AUTH)
        ms_speak_line(&pop3->say, login ? MS_LINE_AUTH : MS_LINE_COMMAND, MS_TO_SERVER, login, 0,
                      bytes, span->offset, span->length, NULL);
    if (!cut)
        ms_speak_span(&pop3->say, MS_FIELD_POP3_COMMAND, MS_TO_SERVER, -1, command.exchange, bytes,
                      span->offset, span->length);
    if (verb)
        verb->handle(pop3, &command, verb);
    else
        await(pop3, &command, MS_POP3_UNKNOWN, -1);
}

/* An answer to a challenge of AUTH. */
static void take_answer(MsDialogue *pop3, const MsBytes *bytes, const MsLineSpan *span)
{
    MsBuffer note = {0};
    MsRanges where = {0};
    ms_pop3_check_line(pop3, MS_TO_SERVER, bytes, span);
    /* An empty answer has its line end as evidence. */
    ms_ranges_add(&where, bytes, span->offset, span->length ? span->length : span->eaten,
                  ms_speak_cap(&pop3->say));
    if (span->cut)
        ms_auth_gap(pop3->auth);
    else
        ms_auth_client(pop3->auth, bytes->data + span->offset, span->length, false, &where, &note);
    ms_speak_line(&pop3->say, MS_LINE_AUTH, MS_TO_SERVER, true, 0, bytes, span->offset,
                  span->length, &note);
    ms_ranges_clear(&where);
    ms_buffer_clear(&note);
}

static bool is_command(const uint8_t *text, size_t length)
{
    size_t at;
    return find_verb(text, length, &at) != NULL;
}

/* After a gap: do these bytes begin a line? Returns false when more are needed. */
static bool resync(MsDialogue *pop3, const MsBytes *bytes, size_t at, bool final)
{
    size_t look = MIN(bytes->length - at, ms_pop3_line_cap(pop3));
    const uint8_t *data = bytes->data + at;
    const uint8_t *end = ms_find_byte(data, '\n', look);
    if (!end && look < ms_pop3_line_cap(pop3) && !final)
        return false;
    size_t length = end ? (size_t)(end - data) : 0;
    if (length > 0 && data[length - 1] == '\r')
        length--;
    pop3->resync[MS_TO_SERVER] = false;
    if (!pop3->auth && !is_command(data, length))
        ms_line_reset(&pop3->reader[MS_TO_SERVER], true);
    return true;
}

size_t ms_pop3_commands(MsDialogue *pop3, const MsBytes *bytes, bool final)
{
    size_t at = 0;
    MsLineReader *reader = &pop3->reader[MS_TO_SERVER];
    while (at < bytes->length) {
        if (pop3->tls.started ||
            (!reader->skipping && ms_tls_is_record(bytes->data + at, bytes->length - at, 1)))
            return at + ms_tls_look(&pop3->tls, pop3->say.talk, MS_TO_SERVER, bytes, at, final);
        if (pop3->resync[MS_TO_SERVER] && !resync(pop3, bytes, at, final))
            return at;
        MsLineSpan span;
        MsReadResult result = ms_line_read(reader, bytes, at, ms_pop3_line_cap(pop3), &span);
        if (result == MS_READ_MORE)
            return at;
        at += span.eaten;
        if (result == MS_READ_SKIPPED)
            continue;
        if (pop3->auth && !is_command(bytes->data + span.offset, span.length))
            take_answer(pop3, bytes, &span);
        else
            take_command(pop3, bytes, &span, false);
    }
    return at;
}

bool ms_pop3_command_cut(MsDialogue *pop3, const MsBytes *left, size_t at)
{
    if (at >= left->length || pop3->tls.started || pop3->auth ||
        pop3->reader[MS_TO_SERVER].skipping || pop3->resync[MS_TO_SERVER])
        return false;
    MsLineSpan span = {.offset = at, .length = left->length - at, .eaten = left->length - at};
    if (left->data[left->length - 1] == '\r')
        span.length--;
    size_t rest;
    const Verb *verb = find_verb(left->data + at, span.length, &rest);
    if (!verb || rest == span.length)
        return false; /* `RET`, or `QUIT` that may go on */
    take_command(pop3, left, &span, true);
    return true;
}
