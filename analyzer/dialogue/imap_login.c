/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_login.c - LOGIN (RFC 9051 6.2.3), whose arguments are the credentials themselves, and
 * AUTHENTICATE (6.2.2) with or without an initial response (RFC 4959): SASL, see auth.h. */
#include "imap.h"

#include <glib.h>

#include <string.h>

static void remark(MsDialogue *imap, const char *what, const uint8_t *text, size_t length)
{
    MsBuffer *note = &imap->command.note;
    if (note->length > 0)
        ms_buffer_text(note, "; ");
    ms_buffer_text(note, what);
    ms_buffer_append(note, text, length);
}

/* LOGIN user password: atom, quoted string or literal. */
static void login(MsDialogue *imap, MsImapPending *entry, const MsBytes *bytes,
                  const MsImapToken *token, bool certain)
{
    bool user = imap->command.arguments == 1;
    const MsRanges *where = ms_imap_where(imap, bytes, token->offset, token->length);
    /* As it stands on the wire, so that it can be masked there too. */
    if (token->escaped || !certain)
        ms_speak_text(&imap->say, MS_FIELD_AUTH_ENCODED, MS_TO_SERVER, -1, entry->attempt, where,
                      bytes->data + token->offset, token->length);
    if (!certain) {
        remark(imap, "its end is missing", NULL, 0);
        return;
    }
    size_t length;
    const uint8_t *text = ms_imap_value(imap, bytes->data, token, &length);
    ms_speak_text(&imap->say, user ? MS_FIELD_AUTH_USERNAME : MS_FIELD_AUTH_PASSWORD, MS_TO_SERVER,
                  -1, entry->attempt, where, text, length);
    remark(imap, user ? "user name: " : "password: ", text, length);
}

void ms_imap_login_argument(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token,
                            bool certain)
{
    MsImapPending *entry = ms_imap_find_exchange(imap, imap->command.exchange);
    uint32_t number = imap->command.arguments;
    if (!entry || imap->command.depth > 0 || number > 2)
        return;
    if (imap->command.verb == MS_IMAP_LOGIN) {
        login(imap, entry, bytes, token, certain);
        return;
    }
    const uint8_t *text = bytes->data + token->offset;
    const MsRanges *where = ms_imap_where(imap, bytes, token->offset, token->length);
    if (number == 1) {
        ms_imap_login_over(imap, MS_AUTH_UNKNOWN, NULL);
        where = ms_imap_where(imap, bytes, token->offset, token->length);
        imap->auth =
            ms_auth_new(imap->talk, entry->attempt, certain ? text : NULL, token->length, where);
        imap->auth_exchange = entry->exchange;
        imap->login_line = true;
    } else if (imap->auth && imap->auth_exchange == entry->exchange) {
        if (certain)
            ms_auth_client(imap->auth, text, token->length, true, where, &imap->command.note);
        else
            ms_auth_gap(imap->auth);
    }
}

void ms_imap_login_response(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                            bool cut)
{
    MsBuffer note = {0};
    if (imap->auth && cut)
        ms_auth_gap(imap->auth);
    else if (imap->auth)
        ms_auth_client(imap->auth, bytes->data + offset, length, false,
                       ms_imap_where(imap, bytes, offset, length), &note);
    ms_imap_say_line(imap, MS_LINE_AUTH, MS_TO_SERVER, bytes, offset, length, &note);
    ms_buffer_clear(&note);
}

void ms_imap_login_challenge(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                             MsBuffer *note)
{
    ms_auth_server(imap->auth, bytes->data + offset, length,
                   ms_imap_where(imap, bytes, offset, length), note);
    imap->login_line = true;
}

void ms_imap_login_over(MsDialogue *imap, MsAuthOutcome outcome, const MsRanges *where)
{
    if (!imap->auth)
        return;
    if (outcome == MS_AUTH_FAILURE && ms_auth_cancelled(imap->auth))
        outcome = MS_AUTH_CANCELLED;
    ms_auth_end(imap->auth, outcome, 0, where);
    ms_auth_free(imap->auth);
    imap->auth = NULL;
    imap->auth_exchange = -1;
    imap->login_line = false;
}

void ms_imap_login_end(MsDialogue *imap, MsImapPending *entry, MsAuthOutcome outcome,
                       const MsRanges *where)
{
    static const char *const words[] = {"success", "failure", "cancelled", "unknown"};
    if (entry->verb == MS_IMAP_AUTHENTICATE && imap->auth &&
        imap->auth_exchange == entry->exchange) {
        ms_imap_login_over(imap, outcome, where);
        return;
    }
    ms_speak_text(&imap->say, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, entry->attempt, where,
                  words[outcome], strlen(words[outcome]));
}
