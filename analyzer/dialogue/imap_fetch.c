/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_fetch.c - one response to FETCH (RFC 9051 7.5.2): names and values in turn. What is short
 * goes into the words that are said of it; sections of a message become messages. */
#include "../base/find.h"
#include "../base/fold.h"
#include "imap.h"

#include <glib.h>

#include <string.h>

static bool name_is(const MsImapAnswer *answer, const char *word)
{
    return ms_fold_is(answer->name.data, answer->name.length, word);
}

static void add_word(MsImapAnswer *answer, const uint8_t *text, size_t length)
{
    ms_imap_words_add(answer, " ", 1);
    ms_imap_words_add(answer, text, length);
}

/* The name of an item: what comes next is its value. */
static void name(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsImapAnswer *answer = &imap->answer;
    answer->name.length = 0;
    ms_buffer_append(&answer->name, bytes->data + token->offset, MIN(token->length, MS_IMAP_WORDS));
    ms_imap_place(imap, &answer->name_at, bytes, token->offset, token->length);
    answer->name_open = token->unclosed;
    answer->has_name = true;
    if (token->unclosed)
        return;
    add_word(answer, answer->name.data, answer->name.length);
    if (name_is(answer, "FLAGS")) {
        answer->flags_known = true;
        answer->flags.length = 0;
        ms_ranges_reset(&answer->flags_at);
    }
}

size_t ms_imap_fetch_close(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length)
{
    MsImapAnswer *answer = &imap->answer;
    const uint8_t *text = bytes->data + offset;
    const uint8_t *close = length > 0 ? ms_find_byte(text, ']', length) : NULL;
    size_t end = close ? (size_t)(close - text) + 1 : length;
    while (close && end < length && text[end] != ' ' && text[end] != ')')
        end++;
    size_t room = MS_IMAP_WORDS - MIN(answer->name.length, MS_IMAP_WORDS);
    ms_buffer_append(&answer->name, text, MIN(end, room));
    ms_ranges_add(&answer->name_at, bytes, offset, end, ms_speak_cap(&imap->say));
    if (close) {
        answer->name_open = false;
        add_word(answer, answer->name.data, answer->name.length);
    }
    return offset + end;
}

/* A number that belongs to an item. */
static bool number(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token,
                   uint64_t *value, MsRanges *at)
{
    if (ms_imap_number(bytes->data + token->offset, token->length, value) != token->length)
        return false;
    ms_imap_place(imap, at, bytes, token->offset, token->length);
    return true;
}

/* The quoted string is a section: short ones come so (RFC 9051 4.3). */
static void quoted_message(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    ms_imap_message_begin(imap, MS_TO_CLIENT, token->length);
    size_t end = token->offset + token->length;
    size_t start = token->offset;
    for (size_t i = start; i < end && token->escaped; i++) {
        if (bytes->data[i] != '\\' || i + 1 == end)
            continue;
        ms_imap_message_bytes(imap, MS_TO_CLIENT, bytes, start, i - start);
        start = ++i;
    }
    ms_imap_message_bytes(imap, MS_TO_CLIENT, bytes, start, end - start);
    ms_imap_message_end(imap, MS_TO_CLIENT, false);
}

/* The value of the item in hand: an atom or a string. */
static void value(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsImapAnswer *answer = &imap->answer;
    const uint8_t *text = bytes->data + token->offset;
    MsImapSection section;
    ms_imap_section(answer->name.data, answer->name.length, &section);
    if (section.message) {
        if (token->kind == MS_TOKEN_STRING)
            quoted_message(imap, bytes, token);
        return;
    }
    if (name_is(answer, "UID"))
        answer->uid_known = number(imap, bytes, token, &answer->uid, &answer->uid_at);
    else if (name_is(answer, "RFC822.SIZE"))
        answer->size_known = number(imap, bytes, token, &answer->size, &answer->size_at);
    else if (name_is(answer, "INTERNALDATE") && token->kind == MS_TOKEN_STRING)
        ms_imap_keep(imap, &answer->date, &answer->date_at, bytes, token->offset, token->length);
    if (token->length <= 64)
        add_word(answer, text, token->length);
}

static void flag(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsImapAnswer *answer = &imap->answer;
    if (answer->flags.length >= MS_IMAP_WORDS)
        return;
    if (answer->flags.length > 0)
        ms_buffer_byte(&answer->flags, ' ');
    ms_buffer_append(&answer->flags, bytes->data + token->offset, token->length);
    ms_ranges_add(&answer->flags_at, bytes, token->offset, token->length, ms_speak_cap(&imap->say));
}

/* A list ends that is the value of the item in hand. */
static void list_over(MsDialogue *imap)
{
    MsImapAnswer *answer = &imap->answer;
    if (answer->flags_open) {
        ms_imap_words_add(answer, " (", 2);
        ms_imap_words_add(answer, answer->flags.data, answer->flags.length);
        ms_imap_words_add(answer, ")", 1);
    }
    answer->flags_open = answer->structure_open = answer->has_name = false;
}

void ms_imap_fetch_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token,
                         bool certain)
{
    MsImapAnswer *answer = &imap->answer;
    bool begins = token->kind == MS_TOKEN_OPEN && answer->depth == 1 && answer->has_name;
    if (begins && (name_is(answer, "BODYSTRUCTURE") || name_is(answer, "BODY"))) {
        answer->structure_open = true;
        ms_imap_structure_begin(imap);
    }
    if (answer->structure_open)
        ms_imap_structure_token(imap, bytes, token, certain);
    if (token->kind == MS_TOKEN_CLOSE) { /* the depth is that behind it */
        if (answer->depth == 1)
            list_over(imap);
        return;
    }
    if (token->kind == MS_TOKEN_OPEN) { /* the depth is that before it */
        if (begins)
            answer->flags_open = name_is(answer, "FLAGS");
        return;
    }
    if (answer->depth == 2 && answer->flags_open && certain)
        flag(imap, bytes, token);
    if (answer->depth != 1)
        return;
    if (!answer->has_name) {
        if (token->kind == MS_TOKEN_ATOM && certain)
            name(imap, bytes, token);
        return;
    }
    if (certain)
        value(imap, bytes, token);
    answer->has_name = false;
}

/* What the response says of the messages in it. */
static void say_message(MsDialogue *imap, int32_t message)
{
    const MsImapAnswer *answer = &imap->answer;
    if (answer->uid_known)
        ms_imap_message_uid(imap, message, answer->uid);
    if (answer->flags_known)
        ms_speak_text(&imap->say, MS_FIELD_IMAP_MESSAGE_FLAGS, MS_TO_CLIENT, message, -1,
                      answer->flags_at.n_ranges > 0 ? &answer->flags_at : &answer->word_at,
                      answer->flags.data, answer->flags.length);
    if (answer->size_known)
        ms_imap_say_number(imap, MS_FIELD_IMAP_SIZE, MS_TO_CLIENT, message, -1, &answer->size_at,
                           answer->size);
    if (answer->date.length > 0)
        ms_speak_text(&imap->say, MS_FIELD_IMAP_INTERNAL_DATE, MS_TO_CLIENT, message, -1,
                      &answer->date_at, answer->date.data, answer->date.length);
}

void ms_imap_fetch_end(MsDialogue *imap, bool whole)
{
    MsImapAnswer *answer = &imap->answer;
    for (uint32_t i = 0; i < answer->n_messages; i++)
        say_message(imap, answer->messages[i]);
    if (whole || ms_find_byte(answer->words.data, ' ', answer->words.length))
        ms_speak_text(&imap->say, MS_FIELD_IMAP_FETCH, MS_TO_CLIENT, -1, answer->exchange,
                      &answer->where, answer->words.data, answer->words.length);
}
