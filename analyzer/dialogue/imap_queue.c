/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_queue.c - which command does a completion answer? The one with its tag (RFC 9051 2.2.1).
 * Untagged data belong to the oldest command that waits, as servers work in order as a rule. */
#include "imap.h"

#include <glib.h>

#include <string.h>

static uint32_t hash(const uint8_t *text, size_t length)
{
    uint32_t value = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        value = (value ^ text[i]) * 16777619u;
    return value;
}

static void entry_free(MsImapPending *entry)
{
    ms_buffer_clear(&entry->mailbox);
    ms_ranges_clear(&entry->mailbox_at);
    g_free(entry);
}

MsImapPending *ms_imap_await(MsDialogue *imap, MsImapVerb verb, const uint8_t *tag, size_t length,
                             int32_t exchange)
{
    if (imap->queue_count >= imap->talk->limits->value[MS_LIMIT_PENDING_COMMANDS]) {
        if (!imap->full_said)
            ms_speak_odd(&imap->say, MS_ODDITY_LIMIT, MS_TO_SERVER, -1, &imap->command_at, 0,
                         "pending-commands: replies to further commands are not matched");
        imap->full_said = true;
        return NULL;
    }
    if (imap->queue_count == imap->queue_allocated) {
        imap->queue_allocated = imap->queue_allocated ? imap->queue_allocated * 2 : 2;
        imap->queue = g_renew(MsImapPending *, imap->queue, imap->queue_allocated);
    }
    MsImapPending *entry = g_new0(MsImapPending, 1);
    entry->verb = (uint8_t)verb;
    entry->tag_length = (uint32_t)length;
    entry->tag_hash = hash(tag, length);
    entry->exchange = exchange;
    entry->attempt = entry->first_message = entry->last_message = -1;
    entry->asked = UINT64_MAX;
    memcpy(entry->tag, tag, MIN(length, MS_IMAP_TAG));
    imap->queue[imap->queue_count++] = entry;
    return entry;
}

MsImapPending *ms_imap_find(MsDialogue *imap, const uint8_t *tag, size_t length)
{
    uint32_t value = hash(tag, length);
    for (uint32_t i = 0; i < imap->queue_count; i++) {
        MsImapPending *entry = imap->queue[i];
        if (entry->tag_hash == value && entry->tag_length == length &&
            memcmp(entry->tag, tag, MIN(length, MS_IMAP_TAG)) == 0)
            return entry;
    }
    return NULL;
}

MsImapPending *ms_imap_find_exchange(MsDialogue *imap, int32_t exchange)
{
    for (uint32_t i = imap->queue_count; i-- > 0;)
        if (imap->queue[i]->exchange == exchange)
            return imap->queue[i];
    return NULL;
}

MsImapPending *ms_imap_find_verb(MsDialogue *imap, MsImapVerb verb)
{
    for (uint32_t i = 0; i < imap->queue_count; i++)
        if (imap->queue[i]->verb == verb)
            return imap->queue[i];
    return NULL;
}

/* Its completion is not in the capture: says so. */
static void unanswered(MsDialogue *imap, MsImapPending *entry)
{
    if (entry->attempt >= 0)
        ms_imap_login_end(imap, entry, MS_AUTH_UNKNOWN, NULL);
    bool aborted = entry->message_cut && !imap->talk->cut && !entry->doubt;
    ms_imap_append_end(imap, entry, aborted ? "aborted" : "unknown", NULL);
}

void ms_imap_remove(MsDialogue *imap, MsImapPending *entry)
{
    uint32_t kept = 0;
    bool before = true;
    for (uint32_t i = 0; i < imap->queue_count; i++) {
        MsImapPending *one = imap->queue[i];
        before = before && one != entry;
        bool lost = before && one->doubt; /* servers work in order: it was answered in the gap */
        if (lost)
            unanswered(imap, one);
        if (lost || one == entry)
            entry_free(one);
        else
            imap->queue[kept++] = one;
    }
    imap->queue_count = kept;
}

int32_t ms_imap_exchange(MsDialogue *imap)
{
    for (uint32_t i = 0; i < imap->queue_count; i++)
        if (!imap->queue[i]->doubt)
            return imap->queue[i]->exchange;
    if (imap->queue_count > 0)
        return imap->queue[0]->exchange;
    if (imap->loose < 0)
        imap->loose = imap->exchanges++;
    return imap->loose;
}

void ms_imap_doubt(MsDialogue *imap)
{
    for (uint32_t i = 0; i < imap->queue_count; i++)
        imap->queue[i]->doubt = true;
}

void ms_imap_give_up(MsDialogue *imap)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < imap->queue_count; i++) {
        open += !imap->queue[i]->doubt && !imap->side[MS_TO_CLIENT].deaf;
        unanswered(imap, imap->queue[i]);
        entry_free(imap->queue[i]);
    }
    imap->queue_count = 0;
    if (open > 0 && imap->server_spoke && !imap->tls.started)
        ms_speak_odd(&imap->say, MS_ODDITY_UNANSWERED, MS_TO_SERVER, -1, &imap->command_at, 0,
                     open == 1 ? "the last command" : "the last commands");
}

void ms_imap_queue_free(MsDialogue *imap)
{
    for (uint32_t i = 0; i < imap->queue_count; i++)
        entry_free(imap->queue[i]);
    g_free(imap->queue);
}
