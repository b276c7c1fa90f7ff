/* SPDX-License-Identifier: GPL-2.0-or-later
 * decoded.c - a message in an answer as its reader saw it, where that is not how it was sent:
 * decoded subject, names and text, what is attached. Beside the bytes, never in place of them. */
#include "view.h"

#include <glib.h>

#include <string.h>

enum {
    TEXT_LINES = 8,
    MOST_ATTACHED = 10, /* shown without --full, as the lines of the text */
    SHORT = 600         /* bytes shown of a line of the text */
};

static const MsFact *fact_of(const MsView *view, MsFieldId field, int32_t mail, int32_t item)
{
    return ms_index_first(view->index, field, mail, item);
}

static void cite(MsView *view, const MsFact *fact)
{
    ms_pen_cite(&view->pen, fact->ranges, fact->n_ranges, fact->ranges_omitted, fact->time_ns,
                view->start_ns);
}

static bool is_encoded_word(const MsFact *fact)
{
    return fact && g_strstr_len(fact->text, (gssize)fact->text_length, "=?");
}

/* RFC 2047: encoded words in the subject and in the names beside addresses. */
static void put_header(MsView *view, int32_t mail)
{
    MsPen *pen = &view->pen;
    const MsFact *subject = fact_of(view, MS_FIELD_MESSAGE_SUBJECT_DECODED, mail, -1);
    if (subject && is_encoded_word(fact_of(view, MS_FIELD_MESSAGE_SUBJECT, mail, -1))) {
        ms_view_label(view, "Subject");
        ms_pen_ink(pen, MS_INK_VALUE);
        ms_pen_fact(pen, subject);
        ms_pen_ink(pen, MS_INK_PLAIN);
        ms_pen_say(pen, ", decoded");
        cite(view, subject);
        ms_pen_newline(pen);
    }
    const MsFact *name = fact_of(view, MS_FIELD_MESSAGE_FROM_NAME, mail, -1);
    const MsFact *address = fact_of(view, MS_FIELD_MESSAGE_FROM_ADDRESS, mail, -1);
    if (name && address && is_encoded_word(fact_of(view, MS_FIELD_MESSAGE_FROM, mail, -1))) {
        ms_view_label(view, "From");
        ms_pen_ink(pen, MS_INK_VALUE);
        ms_pen_fact(pen, name);
        ms_pen_say(pen, " <");
        ms_pen_captured(pen, address->text, address->text_length);
        ms_pen_say(pen, ">");
        ms_pen_ink(pen, MS_INK_PLAIN);
        ms_pen_say(pen, ", decoded");
        cite(view, name);
        ms_pen_newline(pen);
    }
}

/* The lines of the text, as far as they are shown. */
static void put_lines(MsView *view, const MsFact *text)
{
    MsPen *pen = &view->pen;
    size_t at = 0;
    pen->indent = MS_VIEW_LABEL + 2;
    for (size_t n = 0; at < text->text_length; n++) {
        if (n == TEXT_LINES && !pen->style->full)
            break;
        const char *line = text->text + at;
        const char *feed = memchr(line, '\n', text->text_length - at);
        size_t length = feed ? (size_t)(feed - line) : text->text_length - at;
        at += length + (feed != NULL);
        if (length > 0 && line[length - 1] == '\r')
            length--;
        size_t shown = pen->style->full ? length : MIN(length, SHORT);
        while (shown > 0 && shown < length && (line[shown] & 0xc0) == 0x80)
            shown--; /* not in the middle of a character */
        ms_pen_go(pen, MS_VIEW_LABEL);
        ms_pen_ink(pen, MS_INK_DIM);
        ms_pen_say(pen, "| ");
        ms_pen_ink(pen, MS_INK_VALUE);
        ms_pen_captured(pen, line, shown);
        if (shown < length)
            ms_pen_say(pen, " ...");
        ms_pen_newline(pen);
    }
    pen->indent = MS_VIEW_VALUE;
    if (at < text->text_length)
        ms_view_say(view, "", "... %zu more bytes of text; --full shows more",
                    (size_t)text->text_length - at);
}

/* The first part whose text it is: the same place. */
static int32_t part_of(const MsView *view, const MsFact *text)
{
    size_t count;
    const MsFact *const *sizes = ms_index_field(view->index, MS_FIELD_PART_SIZE, &count);
    for (size_t i = 0; i < count && text->n_ranges > 0; i++)
        if (sizes[i]->message == text->message && sizes[i]->n_ranges > 0 &&
            sizes[i]->ranges[0].frame == text->ranges[0].frame &&
            sizes[i]->ranges[0].offset == text->ranges[0].offset)
            return sizes[i]->item;
    return -1;
}

/* The text, when it stands in the message in another form. */
static void put_text(MsView *view, int32_t mail)
{
    const MsFact *text = fact_of(view, MS_FIELD_MESSAGE_TEXT, mail, -1);
    int32_t item = text && text->text_length > 0 ? part_of(view, text) : -1;
    if (item < 0)
        return;
    const MsFact *path = fact_of(view, MS_FIELD_PART_PATH, mail, item);
    const MsFact *type = fact_of(view, MS_FIELD_PART_TYPE, mail, item);
    const MsFact *encoding = fact_of(view, MS_FIELD_PART_ENCODING, mail, item);
    const MsFact *charset = fact_of(view, MS_FIELD_PART_CHARSET, mail, item);
    bool encoded =
        encoding && (ms_fact_is(encoding, "base64") || ms_fact_is(encoding, "quoted-printable") ||
                     ms_fact_is(encoding, "uuencode"));
    bool other = charset && !ms_fact_is(charset, "utf-8") && !ms_fact_is(charset, "us-ascii");
    bool whole = path && ms_fact_is(path, "1") && !fact_of(view, MS_FIELD_PART_PATH, mail, 1);
    if (whole && !encoded && !other)
        return;
    MsPen *pen = &view->pen;
    ms_view_label(view, "Text");
    ms_pen_say(pen, "as its reader saw it: ");
    if (type)
        ms_pen_fact(pen, type);
    if (encoded) {
        ms_pen_say(pen, ", ");
        ms_pen_fact(pen, encoding);
    }
    if (charset) {
        ms_pen_say(pen, ", ");
        ms_pen_fact(pen, charset);
    }
    if (ms_fact_is(type, "text/html"))
        ms_pen_say(pen, " (there is no plain text; the markup is shown)");
    cite(view, text);
    ms_pen_newline(pen);
    put_lines(view, text);
}

static void put_attached(MsView *view, int32_t mail, int32_t item, const char *label)
{
    MsPen *pen = &view->pen;
    const MsFact *name = fact_of(view, MS_FIELD_PART_FILENAME, mail, item);
    const MsFact *type = fact_of(view, MS_FIELD_PART_TYPE, mail, item);
    const MsFact *real = fact_of(view, MS_FIELD_PART_REAL_TYPE, mail, item);
    const MsFact *size = fact_of(view, MS_FIELD_PART_SIZE, mail, item);
    const MsFact *sha256 = fact_of(view, MS_FIELD_PART_SHA256, mail, item);
    const MsFact *whole = fact_of(view, MS_FIELD_PART_COMPLETE, mail, item);
    ms_view_label(view, label);
    ms_pen_ink(pen, MS_INK_VALUE);
    if (name)
        ms_pen_fact(pen, name);
    else
        ms_pen_say(pen, "without a name");
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_pen_say(pen, ": ");
    if (type)
        ms_pen_fact(pen, type);
    if (real && type &&
        (real->text_length != type->text_length ||
         g_ascii_strncasecmp(real->text, type->text, real->text_length) != 0)) {
        ms_pen_say(pen, " (looks like ");
        ms_pen_fact(pen, real);
        ms_pen_say(pen, ")");
    }
    ms_pen_say(pen, ", ");
    ms_pen_count(pen, (uint64_t)size->number, "byte");
    if (whole && whole->number == 0)
        ms_pen_say(pen, ", incomplete");
    cite(view, size);
    ms_pen_newline(pen);
    if (sha256)
        ms_view_say(view, "", "SHA-256 %.*s", (int)sha256->text_length, sha256->text);
    const MsFact *md5 = fact_of(view, MS_FIELD_PART_MD5, mail, item);
    if (md5)
        ms_view_say(view, "", "MD5 %.*s", (int)md5->text_length, md5->text);
}

static void put_attachments(MsView *view, int32_t mail)
{
    size_t n = 0;
    size_t count;
    const MsFact *const *sizes = ms_index_field(view->index, MS_FIELD_PART_SIZE, &count);
    for (size_t i = 0; i < count; i++) {
        int32_t item = sizes[i]->item;
        if (sizes[i]->message != mail ||
            (!fact_of(view, MS_FIELD_PART_FILENAME, mail, item) &&
             !ms_fact_is(fact_of(view, MS_FIELD_PART_DISPOSITION, mail, item), "attachment")))
            continue;
        if (++n <= MOST_ATTACHED || view->pen.style->full)
            put_attached(view, mail, item, n == 1 ? "Attached" : "");
    }
    if (n > MOST_ATTACHED && !view->pen.style->full)
        ms_view_say(view, "", "... %zu more attached; --full shows all", n - MOST_ATTACHED);
}

/* What stands out beside the envelope; a recipient that is not named is said with it. */
static void put_compared(MsView *view, int32_t mail)
{
    const MsFact *differs = fact_of(view, MS_FIELD_MESSAGE_ENVELOPE_DIFFERS, mail, -1);
    if (!differs)
        return;
    ms_view_label(view, "Noticed");
    ms_pen_say(&view->pen, "sender of another domain: ");
    ms_pen_fact(&view->pen, differs);
    ms_pen_say(&view->pen, "; so it is with lists and forwarding, too");
    cite(view, differs);
    ms_pen_newline(&view->pen);
}

void ms_view_decoded(MsView *view, int32_t mail)
{
    put_header(view, mail);
    put_text(view, mail);
    put_attachments(view, mail);
    put_compared(view, mail);
}
