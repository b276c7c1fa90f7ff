/* SPDX-License-Identifier: GPL-2.0-or-later
 * mail.c - answer 4: each mail with its envelope, what was sent of it and what became of it. */
#include "../fact/replies.h"
#include "view.h"

#include <glib.h>

enum {
    MOST_MAILS = 10, /* shown without --full */
    MOST_RECIPIENTS = 10,
    MOST_COMPARED = 100 /* recipients compared with header fields */
};

static void put_code(MsView *view, const MsFact *code)
{
    const char *words = ms_reply_words((unsigned)code->number, NULL);
    ms_pen_say(&view->pen, " (%" G_GINT64_FORMAT "%s%s)", (gint64)code->number, words ? ": " : "",
               words ? words : "");
}

/* An address that was sent but is not to be read. */
static void put_unseen(MsView *view)
{
    ms_pen_ink(&view->pen, MS_INK_PLAIN);
    ms_pen_say(&view->pen, "%s",
               !view->spoke[MS_TO_SERVER]
                   ? "not in this capture: only what the server said was captured"
               : view->gap[MS_TO_SERVER] ? "not in this capture: bytes the client sent are missing"
               : view->midstream         ? "not in this capture: it began late"
                                         : "no address can be read in the command");
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
    else if (from)
        ms_pen_say(pen, "<> (empty: a bounce, RFC 5321 4.5.5)");
    else
        put_unseen(view);
    ms_pen_ink(pen, MS_INK_PLAIN);
    if (code && code->number >= 400) {
        ms_pen_say(pen, ", refused");
        put_code(view, code);
    }
    ms_view_cite_two(view, from, code);
    ms_pen_newline(pen);
}

static bool contains(const MsFact *fact, const MsFact *word)
{
    size_t length = word->text_length;
    for (size_t at = 0; at + length <= fact->text_length; at++) {
        if (g_ascii_strncasecmp(fact->text + at, word->text, length) == 0)
            return true;
    }
    return false;
}

/* Whether the mail names recipients in its header, but not this one: as with Bcc. */
static bool is_blind(const MsView *view, int32_t mail, int32_t item, const MsFact *to)
{
    static const MsFieldId fields[] = {MS_FIELD_MESSAGE_TO, MS_FIELD_MESSAGE_CC};
    size_t named = 0;
    if (!to || to->text_length == 0 || item >= MOST_COMPARED)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        size_t count;
        const MsFact *const *facts = ms_index_all(view->index, fields[i], mail, -1, &count);
        for (size_t k = 0; k < MIN(count, MOST_COMPARED); k++, named++) {
            if (contains(facts[k], to))
                return false;
        }
    }
    return named > 0;
}

/* LMTP: the reply after the message to a recipient that was accepted (RFC 2033 4.2: one for each of
 * them, in their order); `accepted`: how many were before it. NULL when it cannot be told which. */
static const MsFact *final_for(const MsView *view, int32_t mail, int32_t accepted)
{
    size_t count;
    const MsFact *const *verbs = ms_index_all(view->index, MS_FIELD_SMTP_HELO_VERB, -1, -1, &count);
    if (count == 0 || !ms_fact_is(verbs[count - 1], "LHLO") || view->gap[MS_TO_CLIENT] ||
        view->gap[MS_TO_SERVER])
        return NULL;
    const MsFact *const *replies =
        ms_index_all(view->index, MS_FIELD_SMTP_FINAL_REPLY, mail, -1, &count);
    return accepted >= 0 && (size_t)accepted < count ? replies[accepted] : NULL;
}

static void put_recipient(MsView *view, int32_t mail, int32_t item, int32_t accepted,
                          const char *label)
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
        put_unseen(view);
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_pen_say(pen, ", %s",
               ms_fact_is(outcome, "accepted")   ? "accepted"
               : ms_fact_is(outcome, "rejected") ? "refused"
                                                 : "no reply in this capture");
    if (code)
        put_code(view, code);
    if (is_blind(view, mail, item, to))
        ms_pen_say(pen, "; not named in the header");
    ms_view_cite_two(view, to, code);
    ms_pen_newline(pen);
    const MsFact *final = ms_fact_is(outcome, "accepted") ? final_for(view, mail, accepted) : NULL;
    if (!final)
        return;
    ms_view_label(view, "");
    ms_pen_say(pen, "... after the message: %s", final->number < 400 ? "accepted" : "refused");
    put_code(view, final);
    ms_view_cite(view, final);
    ms_pen_newline(pen);
}

static int32_t count_recipients(const MsView *view, int32_t mail)
{
    int32_t count = 0;
    while (ms_index_first(view->index, MS_FIELD_SMTP_RCPT_TO, mail, count) ||
           ms_index_first(view->index, MS_FIELD_SMTP_RCPT_OUTCOME, mail, count))
        count++;
    return count;
}

static void put_recipients(MsView *view, int32_t mail)
{
    int32_t count = count_recipients(view, mail);
    int32_t shown = view->pen.style->full ? count : MIN(count, MOST_RECIPIENTS);
    int32_t accepted = 0;
    for (int32_t i = 0; i < shown; i++) {
        put_recipient(view, mail, i, accepted, i == 0 ? "To" : "");
        accepted += ms_fact_is(ms_index_first(view->index, MS_FIELD_SMTP_RCPT_OUTCOME, mail, i),
                               "accepted");
    }
    if (count == 0)
        ms_view_say(view, "To", "no recipient is named in this capture");
    if (shown < count)
        ms_view_say(view, "", "... %d more recipients; --full shows all", count - shown);
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

static const char *outcome_words(const MsView *view, const MsFact *outcome)
{
    const MsFact *end = ms_view_fact(view, MS_FIELD_SESSION_END);
    if (ms_fact_is(outcome, "accepted"))
        return "the server accepted it";
    if (ms_fact_is(outcome, "rejected"))
        return "the server refused it";
    if (ms_fact_is(outcome, "partial"))
        return "accepted for some recipients, refused for others";
    if (ms_fact_is(outcome, "aborted") && ms_fact_is(end, "open"))
        return "not handed over before the capture stops";
    if (ms_fact_is(outcome, "aborted"))
        return "broken off before it was handed over";
    return "what became of it is not in this capture";
}

/* Why a transaction has no message. */
static void put_no_message(MsView *view, int32_t mail)
{
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_MESSAGE_OUTCOME, mail, -1);
    bool open = ms_fact_is(ms_view_fact(view, MS_FIELD_SESSION_END), "open");
    if (ms_fact_is(outcome, "rejected") || (ms_fact_is(outcome, "aborted") && !open))
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
    ms_pen_say(pen, "%s", outcome_words(view, outcome));
    ms_pen_newline(pen);
    put_sender(view, mail);
    put_recipients(view, mail);
    if (message) {
        const MsFact *transfer = ms_index_first(view->index, MS_FIELD_SMTP_TRANSFER, mail, -1);
        ms_view_message(view, message,
                        ms_fact_is(transfer, "BDAT") ? "sent with BDAT"
                        : transfer                   ? "sent with DATA"
                                                     : NULL);
    } else {
        put_no_message(view, mail);
    }
    put_final(view, mail);
    if (mail == 0)
        ms_view_say(view, "Why",
                    "From and To are the envelope, which decides where mail goes; the header lines "
                    "are part of the message (RFC 5321 2.3.1).");
    ms_view_filter(view);
}

static void put_none(MsView *view)
{
    if (!ms_view_absent(view, "", MS_TO_SERVER, "a mail")) {
        ms_view_not_here(view, "",
                         "none was sent: the client never begins one with MAIL (RFC 5321 3.3).");
        ms_pen_newline(&view->pen);
    }
    ms_view_filter(view);
}

void ms_answer_mail(MsView *view)
{
    if (ms_view_speaks(view, "pop3")) {
        ms_answer_fetched(view);
        return;
    }
    if (ms_view_speaks(view, "imap")) {
        ms_answer_folders(view);
        return;
    }
    if (ms_view_speaks(view, "http")) {
        ms_answer_web(view);
        return;
    }
    int32_t mails = ms_heading_mails(view->record, view->index);
    int32_t shown = view->pen.style->full ? mails : MIN(mails, MOST_MAILS);
    ms_view_question(view, 4, mails > 1 ? "The messages" : "The message");
    if (mails == 0)
        put_none(view);
    for (int32_t i = 0; i < shown; i++)
        put_mail(view, i, mails);
    if (shown < mails)
        ms_view_say(view, "", "... %d more mails; --full shows all", mails - shown);
}
