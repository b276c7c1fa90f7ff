/* SPDX-License-Identifier: GPL-2.0-or-later
 * outline.c - the starter asks what a first look at a mail session asks; the teacher takes away
 * what does not fit. */
#include "outline.h"

#include "behaviour.h"
#include "sheet.h"
#include "where.h"

#include <string.h>

static void add_points(GString *out, double points)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(number, sizeof number, "%.15g", points));
}

/* Lines that begin with # are no answers, as no id does. */
void ms_outline_sheet(GString *out, const MsAssignment *assignment)
{
    g_string_append_printf(out, "# %s\n# Write each answer behind its colon, on the same line.\n",
                           assignment->title);
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (asked->required || asked->check >= 0)
            continue; /* the capture answers it */
        g_string_append_printf(out, "\n# %s (", asked->title);
        add_points(out, asked->points);
        g_string_append_printf(out, asked->points == 1 ? " point%s)\n" : " points%s)\n",
                               asked->frames ? ", with the frame it is in" : "");
        g_string_append_printf(out, "%s:\n", asked->id);
    }
}

static void print_asked(GString *out, const MsAsked *asked, unsigned number)
{
    g_string_append_printf(out, "\n%u  %s (%s", number, asked->title, asked->id);
    if (asked->required)
        g_string_append(out, ", required");
    else {
        g_string_append(out, ", ");
        add_points(out, asked->points);
    }
    g_string_append(out, ")\n   ");
    if (asked->fact)
        g_string_append_printf(out, "%s, ", asked->fact);
    else if (asked->oddity != MS_N_ODDITIES)
        g_string_append_printf(out, "oddity %s, ", ms_oddity_name(asked->oddity));
    if (asked->check >= 0) {
        size_t count;
        g_string_append_printf(out, "%s, ", ms_behaviours(&count)[asked->check].rfc);
    }
    if (asked->session > 0)
        g_string_append_printf(out, "session %d, ", asked->session);
    if (asked->session == MS_SESSION_OWN)
        g_string_append(out, "own session, ");
    if (asked->message)
        g_string_append_printf(out, "message %d, ", asked->message);
    g_string_append(out, asked->check >= 0 ? "check" : ms_match_name(asked->match));
    if (asked->raw)
        g_string_append_printf(out, ": %s", asked->raw);
    if (asked->tolerance > 0) {
        g_string_append(out, ", give or take ");
        add_points(out, asked->tolerance);
    }
    if (asked->letter_case)
        g_string_append(out, ", capitals count");
    g_string_append_c(out, '\n');
    for (guint i = 0; i < asked->near->len; i++) {
        const MsNear *near = &g_array_index(asked->near, MsNear, i);
        g_string_append(out, "   worth ");
        add_points(out, near->worth);
        g_string_append_printf(out, ": %s%s%s\n", ms_near_words(near->kind),
                               near->other ? ": " : "", near->other ? near->other : "");
    }
    if (asked->frames) {
        g_string_append_printf(out, "   with the frame: %s\n", asked->frames);
    }
    if (asked->where)
        g_string_append_printf(out, "   where to look: %s\n", asked->where);
    for (size_t i = 0; asked->needs && asked->needs[i]; i++)
        g_string_append_printf(out, "   only when %s is right\n", asked->needs[i]);
}

void ms_outline_print(GString *out, const MsAssignment *assignment)
{
    g_string_append_printf(out, "%s: %u sections, ", assignment->title, assignment->asked->len);
    add_points(out, assignment->points);
    g_string_append_printf(out, " points, %s are handed in\n",
                           assignment->own       ? "answers and the capture they are about"
                           : assignment->answers ? "answers"
                                                 : "captures");
    for (guint i = 0; i < assignment->asked->len; i++)
        print_asked(out, assignment->asked->pdata[i], i + 1);
}

void ms_outline_begin(GString *out, const char *title)
{
    g_string_append(out, "# Made by mailscope grade --init. Review every expected value, take away "
                         "what is not to be asked.\n"
                         "[assignment]\ntitle = ");
    if (!ms_assignment_quote(out, title, strlen(title)))
        g_string_append(out, "Mail in a capture");
    g_string_append(out, "\nkind = answers\n");
}

/* What is asked of each session, and the near misses that students come up with: a near miss with
 * another question is left out where that is not asked. */
static const struct {
    MsFieldId field;
    const char *id, *title, *near;
    MsMatch match;
} starters[] = {
    {MS_FIELD_SESSION_CLIENT, "client-ip", "What is the IP address of the client?",
     "0.25 swapped server-ip|0.5 with-port", MS_MATCH_EXACT},
    {MS_FIELD_SESSION_SERVER, "server-ip", "What is the IP address of the server?",
     "0.25 swapped client-ip|0.5 with-port", MS_MATCH_EXACT},
    {MS_FIELD_SESSION_CLIENT_PORT, "client-port", "Which port does the client use?",
     "0.25 swapped server-port", MS_MATCH_EXACT},
    {MS_FIELD_SESSION_SERVER_PORT, "server-port", "Which port does the server use?",
     "0.25 swapped client-port", MS_MATCH_EXACT},
    {MS_FIELD_SESSION_SERVER_FIRST, "server-first", "What does the server send first?", NULL,
     MS_MATCH_EXACT},
    {MS_FIELD_SESSION_CLIENT_FIRST, "client-first", "What does the client send first?", NULL,
     MS_MATCH_EXACT},
    {MS_FIELD_AUTH_MECHANISM, "mechanism", "How does the client log in?", "0.75 line",
     MS_MATCH_ANY_OF},
    {MS_FIELD_AUTH_USERNAME, "user", "Which user name does the client send?",
     "0.5 base64|0.5 domain", MS_MATCH_ANY_OF},
    {MS_FIELD_AUTH_PASSWORD, "password", "Which password does the client send?", "0.5 base64",
     MS_MATCH_ANY_OF},
    {MS_FIELD_SMTP_MAIL_FROM, "sender", "Who is the sender in the envelope?",
     "0.5 header from|0.75 line", MS_MATCH_ANY_OF},
    {MS_FIELD_SMTP_RCPT_TO, "recipients", "Who are the recipients in the envelope?",
     "0.5 header to|0.75 line", MS_MATCH_SET},
    {MS_FIELD_MESSAGE_FROM_ADDRESS, "from", "Which sender does the header name?",
     "0.5 instead sender|0.75 line", MS_MATCH_ANY_OF},
    {MS_FIELD_MESSAGE_TO_ADDRESS, "to", "Which recipients does the header field To name?",
     "0.5 instead recipients|0.75 line", MS_MATCH_SET},
    {MS_FIELD_MESSAGE_SUBJECT_DECODED, "subject", "What is the subject?", "0.9 ends|0.75 line",
     MS_MATCH_ANY_OF},
    {MS_FIELD_SESSION_END, "end", "How does the session end: quit, fin, rst, or open?", NULL,
     MS_MATCH_EXACT},
};

static bool is_success(const MsFact *outcome)
{
    static const char success[] = "success";
    return outcome && outcome->text_length == sizeof success - 1 &&
           memcmp(outcome->text, success, sizeof success - 1) == 0;
}

/* Whether a fact belongs to a login that failed, in a session where another one succeeds: a wrong
 * password that was tried first is not the answer. */
static bool is_failed_login(const MsRecord *record, const MsFact *fact)
{
    if (ms_field((MsFieldId)fact->field)->scope != MS_ATTEMPT ||
        is_success(ms_record_find(record, MS_FIELD_AUTH_OUTCOME, -1, fact->item)))
        return false;
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].field == MS_FIELD_AUTH_OUTCOME && is_success(&facts[i]))
            return true;
    }
    return false;
}

/* Appends the values of a field, each once, with `|` between them, and keeps their frames; false
 * when there are none. */
static bool add_values(GString *out, MsFrameSet *frames, const MsRecord *record, MsFieldId field)
{
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].field != field || is_failed_login(record, &facts[i]))
            continue;
        g_autoptr(GString) value = g_string_new(NULL);
        g_autoptr(GString) quoted = g_string_new(NULL);
        ms_sheet_value(value, &facts[i]);
        if (!ms_assignment_quote(quoted, value->str, value->len))
            continue;
        ms_frames_add(frames, facts[i].ranges, facts[i].n_ranges, facts[i].ranges_omitted);
        if (g_hash_table_add(seen, g_strdup(quoted->str)))
            g_string_append_printf(out, "%s%s", g_hash_table_size(seen) > 1 ? " | " : "",
                                   quoted->str);
    }
    return g_hash_table_size(seen) > 0;
}

/* Whether that question is asked of the session. */
static bool is_asked(const MsRecord *record, const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(starters); i++) {
        g_autoptr(GString) values = g_string_new(NULL);
        MsFrameSet frames = {0};
        bool asked = strcmp(starters[i].id, id) == 0 &&
                     add_values(values, &frames, record, starters[i].field);
        ms_frames_clear(&frames);
        if (asked)
            return true;
    }
    return false;
}

static void add_nears(GString *out, const MsRecord *record, const char *nears, unsigned session)
{
    g_auto(GStrv) list = g_strsplit(nears ? nears : "", "|", -1);
    const char *before = "near = ";
    for (size_t i = 0; list[i]; i++) {
        const char *kind = strchr(list[i], ' ');
        const char *other = kind ? strchr(kind + 1, ' ') : NULL;
        if (!kind || (other && !is_asked(record, other + 1)))
            continue;
        g_string_append(out, before);
        before = " | ";
        if (other)
            g_string_append_printf(out, "%.*s s%u-%s", (int)(other - list[i]), list[i], session,
                                   other + 1);
        else
            g_string_append(out, list[i]);
    }
    if (before[0] == ' ')
        g_string_append_c(out, '\n');
}

void ms_outline_session(GString *out, const MsRecord *record)
{
    unsigned session = ms_record_number(record) + 1;
    for (size_t i = 0; i < G_N_ELEMENTS(starters); i++) {
        g_autoptr(GString) values = g_string_new(NULL);
        MsFrameSet frames = {0};
        if (add_values(values, &frames, record, starters[i].field)) {
            g_string_append_printf(out,
                                   "\n[question s%u-%s]\ntitle = Session %u: %s\nfact = %s\n"
                                   "session = %u\nmatch = %s\nexpect = %s\n",
                                   session, starters[i].id, session, starters[i].title,
                                   ms_field(starters[i].field)->key, session,
                                   ms_match_name(starters[i].match), values->str);
            add_nears(out, record, starters[i].near, session);
            g_autoptr(GString) where = g_string_new(NULL);
            ms_where_write(where, &frames);
            if (where->len > 0)
                g_string_append_printf(out, "where = %s\n", where->str);
        }
        ms_frames_clear(&frames);
    }
}
