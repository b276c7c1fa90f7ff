/* SPDX-License-Identifier: GPL-2.0-or-later
 * bank.c - answers of the bank on a page: the rows with their evidence, why they are so, and the
 * display filter. */
#include "bank.h"

#include "../front/excerpt.h"

#include <glib.h>

enum {
    VALUE = 27, /* column */
    MOST_ROWS = 20,
    HEADER_LINES = 8,
    TEXT_LINES = 16
};

void ms_bank_list(MsBuffer *out, bool json)
{
    size_t count;
    const MsQuestion *questions = ms_questions(&count);
    for (size_t i = 0; i < count; i++) {
        if (json)
            ms_buffer_printf(out, "{\"question\":\"%s\",\"title\":\"%s\"}\n", questions[i].id,
                             questions[i].title);
        else
            ms_buffer_printf(out, "%-22s %s\n", questions[i].id, questions[i].title);
    }
}

/* --- rows --- */

static void begin_row(MsPen *pen, const char *label)
{
    if (pen->column > 0)
        ms_pen_newline(pen);
    ms_pen_go(pen, MS_VIEW_LABEL);
    ms_pen_say(pen, "%s", label);
    if (pen->column >= VALUE) /* a blank has to stand between */
        ms_pen_newline(pen);
    pen->indent = VALUE;
    ms_pen_go(pen, VALUE);
}

/* "Envelope recipient 2", "Subject (mail 2)" when there are several. */
static char *make_label(MsView *view, const MsFact *fact)
{
    const MsField *field = ms_field((MsFieldId)fact->field);
    if ((field->scope == MS_RECIPIENT || field->scope == MS_ATTEMPT) && fact->item > 0)
        return g_strdup_printf("%s %d", field->title, fact->item + 1);
    if (field->scope == MS_MESSAGE && ms_heading_mails(view->record, view->index) > 1)
        return g_strdup_printf("%s (mail %d)", field->title, fact->message + 1);
    return g_strdup(field->title);
}

static void put_fact(MsView *view, const MsFact *fact)
{
    MsPen *pen = &view->pen;
    g_autofree char *label = make_label(view, fact);
    begin_row(pen, label);
    ms_pen_ink(pen, MS_INK_VALUE);
    ms_pen_fact(pen, fact);
    ms_pen_ink(pen, MS_INK_PLAIN);
    const char *note = ms_fact_note(view, fact);
    if (note) {
        ms_pen_ink(pen, MS_INK_NOTE);
        ms_pen_say(pen, "   <- ");
        ms_pen_words(pen, (const uint8_t *)note, strlen(note));
        ms_pen_ink(pen, MS_INK_PLAIN);
    }
    ms_view_cite(view, fact);
    ms_pen_newline(pen);
}

static void put_oddity(MsView *view, const MsOddity *oddity)
{
    begin_row(&view->pen, ms_oddity_name(oddity->kind));
    const char *words = ms_oddity_words(oddity->kind);
    ms_pen_words(&view->pen, (const uint8_t *)words, strlen(words));
    if (oddity->length > 0)
        ms_pen_say(&view->pen, " (%" G_GUINT64_FORMAT " bytes)", (guint64)oddity->length);
    ms_view_cite_oddity(view, oddity);
    ms_pen_newline(&view->pen);
}

static void put_row(MsView *view, const MsAnswerRow *row)
{
    if (row->fact) {
        put_fact(view, row->fact);
    } else if (row->oddity) {
        put_oddity(view, row->oddity);
    } else {
        begin_row(&view->pen, "Answer");
        ms_pen_ink(&view->pen, MS_INK_VALUE);
        ms_pen_words(&view->pen, (const uint8_t *)row->words, strlen(row->words));
        ms_pen_newline(&view->pen);
    }
}

static void put_texts(MsView *view)
{
    size_t count;
    MsMessage *const *messages = ms_record_messages(view->record, &count);
    for (size_t i = 0; i < count; i++) {
        if (count > 1) {
            begin_row(&view->pen, "Mail");
            ms_pen_say(&view->pen, "%d", ms_message_number(messages[i]) + 1);
            ms_pen_newline(&view->pen);
        }
        view->pen.indent = MS_VIEW_LABEL;
        ms_excerpt(&view->pen, messages[i], HEADER_LINES, TEXT_LINES);
    }
}

/* "RFC 5321 4.2.3" behind a text. */
static void put_rfc(MsPen *pen, const char *rfc)
{
    if (rfc[0])
        ms_pen_say(pen, " (RFC %s)", rfc);
}

/* What the words of the question mean. */
static void put_terms(MsView *view, const MsQuestion *question)
{
    MsExplanation explanation;
    for (unsigned i = 0; ms_question_why(question, i, &explanation); i++) {
        MsPen *pen = &view->pen;
        begin_row(pen, i == 0 ? "Why" : "");
        ms_pen_ink(pen, MS_INK_NOTE);
        ms_pen_words(pen, (const uint8_t *)explanation.name, strlen(explanation.name));
        ms_pen_ink(pen, MS_INK_PLAIN);
        ms_pen_say(pen, ": ");
        const char *text = explanation.text ? explanation.text : explanation.words;
        ms_pen_words(pen, (const uint8_t *)text, strlen(text));
        put_rfc(pen, explanation.rfc);
        ms_pen_newline(pen);
    }
}

static void put_absent(MsView *view, const MsReason *reason)
{
    begin_row(&view->pen, "Answer");
    ms_pen_ink(&view->pen, MS_INK_ODD);
    ms_pen_say(&view->pen, "Not in this capture");
    ms_pen_ink(&view->pen, MS_INK_PLAIN);
    ms_pen_say(&view->pen, ", because ");
    ms_pen_words(&view->pen, (const uint8_t *)reason->text, strlen(reason->text));
    if (reason->fact)
        ms_view_cite(view, reason->fact);
    else if (reason->oddity)
        ms_view_cite_oddity(view, reason->oddity);
    ms_pen_newline(&view->pen);
}

static void put_question(MsView *view, const MsQuestion *question)
{
    MsPen *pen = &view->pen;
    MsAnswer answer;
    ms_question_answer(view, question, &answer);
    ms_pen_newline(pen);
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "%s  %s", question->id, question->title);
    ms_pen_newline(pen);
    guint shown = pen->style->full ? answer.rows->len : MIN(answer.rows->len, MOST_ROWS);
    for (guint i = 0; i < shown; i++)
        put_row(view, &g_array_index(answer.rows, MsAnswerRow, i));
    if (shown < answer.rows->len) {
        begin_row(pen, "");
        ms_pen_say(pen, "... %u more; --full shows all", answer.rows->len - shown);
        ms_pen_newline(pen);
    }
    if (answer.reason.text)
        put_absent(view, &answer.reason);
    else if (question->mode == MS_ASK_TEXT)
        put_texts(view);
    put_terms(view, question);
    ms_view_filter(view);
    ms_answer_clear(&answer);
}

void ms_bank_each(MsView *view, const MsStyle *style, void (*each)(MsView *, const MsQuestion *))
{
    size_t count;
    const MsQuestion *questions = ms_questions(&count);
    for (size_t i = 0; !style->questions && i < count; i++)
        each(view, &questions[i]);
    for (size_t i = 0; style->questions && style->questions[i]; i++) {
        const MsQuestion *question = ms_question_find(style->questions[i]);
        if (question)
            each(view, question);
    }
}

void ms_bank_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                     const MsStyle *style, const MsRedactor *redactor)
{
    MsView view;
    ms_view_init(&view, out, record, origins, style, redactor);
    ms_heading_title(&view.pen, record);
    ms_bank_each(&view, style, put_question);
    ms_pen_newline(&view.pen);
    ms_view_clear(&view);
}
