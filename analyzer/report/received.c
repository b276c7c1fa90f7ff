/* SPDX-License-Identifier: GPL-2.0-or-later
 * received.c - the path of a mail as its Received fields tell it (RFC 5321 4.4), oldest first: a
 * box for each server, an arrow for each hop. Boxes of a list, so that long paths break into rows.
 */
#include "../front/cite.h"
#include "parts.h"

#include <string.h>

enum { MOST_HOPS = 30 };

static void put_host(MsPage *page, const char *class, const MsFact *host)
{
    ms_buffer_printf(page->out, "<span class=\"%s\">", class);
    if (host)
        ms_page_fact(page, host);
    else
        ms_buffer_text(page->out, "?");
    ms_buffer_text(page->out, "</span>");
}

void ms_received_draw(MsPage *page, const MsIndex *index, int32_t message)
{
    static const MsFieldId fields[] = {MS_FIELD_RECEIVED_BY, MS_FIELD_RECEIVED_FROM};
    MsBuffer *out = page->out;
    int32_t hops = 0; /* fields come with the newest first */
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        while (hops < MOST_HOPS && ms_index_first(index, fields[i], message, hops))
            hops++;
    if (hops == 0)
        return;
    bool more = ms_index_first(index, MS_FIELD_RECEIVED_BY, message, hops) != NULL;
    ms_buffer_text(out, "<h5>Its path, as its Received fields tell it</h5>"
                        "<ol class=\"hops\">\n<li>");
    if (more)
        ms_buffer_text(out, "<span class=\"host\">\xe2\x80\xa6</span>");
    else
        put_host(page, "host", ms_index_first(index, MS_FIELD_RECEIVED_FROM, message, hops - 1));
    ms_buffer_text(out, "</li>\n");
    for (int32_t i = hops; i-- > 0;) {
        const MsFact *time = ms_index_first(index, MS_FIELD_RECEIVED_TIME, message, i);
        ms_buffer_text(out, "<li><span class=\"leg\">");
        ms_page_fact(page, ms_index_first(index, MS_FIELD_RECEIVED_WITH, message, i));
        ms_buffer_text(out, "<br>");
        if (time) {
            ms_text_time(out, time->number);
            out->length -= strlen(".000000"); /* the field has whole seconds */
        }
        ms_buffer_text(out, "</span>");
        put_host(page, "host s", ms_index_first(index, MS_FIELD_RECEIVED_BY, message, i));
        ms_buffer_text(out, "</li>\n");
    }
    ms_buffer_text(out, "</ol><p class=\"d\">Each server adds its field on top and cannot know "
                        "whether those below it are true.</p>\n");
}
