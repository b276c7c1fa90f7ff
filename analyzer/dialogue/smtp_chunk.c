/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_chunk.c - messages handed over in chunks: BDAT, RFC 3030. A chunk is as many bytes as it
 * says, whatever the server answers, unless the client shows that it heard a refusal first. */
#include "../base/find.h"
#include "smtp.h"

#include <glib.h>

#include <string.h>

/* RFC 3030 2: chunk-size [SP "LAST"]. */
static bool parse_bdat(const uint8_t *text, size_t length, size_t *digits, uint64_t *size,
                       bool *last)
{
    *size = 0;
    *last = false;
    size_t at = 0;
    for (; at < length && g_ascii_isdigit((char)text[at]); at++) {
        if (*size > (uint64_t)INT64_MAX / 10 - 1)
            return false;
        *size = *size * 10 + (uint64_t)(text[at] - '0');
    }
    *digits = at;
    if (at == 0)
        return false;
    while (at < length && text[at] == ' ')
        at++;
    while (length > at && text[length - 1] == ' ')
        length--;
    if (at == length)
        return true;
    *last = length - at == 4 && g_ascii_strncasecmp((const char *)text + at, "LAST", 4) == 0;
    return *last && at > *digits;
}

static void end_of_chunk(MsDialogue *smtp)
{
    smtp->phase = MS_PHASE_COMMAND;
    if (!smtp->chunk_last || !smtp->body)
        return;
    MsTransaction *one = smtp->body->transaction;
    one->body_ended = true;
    ms_smtp_body_close(smtp, MS_MESSAGE_WHOLE);
    if (smtp->current == one)
        ms_smtp_mail_close(smtp, false);
}

void ms_smtp_bdat(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, size_t at,
                  int32_t exchange)
{
    size_t end = span->offset + span->length;
    while (at < end && bytes->data[at] == ' ')
        at++;
    size_t digits;
    uint64_t size;
    bool last;
    MsTransaction *one = ms_smtp_mail_current(smtp);
    if (!parse_bdat(bytes->data + at, end - at, &digits, &size, &last)) {
        ms_speak_odd(&smtp->say, MS_ODDITY_SYNTAX, MS_TO_SERVER, one ? one->number : -1,
                     ms_speak_where(&smtp->say, bytes, span->offset, span->length), 0,
                     "BDAT without a valid size; no chunk is taken to follow");
        ms_smtp_await(smtp, MS_AWAIT_BDAT, exchange, one, -1);
        return;
    }
    ms_smtp_await(smtp, last ? MS_AWAIT_BDAT_LAST : MS_AWAIT_BDAT, exchange, one, -1);
    smtp->chunk_left = size;
    smtp->chunk_last = last;
    smtp->chunk_refused = smtp->chunk_begun = false;
    smtp->phase = MS_PHASE_BDAT;
    if (one) {
        ms_speak_number(&smtp->say, MS_FIELD_SMTP_BDAT, MS_TO_SERVER, one->number, -1,
                        ms_speak_where(&smtp->say, bytes, at, digits), (int64_t)size);
        if (!smtp->body) {
            ms_smtp_body_new(smtp, one, exchange)->bdat = true;
            ms_speak_text(&smtp->say, MS_FIELD_SMTP_TRANSFER, MS_TO_SERVER, one->number, -1,
                          ms_speak_where(&smtp->say, bytes, span->offset, 4), "BDAT", 4);
        }
        if (last)
            ms_smtp_body_open(smtp, bytes, span->offset);
    }
    if (size == 0)
        end_of_chunk(smtp);
}

/* A chunk that was refused before it was sent, and a client that heard it: a command follows.
 * RFC 3030 2 wants the chunk all the same. Returns false while that is open. */
static bool judge_refused(MsDialogue *smtp, const uint8_t *data, size_t length, bool final)
{
    enum { ENOUGH = 512 }; /* bytes; no command line is longer (RFC 5321 4.5.3.1.4) */
    size_t enough = MIN(ENOUGH, (size_t)smtp->talk->limits->value[MS_LIMIT_LINE]);
    const uint8_t *end = ms_find_byte(data, '\n', MIN(length, enough));
    if (!end && length < enough && length < smtp->chunk_left && !final)
        return false;
    smtp->chunk_refused = false;
    size_t line = end ? (size_t)(end - data) : 0;
    if (line > 0 && data[line - 1] == '\r')
        line--;
    if (end && ms_smtp_is_command(data, line)) {
        smtp->chunk_left = 0;
        smtp->chunk_last = false;
        smtp->phase = MS_PHASE_COMMAND;
    }
    return true;
}

size_t ms_smtp_chunk(MsDialogue *smtp, const MsBytes *bytes, size_t offset, bool final)
{
    size_t length = bytes->length - offset;
    if (smtp->chunk_refused &&
        (!judge_refused(smtp, bytes->data + offset, length, final) || smtp->chunk_left == 0))
        return 0;
    size_t run = smtp->chunk_left < length ? (size_t)smtp->chunk_left : length;
    smtp->chunk_begun = true;
    if (smtp->body)
        ms_smtp_body_hand_on(smtp, bytes, offset, offset + run);
    smtp->chunk_left -= run;
    if (smtp->chunk_left == 0)
        end_of_chunk(smtp);
    return run;
}

bool ms_smtp_chunk_gap(MsDialogue *smtp, uint64_t length)
{
    bool known = length > 0;
    bool inside = known && length <= smtp->chunk_left;
    ms_smtp_body_gap(smtp, inside || !known ? length : smtp->chunk_left);
    smtp->chunk_begun = true;
    if (inside)
        smtp->chunk_left -= length;
    if (known && (!inside || smtp->chunk_left == 0))
        end_of_chunk(smtp);
    if (!known)
        smtp->phase = MS_PHASE_COMMAND; /* whole chunks may be lost as well */
    return inside;
}
