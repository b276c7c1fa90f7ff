/* SPDX-License-Identifier: GPL-2.0-or-later
 * ending.c - answer 5: how the connection ends, step by step: QUIT, its reply, FIN, RST, 421. */
#include "../fact/replies.h"
#include "view.h"

#include <glib.h>

#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 12 };

typedef struct {
    const char *label;
    const char *words;
    const MsFact *fact;
} Step;

typedef struct {
    const MsFact *quit, *quit_code, *closing; /* closing: reply 421 */
    const MsFact *status;                     /* POP3, IMAP: of the reply to QUIT or LOGOUT */
    const MsFact *bye;                        /* IMAP */
    const char *word;                         /* with which the client says goodbye */
    const MsFact *const *fins, *const *rsts;
    size_t n_fins, n_rsts;
    const MsFact *end, *last;
} Ending;

static bool is_quit(const MsFact *command, const char *word)
{
    size_t length = strlen(word);
    return command->text_length >= length &&
           g_ascii_strncasecmp(command->text, word, length) == 0 &&
           (command->text_length == length || command->text[length] == ' ' ||
            command->text[length] == '\t');
}

static void look(MsView *view, Ending *ending)
{
    size_t count;
    bool pop3 = ms_view_speaks(view, "pop3");
    bool imap = ms_view_speaks(view, "imap");
    const MsFact *const *commands = ms_index_field(view->index,
                                                   pop3   ? MS_FIELD_POP3_COMMAND
                                                   : imap ? MS_FIELD_IMAP_COMMAND
                                                          : MS_FIELD_SMTP_COMMAND,
                                                   &count);
    ending->word = imap ? "LOGOUT" : "QUIT";
    for (size_t i = count; i > 0 && !ending->quit; i--) {
        if (is_quit(commands[i - 1], ending->word))
            ending->quit = commands[i - 1];
    }
    const MsFact *const *codes = ms_index_field(view->index, MS_FIELD_SMTP_REPLY_CODE, &count);
    for (size_t i = 0; i < count; i++) {
        if (codes[i]->number == 421 && !ending->closing)
            ending->closing = codes[i];
    }
    const MsFact *greeting = ms_view_fact(view, MS_FIELD_SMTP_GREETING_CODE);
    if (greeting && greeting->number == 421)
        ending->closing = greeting;
    ending->quit_code = ms_view_fact(view, MS_FIELD_SMTP_QUIT_CODE);
    ending->status = ms_view_fact(view, MS_FIELD_POP3_QUIT_STATUS);
    if (imap && ending->quit)
        ending->status = ms_index_first(view->index, MS_FIELD_IMAP_STATUS, -1, ending->quit->item);
    ending->bye = ms_view_fact(view, MS_FIELD_IMAP_BYE);
    ending->fins = ms_index_all(view->index, MS_FIELD_SESSION_FIN, -1, -1, &ending->n_fins);
    ending->rsts = ms_index_all(view->index, MS_FIELD_SESSION_RST, -1, -1, &ending->n_rsts);
    ending->end = ms_view_fact(view, MS_FIELD_SESSION_END);
    ending->last = ms_view_fact(view, MS_FIELD_SESSION_LAST);
}

static const char *side_of(const MsFact *fact)
{
    return fact->direction == MS_TO_SERVER ? "client" : "server";
}

static uint32_t last_frame(const Ending *ending)
{
    return ending->last && ending->last->n_ranges > 0
               ? ending->last->ranges[ending->last->n_ranges - 1].frame
               : 0;
}

/* What the mail dialogue says about its end. */
static void put_dialogue_end(MsView *view, const Ending *ending)
{
    MsPen *pen = &view->pen;
    if (ms_view_speaks(view, "http")) {
        ms_pen_say(pen, "%s; HTTP itself knows no goodbye",
                   ms_view_logout(view) ? "The user logs out" : "Nobody logs out here");
    } else if (ending->closing) {
        ms_pen_say(pen, "The server gives up with 421 and closes (RFC 5321 3.8)");
    } else if (ending->quit && ending->status) {
        ms_pen_say(pen, "The client says %s and the server answers %s", ending->word,
                   ending->bye ? "BYE and " : "");
        ms_pen_fact(pen, ending->status);
    } else if (ending->quit && ending->quit_code) {
        const char *words = ms_reply_words((unsigned)ending->quit_code->number, NULL);
        ms_pen_say(pen, "The client says QUIT and the server answers %" G_GINT64_FORMAT "%s%s%s",
                   (gint64)ending->quit_code->number, words ? " (" : "", words ? words : "",
                   words ? ")" : "");
    } else if (ending->quit) {
        ms_pen_say(pen, "The client says %s; no answer to it is in this capture", ending->word);
    } else if (ending->bye) {
        ms_pen_say(pen, "The server says BYE: ");
        ms_pen_fact(pen, ending->bye);
    } else if (ending->quit_code) {
        ms_pen_say(pen,
                   "The server answers %" G_GINT64_FORMAT " to a QUIT that is not in this "
                   "capture",
                   (gint64)ending->quit_code->number);
    } else if (view->encrypted || view->tls) {
        ms_pen_say(pen, "Whether %s was said cannot be seen: it would be encrypted", ending->word);
    } else if (!view->spoke[MS_TO_SERVER]) {
        ms_pen_say(pen, "Whether %s was said cannot be seen: the client's side was not captured",
                   ending->word);
    } else if (view->gap[MS_TO_SERVER]) {
        ms_pen_say(pen, "No %s was seen, but bytes of the client are missing", ending->word);
    } else {
        ms_pen_say(pen, "Nobody says %s", ending->word);
    }
    ms_pen_say(pen, ". ");
}

/* What TCP does. */
static void put_tcp_end(MsView *view, const Ending *ending)
{
    MsPen *pen = &view->pen;
    if (ending->n_rsts > 0 && ending->n_fins > 0) {
        ms_pen_say(pen,
                   "The %s sends the first FIN, and a RST from the %s breaks off what is "
                   "left.",
                   side_of(ending->fins[0]), side_of(ending->rsts[0]));
    } else if (ending->n_rsts > 0) {
        ms_pen_say(pen, "The %s breaks the connection off with RST.", side_of(ending->rsts[0]));
    } else if (ending->n_fins > 1) {
        ms_pen_say(pen, "TCP is closed from both sides; the %s sends the first FIN.",
                   side_of(ending->fins[0]));
    } else if (ending->n_fins == 1) {
        ms_pen_say(pen, "The %s sends its FIN; one from the other side is not in this capture.",
                   side_of(ending->fins[0]));
    } else {
        ms_pen_say(pen, "The end of the TCP connection is ");
        ms_pen_ink(pen, MS_INK_ODD);
        ms_pen_say(pen, "not in this capture");
        ms_pen_ink(pen, MS_INK_PLAIN);
        ms_pen_say(pen, ", because it just stops");
        if (last_frame(ending) > 0)
            ms_pen_say(pen, " at frame %u", last_frame(ending));
        ms_pen_say(pen, ", with neither FIN nor RST.");
    }
}

static int compare_steps(const void *a, const void *b)
{
    const MsFact *first = ((const Step *)a)->fact;
    const MsFact *second = ((const Step *)b)->fact;
    if (first->time_ns != second->time_ns)
        return first->time_ns < second->time_ns ? -1 : 1;
    if (first->n_ranges == 0 || second->n_ranges == 0)
        return 0;
    if (first->ranges[0].frame != second->ranges[0].frame)
        return first->ranges[0].frame < second->ranges[0].frame ? -1 : 1;
    /* FIN may ride on a segment with data; its own place is the header before them. */
    return 0;
}

static void add_step(Step *steps, size_t *count, const char *label, const char *words,
                     const MsFact *fact)
{
    if (fact && *count < MOST_STEPS)
        steps[(*count)++] = (Step){label, words, fact};
}

static void put_steps(MsView *view, const Ending *ending)
{
    Step steps[MOST_STEPS];
    size_t count = 0;
    add_step(steps, &count, "421", "from the server: it closes the connection", ending->closing);
    add_step(steps, &count, "Logout", "from the client: it ends the visit", ms_view_logout(view));
    add_step(steps, &count, ending->word, "from the client: it ends the dialogue", ending->quit);
    add_step(steps, &count, "BYE", "from the server: it closes the connection", ending->bye);
    add_step(steps, &count, "Reply",
             ms_fact_is(ending->status, "+OK")    ? "+OK from the server: it closes the connection"
             : ms_fact_is(ending->status, "OK")   ? "OK from the server: LOGOUT is done"
             : ms_fact_is(ending->status, "-ERR") ? "-ERR from the server"
                                                  : "from the server, but no OK",
             ending->status);
    if (!ending->quit_code || ending->quit_code->number != 421 || !ending->closing)
        add_step(steps, &count, "Reply",
                 ending->quit_code && ending->quit_code->number == 221
                     ? "221 from the server: it closes the connection"
                     : "from the server, but not the 221 that closes the connection",
                 ending->quit_code);
    for (size_t i = 0; i < ending->n_fins; i++)
        add_step(steps, &count, "FIN",
                 ending->fins[i]->direction == MS_TO_SERVER
                     ? "from the client: it will send no more"
                     : "from the server: it will send no more",
                 ending->fins[i]);
    for (size_t i = 0; i < ending->n_rsts; i++)
        add_step(steps, &count, "RST",
                 ending->rsts[i]->direction == MS_TO_SERVER
                     ? "from the client: it drops the connection"
                     : "from the server: it drops the connection",
                 ending->rsts[i]);
    bool stops = ending->n_fins == 0 && ending->n_rsts == 0;
    add_step(steps, &count, "Last frame", "of this session in the capture",
             stops ? ending->last : NULL);
    if (count > 1)
        qsort(steps, count, sizeof *steps, compare_steps);
    for (size_t i = 0; i < count; i++) {
        ms_view_label(view, steps[i].label);
        ms_pen_say(&view->pen, "%s", steps[i].words);
        ms_view_cite(view, steps[i].fact);
        ms_pen_newline(&view->pen);
    }
}

void ms_answer_ending(MsView *view)
{
    Ending ending = {0};
    look(view, &ending);
    ms_view_question(view, 5, "How the disconnection is done");
    ms_pen_go(&view->pen, MS_VIEW_LABEL);
    view->pen.indent = MS_VIEW_LABEL;
    put_dialogue_end(view, &ending);
    put_tcp_end(view, &ending);
    ms_pen_newline(&view->pen);
    put_steps(view, &ending);
    if (ending.n_rsts > 0)
        ms_view_say(view, "Why", "RST ends a connection at once, both ways (RFC 9293 3.5.2).");
    else if (ending.closing)
        ms_view_say(view, "Why",
                    "With 421 a server may close at any time, say when it waited too long "
                    "(RFC 5321 3.8, 4.5.3.2.7).");
    else if (ending.n_fins > 0 && ms_view_speaks(view, "http"))
        ms_view_say(view, "Why",
                    "A connection is kept for further requests until one side closes it (RFC 9112 "
                    "9.3); a FIN from each side ends it (RFC 9293 3.6).");
    else if (ending.n_fins > 0 && !ending.quit && !ending.quit_code && !view->tls)
        ms_view_say(view, "Why",
                    "A FIN from each side ends the connection (RFC 9293 3.6); a client should say "
                    "%s before it (RFC %s).",
                    ending.word,
                    ms_view_speaks(view, "pop3")   ? "1939 6"
                    : ms_view_speaks(view, "imap") ? "9051 6.1.3"
                                                   : "5321 4.1.1.10");
    else if (ending.n_fins > 0 && ms_view_speaks(view, "imap"))
        ms_view_say(view, "Why",
                    "LOGOUT, BYE and the completion end the dialogue (RFC 9051 6.1.3); a FIN from "
                    "each side ends the connection (RFC 9293 3.6).");
    else if (ending.n_fins > 0 && ms_view_speaks(view, "pop3"))
        ms_view_say(view, "Why",
                    "QUIT and its answer end the dialogue (RFC 1939 6); a FIN from each side ends "
                    "the connection (RFC 9293 3.6).");
    else if (ending.n_fins > 0)
        ms_view_say(view, "Why",
                    "QUIT and 221 end the dialogue (RFC 5321 4.1.1.10); a FIN from each side ends "
                    "the connection (RFC 9293 3.6).");
    else
        ms_view_say(view, "Why",
                    "The capture was stopped, or the connection lived on (RFC 9293 3.6).");
    ms_view_filter(view);
}
