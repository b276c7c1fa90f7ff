/* SPDX-License-Identifier: GPL-2.0-or-later
 * listener.c - a listener that writes its log; see listener.h. */
#include "listener.h"

#include <string.h>

void listener_quote(GString *out, const void *data, size_t length)
{
    const uint8_t *text = data;
    g_string_append_c(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\r')
            g_string_append(out, "\\r");
        else if (text[i] == '\n')
            g_string_append(out, "\\n");
        else if (text[i] == '\\' || text[i] == '"')
            g_string_append_printf(out, "\\%c", text[i]);
        else if (text[i] < ' ' || text[i] > 126)
            g_string_append_printf(out, "\\x%02x", text[i]);
        else
            g_string_append_c(out, (char)text[i]);
    }
    g_string_append_c(out, '"');
}

/* `C 11+11,30+2`, or `-` for a fact about absence. Ranges must lie in what was fed. */
static void add_ranges(Listener *listener, unsigned direction, const MsRange *range, size_t count)
{
    if (count == 0) {
        g_string_append(listener->log, "- ");
        return;
    }
    g_string_append(listener->log, direction == MS_TO_SERVER ? "C " : "S ");
    for (size_t i = 0; i < count; i++) {
        g_assert_cmpuint(range[i].frame, ==, direction + 1);
        g_assert_cmpuint(range[i].length, >, 0);
        g_assert_cmpuint(range[i].offset + range[i].length, <=,
                         listener->at[direction] + listener->pending[direction]->len);
        g_string_append_printf(listener->log, "%s%u+%u", i ? "," : "", range[i].offset,
                               range[i].length);
    }
    g_string_append_c(listener->log, ' ');
}

static void on_fact(MsTalk *talk, const MsFact *fact)
{
    Listener *listener = (Listener *)talk;
    const MsField *field = ms_field((MsFieldId)fact->field);
    add_ranges(listener, fact->direction, fact->ranges, fact->n_ranges);
    g_string_append_printf(listener->log, "%s ", field->key);
    if (field->type == MS_UINT || field->type == MS_BOOL || field->type == MS_TIME)
        g_string_append_printf(listener->log, "%" G_GINT64_FORMAT, fact->number);
    else
        listener_quote(listener->log, fact->text, fact->text_length);
    bool message = field->scope == MS_MESSAGE || field->scope == MS_RECIPIENT;
    g_assert_cmpint(fact->message >= 0, ==, message);
    if (fact->message >= 0)
        g_string_append_printf(listener->log, " m%d", fact->message);
    if (fact->item >= 0)
        g_string_append_printf(listener->log, " i%d", fact->item);
    g_string_append_c(listener->log, '\n');
}

static void on_line(MsTalk *talk, const MsLine *line)
{
    static const char *const kinds[] = {"command", "reply",  "auth",      "message",
                                        "tls",     "tunnel", "connection"};
    Listener *listener = (Listener *)talk;
    add_ranges(listener, line->direction, line->ranges, line->n_ranges);
    g_string_append_printf(listener->log, "line %s ", kinds[line->kind]);
    listener_quote(listener->log, line->text, line->text_length);
    if (line->code)
        g_string_append_printf(listener->log, " %u", line->code);
    if (line->secret)
        g_string_append(listener->log, " secret");
    if (line->note_length > 0) {
        g_string_append(listener->log, " note ");
        listener_quote(listener->log, line->note, line->note_length);
    }
    g_string_append_c(listener->log, '\n');
}

static void on_oddity(MsTalk *talk, const MsOddity *oddity)
{
    Listener *listener = (Listener *)talk;
    add_ranges(listener, oddity->direction, oddity->ranges, oddity->n_ranges);
    g_string_append_printf(listener->log, "oddity %s", ms_oddity_name(oddity->kind));
    if (oddity->length > 0)
        g_string_append_printf(listener->log, " %" G_GUINT64_FORMAT, oddity->length);
    if (oddity->message >= 0)
        g_string_append_printf(listener->log, " m%d", oddity->message);
    g_string_append_c(listener->log, '\n');
}

/* The open message of that number; -1: a free place. */
static ListenerMail *mail_of(Listener *listener, int32_t number)
{
    for (unsigned i = 0; i < MS_OPEN_MESSAGES; i++) {
        ListenerMail *mail = &listener->mails[i];
        if (number < 0 ? !mail->text : mail->text && mail->number == number)
            return mail;
    }
    g_assert_not_reached();
}

static void on_message_open(MsTalk *talk, int32_t message, MsDirection direction)
{
    g_assert_cmpint(message, >=, 0);
    ListenerMail *mail = mail_of((Listener *)talk, -1);
    mail->number = message;
    mail->direction = direction;
    mail->text = g_string_new("");
}

static void on_message_headless(MsTalk *talk, int32_t message, const MsDeclared *declared)
{
    Listener *listener = (Listener *)talk;
    ListenerMail *mail = mail_of(listener, message);
    g_assert_cmpuint(mail->text->len, ==, 0);
    if (!declared)
        return;
    add_ranges(listener, MS_TO_CLIENT, declared->where->range, declared->where->n_ranges);
    g_string_append_printf(listener->log, "declared %s ", declared->path);
    listener_quote(listener->log, (const char *)declared->header, declared->length);
    g_string_append_printf(listener->log, " %" G_GUINT64_FORMAT " m%d\n", declared->size, message);
}

static void on_message_bytes(MsTalk *talk, int32_t message, const MsBytes *bytes, size_t offset,
                             size_t length)
{
    ListenerMail *mail = mail_of((Listener *)talk, message);
    g_assert_cmpuint(length, >, 0);
    g_assert_cmpuint(offset + length, <=, bytes->length);
    g_string_append_len(mail->text, (const char *)bytes->data + offset, (gssize)length);
    ms_ranges_add(&mail->at, bytes, offset, length, 64);
}

static void on_message_gap(MsTalk *talk, int32_t message, uint64_t length)
{
    ListenerMail *mail = mail_of((Listener *)talk, message);
    g_string_append_printf(mail->text, "<gap %" G_GUINT64_FORMAT ">", length);
}

static void on_message_close(MsTalk *talk, int32_t message, MsMessageEnd end)
{
    static const char *const words[] = {"whole", "holed", "cut"};
    Listener *listener = (Listener *)talk;
    ListenerMail *mail = mail_of(listener, message);
    add_ranges(listener, mail->direction, mail->at.range, mail->at.n_ranges);
    g_string_append_printf(listener->log, "mail %s ", words[end]);
    listener_quote(listener->log, mail->text->str, mail->text->len);
    g_string_append_printf(listener->log, " m%d\n", message);
    g_string_free(mail->text, TRUE);
    mail->text = NULL;
    ms_ranges_clear(&mail->at);
}

static const MsTalkClass talk_class = {.fact = on_fact,
                                       .line = on_line,
                                       .oddity = on_oddity,
                                       .message_open = on_message_open,
                                       .message_headless = on_message_headless,
                                       .message_bytes = on_message_bytes,
                                       .message_gap = on_message_gap,
                                       .message_close = on_message_close};

Listener *listener_new(const MsDialogueClass *class)
{
    Listener *listener = g_new0(Listener, 1);
    ms_limits_default(&listener->limits);
    listener->talk =
        (MsTalk){.class = &talk_class, .limits = &listener->limits, .wants_lines = true};
    listener->class = class;
    listener->pending[0] = g_byte_array_new();
    listener->pending[1] = g_byte_array_new();
    listener->log = g_string_new("");
    listener->dialogue = class->create(&listener->talk);
    return listener;
}

/* What waits, in memory of exactly its size, so that a sanitizer sees every step beyond it. */
static MsBytes waiting(Listener *listener, MsDirection direction, MsPiece *piece)
{
    GByteArray *pending = listener->pending[direction];
    *piece = (MsPiece){.at = listener->at[direction],
                       .time_ns = 1,
                       .place = {.frame = (uint32_t)direction + 1,
                                 .offset = (uint32_t)listener->at[direction],
                                 .length = pending->len}};
    return (MsBytes){.data = g_memdup2(pending->data, pending->len),
                     .length = pending->len,
                     .at = listener->at[direction],
                     .pieces = piece,
                     .n_pieces = 1};
}

void listener_push(Listener *listener, MsDirection direction, const void *data, size_t length)
{
    GByteArray *pending = listener->pending[direction];
    g_assert_false(listener->ended[direction]);
    g_byte_array_append(pending, data, (guint)length);
    MsPiece piece;
    MsBytes bytes = waiting(listener, direction, &piece);
    size_t eaten = listener->class->push(listener->dialogue, direction, &bytes);
    g_free((void *)(uintptr_t)bytes.data);
    g_assert_cmpuint(eaten, <=, bytes.length);
    if (bytes.length >= listener->limits.value[MS_LIMIT_LINE])
        g_assert_cmpuint(eaten, >, 0);
    if (eaten > 0)
        g_byte_array_remove_range(pending, 0, (guint)eaten);
    listener->at[direction] += eaten;
    listener->most_pending = MAX(listener->most_pending, pending->len);
}

void listener_gap(Listener *listener, MsDirection direction, uint64_t length)
{
    MsPiece piece;
    MsBytes left = waiting(listener, direction, &piece);
    uint64_t at = listener->at[direction] + left.length;
    listener->class->gap(listener->dialogue, direction, at, length, &left);
    g_free((void *)(uintptr_t)left.data);
    g_byte_array_set_size(listener->pending[direction], 0);
    listener->at[direction] = at + length;
}

void listener_end(Listener *listener, MsDirection direction)
{
    if (listener->ended[direction])
        return;
    MsPiece piece;
    MsBytes left = waiting(listener, direction, &piece);
    listener->class->end(listener->dialogue, direction, &left);
    g_free((void *)(uintptr_t)left.data);
    listener->ended[direction] = true;
}

char *listener_finish(Listener *listener)
{
    listener_end(listener, MS_TO_SERVER);
    listener_end(listener, MS_TO_CLIENT);
    for (unsigned i = 0; i < MS_OPEN_MESSAGES; i++)
        g_assert_null(listener->mails[i].text);
    listener->class->free(listener->dialogue);
    g_byte_array_free(listener->pending[0], TRUE);
    g_byte_array_free(listener->pending[1], TRUE);
    char *log = g_string_free(listener->log, FALSE);
    g_free(listener);
    return log;
}
