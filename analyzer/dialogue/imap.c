/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap.c - the IMAP parser's doors: bytes as they are or compressed (RFC 4978), gaps, the end. */
#include "imap.h"

#include <glib.h>

static MsDialogue *imap_create(MsTalk *talk)
{
    MsDialogue *imap = g_new0(MsDialogue, 1);
    imap->talk = talk;
    imap->say.talk = talk;
    imap->greeting_due = true;
    imap->auth_exchange = imap->loose = imap->command.exchange = -1;
    return imap;
}

/* --- compressed bytes --- */

typedef struct {
    MsDialogue *imap;
    MsDirection direction;
} Plain;

static size_t take_plain(const MsBytes *plain, void *user_data)
{
    const Plain *to = user_data;
    return ms_imap_take(to->imap, to->direction, plain, false);
}

/* Bytes behind the end of what is compressed: says so at the first of them. */
static void say_behind(MsDialogue *imap, MsDirection direction, const MsBytes *bytes, size_t offset)
{
    MsImapSide *side = &imap->side[direction];
    if (!side->over || offset == bytes->length)
        return;
    side->over = false;
    ms_speak_odd(&imap->say, MS_ODDITY_UNREADABLE, direction, -1,
                 ms_imap_where(imap, bytes, offset, 1), 0, "the compressed bytes ended before");
}

/* From bytes[offset] on all is compressed. */
static void unpack(MsDialogue *imap, MsDirection direction, const MsBytes *bytes, size_t offset)
{
    MsImapSide *side = &imap->side[direction];
    Plain to = {imap, direction};
    MsInflateResult result = ms_inflate_push(side->inflate, bytes, &offset, take_plain, &to);
    if (result == MS_INFLATE_MORE)
        return;
    side->deaf = true;
    side->over = result == MS_INFLATE_END; /* as some end it behind LOGOUT */
    if (side->over) {
        say_behind(imap, direction, bytes, offset + 1);
        return;
    }
    ms_speak_odd(&imap->say, result == MS_INFLATE_LIMIT ? MS_ODDITY_LIMIT : MS_ODDITY_UNREADABLE,
                 direction, -1, ms_imap_where(imap, bytes, offset, 1), 0,
                 result == MS_INFLATE_LIMIT ? "inflated-bytes: the rest is not unpacked"
                                            : "these are no compressed bytes");
}

static size_t imap_push(MsDialogue *imap, MsDirection direction, const MsBytes *bytes)
{
    if (bytes->length == 0)
        return 0;
    MsImapSide *side = &imap->side[direction];
    *(direction == MS_TO_SERVER ? &imap->client_spoke : &imap->server_spoke) = true;
    if (side->deaf) {
        say_behind(imap, direction, bytes, 0);
        return bytes->length;
    }
    size_t at = 0;
    if (!side->inflate) {
        at = ms_imap_take(imap, direction, bytes, false);
        if (!side->inflate || at == bytes->length)
            return at;
    }
    unpack(imap, direction, bytes, at);
    return bytes->length;
}

/* --- gaps and ends --- */

/* What is left of a side's bytes: as much as can be told is taken. Returns how many bytes of a
 * literal are among what was not. */
static size_t take_left(MsDialogue *imap, MsDirection direction, const MsBytes *left)
{
    MsImapSide *side = &imap->side[direction];
    if (imap->tls.started) {
        ms_tls_look(&imap->tls, imap->talk, direction, left, 0, true);
        return 0;
    }
    if (left->length == 0 || side->deaf)
        return 0;
    size_t at = ms_imap_take(imap, direction, left, true);
    if (at < left->length && side->inflate && left->data != ms_inflate_left(side->inflate).data) {
        unpack(imap, direction, left, at); /* the last of it tells that it is compressed */
        return 0;
    }
    size_t length = left->length - at;
    if (length == 0 || side->resync || imap->tls.started)
        return 0;
    if (side->state == MS_IMAP_WORD)
        return length;
    if (side->state != MS_IMAP_LINE)
        return 0;
    if (left->data[left->length - 1] == '\r')
        length--;
    if (direction == MS_TO_SERVER)
        ms_imap_client_line(imap, left, at, length, NULL, true);
    else
        ms_imap_server_line(imap, left, at, length, NULL, true);
    return 0;
}

static MsBytes left_of(const MsDialogue *imap, MsDirection direction, const MsBytes *left)
{
    const MsImapSide *side = &imap->side[direction];
    return side->inflate && !side->deaf ? ms_inflate_left(side->inflate) : *left;
}

/* Ends what was being read: the next line begins anew. */
static void break_off(MsDialogue *imap, MsDirection direction)
{
    MsImapSide *side = &imap->side[direction];
    if (side->state == MS_IMAP_MESSAGE)
        ms_imap_message_end(imap, direction, true);
    side->state = MS_IMAP_LINE;
    side->inside = side->in_tail = false;
    side->left = side->scanned = side->tail_length = 0;
    if (direction == MS_TO_SERVER)
        ms_imap_client_done(imap);
    else
        ms_imap_data_end(imap, false);
}

/* A hole that lies within a literal keeps its announced length. Returns false when it does not. */
static bool gap_in_literal(MsDialogue *imap, MsDirection direction, uint64_t length, size_t held)
{
    MsImapSide *side = &imap->side[direction];
    if (side->state == MS_IMAP_LINE || side->state == MS_IMAP_TAIL)
        return false;
    uint64_t missing = length + held;
    bool within = length > 0 && missing <= side->left;
    if (side->state == MS_IMAP_MESSAGE)
        ms_imap_message_gap(imap, direction, within ? length : side->left);
    if (!within && length > 0 && side->state == MS_IMAP_MESSAGE) { /* its end is in the gap */
        ms_imap_message_end(imap, direction, false);
        side->state = MS_IMAP_LINE;
    }
    if (!within)
        return false;
    side->left -= missing;
    if (side->state == MS_IMAP_WORD)
        side->state = MS_IMAP_SKIP;
    if (side->left > 0)
        return true;
    if (side->state == MS_IMAP_MESSAGE)
        ms_imap_message_end(imap, direction, false);
    else if (direction == MS_TO_SERVER)
        ms_imap_client_string(imap, NULL, 0, 0, false);
    else
        ms_imap_data_string(imap, NULL, 0, 0, false);
    side->state = MS_IMAP_LINE;
    return true;
}

static void imap_gap(MsDialogue *imap, MsDirection direction, uint64_t at, uint64_t length,
                     const MsBytes *left)
{
    (void)at;
    MsImapSide *side = &imap->side[direction];
    if (side->deaf)
        return;
    bool client = direction == MS_TO_SERVER;
    MsBytes rest = left_of(imap, direction, left);
    size_t held = take_left(imap, direction, &rest);
    if (imap->tls.started) {
        imap->tls.done[direction] = true;
        return;
    }
    imap->may_miss = true;
    imap->loose = -1;
    if (client && imap->wait == MS_IMAP_WAIT_LITERAL)
        imap->wait = MS_IMAP_FREE;
    if (side->inflate) { /* nothing can be unpacked behind a hole */
        ms_inflate_drop(side->inflate);
        side->deaf = true;
        ms_speak_odd(&imap->say, MS_ODDITY_UNREADABLE, direction, -1, NULL, 0,
                     client ? "the client's bytes behind the hole"
                            : "the server's bytes behind the hole");
    }
    if (!side->deaf && gap_in_literal(imap, direction, length, held))
        return;
    break_off(imap, direction);
    side->resync = true;
    if (client) {
        if (imap->auth)
            ms_auth_gap(imap->auth);
    } else {
        ms_imap_doubt(imap);
    }
}

/* Both sides are silent: says all that stayed open. */
static void finish(MsDialogue *imap)
{
    ms_imap_parts_end(imap);
    ms_imap_give_up(imap);
    ms_imap_login_over(imap, MS_AUTH_UNKNOWN, NULL);
    if (imap->tls_refused.n_ranges > 0 && !imap->tls_accepted)
        ms_imap_say_number(imap, MS_FIELD_TLS_ACCEPTED, MS_TO_CLIENT, -1, -1, &imap->tls_refused,
                           0);
    if (imap->capable && !imap->tls_offered)
        ms_imap_say_number(imap, MS_FIELD_TLS_OFFERED, MS_TO_CLIENT, -1, -1, NULL, 0);
}

static void imap_end(MsDialogue *imap, MsDirection direction, const MsBytes *left)
{
    MsBytes rest = left_of(imap, direction, left);
    if (!imap->side[direction].deaf)
        take_left(imap, direction, &rest);
    break_off(imap, direction);
    imap->ended[direction] = true;
    if (imap->ended[MS_TO_SERVER] && imap->ended[MS_TO_CLIENT])
        finish(imap);
}

static bool imap_has_quit(const MsDialogue *imap)
{
    return imap->quit;
}

static void imap_free(MsDialogue *imap)
{
    if (!imap)
        return;
    for (unsigned i = 0; i < 2; i++)
        ms_inflate_free(imap->side[i].inflate);
    ms_imap_queue_free(imap);
    ms_imap_messages_free(imap);
    ms_imap_client_free(imap);
    ms_imap_data_free(imap);
    ms_imap_structure_free(imap);
    ms_auth_free(imap->auth);
    ms_speak_clear(&imap->say);
    ms_ranges_clear(&imap->text_at);
    ms_ranges_clear(&imap->command_at);
    ms_ranges_clear(&imap->tls_refused);
    ms_ranges_clear(&imap->mailbox_at);
    ms_buffer_clear(&imap->value);
    ms_buffer_clear(&imap->mailbox);
    g_free(imap->known);
    g_free(imap);
}

const MsDialogueClass ms_imap = {.name = "imap",
                                 .quit_word = "LOGOUT",
                                 .command = MS_FIELD_IMAP_COMMAND,
                                 .quit_reply = MS_FIELD_IMAP_BYE,
                                 .create = imap_create,
                                 .push = imap_push,
                                 .gap = imap_gap,
                                 .end = imap_end,
                                 .has_quit = imap_has_quit,
                                 .free = imap_free};
