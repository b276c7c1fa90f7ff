/* SPDX-License-Identifier: GPL-2.0-or-later
 * answer.c - `mailscope answer`: the five questions of the lesson in order, for one session. */
#include "answer.h"

#include "view.h"

#include <glib.h>

/* When it was, under the title. */
static void put_time(MsView *view)
{
    MsPen *pen = &view->pen;
    MsBuffer text = {0};
    ms_text_time(&text, view->start_ns);
    ms_buffer_text(&text, " UTC");
    const MsFact *last = ms_view_fact(view, MS_FIELD_SESSION_LAST);
    if (last) {
        ms_buffer_text(&text, ", lasts ");
        ms_text_seconds(&text, last->number - view->start_ns);
        ms_buffer_text(&text, " s");
    }
    ms_buffer_text(&text, "; times below count from then, bytes from the start of a frame");
    ms_pen_go(pen, MS_VIEW_LABEL);
    pen->indent = MS_VIEW_LABEL;
    ms_pen_ink(pen, MS_INK_DIM);
    ms_pen_words(pen, text.data, text.length);
    ms_pen_newline(pen);
    ms_buffer_clear(&text);
}

void ms_answer_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                       const MsStyle *style, const MsRedactor *redactor)
{
    MsView view;
    ms_view_init(&view, out, record, origins, style, redactor);
    ms_heading_title(&view.pen, record, view.index);
    put_time(&view);
    ms_answer_ends(&view);
    ms_answer_first(&view);
    ms_answer_login(&view);
    ms_answer_mail(&view);
    ms_answer_ending(&view);
    ms_pen_newline(&view.pen);
    ms_view_clear(&view);
}
