/* SPDX-License-Identifier: GPL-2.0-or-later
 * mail.c - answer 4: each mail with its envelope, what was sent of it and what became of it. */
#include "../fact/replies.h"
#include "../front/excerpt.h"
#include "view.h"

#include <glib.h>

enum {
    MOST_MAILS = 10, /* shown without --full */
    MOST_RECIPIENTS = 10,
    HEADER_LINES = 8,
    TEXT_LINES = 8
};

static void put_code(MsView *view, const MsFact *code)
{
    const char *words = ms_reply_words((unsigned)code->number, NULL);
    ms_pen_say(&view->pen, " (%" G_GINT64_FORMAT "%s%s)", (gint64)code->number, words ? ": " : "",
               words ? words : "");
}

static void put_sender(MsView *view, int32_t mail)
{
    MsPen *pen = &view->pen;
    const MsFact *from = ms_index_first(view->index, MS_FIELD_SMTP_MAIL_FROM, mail, -1);
    const MsFact *code = ms_index_first(view->index, MS_FIELD_SMTP_MAIL_REPLY, mail, -1);
    ms_view_label(view, "From");
    ms_pen_ink(pen, MS_INK_VALUE);
    if (from && from->text_length > 0)
        ms_pen_fact(pen, from);
    else
        ms_pen_say(pen, "%s", from ? "<> (empty: a bounce, RFC 5321 4.5.5)" : "not seen");
    ms_pen_ink(pen, MS_INK_PLAIN);
    if (code && code->number >= 400) {
        ms_pen_say(pen, ", refused");
        put_code(view, code);
    }
    ms_view_cite_two(view, from, code);
    ms_pen_newline(pen);
}

static void put_recipient(MsView *view, int32_t mail, int32_t item, const char *label)
{
    MsPen *pen = &view->pen;
    const MsFact *to = ms_index_first(view->index, MS_FIELD_SMTP_RCPT_TO, mail, item);
    const MsFact *code = ms_index_first(view->index, MS_FIELD_SMTP_RCPT_REPLY, mail, item);
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_SMTP_RCPT_OUTCOME, mail, item);
    ms_view_label(view, label);
    ms_pen_ink(pen, MS_INK_VALUE);
    if (to)
        ms_pen_fact(pen, to);
    else
        ms_pen_say(pen, "not seen");
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_pen_say(pen, ", %s",
               ms_fact_is(outcome, "accepted")   ? "accepted"
               : ms_fact_is(outcome, "rejected") ? "refused"
                                                 : "no reply in this capture");
    if (code)
        put_code(view, code);
    ms_view_cite_two(view, to, code);
    ms_pen_newline(pen);
}

static int32_t count_recipients(const MsView *view, int32_t mail)
{
    int32_t low = 0; /* known to be there, or 0 */
    int32_t count = 0;
    while (ms_index_first(view->index, MS_FIELD_SMTP_RCPT_TO, mail, count) ||
           ms_index_first(view->index, MS_FIELD_SMTP_RCPT_OUTCOME, mail, count))
        count++;
    return MAX(low, count);
}

static void put_recipients(MsView *view, int32_t mail)
{
    int32_t count = count_recipients(view, mail);
    int32_t shown = view->pen.style->full ? count : MIN(count, MOST_RECIPIENTS);
    for (int32_t i = 0; i < shown; i++)
        put_recipient(view, mail, i, i == 0 ? "To" : "");
    if (count == 0)
        ms_view_say(view, "To", "no recipient seen");
    if (shown < count)
        ms_view_say(view, "", "... %d more recipients; --full shows all", count - shown);
}

/* The filter of a long message needs its sender. */
static void set_sender(MsView *view)
{
    const MsFact *address = ms_view_fact(view, MS_FIELD_SESSION_CLIENT);
    const MsFact *port = ms_view_fact(view, MS_FIELD_SESSION_CLIENT_PORT);
    if (address && port)
        view->filter.sender = (MsFilterSender){.address = address->text,
                                               .address_length = address->text_length,
                                               .port = (uint16_t)port->number};
}

static void put_size(MsView *view, const MsMessage *message, const MsFact *transfer)
{
    MsPen *pen = &view->pen;
    ms_view_label(view, "Message");
    ms_pen_count(pen, ms_message_size(message), "byte");
    if (ms_message_complete(message)) {
        ms_pen_say(pen, ", complete");
    } else {
        ms_pen_ink(pen, MS_INK_ODD);
        ms_pen_say(pen, ", incomplete");
        ms_pen_ink(pen, MS_INK_PLAIN);
        if (ms_message_missing(message) > 0) {
            ms_pen_say(pen, ": ");
            ms_pen_count(pen, ms_message_missing(message), "more byte");
            ms_pen_say(pen, " missing from the capture");
        } else {
            ms_pen_say(pen, ": its end is not in the capture");
        }
    }
    if (ms_fact_is(transfer, "BDAT"))
        ms_pen_say(pen, "; sent with BDAT");
    else if (transfer)
        ms_pen_say(pen, "; sent with DATA");
    const MsRanges *ranges = ms_message_ranges(message);
    ms_pen_cite(pen, ranges->range, ranges->n_ranges, ranges->omitted, ranges->time_ns,
                view->start_ns);
    ms_filter_add_bulk(&view->filter, ranges->range, ranges->n_ranges, ranges->omitted);
    set_sender(view);
    ms_pen_newline(pen);
    if (ms_message_sha256(message))
        ms_view_say(view, "SHA-256", "%s", ms_message_sha256(message));
    else if (!ms_message_complete(message))
        ms_view_say(view, "SHA-256", "none: it would be the hash of another text");
}

/* The reply to the end of the message, as the server worded it. */
static void put_final(MsView *view, int32_t mail)
{
    size_t count;
    const MsFact *const *codes =
        ms_index_all(view->index, MS_FIELD_SMTP_FINAL_REPLY, mail, -1, &count);
    size_t shown = view->pen.style->full ? count : MIN(count, MOST_RECIPIENTS);
    for (size_t i = 0; i < shown; i++) {
        const MsLine *line = ms_view_line(view, codes[i]->ranges, codes[i]->n_ranges);
        ms_view_label(view, i == 0 ? "Reply" : "");
        if (line)
            ms_pen_line(&view->pen, line, SIZE_MAX);
        else
            ms_pen_fact(&view->pen, codes[i]);
        const char *words = ms_reply_words((unsigned)codes[i]->number, NULL);
        if (words) {
            ms_pen_ink(&view->pen, MS_INK_NOTE);
            ms_pen_say(&view->pen, "   <- %s", words);
            ms_pen_ink(&view->pen, MS_INK_PLAIN);
        }
        ms_view_cite(view, codes[i]);
        ms_pen_newline(&view->pen);
    }
    if (shown < count)
        ms_view_say(view, "", "... %zu more replies; --full shows all", count - shown);
}

static const char *outcome_words(const MsFact *outcome)
{
    if (ms_fact_is(outcome, "accepted"))
        return "the server accepted it";
    if (ms_fact_is(outcome, "rejected"))
        return "the server refused it";
    if (ms_fact_is(outcome, "partial"))
        return "accepted for some recipients, refused for others";
    if (ms_fact_is(outcome, "aborted"))
        return "broken off before it was handed over";
    return "what became of it is not in this capture";
}

/* Why a transaction has no message. */
static void put_no_message(MsView *view, int32_t mail)
{
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_MESSAGE_OUTCOME, mail, -1);
    if (ms_fact_is(outcome, "rejected") || ms_fact_is(outcome, "aborted"))
        ms_view_say(view, "Message", "Not in this capture, because it was never sent.");
    else if (view->gap[MS_TO_SERVER])
        ms_view_say(view, "Message",
                    "Not in this capture, because bytes of the client are missing.");
    else if (view->tls)
        ms_view_say(view, "Message", "Not in this capture, because what follows is encrypted.");
    else
        ms_view_say(view, "Message",
                    "Not in this capture, because it stops before a message is sent.");
}

static void put_mail(MsView *view, int32_t mail, int32_t mails)
{
    MsPen *pen = &view->pen;
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_MESSAGE_OUTCOME, mail, -1);
    const MsMessage *message = ms_heading_message(view->record, mail);
    g_autofree char *label =
        mails > 1 ? g_strdup_printf("Mail %d/%d", mail + 1, mails) : g_strdup("Mail");
    ms_view_label(view, label);
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "%s", outcome_words(outcome));
    ms_pen_newline(pen);
    put_sender(view, mail);
    put_recipients(view, mail);
    if (message) {
        put_size(view, message, ms_index_first(view->index, MS_FIELD_SMTP_TRANSFER, mail, -1));
        pen->indent = MS_VIEW_LABEL;
        ms_excerpt(pen, message, HEADER_LINES, TEXT_LINES);
    } else {
        put_no_message(view, mail);
    }
    put_final(view, mail);
    ms_view_filter(view);
}

static void put_none(MsView *view)
{
    if (!ms_view_absent(view, MS_TO_SERVER, "a mail")) {
        ms_pen_go(&view->pen, MS_VIEW_LABEL);
        view->pen.indent = MS_VIEW_LABEL;
        ms_pen_ink(&view->pen, MS_INK_ODD);
        ms_pen_say(&view->pen, "Not in this capture");
        ms_pen_ink(&view->pen, MS_INK_PLAIN);
        ms_pen_say(&view->pen, ", because none was sent: the client never begins one with MAIL "
                               "(RFC 5321 3.3).");
        ms_pen_newline(&view->pen);
    }
    ms_view_filter(view);
}

void ms_answer_mail(MsView *view)
{
    int32_t mails = ms_heading_mails(view->record, view->index);
    int32_t shown = view->pen.style->full ? mails : MIN(mails, MOST_MAILS);
    ms_view_question(view, 4, mails > 1 ? "The messages" : "The message");
    if (mails == 0)
        put_none(view);
    for (int32_t i = 0; i < shown; i++)
        put_mail(view, i, mails);
    if (shown < mails)
        ms_view_say(view, "", "... %d more mails; --full shows all", mails - shown);
    if (mails > 0)
        ms_view_say(view, "Why",
                    "From and To above are the envelope, which decides where mail goes; the "
                    "header lines are part of the message (RFC 5321 2.3.1).");
}
