/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-question.c - the table of questions is whole; conditions; each mode, on records made by
 * hand. */
#include "lab/condition.h"
#include "lab/question.h"
#include "recordmaker.h"

#include <glib.h>

#include <string.h>

static void test_table(void)
{
    size_t count;
    const MsQuestion *questions = ms_questions(&count);
    g_assert_cmpuint(count, ==, 96);
    unsigned conditions = 0;
    unsigned unknown = 0;
    for (size_t i = 0; i < count; i++) {
        const MsQuestion *question = &questions[i];
        g_assert_true(ms_question_find(question->id) == question); /* no id twice */
        g_assert_true(g_str_has_suffix(question->title, "?"));
        g_assert_cmpuint(strlen(question->what), >, 0);
        MsCondition condition;
        for (const char *text = question->facts; ms_condition_next(&text, &condition);) {
            conditions++;
            unknown += condition.field == MS_N_FIELDS;
            g_assert_true(condition.sign == '\0' || condition.values_length > 0);
        }
        MsExplanation explanation;
        unsigned terms = 0;
        while (ms_question_why(question, terms, &explanation))
            terms++;
        g_auto(GStrv) words = g_strsplit(question->terms, "|", -1);
        if (terms != g_strv_length(words))
            g_error("%s: %u of %s explained", question->id, terms, question->terms);
    }
    g_assert_cmpuint(conditions, ==, 267);
    g_test_message("%u conditions on facts that are not known", unknown);
    g_assert_null(ms_question_find("nonsuch"));
    g_assert_null(ms_question_find(""));
}

/* A kind in front of a colon tells which of several is meant. */
static void test_terms(void)
{
    MsExplanation explanation;
    g_assert_true(ms_question_why(ms_question_find("imap-folders"), 0, &explanation));
    g_assert_cmpstr(explanation.kind, ==, "IMAP command");
    g_assert_true(ms_question_why(ms_question_find("pop-counts"), 1, &explanation));
    g_assert_cmpstr(explanation.kind, ==, "POP3 command");
}

static void test_conditions(void)
{
    static const struct {
        const char *condition;
        MsFieldId field;
        const char *text; /* NULL: number */
        int64_t number;
        bool fits;
    } rows[] = {
        {"smtp.helo", MS_FIELD_SMTP_HELO, "x", 0, true},
        {"smtp.helo", MS_FIELD_SMTP_REPLY, "x", 0, false},
        {"smtp.helo=x", MS_FIELD_SMTP_HELO, "X", 0, true},
        {"smtp.helo=x", MS_FIELD_SMTP_HELO, "xy", 0, false},
        {"smtp.helo=a/x", MS_FIELD_SMTP_HELO, "x", 0, true},
        {"smtp.helo^x", MS_FIELD_SMTP_HELO, "xy", 0, true},
        {"smtp.helo^x", MS_FIELD_SMTP_HELO, "yx", 0, false},
        {"smtp.helo^xyz", MS_FIELD_SMTP_HELO, "xy", 0, false},
        {"smtp.reply~b_c", MS_FIELD_SMTP_REPLY, "a B C d", 0, true},
        {"smtp.reply~b_c", MS_FIELD_SMTP_REPLY, "a b-c", 0, false},
        {"smtp.reply~zz/_id=", MS_FIELD_SMTP_REPLY, "OK id=1", 0, true},
        {"smtp.reply~x", MS_FIELD_SMTP_REPLY, "", 0, false},
        {"smtp.reply_code=220", MS_FIELD_SMTP_REPLY_CODE, NULL, 220, true},
        {"smtp.reply_code=220", MS_FIELD_SMTP_REPLY_CODE, NULL, 250, false},
        {"smtp.reply_code=220/250", MS_FIELD_SMTP_REPLY_CODE, NULL, 250, true},
        {"smtp.reply_code>400", MS_FIELD_SMTP_REPLY_CODE, NULL, 400, true},
        {"smtp.reply_code>400", MS_FIELD_SMTP_REPLY_CODE, NULL, 399, false},
        {"no.such=1", MS_FIELD_SMTP_REPLY_CODE, NULL, 1, false},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        const MsFact fact = {.field = (uint16_t)rows[i].field,
                             .text = rows[i].text,
                             .text_length = rows[i].text ? (uint32_t)strlen(rows[i].text) : 0,
                             .number = rows[i].number};
        const char *text = rows[i].condition;
        MsCondition condition;
        g_assert_true(ms_condition_next(&text, &condition));
        if (ms_condition_fits(&condition, &fact) != rows[i].fits)
            g_error("%s", rows[i].condition);
        g_assert_false(ms_condition_next(&text, &condition));
    }
    g_assert_cmpuint(checked, ==, 18);
}

/* A session with a login, two recipients of which one is refused, and one not in the header. */
static MsRecord *make(MsLimits *limits)
{
    MsRecord *record = rm_new(limits);
    rm_text(record, MS_FIELD_SESSION_PROTOCOL, MS_TO_SERVER, -1, -1, 1, "smtp");
    rm_greet(record);
    rm_text(record, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, 0, 8, "PLAIN");
    rm_text(record, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, 1, 9, "LOGIN");
    rm_text(record, MS_FIELD_SMTP_MAIL_FROM, MS_TO_SERVER, 0, -1, 10, "ann@example.org");
    rm_text(record, MS_FIELD_SMTP_RCPT_TO, MS_TO_SERVER, 0, 0, 12, "bob@example.net");
    rm_text(record, MS_FIELD_SMTP_RCPT_OUTCOME, MS_TO_CLIENT, 0, 0, 13, "accepted");
    rm_text(record, MS_FIELD_SMTP_RCPT_TO, MS_TO_SERVER, 0, 1, 14, "eve@example.net");
    rm_number(record, MS_FIELD_SMTP_RCPT_REPLY, MS_TO_CLIENT, 0, 1, 15, 550);
    rm_text(record, MS_FIELD_SMTP_RCPT_OUTCOME, MS_TO_CLIENT, 0, 1, 15, "rejected");
    rm_text(record, MS_FIELD_MESSAGE_FROM, MS_TO_SERVER, 0, -1, 16, "Ann <ANN@example.org>");
    rm_text(record, MS_FIELD_MESSAGE_TO, MS_TO_SERVER, 0, -1, 16, "bob@example.net");
    rm_number(record, MS_FIELD_SMTP_REPLY_CODE, MS_TO_CLIENT, -1, 3, 15, 550);
    rm_text(record, MS_FIELD_SMTP_REPLY, MS_TO_CLIENT, -1, 3, 15, "blocked using bl.example");
    return record;
}

/* All rows of the answer, joined by "; ". */
static char *ask(const MsRecord *record, const char *id)
{
    const MsOrigins origins = {0};
    const MsStyle style = {0};
    MsBuffer out = {0};
    MsView view;
    MsAnswer answer;
    ms_view_init(&view, &out, record, &origins, &style, NULL);
    ms_question_answer(&view, ms_question_find(id), &answer);
    g_assert_true((answer.rows->len == 0) == (answer.reason.text != NULL));
    GString *text = g_string_new(answer.reason.text ? "no: " : "");
    g_string_append(text, answer.reason.text ? answer.reason.text : "");
    for (guint i = 0; i < answer.rows->len; i++) {
        const MsAnswerRow *row = &g_array_index(answer.rows, MsAnswerRow, i);
        g_string_append(text, i > 0 ? "; " : "");
        if (row->words)
            g_string_append(text, row->words);
        else if (row->oddity)
            g_string_append(text, ms_oddity_name(row->oddity->kind));
        else if (row->fact->text_length > 0)
            g_string_append_len(text, row->fact->text, row->fact->text_length);
        else
            g_string_append_printf(text, "%d", (int)row->fact->number);
    }
    ms_answer_clear(&answer);
    ms_view_clear(&view);
    ms_buffer_clear(&out);
    return g_string_free(text, FALSE);
}

static void test_modes(void)
{
    static const struct {
        const char *id, *answer;
    } rows[] = {
        {"mechanism", "PLAIN; LOGIN"},                           /* LIST */
        {"attempts", "2; PLAIN; LOGIN"},                         /* COUNT */
        {"hiding", "no: no password can be read."},              /* IF */
        {"refused-recipient", "eve@example.net; 550; rejected"}, /* WITH */
        {"blocked", "550; blocked using bl.example"},            /* WITH and ~ */
        {"sender-same", "yes, they are the same; ann@example.org; Ann <ANN@example.org>"},
        {"blind-recipients", "eve@example.net"}, /* BLIND */
        {"subject", "no: no message with a Subject line is sent."},
        {"pop-port", "no: the session speaks SMTP."},
        {"imap-folder", "no: the session speaks SMTP."},
        {"complete", "complete: nothing is missing, nothing contradicts"},
    };
    MsLimits limits;
    g_autoptr(MsRecord) record = make(&limits);
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autofree char *answer = ask(record, rows[i].id);
        g_assert_cmpstr(answer, ==, rows[i].answer);
    }
    g_assert_cmpuint(checked, ==, 11);
}

/* What the capture lacks is the reason before what was not said. */
static void test_reasons(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = make(&limits);
    rm_oddity(record, MS_ODDITY_MIDSTREAM, MS_TO_SERVER, 1, 0, "");
    g_autofree char *late = ask(record, "subject");
    g_assert_cmpstr(late, ==, "no: it began late: a subject may have come before its first frame.");
    g_autofree char *complete = ask(record, "complete");
    g_assert_cmpstr(complete, ==, "1 thing to know; midstream");
}

/* The note on the mechanism LOGIN in a session of that protocol; `encoded`: base64 was sent. */
static char *login_note(const char *protocol, bool encoded)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    ms_record_reset(record, 0);
    rm_text(record, MS_FIELD_SESSION_PROTOCOL, MS_TO_SERVER, -1, -1, 1, protocol);
    rm_text(record, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, 0, 8, "LOGIN");
    if (encoded)
        rm_text(record, MS_FIELD_AUTH_ENCODED, MS_TO_SERVER, -1, 0, 9, "YQ==");
    const MsOrigins origins = {0};
    const MsStyle style = {0};
    MsBuffer out = {0};
    MsView view;
    ms_view_init(&view, &out, record, &origins, &style, NULL);
    char *note =
        g_strdup(ms_fact_note(&view, ms_record_find(record, MS_FIELD_AUTH_MECHANISM, -1, 0)));
    ms_view_clear(&view);
    ms_buffer_clear(&out);
    return note;
}

/* IMAP's command LOGIN is not the mechanism LOGIN. */
static void test_note(void)
{
    g_autofree char *command = login_note("imap", false);
    g_assert_true(g_str_has_prefix(command, "Logs in with user name and password, both readable"));
    g_autofree char *mechanism = login_note("imap", true);
    g_assert_nonnull(strstr(mechanism, "each in base64"));
    g_autofree char *smtp = login_note("smtp", false);
    g_assert_cmpstr(smtp, ==, mechanism);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/question/table", test_table);
    g_test_add_func("/question/terms", test_terms);
    g_test_add_func("/question/conditions", test_conditions);
    g_test_add_func("/question/modes", test_modes);
    g_test_add_func("/question/reasons", test_reasons);
    g_test_add_func("/question/note", test_note);
    return g_test_run();
}
