/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3_queue.c - which command does a reply answer? In order (RFC 1939 3, RFC 2449 6.6), unless
 * something is missing from the capture: then only the one command that waits is taken. */
#include "pop3.h"

enum { MOST_KEPT = 32 }; /* entries: a longer queue is freed when it is empty */

static MsPop3Pending *entry_at(MsDialogue *pop3, uint32_t index)
{
    return &pop3->queue[(pop3->queue_head + index) % pop3->queue_allocated];
}

static void grow(MsDialogue *pop3)
{
    uint32_t allocated = pop3->queue_allocated ? pop3->queue_allocated * 2 : 4;
    MsPop3Pending *queue = g_new(MsPop3Pending, allocated);
    for (uint32_t i = 0; i < pop3->queue_count; i++)
        queue[i] = *entry_at(pop3, i);
    g_free(pop3->queue);
    pop3->queue = queue;
    pop3->queue_head = 0;
    pop3->queue_allocated = allocated;
}

static MsPop3Pending pop(MsDialogue *pop3)
{
    MsPop3Pending entry = *entry_at(pop3, 0);
    pop3->queue_head = (pop3->queue_head + 1) % pop3->queue_allocated;
    pop3->queue_count--;
    return entry;
}

/* The first one stays without a reply. */
static void drop(MsDialogue *pop3)
{
    MsPop3Pending entry = pop(pop3);
    if (entry.attempt >= 0)
        ms_pop3_outcome(pop3, entry.attempt, MS_AUTH_UNKNOWN, NULL);
    if (entry.kind == MS_POP3_STLS)
        pop3->stls_waits = false;
    if (entry.kind == MS_POP3_AUTH && pop3->auth && pop3->auth_exchange == entry.exchange) {
        ms_auth_end(pop3->auth, MS_AUTH_UNKNOWN, 0, NULL);
        ms_auth_free(pop3->auth);
        pop3->auth = NULL;
    }
}

void ms_pop3_await(MsDialogue *pop3, const MsPop3Pending *entry)
{
    bool doubt = entry->kind == MS_POP3_HIDDEN;
    /* A client that waits for each reply has got those before: they were in the gap. */
    while (!pop3->pipelining && !doubt && pop3->queue_count > 0 && entry_at(pop3, 0)->doubt)
        drop(pop3);
    if (pop3->queue_count > 0 && !doubt) {
        if (!entry_at(pop3, 0)->doubt)
            pop3->pipelining = true;
        doubt = entry_at(pop3, pop3->queue_count - 1)->doubt;
    }
    if (pop3->unqueued > 0 ||
        pop3->queue_count >= pop3->say.talk->limits->value[MS_LIMIT_PENDING_COMMANDS]) {
        pop3->unqueued++;
        if (!pop3->full_said)
            ms_speak_odd(&pop3->say, MS_ODDITY_LIMIT, MS_TO_SERVER, -1, &pop3->command_at, 0,
                         "pending-commands: replies to further commands are not matched");
        pop3->full_said = true;
        return;
    }
    if (pop3->queue_count == 0 && pop3->queue_allocated > MOST_KEPT) {
        g_clear_pointer(&pop3->queue, g_free);
        pop3->queue_head = pop3->queue_allocated = 0;
    }
    if (pop3->queue_count == pop3->queue_allocated)
        grow(pop3);
    pop3->queue_count++;
    MsPop3Pending *last = entry_at(pop3, pop3->queue_count - 1);
    *last = *entry;
    last->doubt = doubt;
}

MsPop3Pending *ms_pop3_next(MsDialogue *pop3)
{
    if (pop3->queue_count == 0)
        return NULL;
    MsPop3Pending *first = entry_at(pop3, 0);
    if (first->doubt && (pop3->queue_count > 1 || first->kind == MS_POP3_HIDDEN))
        return NULL;
    return first;
}

/* Only a login is answered with `+` (RFC 5034 4). */
MsPop3Pending *ms_pop3_login(MsDialogue *pop3)
{
    uint32_t at = 0;
    while (at < pop3->queue_count && entry_at(pop3, at)->kind != MS_POP3_AUTH) {
        if (!entry_at(pop3, at)->doubt)
            return NULL;
        at++;
    }
    if (at == pop3->queue_count)
        return NULL;
    while (at-- > 0)
        drop(pop3);
    entry_at(pop3, 0)->doubt = false;
    return entry_at(pop3, 0);
}

bool ms_pop3_answered(MsDialogue *pop3, MsPop3Pending *entry)
{
    if (pop3->queue_count == 0) {
        if (pop3->unqueued == 0)
            return false;
        pop3->unqueued--; /* it answers a command that was not kept */
        *entry = (MsPop3Pending){.kind = MS_POP3_UNKNOWN, .exchange = -1, .attempt = -1};
        return true;
    }
    if (!ms_pop3_next(pop3))
        return false;
    *entry = pop(pop3);
    return true;
}

void ms_pop3_doubt(MsDialogue *pop3)
{
    /* What stands behind an entry in doubt is in doubt already. */
    for (uint32_t i = 0; i < pop3->queue_count && !entry_at(pop3, i)->doubt; i++)
        entry_at(pop3, i)->doubt = true;
}

void ms_pop3_give_up(MsDialogue *pop3)
{
    uint32_t open = pop3->unqueued;
    for (uint32_t i = 0; i < pop3->queue_count; i++)
        open += entry_at(pop3, i)->kind != MS_POP3_HIDDEN && !entry_at(pop3, i)->doubt;
    if (open > 0 && pop3->server_spoke && !pop3->tls.started)
        ms_speak_odd(&pop3->say, MS_ODDITY_UNANSWERED, MS_TO_SERVER, -1, &pop3->command_at, 0,
                     open == 1 ? "the last command" : "the last commands");
    while (pop3->queue_count > 0)
        drop(pop3);
    pop3->unqueued = 0;
}
