/* SPDX-License-Identifier: GPL-2.0-or-later
 * behaviour.c - see behaviour.h: the table, and the checks of greeting, line ends, QUIT and
 * replies.
 */
#include "behaviour_private.h"

#include <string.h>

enum { MOST_RANGES = 64 };

uint32_t ms_fact_first(const MsFact *fact)
{
    return fact->n_ranges > 0 ? fact->ranges[0].frame : 0;
}

uint32_t ms_fact_last(const MsFact *fact)
{
    return fact->n_ranges > 0 ? fact->ranges[fact->n_ranges - 1].frame : 0;
}

bool ms_fact_before(const MsFact *sent, const MsFact *reply)
{
    if (sent->n_ranges == 0 || reply->n_ranges == 0)
        return false;
    const MsRange *last = &reply->ranges[reply->n_ranges - 1];
    if (sent->ranges[0].file != last->file)
        return sent->time_ns < reply->time_ns;
    return sent->ranges[0].frame < last->frame;
}

void ms_behaviour_say(MsBehaviourResult *result, MsBehaviourOutcome outcome, const MsFact *where,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(result->words);
    result->words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    result->outcome = outcome;
    for (uint32_t i = 0; where && i < where->n_ranges; i++)
        ms_ranges_add_one(&result->ranges, &where->ranges[i], where->time_ns, MOST_RANGES);
}

static void read_verb(MsExchange *exchange)
{
    const MsFact *command = exchange->command;
    size_t n = 0;
    while (n < command->text_length && n + 1 < sizeof exchange->verb &&
           g_ascii_isalpha(command->text[n])) {
        exchange->verb[n] = g_ascii_toupper(command->text[n]);
        n++;
    }
}

GArray *ms_exchanges(const MsRecord *record)
{
    GArray *exchanges = g_array_new(FALSE, TRUE, sizeof(MsExchange));
    g_autoptr(GHashTable) items = g_hash_table_new(NULL, NULL);
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        const MsFact *fact = &facts[i];
        void *item = GINT_TO_POINTER(fact->item);
        if (fact->field == MS_FIELD_SMTP_COMMAND) {
            MsExchange exchange = {.command = fact};
            read_verb(&exchange);
            g_array_append_val(exchanges, exchange);
            g_hash_table_insert(items, item, GUINT_TO_POINTER(exchanges->len));
        }
    }
    for (size_t i = 0; i < count; i++) {
        const MsFact *fact = &facts[i];
        guint at = GPOINTER_TO_UINT(g_hash_table_lookup(items, GINT_TO_POINTER(fact->item)));
        if (at == 0)
            continue;
        MsExchange *exchange = &g_array_index(exchanges, MsExchange, at - 1);
        if (fact->field == MS_FIELD_SMTP_REPLY) {
            exchange->first = exchange->first ? exchange->first : fact;
            exchange->reply = fact;
        } else if (fact->field == MS_FIELD_SMTP_REPLY_CODE) {
            exchange->code = fact->number;
        }
    }
    return exchanges;
}

static const MsOddity *find_oddity(const MsRecord *record, MsOddityKind kind, int direction)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (oddities[i].kind == kind && (direction < 0 || oddities[i].direction == direction))
            return &oddities[i];
    }
    return NULL;
}

static void cite(MsBehaviourResult *result, const MsOddity *oddity)
{
    for (uint32_t i = 0; i < oddity->n_ranges; i++)
        ms_ranges_add_one(&result->ranges, &oddity->ranges[i], oddity->time_ns, MOST_RANGES);
}

/* --- RFC 5321 3.1: the client waits for the greeting --- */

static void check_greeting(const MsRecord *record, const GArray *exchanges,
                           MsBehaviourResult *result)
{
    const MsFact *greeting = ms_record_find(record, MS_FIELD_SMTP_GREETING, -1, -1);
    if (!greeting || find_oddity(record, MS_ODDITY_MIDSTREAM, -1)) {
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "no greeting is in the capture");
        return;
    }
    if (exchanges->len == 0) {
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, greeting, "the client sent no command");
        return;
    }
    const MsFact *first = g_array_index(exchanges, MsExchange, 0).command;
    bool early = ms_fact_before(first, greeting);
    ms_behaviour_say(result, early ? MS_BEHAVIOUR_BAD : MS_BEHAVIOUR_GOOD, first,
                     early ? "the first command (frame %u) was sent before the greeting was there "
                             "(frame %u)"
                           : "the first command (frame %u) follows the greeting (frame %u)",
                     ms_fact_first(first), ms_fact_last(greeting));
}

/* --- RFC 5321 4.1.4: EHLO or HELO comes first --- */

static void check_hello(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result)
{
    if (exchanges->len == 0 || find_oddity(record, MS_ODDITY_MIDSTREAM, -1)) {
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL,
                         "the first command is not in the capture");
        return;
    }
    const MsExchange *first = &g_array_index(exchanges, MsExchange, 0);
    bool good = strcmp(first->verb, "EHLO") == 0 || strcmp(first->verb, "HELO") == 0;
    ms_behaviour_say(result, good ? MS_BEHAVIOUR_GOOD : MS_BEHAVIOUR_BAD, first->command,
                     good ? "%s comes first (frame %u)"
                          : "the first command is %s (frame %u), where EHLO or HELO was to come",
                     first->verb[0] ? first->verb : "none that SMTP knows",
                     ms_fact_first(first->command));
}

/* --- RFC 5321 2.3.8: lines end in CRLF --- */

static void check_ends(const MsRecord *record, int direction, bool said, MsBehaviourResult *result)
{
    static const MsOddityKind kinds[] = {MS_ODDITY_BARE_LF, MS_ODDITY_BARE_CR};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const MsOddity *oddity = find_oddity(record, kinds[i], direction);
        if (!oddity)
            continue;
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, NULL, "%s in frame %u: %.*s",
                         kinds[i] == MS_ODDITY_BARE_LF ? "a line feed without carriage return"
                                                       : "a carriage return without line feed",
                         oddity->n_ranges > 0 ? oddity->ranges[0].frame : 0,
                         (int)oddity->detail_length,
                         oddity->detail_length > 0 ? oddity->detail : "");
        cite(result, oddity);
        return;
    }
    if (said)
        ms_behaviour_say(result, MS_BEHAVIOUR_GOOD, NULL, "all lines end in CRLF");
    else
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "no line of it is in the capture");
}

static void check_crlf(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result)
{
    check_ends(record, MS_TO_SERVER, exchanges->len > 0, result);
}

static void check_server_crlf(const MsRecord *record, const GArray *exchanges,
                              MsBehaviourResult *result)
{
    (void)exchanges;
    check_ends(record, MS_TO_CLIENT, ms_record_find(record, MS_FIELD_SMTP_REPLY, -1, -1), result);
}

/* --- RFC 5321 4.1.1.10: QUIT, and its answer --- */

static void check_quit(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result)
{
    const MsExchange *quit = NULL;
    const MsExchange *last = NULL;
    for (guint i = 0; i < exchanges->len; i++) {
        last = &g_array_index(exchanges, MsExchange, i);
        if (strcmp(last->verb, "QUIT") == 0)
            quit = last;
    }
    if (quit && quit->code == 221)
        ms_behaviour_say(result, MS_BEHAVIOUR_GOOD, quit->command,
                         "QUIT (frame %u) is answered with 221 (frame %u)",
                         ms_fact_first(quit->command), ms_fact_last(quit->reply));
    else if (quit && quit->code > 0)
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, quit->command,
                         "QUIT (frame %u) is answered with %d", ms_fact_first(quit->command),
                         (int)quit->code);
    else if (quit)
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, quit->command,
                         "QUIT (frame %u) was not answered: the client did not wait, or the "
                         "server is silent",
                         ms_fact_first(quit->command));
    else if (!last || strcmp(last->verb, "STARTTLS") == 0)
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "the end cannot be read");
    else if (find_oddity(record, MS_ODDITY_UNFINISHED, -1))
        ms_behaviour_say(
            result, MS_BEHAVIOUR_UNSHOWN, NULL,
            "the capture stops before the connection ends, and there is no QUIT in it");
    else
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, last->command,
                         "no QUIT was sent; the last command is in frame %u",
                         ms_fact_first(last->command));
}

/* --- servers --- */

/* RFC 5321 4.2, 4.3.1: 220 or 554, and the name of the server. */
static void check_server_greeting(const MsRecord *record, const GArray *exchanges,
                                  MsBehaviourResult *result)
{
    (void)exchanges;
    const MsFact *code = ms_record_find(record, MS_FIELD_SMTP_GREETING_CODE, -1, -1);
    const MsFact *text = ms_record_find(record, MS_FIELD_SMTP_GREETING, -1, -1);
    const MsFact *first = ms_record_find(record, MS_FIELD_SESSION_SERVER_FIRST, -1, -1);
    if (find_oddity(record, MS_ODDITY_MIDSTREAM, -1) || !(code || first)) {
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "no greeting is in the capture");
        return;
    }
    if (!code) {
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, first,
                         "what the server says first (frame %u) is no greeting",
                         ms_fact_first(first));
        return;
    }
    bool good = code->number == 220 || code->number == 554;
    bool named = text && text->text_length > 0 && g_ascii_isalnum(text->text[0]);
    ms_behaviour_say(result, good && named ? MS_BEHAVIOUR_GOOD : MS_BEHAVIOUR_BAD, code,
                     "the greeting (frame %u) has the code %d and %s", ms_fact_first(code),
                     (int)code->number, named ? "begins with a name" : "does not name the server");
}

/* RFC 5321 4.2: each command gets one reply. */
static void check_server_replies(const MsRecord *record, const GArray *exchanges,
                                 MsBehaviourResult *result)
{
    static const struct {
        MsOddityKind kind;
        int direction;
        const char *words;
    } wrong[] = {{MS_ODDITY_UNANSWERED, -1, "a command has no reply"},
                 {MS_ODDITY_UNMATCHED_REPLY, -1, "a reply belongs to no command"},
                 {MS_ODDITY_SYNTAX, MS_TO_CLIENT, "a reply is not as the RFC says"}};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const MsOddity *oddity = find_oddity(record, wrong[i].kind, wrong[i].direction);
        if (!oddity)
            continue;
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, NULL, "%s: frame %u", wrong[i].words,
                         oddity->n_ranges > 0 ? oddity->ranges[0].frame : 0);
        cite(result, oddity);
        return;
    }
    if (exchanges->len == 0)
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "no command is in the capture");
    else
        ms_behaviour_say(result, MS_BEHAVIOUR_GOOD, NULL, "all %u commands have their reply",
                         exchanges->len);
}

/* --- */

static const MsBehaviour behaviours[] = {
    {"greeting", "Does the client wait for the greeting?", "RFC 5321 3.1", false},
    {"hello", "Does the client begin with EHLO or HELO?", "RFC 5321 4.1.4", false},
    {"crlf", "Do all lines of the client end in CRLF?", "RFC 5321 2.3.8", false},
    {"order", "Do the commands come in the right order?", "RFC 5321 4.1.4", false},
    {"waits", "Does the client wait for replies, where PIPELINING does not free it?",
     "RFC 5321 4.1.1, RFC 2920 3.1", false},
    {"dots", "Are the dots at the start of lines doubled?", "RFC 5321 4.5.2", true},
    {"line-length", "Are the lines of the client short enough?", "RFC 5321 4.5.3.1", true},
    {"quit", "Does the client say QUIT, and is it answered?", "RFC 5321 4.1.1.10", false},
    {"server-greeting", "Does the server greet with 220 and its name?", "RFC 5321 4.3.1", false},
    {"server-crlf", "Do all lines of the server end in CRLF?", "RFC 5321 2.3.8", false},
    {"server-replies", "Does each command get one reply?", "RFC 5321 4.2", false},
    {"server-line-length", "Are the lines of the server short enough?", "RFC 5321 4.5.3.1.5",
     false},
};

static const MsBehaviourFunc functions[] = {
    check_greeting,        check_hello,       check_crlf,           ms_behaviour_order,
    ms_behaviour_waits,    ms_behaviour_dots, ms_behaviour_lines,   check_quit,
    check_server_greeting, check_server_crlf, check_server_replies, ms_behaviour_reply_lines,
};
G_STATIC_ASSERT(G_N_ELEMENTS(functions) == G_N_ELEMENTS(behaviours));

const MsBehaviour *ms_behaviours(size_t *count)
{
    *count = G_N_ELEMENTS(behaviours);
    return behaviours;
}

void ms_behaviour_check(size_t which, const MsRecord *record, MsBehaviourResult *result)
{
    g_autoptr(GArray) exchanges = ms_exchanges(record);
    if (exchanges->len == 0 && !ms_record_find(record, MS_FIELD_SMTP_GREETING, -1, -1))
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "this is no session of SMTP");
    else
        functions[which](record, exchanges, result);
}
