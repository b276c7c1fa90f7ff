/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls.c - what can be seen of TLS from outside: since which frame all is encrypted, the versions
 * offered and chosen, the server's name, the protocols; and how much could be read before. */
#include "view.h"

static void put_versions(MsView *view, const MsFact *offered, const MsFact *chosen)
{
    MsPen *pen = &view->pen;
    if (!offered && !chosen)
        return;
    ms_view_label(view, "Version");
    if (offered) {
        ms_pen_say(pen, "the client offers up to ");
        ms_pen_fact(pen, offered);
    }
    if (chosen) {
        ms_pen_say(pen, offered ? ", the server chooses " : "the server chooses ");
        ms_pen_fact(pen, chosen);
    }
    ms_pen_say(pen, " (RFC 8446 4.1.2, 4.1.3)");
    ms_view_cite_two(view, offered, chosen);
    ms_pen_newline(pen);
}

/* Lines of both sides before encryption. */
static size_t lines_before(const MsView *view)
{
    size_t count;
    size_t before = 0;
    const MsLine *lines = ms_record_lines(view->record, &count);
    for (size_t i = 0; i < count && lines[i].kind != MS_LINE_TLS; i++)
        before += lines[i].kind == MS_LINE_COMMAND || lines[i].kind == MS_LINE_REPLY ||
                  lines[i].kind == MS_LINE_AUTH;
    return before;
}

void ms_view_tls(MsView *view)
{
    MsPen *pen = &view->pen;
    if (!view->tls)
        return;
    size_t before = lines_before(view);
    ms_view_label(view, "TLS");
    ms_pen_say(pen, "begins here; from then on everything is encrypted. ");
    if (before > 0) {
        ms_pen_say(pen, "Before it ");
        ms_pen_count(pen, before, "line");
        ms_pen_say(pen, " of the dialogue could be read.");
    } else {
        ms_pen_say(pen, "Nothing of the dialogue could be read.");
    }
    ms_view_cite(view, view->tls);
    ms_pen_newline(pen);
    put_versions(view, ms_view_fact(view, MS_FIELD_TLS_VERSION),
                 ms_view_fact(view, MS_FIELD_TLS_VERSION_SELECTED));
    ms_view_row(view, "Asks for", ms_view_fact(view, MS_FIELD_TLS_SERVER_NAME));
    size_t count;
    const MsFact *const *alpn = ms_index_all(view->index, MS_FIELD_TLS_ALPN, -1, -1, &count);
    for (size_t i = 0; i < count; i++)
        ms_view_row(view, i == 0 ? "ALPN" : "", alpn[i]);
    ms_view_row(view, "Chosen", ms_view_fact(view, MS_FIELD_TLS_ALPN_SELECTED));
}
