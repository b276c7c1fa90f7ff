/* SPDX-License-Identifier: GPL-2.0-or-later
 * behaviour_order.c - the order of commands (RFC 5321 4.1.4), and whether their replies are awaited
 * (RFC 5321 2.1, RFC 2920 3.1). */
#include "behaviour_private.h"

#include <string.h>

static bool is_any(const char *verb, const char *const *verbs)
{
    return g_strv_contains(verbs, verb);
}

/* What has been agreed so far. */
typedef struct {
    bool hello, mail, rcpt, over;
} State;

/* Why a command may not come now; NULL: it may. */
static const char *refuse(const State *state, const char *verb)
{
    static const char *const inside[] = {"RCPT", "DATA", "BDAT", NULL};
    static const char *const apart[] = {"MAIL", "AUTH", "STARTTLS", NULL};
    if (state->over)
        return "it follows QUIT";
    if (strcmp(verb, "MAIL") == 0 && !state->hello)
        return "EHLO or HELO was to come before it";
    if (is_any(verb, inside) && !state->mail)
        return "no MAIL was accepted before it";
    if ((strcmp(verb, "DATA") == 0 || strcmp(verb, "BDAT") == 0) && !state->rcpt)
        return "no RCPT was accepted before it";
    if (is_any(verb, apart) && state->mail)
        return "a mail is being sent; its end or RSET was to come before";
    return NULL;
}

/* A reply that is not in the capture counts as a good one. */
static void move_on(State *state, const MsExchange *exchange)
{
    static const char *const hello[] = {"EHLO", "HELO", "LHLO", NULL};
    static const char *const end[] = {"DATA", "BDAT", "RSET", NULL};
    bool good = exchange->code < 400;
    if (is_any(exchange->verb, hello)) {
        state->hello = state->hello || good;
        state->mail = state->rcpt = false; /* RFC 5321 4.1.4: as if RSET came */
    } else if (strcmp(exchange->verb, "MAIL") == 0) {
        state->mail = good;
        state->rcpt = false;
    } else if (strcmp(exchange->verb, "RCPT") == 0) {
        state->rcpt = state->rcpt || good;
    } else if (is_any(exchange->verb, end)) {
        bool more = strcmp(exchange->verb, "BDAT") == 0;
        for (uint32_t i = 0; more && i + 4 <= exchange->command->text_length; i++)
            more = g_ascii_strncasecmp(exchange->command->text + i, "LAST", 4) != 0;
        if (!more) /* also when DATA is refused: the client begins anew or gives up */
            state->mail = state->rcpt = false;
    } else if (strcmp(exchange->verb, "QUIT") == 0) {
        state->over = true;
    }
}

void ms_behaviour_order(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result)
{
    State state = {0};
    (void)record;
    for (guint i = 0; i < exchanges->len; i++) {
        const MsExchange *exchange = &g_array_index(exchanges, MsExchange, i);
        const char *why = refuse(&state, exchange->verb);
        bool told = exchange->code == 503; /* RFC 5321 4.2.2: bad sequence of commands */
        if (why || told) {
            ms_behaviour_say(result, MS_BEHAVIOUR_BAD, exchange->command,
                             "%s in frame %u comes at the wrong time: %s",
                             exchange->verb[0] ? exchange->verb : "what is sent",
                             ms_fact_first(exchange->command),
                             why ? why : "the server says so (503)");
            return;
        }
        move_on(&state, exchange);
    }
    if (exchanges->len == 0)
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "no command is in the capture");
    else
        ms_behaviour_say(result, MS_BEHAVIOUR_GOOD, NULL, "%u commands in the right order",
                         exchanges->len);
}

static bool offers_pipelining(const MsRecord *record)
{
    static const char name[] = "PIPELINING";
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].field == MS_FIELD_SMTP_EXTENSION && facts[i].text_length == sizeof name - 1 &&
            g_ascii_strncasecmp(facts[i].text, name, sizeof name - 1) == 0)
            return true;
    }
    return false;
}

/* The bytes of the message that a DATA command began, or NULL. */
static const MsFact *message_of(const MsRecord *record, const MsFact *command)
{
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count && command->n_ranges > 0; i++) {
        if (facts[i].field == MS_FIELD_SMTP_TRANSFER && facts[i].n_ranges > 0 &&
            facts[i].ranges[0].frame == command->ranges[0].frame &&
            facts[i].ranges[0].offset == command->ranges[0].offset)
            return ms_record_find(record, MS_FIELD_MESSAGE_SIZE, facts[i].message, -1);
    }
    return NULL;
}

/* Whether the message came after 354. */
static bool check_data(const MsRecord *record, const MsExchange *exchange,
                       MsBehaviourResult *result)
{
    const MsFact *message = message_of(record, exchange->command);
    if (!message || !exchange->first || !ms_fact_before(message, exchange->first))
        return true;
    ms_behaviour_say(result, MS_BEHAVIOUR_BAD, exchange->command,
                     "the message (frame %u) was sent before the reply to DATA (frame %u)",
                     ms_fact_first(message), ms_fact_last(exchange->first));
    return false;
}

void ms_behaviour_waits(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result)
{
    /* RFC 2920 3.1: these come last in a group; RFC 4954 4 and RFC 3207 4 say so of theirs. */
    static const char *const last[] = {"EHLO", "HELO", "DATA", "VRFY",     "EXPN",
                                       "TURN", "QUIT", "AUTH", "STARTTLS", NULL};
    bool pipelining = offers_pipelining(record);
    unsigned awaited = 0;
    for (guint i = 0; i < exchanges->len; i++) {
        const MsExchange *exchange = &g_array_index(exchanges, MsExchange, i);
        if (strcmp(exchange->verb, "DATA") == 0 && !check_data(record, exchange, result))
            return;
        if (i + 1 == exchanges->len || !exchange->reply)
            continue;
        const MsFact *next = exchange[1].command;
        bool free = pipelining && !is_any(exchange->verb, last);
        if (!free && ms_fact_before(next, exchange->reply)) {
            ms_behaviour_say(result, MS_BEHAVIOUR_BAD, next,
                             "a command was sent (frame %u) before the reply to %s was there "
                             "(frame %u)%s",
                             ms_fact_first(next), exchange->verb, ms_fact_last(exchange->reply),
                             pipelining ? "" : ", and the server offers no PIPELINING");
            return;
        }
        awaited++;
    }
    if (awaited == 0)
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL,
                         "there are no two commands with replies in the capture");
    else
        ms_behaviour_say(result, MS_BEHAVIOUR_GOOD, NULL, "%u replies were awaited", awaited);
}
