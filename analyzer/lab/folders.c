/* SPDX-License-Identifier: GPL-2.0-or-later
 * folders.c - answer 4 where mail stays on the server (IMAP): which folders there are, which one
 * was opened, what was fetched from it or put into it, which flags changed, and what is gone. The
 * flags are how several devices agree (RFC 9051 2.3.2). */
#include "view.h"

#include <glib.h>

#include <string.h>

enum { MOST_MAILS = 10, MOST_FOLDERS = 20, MOST_STEPS = 10 }; /* shown without --full */

static size_t limit(const MsView *view, size_t count, size_t most)
{
    return view->pen.style->full ? count : MIN(count, most);
}

static void put_more(MsView *view, size_t shown, size_t count)
{
    if (shown < count)
        ms_view_say(view, "", "... %zu more; --full shows all", count - shown);
}

/* Each value of a field in a row of its own. Returns how many there are. */
static size_t put_all(MsView *view, const char *label, MsFieldId field, size_t most)
{
    size_t count;
    const MsFact *const *facts = ms_index_field(view->index, field, &count);
    size_t shown = limit(view, count, most);
    for (size_t i = 0; i < shown; i++)
        ms_view_row(view, i == 0 ? label : "", facts[i]);
    put_more(view, shown, count);
    return count;
}

/* --- folders --- */

/* "Opened   INBOX, 3 messages, to be changed". */
static void put_opened(MsView *view)
{
    size_t count;
    const MsFact *const *opened = ms_index_field(view->index, MS_FIELD_IMAP_SELECTED, &count);
    size_t shown = limit(view, count, MOST_FOLDERS);
    for (size_t i = 0; i < shown; i++) {
        const MsFact *exists =
            ms_index_first(view->index, MS_FIELD_IMAP_EXISTS, -1, opened[i]->item);
        const MsFact *read_only =
            ms_index_first(view->index, MS_FIELD_IMAP_READ_ONLY, -1, opened[i]->item);
        ms_view_label(view, i == 0 ? "Opened" : "");
        ms_pen_fact(&view->pen, opened[i]);
        if (exists) {
            ms_pen_say(&view->pen, ", ");
            ms_pen_count(&view->pen, (uint64_t)exists->number, "message");
        }
        if (read_only)
            ms_pen_say(&view->pen, "%s",
                       read_only->number ? ", for reading only" : ", to read and change");
        ms_view_cite_two(view, opened[i], exists);
        ms_pen_newline(&view->pen);
    }
    put_more(view, shown, count);
    if (count == 0 && !ms_view_absent(view, "Opened", MS_TO_SERVER, "SELECT")) {
        ms_view_not_here(view, "Opened", "no folder was opened with SELECT or EXAMINE.");
        ms_pen_newline(&view->pen);
    }
}

static void put_folders(MsView *view)
{
    if (put_all(view, "Folders", MS_FIELD_IMAP_FOLDER, MOST_FOLDERS) == 0)
        put_all(view, "Subscribed", MS_FIELD_IMAP_SUBSCRIBED, MOST_FOLDERS);
    put_all(view, "Decoded", MS_FIELD_IMAP_FOLDER_NAME, MOST_FOLDERS);
    put_opened(view);
    ms_view_filter(view);
}

/* --- messages --- */

static void put_message(MsView *view, int32_t mail, int32_t mails)
{
    MsPen *pen = &view->pen;
    const MsFact *transfer = ms_index_first(view->index, MS_FIELD_IMAP_TRANSFER, mail, -1);
    const MsFact *whole = ms_index_first(view->index, MS_FIELD_IMAP_WHOLE, mail, -1);
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_MESSAGE_OUTCOME, mail, -1);
    const MsMessage *message = ms_heading_message(view->record, mail);
    bool put = ms_fact_is(transfer, "APPEND");
    g_autofree char *label =
        mails > 1 ? g_strdup_printf("Mail %d/%d", mail + 1, mails) : g_strdup("Mail");
    ms_view_label(view, label);
    ms_pen_ink(pen, MS_INK_TITLE);
    ms_pen_say(pen, "%s",
               !put ? (whole && whole->number ? "fetched whole; it stays on the server"
                                              : "a part of it fetched; it stays on the server")
               : ms_fact_is(outcome, "accepted") ? "put on the server"
               : ms_fact_is(outcome, "rejected") ? "to be put on the server, which refused it"
                                                 : "to be put on the server; whether it took it "
                                                   "is not seen");
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_view_cite_two(view, transfer, outcome);
    ms_pen_newline(pen);
    ms_view_row(view, "Folder", ms_index_first(view->index, MS_FIELD_IMAP_MAILBOX, mail, -1));
    ms_view_row(view, "Section", ms_index_first(view->index, MS_FIELD_IMAP_SECTION, mail, -1));
    ms_view_row(view, "Number", ms_index_first(view->index, MS_FIELD_IMAP_SEQUENCE, mail, -1));
    ms_view_row(view, "UID", ms_index_first(view->index, MS_FIELD_IMAP_UID, mail, -1));
    ms_view_row(view, "Flags", ms_index_first(view->index, MS_FIELD_IMAP_MESSAGE_FLAGS, mail, -1));
    if (message)
        ms_view_message(view, message, NULL);
    else if (!ms_view_absent(view, "Message", put ? MS_TO_SERVER : MS_TO_CLIENT, "its text"))
        ms_view_say(view, "Message", "Not in this capture, because it stops before its text.");
    ms_view_filter(view);
}

/* --- flags, and what is gone --- */

/* Whether the command of that exchange was answered with OK. */
static const char *answered(const MsView *view, const MsFact *fact)
{
    const MsFact *status = ms_index_first(view->index, MS_FIELD_IMAP_STATUS, -1, fact->item);
    return ms_fact_is(status, "OK") ? "done" : status ? "refused" : "no answer to it seen";
}

static size_t put_stores(MsView *view)
{
    size_t count;
    const MsFact *const *stores = ms_index_field(view->index, MS_FIELD_IMAP_STORE, &count);
    size_t shown = limit(view, count, MOST_STEPS);
    for (size_t i = 0; i < shown; i++) {
        ms_view_label(view, i == 0 ? "Set here" : "");
        ms_pen_fact(&view->pen, stores[i]);
        ms_pen_say(&view->pen, ": %s", answered(view, stores[i]));
        ms_view_cite_two(view, stores[i],
                         ms_index_first(view->index, MS_FIELD_IMAP_STATUS, -1, stores[i]->item));
        ms_pen_newline(&view->pen);
    }
    put_more(view, shown, count);
    return count;
}

/* Whether the data came though the client did not ask for them: not in answer to FETCH or STORE. */
static bool is_news(const MsView *view, const MsFact *fetch)
{
    const MsFact *command = ms_index_first(view->index, MS_FIELD_IMAP_COMMAND, -1, fetch->item);
    static const char *const asking[] = {"FETCH", "UID FETCH", "STORE", "UID STORE"};
    for (size_t i = 0; command && i < G_N_ELEMENTS(asking); i++)
        if (command->text_length > strlen(asking[i]) &&
            g_ascii_strncasecmp(command->text, asking[i], strlen(asking[i])) == 0)
            return false;
    return memmem(fetch->text, fetch->text_length, "FLAGS", 5) != NULL;
}

/* Flags the server speaks of by itself: somebody else changed them. */
static size_t put_news(MsView *view)
{
    size_t count;
    size_t found = 0;
    const MsFact *const *fetches = ms_index_field(view->index, MS_FIELD_IMAP_FETCH, &count);
    for (size_t i = 0; i < count; i++) {
        if (!is_news(view, fetches[i]))
            continue;
        if (++found > MOST_STEPS && !view->pen.style->full)
            continue;
        ms_view_label(view, found == 1 ? "Told" : "");
        ms_pen_say(&view->pen, "message ");
        ms_pen_fact(&view->pen, fetches[i]);
        ms_view_cite(view, fetches[i]);
        ms_pen_newline(&view->pen);
    }
    put_more(view, limit(view, found, MOST_STEPS), found);
    return found;
}

static void put_changes(MsView *view)
{
    size_t stores = put_stores(view);
    size_t news = put_news(view);
    size_t gone = put_all(view, "Removed", MS_FIELD_IMAP_EXPUNGED, MOST_STEPS) +
                  put_all(view, "Removed", MS_FIELD_IMAP_VANISHED, MOST_STEPS);
    if (stores + news == 0)
        ms_view_say(view, "Flags", "No flag is changed by STORE in what was captured.");
    if (gone == 0)
        ms_view_say(view, "Removed", "Nothing is removed for good in what was captured.");
    ms_view_say(view, "Why",
                "With IMAP the mail stays on the server, and with it what was read, answered or "
                "marked for deletion: all devices see the same (RFC 9051 2.3.2). Only EXPUNGE, "
                "CLOSE or MOVE removes (RFC 9051 6.4.1, 6.4.3, 6.4.8).");
    ms_view_filter(view);
}

void ms_answer_folders(MsView *view)
{
    int32_t mails = ms_heading_mails(view->record, view->index);
    int32_t shown = view->pen.style->full ? mails : MIN(mails, MOST_MAILS);
    ms_view_question(view, 4, mails > 1 ? "The messages" : "The message");
    if (mails == 0 && !ms_view_absent(view, "", MS_TO_SERVER, "FETCH")) {
        ms_view_not_here(view, "",
                         "no text of a message was fetched, and none was put on the server.");
        ms_pen_newline(&view->pen);
    }
    put_folders(view);
    for (int32_t i = 0; i < shown; i++)
        put_message(view, i, mails);
    if (shown < mails)
        ms_view_say(view, "", "... %d more mails; --full shows all", mails - shown);
    if (!view->encrypted)
        put_changes(view);
}
