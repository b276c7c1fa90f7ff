/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_mail.c - mail transactions (RFC 5321 3.3): MAIL, RCPT, and what became of them. An outcome
 * is said when nothing that could change it is awaited any more. */
#include "envelope.h"
#include "smtp.h"

#include <glib.h>

#include <string.h>

MsTransaction *ms_smtp_mail_find(MsDialogue *smtp, int32_t number)
{
    if (number < 0)
        return NULL;
    if (smtp->current && smtp->current->number == number)
        return smtp->current;
    for (MsTransaction *one = smtp->transactions; one; one = one->next)
        if (one->number == number)
            return one;
    return NULL;
}

static const char *outcome(const MsDialogue *smtp, const MsTransaction *one)
{
    bool uncertain = one->uncertain || one->number < smtp->uncertain_below;
    if (one->good + one->bad > 0) {
        if (one->good > 0 && one->bad > 0)
            return "partial";
        if (smtp->lmtp && uncertain)
            return "unknown"; /* a reply for each recipient: not all of them are known */
        if (one->bad > 0)
            return "rejected";
        return smtp->lmtp && one->good < one->accepted ? "unknown" : "accepted";
    }
    if (one->data_refused)
        return "rejected"; /* or a chunk of it was */
    if (one->body_ended)
        return "unknown";
    if (!one->body_begun &&
        (one->mail_refused || (one->recipients > 0 && one->rejected == (uint32_t)one->recipients)))
        return "rejected";
    if (one->broken_off)
        return "aborted";
    return smtp->talk->cut || uncertain ? "unknown" : "aborted";
}

static void finish(MsDialogue *smtp, MsTransaction *one)
{
    const char *text = outcome(smtp, one);
    ms_speak_text(&smtp->say, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, one->number, -1,
                  one->final.n_ranges > 0 ? &one->final : NULL, text, strlen(text));
    *(one->before ? &one->before->next : &smtp->transactions) = one->next;
    *(one->next ? &one->next->before : &smtp->last) = one->before;
    if (smtp->current == one)
        smtp->current = NULL;
    ms_ranges_clear(&one->final);
    g_free(one);
}

MsTransaction *ms_smtp_mail_open(MsDialogue *smtp)
{
    if (smtp->current)
        ms_smtp_mail_close(smtp, true);
    MsTransaction *one = g_new0(MsTransaction, 1);
    one->number = smtp->messages++;
    one->before = smtp->last;
    *(smtp->last ? &smtp->last->next : &smtp->transactions) = one;
    smtp->last = one;
    smtp->current = one;
    return one;
}

void ms_smtp_mail_close(MsDialogue *smtp, bool broken_off)
{
    MsTransaction *one = smtp->current;
    if (!one)
        return;
    if (smtp->body && smtp->body->transaction == one && !one->body_ended)
        ms_smtp_body_close(smtp, MS_MESSAGE_CUT);
    smtp->current = NULL;
    one->closed = true;
    one->broken_off |= broken_off;
    if (one->waiting == 0)
        finish(smtp, one);
}

void ms_smtp_mail_settle(MsDialogue *smtp, MsTransaction *one)
{
    g_assert(one->waiting > 0);
    one->waiting--;
    if (one->waiting == 0 && one->closed)
        finish(smtp, one);
}

void ms_smtp_mail_final(MsDialogue *smtp, MsTransaction *one, unsigned code, const MsRanges *where)
{
    ms_speak_number(&smtp->say, MS_FIELD_SMTP_FINAL_REPLY, MS_TO_CLIENT, one->number, -1, where,
                    code);
    if (code < 400)
        one->good++;
    else
        one->bad++;
    ms_ranges_reset(&one->final);
    ms_ranges_join(&one->final, where, ms_speak_cap(&smtp->say));
}

void ms_smtp_mail_end(MsDialogue *smtp)
{
    ms_smtp_nested(smtp, false);
    ms_smtp_mail_close(smtp, false);
    while (smtp->transactions)
        finish(smtp, smtp->transactions);
}

MsTransaction *ms_smtp_mail_current(MsDialogue *smtp)
{
    if (smtp->nested)
        ms_smtp_nested(smtp, true);
    if (!smtp->current && (smtp->may_miss || smtp->greeting_due))
        return ms_smtp_mail_open(smtp);
    return smtp->current;
}

/* A parameter `NAME=value` with that name. */
static bool has_name(const uint8_t *text, const MsSlice *parameter, const char *name)
{
    size_t letters = strlen(name);
    return parameter->length > letters && text[parameter->offset + letters] == '=' &&
           g_ascii_strncasecmp((const char *)text + parameter->offset, name, letters) == 0;
}

/* RFC 1870 3: SIZE=digits. */
static uint64_t declared_size(const uint8_t *text, const MsSlice *parameter)
{
    uint64_t size = 0;
    for (size_t i = 5; i < parameter->length; i++) {
        uint8_t digit = text[parameter->offset + i];
        if (digit < '0' || digit > '9' || size > UINT64_MAX / 16)
            return 0;
        size = size * 10 + (digit - '0');
    }
    return size;
}

/* Keeps the announced size with the place that is still at hand: the parameter just said. */
static void declare(const MsDialogue *smtp, MsTransaction *one, const uint8_t *text,
                    const MsSlice *parameter)
{
    one->declared = declared_size(text, parameter);
    if (smtp->say.where.n_ranges > 0)
        one->declared_at = smtp->say.where.range[0];
    one->declared_time = smtp->say.where.time_ns;
}

/* The path; an empty one stands on its brackets. */
static void say_path(MsDialogue *smtp, MsFieldId field, int32_t message, int32_t item,
                     const MsBytes *bytes, const MsLineSpan *span, const MsSlice *path)
{
    size_t offset = span->offset + path->offset;
    if (path->length > 0 || path->offset == 0)
        ms_speak_span(&smtp->say, field, MS_TO_SERVER, message, item, bytes, offset, path->length);
    else
        ms_speak_text(&smtp->say, field, MS_TO_SERVER, message, item,
                      ms_speak_where(&smtp->say, bytes, offset - 1,
                                     MIN(span->offset + span->length - offset, 1) + 1),
                      "", 0);
}

static void say_mail(MsDialogue *smtp, MsTransaction *one, const MsBytes *bytes,
                     const MsLineSpan *span, size_t at)
{
    const uint8_t *text = bytes->data + span->offset;
    MsEnvelope envelope;
    one->mail_seen = true;
    if (!ms_envelope_parse(text, span->length, at - span->offset, "FROM", &envelope)) {
        ms_speak_odd(&smtp->say, MS_ODDITY_SYNTAX, MS_TO_SERVER, one->number,
                     ms_speak_where(&smtp->say, bytes, span->offset, span->length), 0,
                     "MAIL without a path");
        return;
    }
    say_path(smtp, MS_FIELD_SMTP_MAIL_FROM, one->number, -1, bytes, span, &envelope.path);
    MsSlice parameter;
    for (size_t i = envelope.parameters.offset;
         ms_envelope_parameter(text, span->length, &i, &parameter);) {
        ms_speak_span(&smtp->say, MS_FIELD_SMTP_MAIL_PARAMETER, MS_TO_SERVER, one->number, -1,
                      bytes, span->offset + parameter.offset, parameter.length);
        if (has_name(text, &parameter, "SIZE"))
            declare(smtp, one, text, &parameter);
    }
}

/* Keeps a MAIL within a transaction until its reply says whether it counts. */
static void keep_nested(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, size_t at,
                        int32_t exchange)
{
    ms_smtp_nested(smtp, false);
    MsNestedMail *nested = g_new0(MsNestedMail, 1);
    ms_buffer_append(&nested->line, bytes->data + span->offset, span->length);
    nested->bytes = (MsBytes){nested->line.data, span->length, bytes->at + span->offset, NULL, 0};
    const MsPiece *first = ms_bytes_piece(bytes, span->offset);
    if (first && span->length > 0) {
        const MsPiece *last = ms_bytes_piece(bytes, span->offset + span->length - 1);
        nested->bytes.n_pieces = (size_t)(last - first) + 1;
        nested->pieces = g_memdup2(first, nested->bytes.n_pieces * sizeof *first);
        nested->bytes.pieces = nested->pieces;
    }
    nested->at = at - span->offset;
    nested->exchange = exchange;
    smtp->nested = nested;
}

void ms_smtp_nested(MsDialogue *smtp, bool accepted)
{
    MsNestedMail *nested = smtp->nested;
    if (!nested)
        return;
    smtp->nested = NULL;
    if (accepted) {
        MsTransaction *one = ms_smtp_mail_open(smtp);
        MsLineSpan span = {.length = nested->bytes.length};
        say_mail(smtp, one, &nested->bytes, &span, nested->at);
        ms_smtp_adopt(smtp, nested->exchange, one);
    }
    ms_buffer_clear(&nested->line);
    g_free(nested->pieces);
    g_free(nested);
}

void ms_smtp_mail_from(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, size_t at,
                       int32_t exchange)
{
    MsTransaction *one = smtp->current;
    if (one && !one->reset_asked && !one->mail_refused) {
        keep_nested(smtp, bytes, span, at, exchange);
        ms_smtp_await(smtp, MS_AWAIT_MAIL, exchange, NULL, -1);
        return;
    }
    one = ms_smtp_mail_open(smtp);
    say_mail(smtp, one, bytes, span, at);
    ms_smtp_await(smtp, MS_AWAIT_MAIL, exchange, one, -1);
}

void ms_smtp_rcpt_to(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, size_t at,
                     int32_t exchange)
{
    MsTransaction *one = ms_smtp_mail_current(smtp);
    if (!one) { /* RFC 5321 3.3: RCPT without MAIL gets 503 */
        ms_smtp_await(smtp, MS_AWAIT_RCPT, exchange, NULL, -1);
        return;
    }
    int32_t item = one->recipients++;
    const uint8_t *text = bytes->data + span->offset;
    MsEnvelope envelope;
    if (!ms_envelope_parse(text, span->length, at - span->offset, "TO", &envelope)) {
        ms_speak_odd(&smtp->say, MS_ODDITY_SYNTAX, MS_TO_SERVER, one->number,
                     ms_speak_where(&smtp->say, bytes, span->offset, span->length), 0,
                     "RCPT without a path");
    } else {
        say_path(smtp, MS_FIELD_SMTP_RCPT_TO, one->number, item, bytes, span, &envelope.path);
        MsSlice parameter;
        for (size_t i = envelope.parameters.offset;
             ms_envelope_parameter(text, span->length, &i, &parameter);)
            ms_speak_span(&smtp->say, MS_FIELD_SMTP_RCPT_PARAMETER, MS_TO_SERVER, one->number, item,
                          bytes, span->offset + parameter.offset, parameter.length);
    }
    ms_smtp_await(smtp, MS_AWAIT_RCPT, exchange, one, item);
}

void ms_smtp_mail_free(MsDialogue *smtp)
{
    if (smtp->body)
        for (int i = 0; i < MS_N_LOOSE; i++)
            ms_ranges_clear(&smtp->body->loose_at[i]);
    g_free(smtp->body);
    smtp->body = NULL;
    ms_smtp_nested(smtp, false);
    for (MsTransaction *one = smtp->transactions, *next; one; one = next) {
        next = one->next;
        ms_ranges_clear(&one->final);
        g_free(one);
    }
    smtp->transactions = smtp->last = smtp->current = NULL;
}
