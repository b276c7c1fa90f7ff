/* SPDX-License-Identifier: GPL-2.0-or-later
 * bank_json.c - answers of the bank as JSON, one object a line for each question: what grading
 * compares, and other programs read. Described in docs/JSON.md. */
#include "../base/escape.h"
#include "../front/json.h"
#include "bank.h"

#include <glib.h>

#include <string.h>

static void add_text(MsBuffer *out, const char *text, size_t length)
{
    ms_buffer_byte(out, '"');
    ms_escape_json(out, (const uint8_t *)text, length);
    ms_buffer_byte(out, '"');
}

/* `,"name":"value"` */
static void add_member(MsBuffer *out, const char *name, const char *value)
{
    ms_buffer_printf(out, ",\"%s\":", name);
    add_text(out, value, strlen(value));
}

static void add_head(MsView *view, const MsQuestion *question)
{
    MsBuffer *out = view->pen.out;
    const MsOrigins *origins = view->pen.origins;
    bool joined = origins->n_files > 1;
    ms_buffer_text(out, joined ? "{\"schema\":1,\"files\":[" : "{\"schema\":1,\"file\":");
    for (size_t i = 0; i < origins->n_files; i++) {
        if (i > 0)
            ms_buffer_byte(out, ',');
        add_text(out, origins->files[i], strlen(origins->files[i]));
    }
    ms_buffer_printf(out, "%s,\"session\":%" G_GUINT64_FORMAT, joined ? "]" : "",
                     (guint64)ms_record_number(view->record) + 1);
    add_member(out, "question", question->id);
    add_member(out, "title", question->title);
}

static void add_oddity(MsBuffer *out, const MsOddity *oddity)
{
    ms_buffer_text(out, "{\"oddity\":");
    const char *name = ms_oddity_name(oddity->kind);
    add_text(out, name, strlen(name));
    ms_buffer_text(out, ",\"ranges\":[");
    for (uint32_t i = 0; i < oddity->n_ranges; i++) {
        const MsRange *range = &oddity->ranges[i];
        ms_buffer_printf(out, "%s[%u,%u,%u]", i > 0 ? "," : "", range->frame, range->offset,
                         range->length);
    }
    ms_buffer_text(out, "]}");
}

static void add_row(MsView *view, const MsAnswerRow *row)
{
    MsBuffer *out = view->pen.out;
    if (row->oddity) {
        add_oddity(out, row->oddity);
        ms_filter_add(&view->filter, row->oddity->ranges, row->oddity->n_ranges,
                      row->oddity->ranges_omitted);
        return;
    }
    if (!row->fact) {
        ms_buffer_text(out, "{\"words\":");
        add_text(out, row->words, strlen(row->words));
        ms_buffer_byte(out, '}');
        return;
    }
    ms_json_fact(out, row->fact, view->pen.origins, view->pen.redactor);
    const char *note = ms_fact_note(view, row->fact);
    if (note) {
        out->length--; /* the brace */
        add_member(out, "note", note);
        ms_buffer_byte(out, '}');
    }
    ms_filter_add(&view->filter, row->fact->ranges, row->fact->n_ranges, row->fact->ranges_omitted);
}

/* The filter for the first file that has evidence. */
static void add_filter(MsView *view)
{
    for (size_t file = 0; file < MAX(view->pen.origins->n_files, 1); file++) {
        MsBuffer text = {0};
        if (ms_filter_write(&view->filter, (uint16_t)file, &text)) {
            ms_buffer_text(view->pen.out, ",\"filter\":");
            add_text(view->pen.out, (const char *)text.data, text.length);
            ms_buffer_clear(&text);
            break;
        }
        ms_buffer_clear(&text);
    }
    ms_filter_clear(&view->filter);
}

static void add_terms(MsBuffer *out, const MsQuestion *question)
{
    MsExplanation e;
    ms_buffer_text(out, ",\"why\":[");
    for (unsigned i = 0; ms_question_why(question, i, &e); i++) {
        ms_buffer_text(out, i > 0 ? ",{\"name\":" : "{\"name\":");
        add_text(out, e.name, strlen(e.name));
        add_member(out, "text", e.text ? e.text : e.words);
        add_member(out, "rfc", e.rfc);
        ms_buffer_byte(out, '}');
    }
    ms_buffer_byte(out, ']');
}

static void add_question(MsView *view, const MsQuestion *question)
{
    MsBuffer *out = view->pen.out;
    MsAnswer answer;
    ms_question_answer(view, question, &answer);
    add_head(view, question);
    ms_buffer_printf(out, ",\"answered\":%s,\"answer\":[", answer.rows->len > 0 ? "true" : "false");
    for (guint i = 0; i < answer.rows->len; i++) {
        if (i > 0)
            ms_buffer_byte(out, ',');
        add_row(view, &g_array_index(answer.rows, MsAnswerRow, i));
    }
    ms_buffer_byte(out, ']');
    if (answer.reason.text)
        add_member(out, "reason", answer.reason.text);
    add_filter(view);
    add_terms(out, question);
    ms_buffer_text(out, "}\n");
    ms_answer_clear(&answer);
}

void ms_bank_json(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                  const MsStyle *style, const MsRedactor *redactor)
{
    MsView view;
    ms_view_init(&view, out, record, origins, style, redactor);
    ms_bank_each(&view, style, add_question);
    ms_view_clear(&view);
}
