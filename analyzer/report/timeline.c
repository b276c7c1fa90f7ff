/* SPDX-License-Identifier: GPL-2.0-or-later
 * timeline.c - all sessions of a capture over time: a bar for each, in the first lane that is free.
 */
#include "report_private.h"

#include <inttypes.h>

enum {
    WIDTH = 1000,
    LEFT = 8,
    RIGHT = 992,
    LANE = 11,       /* height of a lane */
    MOST_LANES = 40, /* more sessions at once share the last lane */
    LEAST = 3,       /* sessions worth a drawing */
    TICKS = 5
};

typedef struct {
    const MsReport *report;
    int64_t from, span;
    int end[MOST_LANES]; /* where a lane is free again */
    int lanes;
} Timeline;

static int place(const Timeline *timeline, int64_t time_ns)
{
    double part = (double)(time_ns - timeline->from) / (double)timeline->span;
    return LEFT + (int)(part * (RIGHT - LEFT));
}

static int lane_for(Timeline *timeline, int from, int to)
{
    int lane = 0;
    while (lane + 1 < MOST_LANES && lane < timeline->lanes && timeline->end[lane] > from)
        lane++;
    timeline->lanes = MAX(timeline->lanes, lane + 1);
    timeline->end[lane] = to + 1;
    return lane;
}

static void put_bar(Timeline *timeline, MsBuffer *out, const MsReportRow *row)
{
    int from = MIN(place(timeline, row->start_ns), RIGHT - 3);
    int to = MAX(place(timeline, row->last_ns), from + 3);
    int lane = lane_for(timeline, from, to);
    ms_buffer_printf(out,
                     "<a href=\"#c%us%u\"><rect class=\"%s%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
                     "height=\"%d\" rx=\"2\"/><title>",
                     timeline->report->number, row->number + 1,
                     row->encrypted   ? "tls"
                     : row->mails > 0 ? "mails"
                                      : "none",
                     row->oddities > 0 ? " odd" : "", from, 6 + lane * LANE, to - from, LANE - 3);
    ms_html_say(out, "Session %u: %s, %s to %s, %d mail%s", row->number + 1, row->protocol,
                row->client, row->server, row->mails, row->mails == 1 ? "" : "s");
    if (row->oddities > 0)
        ms_html_say(out, ", %u odd", row->oddities);
    ms_buffer_text(out, "</title></a>\n");
}

static void put_ticks(MsBuffer *out, int bottom)
{
    for (int i = 0; i < TICKS; i++)
        ms_buffer_printf(out, "<path class=\"tick\" d=\"M%d 2V%d\"/>",
                         LEFT + (RIGHT - LEFT) * i / (TICKS - 1), bottom);
    ms_buffer_byte(out, '\n');
}

/* Below the drawing, which is stretched to the width of the page; letters are not. */
static void put_times(const Timeline *timeline, MsBuffer *out)
{
    ms_buffer_text(out, "<p class=\"times\">");
    for (int i = 0; i < TICKS; i++) {
        int64_t at = timeline->span / (TICKS - 1) * i;
        ms_buffer_printf(out, "<span>+%" PRId64 ".%03" PRId64 " s</span>", at / 1000000000,
                         at / 1000000 % 1000);
    }
    ms_buffer_text(out, "</p>");
}

void ms_timeline_draw(MsBuffer *out, const MsReport *report)
{
    guint count = report->rows->len;
    if (count < LEAST)
        return;
    Timeline timeline = {.report = report, .from = G_MAXINT64};
    int64_t to = G_MININT64;
    for (guint i = 0; i < count; i++) {
        const MsReportRow *row = &g_array_index(report->rows, MsReportRow, i);
        timeline.from = MIN(timeline.from, row->start_ns);
        to = MAX(to, MAX(row->last_ns, row->start_ns));
    }
    timeline.span = MAX(to - timeline.from, 1);
    MsBuffer bars = {0};
    for (guint i = 0; i < count; i++)
        put_bar(&timeline, &bars, &g_array_index(report->rows, MsReportRow, i));
    int bottom = 10 + timeline.lanes * LANE;
    ms_buffer_printf(out,
                     "<figure><svg class=\"timeline\" viewBox=\"0 0 %d %d\" height=\"%d\" "
                     "preserveAspectRatio=\"none\" role=\"group\" aria-labelledby=\"c%utt\"><title "
                     "id=\"c%utt\">Timeline of %u "
                     "sessions</title>\n",
                     WIDTH, bottom, bottom, report->number, report->number, count);
    put_ticks(out, bottom);
    ms_buffer_append(out, bars.data, bars.length);
    ms_buffer_text(out, "</svg>");
    put_times(&timeline, out);
    ms_buffer_text(out,
                   "<figcaption><span class=\"key mails\">with mail</span> <span "
                   "class=\"key none\">without</span> <span class=\"key tls\">TLS</span> <span "
                   "class=\"key odd\">something odd</span> from ");
    ms_text_time(out, timeline.from);
    ms_buffer_text(out, " UTC</figcaption></figure>\n");
    ms_buffer_clear(&bars);
}
