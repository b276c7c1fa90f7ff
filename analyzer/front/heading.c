/* SPDX-License-Identifier: GPL-2.0-or-later
 * heading.c - the block above a session, from its facts alone. */
#include "heading.h"

#include "../fact/replies.h"

#include <glib.h>

enum {
    LABEL = 2,     /* column of the labels */
    VALUE = 12,    /* column of what they say */
    MOST_SHOWN = 5 /* attempts and mails listed; the rest is counted */
};

static void label(MsPen *pen, const char *name)
{
    ms_pen_go(pen, LABEL);
    ms_pen_ink(pen, MS_INK_DIM);
    ms_pen_say(pen, "%s", name);
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_pen_go(pen, VALUE);
    pen->indent = VALUE;
}

int64_t ms_heading_start(const MsRecord *record, const MsIndex *index)
{
    const MsFact *start = ms_index_first(index, MS_FIELD_SESSION_START, -1, -1);
    if (start)
        return start->number;
    size_t count;
    const MsLine *lines = ms_record_lines(record, &count);
    return count > 0 ? lines[0].time_ns : 0;
}

const char *ms_heading_protocol(const MsIndex *index)
{
    const MsFact *protocol = ms_index_first(index, MS_FIELD_SESSION_PROTOCOL, -1, -1);
    if (ms_fact_is(protocol, "smtp"))
        return "SMTP";
    if (ms_fact_is(protocol, "lmtp"))
        return "LMTP";
    if (ms_fact_is(protocol, "http"))
        return "webmail (HTTP)";
    if (ms_fact_is(protocol, "pop3"))
        return "POP3";
    if (ms_fact_is(protocol, "imap"))
        return "IMAP";
    if (ms_fact_is(protocol, "tls"))
        return "TLS from the first byte";
    return "protocol unknown";
}

static void put_address(MsPen *pen, const MsIndex *index, MsFieldId field)
{
    const MsFact *address = ms_index_first(index, field, -1, -1);
    if (address)
        ms_pen_fact(pen, address);
    else
        ms_pen_say(pen, "(unknown)");
}

void ms_heading_title(MsPen *pen, const MsRecord *record)
{
    pen->indent = LABEL;
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "Session %" G_GUINT64_FORMAT " of ", (guint64)ms_record_number(record) + 1);
    ms_pen_name(pen, pen->origins->n_files > 0 ? pen->origins->files[0] : "-");
    if (pen->origins->n_files > 1)
        ms_pen_say(pen, " and %zu more joined with it", pen->origins->n_files - 1);
    ms_pen_newline(pen);
}

static void put_side(MsPen *pen, const MsIndex *index, MsFieldId address, MsFieldId port)
{
    put_address(pen, index, address);
    const MsFact *number = ms_index_first(index, port, -1, -1);
    if (number)
        ms_pen_say(pen, " port %" G_GINT64_FORMAT, (gint64)number->number);
}

int32_t ms_heading_attempts(const MsIndex *index)
{
    int32_t most = -1;
    for (int field = MS_FIELD_AUTH_AUTHZID; field <= MS_FIELD_AUTH_USERNAME; field++) {
        size_t count;
        const MsFact *const *facts = ms_index_field(index, (MsFieldId)field, &count);
        if (count > 0)
            most = MAX(most, facts[count - 1]->item);
    }
    return most + 1;
}

int32_t ms_heading_mails(const MsRecord *record, const MsIndex *index)
{
    int32_t most = ms_index_most_message(index);
    size_t count;
    MsMessage *const *messages = ms_record_messages(record, &count);
    if (count > 0)
        most = MAX(most, ms_message_number(messages[count - 1]));
    return most + 1;
}

const MsMessage *ms_heading_message(const MsRecord *record, int32_t number)
{
    size_t count;
    MsMessage *const *messages = ms_record_messages(record, &count);
    size_t low = 0;
    for (size_t high = count; low < high;) { /* numbers rise */
        size_t middle = low + (high - low) / 2;
        if (ms_message_number(messages[middle]) < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ms_message_number(messages[low]) == number ? messages[low] : NULL;
}

void ms_heading_login(MsPen *pen, const MsIndex *index, int32_t attempt)
{
    const MsFact *outcome = ms_index_first(index, MS_FIELD_AUTH_OUTCOME, -1, attempt);
    const MsFact *code = ms_index_first(index, MS_FIELD_AUTH_REPLY_CODE, -1, attempt);
    const char *words = ms_fact_is(outcome, "success")     ? "accepted"
                        : ms_fact_is(outcome, "failure")   ? "refused"
                        : ms_fact_is(outcome, "cancelled") ? "cancelled by the client"
                                                           : "outcome not in this capture";
    ms_pen_say(pen, "%s", words);
    if (code)
        ms_pen_say(pen, " (%" G_GINT64_FORMAT ")", (gint64)code->number);
}

/* TLS as it can be seen from outside. */
static void put_tls(MsPen *pen, const MsIndex *index)
{
    static const struct {
        MsFieldId field;
        const char *words;
    } parts[] = {{MS_FIELD_TLS_VERSION, ", offered up to "},
                 {MS_FIELD_TLS_VERSION_SELECTED, ", chosen "},
                 {MS_FIELD_TLS_SERVER_NAME, ", server name "},
                 {MS_FIELD_TLS_ALPN, ", ALPN "}};
    const MsFact *started = ms_index_first(index, MS_FIELD_TLS_STARTED, -1, -1);
    if (!started || started->n_ranges == 0)
        return;
    label(pen, "TLS");
    ms_pen_say(pen, "encrypted from frame %u on", started->ranges[0].frame);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        const MsFact *fact = ms_index_first(index, parts[i].field, -1, -1);
        if (!fact)
            continue;
        ms_pen_say(pen, "%s", parts[i].words);
        ms_pen_fact(pen, fact);
    }
    ms_pen_newline(pen);
}

void ms_heading_visit(MsPen *pen, const MsIndex *index)
{
    const MsFact *visit = ms_index_first(index, MS_FIELD_HTTP_VISIT, -1, -1);
    const MsFact *user = ms_index_first(index, MS_FIELD_HTTP_VISIT_USER, -1, -1);
    if (!visit)
        return;
    if (user) {
        ms_pen_ink(pen, MS_INK_VALUE);
        ms_pen_fact(pen, user);
        ms_pen_ink(pen, MS_INK_PLAIN);
        ms_pen_say(pen, ", logged in in session %" G_GINT64_FORMAT ": the same cookie",
                   visit->number);
    } else {
        ms_pen_say(pen, "the same cookie as in session %" G_GINT64_FORMAT, visit->number);
    }
}

static void put_logins(MsPen *pen, const MsIndex *index)
{
    int32_t count = ms_heading_attempts(index);
    const MsFact *visit = ms_index_first(index, MS_FIELD_HTTP_VISIT, -1, -1);
    if (count == 0 && !visit)
        return;
    label(pen,
          count > 0 || ms_index_first(index, MS_FIELD_HTTP_VISIT_USER, -1, -1) ? "User" : "Visit");
    if (count == 0)
        ms_heading_visit(pen, index);
    for (int32_t i = 0; i < MIN(count, MOST_SHOWN); i++) {
        const MsFact *user = ms_index_first(index, MS_FIELD_AUTH_USERNAME, -1, i);
        const MsFact *mechanism = ms_index_first(index, MS_FIELD_AUTH_MECHANISM, -1, i);
        if (i > 0)
            ms_pen_say(pen, "; ");
        ms_pen_ink(pen, MS_INK_VALUE);
        if (user)
            ms_pen_fact(pen, user);
        else
            ms_pen_say(pen, "(no name seen)");
        ms_pen_ink(pen, MS_INK_PLAIN);
        if (mechanism) {
            ms_pen_say(pen, " with ");
            ms_pen_fact(pen, mechanism);
        }
        ms_pen_say(pen, ", ");
        ms_heading_login(pen, index, i);
    }
    if (count > MOST_SHOWN)
        ms_pen_say(pen, "; and %d more attempts", count - MOST_SHOWN);
    ms_pen_newline(pen);
}

const char *ms_heading_fate(const MsIndex *index, int32_t number)
{
    const MsFact *fate = ms_index_first(index, MS_FIELD_POP3_FATE, number, -1);
    return ms_fact_is(fate, "kept")      ? "kept on the server"
           : ms_fact_is(fate, "deleted") ? "deleted on the server"
           : fate                        ? "what becomes of it on the server is not seen"
                                         : NULL;
}

bool ms_heading_is_part(const MsIndex *index, int32_t number)
{
    enum { ALL_LINES = 1000000 };
    const MsFact *transfer = ms_index_first(index, MS_FIELD_POP3_TRANSFER, number, -1);
    const MsFact *lines = ms_index_first(index, MS_FIELD_POP3_TOP_LINES, number, -1);
    return ms_fact_is(transfer, "TOP") && (!lines || lines->number < ALL_LINES);
}

/* A mail on its way to the client. */
static void put_fetched(MsPen *pen, const MsRecord *record, const MsIndex *index, int32_t number)
{
    const MsFact *from = ms_index_first(index, MS_FIELD_MESSAGE_FROM, number, -1);
    const MsFact *place = ms_index_first(index, MS_FIELD_POP3_NUMBER, number, -1);
    const MsMessage *message = ms_heading_message(record, number);
    const char *fate = ms_heading_fate(index, number);
    ms_pen_say(pen, "%d: ", number + 1);
    if (from)
        ms_pen_fact(pen, from);
    else
        ms_pen_say(pen, "(no From line seen)");
    ms_pen_say(pen, ", %s", ms_heading_is_part(index, number) ? "looked at with TOP" : "fetched");
    if (place)
        ms_pen_say(pen, " as number %" G_GINT64_FORMAT, (gint64)place->number);
    if (message) {
        ms_pen_say(pen, ", ");
        ms_pen_count(pen, ms_message_size(message), "byte");
        ms_pen_say(pen, "%s", ms_message_complete(message) ? "" : " (incomplete)");
    }
    if (fate)
        ms_pen_say(pen, ", %s", fate);
    ms_pen_newline(pen);
}

/* A message that stays on the server: fetched from it or put there. */
static void put_stored(MsPen *pen, const MsRecord *record, const MsIndex *index, int32_t number,
                       bool put)
{
    const MsFact *from = ms_index_first(index, MS_FIELD_MESSAGE_FROM, number, -1);
    const MsFact *section = ms_index_first(index, MS_FIELD_IMAP_SECTION, number, -1);
    const MsFact *mailbox = ms_index_first(index, MS_FIELD_IMAP_MAILBOX, number, -1);
    const MsFact *uid = ms_index_first(index, MS_FIELD_IMAP_UID, number, -1);
    const MsFact *outcome = ms_index_first(index, MS_FIELD_MESSAGE_OUTCOME, number, -1);
    const MsMessage *message = ms_heading_message(record, number);
    ms_pen_say(pen, "%d: ", number + 1);
    if (from)
        ms_pen_fact(pen, from);
    else
        ms_pen_say(pen, "(no From line seen)");
    ms_pen_say(pen, put ? ", put into " : ", fetched from ");
    if (mailbox)
        ms_pen_fact(pen, mailbox);
    else
        ms_pen_say(pen, "a folder not seen");
    if (uid)
        ms_pen_say(pen, ", UID %" G_GINT64_FORMAT, (gint64)uid->number);
    if (section) {
        ms_pen_say(pen, ", ");
        ms_pen_fact(pen, section);
    }
    if (message) {
        ms_pen_say(pen, ", ");
        ms_pen_count(pen, ms_message_size(message), "byte");
        ms_pen_say(pen, "%s", ms_message_complete(message) ? "" : " (incomplete)");
    }
    if (put && outcome) {
        ms_pen_say(pen, ", ");
        ms_pen_words(pen, (const uint8_t *)outcome->text, outcome->text_length);
    }
    ms_pen_newline(pen);
}

/* A mail posted by a form of a webmail. */
static void put_posted(MsPen *pen, const MsIndex *index, int32_t number)
{
    const MsFact *to = ms_index_first(index, MS_FIELD_WEBMAIL_TO, number, -1);
    const MsFact *subject = ms_index_first(index, MS_FIELD_WEBMAIL_SUBJECT, number, -1);
    const MsFact *outcome = ms_index_first(index, MS_FIELD_MESSAGE_OUTCOME, number, -1);
    ms_pen_say(pen, "%d: posted to ", number + 1);
    if (to)
        ms_pen_fact(pen, to);
    else
        ms_pen_say(pen, "(no recipient seen)");
    if (subject) {
        ms_pen_say(pen, ", ");
        ms_pen_fact(pen, subject);
    }
    if (outcome) {
        ms_pen_say(pen, ", ");
        ms_pen_fact(pen, outcome);
    }
    ms_pen_newline(pen);
}

static void put_mail(MsPen *pen, const MsRecord *record, const MsIndex *index, int32_t number)
{
    if (ms_index_first(index, MS_FIELD_POP3_FATE, number, -1)) {
        put_fetched(pen, record, index, number);
        return;
    }
    const MsFact *transfer = ms_index_first(index, MS_FIELD_IMAP_TRANSFER, number, -1);
    if (transfer) {
        put_stored(pen, record, index, number, ms_fact_is(transfer, "APPEND"));
        return;
    }
    if (ms_fact_is(ms_index_first(index, MS_FIELD_SESSION_PROTOCOL, -1, -1), "http")) {
        put_posted(pen, index, number);
        return;
    }
    const MsFact *from = ms_index_first(index, MS_FIELD_SMTP_MAIL_FROM, number, -1);
    const MsFact *outcome = ms_index_first(index, MS_FIELD_MESSAGE_OUTCOME, number, -1);
    const MsFact *first = ms_index_first(index, MS_FIELD_SMTP_RCPT_TO, number, 0);
    const MsMessage *message = ms_heading_message(record, number);
    int32_t recipients = 0;
    while (recipients < INT32_MAX &&
           ms_index_first(index, MS_FIELD_SMTP_RCPT_TO, number, recipients))
        recipients++;
    ms_pen_say(pen, "%d: ", number + 1);
    if (from && from->text_length > 0)
        ms_pen_fact(pen, from);
    else
        ms_pen_say(pen, "%s", from ? "<> (a bounce)" : "(sender not seen)");
    ms_pen_say(pen, " -> ");
    if (first)
        ms_pen_fact(pen, first);
    else
        ms_pen_say(pen, "(no recipient seen)");
    if (recipients > 1)
        ms_pen_say(pen, " and %d more", recipients - 1);
    if (message) {
        ms_pen_say(pen, ", ");
        ms_pen_count(pen, ms_message_size(message), "byte");
        ms_pen_say(pen, "%s", ms_message_complete(message) ? "" : " (incomplete)");
    }
    const MsFact *end = ms_index_first(index, MS_FIELD_SESSION_END, -1, -1);
    if (ms_fact_is(outcome, "aborted") && ms_fact_is(end, "open")) {
        ms_pen_say(pen, ", not handed over before the capture stops");
    } else if (outcome) {
        ms_pen_say(pen, ", ");
        if (ms_fact_is(outcome, "rejected"))
            ms_pen_say(pen, "refused"); /* as people say of logins and recipients too */
        else
            ms_pen_words(pen, (const uint8_t *)outcome->text, outcome->text_length);
    }
    ms_pen_newline(pen);
}

static void put_mails(MsPen *pen, const MsRecord *record, const MsIndex *index)
{
    int32_t count = ms_heading_mails(record, index);
    label(pen, "Mails");
    if (count == 0) {
        ms_pen_say(pen, "%s",
                   ms_index_first(index, MS_FIELD_TLS_STARTED, -1, -1) ? "none in the readable part"
                                                                       : "none seen");
        ms_pen_newline(pen);
        return;
    }
    for (int32_t i = 0; i < MIN(count, MOST_SHOWN); i++) {
        ms_pen_go(pen, VALUE);
        put_mail(pen, record, index, i);
    }
    if (count > MOST_SHOWN) {
        ms_pen_go(pen, VALUE);
        ms_pen_say(pen, "and %d more", count - MOST_SHOWN);
        ms_pen_newline(pen);
    }
}

/* With several files also which one. */
static void put_last(MsPen *pen, const MsRange *place)
{
    ms_pen_say(pen, "; last frame %u", place->frame);
    if (pen->origins && pen->origins->n_files > 1 && place->file < pen->origins->n_files) {
        ms_pen_say(pen, " of ");
        ms_pen_name(pen, pen->origins->files[place->file]);
    }
}

static void put_end(MsPen *pen, const MsIndex *index)
{
    const MsFact *end = ms_index_first(index, MS_FIELD_SESSION_END, -1, -1);
    const MsFact *by = ms_index_first(index, MS_FIELD_SESSION_END_BY, -1, -1);
    const MsFact *last = ms_index_first(index, MS_FIELD_SESSION_LAST, -1, -1);
    const MsFact *rst = ms_index_first(index, MS_FIELD_SESSION_RST, -1, -1);
    label(pen, "End");
    const MsFact *protocol = ms_index_first(index, MS_FIELD_SESSION_PROTOCOL, -1, -1);
    const MsFact *code = ms_index_first(index, MS_FIELD_SMTP_QUIT_CODE, -1, -1);
    const MsFact *status = ms_index_first(index, MS_FIELD_POP3_QUIT_STATUS, -1, -1);
    const MsFact *bye = ms_index_first(index, MS_FIELD_IMAP_BYE, -1, -1);
    if (ms_fact_is(end, "quit") && ms_fact_is(protocol, "imap")) {
        ms_pen_say(pen, "%s",
                   end->direction == MS_TO_SERVER ? "LOGOUT, no answer to it seen"
                                                  : "LOGOUT, answered with BYE: ");
        if (bye && end->direction != MS_TO_SERVER)
            ms_pen_fact(pen, bye);
    } else if (ms_fact_is(end, "quit") && status) {
        ms_pen_say(pen, "QUIT, answered with ");
        ms_pen_fact(pen, status);
    } else if (ms_fact_is(end, "quit") && code)
        ms_pen_say(pen, "QUIT, answered with %" G_GINT64_FORMAT, (gint64)code->number);
    else if (ms_fact_is(end, "quit"))
        ms_pen_say(pen, "%s",
                   end->direction == MS_TO_SERVER ? "QUIT, no answer to it seen"
                                                  : "221 from the server, no QUIT seen");
    else if (ms_fact_is(end, "fin") &&
             ms_fact_is(ms_index_first(index, MS_FIELD_SESSION_PROTOCOL, -1, -1), "http"))
        ms_pen_say(pen, "closed with FIN");
    else if (ms_fact_is(end, "fin"))
        ms_pen_say(pen, "closed with FIN, %s",
                   ms_index_first(index, MS_FIELD_TLS_STARTED, -1, -1) ? "after what is encrypted"
                   : ms_fact_is(protocol, "imap")                      ? "no LOGOUT seen"
                                                                       : "no QUIT seen");
    else if (ms_fact_is(end, "rst"))
        ms_pen_say(pen, "broken off with RST%s",
                   !rst                             ? ""
                   : rst->direction == MS_TO_SERVER ? " by the client"
                                                    : " by the server");
    else
        ms_pen_say(pen, "the capture just stops");
    if (by && !(rst && ms_fact_is(by, rst->direction == MS_TO_SERVER ? "client" : "server"))) {
        ms_pen_say(pen, "; TCP closed first by the ");
        ms_pen_fact(pen, by);
    }
    if (last && last->n_ranges > 0)
        put_last(pen, &last->ranges[last->n_ranges - 1]);
    ms_pen_newline(pen);
}

void ms_heading_block(MsPen *pen, const MsRecord *record, const MsIndex *index)
{
    label(pen, "Client");
    put_side(pen, index, MS_FIELD_SESSION_CLIENT, MS_FIELD_SESSION_CLIENT_PORT);
    ms_pen_newline(pen);
    label(pen, "Server");
    put_side(pen, index, MS_FIELD_SESSION_SERVER, MS_FIELD_SESSION_SERVER_PORT);
    ms_pen_newline(pen);
    label(pen, "Protocol");
    ms_pen_say(pen, "%s", ms_heading_protocol(index));
    ms_pen_newline(pen);
    label(pen, "Start");
    MsBuffer text = {0};
    int64_t start = ms_heading_start(record, index);
    const MsFact *last = ms_index_first(index, MS_FIELD_SESSION_LAST, -1, -1);
    ms_text_time(&text, start);
    ms_buffer_text(&text, " UTC");
    if (last)
        ms_text_lasts(&text, last->number - start);
    ms_pen_words(pen, text.data, text.length);
    ms_buffer_clear(&text);
    ms_pen_newline(pen);
    put_tls(pen, index);
    put_logins(pen, index);
    put_mails(pen, record, index);
    put_end(pen, index);
}
