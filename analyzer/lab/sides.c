/* SPDX-License-Identifier: GPL-2.0-or-later
 * sides.c - answers 1 and 2: who talks to whom, and what each side says first. */
#include "../fact/replies.h"
#include "view.h"

#include <glib.h>

#include <string.h>

const char *ms_view_port(int64_t port)
{
    switch (port) {
    case 24:
        return "left to private mail systems, often LMTP (RFC 2033 5)";
    case 25:
        return "SMTP between servers (RFC 5321 4.5.4.2)";
    case 465:
        return "submission over TLS (RFC 8314 3.3)";
    case 587:
        return "submission by users' programs (RFC 6409 3.1)";
    case 80:
        return "HTTP (RFC 9110 4.2.1)";
    case 110:
        return "POP3 (RFC 1939 3)";
    case 143:
        return "IMAP (RFC 9051 2.1)";
    case 993:
        return "IMAP over TLS (RFC 8314 3.2)";
    case 995:
        return "POP3 over TLS (RFC 8314 3.3)";
    case 2525:
        return "not registered for mail, but a common second port";
    default:
        return NULL;
    }
}

static bool starts_with(const MsFact *fact, const char *word)
{
    size_t length = strlen(word);
    return fact && fact->text_length >= length && memcmp(fact->text, word, length) == 0;
}

/* What is to be said of a side beside its port; NULL: nothing. */
static const char *side_words(const MsView *view, MsFieldId port, const MsFact *number)
{
    const MsFact *tunnel = ms_view_fact(view, MS_FIELD_SESSION_TUNNEL);
    bool before_server = starts_with(tunnel, "HTTP") || starts_with(tunnel, "SOCKS");
    if (port == MS_FIELD_SESSION_CLIENT_PORT)
        return tunnel && !before_server ? "a proxy; it names the client it speaks for" : NULL;
    if (before_server)
        return "a proxy; the mail server is behind it";
    const char *words = number ? ms_view_port(number->number) : NULL;
    return words ? words : "no port of mail; what is said shows that this is mail";
}

static void put_side(MsView *view, const char *label, MsFieldId address, MsFieldId port)
{
    const MsFact *number = ms_view_fact(view, port);
    const MsFact *where = ms_view_fact(view, address);
    ms_view_label(view, label);
    ms_pen_ink(&view->pen, MS_INK_VALUE);
    if (where)
        ms_pen_fact(&view->pen, where);
    if (number)
        ms_pen_say(&view->pen, " port %" G_GINT64_FORMAT, (gint64)number->number);
    ms_pen_ink(&view->pen, MS_INK_PLAIN);
    const char *words = side_words(view, port, number);
    if (words)
        ms_pen_say(&view->pen, ": %s", words);
    ms_view_cite_two(view, where, number);
    ms_pen_newline(&view->pen);
}

/* The handshake says who began. Returns false when the SYN is not in the capture. */
static bool put_handshake(MsView *view)
{
    size_t count;
    const MsFact *const *facts =
        ms_index_all(view->index, MS_FIELD_SESSION_HANDSHAKE, -1, -1, &count);
    const MsFact *syn = NULL;
    for (size_t i = 0; i < count; i++) {
        ms_view_label(view, i == 0 ? "Handshake" : "");
        ms_pen_fact(&view->pen, facts[i]);
        ms_pen_say(&view->pen, " from the %s",
                   facts[i]->direction == MS_TO_SERVER ? "client" : "server");
        ms_view_cite(view, facts[i]);
        ms_pen_newline(&view->pen);
        if (!syn && ms_fact_is(facts[i], "SYN"))
            syn = facts[i];
    }
    if (!syn)
        return false;
    if (syn->direction == MS_TO_SERVER)
        ms_view_say(view, "Why",
                    "The side that opens the connection, with the first SYN, is the client "
                    "(RFC 9293 3.5).");
    else
        ms_view_say(view, "Why",
                    "What is said decides: the other side opened the connection, but this one "
                    "gives the replies (RFC %s).",
                    ms_view_speaks(view, "pop3")   ? "1939 3"
                    : ms_view_speaks(view, "imap") ? "9051 2.2"
                                                   : "5321 2.1");
    return true;
}

void ms_answer_ends(MsView *view)
{
    ms_view_question(view, 1, "Client and server: addresses and ports");
    put_side(view, "Client", MS_FIELD_SESSION_CLIENT, MS_FIELD_SESSION_CLIENT_PORT);
    put_side(view, "Server", MS_FIELD_SESSION_SERVER, MS_FIELD_SESSION_SERVER_PORT);
    size_t count;
    const MsFact *const *tunnels =
        ms_index_all(view->index, MS_FIELD_SESSION_TUNNEL, -1, -1, &count);
    for (size_t i = 0; i < count; i++)
        ms_view_row(view, i == 0 ? "Reached by" : "", tunnels[i]);
    if (!put_handshake(view)) {
        const MsFact *reply = ms_view_fact(view, MS_FIELD_SESSION_SERVER_FIRST);
        const MsFact *command = ms_view_fact(view, MS_FIELD_SESSION_CLIENT_FIRST);
        ms_view_label(view, "Why");
        ms_pen_say(&view->pen, "%s",
                   (reply || command) && ms_view_speaks(view, "pop3")
                       ? "No SYN in this capture; told by what is said: commands come from the "
                         "client, replies with +OK or -ERR from the server (RFC 1939 3)."
                   : (reply || command) && ms_view_speaks(view, "imap")
                       ? "No SYN in this capture; told by what is said: the client puts a tag "
                         "before its commands, the server a star before its data (RFC 9051 2.2)."
                   : reply || command
                       ? "No SYN in this capture; told by what is said: commands come from the "
                         "client, three-digit replies from the server (RFC 5321 4.1, 4.2)."
                       : "No SYN in this capture; told by the port numbers.");
        ms_view_cite_two(view, command, reply);
        ms_pen_newline(&view->pen);
    }
    ms_view_filter(view);
}

/* --- first words --- */

static const MsRange *first_place(const MsFact *fact)
{
    return fact && fact->n_ranges > 0 ? &fact->ranges[0] : NULL;
}

/* A gap in that side's bytes before its first line. */
static const MsOddity *gap_before(const MsView *view, MsDirection direction, const MsFact *first)
{
    const MsOddity *gap = view->gap[direction];
    const MsRange *place = first_place(first);
    if (!gap || !place)
        return gap;
    if (gap->n_ranges == 1 && gap->ranges[0].frame <= place->frame)
        return gap; /* nothing of that side was seen before it */
    return gap->n_ranges > 0 && gap->ranges[gap->n_ranges - 1].frame <= place->frame &&
                   gap->ranges[0].frame < place->frame
               ? gap
               : NULL;
}

/* Says so when the line goes on in bytes that are missing. */
static void put_cut(MsView *view, MsDirection direction, const MsFact *first)
{
    const MsOddity *gap = view->gap[direction];
    const MsRange *last = first->n_ranges > 0 ? &first->ranges[first->n_ranges - 1] : NULL;
    if (!gap || gap->n_ranges == 0 || !last || gap->ranges[0].frame != last->frame ||
        gap->ranges[0].offset != last->offset + last->length - 1)
        return;
    ms_view_label(view, "");
    ms_pen_say(&view->pen, "The line goes on, but the rest of it is missing from the capture.");
    ms_view_cite_oddity(view, gap);
    ms_pen_newline(&view->pen);
}

static void put_first(MsView *view, MsDirection direction, const MsFact *first, const char *label)
{
    if (!first) {
        if (!ms_view_absent(view, label, direction,
                            direction == MS_TO_SERVER ? "a command" : "a greeting"))
            ms_view_say(view, label, "says nothing in this capture.");
        return;
    }
    ms_view_row(view, label, first);
    const MsOddity *gap = gap_before(view, direction, first);
    put_cut(view, direction, first);
    if (view->midstream) {
        ms_view_say(view, "",
                    "The first one in this capture; it began late: what was said before is "
                    "missing.");
    } else if (gap) {
        ms_view_label(view, "");
        ms_pen_say(&view->pen, "The first one in this capture; bytes before it are missing.");
        ms_view_cite_oddity(view, gap);
        ms_pen_newline(&view->pen);
    }
}

/* POP3: what the status says, and the challenge for APOP. */
static void put_pop3_greeting(MsView *view)
{
    const MsFact *status = ms_view_fact(view, MS_FIELD_POP3_GREETING_STATUS);
    const MsFact *timestamp = ms_view_fact(view, MS_FIELD_POP3_TIMESTAMP);
    if (!status)
        return;
    ms_view_label(view, "");
    ms_pen_say(&view->pen, "%s",
               ms_fact_is(status, "+OK") ? "+OK: ready for a login (RFC 1939 4)."
                                         : "-ERR: the server will not serve (RFC 1939 3).");
    if (timestamp) {
        ms_pen_say(&view->pen, " ");
        ms_pen_fact(&view->pen, timestamp);
        ms_pen_say(&view->pen, " is a challenge for APOP (RFC 1939 7).");
    }
    ms_pen_newline(&view->pen);
}

static void put_greeting(MsView *view)
{
    put_pop3_greeting(view);
    const MsFact *code = ms_view_fact(view, MS_FIELD_SMTP_GREETING_CODE);
    if (!code || view->midstream)
        return;
    const char *rfc = NULL;
    const char *words = ms_reply_words((unsigned)code->number, &rfc);
    if (words)
        ms_view_say(view, "", "Code %" G_GINT64_FORMAT ": %s (RFC %s).", (gint64)code->number,
                    words, rfc ? rfc : "5321 4.2.1");
}

static void put_name(MsView *view)
{
    size_t count;
    const MsFact *const *verbs = ms_index_all(view->index, MS_FIELD_SMTP_HELO_VERB, -1, -1, &count);
    size_t names;
    const MsFact *const *helo = ms_index_all(view->index, MS_FIELD_SMTP_HELO, -1, -1, &names);
    const MsFact *first = ms_view_fact(view, MS_FIELD_SESSION_CLIENT_FIRST);
    const MsRange *place = first_place(first);
    if (count == 0 || names == 0 || !place || verbs[0]->n_ranges == 0 ||
        verbs[0]->ranges[0].frame != place->frame)
        return;
    const char *words = ms_fact_is(verbs[0], "HELO") ? "HELO, the old greeting without extensions"
                        : ms_fact_is(verbs[0], "EHLO")
                            ? "EHLO asks the server to list its extensions"
                            : "LHLO is the EHLO of LMTP";
    ms_view_label(view, "");
    ms_pen_say(&view->pen, "The client gives its name, ");
    ms_pen_fact(&view->pen, helo[0]);
    ms_pen_say(&view->pen, "; %s (%s).", words,
               ms_fact_is(verbs[0], "LHLO") ? "RFC 2033 4.1" : "RFC 5321 4.1.1.1");
    ms_pen_newline(&view->pen);
}

static const char *greeting_rfc(const MsView *view)
{
    return ms_view_speaks(view, "pop3")   ? "1939 3"
           : ms_view_speaks(view, "imap") ? "9051 3"
                                          : "5321 3.1";
}

void ms_answer_first(MsView *view)
{
    const MsFact *server = ms_view_fact(view, MS_FIELD_SESSION_SERVER_FIRST);
    const MsFact *client = ms_view_fact(view, MS_FIELD_SESSION_CLIENT_FIRST);
    ms_view_question(view, 2, "The first message of each side");
    if (view->encrypted) {
        ms_view_absent(view, "", MS_TO_SERVER, "it");
        ms_view_say(view, "Seen",
                    "A TLS ClientHello; the mail dialogue starts inside (RFC 8314 3).");
        ms_view_tls(view);
        ms_view_filter(view);
        return;
    }
    put_first(view, MS_TO_CLIENT, server, "Server");
    if (server)
        put_greeting(view);
    put_first(view, MS_TO_SERVER, client, "Client");
    put_name(view);
    const MsRange *a = first_place(server);
    const MsRange *b = first_place(client);
    bool from_start = !view->midstream && a && b && !gap_before(view, MS_TO_CLIENT, server) &&
                      !gap_before(view, MS_TO_SERVER, client);
    const MsFact *passed = ms_view_fact(view, MS_FIELD_HTTP_PASSED);
    if (passed)
        ms_view_say(
            view, "Note",
            "Before them, the connection was used for requests that are no mail: %" G_GINT64_FORMAT
            ".",
            (gint64)passed->number);
    if (ms_view_speaks(view, "http"))
        ms_view_say(view, "Why",
                    "In HTTP the client speaks first: each request is answered by one response "
                    "(RFC 9110 3.4).");
    else if (from_start && client->time_ns < server->time_ns)
        ms_view_say(view, "Why",
                    "The client did not wait for the greeting, though it has to (RFC %s).",
                    greeting_rfc(view));
    else if (from_start)
        ms_view_say(view, "Why", "In %s the server speaks first; the client waits for it (RFC %s).",
                    ms_heading_protocol(view->index), greeting_rfc(view));
    if (view->tls)
        ms_view_tls(view);
    ms_view_filter(view);
}
