/* SPDX-License-Identifier: GPL-2.0-or-later
 * ladder.c - the dialogue drawn: client and server are two lines, time goes down, and each command
 * and reply is an arrow with its frame number, which leads to what is told about it. Colours are
 * those of report.css: a drawing here has shapes and classes only. */
#include "../front/heading.h"
#include "steps.h"

enum { /* in units of the drawing, about a pixel each */
       WIDTH = 880,
       FRAME = 58,   /* right end of the frame number */
       TIME = 142,   /* right end of the time */
       LEFT = 168,   /* line of the client */
       RIGHT = 858,  /* line of the server */
       TEXT = 184,   /* begin of a text */
       COLUMNS = 84, /* most characters of a text */
       TOP = 62,     /* first step */
       PAUSE = 26
};

#define PAUSE_NS INT64_C(1000000000) /* a longer silence is drawn */

typedef struct {
    MsPage *page;
    const MsSteps *steps;
    int *top;   /* where each step begins; of those not shown: where the note about them is */
    int *pause; /* where the note about silence before it stands, or 0 */
    int bottom;
    int tls, tls_end; /* encrypted part, or 0 */
} Ladder;

static int height(const MsSteps *steps, size_t number)
{
    const MsStep *step = &g_array_index(steps->sequence, MsStep, number);
    if (!step->line)
        return 32;
    switch (step->line->kind) {
    case MS_LINE_CONNECTION:
        return 30;
    case MS_LINE_MESSAGE:
        return 52;
    case MS_LINE_TLS:
        return 62;
    default:
        return ms_step_goes_on(steps, number) ? 19 : 36;
    }
}

static void lay_out(Ladder *ladder)
{
    const MsSteps *steps = ladder->steps;
    int y = TOP;
    int64_t before = 0;
    for (size_t i = 0; i < steps->sequence->len; i++) {
        const MsStep *step = &g_array_index(steps->sequence, MsStep, i);
        size_t skipped;
        bool shown = ms_steps_shown(steps, i, &skipped);
        y += skipped > 0 ? PAUSE : 0;
        int64_t now = ms_step_time(step);
        if (shown && skipped == 0 && before > 0 && now - before >= PAUSE_NS) {
            ladder->pause[i] = y;
            y += PAUSE;
        }
        before = now > 0 ? now : before;
        ladder->top[i] = y;
        if (shown && step->line && step->line->kind == MS_LINE_TLS && ladder->tls == 0)
            ladder->tls = y + 4;
        bool last = step->line && step->line->kind == MS_LINE_CONNECTION && ladder->tls > 0;
        if (last && ladder->tls_end == 0)
            ladder->tls_end = y;
        y += shown ? height(steps, i) : 0;
    }
    ladder->bottom = y + 14;
    if (ladder->tls > 0 && ladder->tls_end == 0)
        ladder->tls_end = y;
}

static void put_end(Ladder *ladder, int x, const char *side, MsFieldId address, MsFieldId port)
{
    MsPage *page = ladder->page;
    MsBuffer *out = page->out;
    const MsFact *where = ms_index_first(ladder->steps->index, address, -1, -1);
    const MsFact *number = ms_index_first(ladder->steps->index, port, -1, -1);
    const char *anchor = x == LEFT ? "start" : "end";
    int at = x == LEFT ? LEFT - 10 : RIGHT + 10;
    ms_buffer_printf(out,
                     "<path class=\"life\" d=\"M%d 48V%d\"/><circle class=\"%s\" cx=\"%d\" "
                     "cy=\"48\" r=\"5\"/>",
                     x, ladder->bottom, x == LEFT ? "c" : "s", x);
    ms_buffer_printf(out, "<text class=\"side\" x=\"%d\" y=\"16\" text-anchor=\"%s\">%s</text>", at,
                     anchor, side);
    ms_buffer_printf(out, "<text class=\"addr\" x=\"%d\" y=\"34\" text-anchor=\"%s\">", at, anchor);
    if (where)
        ms_page_label(page, where->text, where->text_length, 45);
    if (number)
        ms_buffer_printf(out, " port %u", (unsigned)number->number);
    ms_buffer_text(out, "</text>\n");
}

/* An arrow from one side to the other at height y: the shaft, then the head. */
static void put_arrow(MsBuffer *out, uint8_t direction, int y, const char *class)
{
    bool right = direction == MS_TO_SERVER;
    ms_buffer_printf(out, "<path class=\"a %s\" d=\"M%d %dH%d\"/>", class, right ? LEFT : RIGHT, y,
                     right ? RIGHT - 8 : LEFT + 8);
    ms_buffer_printf(out, "<path class=\"p %s\" d=\"M%d %dl%s5v10z\"/>", class,
                     right ? RIGHT - 1 : LEFT + 1, y, right ? "-11 -" : "11 -");
}

static void put_margin(Ladder *ladder, const MsStep *step, int y, bool same_frame)
{
    MsBuffer *out = ladder->page->out;
    uint32_t count;
    uint64_t omitted;
    const MsRange *ranges = ms_step_ranges(step, &count, &omitted);
    if (count == 0 || same_frame)
        return;
    ms_buffer_printf(out, "<text class=\"f\" x=\"%d\" y=\"%d\">%u</text>", FRAME, y,
                     ranges[0].frame);
    int64_t span = ms_step_time(step) - ladder->steps->start_ns;
    ms_buffer_printf(out, "<text class=\"t\" x=\"%d\" y=\"%d\">", TIME, y);
    ms_text_seconds(out, span - span % 1000);
    ms_buffer_text(out, "</text>");
}

static void put_text(Ladder *ladder, const MsStep *step, int y, size_t columns, const char *class)
{
    MsPage *page = ladder->page;
    MsBuffer text = {0};
    ms_step_text(page, ladder->steps, step, &text);
    bool boxed = !step->line || step->line->kind == MS_LINE_MESSAGE;
    ms_buffer_printf(page->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class,
                     boxed ? TEXT + 6 : TEXT, y);
    /* The text is masked already; masking what is masked changes nothing. */
    ms_page_label(page, (const char *)text.data, text.length, columns);
    ms_buffer_text(page->out, "</text>");
    ms_buffer_clear(&text);
}

/* What is decoded of a line, right-aligned in its row. */
static void put_note(Ladder *ladder, const MsLine *line, int y)
{
    MsPage *page = ladder->page;
    if (line->note_length == 0 || line->text_length > COLUMNS / 2)
        return;
    ms_buffer_printf(page->out, "<text class=\"n\" x=\"%d\" y=\"%d\">", RIGHT - 14, y);
    if (page->redactor && line->secret)
        ms_buffer_text(page->out, MS_MASK);
    else
        ms_page_label(page, line->note, line->note_length, COLUMNS - line->text_length - 4);
    ms_buffer_text(page->out, "</text>");
}

static void put_odd(Ladder *ladder, const MsStep *step, int y)
{
    MsBuffer *out = ladder->page->out;
    bool gap = step->oddity->kind == MS_ODDITY_GAP || step->oddity->kind == MS_ODDITY_TRUNCATED;
    if (gap) /* the line of the side that lost bytes is torn */
        ms_buffer_printf(out, "<path class=\"tear\" d=\"M%d %dl7 6l-14 6l14 6l-7 6\"/>",
                         step->oddity->direction == MS_TO_SERVER ? LEFT : RIGHT, y + 4);
    ms_buffer_printf(out,
                     "<rect class=\"odd\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"24\" rx=\"4\"/>",
                     LEFT + 12, y + 3, RIGHT - LEFT - 24);
    put_text(ladder, step, y + 20, COLUMNS - 2, "ot");
}

/* What can be seen of TLS from outside: "TLS 1.2 for mail.example.com". */
static void put_tls(Ladder *ladder, int y)
{
    MsPage *page = ladder->page;
    const MsIndex *index = ladder->steps->index;
    const MsFact *version = ms_index_first(index, MS_FIELD_TLS_VERSION_SELECTED, -1, -1);
    const MsFact *name = ms_index_first(index, MS_FIELD_TLS_SERVER_NAME, -1, -1);
    if (!version && !name)
        return;
    ms_buffer_printf(page->out, "<text class=\"tn\" x=\"%d\" y=\"%d\">", TEXT, y);
    if (version)
        ms_page_label(page, version->text, version->text_length, 20);
    if (name) {
        ms_buffer_text(page->out, version ? ", asked for " : "asked for ");
        ms_page_label(page, name->text, name->text_length, 60);
    }
    ms_buffer_text(page->out, "</text>");
}

static void put_line(Ladder *ladder, const MsStep *step, size_t number, int y)
{
    MsBuffer *out = ladder->page->out;
    const MsLine *line = step->line;
    const char *side = line->direction == MS_TO_SERVER ? "c" : "s";
    char class[16];
    switch (line->kind) {
    case MS_LINE_CONNECTION:
        put_text(ladder, step, y + 14, COLUMNS, "tcp");
        put_arrow(out, line->direction, y + 20, "tcp");
        break;
    case MS_LINE_MESSAGE:
        ms_buffer_printf(out,
                         "<rect class=\"msg %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"30\" "
                         "rx=\"4\"/>",
                         side, LEFT + 12, y + 3, RIGHT - LEFT - 24);
        put_text(ladder, step, y + 22, COLUMNS, "mt");
        g_snprintf(class, sizeof class, "%s wide", side);
        put_arrow(out, line->direction, y + 43, class);
        break;
    case MS_LINE_TLS:
        put_text(ladder, step, y + 26, COLUMNS, "tls");
        put_tls(ladder, y + 46);
        break;
    default:
        put_text(ladder, step, y + 15, COLUMNS, side);
        put_note(ladder, line, y + 15);
        if (!ms_step_goes_on(ladder->steps, number))
            put_arrow(out, line->direction, y + 23, side);
        break;
    }
}

static void put_step(Ladder *ladder, size_t number)
{
    const MsSteps *steps = ladder->steps;
    MsBuffer *out = ladder->page->out;
    const MsStep *step = &g_array_index(steps->sequence, MsStep, number);
    int y = ladder->top[number];
    bool inner = number > 0 && ms_step_goes_on(steps, number - 1);
    ms_buffer_printf(out,
                     "<a href=\"#%sl%zu\"><rect class=\"hit\" x=\"2\" y=\"%d\" "
                     "width=\"%d\" height=\"%d\" rx=\"4\"/>",
                     ladder->page->id, number + 1, y, WIDTH - 4, height(steps, number));
    put_margin(ladder, step, y + 15, inner);
    if (step->line)
        put_line(ladder, step, number, y);
    else
        put_odd(ladder, step, y);
    ms_buffer_text(out, "</a>\n");
}

static void put_notes(Ladder *ladder, size_t number, size_t skipped)
{
    MsBuffer *out = ladder->page->out;
    const MsSteps *steps = ladder->steps;
    int y = ladder->top[number];
    if (skipped > 0) {
        ms_buffer_printf(out, "<text class=\"left\" x=\"%d\" y=\"%d\">\xe2\x80\xa6 ", TEXT, y - 8);
        ms_html_count(out, skipped, "step");
        ms_buffer_text(out, " left out here</text>\n");
    }
    if (ladder->pause[number] > 0) {
        int64_t span = ms_step_time(&g_array_index(steps->sequence, MsStep, number)) -
                       ms_step_time(&g_array_index(steps->sequence, MsStep, number - 1));
        ms_buffer_printf(out, "<text class=\"left\" x=\"%d\" y=\"%d\">", TEXT,
                         ladder->pause[number] + 17);
        ms_text_seconds(out, span - span % 1000000);
        ms_buffer_text(out, " s of silence</text>\n");
    }
}

void ms_ladder_draw(MsPage *page, const MsSteps *steps)
{
    size_t count = steps->sequence->len;
    Ladder ladder = {.page = page, .steps = steps};
    ladder.top = g_new0(int, MAX(count, 1));
    ladder.pause = g_new0(int, MAX(count, 1));
    lay_out(&ladder);
    ms_buffer_printf(page->out,
                     "<svg class=\"ladder\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                     "role=\"group\" aria-labelledby=\"%slt %sld\">\n<title id=\"%slt\">Ladder of "
                     "the dialogue</title><desc id=\"%sld\">",
                     WIDTH, ladder.bottom + 6, WIDTH, ladder.bottom + 6, page->id, page->id,
                     page->id, page->id);
    ms_buffer_text(page->out, "Client on the left, server on the right, time goes down: ");
    ms_html_count(page->out, count, "step");
    ms_buffer_text(page->out, ", each with its frame number; the list below says the same in words."
                              "</desc>\n");
    if (ladder.tls > 0)
        ms_buffer_printf(page->out,
                         "<rect class=\"shade\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
                         LEFT, ladder.tls, RIGHT - LEFT, MAX(ladder.tls_end - ladder.tls - 4, 30));
    ms_buffer_printf(page->out,
                     "<text class=\"head\" x=\"%d\" y=\"48\">Frame</text><text "
                     "class=\"head\" x=\"%d\" y=\"48\">Time/s</text>",
                     FRAME, TIME);
    put_end(&ladder, LEFT, "Client", MS_FIELD_SESSION_CLIENT, MS_FIELD_SESSION_CLIENT_PORT);
    put_end(&ladder, RIGHT, "Server", MS_FIELD_SESSION_SERVER, MS_FIELD_SESSION_SERVER_PORT);
    for (size_t i = 0; i < count; i++) {
        size_t skipped;
        if (!ms_steps_shown(steps, i, &skipped))
            continue;
        put_notes(&ladder, i, skipped);
        put_step(&ladder, i);
    }
    ms_buffer_text(page->out, "</svg>\n");
    g_free(ladder.top);
    g_free(ladder.pause);
}
