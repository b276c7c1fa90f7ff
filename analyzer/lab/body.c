/* SPDX-License-Identifier: GPL-2.0-or-later
 * body.c - a message in an answer, whichever protocol carried it: its size and hash, where it
 * stands, how it begins, and where bytes of it are missing. */
#include "../front/excerpt.h"
#include "view.h"

#include <glib.h>

enum { MOST_HOLES = 5, MOST_COMPARED = 100, HEADER_LINES = 8, TEXT_LINES = 8 };

/* The filter of a long message needs its sender. */
static void set_sender(MsView *view, const MsMessage *message)
{
    static const MsFieldId ends[2][2] = {
        {MS_FIELD_SESSION_CLIENT, MS_FIELD_SESSION_CLIENT_PORT},
        {MS_FIELD_SESSION_SERVER, MS_FIELD_SESSION_SERVER_PORT},
    };
    MsFilterSender sender = {0};
    if (!ms_message_others(message, &sender.others, &sender.n_others))
        return;
    for (unsigned i = 0; i < 2; i++) {
        unsigned end = ms_message_direction(message) == MS_TO_SERVER ? i : !i;
        const MsFact *address = ms_view_fact(view, ends[end][0]);
        const MsFact *port = ms_view_fact(view, ends[end][1]);
        if (!address || !port)
            return;
        sender.address[i] = address->text;
        sender.address_length[i] = address->text_length;
        sender.port[i] = (uint16_t)port->number;
    }
    view->filter.sender = sender;
}

static void put_size(MsView *view, const MsMessage *message, const char *how)
{
    MsPen *pen = &view->pen;
    ms_view_label(view, "Message");
    ms_pen_count(pen, ms_message_size(message), "byte");
    if (ms_message_complete(message)) {
        ms_pen_say(pen, ", complete");
    } else {
        ms_pen_ink(pen, MS_INK_ODD);
        ms_pen_say(pen, ", incomplete");
        ms_pen_ink(pen, MS_INK_PLAIN);
        if (ms_message_missing(message) > 0) {
            ms_pen_say(pen, ": ");
            ms_pen_count(pen, ms_message_missing(message), "more byte");
            ms_pen_say(pen, " missing from the capture");
        } else {
            ms_pen_say(pen, ": its end is not in the capture");
        }
    }
    if (how)
        ms_pen_say(pen, "; %s", how);
    const MsRanges *ranges = ms_message_ranges(message);
    ms_pen_cite(pen, ranges->range, ranges->n_ranges, ranges->omitted, ranges->time_ns,
                view->start_ns);
    ms_filter_add_bulk(&view->filter, ranges->range, ranges->n_ranges, ranges->omitted);
    set_sender(view, message);
    ms_pen_newline(pen);
    if (ms_message_sha256(message))
        ms_view_say(view, "SHA-256", "%s", ms_message_sha256(message));
    else if (!ms_message_complete(message))
        ms_view_say(view, "SHA-256", "none: it would be the hash of another text");
}

/* How the text is to be read, when it is not plain. */
static void put_encoding(MsView *view, int32_t mail)
{
    size_t count;
    const MsFact *const *headers =
        ms_index_all(view->index, MS_FIELD_MESSAGE_HEADER, mail, -1, &count);
    for (size_t i = 0; i < MIN(count, MOST_COMPARED); i++) {
        const char *text = headers[i]->text;
        size_t length = headers[i]->text_length;
        static const char type[] = "Content-Type: multipart/";
        static const char encoding[] = "Content-Transfer-Encoding: ";
        size_t skip = sizeof encoding - 1;
        if (length >= sizeof type && g_ascii_strncasecmp(text, type, sizeof type - 1) == 0) {
            ms_view_say(view, "Note",
                        "The text consists of MIME parts, shown as sent (RFC 2046 5.1).");
            return;
        }
        if (length <= skip || g_ascii_strncasecmp(text, encoding, skip) != 0)
            continue;
        bool base64 = length == skip + 6 && g_ascii_strncasecmp(text + skip, "base64", 6) == 0;
        bool quoted =
            length == skip + 16 && g_ascii_strncasecmp(text + skip, "quoted-printable", 16) == 0;
        if (base64 || quoted)
            ms_view_say(view, "Note", "The text is encoded, shown as sent: %s (RFC 2045 %s).",
                        base64 ? "base64" : "quoted-printable", base64 ? "6.8" : "6.7");
    }
}

/* Whether the gap lies between the frames of the message. */
static bool is_hole(const MsOddity *oddity, const MsMessage *message)
{
    const MsRanges *ranges = ms_message_ranges(message);
    if (!ms_view_is_gap(oddity) || oddity->direction != ms_message_direction(message) ||
        oddity->n_ranges == 0)
        return false;
    if (oddity->message >= 0)
        return oddity->message == ms_message_number(message);
    if (ranges->n_ranges == 0)
        return false;
    const MsRange *first = &ranges->range[0];
    const MsRange *last = &ranges->range[ranges->n_ranges - 1];
    const MsRange *place = &oddity->ranges[0]; /* the byte before the hole */
    return place->file >= first->file && place->file <= last->file &&
           place->frame >= first->frame && place->frame <= last->frame;
}

/* Where bytes of the message are missing. */
static void put_holes(MsView *view, const MsMessage *message)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(view->record, &count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_hole(&oddities[i], message))
            continue;
        if (++n > MOST_HOLES && !view->pen.style->full)
            continue;
        ms_view_label(view, n == 1 ? "Missing" : "");
        if (oddities[i].length > 0)
            ms_pen_count(&view->pen, oddities[i].length, "byte");
        else
            ms_pen_say(&view->pen, "an unknown number of bytes");
        ms_pen_say(&view->pen, oddities[i].n_ranges > 1 ? ", between" : ", next to");
        ms_view_cite_oddity(view, &oddities[i]);
        ms_pen_newline(&view->pen);
    }
    if (n > MOST_HOLES && !view->pen.style->full)
        ms_view_say(view, "", "... %zu more holes; --full shows all", n - MOST_HOLES);
}

void ms_view_message(MsView *view, const MsMessage *message, const char *how)
{
    put_size(view, message, how);
    view->pen.indent = MS_VIEW_LABEL;
    ms_excerpt(&view->pen, message, HEADER_LINES, TEXT_LINES);
    put_encoding(view, ms_message_number(message));
    ms_view_decoded(view, ms_message_number(message));
    if (!ms_message_complete(message))
        put_holes(view, message);
}
