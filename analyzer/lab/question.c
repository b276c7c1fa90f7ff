/* SPDX-License-Identifier: GPL-2.0-or-later
 * question.c - finds the facts that answer a question. No question has code of its own: what is
 * special about it stands in its row of the table. */
#include "question.h"

#include "../fact/explain.h"
#include "../fact/replies.h"
#include "condition.h"

#include <glib.h>

#include <stdlib.h>

enum { MOST_CONDITIONS = 16 };

#define CLIENT MS_TO_CLIENT /* what the server says goes to the client */
#define SERVER MS_TO_SERVER

static const MsQuestion questions[] = {
#define MS_QUESTION(id, title, mode, facts, direction, what, none, terms)                          \
    {id, title, MS_ASK_##mode, facts, direction, what, none, terms},
#include "questions.def"
#undef MS_QUESTION
};

const MsQuestion *ms_questions(size_t *count)
{
    *count = G_N_ELEMENTS(questions);
    return questions;
}

const MsQuestion *ms_question_find(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        if (strcmp(questions[i].id, id) == 0)
            return &questions[i];
    }
    return NULL;
}

/* --- what facts mean --- */

static const char *term_text(MsTermKind kind, const MsFact *fact)
{
    const MsTerm *term = ms_term_find(kind, fact->text, fact->text_length);
    return term ? term->text : NULL;
}

/* Whether it is a login with IMAP's command LOGIN, not with the mechanism of that name: nothing was
 * sent in base64 (RFC 9051 6.2.3). */
static bool is_login_command(const MsView *view, const MsFact *fact)
{
    return ms_fact_is(fact, "LOGIN") &&
           ms_fact_is(ms_view_fact(view, MS_FIELD_SESSION_PROTOCOL), "imap") &&
           !ms_index_first(view->index, MS_FIELD_AUTH_ENCODED, -1, fact->item);
}

/* A status of HTTP in words. */
static const char *http_words(const MsFact *fact)
{
    char code[8];
    int length = g_snprintf(code, sizeof code, "%u", (unsigned)fact->number % 1000);
    const MsTerm *term = ms_term_find(MS_TERM_HTTP, code, (size_t)length);
    return term ? term->text : NULL;
}

const char *ms_fact_note(const MsView *view, const MsFact *fact)
{
    const char *key = ms_field((MsFieldId)fact->field)->key;
    switch (fact->field) {
    case MS_FIELD_SMTP_REPLY_CODE:
    case MS_FIELD_SMTP_GREETING_CODE:
    case MS_FIELD_SMTP_MAIL_REPLY:
    case MS_FIELD_SMTP_RCPT_REPLY:
    case MS_FIELD_SMTP_FINAL_REPLY:
    case MS_FIELD_SMTP_QUIT_CODE:
        return ms_reply_words((unsigned)fact->number, NULL);
    case MS_FIELD_AUTH_REPLY_CODE:
        return ms_view_speaks(view, "http") ? http_words(fact)
                                            : ms_reply_words((unsigned)fact->number, NULL);
    case MS_FIELD_HTTP_STATUS:
        return http_words(fact);
    case MS_FIELD_SMTP_ENHANCED_CODE:
        return ms_enhanced_words(fact->text, fact->text_length, NULL);
    case MS_FIELD_SMTP_EXTENSION:
        return term_text(MS_TERM_SMTP_EXTENSION, fact);
    case MS_FIELD_AUTH_MECHANISM:
        return term_text(is_login_command(view, fact) ? MS_TERM_IMAP_COMMAND : MS_TERM_SASL, fact);
    case MS_FIELD_SESSION_SERVER_PORT:
        return ms_view_port(fact->number);
    case MS_FIELD_SESSION_CLIENT_PORT:
        return fact->number >= 1024 ? "a temporary port, for this connection only" : NULL;
    default:
        break;
    }
    if (strcmp(key, "pop3.capability") == 0)
        return term_text(MS_TERM_POP3_CAPABILITY, fact);
    if (strcmp(key, "imap.capability") == 0)
        return term_text(MS_TERM_IMAP_CAPABILITY, fact);
    return NULL;
}

bool ms_question_why(const MsQuestion *question, unsigned number, MsExplanation *explanation)
{
    const char *term = question->terms;
    for (; number > 0; number--) {
        term = strchr(term, '|');
        if (!term++)
            return false;
    }
    size_t length = strcspn(term, "|");
    const char *colon = memchr(term, ':', length);
    size_t kind = colon ? (size_t)(colon - term) : 0;
    g_autofree char *name = g_strndup(colon ? colon + 1 : term, length - kind - (colon ? 1 : 0));
    MsExplanation found[8];
    size_t count;
    size_t all;
    if (length == 0 || ms_explain(name, found, G_N_ELEMENTS(found), &count, &all) != MS_EXPLAINED)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(found[i].kind, term, kind) != 0)
            continue;
        *explanation = found[i];
        return true;
    }
    return false;
}

/* --- rows --- */

typedef struct {
    const MsView *view;
    MsAnswer *answer;
    MsCondition conditions[MOST_CONDITIONS];
    size_t n_conditions; /* those whose facts are known */
} Search;

static void add_words(Search *search, char *words)
{
    const MsAnswerRow row = {.words = words};
    g_array_append_val(search->answer->rows, row);
}

static void add_fact(Search *search, const MsFact *fact)
{
    const GArray *rows = search->answer->rows;
    guint recent = rows->len > 64 ? rows->len - 64 : 0; /* repeats stand near each other */
    for (guint i = recent; i < rows->len; i++) {
        if (g_array_index(rows, MsAnswerRow, i).fact == fact)
            return;
    }
    const MsAnswerRow row = {.fact = fact};
    g_array_append_val(search->answer->rows, row);
}

/* Questions about encoded credentials are questions about base64. */
static bool fits(const MsView *view, const MsCondition *condition, const MsFact *fact)
{
    return ms_condition_fits(condition, fact) &&
           (condition->field != MS_FIELD_AUTH_ENCODED || ms_view_in_base64(view, fact));
}

/* Adds what fits the condition. Returns how many facts do. */
static size_t add_fitting(Search *search, const MsCondition *condition)
{
    size_t count;
    size_t fitting = 0;
    const MsFact *const *facts = ms_index_field(search->view->index, condition->field, &count);
    for (size_t i = 0; i < count; i++) {
        if (!fits(search->view, condition, facts[i]))
            continue;
        fitting++;
        add_fact(search, facts[i]);
    }
    return fitting;
}

static const MsFact *first_fitting(const Search *search, const MsCondition *condition)
{
    size_t count;
    const MsFact *const *facts = ms_index_field(search->view->index, condition->field, &count);
    for (size_t i = 0; i < count; i++) {
        if (fits(search->view, condition, facts[i]))
            return facts[i];
    }
    return NULL;
}

/* --- modes --- */

static void answer_list(Search *search)
{
    for (size_t i = 0; i < search->n_conditions; i++)
        add_fitting(search, &search->conditions[i]);
}

static void answer_if(Search *search)
{
    const MsCondition *last = &search->conditions[search->n_conditions - 1];
    if (first_fitting(search, last))
        answer_list(search);
}

static void answer_with(Search *search)
{
    const MsCondition *last = &search->conditions[search->n_conditions - 1];
    size_t count;
    const MsFact *const *facts = ms_index_field(search->view->index, last->field, &count);
    for (size_t i = 0; i < count; i++) {
        if (!fits(search->view, last, facts[i]))
            continue;
        for (size_t k = 0; k < search->n_conditions; k++) {
            size_t n_group;
            const MsFact *const *group =
                ms_index_all(search->view->index, search->conditions[k].field, facts[i]->message,
                             facts[i]->item, &n_group);
            for (size_t g = 0; g < n_group; g++) {
                if (fits(search->view, &search->conditions[k], group[g]))
                    add_fact(search, group[g]);
            }
        }
    }
}

static void answer_count(Search *search)
{
    size_t most = 0;
    guint at = search->answer->rows->len;
    for (size_t i = 0; i < search->n_conditions; i++) {
        size_t count = add_fitting(search, &search->conditions[i]);
        most = i == 0 || most == 0 ? count : most;
    }
    if (search->answer->rows->len == at)
        return;
    const MsAnswerRow row = {.words = g_strdup_printf("%zu", most)};
    g_array_insert_val(search->answer->rows, at, row);
}

/* Whether `text` holds `word`, letter case aside. */
static bool holds(const MsFact *text, const MsFact *word)
{
    size_t length = word->text_length;
    for (size_t at = 0; length > 0 && at + length <= text->text_length; at++) {
        if (g_ascii_strncasecmp(text->text + at, word->text, length) == 0)
            return true;
    }
    return false;
}

static void answer_same(Search *search)
{
    if (search->n_conditions < 2)
        return;
    size_t count;
    const MsFact *const *facts =
        ms_index_field(search->view->index, search->conditions[0].field, &count);
    for (size_t i = 0; i < count; i++) {
        const MsFact *other =
            ms_index_first(search->view->index, search->conditions[1].field, facts[i]->message, -1);
        if (!other)
            continue;
        add_words(search, g_strdup(facts[i]->text_length == 0 ? "the envelope's is empty: a bounce"
                                   : holds(other, facts[i])   ? "yes, they are the same"
                                                              : "no, they differ"));
        add_fact(search, facts[i]);
        add_fact(search, other);
    }
}

/* Whether a fact of the other conditions, of the same message, names the fact. */
static bool is_named(const Search *search, const MsFact *fact, size_t *others)
{
    for (size_t i = 1; i < search->n_conditions; i++) {
        size_t count;
        const MsFact *const *facts = ms_index_all(search->view->index, search->conditions[i].field,
                                                  fact->message, -1, &count);
        *others += count;
        for (size_t k = 0; k < count; k++) {
            if (holds(facts[k], fact))
                return true;
        }
    }
    return false;
}

static void answer_blind(Search *search)
{
    size_t count;
    const MsFact *const *facts =
        ms_index_field(search->view->index, search->conditions[0].field, &count);
    for (size_t i = 0; i < count; i++) {
        size_t others = 0;
        if (!is_named(search, facts[i], &others) && others > 0)
            add_fact(search, facts[i]);
    }
}

static void answer_span(Search *search)
{
    const MsFact *first = first_fitting(search, &search->conditions[0]);
    const MsFact *last =
        search->n_conditions > 1 ? first_fitting(search, &search->conditions[1]) : NULL;
    if (!first || !last)
        return;
    MsBuffer text = {0};
    ms_text_seconds(&text, last->time_ns - first->time_ns);
    add_words(search, g_strdup_printf("%.*s seconds", (int)text.length, (const char *)text.data));
    ms_buffer_clear(&text);
    add_fact(search, first);
    add_fact(search, last);
}

static void answer_frames(Search *search)
{
    const MsView *view = search->view;
    MsFrameSet dialogue = {0};
    MsFrameSet mail = {0};
    size_t count;
    const MsLine *lines = ms_record_lines(view->record, &count);
    for (size_t i = 0; i < count; i++) {
        if (lines[i].kind != MS_LINE_CONNECTION && lines[i].kind != MS_LINE_MESSAGE)
            ms_frames_add(&dialogue, lines[i].ranges, lines[i].n_ranges, lines[i].ranges_omitted);
    }
    MsMessage *const *messages = ms_record_messages(view->record, &count);
    for (size_t i = 0; i < count; i++) {
        const MsRanges *ranges = ms_message_ranges(messages[i]);
        ms_frames_add(&mail, ranges->range, ranges->n_ranges, ranges->omitted);
    }
    bool more = mail.omitted > 0 || dialogue.omitted > 0;
    add_words(search, g_strdup_printf("%zu with lines of the dialogue, %zu%s with bytes of a mail",
                                      ms_frames_count(&dialogue), ms_frames_count(&mail),
                                      more ? " or more" : ""));
    ms_frames_clear(&dialogue);
    ms_frames_clear(&mail);
    answer_list(search);
}

static void answer_whole(Search *search)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(search->view->record, &count);
    add_words(search, count == 0
                          ? g_strdup("complete: nothing is missing, nothing contradicts")
                          : g_strdup_printf("%zu thing%s to know", count, count == 1 ? "" : "s"));
    for (size_t i = 0; i < count; i++) {
        const MsAnswerRow row = {.oddity = &oddities[i]};
        g_array_append_val(search->answer->rows, row);
    }
    answer_list(search);
}

/* --- none --- */

/* Whether the condition's facts can be in a session of this protocol. */
static bool is_spoken(const MsCondition *condition, const MsFact *protocol)
{
    static const struct {
        const char *keys;
        const char *protocols[2];
    } rows[] = {{"smtp.", {"smtp", "lmtp"}},
                {"pop3.", {"pop3", "pop3"}},
                {"imap.", {"imap", "imap"}},
                {"http.", {"http", "http"}},
                {"webmail.", {"http", "http"}}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strncmp(condition->key, rows[i].keys, strlen(rows[i].keys)) == 0)
            return ms_fact_is(protocol, rows[i].protocols[0]) ||
                   ms_fact_is(protocol, rows[i].protocols[1]);
    }
    return true;
}

/* Whether the question is about parts of messages, which nobody took apart. */
static bool lacks_parts(const Search *search)
{
    size_t messages;
    size_t parts;
    ms_record_messages(search->view->record, &messages);
    ms_index_field(search->view->index, MS_FIELD_PART_PATH, &parts);
    return messages > 0 && parts == 0 && search->n_conditions > 0 &&
           ms_field(search->conditions[0].field)->scope == MS_PART;
}

/* Why no fact fits. */
static void set_reason(const Search *search, const MsQuestion *question, bool spoken)
{
    MsReason *reason = &search->answer->reason;
    const MsView *view = search->view;
    if (!spoken && !view->encrypted && !view->tls) {
        reason->text = g_strdup_printf("the session speaks %s.", ms_heading_protocol(view->index));
        reason->fact = ms_view_fact(view, MS_FIELD_SESSION_SERVER_FIRST);
        return;
    }
    if (lacks_parts(search)) {
        reason->text = g_strdup("this version of mailscope does not read it yet.");
        return;
    }
    if (ms_view_reason(view, question->direction, question->what, reason))
        return;
    reason->text =
        g_strdup_printf("%s.", question->none[0] ? question->none : "nothing in it says so");
}

void ms_question_answer(const MsView *view, const MsQuestion *question, MsAnswer *answer)
{
    static void (*const modes[])(Search *) = {
        [MS_ASK_LIST] = answer_list, [MS_ASK_IF] = answer_if,
        [MS_ASK_WITH] = answer_with, [MS_ASK_COUNT] = answer_count,
        [MS_ASK_SAME] = answer_same, [MS_ASK_BLIND] = answer_blind,
        [MS_ASK_SPAN] = answer_span, [MS_ASK_FRAMES] = answer_frames,
        [MS_ASK_TEXT] = answer_list, [MS_ASK_WHOLE] = answer_whole};
    *answer =
        (MsAnswer){.question = question, .rows = g_array_new(FALSE, FALSE, sizeof(MsAnswerRow))};
    Search search = {.view = view, .answer = answer};
    const MsFact *protocol = ms_view_fact(view, MS_FIELD_SESSION_PROTOCOL);
    bool last_counts = question->mode == MS_ASK_IF || question->mode == MS_ASK_WITH;
    bool spoken = false;
    bool known = false;
    MsCondition condition;
    for (const char *text = question->facts; ms_condition_next(&text, &condition);) {
        spoken = is_spoken(&condition, protocol) || (spoken && !last_counts);
        known = condition.field != MS_N_FIELDS;
        if (known && search.n_conditions < MOST_CONDITIONS)
            search.conditions[search.n_conditions++] = condition;
    }
    if (last_counts && !known)
        search.n_conditions = 0; /* what it depends on is not read: the others are no answer */
    if (search.n_conditions > 0 && spoken)
        modes[question->mode](&search);
    if (answer->rows->len == 0)
        set_reason(&search, question, spoken);
}

void ms_answer_clear(MsAnswer *answer)
{
    for (guint i = 0; i < answer->rows->len; i++)
        g_free(g_array_index(answer->rows, MsAnswerRow, i).words);
    g_array_free(answer->rows, TRUE);
    g_free(answer->reason.text);
    *answer = (MsAnswer){0};
}
