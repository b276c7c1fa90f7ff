/* SPDX-License-Identifier: GPL-2.0-or-later
 * ladder.c - the dialogue drawn: client and server are two lines, time goes down, and each command
 * and reply is an arrow with its frame number, which leads to what is told about it. A row is drawn
 * at the height that its words need, so that it fits a telephone, and may end a sheet of paper.
 * What rows have in common stands once on the page (ms_ladder_shapes); colours are in report.css.
 */
#include "../front/heading.h"
#include "steps.h"

enum {
    COLUMNS = 200, /* most characters of a text */
    NOTE = 120     /* and of what it means */
};

#define PAUSE_NS INT64_C(1000000000) /* a longer silence is drawn */

typedef struct {
    MsPage *page;
    const MsSteps *steps;
    int64_t before; /* time of the row above; 0: none */
    bool encrypted; /* from here on */
} Ladder;

void ms_ladder_shapes(MsBuffer *out)
{
    ms_buffer_text(
        out,
        "<svg class=\"shapes\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\n"
        "<symbol id=\"life\"><path class=\"life\" d=\"M0 0v4000\"/><svg x=\"100%\" "
        "overflow=\"visible\"><path class=\"life\" d=\"M0 0v4000\"/></svg></symbol>\n"
        "<symbol id=\"right\"><use href=\"#life\"/><svg y=\"100%\" overflow=\"visible\"><line "
        "class=\"a\" x1=\"0\" x2=\"100%\" y1=\"-9\" y2=\"-9\"/></svg><svg x=\"100%\" y=\"100%\" "
        "overflow=\"visible\"><path class=\"p\" d=\"M-1 -9l-11 -5v10z\"/></svg></symbol>\n"
        "<symbol id=\"left\"><use href=\"#life\"/><svg y=\"100%\" overflow=\"visible\"><line "
        "class=\"a\" x1=\"0\" x2=\"100%\" y1=\"-9\" y2=\"-9\"/><path class=\"p\" d=\"M1 -9l11 "
        "-5v10z\"/></svg></symbol>\n"
        "<symbol id=\"torn\" overflow=\"visible\"><path class=\"gap\" d=\"M0 4v24\"/><path "
        "class=\"tear\" d=\"M0 4l7 6l-14 6l14 6l-7 6\"/></symbol>\n</defs></svg>\n");
}

/* --- a row --- */

/* Opens a row and its drawing; `shape`: of ms_ladder_shapes(). */
static void begin_lane(Ladder *ladder, const char *shape)
{
    ms_buffer_printf(ladder->page->out,
                     "<span class=\"lane\"><svg aria-hidden=\"true\"><use href=\"#%s\"/>", shape);
}

static void put_margin(Ladder *ladder, const MsStep *step, bool same_frame)
{
    MsBuffer *out = ladder->page->out;
    uint32_t count;
    uint64_t omitted;
    const MsRange *ranges = ms_step_ranges(step, &count, &omitted);
    if (count == 0 || same_frame) {
        ms_buffer_text(out, "<span class=\"f\"></span><span class=\"t\"></span>");
        return;
    }
    int64_t span = ms_step_time(step) - ladder->steps->start_ns;
    ms_buffer_printf(out, "<span class=\"f\">%u</span><span class=\"t\">", ranges[0].frame);
    ms_text_seconds(out, span - span % 1000);
    ms_buffer_text(out, "</span>");
}

static void put_text(Ladder *ladder, const MsStep *step)
{
    MsPage *page = ladder->page;
    MsBuffer text = {0};
    const MsLine *line = step->line;
    ms_step_text(page, ladder->steps, step, &text);
    ms_buffer_text(page->out, "<span class=\"m\">");
    if (line)
        ms_buffer_printf(page->out, "<span class=\"vh\">%s: </span>",
                         line->direction == MS_TO_SERVER ? "Client" : "Server");
    /* The text is masked already; masking what is masked changes nothing. */
    ms_page_label(page, (const char *)text.data, text.length, COLUMNS);
    ms_buffer_text(page->out, "</span>");
    ms_buffer_clear(&text);
}

/* What is decoded of a line, right of it or below. */
static void put_note(Ladder *ladder, const MsLine *line)
{
    MsPage *page = ladder->page;
    if (line->note_length == 0)
        return;
    ms_buffer_text(page->out, " <span class=\"n\">");
    if (page->redactor && line->secret)
        ms_buffer_text(page->out, MS_MASK);
    else
        ms_page_label(page, line->note, line->note_length, NOTE);
    ms_buffer_text(page->out, "</span>");
}

/* What can be seen of TLS from outside: "TLS 1.2 for mail.example.com". */
static void put_tls(Ladder *ladder)
{
    MsPage *page = ladder->page;
    const MsIndex *index = ladder->steps->index;
    const MsFact *version = ms_index_first(index, MS_FIELD_TLS_VERSION_SELECTED, -1, -1);
    const MsFact *name = ms_index_first(index, MS_FIELD_TLS_SERVER_NAME, -1, -1);
    if (!version && !name)
        return;
    ms_buffer_text(page->out, " <span class=\"tn\">");
    if (version)
        ms_page_label(page, version->text, version->text_length, 20);
    if (name) {
        ms_buffer_text(page->out, version ? ", asked for " : "asked for ");
        ms_page_label(page, name->text, name->text_length, 60);
    }
    ms_buffer_text(page->out, "</span>");
}

/* The line of the side that lost bytes is torn. */
static void put_tear(Ladder *ladder, const MsOddity *oddity)
{
    if (oddity->kind != MS_ODDITY_GAP && oddity->kind != MS_ODDITY_TRUNCATED)
        return;
    ms_buffer_text(ladder->page->out, oddity->direction == MS_TO_SERVER
                                          ? "<use href=\"#torn\"/>"
                                          : "<use href=\"#torn\" x=\"100%\"/>");
}

static const char *class_of(const MsStep *step)
{
    if (!step->line)
        return "o";
    bool client = step->line->direction == MS_TO_SERVER;
    switch (step->line->kind) {
    case MS_LINE_CONNECTION:
        return client ? "c tcp" : "s tcp";
    case MS_LINE_MESSAGE:
        return client ? "c msg" : "s msg";
    case MS_LINE_TLS:
        return "tls";
    default:
        return client ? "c" : "s";
    }
}

static void put_step(Ladder *ladder, size_t number)
{
    const MsSteps *steps = ladder->steps;
    MsBuffer *out = ladder->page->out;
    const MsStep *step = &g_array_index(steps->sequence, MsStep, number);
    const MsLine *line = step->line;
    bool inner = number > 0 && ms_step_goes_on(steps, number - 1);
    bool arrow = line && line->kind != MS_LINE_TLS && !ms_step_goes_on(steps, number);
    bool tls = line && line->kind == MS_LINE_TLS;
    ladder->encrypted = tls || (ladder->encrypted && !(line && line->kind == MS_LINE_CONNECTION));
    ms_buffer_printf(out, "<a href=\"#%sl%zu\" class=\"%s%s\">", ladder->page->id, number + 1,
                     class_of(step), ladder->encrypted ? " shade" : "");
    put_margin(ladder, step, inner);
    begin_lane(ladder, !arrow ? "life" : line->direction == MS_TO_SERVER ? "right" : "left");
    if (!line)
        put_tear(ladder, step->oddity);
    ms_buffer_text(out, "</svg>");
    put_text(ladder, step);
    if (tls)
        put_tls(ladder);
    else if (line)
        put_note(ladder, line);
    ms_buffer_text(out, "</span></a>\n");
}

/* --- what stands between rows --- */

static void begin_between(Ladder *ladder)
{
    ms_buffer_text(ladder->page->out,
                   "<p class=\"left\"><span class=\"f\"></span><span class=\"t\"></span>");
    begin_lane(ladder, "life");
    ms_buffer_text(ladder->page->out, "</svg><span class=\"m\">");
}

static void put_notes(Ladder *ladder, size_t number, size_t skipped)
{
    MsBuffer *out = ladder->page->out;
    int64_t now = ms_step_time(&g_array_index(ladder->steps->sequence, MsStep, number));
    if (skipped > 0) {
        begin_between(ladder);
        ms_buffer_text(out, "\xe2\x80\xa6 ");
        ms_html_count(out, skipped, "step");
        ms_buffer_text(out, " left out here</span></span></p>\n");
    } else if (ladder->before > 0 && now - ladder->before >= PAUSE_NS) {
        int64_t span = now - ladder->before;
        begin_between(ladder);
        ms_text_seconds(out, span - span % 1000000);
        ms_buffer_text(out, " s of silence</span></span></p>\n");
    }
    ladder->before = now > 0 ? now : ladder->before;
}

static void put_end(Ladder *ladder, const char *class, const char *side, MsFieldId address,
                    MsFieldId port)
{
    MsPage *page = ladder->page;
    const MsFact *where = ms_index_first(ladder->steps->index, address, -1, -1);
    const MsFact *number = ms_index_first(ladder->steps->index, port, -1, -1);
    ms_buffer_printf(page->out, "<span class=\"end %s\"><b>%s</b> ", class, side);
    if (where)
        ms_page_label(page, where->text, where->text_length, 45);
    if (number)
        ms_buffer_printf(page->out, " port %u", (unsigned)number->number);
    ms_buffer_text(page->out, "</span>");
}

void ms_ladder_draw(MsPage *page, const MsSteps *steps)
{
    size_t count = steps->sequence->len;
    Ladder ladder = {.page = page, .steps = steps};
    ms_buffer_text(page->out,
                   "<div class=\"ladder\" role=\"group\" aria-label=\"Ladder of the dialogue: "
                   "client on the left, server on the right, time goes down, ");
    ms_html_count(page->out, count, "step");
    ms_buffer_text(page->out, ", each with its frame number; the list below says the same in "
                              "words\">\n<p class=\"ends\"><span class=\"f\">Frame</span><span "
                              "class=\"t\">Time/s</span><span class=\"lane\">");
    put_end(&ladder, "c", "Client", MS_FIELD_SESSION_CLIENT, MS_FIELD_SESSION_CLIENT_PORT);
    put_end(&ladder, "s", "Server", MS_FIELD_SESSION_SERVER, MS_FIELD_SESSION_SERVER_PORT);
    ms_buffer_text(page->out, "</span></p>\n");
    for (size_t i = 0; i < count; i++) {
        size_t skipped;
        bool shown = ms_steps_shown(steps, i, &skipped);
        if (shown) {
            put_notes(&ladder, i, skipped);
            put_step(&ladder, i);
        } else {
            const MsLine *line = g_array_index(steps->sequence, MsStep, i).line;
            ladder.encrypted = ladder.encrypted || (line && line->kind == MS_LINE_TLS);
        }
    }
    ms_buffer_text(page->out, "</div>\n");
}
