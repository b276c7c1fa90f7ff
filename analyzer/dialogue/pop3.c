/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3.c - the POP3 parser's doors. RFC 1939, with 2449 (CAPA), 2595 (STLS) and 5034 (AUTH). The
 * client's lines are commands or answers to challenges; the server's are replies, lists and
 * messages. */
#include "pop3.h"

#include "../base/find.h"

#include <string.h>

static MsDialogue *pop3_create(MsTalk *talk)
{
    MsDialogue *pop3 = g_new0(MsDialogue, 1);
    pop3->say.talk = talk;
    pop3->greeting_due = true;
    pop3->auth_exchange = pop3->user_exchange = -1;
    return pop3;
}

void ms_pop3_check_line(MsDialogue *pop3, MsDirection direction, const MsBytes *bytes,
                        const MsLineSpan *span)
{
    if (span->bare_lf && !pop3->lf_said[direction]) {
        pop3->lf_said[direction] = true;
        ms_speak_odd(&pop3->say, MS_ODDITY_BARE_LF, direction, -1,
                     ms_speak_where(&pop3->say, bytes, span->offset + span->length, 1), 0,
                     direction == MS_TO_SERVER ? "a command ends with it" : "a reply ends with it");
    }
    if (span->cut && !pop3->long_said) {
        pop3->long_said = true;
        ms_speak_odd(&pop3->say, MS_ODDITY_LONG_LINE, direction, -1,
                     ms_speak_where(&pop3->say, bytes, span->offset, span->length), span->length,
                     "the rest of it is left out");
    }
    const uint8_t *text = bytes->data + span->offset;
    const uint8_t *nul = pop3->nul_said ? NULL : ms_find_byte(text, 0, span->length);
    if (nul) {
        pop3->nul_said = true;
        ms_speak_odd(&pop3->say, MS_ODDITY_NUL, direction, -1,
                     ms_speak_where(&pop3->say, bytes, span->offset + (size_t)(nul - text), 1), 1,
                     direction == MS_TO_SERVER ? "in a command" : "in a reply");
    }
}

/* The first bytes of all: did the capture begin late? */
static void begin(MsDialogue *pop3)
{
    if (pop3->begun)
        return;
    pop3->begun = true;
    if (!pop3->say.talk->midstream)
        return;
    pop3->may_miss = true;
    pop3->resync[MS_TO_SERVER] = pop3->resync[MS_TO_CLIENT] = true;
    pop3->phase = MS_POP3_MIDDLE;
}

static size_t pop3_push(MsDialogue *pop3, MsDirection direction, const MsBytes *bytes)
{
    if (bytes->length == 0)
        return 0;
    begin(pop3);
    if (direction == MS_TO_SERVER) {
        pop3->client_spoke = true;
        return ms_pop3_commands(pop3, bytes, false);
    }
    pop3->server_spoke = true;
    return ms_pop3_replies(pop3, bytes, false);
}

/* As much as can be told of what is left. Returns true when the client's line that broke off was a
 * command that will be answered. */
static bool take_left(MsDialogue *pop3, MsDirection direction, const MsBytes *left)
{
    if (left->length == 0)
        return false;
    if (direction == MS_TO_CLIENT) {
        ms_pop3_replies(pop3, left, true);
        return false;
    }
    size_t at = ms_pop3_commands(pop3, left, true);
    return ms_pop3_command_cut(pop3, left, at);
}

static void pop3_gap(MsDialogue *pop3, MsDirection direction, uint64_t at, uint64_t length,
                     const MsBytes *left)
{
    (void)at;
    begin(pop3);
    bool cut = take_left(pop3, direction, left);
    if (pop3->tls.started) {
        pop3->tls.done[direction] = true;
        return;
    }
    if (direction == MS_TO_CLIENT) {
        ms_pop3_reply_gap(pop3, length);
        return;
    }
    ms_line_reset(&pop3->reader[MS_TO_SERVER], false);
    pop3->resync[MS_TO_SERVER] = true;
    pop3->may_miss = true;
    pop3->client_gaps++;
    if (pop3->auth)
        ms_auth_gap(pop3->auth);
    const MsPop3Pending hidden = {.kind = MS_POP3_HIDDEN, .exchange = -1, .attempt = -1};
    if (!cut || pop3->pipelining)
        ms_pop3_await(pop3, &hidden);
}

/* Both sides are silent: says all that stayed open. */
static void finish(MsDialogue *pop3)
{
    ms_pop3_first_decide(pop3);
    ms_pop3_body_close(pop3, MS_MESSAGE_CUT);
    ms_pop3_give_up(pop3);
    ms_pop3_user_end(pop3, MS_AUTH_UNKNOWN, NULL);
    if (pop3->auth) {
        ms_auth_end(pop3->auth, MS_AUTH_UNKNOWN, 0, NULL);
        ms_auth_free(pop3->auth);
        pop3->auth = NULL;
    }
    if (pop3->tls_refused.n_ranges > 0 && !pop3->tls_accepted)
        ms_speak_number(&pop3->say, MS_FIELD_TLS_ACCEPTED, MS_TO_CLIENT, -1, -1, &pop3->tls_refused,
                        0);
    if (pop3->capa_answered && !pop3->tls_offered)
        ms_speak_number(&pop3->say, MS_FIELD_TLS_OFFERED, MS_TO_CLIENT, -1, -1, NULL, 0);
    ms_pop3_verdict(pop3);
}

static void pop3_end(MsDialogue *pop3, MsDirection direction, const MsBytes *left)
{
    begin(pop3);
    take_left(pop3, direction, left);
    if (direction == MS_TO_SERVER)
        pop3->client_ended = true;
    else
        pop3->server_ended = true;
    if (pop3->client_ended && pop3->server_ended)
        finish(pop3);
}

static bool pop3_has_quit(const MsDialogue *pop3)
{
    return pop3->quit;
}

static void pop3_free(MsDialogue *pop3)
{
    if (!pop3)
        return;
    MsRanges *const ranges[] = {&pop3->status_at,      &pop3->text_at,       &pop3->command_at,
                                &pop3->user_at,        &pop3->timestamp_at,  &pop3->quit_at,
                                &pop3->tls_refused,    &pop3->first.text_at, &pop3->say.where,
                                &pop3->first.status_at};
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        ms_ranges_clear(ranges[i]);
    for (int i = 0; i < MS_POP3_N_LOOSE; i++)
        ms_ranges_clear(&pop3->body.loose_at[i]);
    ms_buffer_clear(&pop3->user);
    ms_buffer_clear(&pop3->timestamp);
    ms_buffer_clear(&pop3->first.text);
    ms_auth_free(pop3->auth);
    if (pop3->drop)
        g_hash_table_destroy(pop3->drop);
    if (pop3->fetched)
        g_array_free(pop3->fetched, TRUE);
    g_free(pop3->queue);
    g_free(pop3);
}

const MsDialogueClass ms_pop3 = {.name = "pop3",
                                 .quit_word = "QUIT",
                                 .command = MS_FIELD_POP3_COMMAND,
                                 .quit_reply = MS_FIELD_POP3_QUIT_STATUS,
                                 .create = pop3_create,
                                 .push = pop3_push,
                                 .gap = pop3_gap,
                                 .end = pop3_end,
                                 .has_quit = pop3_has_quit,
                                 .free = pop3_free};
