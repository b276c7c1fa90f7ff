/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_queue.c - which command does a reply answer? In order (RFC 5321 4.1.4, RFC 2920 3.1), unless
 * something is missing from the capture: then only a reply that can be meant for one command only
 * is matched, and the rest stays unknown. */
#include "smtp.h"

#include <glib.h>

enum { MOST_KEPT = 32 }; /* entries: a longer queue is freed when it is empty */

static MsPending *entry_at(MsDialogue *smtp, uint32_t index)
{
    return &smtp->queue[(smtp->queue_head + index) % smtp->queue_allocated];
}

static void grow(MsDialogue *smtp)
{
    uint32_t allocated = smtp->queue_allocated ? smtp->queue_allocated * 2 : 4;
    MsPending *queue = g_new(MsPending, allocated);
    for (uint32_t i = 0; i < smtp->queue_count; i++)
        queue[i] = *entry_at(smtp, i);
    g_free(smtp->queue);
    smtp->queue = queue;
    smtp->queue_head = 0;
    smtp->queue_allocated = allocated;
}

static MsPending pop(MsDialogue *smtp)
{
    MsPending entry = *entry_at(smtp, 0);
    smtp->queue_head = (smtp->queue_head + 1) % smtp->queue_allocated;
    smtp->queue_count--;
    return entry;
}

/* The first one stays without a reply. */
static void drop(MsDialogue *smtp)
{
    MsPending entry = pop(smtp);
    MsTransaction *transaction = ms_smtp_mail_find(smtp, entry.message);
    if (entry.kind == MS_AWAIT_RCPT && entry.message >= 0)
        ms_speak_text(&smtp->say, MS_FIELD_SMTP_RCPT_OUTCOME, MS_TO_CLIENT, entry.message,
                      entry.item, NULL, "unknown", 7);
    if (entry.kind == MS_AWAIT_AUTH && smtp->auth && smtp->auth_exchange == entry.exchange) {
        ms_auth_end(smtp->auth, MS_AUTH_UNKNOWN, 0, NULL);
        ms_auth_free(smtp->auth);
        smtp->auth = NULL;
    }
    if (transaction)
        ms_smtp_mail_settle(smtp, transaction);
}

static void drop_doubtful(MsDialogue *smtp)
{
    while (smtp->queue_count > 0 && entry_at(smtp, 0)->doubt)
        drop(smtp);
}

void ms_smtp_await(MsDialogue *smtp, MsAwait kind, int32_t exchange,
                   const MsTransaction *transaction, int32_t item)
{
    bool doubt = kind == MS_AWAIT_HIDDEN;
    if (smtp->queue_count > 0) {
        /* A client that waits for each reply has got those before: they were in the gap. */
        if (!smtp->pipelining && !doubt)
            drop_doubtful(smtp);
        if (smtp->queue_count > 0 && !doubt) {
            if (!entry_at(smtp, 0)->doubt)
                smtp->pipelining = true;
            doubt = entry_at(smtp, smtp->queue_count - 1)->doubt;
        }
    }
    if (smtp->unqueued > 0 ||
        smtp->queue_count >= smtp->talk->limits->value[MS_LIMIT_PENDING_COMMANDS]) {
        smtp->unqueued++;
        if (!smtp->full_said)
            ms_speak_odd(&smtp->say, MS_ODDITY_LIMIT, MS_TO_SERVER, -1, &smtp->command_at, 0,
                         "pending-commands: replies to further commands are not matched");
        smtp->full_said = true;
        return;
    }
    smtp->doubt_wait = doubt;
    if (smtp->queue_count == 0 && smtp->queue_allocated > MOST_KEPT) {
        g_clear_pointer(&smtp->queue, g_free);
        smtp->queue_head = smtp->queue_allocated = 0;
    }
    if (smtp->queue_count == smtp->queue_allocated)
        grow(smtp);
    smtp->queue_count++;
    *entry_at(smtp, smtp->queue_count - 1) =
        (MsPending){.kind = (uint8_t)kind,
                    .doubt = doubt,
                    .exchange = exchange,
                    .message = transaction ? transaction->number : -1,
                    .item = item};
    MsTransaction *counted = transaction ? ms_smtp_mail_find(smtp, transaction->number) : NULL;
    if (counted)
        counted->waiting++;
}

/* Whether a reply code can only be meant for that kind of command. */
static bool is_anchor(MsAwait kind, unsigned code)
{
    switch (code) {
    case 354: /* RFC 5321 4.2.2 */
        return kind == MS_AWAIT_DATA;
    case 235: /* RFC 4954 6 */
    case 334:
    case 535:
        return kind == MS_AWAIT_AUTH;
    case 221:
        return kind == MS_AWAIT_QUIT;
    default:
        return false;
    }
}

static bool find_anchor(MsDialogue *smtp, unsigned code)
{
    for (uint32_t i = 0; i < smtp->queue_count; i++) {
        if (!is_anchor((MsAwait)entry_at(smtp, i)->kind, code))
            continue;
        while (i-- > 0)
            drop(smtp);
        /* Its place in the order is known again, and so is that of those behind it. */
        for (i = 0; i < smtp->queue_count && entry_at(smtp, i)->kind != MS_AWAIT_HIDDEN; i++)
            entry_at(smtp, i)->doubt = false;
        return true;
    }
    return false;
}

MsPending *ms_smtp_next(MsDialogue *smtp)
{
    if (smtp->queue_count == 0)
        return NULL;
    MsPending *first = entry_at(smtp, 0);
    if (first->doubt && (smtp->queue_count > 1 || first->kind == MS_AWAIT_HIDDEN))
        return NULL;
    return first;
}

MsPending *ms_smtp_login(MsDialogue *smtp)
{
    if (!find_anchor(smtp, 334))
        return NULL;
    MsPending *first = entry_at(smtp, 0);
    first->doubt = false;
    return first;
}

bool ms_smtp_answered(MsDialogue *smtp, unsigned code, MsPending *entry)
{
    if (smtp->queue_count == 0) {
        if (smtp->unqueued > 0) { /* it answers a command that was not kept */
            smtp->unqueued--;
            *entry = (MsPending){MS_AWAIT_OTHER, false, -1, -1, -1};
            return true;
        }
        return false;
    }
    MsPending *first = entry_at(smtp, 0);
    if (first->doubt && code == 421)
        return false; /* RFC 5321 3.8: may come at any time */
    /* 354 and 221 tell which command they answer, also when a line of the server made no sense. */
    bool telling = first->doubt || code == 354 || code == 221;
    if (telling && !find_anchor(smtp, code) && !ms_smtp_next(smtp))
        return false;
    *entry = pop(smtp);
    /* RFC 2033 4.2: one reply for each recipient that was accepted */
    MsTransaction *transaction = ms_smtp_mail_find(smtp, entry->message);
    if (smtp->lmtp && transaction && code != 421 &&
        (entry->kind == MS_AWAIT_MESSAGE || entry->kind == MS_AWAIT_BDAT_LAST) &&
        transaction->good + transaction->bad + 1 < transaction->accepted) {
        smtp->queue_head = (smtp->queue_head + smtp->queue_allocated - 1) % smtp->queue_allocated;
        smtp->queue_count++;
        transaction->waiting++;
    }
    return true;
}

void ms_smtp_doubt(MsDialogue *smtp)
{
    /* What stands behind an entry in doubt is in doubt already. */
    for (uint32_t i = 0; i < smtp->queue_count && !entry_at(smtp, i)->doubt; i++)
        entry_at(smtp, i)->doubt = true;
    smtp->doubt_wait = smtp->queue_count > 0;
}

void ms_smtp_give_up(MsDialogue *smtp)
{
    uint32_t open = smtp->unqueued;
    for (uint32_t i = 0; i < smtp->queue_count; i++)
        open += entry_at(smtp, i)->kind != MS_AWAIT_HIDDEN && !entry_at(smtp, i)->doubt;
    if (open > 0 && smtp->server_spoke && !smtp->tls.started)
        ms_speak_odd(&smtp->say, MS_ODDITY_UNANSWERED, MS_TO_SERVER, -1, &smtp->command_at, 0,
                     open == 1 ? "the last command" : "the last commands");
    while (smtp->queue_count > 0)
        drop(smtp);
    smtp->unqueued = 0;
}

void ms_smtp_adopt(MsDialogue *smtp, int32_t exchange, MsTransaction *transaction)
{
    for (uint32_t i = smtp->queue_count; i-- > 0;) {
        MsPending *entry = entry_at(smtp, i);
        if (entry->exchange >= 0 && entry->exchange < exchange)
            return; /* numbers rise: it was not kept */
        if (entry->exchange == exchange && entry->message < 0) {
            entry->message = transaction->number;
            transaction->waiting++;
            return;
        }
    }
}

void ms_smtp_hide(MsDialogue *smtp, int32_t exchange)
{
    bool found = false;
    for (uint32_t i = 0; i < smtp->queue_count; i++) {
        MsPending *entry = entry_at(smtp, i);
        if (found) {
            entry->doubt = true;
        } else if (entry->exchange == exchange) {
            found = true;
            MsTransaction *one = ms_smtp_mail_find(smtp, entry->message);
            *entry = (MsPending){MS_AWAIT_HIDDEN, true, -1, -1, -1};
            if (one)
                ms_smtp_mail_settle(smtp, one);
        }
    }
}
