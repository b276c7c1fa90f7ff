/* SPDX-License-Identifier: GPL-2.0-or-later
 * path_text.c - the way of mails on a page: the sessions and what they are for, then each mail with
 * its hops, the time between them, and the header lines that servers added. */
#include "../front/pen.h"
#include "filter.h"
#include "path_rows.h"

#include <string.h>

enum { LABEL = 3, VALUE = 15, MOST = 100 /* sessions, mails, lines shown without --full */ };

typedef struct {
    MsPen pen;
    MsFilter filter;
    int64_t start_ns;
} Page;

static void label(Page *page, const char *text)
{
    MsPen *pen = &page->pen;
    if (pen->column > 0)
        ms_pen_newline(pen);
    ms_pen_go(pen, LABEL);
    ms_pen_say(pen, "%s", text);
    pen->indent = VALUE;
    ms_pen_go(pen, VALUE);
}

static void put(Page *page, const MsPathText *text)
{
    if (text->text)
        ms_pen_captured(&page->pen, text->text, text->length);
    else
        ms_pen_say(&page->pen, "?");
}

static void cite(Page *page, const MsRange *ranges, size_t count, int64_t time_ns)
{
    if (ranges[0].frame == 0)
        return;
    ms_pen_cite(&page->pen, ranges, count, 0, time_ns, page->start_ns);
    ms_filter_add(&page->filter, ranges, count, 0);
}

/* --- sessions --- */

static void put_session(Page *page, const MsPathSession *session)
{
    MsPen *pen = &page->pen;
    g_autofree char *name = g_strdup_printf("%u", session->number + 1);
    label(page, name);
    ms_pen_ink(pen, MS_INK_VALUE);
    put(page, &session->role);
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_pen_say(pen, ": ");
    put(page, &session->client);
    ms_pen_say(pen, " -> ");
    put(page, &session->server);
    ms_pen_say(pen, " port %u, %s, ", session->port, session->protocol);
    if (session->encrypted && session->mails == 0)
        ms_pen_say(pen, "encrypted: what it carries cannot be read");
    else
        ms_pen_count(pen, session->mails, "mail");
    ms_pen_newline(pen);
    if (session->visit_of > 0) {
        label(page, "");
        ms_pen_say(pen, "the same visit as session %u: it has the same cookie", session->visit_of);
        cite(page, &session->visit.place, 1, session->visit.time_ns);
        ms_pen_newline(pen);
    }
    if (session->visit_user.text) {
        label(page, "");
        ms_pen_say(pen, "on which ");
        put(page, &session->visit_user);
        ms_pen_say(pen, " logged in");
        cite(page, &session->visit_user.place, 1, session->visit_user.time_ns);
        ms_pen_newline(pen);
    }
    for (guint i = 0; i < session->reasons->len; i++) {
        const MsPathText *reason = &g_array_index(session->reasons, MsPathText, i);
        label(page, "");
        ms_pen_say(pen, "because ");
        ms_pen_words(pen, (const uint8_t *)reason->text, reason->length);
        cite(page, &reason->place, 1, reason->time_ns);
        ms_pen_newline(pen);
    }
}

static void put_sessions(Page *page, const MsPaths *paths)
{
    MsPen *pen = &page->pen;
    guint count = paths->sessions->len;
    guint shown = pen->style->full ? count : MIN(count, MOST);
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "Sessions");
    ms_pen_newline(pen);
    for (guint i = 0; i < shown; i++)
        put_session(page, paths->sessions->pdata[i]);
    label(page, "Why");
    ms_pen_say(pen,
               "A mail goes from a user agent to its server (submission), from server to server "
               "(relay), into the mailbox (delivery), and from there to a user agent "
               "(retrieval) (RFC 5598 4).");
    ms_pen_newline(pen);
    if (shown < count) {
        label(page, "");
        ms_pen_say(pen, "... %u more; --full shows all", count - shown);
        ms_pen_newline(pen);
    }
}

/* --- mails --- */

static bool same_address(const MsPathText *a, const MsPathText *b)
{
    return a->length == b->length && a->text && b->text && memcmp(a->text, b->text, a->length) == 0;
}

/* " -> server 198.51.100.10", broken between words. */
static void put_place(Page *page, const char *before, bool agent, const MsPathText *address)
{
    g_autofree char *text = g_strdup_printf("%s%s %s", before, agent ? "user agent" : "server",
                                            address->text ? address->text : "?");
    ms_pen_own(&page->pen, text, strlen(text));
}

/* "user agent 192.0.2.25 -> server 198.51.100.10 -> user agent 192.0.2.30" */
static void put_way(Page *page, const MsPaths *paths, guint from, guint to)
{
    MsPen *pen = &page->pen;
    const MsPathText *at = NULL; /* where the mail is */
    label(page, "Way");
    ms_pen_ink(pen, MS_INK_VALUE);
    for (guint i = from; i < to; i++) {
        const MsPathHop *hop = paths->hops->pdata[i];
        const MsPathText *source = hop->to_client ? &hop->session->server : &hop->session->client;
        const MsPathText *target = hop->to_client ? &hop->session->client : &hop->session->server;
        const char *role = hop->session->role.text ? hop->session->role.text : "";
        if (!at || !same_address(at, source)) {
            bool agent =
                !hop->to_client && strcmp(role, "relay") != 0 && strcmp(role, "delivery") != 0;
            put_place(page, at ? "; " : "", agent, source);
        }
        put_place(page, " -> ", hop->to_client, target);
        if (hop->to_client)
            ms_pen_say(pen, " (%s)", hop->session->protocol);
        at = hop->to_client ? source : target;
    }
    ms_pen_newline(pen);
}

static void put_added(Page *page, const MsPathHop *before, const MsPathHop *hop)
{
    MsPen *pen = &page->pen;
    guint shown = 0;
    for (guint i = 0; i < hop->lines->len; i++) {
        const MsPathText *line = &g_array_index(hop->lines, MsPathText, i);
        if (!ms_path_added(before, line) || (++shown > MOST && !pen->style->full))
            continue;
        label(page, shown == 1 ? "Added" : "");
        put(page, line);
        cite(page, &line->place, 1, line->time_ns);
        ms_pen_newline(pen);
    }
    if (before && shown == 0 && before->lines->len > 0 && hop->lines->len > 0) {
        label(page, "Added");
        ms_pen_say(pen, "no header line");
        ms_pen_newline(pen);
    }
}

static void put_hop(Page *page, const MsPathHop *before, const MsPathHop *hop, guint number)
{
    MsPen *pen = &page->pen;
    g_autofree char *name = g_strdup_printf("Hop %u", number);
    label(page, name);
    ms_pen_say(pen, "%s, session %u, mail %d, ", ms_path_step(hop), hop->session->number + 1,
               hop->mail + 1);
    ms_pen_count(pen, hop->size, "byte");
    ms_pen_say(pen, "%s", hop->complete ? "" : " (incomplete)");
    if (hop->outcome.text && !hop->to_client) {
        ms_pen_say(pen, ", ");
        put(page, &hop->outcome);
    }
    if (before) {
        MsBuffer span = {0};
        ms_text_seconds(&span, hop->time_ns - before->time_ns);
        ms_pen_say(pen, ", ");
        ms_pen_words(pen, span.data, span.length);
        ms_pen_say(pen, " s after hop %u", number - 1);
        ms_buffer_clear(&span);
    }
    const MsRange ranges[2] = {hop->first, hop->last};
    bool one = hop->first.frame == hop->last.frame && hop->first.file == hop->last.file;
    cite(page, ranges, one ? 1 : 2, hop->time_ns);
    ms_pen_newline(pen);
    put_added(page, before, hop);
}

static void put_filter(Page *page)
{
    MsPen *pen = &page->pen;
    for (size_t file = 0; file < MAX(pen->origins->n_files, 1); file++) {
        MsBuffer text = {0};
        if (ms_filter_write(&page->filter, (uint16_t)file, &text)) {
            ms_pen_go(pen, LABEL);
            ms_pen_say(pen, "Filter");
            if (pen->origins->n_files > 1) {
                ms_pen_say(pen, " for ");
                ms_pen_name(pen, pen->origins->files[file]);
            }
            ms_pen_say(pen, ": ");
            ms_pen_ink(pen, MS_INK_NOTE);
            ms_buffer_append(pen->out, text.data, text.length); /* one line, to be copied */
            ms_pen_newline(pen);
        }
        ms_buffer_clear(&text);
    }
    ms_filter_clear(&page->filter);
}

static void put_mail(Page *page, const MsPaths *paths, guint from, guint to)
{
    MsPen *pen = &page->pen;
    const MsPathHop *first = paths->hops->pdata[from];
    ms_pen_newline(pen);
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "%s ", first->by_id ? "Mail" : "Mail without Message-ID, body");
    put(page, &first->key);
    if (first->subject.length > 0) {
        ms_pen_say(pen, ": ");
        put(page, &first->subject);
    }
    ms_pen_newline(pen);
    put_way(page, paths, from, to);
    for (guint i = from; i < to; i++)
        put_hop(page, i > from ? paths->hops->pdata[i - 1] : NULL, paths->hops->pdata[i],
                i - from + 1);
    if (to - from == 1) {
        label(page, "");
        ms_pen_say(pen, "Not in this capture: its other hops, if there are any.");
        ms_pen_newline(pen);
    } else {
        label(page, "Why");
        ms_pen_say(pen, first->by_id ? "The Message-ID is the same in each (RFC 5322 3.6.4)."
                                     : "The body is the same in each, byte for byte.");
        ms_pen_newline(pen);
    }
    put_filter(page);
}

void ms_paths_text(MsBuffer *out, MsPaths *paths, const MsOrigins *origins, const MsStyle *style,
                   const MsRedactor *redactor)
{
    Page page = {0};
    MsPen *pen = &page.pen;
    ms_paths_sort(paths);
    ms_pen_init(pen, out, origins, style, redactor);
    if (paths->sessions->len > 0)
        page.start_ns = ((const MsPathSession *)paths->sessions->pdata[0])->start_ns;
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "The way of the mails in ");
    ms_pen_name(pen, origins->files[0]);
    if (origins->n_files > 1)
        ms_pen_say(pen, " and %zu more joined with it", origins->n_files - 1);
    ms_pen_newline(pen);
    ms_pen_newline(pen);
    put_sessions(&page, paths);
    put_filter(&page);
    guint shown = 0;
    for (guint from = 0, to; from < paths->hops->len; from = to) {
        to = ms_paths_end(paths, from);
        if (++shown <= MOST || style->full)
            put_mail(&page, paths, from, to);
    }
    if (shown > MOST && !style->full) {
        ms_pen_say(pen, "... %u more mails; --full shows all", shown - MOST);
        ms_pen_newline(pen);
    }
    if (paths->left_out > 0) {
        ms_pen_count(pen, paths->left_out, "session");
        ms_pen_say(pen, " left out: the limit path-bytes was reached.");
        ms_pen_newline(pen);
    }
    ms_pen_newline(pen);
    ms_filter_clear(&page.filter);
    ms_pen_clear(pen);
}
