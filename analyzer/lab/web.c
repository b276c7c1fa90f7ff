/* SPDX-License-Identifier: GPL-2.0-or-later
 * web.c - answer 4 for webmail: which GET pulled mail, which POST pushed it, and the mails posted.
 */
#include "view.h"

#include <glib.h>

enum { MOST_REQUESTS = 20, MOST_MAILS = 10 }; /* shown without --full */

static const char *action_words(const MsFact *action)
{
    static const char *const words[][2] = {{"login", "pushes user name and password"},
                                           {"logout", "ends the visit"},
                                           {"list", "pulls a list of mails"},
                                           {"read", "pulls one mail"},
                                           {"part", "pulls a part of a mail"},
                                           {"compose", "opens a page to write a mail"},
                                           {"attach", "pushes a file for a mail"},
                                           {"draft", "pushes a draft"},
                                           {"send", "pushes a mail"},
                                           {"change", "marks, moves or deletes mails"}};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (ms_fact_is(action, words[i][0]))
            return words[i][1];
    return "concerns mail";
}

static void put_request(MsView *view, const char *label, const MsFact *action)
{
    MsPen *pen = &view->pen;
    const MsFact *url = ms_index_first(view->index, MS_FIELD_HTTP_URL, -1, action->item);
    const MsFact *status = ms_index_first(view->index, MS_FIELD_HTTP_STATUS, -1, action->item);
    const MsFact *uid = ms_index_first(view->index, MS_FIELD_WEBMAIL_UID, -1, action->item);
    const MsFact *folder = ms_index_first(view->index, MS_FIELD_WEBMAIL_FOLDER, -1, action->item);
    ms_view_label(view, label);
    if (url)
        ms_pen_fact(pen, url);
    ms_pen_say(pen, " %s", action_words(action));
    if (uid) {
        ms_pen_say(pen, ", number ");
        ms_pen_fact(pen, uid);
    }
    if (folder) {
        ms_pen_say(pen, " of ");
        ms_pen_fact(pen, folder);
    }
    if (status)
        ms_pen_say(pen, "; answered %" G_GINT64_FORMAT, (gint64)status->number);
    ms_view_cite_two(view, action, status);
    ms_pen_newline(pen);
}

/* The requests for mail with that method. Returns how many there are. */
static size_t put_requests(MsView *view, const char *method)
{
    size_t count;
    size_t n = 0;
    const MsFact *const *actions = ms_index_field(view->index, MS_FIELD_HTTP_ACTION, &count);
    for (size_t i = 0; i < count; i++) {
        if (!ms_fact_is(ms_index_first(view->index, MS_FIELD_HTTP_METHOD, -1, actions[i]->item),
                        method))
            continue;
        if (++n <= MOST_REQUESTS || view->pen.style->full)
            put_request(view, n == 1 ? method : "", actions[i]);
    }
    if (n > MOST_REQUESTS && !view->pen.style->full)
        ms_view_say(view, "", "... %zu more; --full shows all", n - MOST_REQUESTS);
    return n;
}

static void put_posted(MsView *view, int32_t mail)
{
    static const struct {
        MsFieldId field;
        const char *label;
    } parts[] = {{MS_FIELD_WEBMAIL_FROM, "From"},       {MS_FIELD_WEBMAIL_TO, "To"},
                 {MS_FIELD_WEBMAIL_CC, "Cc"},           {MS_FIELD_WEBMAIL_BCC, "Bcc"},
                 {MS_FIELD_WEBMAIL_SUBJECT, "Subject"}, {MS_FIELD_WEBMAIL_TEXT, "Text"}};
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_MESSAGE_OUTCOME, mail, -1);
    ms_view_label(view, "Mail");
    ms_pen_ink(&view->pen, MS_INK_TITLE);
    ms_pen_say(&view->pen, "%s",
               ms_fact_is(outcome, "accepted")   ? "posted, and the webmail took it"
               : ms_fact_is(outcome, "rejected") ? "posted, and refused"
                                                 : "posted; what became of it is not to be seen");
    ms_pen_ink(&view->pen, MS_INK_PLAIN);
    ms_view_cite(view, outcome);
    ms_pen_newline(&view->pen);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        size_t count;
        const MsFact *const *facts = ms_index_all(view->index, parts[i].field, mail, -1, &count);
        for (size_t k = 0; k < count; k++)
            ms_view_row(view, k == 0 ? parts[i].label : "", facts[k]);
    }
}

void ms_answer_web(MsView *view)
{
    ms_view_question(view, 4, "What is pulled with GET, what is pushed with POST");
    size_t gets = put_requests(view, "GET");
    size_t posts = put_requests(view, "POST");
    if (gets + posts == 0 && !ms_view_absent(view, "", MS_TO_SERVER, "a request for mail"))
        ms_view_say(view, "", "No request reads or sends mail.");
    int32_t mails = ms_heading_mails(view->record, view->index);
    int32_t shown = view->pen.style->full ? mails : MIN(mails, MOST_MAILS);
    for (int32_t i = 0; i < shown; i++)
        put_posted(view, i);
    if (shown < mails)
        ms_view_say(view, "", "... %d more mails; --full shows all", mails - shown);
    ms_view_say(view, "Why",
                "GET asks for something and changes nothing, POST hands something over (RFC 9110 "
                "9.3.1, 9.3.3); the form's fields are percent-encoded, not encrypted.");
    ms_view_filter(view);
}

const MsFact *ms_view_logout(const MsView *view)
{
    size_t count;
    const MsFact *const *actions = ms_index_field(view->index, MS_FIELD_HTTP_ACTION, &count);
    for (size_t i = count; i > 0; i--)
        if (ms_fact_is(actions[i - 1], "logout"))
            return actions[i - 1];
    return NULL;
}
