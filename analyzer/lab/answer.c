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
    ms_buffer_text(&text, ms_heading_protocol(view->index));
    ms_buffer_text(&text, ", ");
    ms_text_time(&text, view->start_ns);
    ms_buffer_text(&text, " UTC");
    const MsFact *last = ms_view_fact(view, MS_FIELD_SESSION_LAST);
    if (last)
        ms_text_lasts(&text, last->number - view->start_ns);
    ms_buffer_text(&text, "; times below count from then");
    ms_pen_go(pen, MS_VIEW_LABEL);
    pen->indent = MS_VIEW_LABEL;
    ms_pen_ink(pen, MS_INK_DIM);
    ms_pen_words(pen, text.data, text.length);
    ms_pen_newline(pen);
    ms_buffer_clear(&text);
}

/* What a reader must know before trusting the answers: how often what was odd. */
static void put_oddities(MsView *view)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(view->record, &count);
    size_t often[MS_N_ODDITIES] = {0};
    for (size_t i = 0; i < count; i++)
        often[oddities[i].kind]++;
    if (count == 0)
        return;
    MsPen *pen = &view->pen;
    ms_pen_go(pen, MS_VIEW_LABEL);
    ms_pen_ink(pen, MS_INK_ODD);
    ms_pen_say(pen, "! ");
    bool begun = false;
    for (size_t kind = 0; kind < MS_N_ODDITIES; kind++) {
        if (often[kind] == 0)
            continue;
        ms_pen_say(pen, "%s%s", begun ? "; " : "", ms_oddity_words((MsOddityKind)kind));
        if (often[kind] > 1)
            ms_pen_say(pen, " (%zu times)", often[kind]);
        begun = true;
    }
    ms_pen_ink(pen, MS_INK_DIM);
    ms_pen_say(pen, " - mailscope show tells where");
    ms_pen_newline(pen);
}

void ms_answer_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                       const MsStyle *style, const MsRedactor *redactor)
{
    MsView view;
    ms_view_init(&view, out, record, origins, style, redactor);
    ms_heading_title(&view.pen, record);
    put_time(&view);
    put_oddities(&view);
    ms_answer_ends(&view);
    ms_answer_first(&view);
    ms_answer_login(&view);
    ms_answer_mail(&view);
    ms_answer_ending(&view);
    ms_pen_newline(&view.pen);
    ms_view_clear(&view);
}
