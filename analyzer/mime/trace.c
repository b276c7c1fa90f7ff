/* SPDX-License-Identifier: GPL-2.0-or-later
 * trace.c - see trace.h. Looks at bytes only; whoever calls knows where they were captured. */
#include "trace.h"

#include "../base/fold.h"
#include "../message/header.h"

#include <glib.h>
#include <gmime/gmime.h>

#include <string.h>

typedef struct {
    const uint8_t *data;
    MsTraceFunc func;
    void *user_data;
    int32_t hops; /* Received fields so far */
} Trace;

/* A run of bytes of the header. */
typedef struct {
    size_t at, end;
} Span;

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void say(const Trace *t, MsFieldId field, int32_t hop, Span span)
{
    while (span.at < span.end && is_blank(t->data[span.at]))
        span.at++;
    while (span.end > span.at && is_blank(t->data[span.end - 1]))
        span.end--;
    if (span.end == span.at)
        return;
    const MsTrace trace = {.field = field, .hop = hop, .at = span.at, .length = span.end - span.at};
    t->func(&trace, t->user_data);
}

/* Moves behind a comment or a quoted string that begins at `at`, or behind one byte (RFC 5322
 * 3.2.1, 3.2.2: comments nest, a backslash quotes). */
static size_t pass(const uint8_t *data, size_t at, size_t end)
{
    uint8_t open = data[at++];
    size_t depth = open == '(';
    bool quoted = open == '"';
    while (at < end && (depth > 0 || quoted)) {
        uint8_t byte = data[at++];
        if (byte == '\\' && at < end)
            at++;
        else if (quoted)
            quoted = byte != '"';
        else if (byte == '(')
            depth++;
        else if (byte == ')')
            depth--;
    }
    return at;
}

/* The next word at or behind *at: no blanks, comments on the way are passed. */
static bool next_word(const uint8_t *data, size_t *at, size_t end, Span *word)
{
    while (*at < end && (is_blank(data[*at]) || data[*at] == '('))
        *at = pass(data, *at, end);
    word->at = *at;
    while (*at < end && !is_blank(data[*at]) && data[*at] != '(')
        *at = pass(data, *at, end);
    word->end = *at;
    return word->end > word->at;
}

/* Where the next `;` outside of comments and quotes is; `end` when there is none. */
static size_t find_semicolon(const uint8_t *data, size_t at, size_t end)
{
    while (at < end && data[at] != ';')
        at = pass(data, at, end);
    return at;
}

/* Without the angle brackets around it. */
static Span bare(const uint8_t *data, Span span)
{
    if (span.end - span.at >= 2 && data[span.at] == '<' && data[span.end - 1] == '>')
        return (Span){span.at + 1, span.end - 1};
    return span;
}

static bool is_word(const uint8_t *data, Span span, const char *word)
{
    return ms_fold_is((const char *)data + span.at, span.end - span.at, word);
}

/* RFC 5321 4.4: "from" and "by" with what the server found out in comments; of the others the word
 * alone; behind the last semicolon the time. */
static void say_received(Trace *t, Span value)
{
    static const struct {
        const char *word;
        MsFieldId field;
        bool comments;
    } clauses[] = {
        {"from", MS_FIELD_RECEIVED_FROM, true},
        {"by", MS_FIELD_RECEIVED_BY, true},
        {"via", MS_N_FIELDS, false},
        {"with", MS_FIELD_RECEIVED_WITH, false},
        {"id", MS_FIELD_RECEIVED_ID, false},
        {"for", MS_FIELD_RECEIVED_FOR, false},
    };
    int32_t hop = t->hops++;
    size_t semicolon = find_semicolon(t->data, value.at, value.end);
    size_t at = value.at;
    size_t open = G_N_ELEMENTS(clauses); /* clause whose comments are being passed */
    Span said = {0};
    Span word;
    while (true) {
        bool more = next_word(t->data, &at, semicolon, &word);
        size_t next = 0;
        while (more && next < G_N_ELEMENTS(clauses) && !is_word(t->data, word, clauses[next].word))
            next++;
        if (more && next == G_N_ELEMENTS(clauses))
            continue; /* a word more than there should be */
        if (open < G_N_ELEMENTS(clauses))
            say(t, clauses[open].field, hop, (Span){said.at, more ? word.at : semicolon});
        open = G_N_ELEMENTS(clauses);
        if (!more || !next_word(t->data, &at, semicolon, &said))
            break;
        if (clauses[next].comments)
            open = next;
        else if (clauses[next].field < MS_N_FIELDS)
            say(t, clauses[next].field, hop, bare(t->data, said));
    }
    if (semicolon == value.end)
        return;
    Span date = {semicolon + 1, value.end};
    g_autofree char *text = g_strndup((const char *)t->data + date.at, date.end - date.at);
    g_autoptr(GDateTime) time = g_mime_utils_header_decode_date(text);
    int64_t seconds = time ? g_date_time_to_unix(time) : 0;
    if (!time || ABS(seconds) >= INT64_MAX / 1000000000)
        return; /* none, or one that nanoseconds cannot count */
    const MsTrace trace = {.field = MS_FIELD_RECEIVED_TIME,
                           .hop = hop,
                           .at = date.at,
                           .length = date.end - date.at,
                           .number = seconds * 1000000000};
    t->func(&trace, t->user_data);
}

/* RFC 5322 3.6.4: <left@right> */
static void say_id(const Trace *t, Span value)
{
    size_t at = value.at;
    Span word;
    if (!next_word(t->data, &at, value.end, &word))
        return;
    word = bare(t->data, word);
    size_t sign = word.end;
    while (sign > word.at && t->data[sign - 1] != '@')
        sign--;
    if (sign == word.at)
        return; /* no @: none that the RFC knows */
    say(t, MS_FIELD_MESSAGE_ID_LEFT, -1, (Span){word.at, sign - 1});
    say(t, MS_FIELD_MESSAGE_ID_RIGHT, -1, (Span){sign, word.end});
}

/* RFC 6376 3.2: tag=value; ... */
static void say_signature(const Trace *t, Span value)
{
    for (size_t at = value.at; at < value.end;) {
        const uint8_t *found = memchr(t->data + at, ';', value.end - at);
        size_t end = found ? (size_t)(found - t->data) : value.end;
        while (at < end && is_blank(t->data[at]))
            at++;
        size_t name = at;
        while (at < end && t->data[at] != '=' && !is_blank(t->data[at]))
            at++;
        Span tag = {name, at};
        while (at < end && t->data[at] != '=')
            at++;
        if (at < end && is_word(t->data, tag, "d"))
            say(t, MS_FIELD_MESSAGE_DKIM_DOMAIN, -1, (Span){at + 1, end});
        else if (at < end && is_word(t->data, tag, "s"))
            say(t, MS_FIELD_MESSAGE_DKIM_SELECTOR, -1, (Span){at + 1, end});
        at = end + 1;
    }
}

/* RFC 8601 2.2: server; method=result ...; ... */
static void say_results(const Trace *t, Span value)
{
    size_t at = value.at;
    size_t end = find_semicolon(t->data, at, value.end);
    Span server;
    if (next_word(t->data, &at, end, &server))
        say(t, MS_FIELD_MESSAGE_CHECKED_BY, -1, server);
    while (end < value.end) {
        at = end + 1;
        end = find_semicolon(t->data, at, value.end);
        say(t, MS_FIELD_MESSAGE_CHECK_RESULT, -1, (Span){at, end});
    }
}

static void say_field(Trace *t, const MsHeaderField *field)
{
    Span name = {field->offset, field->offset + field->name_length};
    Span value = {field->value_offset, field->value_offset + field->value_length};
    size_t at = value.at;
    Span word;
    if (value.at == value.end)
        return;
    if (is_word(t->data, name, "received"))
        say_received(t, value);
    else if (is_word(t->data, name, "message-id"))
        say_id(t, value);
    else if (is_word(t->data, name, "dkim-signature"))
        say_signature(t, value);
    else if (is_word(t->data, name, "authentication-results"))
        say_results(t, value);
    else if (is_word(t->data, name, "user-agent") || is_word(t->data, name, "x-mailer"))
        say(t, MS_FIELD_MESSAGE_USER_AGENT, -1, value);
    else if (is_word(t->data, name, "return-path") && next_word(t->data, &at, value.end, &word))
        say(t, MS_FIELD_MESSAGE_RETURN_PATH, -1, bare(t->data, word));
}

void ms_trace_header(const uint8_t *data, size_t length, MsTraceFunc func, void *user_data)
{
    Trace trace = {.data = data, .func = func, .user_data = user_data};
    size_t at = 0;
    MsHeaderField field;
    while (length > 0 && ms_header_next(data, length, true, &at, &field))
        say_field(&trace, &field);
}
