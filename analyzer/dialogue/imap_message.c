/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_message.c - messages and sections of them, as FETCH hands them to the client and APPEND to
 * the server. Parts asked for one after another (BODY[]<0>, BODY[]<1000>, ...) become one message,
 * as long as each begins where the one before ended. */
#include "../base/fold.h"
#include "imap.h"

#include <glib.h>

#include <string.h>

static void clear(MsImapMessage *message)
{
    ms_buffer_clear(&message->key);
    *message = (MsImapMessage){0};
}

/* Nothing more of it comes. */
static void close_message(MsDialogue *imap, MsImapMessage *message, MsDirection direction,
                          MsMessageEnd end, const MsRanges *where)
{
    bool whole = message->all && message->done && message->begin == 0;
    ms_imap_say_number(imap, MS_FIELD_IMAP_WHOLE, direction, message->number, -1, where, whole);
    imap->talk->class->message_close(imap->talk, message->number,
                                     end == MS_MESSAGE_WHOLE && message->holed ? MS_MESSAGE_HOLED
                                                                               : end);
    clear(message);
}

/* --- parts --- */

static MsImapMessage *find_part(MsDialogue *imap, const MsImapSection *section)
{
    const MsImapAnswer *answer = &imap->answer;
    for (unsigned i = 0; i < MS_IMAP_PARTS; i++) {
        MsImapMessage *part = &imap->part[i];
        bool same = answer->uid_known && part->uid_known ? answer->uid == part->uid
                                                         : answer->number == part->sequence;
        if (part->open && same && section->origin == part->begin + part->length &&
            part->key.length == section->key &&
            g_ascii_strncasecmp((const char *)part->key.data, (const char *)answer->name.data,
                                section->key) == 0)
            return part;
    }
    return NULL;
}

/* It waits for its next part; the one that waits longest goes. */
static void keep_part(MsDialogue *imap, MsImapMessage *message)
{
    MsImapMessage *last = &imap->part[MS_IMAP_PARTS - 1];
    if (last->open)
        close_message(imap, last, MS_TO_CLIENT, MS_MESSAGE_WHOLE, NULL);
    memmove(&imap->part[1], &imap->part[0], sizeof imap->part - sizeof imap->part[0]);
    imap->part[0] = *message;
    *message = (MsImapMessage){0};
}

/* Takes it out; the places behind it move up. */
static void take_part(MsDialogue *imap, MsImapMessage *part, MsImapMessage *message)
{
    clear(message);
    *message = *part;
    for (; part + 1 < imap->part + MS_IMAP_PARTS; part++)
        part[0] = part[1];
    *part = (MsImapMessage){0};
}

void ms_imap_parts_end(MsDialogue *imap)
{
    for (unsigned i = MS_IMAP_PARTS; i-- > 0;)
        if (imap->part[i].open)
            close_message(imap, &imap->part[i], MS_TO_CLIENT, MS_MESSAGE_WHOLE, NULL);
}

void ms_imap_message_expunged(MsDialogue *imap, uint32_t sequence)
{
    for (unsigned i = 0; i < MS_IMAP_PARTS; i++) {
        MsImapMessage *part = &imap->part[i];
        if (part->open && part->sequence > sequence)
            part->sequence--;
        else if (part->open && part->sequence == sequence)
            part->sequence = 0; /* may go on under its UID only */
    }
}

void ms_imap_message_uid(MsDialogue *imap, int32_t number, uint64_t uid)
{
    ms_imap_say_number(imap, MS_FIELD_IMAP_UID, MS_TO_CLIENT, number, -1, &imap->answer.uid_at,
                       uid);
    for (unsigned i = 0; i < MS_IMAP_PARTS; i++) {
        if (!imap->part[i].open || imap->part[i].number != number)
            continue;
        imap->part[i].uid_known = true;
        imap->part[i].uid = uid;
    }
}

/* --- the message in hand --- */

/* Whether it is the content of a part, BODY[2.1], of which the server told what it is. */
static bool is_told(const MsDialogue *imap, const MsImapMessage *message, MsDeclared *declared)
{
    const uint8_t *key = message->key.data;
    size_t length = message->key.length;
    return length > 6 && ms_fold_starts(key, length, "BODY[") && key[length - 1] == ']' &&
           message->begin == 0 &&
           ms_imap_structure_part(imap, message->sequence, key + 5, length - 6, declared);
}

static void say_open(MsDialogue *imap, const MsImapMessage *message, MsDirection direction,
                     bool headless, const MsRanges *where)
{
    const MsTalkClass *class = imap->talk->class;
    MsDeclared declared;
    ms_speak_mark(&imap->say, MS_LINE_MESSAGE, direction, message->number, where);
    class->message_open(imap->talk, message->number, direction);
    if (headless)
        class->message_headless(imap->talk, message->number,
                                is_told(imap, message, &declared) ? &declared : NULL);
}

static void say_section(MsDialogue *imap, int32_t number)
{
    const MsImapAnswer *answer = &imap->answer;
    ms_speak_text(&imap->say, MS_FIELD_IMAP_SECTION, MS_TO_CLIENT, number, -1, &answer->name_at,
                  answer->name.data, answer->name.length);
}

/* The response has that message in it. */
static void note(MsImapAnswer *answer, int32_t number)
{
    if ((answer->n_messages & (answer->n_messages - 1)) == 0)
        answer->messages = g_renew(int32_t, answer->messages, MAX(answer->n_messages * 2, 1));
    answer->messages[answer->n_messages++] = number;
}

static void open_fetched(MsDialogue *imap, MsImapMessage *message, const MsRanges *where)
{
    MsImapAnswer *answer = &imap->answer;
    MsImapSection section;
    ms_imap_section(answer->name.data, answer->name.length, &section);
    MsImapMessage *part = section.partial ? find_part(imap, &section) : NULL;
    if (part) {
        take_part(imap, part, message);
        message->begun = true;
        say_section(imap, message->number);
        ms_speak_mark(&imap->say, MS_LINE_MESSAGE, MS_TO_CLIENT, message->number, where);
        return;
    }
    message->number = imap->messages++;
    message->sequence = answer->number;
    message->uid_known = answer->uid_known;
    message->uid = answer->uid;
    message->partial = section.partial;
    message->all = section.whole;
    message->begin = section.origin;
    ms_buffer_append(&message->key, answer->name.data, section.key);
    note(answer, message->number);
    ms_speak_text(&imap->say, MS_FIELD_IMAP_TRANSFER, MS_TO_CLIENT, message->number, -1,
                  &answer->word_at, "FETCH", 5);
    say_section(imap, message->number);
    ms_imap_say_number(imap, MS_FIELD_IMAP_SEQUENCE, MS_TO_CLIENT, message->number, -1,
                       &answer->number_at, answer->number);
    if (imap->mailbox.length > 0)
        ms_speak_text(&imap->say, MS_FIELD_IMAP_MAILBOX, MS_TO_SERVER, message->number, -1,
                      &imap->mailbox_at, imap->mailbox.data, imap->mailbox.length);
    say_open(imap, message, MS_TO_CLIENT, !section.header || section.origin > 0, where);
}

static void open_appended(MsDialogue *imap, MsImapMessage *message, const MsRanges *where)
{
    MsImapReading *command = &imap->command;
    MsImapPending *entry = ms_imap_find_exchange(imap, command->exchange);
    message->number = imap->messages++;
    message->all = !command->catenate;
    ms_speak_text(&imap->say, MS_FIELD_IMAP_TRANSFER, MS_TO_SERVER, message->number, -1,
                  &command->verb_at, "APPEND", 6);
    if (entry) {
        entry->last_message = message->number;
        if (entry->first_message < 0)
            entry->first_message = message->number;
        ms_speak_text(&imap->say, MS_FIELD_IMAP_MAILBOX, MS_TO_SERVER, message->number, -1,
                      &entry->mailbox_at, entry->mailbox.data, entry->mailbox.length);
    }
    if (command->flags.length > 0)
        ms_speak_text(&imap->say, MS_FIELD_IMAP_MESSAGE_FLAGS, MS_TO_SERVER, message->number, -1,
                      &command->flags_at, command->flags.data, command->flags.length);
    if (command->date.length > 0)
        ms_speak_text(&imap->say, MS_FIELD_IMAP_INTERNAL_DATE, MS_TO_SERVER, message->number, -1,
                      &command->date_at, command->date.data, command->date.length);
    command->flags.length = command->date.length = 0; /* RFC 3502: the next one has its own */
    say_open(imap, message, MS_TO_SERVER, command->catenate, where);
}

/* Says the message in hand; `where`: its first byte. */
static MsImapMessage *open_now(MsDialogue *imap, MsDirection direction, const MsRanges *where)
{
    MsImapMessage *message = &imap->message[direction];
    if (message->open)
        return message;
    if (direction == MS_TO_CLIENT)
        open_fetched(imap, message, where);
    else
        open_appended(imap, message, where);
    message->open = true;
    return message;
}

void ms_imap_message_begin(MsDialogue *imap, MsDirection direction, uint64_t size)
{
    MsImapMessage *message = &imap->message[direction];
    (void)size;
    clear(message);
    message->begun = true;
}

void ms_imap_message_bytes(MsDialogue *imap, MsDirection direction, const MsBytes *bytes,
                           size_t offset, size_t length)
{
    if (length == 0)
        return;
    const MsRanges *where = ms_imap_where(imap, bytes, offset, 1);
    MsRanges first = {0};
    ms_ranges_join(&first, where, 1);
    MsImapMessage *message = open_now(imap, direction, &first);
    ms_ranges_clear(&first);
    imap->talk->class->message_bytes(imap->talk, message->number, bytes, offset, length);
    message->length += length;
    message->chunk += length;
}

void ms_imap_message_gap(MsDialogue *imap, MsDirection direction, uint64_t length)
{
    MsRanges none = {0};
    MsImapMessage *message = open_now(imap, direction, &none);
    imap->talk->class->message_gap(imap->talk, message->number, length);
    message->holed = true;
    message->length += length;
    message->chunk += length;
}

/* Whether no further part can follow: the server gave less than was asked for. */
static bool is_last_part(MsDialogue *imap, const MsImapMessage *message)
{
    const MsImapPending *entry = ms_imap_find_verb(imap, MS_IMAP_FETCH);
    return message->chunk == 0 ||
           (entry && entry->asked != UINT64_MAX && message->chunk < entry->asked);
}

static void end_fetched(MsDialogue *imap, MsImapMessage *message, bool cut)
{
    const MsRanges *where = &imap->answer.name_at;
    imap->answer.has_name = false;
    message->begun = false;
    message->done = !cut && (!message->partial || is_last_part(imap, message));
    message->chunk = 0;
    if (cut)
        close_message(imap, message, MS_TO_CLIENT, MS_MESSAGE_CUT, where);
    else if (message->done)
        close_message(imap, message, MS_TO_CLIENT, MS_MESSAGE_WHOLE, where);
    else
        keep_part(imap, message);
}

void ms_imap_message_end(MsDialogue *imap, MsDirection direction, bool cut)
{
    MsImapMessage *message = &imap->message[direction];
    if (!message->begun)
        return;
    if (!message->open && cut && direction == MS_TO_SERVER) { /* announced, and never sent */
        clear(message);
        return;
    }
    MsRanges none = {0};
    open_now(imap, direction, &none);
    if (direction == MS_TO_CLIENT) {
        end_fetched(imap, message, cut);
        return;
    }
    MsImapPending *entry = ms_imap_find_exchange(imap, imap->command.exchange);
    if (entry)
        entry->message_cut = cut && !message->holed; /* else the rest may be in the gap */
    imap->command.catenate = false;
    message->done = !cut;
    close_message(imap, message, MS_TO_SERVER, cut ? MS_MESSAGE_CUT : MS_MESSAGE_WHOLE,
                  &imap->command.verb_at);
}

void ms_imap_messages_free(MsDialogue *imap)
{
    for (unsigned i = 0; i < 2; i++)
        clear(&imap->message[i]);
    for (unsigned i = 0; i < MS_IMAP_PARTS; i++)
        clear(&imap->part[i]);
}
