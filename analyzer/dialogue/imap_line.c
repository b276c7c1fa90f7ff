/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_line.c - lines and the literals between them (RFC 9051 4.3, RFC 7888), the same way for both
 * sides; where a side goes on after a gap. What they mean is left to imap_client.c and
 * imap_reply.c. */
#include "../base/find.h"
#include "imap.h"
#include "tls.h"

#include <glib.h>

#include <string.h>

/* Bytes of one side in hand. */
typedef struct {
    const MsBytes *bytes;
    size_t at;
    bool final; /* no more bytes follow these */
    MsDirection direction;
} Input;

static size_t rest(const Input *input)
{
    return input->bytes->length - input->at;
}

static const uint8_t *data(const Input *input)
{
    return input->bytes->data + input->at;
}

static size_t line_cap(const MsDialogue *imap)
{
    return (size_t)imap->talk->limits->value[MS_LIMIT_LINE];
}

/* Oddities of every line: bare LF, NUL, too long, out of time. */
static void check_line(MsDialogue *imap, const Input *input, size_t length, bool bare, bool cut)
{
    MsDirection direction = input->direction;
    const MsBytes *bytes = input->bytes;
    bool client = direction == MS_TO_SERVER;
    if (bare && !imap->lf_said[direction]) {
        imap->lf_said[direction] = true;
        ms_speak_odd(&imap->say, MS_ODDITY_BARE_LF, direction, -1,
                     ms_imap_where(imap, bytes, input->at + length, 1), 0,
                     client ? "a command ends with it" : "a response ends with it");
    }
    if (cut && !imap->long_said) {
        imap->long_said = true;
        ms_speak_odd(&imap->say, MS_ODDITY_LONG_LINE, direction, -1,
                     ms_imap_where(imap, bytes, input->at, length), length,
                     "the rest of it is left out");
    }
    const uint8_t *nul = length > 0 ? ms_find_byte(data(input), 0, length) : NULL;
    if (nul && !imap->nul_said) {
        imap->nul_said = true;
        ms_speak_odd(&imap->say, MS_ODDITY_NUL, direction, -1,
                     ms_imap_where(imap, bytes, (size_t)(nul - bytes->data), 1), 1,
                     client ? "in a command" : "in a response");
    }
    if (client && bytes->at + input->at < imap->early_until) {
        if (!imap->injection_said)
            ms_speak_odd(&imap->say, MS_ODDITY_INJECTION, direction, -1,
                         ms_imap_where(imap, bytes, input->at, length), 0,
                         "behind STARTTLS, before its reply");
        imap->injection_said = true;
    } else if (imap->tls_expected[direction] && !imap->clear_said) {
        imap->clear_said = true;
        ms_speak_odd(&imap->say, MS_ODDITY_CLEARTEXT_AFTER_TLS, direction, -1,
                     ms_imap_where(imap, bytes, input->at, length), 0,
                     client ? "from the client" : "from the server");
    }
}

/* --- literals --- */

/* A literal that is not taken as it says: too long to be true. What follows is anybody's guess. */
static bool is_believed(MsDialogue *imap, const Input *input, size_t length,
                        const MsImapLiteral *literal)
{
    if (literal->size <= imap->talk->limits->value[MS_LIMIT_LITERAL])
        return true;
    ms_speak_odd(
        &imap->say, MS_ODDITY_LIMIT, input->direction, -1,
        ms_imap_where(imap, input->bytes, input->at + literal->offset, length - literal->offset),
        literal->size, "literal-bytes: a literal this long is not believed");
    return false;
}

/* The bytes of the literal come next. */
static void begin_literal(MsDialogue *imap, const Input *input, uint64_t size, bool message)
{
    MsImapSide *side = &imap->side[input->direction];
    side->left = size;
    side->inside = true;
    if (message) {
        side->state = MS_IMAP_MESSAGE;
        ms_imap_message_begin(imap, input->direction, size);
        if (size == 0) {
            ms_imap_message_end(imap, input->direction, false);
            side->state = MS_IMAP_LINE;
        }
        return;
    }
    side->state = size < MIN(MS_IMAP_STRING_MOST, line_cap(imap)) ? MS_IMAP_WORD : MS_IMAP_SKIP;
    if (side->state == MS_IMAP_SKIP && !imap->literal_said[input->direction]) {
        imap->literal_said[input->direction] = true;
        ms_speak_odd(&imap->say, MS_ODDITY_LIMIT, input->direction, -1, &imap->text_at, size,
                     "line-bytes: a literal that is no message is left out");
    }
}

static void string_over(MsDialogue *imap, const Input *input, size_t length, bool known)
{
    if (input->direction == MS_TO_SERVER)
        ms_imap_client_string(imap, input->bytes, input->at, length, known);
    else
        ms_imap_data_string(imap, input->bytes, input->at, length, known);
}

/* Bytes of a literal. Returns false when more are needed. */
static bool take_literal(MsDialogue *imap, Input *input)
{
    MsImapSide *side = &imap->side[input->direction];
    size_t run = (size_t)MIN(side->left, (uint64_t)rest(input));
    if (side->state == MS_IMAP_WORD) {
        if (run < side->left)
            return false;
        string_over(imap, input, run, true);
    } else if (side->state == MS_IMAP_MESSAGE) {
        ms_imap_message_bytes(imap, input->direction, input->bytes, input->at, run);
    }
    input->at += run;
    side->left -= run;
    if (side->left > 0)
        return true;
    if (side->state == MS_IMAP_MESSAGE)
        ms_imap_message_end(imap, input->direction, false);
    else if (side->state == MS_IMAP_SKIP && !side->in_tail)
        string_over(imap, input, 0, false);
    side->state = side->in_tail ? MS_IMAP_TAIL : MS_IMAP_LINE;
    return true;
}

void ms_imap_no_literal(MsDialogue *imap)
{
    MsImapSide *side = &imap->side[MS_TO_SERVER];
    imap->wait = MS_IMAP_FREE;
    if (side->state == MS_IMAP_MESSAGE)
        ms_imap_message_end(imap, MS_TO_SERVER, true);
    side->state = MS_IMAP_LINE;
    side->inside = false;
    ms_imap_client_done(imap);
}

/* --- lines --- */

/* Whether the line is a response that may hold literals: data, not text for people. */
static bool may_announce(const MsDialogue *imap, const Input *input, size_t length)
{
    if (input->direction == MS_TO_SERVER)
        return !imap->login_line || ms_imap_command(data(input), length, &(MsImapCommand){0});
    if (imap->side[MS_TO_CLIENT].inside)
        return imap->answer.active;
    MsImapResponse response;
    ms_imap_response(data(input), length, &response);
    return response.kind == MS_IMAP_DATA;
}

/* Whether the literal that is announced is a message. */
static bool is_message(const MsDialogue *imap, MsDirection direction)
{
    return direction == MS_TO_SERVER ? ms_imap_client_message(imap) : ms_imap_data_message(imap);
}

/* A whole line, or as much of one as is taken. */
static void line(MsDialogue *imap, Input *input, size_t length, size_t eaten, bool cut)
{
    MsImapSide *side = &imap->side[input->direction];
    MsImapLiteral literal = {0};
    bool client = input->direction == MS_TO_SERVER;
    bool announced =
        !cut && may_announce(imap, input, length) && ms_imap_literal(data(input), length, &literal);
    bool believed = announced && is_believed(imap, input, length, &literal);
    (client ? ms_imap_client_line : ms_imap_server_line)(imap, input->bytes, input->at, length,
                                                         announced ? &literal : NULL, cut);
    if (announced)
        ms_imap_place(imap, &imap->text_at, input->bytes, input->at + literal.offset,
                      length - literal.offset);
    input->at += eaten;
    side->inside = false;
    if (believed) {
        begin_literal(imap, input, literal.size, is_message(imap, input->direction));
        if (client && literal.waits && imap->wait == MS_IMAP_FREE)
            imap->wait = MS_IMAP_WAIT_LITERAL;
    } else if (announced) {
        side->resync = true;
        if (client)
            ms_imap_client_done(imap);
        else
            ms_imap_data_end(imap, false);
    }
}

/* The end of a line that is too long: only whether a literal follows counts. */
static void take_tail(MsDialogue *imap, Input *input)
{
    MsImapSide *side = &imap->side[input->direction];
    const uint8_t *end = ms_find_byte(data(input), '\n', rest(input));
    size_t run = end ? (size_t)(end - data(input)) : rest(input);
    size_t keep = MIN(run, sizeof side->tail);
    size_t old = MIN(side->tail_length, sizeof side->tail - keep);
    memmove(side->tail, side->tail + side->tail_length - old, old);
    memcpy(side->tail + old, data(input) + run - keep, keep);
    side->tail_length = (uint32_t)(old + keep);
    input->at += run;
    if (!end)
        return;
    input->at++;
    size_t length = side->tail_length;
    if (length > 0 && side->tail[length - 1] == '\r')
        length--;
    MsImapLiteral literal;
    side->tail_length = 0;
    if (ms_imap_literal(side->tail, length, &literal) &&
        literal.size <= imap->talk->limits->value[MS_LIMIT_LITERAL] && literal.size > 0) {
        side->left = literal.size;
        side->state = MS_IMAP_SKIP;
        return;
    }
    side->state = MS_IMAP_LINE;
    side->inside = side->in_tail = false;
}

/* A line that is longer than the cap: its begin is taken, its end passed over. */
static void begin_tail(MsDialogue *imap, Input *input)
{
    MsImapSide *side = &imap->side[input->direction];
    size_t cap = line_cap(imap);
    size_t keep = MIN(cap, sizeof side->tail);
    memcpy(side->tail, data(input) + cap - keep, keep);
    side->tail_length = (uint32_t)keep;
    check_line(imap, input, cap, false, true);
    line(imap, input, cap, cap, true);
    side->state = MS_IMAP_TAIL;
    side->in_tail = true;
}

/* After a gap: is this a line that can be nothing else? */
static bool is_anchor(const MsDialogue *imap, const Input *input, size_t length)
{
    if (input->direction == MS_TO_SERVER) {
        MsImapCommand command;
        return ms_imap_command(data(input), length, &command) ||
               (length == 4 && memcmp(data(input), "DONE", 4) == 0);
    }
    MsImapResponse response;
    ms_imap_response(data(input), length, &response);
    if (response.kind != MS_IMAP_TAGGED)
        return ms_imap_is_sure(&response);
    for (uint32_t i = 0; i < imap->queue_count; i++)
        if (imap->queue[i]->tag_length == response.tag &&
            memcmp(imap->queue[i]->tag, data(input), MIN(response.tag, MS_IMAP_TAG)) == 0)
            return true;
    return !imap->client_spoke;
}

/* The next line. Returns false when more bytes are needed. */
static bool take_line(MsDialogue *imap, Input *input)
{
    MsImapSide *side = &imap->side[input->direction];
    size_t look = MIN(rest(input), line_cap(imap));
    size_t start = MIN(side->scanned, look);
    const uint8_t *end = ms_find_byte(data(input) + start, '\n', look - start);
    if (!end && rest(input) < line_cap(imap)) {
        side->scanned = (uint32_t)rest(input);
        return false;
    }
    side->scanned = 0;
    size_t length = end ? (size_t)(end - data(input)) : look;
    bool bare = end && (length == 0 || end[-1] != '\r');
    if (end && !bare)
        length--;
    if (side->resync) {
        if (!end || !is_anchor(imap, input, length)) {
            input->at += end ? (size_t)(end - data(input)) + 1 : look;
            return true;
        }
        side->resync = false;
    }
    if (!end) {
        begin_tail(imap, input);
        return true;
    }
    check_line(imap, input, length, bare, false);
    line(imap, input, length, (size_t)(end - data(input)) + 1, false);
    return true;
}

/* --- TLS, and what waits for the other side --- */

/* Encrypted bytes? Returns true when they begin here; *wait: more are needed to say so. */
static bool take_tls(MsDialogue *imap, Input *input, bool *wait)
{
    *wait = false;
    if (!ms_tls_is_record(data(input), rest(input), 1))
        return false;
    size_t eaten = ms_tls_look(&imap->tls, imap->talk, input->direction, input->bytes, input->at,
                               input->final);
    input->at += eaten;
    *wait = eaten == 0;
    return !*wait;
}

/* A literal was announced and the server has not asked for it: a line that is a command says that
 * it was refused, anything else is the literal. Returns false when more bytes are needed. */
static bool decide_literal(MsDialogue *imap, Input *input)
{
    size_t look = MIN(rest(input), line_cap(imap));
    const uint8_t *end = ms_find_byte(data(input), '\n', look);
    if (!end && rest(input) < line_cap(imap) && !input->final)
        return false;
    size_t length = end ? (size_t)(end - data(input)) : look;
    if (length > 0 && end && end[-1] == '\r')
        length--;
    MsImapCommand command;
    if (ms_imap_command(data(input), length, &command))
        ms_imap_no_literal(imap);
    imap->wait = MS_IMAP_FREE;
    return true;
}

/* COMPRESS without a reply: the bytes themselves tell, as no command has control characters in it.
 * Returns false when more are needed. */
static bool look_packed(const Input *input, size_t cap, bool *packed)
{
    size_t look = MIN(rest(input), cap);
    for (size_t i = 0; i < look; i++) {
        uint8_t byte = data(input)[i];
        if (byte == '\n')
            return true;
        *packed = (byte < ' ' && byte != '\r' && byte != '\t') || byte > 0x7e;
        if (*packed)
            return true;
    }
    return input->final || look == cap;
}

/* The client's bytes come before the reply they depend on. Returns false when they have to wait. */
static bool go_on(MsDialogue *imap, Input *input)
{
    if (imap->wait == MS_IMAP_WAIT_LITERAL)
        return decide_literal(imap, input);
    if (imap->wait == MS_IMAP_WAIT_TLS)
        imap->early_until = input->bytes->at + input->bytes->length;
    MsImapPending *entry = ms_imap_find_verb(
        imap, imap->wait == MS_IMAP_WAIT_TLS ? MS_IMAP_STARTTLS : MS_IMAP_COMPRESS);
    bool silent = imap->ended[MS_TO_CLIENT] || !imap->server_spoke || !entry || entry->doubt;
    if (!input->final && !silent && rest(input) < line_cap(imap))
        return false;
    if (imap->wait == MS_IMAP_WAIT_TLS)
        imap->early_until = 0;
    bool packed = false;
    if (imap->wait == MS_IMAP_WAIT_COMPRESS && !look_packed(input, line_cap(imap), &packed))
        return false;
    imap->wait = MS_IMAP_FREE;
    if (packed)
        imap->side[MS_TO_SERVER].inflate =
            ms_inflate_new(imap->talk->limits->value[MS_LIMIT_INFLATED]);
    return true;
}

/* One step. Returns false when more bytes are needed. */
static bool step(MsDialogue *imap, Input *input)
{
    MsImapSide *side = &imap->side[input->direction];
    bool client = input->direction == MS_TO_SERVER;
    if (client && imap->wait == MS_IMAP_WAIT_LITERAL)
        return go_on(imap, input);
    if (side->state == MS_IMAP_TAIL) {
        take_tail(imap, input);
        return true;
    }
    if (side->state != MS_IMAP_LINE)
        return take_literal(imap, input);
    bool wait = false;
    if (!side->inside && !side->inflate && take_tls(imap, input, &wait))
        return true;
    if (wait)
        return false;
    if (client && imap->wait != MS_IMAP_FREE)
        return go_on(imap, input);
    return take_line(imap, input);
}

size_t ms_imap_take(MsDialogue *imap, MsDirection direction, const MsBytes *bytes, bool final)
{
    Input input = {bytes, 0, final, direction};
    bool packed = imap->side[direction].inflate != NULL;
    while (input.at < bytes->length && !imap->tls.started) {
        if (!packed && imap->side[direction].inflate)
            return input.at; /* from here on it is compressed */
        if (!step(imap, &input))
            return input.at;
    }
    if (!imap->tls.started)
        return input.at;
    return input.at + ms_tls_look(&imap->tls, imap->talk, direction, bytes, input.at, final);
}
