/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_data.c - untagged data (RFC 9051 7.2 to 7.5): folders, what the selected mailbox holds,
 * search results. Token by token, as literals may stand between them. FETCH is left to
 * imap_fetch.c. */
#include "imap.h"

#include <glib.h>

#include <string.h>

void ms_imap_words_add(MsImapAnswer *answer, const void *text, size_t length)
{
    size_t room = MS_IMAP_WORDS - MIN(answer->words.length, MS_IMAP_WORDS);
    ms_buffer_append(&answer->words, text, MIN(length, room));
}

void ms_imap_data_begin(MsDialogue *imap, const MsBytes *bytes, size_t offset,
                        const MsImapResponse *response)
{
    MsImapAnswer *answer = &imap->answer;
    answer->active = true;
    answer->data = (uint8_t)response->data;
    answer->number = response->number;
    answer->exchange =
        response->data == MS_IMAP_OTHER_DATA || response->data == MS_IMAP_UNKNOWN_DATA
            ? -1
            : ms_imap_exchange(imap);
    ms_imap_place(imap, &answer->word_at, bytes, offset + response->word, response->word_length);
    ms_ranges_reset(&answer->where);
    ms_ranges_reset(&answer->number_at);
    if (response->number_at == 0)
        return;
    uint64_t ignored;
    size_t digits = ms_imap_number(bytes->data + offset + response->number_at,
                                   response->word - response->number_at, &ignored);
    ms_imap_place(imap, &answer->number_at, bytes, offset + response->number_at, digits);
    if (response->data == MS_IMAP_FETCHED) {
        ms_imap_words_add(answer, bytes->data + offset + response->number_at, digits);
        ms_ranges_join(&answer->where, &answer->number_at, ms_speak_cap(&imap->say));
    }
}

/* * LIST (attributes) "/" name (RFC 9051 7.3.1): each folder is said once. */
static void folder_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    const MsImapAnswer *answer = &imap->answer;
    if (answer->depth > 0 || answer->arguments != 3)
        return;
    MsFieldId field =
        answer->data == MS_IMAP_LIST ? MS_FIELD_IMAP_FOLDER : MS_FIELD_IMAP_SUBSCRIBED;
    size_t length;
    const uint8_t *text = ms_imap_value(imap, bytes->data, token, &length);
    /* No name: LIST "" "" asks for nothing but the character between levels (RFC 9051 6.3.9). */
    if (length == 0 || !ms_imap_is_new(imap, field, text, length))
        return;
    const MsRanges *where = ms_imap_where(imap, bytes, token->offset, token->length);
    ms_speak_text(&imap->say, field, MS_TO_CLIENT, -1, -1, where, text, length);
    ms_imap_say_name(imap, MS_TO_CLIENT, where, text, length);
}

/* * ID ("name" "value" ...), RFC 2971 3.2. */
static void id_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsBuffer *name = &imap->answer.name;
    size_t length;
    const uint8_t *text = ms_imap_value(imap, bytes->data, token, &length);
    if (name->length == 0) {
        ms_buffer_append(name, text, length);
        ms_buffer_byte(name, ':');
        return;
    }
    ms_buffer_byte(name, ' ');
    ms_buffer_append(name, text, length);
    if (ms_imap_is_new(imap, MS_FIELD_IMAP_SERVER_ID, name->data, name->length))
        ms_speak_text(&imap->say, MS_FIELD_IMAP_SERVER_ID, MS_TO_CLIENT, -1, -1,
                      ms_imap_where(imap, bytes, token->offset, token->length), name->data,
                      name->length);
    name->length = 0;
}

/* One token; `certain`: it is whole. */
static void token_in(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token, bool certain)
{
    MsImapAnswer *answer = &imap->answer;
    if (token->kind == MS_TOKEN_CLOSE)
        answer->depth -= answer->depth > 0;
    if (answer->depth == 0 && token->kind != MS_TOKEN_CLOSE)
        answer->arguments++;
    if (answer->depth >= MS_IMAP_DEPTH && !answer->too_deep) {
        answer->too_deep = true;
        if (!imap->depth_said)
            ms_speak_odd(&imap->say, MS_ODDITY_SYNTAX, MS_TO_CLIENT, -1,
                         ms_imap_where(imap, bytes, token->offset, 1), 0,
                         "parentheses within parentheses, again and again");
        imap->depth_said = true;
    }
    if (answer->data == MS_IMAP_FETCHED)
        ms_imap_fetch_token(imap, bytes, token, certain);
    else if (certain && (token->kind == MS_TOKEN_ATOM || token->kind == MS_TOKEN_STRING)) {
        if (answer->data == MS_IMAP_LIST || answer->data == MS_IMAP_LSUB)
            folder_token(imap, bytes, token);
        else if (answer->data == MS_IMAP_SERVER_ID && answer->depth == 1)
            id_token(imap, bytes, token);
        else if (answer->data == MS_IMAP_ENABLED &&
                 ms_imap_is_new(imap, MS_FIELD_IMAP_ENABLED, bytes->data + token->offset,
                                token->length))
            ms_imap_say_span(imap, MS_FIELD_IMAP_ENABLED, MS_TO_CLIENT, -1, bytes, token->offset,
                             token->length);
    }
    if (token->kind == MS_TOKEN_OPEN)
        answer->depth++;
}

void ms_imap_data_text(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                       bool cut)
{
    MsImapAnswer *answer = &imap->answer;
    size_t at = offset;
    MsBytes part = *bytes;
    part.length = offset + length;
    ms_ranges_add(&answer->where, bytes, offset, length, ms_speak_cap(&imap->say));
    if (answer->data == MS_IMAP_CAPABILITIES) {
        if (!cut)
            ms_imap_capabilities(imap, bytes, offset, length);
        return;
    }
    if (answer->data == MS_IMAP_FOLDER_STATUS || answer->data == MS_IMAP_FOUND ||
        answer->data == MS_IMAP_FLAGS || answer->data == MS_IMAP_VANISHED)
        ms_imap_words_add(answer, bytes->data + offset, length);
    if (answer->name_open)
        at = ms_imap_fetch_close(imap, &part, at, part.length - at);
    MsImapToken token;
    while (ms_imap_token(part.data, part.length, &at, &token))
        token_in(imap, &part, &token,
                 (!token.unclosed || token.kind == MS_TOKEN_ATOM) && !(cut && at == part.length));
}

void ms_imap_data_string(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                         bool known)
{
    MsImapAnswer *answer = &imap->answer;
    if (!answer->active)
        return;
    if (known && length > 0)
        ms_imap_say_line(imap, MS_LINE_REPLY, MS_TO_CLIENT, bytes, offset, length, NULL);
    if (answer->name_open) {
        if (known)
            ms_buffer_append(&answer->name, bytes->data + offset, length);
        return;
    }
    MsBytes none = {.data = (const uint8_t *)""};
    MsImapToken token = {.kind = MS_TOKEN_STRING, .offset = known ? offset : 0};
    token.length = known ? length : 0;
    if (answer->data == MS_IMAP_FOLDER_STATUS && known)
        ms_imap_words_add(answer, bytes->data + offset, length);
    token_in(imap, known ? bytes : &none, &token, known);
}

bool ms_imap_data_message(const MsDialogue *imap)
{
    const MsImapAnswer *answer = &imap->answer;
    if (!answer->active || answer->data != MS_IMAP_FETCHED || !answer->has_name ||
        answer->name_open || answer->depth != 1)
        return false;
    MsImapSection section;
    ms_imap_section(answer->name.data, answer->name.length, &section);
    return section.message;
}

/* A number about the selected mailbox. */
static void say_number(MsDialogue *imap, MsFieldId field)
{
    ms_imap_say_number(imap, field, MS_TO_CLIENT, -1, imap->answer.exchange,
                       &imap->answer.number_at, imap->answer.number);
}

static void say_words(MsDialogue *imap, MsFieldId field, int32_t exchange)
{
    const MsImapAnswer *answer = &imap->answer;
    ms_speak_text(&imap->say, field, MS_TO_CLIENT, -1, exchange,
                  answer->where.n_ranges > 0 ? &answer->where : &answer->word_at,
                  answer->words.data, answer->words.length);
}

/* What is known now that all of it is there. */
static void say_answer(MsDialogue *imap)
{
    const MsImapAnswer *answer = &imap->answer;
    switch ((MsImapData)answer->data) {
    case MS_IMAP_EXISTS:
        say_number(imap, MS_FIELD_IMAP_EXISTS);
        break;
    case MS_IMAP_RECENT:
        say_number(imap, MS_FIELD_IMAP_RECENT);
        break;
    case MS_IMAP_EXPUNGED:
        say_number(imap, MS_FIELD_IMAP_EXPUNGED);
        ms_imap_message_expunged(imap, answer->number);
        ms_imap_structure_expunged(imap, answer->number);
        break;
    case MS_IMAP_VANISHED:
        say_words(imap, MS_FIELD_IMAP_VANISHED, answer->exchange);
        ms_imap_structure_forget(imap);
        break;
    case MS_IMAP_FLAGS:
        say_words(imap, MS_FIELD_IMAP_FLAGS, answer->exchange);
        break;
    case MS_IMAP_FOUND:
        say_words(imap, MS_FIELD_IMAP_SEARCH, answer->exchange);
        break;
    case MS_IMAP_FOLDER_STATUS:
        say_words(imap, MS_FIELD_IMAP_FOLDER_STATUS, answer->exchange);
        break;
    default:
        break;
    }
}

void ms_imap_data_end(MsDialogue *imap, bool whole)
{
    MsImapAnswer *answer = &imap->answer;
    if (!answer->active)
        return;
    if (answer->data == MS_IMAP_FETCHED)
        ms_imap_fetch_end(imap, whole);
    else if (whole)
        say_answer(imap);
    answer->active = answer->too_deep = answer->name_open = answer->has_name = false;
    answer->structure_open = false;
    answer->flags_open = answer->uid_known = answer->size_known = answer->flags_known = false;
    answer->depth = answer->arguments = answer->n_messages = 0;
    answer->words.length = answer->name.length = answer->flags.length = answer->date.length = 0;
}

void ms_imap_data_free(MsDialogue *imap)
{
    MsImapAnswer *answer = &imap->answer;
    MsRanges *const ranges[] = {&answer->where,    &answer->number_at, &answer->word_at,
                                &answer->name_at,  &answer->uid_at,    &answer->size_at,
                                &answer->flags_at, &answer->date_at};
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        ms_ranges_clear(ranges[i]);
    ms_buffer_clear(&answer->words);
    ms_buffer_clear(&answer->name);
    ms_buffer_clear(&answer->flags);
    ms_buffer_clear(&answer->date);
    g_free(answer->messages);
}
