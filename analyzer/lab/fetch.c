/* SPDX-License-Identifier: GPL-2.0-or-later
 * fetch.c - answer 4 where mail is retrieved: each message that was fetched, and the question of
 * the lesson: does it stay on the server? DELE only marks; what is marked goes when QUIT is
 * answered, and without QUIT nothing goes (RFC 1939 5, 6). */
#include "view.h"

#include <glib.h>

enum { MOST_MAILS = 10, MOST_STEPS = 10 }; /* shown without --full */

/* The command of an exchange, or NULL. */
static const MsFact *command_of(const MsView *view, const MsFact *fact)
{
    return ms_index_first(view->index, MS_FIELD_POP3_COMMAND, -1, fact->item);
}

/* The command that fetched it: the one whose reply the transfer cites. */
static const MsFact *fetched_with(const MsView *view, const MsFact *transfer)
{
    size_t count;
    const MsFact *const *statuses = ms_index_field(view->index, MS_FIELD_POP3_STATUS, &count);
    for (size_t i = 0; transfer && transfer->n_ranges > 0 && i < count; i++) {
        const MsRange *place = &transfer->ranges[0];
        if (statuses[i]->n_ranges > 0 && statuses[i]->ranges[0].frame == place->frame &&
            statuses[i]->ranges[0].offset == place->offset)
            return command_of(view, statuses[i]);
    }
    return NULL;
}

static void put_fetched(MsView *view, int32_t mail, int32_t mails)
{
    MsPen *pen = &view->pen;
    const MsMessage *message = ms_heading_message(view->record, mail);
    const MsFact *transfer = ms_index_first(view->index, MS_FIELD_POP3_TRANSFER, mail, -1);
    const MsFact *number = ms_index_first(view->index, MS_FIELD_POP3_NUMBER, mail, -1);
    const MsFact *uid = ms_index_first(view->index, MS_FIELD_POP3_UID, mail, -1);
    const char *fate = ms_heading_fate(view->index, mail);
    g_autofree char *label =
        mails > 1 ? g_strdup_printf("Mail %d/%d", mail + 1, mails) : g_strdup("Mail");
    ms_view_label(view, label);
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "%s", ms_heading_is_part(view->index, mail) ? "its start fetched" : "fetched");
    if (fate)
        ms_pen_say(pen, "; %s", fate);
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_view_cite(view, ms_index_first(view->index, MS_FIELD_POP3_FATE, mail, -1));
    ms_pen_newline(pen);
    ms_view_row(view, "Asked with", fetched_with(view, transfer));
    ms_view_row(view, "Number", number);
    ms_view_row(view, "Unique-id", uid);
    if (message)
        ms_view_message(view, message, NULL);
    else if (!ms_view_absent(view, "Message", MS_TO_CLIENT, "its text"))
        ms_view_say(view, "Message", "Not in this capture, because it stops before its text.");
    ms_view_filter(view);
}

/* "Waiting   2 messages, 320 octets": what the server said there is. */
static void put_waiting(MsView *view)
{
    size_t count;
    const MsFact *const *messages =
        ms_index_field(view->index, MS_FIELD_POP3_STAT_MESSAGES, &count);
    if (count == 0)
        return;
    const MsFact *octets =
        ms_index_first(view->index, MS_FIELD_POP3_STAT_OCTETS, -1, messages[0]->item);
    ms_view_label(view, "Waiting");
    ms_pen_count(&view->pen, (uint64_t)messages[0]->number, "message");
    if (octets) {
        ms_pen_say(&view->pen, ", ");
        ms_pen_count(&view->pen, (uint64_t)octets->number, "octet");
    }
    ms_view_cite(view, messages[0]);
    ms_pen_newline(&view->pen);
}

/* --- download and delete, or download and keep --- */

typedef struct {
    const char *mode;
    const char *words; /* what was done */
    const char *why;   /* what it means for somebody with an office and a home */
} Mode;

static const Mode modes[] = {
    {"keep", "Download and keep: what was fetched stays on the server.",
     "At the office and at home the same messages can be fetched; but neither program knows what "
     "the "
     "other has read or answered, and the mailbox grows until somebody deletes (RFC 1939 8)."},
    {"delete", "Download and delete: what was fetched is gone from the server.",
     "What was fetched at the office is not to be had at home any more: the only copy is on the "
     "computer that fetched it, so it needs a backup (RFC 1939 8)."},
    {"mixed", "Some of the messages were deleted, others kept.",
     "At home only the kept ones can be fetched again; the others are on the computer that fetched "
     "them (RFC 1939 8)."},
};

static void put_steps(MsView *view, const char *label, MsFieldId field, const char *words)
{
    size_t count;
    const MsFact *const *facts = ms_index_field(view->index, field, &count);
    size_t shown = view->pen.style->full ? count : MIN(count, MOST_STEPS);
    for (size_t i = 0; i < shown; i++) {
        ms_view_label(view, i == 0 ? label : "");
        ms_pen_say(&view->pen, words, (int)facts[i]->number);
        ms_view_cite_two(view, command_of(view, facts[i]), facts[i]);
        ms_pen_newline(&view->pen);
    }
    if (shown < count)
        ms_view_say(view, "", "... %zu more; --full shows all", count - shown);
}

/* Whether QUIT reached the server, on which it all depends. */
static void put_quit(MsView *view, bool marked)
{
    size_t count;
    const MsFact *const *commands = ms_index_field(view->index, MS_FIELD_POP3_COMMAND, &count);
    const MsFact *quit = NULL;
    for (size_t i = count; i-- > 0 && !quit;)
        if (commands[i]->text_length == 4 && g_ascii_strncasecmp(commands[i]->text, "QUIT", 4) == 0)
            quit = commands[i];
    const MsFact *status = ms_view_fact(view, MS_FIELD_POP3_QUIT_STATUS);
    ms_view_label(view, "QUIT");
    if (ms_fact_is(status, "+OK"))
        ms_pen_say(&view->pen, "reached the server, which answers +OK: %s",
                   marked ? "it has removed what was marked (RFC 1939 6)."
                          : "nothing was marked, so nothing is removed.");
    else if (status)
        ms_pen_say(&view->pen, "was answered with -ERR: some of what was marked may still be there "
                               "(RFC 1939 6).");
    else if (quit)
        ms_pen_say(&view->pen,
                   "was sent, but no answer to it is in this capture: whether the server "
                   "removed anything is not known.");
    else if (view->tls || view->gap[MS_TO_SERVER] || !view->spoke[MS_TO_SERVER] ||
             ms_fact_is(ms_view_fact(view, MS_FIELD_SESSION_END), "open"))
        ms_pen_say(&view->pen, "is not in this capture, which does not have all the client said.");
    else
        ms_pen_say(&view->pen,
                   "was never sent: without it the server removes nothing, whatever was "
                   "marked (RFC 1939 6).");
    ms_view_cite_two(view, quit, status);
    ms_pen_newline(&view->pen);
}

static void put_mode(MsView *view)
{
    const MsFact *mode = ms_view_fact(view, MS_FIELD_POP3_MODE);
    size_t marks;
    ms_index_field(view->index, MS_FIELD_POP3_DELETED, &marks);
    if (!mode && marks == 0)
        return;
    const Mode *found = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
        if (ms_fact_is(mode, modes[i].mode))
            found = &modes[i];
    ms_view_label(view, "Mode");
    ms_pen_ink(&view->pen, MS_INK_TITLE);
    ms_pen_say(&view->pen, "%s",
               found ? found->words
                     : "Whether the messages stay on the server cannot be told from this capture.");
    ms_pen_ink(&view->pen, MS_INK_PLAIN);
    ms_pen_newline(&view->pen);
    put_steps(view, "Marked", MS_FIELD_POP3_DELETED, "message %d, with DELE");
    put_steps(view, "Taken back", MS_FIELD_POP3_RESET, "%d marks, with RSET");
    put_quit(view, ms_view_fact(view, MS_FIELD_POP3_REMOVED) != NULL);
    if (found)
        ms_view_say(view, "Why", "%s", found->why);
    ms_view_filter(view);
}

static void put_none(MsView *view)
{
    if (!ms_view_absent(view, "", MS_TO_SERVER, "RETR")) {
        ms_view_not_here(view, "",
                         "none was fetched: the client never asks for one with RETR (RFC 1939 5).");
        ms_pen_newline(&view->pen);
    }
    put_waiting(view);
    ms_view_filter(view);
}

void ms_answer_fetched(MsView *view)
{
    int32_t mails = ms_heading_mails(view->record, view->index);
    int32_t shown = view->pen.style->full ? mails : MIN(mails, MOST_MAILS);
    ms_view_question(view, 4, mails > 1 ? "The messages" : "The message");
    if (mails == 0)
        put_none(view);
    for (int32_t i = 0; i < shown; i++)
        put_fetched(view, i, mails);
    if (shown < mails)
        ms_view_say(view, "", "... %d more mails; --full shows all", mails - shown);
    put_mode(view);
}
