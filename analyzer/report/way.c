/* SPDX-License-Identifier: GPL-2.0-or-later
 * way.c - the path of a mail through several servers as a picture: a box for each place, an arrow
 * for each session that carried it. What lab/path.h remembers, drawn. */
#include "../lab/path_rows.h"
#include "parts.h"

enum {
    BOX = 190, /* width of a place */
    GAP = 170, /* between two */
    HEIGHT = 132,
    LONG = 1500,  /* a drawing wider than that is not made to fit the page */
    ROW_HOPS = 3, /* in one row; the next begins where it ended */
    MOST_HOPS = 30
};

static bool same(const MsPathText *a, const MsPathText *b)
{
    return a && b && a->text && b->text && a->length == b->length &&
           memcmp(a->text, b->text, a->length) == 0;
}

static const MsPathText *target_of(const MsPathHop *hop)
{
    return hop->to_client ? &hop->session->client : &hop->session->server;
}

static void put_box(MsPage *page, int x, const MsPathText *address, bool agent)
{
    ms_buffer_printf(page->out,
                     "<rect class=\"%s\" x=\"%d\" y=\"36\" width=\"%d\" height=\"52\" rx=\"8\"/>"
                     "<text class=\"side\" x=\"%d\" y=\"58\">%s</text>"
                     "<text class=\"addr\" x=\"%d\" y=\"77\">",
                     agent ? "place c" : "place s", x, BOX, x + BOX / 2,
                     agent ? "User agent" : "Server", x + BOX / 2);
    if (address->text)
        ms_page_label(page, address->text, address->length, 24);
    else
        ms_buffer_text(page->out, "?");
    ms_buffer_text(page->out, "</text>\n");
}

static void put_hop(MsPage *page, GHashTable *shown, int x, const MsPathHop *before,
                    const MsPathHop *hop)
{
    MsBuffer *out = page->out;
    int middle = x + GAP / 2;
    bool there = g_hash_table_contains(shown, GUINT_TO_POINTER(hop->session->number));
    if (there)
        ms_buffer_printf(out, "<a href=\"#c%us%u\">", page->capture, hop->session->number + 1);
    ms_buffer_printf(out, "<path class=\"a\" d=\"M%d 62H%dl-9 -4.5v9l9-4.5\"/>", x + 6,
                     x + GAP - 8);
    ms_buffer_printf(out, "<text class=\"step\" x=\"%d\" y=\"50\">", middle);
    ms_html_say(out, "%s", ms_path_step(hop));
    ms_buffer_printf(out, "</text><text class=\"t\" x=\"%d\" y=\"80\">%s, session %u</text>",
                     middle, hop->session->protocol, hop->session->number + 1);
    if (before) {
        ms_buffer_printf(out, "<text class=\"t\" x=\"%d\" y=\"96\">", middle);
        ms_text_seconds(out, (hop->time_ns - before->time_ns) / 1000 * 1000);
        ms_buffer_text(out, " s later</text>");
    }
    if (hop->first.frame > 0)
        ms_buffer_printf(out, "<text class=\"t\" x=\"%d\" y=\"%d\">frame %u</text>", middle,
                         before ? 112 : 96, hop->first.frame);
    ms_buffer_text(out, there ? "</a>\n" : "\n");
}

/* The way in words, for the drawing's description. */
static void describe(MsPage *page, const MsPaths *paths, guint from, guint to)
{
    for (guint i = from; i < to; i++) {
        const MsPathHop *hop = paths->hops->pdata[i];
        const MsPathText *source = hop->to_client ? &hop->session->server : &hop->session->client;
        const MsPathText *target = hop->to_client ? &hop->session->client : &hop->session->server;
        ms_html_say(page->out, "%s%s from ", i > from ? "; " : "", ms_path_step(hop));
        ms_page_label(page, source->text ? source->text : "?", source->text ? source->length : 1,
                      0);
        ms_buffer_text(page->out, " to ");
        ms_page_label(page, target->text ? target->text : "?", target->text ? target->length : 1,
                      0);
    }
}

/* Hops `from` to `to` of a way that begins with hop `start`. */
static void put_places(MsPage *page, GHashTable *shown, const MsPaths *paths, guint start,
                       guint from, guint to)
{
    const MsPathText *at = NULL;
    const MsPathHop *above = from > start ? paths->hops->pdata[from - 1] : NULL;
    int x = 4;
    for (guint i = from; i < to; i++) {
        const MsPathHop *hop = paths->hops->pdata[i];
        const MsPathText *source = hop->to_client ? &hop->session->server : &hop->session->client;
        const MsPathText *target = hop->to_client ? &hop->session->client : &hop->session->server;
        const char *role = hop->session->role.text ? hop->session->role.text : "";
        bool server = hop->to_client || strcmp(role, "relay") == 0 || strcmp(role, "delivery") == 0;
        if (at && !same(at, source)) {
            x += BOX + 40;
            at = NULL;
        }
        if (!at && above && same(target_of(above), source))
            put_box(page, x, source, above->to_client);
        else if (!at)
            put_box(page, x, source, !server);
        above = NULL;
        put_hop(page, shown, x + BOX, i > start ? paths->hops->pdata[i - 1] : NULL, hop);
        x += BOX + GAP;
        put_box(page, x, target, hop->to_client);
        at = target;
    }
}

/* Width of the drawing: boxes, arrows, and breaks where the mail goes on from another place. */
static int width(const MsPaths *paths, guint from, guint to)
{
    const MsPathText *at = NULL;
    int x = 4 + BOX;
    for (guint i = from; i < to; i++) {
        const MsPathHop *hop = paths->hops->pdata[i];
        if (at && !same(at, hop->to_client ? &hop->session->server : &hop->session->client))
            x += BOX + 40;
        at = hop->to_client ? &hop->session->client : &hop->session->server;
        x += BOX + GAP;
    }
    return x + 4;
}

/* Whether the mail was seen in more than one session: fetched twice in one is no way. */
static bool goes_on(const MsPaths *paths, guint from, guint to)
{
    const MsPathHop *first = paths->hops->pdata[from];
    for (guint i = from + 1; i < to; i++) {
        const MsPathHop *hop = paths->hops->pdata[i];
        if (hop->session->number != first->session->number)
            return true;
    }
    return false;
}

/* A drawing of some hops. Ids end with the number of the first, which no other drawing has. */
static void put_row(MsPage *page, GHashTable *there, const MsPaths *paths, guint start, guint from,
                    guint to, int wide)
{
    MsBuffer *out = page->out;
    ms_buffer_printf(out,
                     "<svg class=\"way%s\" viewBox=\"0 20 %d %d\" width=\"%d\" "
                     "height=\"%d\" role=\"group\" aria-labelledby=\"%sw%ut %sw%ud\"><title "
                     "id=\"%sw%ut\">Way of the mail%s</title><desc id=\"%sw%ud\">",
                     wide > LONG ? " long" : "", wide, HEIGHT - 36, wide, HEIGHT - 36, page->id,
                     from, page->id, from, page->id, from, from > start ? ", going on" : "",
                     page->id, from);
    describe(page, paths, from, to);
    ms_buffer_text(out, "</desc>\n");
    put_places(page, there, paths, start, from, to);
    ms_buffer_text(out, "</svg>");
}

static void put_mail(MsPage *page, GHashTable *there, const MsPaths *paths, guint from, guint to)
{
    MsBuffer *out = page->out;
    const MsPathHop *first = paths->hops->pdata[from];
    guint shown = MIN(to, from + MOST_HOPS);
    ms_buffer_text(out, "<h4>");
    if (first->subject.length > 0)
        ms_page_captured(page, first->subject.text, first->subject.length);
    else
        ms_buffer_text(out, "(no subject)");
    ms_buffer_text(out, " <span class=\"d\">");
    ms_buffer_text(out, first->by_id ? "" : "body ");
    ms_page_captured(page, first->key.text, first->key.length);
    ms_buffer_text(out, "</span></h4>\n");
    ms_buffer_text(out, "<div class=\"wide\">");
    int wide = 0; /* all rows have one scale */
    for (guint row = from; row < shown; row += ROW_HOPS)
        wide = MAX(wide, width(paths, row, MIN(shown, row + ROW_HOPS)));
    for (guint row = from; row < shown; row += ROW_HOPS)
        put_row(page, there, paths, from, row, MIN(shown, row + ROW_HOPS), wide);
    ms_buffer_text(out, "</div>\n");
    if (shown < to)
        ms_buffer_printf(out, "<p class=\"d\">\xe2\x80\xa6 %u more hops</p>\n", to - shown);
}

void ms_way_draw(MsPage *page, MsPaths *paths, GHashTable *shown)
{
    guint drawn = 0;
    guint left = 0;
    guint most = (guint)MIN(page->limits->value[MS_LIMIT_REPORT_WAYS], (uint64_t)G_MAXINT);
    ms_paths_sort(paths);
    for (guint from = 0, to; from < paths->hops->len; from = to) {
        to = ms_paths_end(paths, from);
        if (!goes_on(paths, from, to))
            continue;
        if (drawn == most) {
            left++;
            continue;
        }
        if (drawn++ == 0)
            ms_buffer_text(page->out,
                           "<section class=\"ways\"><h3>The way of the mail over several "
                           "sessions</h3>\n");
        put_mail(page, shown, paths, from, to);
    }
    if (drawn == 0)
        return;
    if (left > 0) {
        ms_buffer_text(page->out, "<p class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, left, "more mail");
        ms_buffer_text(page->out, " seen in several sessions (limit report-ways)</p>\n");
    }
    ms_buffer_text(page->out, "</section>\n");
}
