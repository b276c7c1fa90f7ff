/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_effect.c - what a reply means for the command it answers: recipients taken or not, a message
 * that may begin, a login that succeeded, TLS that starts. RFC 5321 4.3.2. */
#include "smtp.h"

#include <glib.h>

#include <string.h>

static void leave_wait(MsDialogue *smtp, MsAwait kind)
{
    if ((smtp->phase == MS_PHASE_WAIT && smtp->wait_kind == kind) ||
        (smtp->phase == MS_PHASE_AUTH && kind == MS_AWAIT_AUTH))
        smtp->phase = MS_PHASE_COMMAND;
}

static void on_reset(MsDialogue *smtp, MsTransaction *one, unsigned code)
{
    if (!one || smtp->current != one || !one->reset_asked)
        return;
    if (code < 400)
        ms_smtp_mail_close(smtp, true);
    else
        one->reset_asked = false;
}

static void on_mail(MsDialogue *smtp, MsTransaction *one, const MsReply *reply)
{
    if (!one && smtp->nested) {
        ms_smtp_nested(smtp, reply->code < 400);
        one = reply->code < 400 ? smtp->current : NULL;
    }
    if (!one)
        return;
    ms_speak_number(&smtp->say, MS_FIELD_SMTP_MAIL_REPLY, MS_TO_CLIENT, one->number, -1,
                    reply->code_at, reply->code);
    if (reply->code < 400)
        return;
    one->mail_refused = true;
    if (smtp->current == one)
        ms_smtp_mail_close(smtp, false);
}

static void on_rcpt(MsDialogue *smtp, MsTransaction *one, const MsPending *entry,
                    const MsReply *reply)
{
    if (!one)
        return;
    bool accepted = reply->code < 300;
    ms_speak_number(&smtp->say, MS_FIELD_SMTP_RCPT_REPLY, MS_TO_CLIENT, one->number, entry->item,
                    reply->code_at, reply->code);
    ms_speak_text(&smtp->say, MS_FIELD_SMTP_RCPT_OUTCOME, MS_TO_CLIENT, one->number, entry->item,
                  reply->code_at, accepted ? "accepted" : "rejected", 8);
    if (accepted)
        one->accepted++;
    else
        one->rejected++;
}

static void on_data(MsDialogue *smtp, MsTransaction *one, const MsPending *entry,
                    const MsReply *reply)
{
    bool waiting = smtp->phase == MS_PHASE_WAIT && smtp->wait_kind == MS_AWAIT_DATA;
    if (reply->code < 400) {
        if (waiting)
            ms_smtp_data_begin(smtp, one, entry->exchange, false);
        return;
    }
    if (one)
        one->data_refused = true;
    if (waiting) {
        smtp->phase = MS_PHASE_COMMAND;
        smtp->data_refused = true;
    } else if (one && one->body_begun) {
        /* The server takes the message for commands: who knows how many replies that makes. */
        if (!smtp->no_data_said)
            ms_speak_odd(&smtp->say, MS_ODDITY_NO_DATA_REPLY, MS_TO_CLIENT, one->number,
                         reply->code_at, 0, "the client did not wait for the reply");
        smtp->no_data_said = true;
        if (smtp->body && smtp->body->exchange == entry->exchange)
            smtp->body->refused = true;
        else
            ms_smtp_hide(smtp, entry->exchange);
    }
}

static void on_auth(MsDialogue *smtp, const MsPending *entry, const MsReply *reply)
{
    leave_wait(smtp, MS_AWAIT_AUTH);
    if (!smtp->auth || smtp->auth_exchange != entry->exchange)
        return;
    MsAuthOutcome outcome = MS_AUTH_FAILURE;
    if (reply->code < 300)
        outcome = MS_AUTH_SUCCESS;
    else if (ms_auth_cancelled(smtp->auth))
        outcome = MS_AUTH_CANCELLED;
    ms_auth_end(smtp->auth, outcome, reply->code, reply->code_at);
    ms_auth_free(smtp->auth);
    smtp->auth = NULL;
}

static void on_starttls(MsDialogue *smtp, const MsReply *reply)
{
    leave_wait(smtp, MS_AWAIT_STARTTLS);
    if (reply->code >= 300) { /* said at the end, unless a later one is accepted */
        ms_ranges_reset(&smtp->tls_refused);
        ms_ranges_join(&smtp->tls_refused, reply->code_at, ms_speak_cap(&smtp->say));
        return;
    }
    if (!smtp->tls_accepted)
        ms_speak_number(&smtp->say, MS_FIELD_TLS_ACCEPTED, MS_TO_CLIENT, -1, -1, reply->code_at, 1);
    smtp->tls_accepted = true;
    smtp->tls_expected[MS_TO_SERVER] = true;
    smtp->tls_expected[MS_TO_CLIENT] = true;
}

/* The reply to a DATA that is missing from the capture. When just its six bytes are missing, the
 * message is whole; else its start may be in the gap as well. */
void ms_smtp_hidden_data(MsDialogue *smtp)
{
    ms_ranges_reset(&smtp->data_at);
    smtp->resync[MS_TO_SERVER] = false;
    ms_smtp_data_begin(smtp, ms_smtp_mail_current(smtp), -1,
                       smtp->gap_length != strlen("DATA\r\n"));
}

void ms_smtp_effect(MsDialogue *smtp, const MsPending *entry, const MsReply *reply)
{
    MsTransaction *one = ms_smtp_mail_find(smtp, entry->message);
    switch ((MsAwait)entry->kind) {
    case MS_AWAIT_EHLO:
        if (reply->code < 300 && reply->text_known)
            smtp->ehlo_answered = true;
        on_reset(smtp, one, reply->code);
        break;
    case MS_AWAIT_HELO:
    case MS_AWAIT_RSET:
    case MS_AWAIT_XCLIENT:
        on_reset(smtp, one, reply->code);
        break;
    case MS_AWAIT_MAIL:
        on_mail(smtp, one, reply);
        break;
    case MS_AWAIT_RCPT:
        on_rcpt(smtp, one, entry, reply);
        break;
    case MS_AWAIT_DATA:
        on_data(smtp, one, entry, reply);
        break;
    case MS_AWAIT_BDAT:
        if (reply->code >= 400) { /* RFC 3030 2: the chunk is still sent, then RSET is due */
            if (one)
                one->data_refused = true;
            smtp->chunk_refused = smtp->phase == MS_PHASE_BDAT && !smtp->chunk_begun;
        }
        break;
    case MS_AWAIT_MESSAGE:
    case MS_AWAIT_BDAT_LAST:
        if (one && entry->kind == MS_AWAIT_BDAT_LAST && reply->code >= 400)
            smtp->chunk_refused = smtp->phase == MS_PHASE_BDAT && !smtp->chunk_begun;
        if (one)
            ms_smtp_mail_final(smtp, one, reply->code, reply->code_at);
        break;
    case MS_AWAIT_AUTH:
        on_auth(smtp, entry, reply);
        break;
    case MS_AWAIT_STARTTLS:
        on_starttls(smtp, reply);
        break;
    case MS_AWAIT_QUIT:
        ms_speak_number(&smtp->say, MS_FIELD_SMTP_QUIT_CODE, MS_TO_CLIENT, -1, -1, reply->code_at,
                        reply->code);
        break;
    case MS_AWAIT_HIDDEN:
        if (reply->code == 354 && smtp->phase <= MS_PHASE_COMMAND)
            ms_smtp_hidden_data(smtp);
        break;
    case MS_AWAIT_OTHER:
        break;
    }
    one = ms_smtp_mail_find(smtp, entry->message); /* it may be gone */
    if (one)
        ms_smtp_mail_settle(smtp, one);
}
