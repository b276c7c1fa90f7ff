/* SPDX-License-Identifier: GPL-2.0-or-later
 * http.c - the HTTP/1.x parser's doors (RFC 9112): heads, and bodies by length, chunks or the end
 * of the connection, of both directions alike. What requests and responses mean is said in
 * http_request.c and http_response.c. */
#include "http.h"

#include "../base/find.h"

#include <glib.h>

#include <string.h>

enum {
    CHUNK_LINE = 1024,   /* bytes of the line of a chunk size, with extensions, or of a trailer */
    RESPONSE_CAP = 65536 /* bytes of a response's body that are collected */
};

static MsDialogue *http_create(MsTalk *talk)
{
    MsDialogue *http = g_new0(MsDialogue, 1);
    http->talk = talk;
    http->say.talk = talk;
    return http;
}

static size_t limit(const MsDialogue *http, MsLimitId id)
{
    return (size_t)http->talk->limits->value[id];
}

/* Bytes of one direction in hand. */
typedef struct {
    MsDialogue *http;
    MsDirection direction;
    MsHttpSide *side;
    const MsBytes *bytes;
    size_t at;
} Input;

static size_t rest(const Input *input)
{
    return input->bytes->length - input->at;
}

static const uint8_t *data(const Input *input)
{
    return input->bytes->data + input->at;
}

static void message_end(MsDialogue *http, MsDirection direction, bool whole)
{
    MsHttpSide *side = &http->side[direction];
    if (!side->open)
        return;
    side->open = false;
    if (direction == MS_TO_SERVER)
        ms_http_request_end(http, whole);
    else
        ms_http_response_end(http, whole);
}

/* The rest up to the next start line means nothing. */
static void lose(const Input *input, const char *why)
{
    MsHttpSide *side = input->side;
    if (why && !side->syntax_said) {
        side->syntax_said = true;
        ms_http_odd(input->http, MS_ODDITY_SYNTAX, input->direction,
                    ms_http_where(input->http, input->bytes, input->at, 1), 0, why);
    }
    message_end(input->http, input->direction, false);
    side->at = MS_HTTP_AT_LOST;
    side->midline = false;
    side->scanned = 0;
    if (input->direction == MS_TO_CLIENT)
        input->http->doubt = true;
}

/* Whether a start line may begin here; *whole: one does. */
static bool may_start(const Input *input, bool *whole)
{
    if (input->direction == MS_TO_SERVER)
        return ms_http_may_request(data(input), MIN(rest(input), limit(input->http, MS_LIMIT_LINE)),
                                   whole);
    static const char version[] = "HTTP/1.";
    size_t seen = MIN(rest(input), sizeof version - 1);
    *whole = rest(input) >= sizeof version - 1;
    return memcmp(data(input), version, seen) == 0;
}

/* The head in hand is read; says it and sets how the body ends. */
static void begin_message(MsDialogue *http, MsDirection direction, const MsHttpHead *head)
{
    MsHttpSide *side = &http->side[direction];
    MsHttpFraming framing;
    side->open = true;
    side->collect = false;
    ms_http_text_reset(&side->body);
    if (direction == MS_TO_SERVER) {
        framing = ms_http_request_framing(head);
        ms_http_request_head(http, head);
    } else {
        ms_http_response_head(http, head);
        const char *method = http->current.head ? "HEAD" : http->current.connect ? "CONNECT" : "";
        framing = ms_http_response_framing(head, (MsSpan){(const uint8_t *)method, strlen(method)});
    }
    side->left = head->length;
    switch (framing) {
    case MS_HTTP_NO_BODY:
        side->at = MS_HTTP_AT_HEAD;
        message_end(http, direction, true);
        break;
    case MS_HTTP_BY_LENGTH:
        side->at = MS_HTTP_AT_BODY;
        break;
    case MS_HTTP_CHUNKED:
        side->at = MS_HTTP_AT_CHUNK_SIZE;
        break;
    case MS_HTTP_BY_CLOSE:
        side->at = MS_HTTP_AT_CLOSE;
        break;
    case MS_HTTP_BY_SWITCH:
        message_end(http, direction, true);
        http->side[0].at = http->side[1].at = MS_HTTP_AT_OPAQUE;
        break;
    }
}

/* Takes bytes[at..+size) as a head. */
static void take_head(Input *input, size_t size)
{
    MsHttpSide *side = input->side;
    MsHttpHead head;
    side->scanned = 0;
    ms_http_text_reset(&side->head);
    ms_http_text_add(&side->head, input->bytes, input->at, size, size);
    if (!ms_http_head_read(side->head.text.data, size, &head) ||
        head.request != (input->direction == MS_TO_SERVER)) {
        lose(input, "no start line of HTTP/1.x");
        side->midline = true;
        return;
    }
    if (head.contradictory && !side->syntax_said) {
        side->syntax_said = true;
        ms_http_odd(input->http, MS_ODDITY_SYNTAX, input->direction,
                    ms_http_where(input->http, input->bytes, input->at, head.start.length), 0,
                    "the fields that say how long the body is contradict each other");
    }
    input->at += size;
    begin_message(input->http, input->direction, &head);
}

/* A step over a head. Returns false when more bytes are needed. */
static bool step_head(Input *input)
{
    MsHttpSide *side = input->side;
    bool whole;
    size_t blank = 0; /* RFC 9112 2.2: empty lines before a start line */
    while (blank < rest(input) && (data(input)[blank] == '\r' || data(input)[blank] == '\n'))
        blank++;
    if (blank > 0) {
        input->at += blank;
        side->scanned = 0;
        return true;
    }
    if (!may_start(input, &whole)) {
        lose(input, side->begun ? "no start line of HTTP/1.x" : NULL);
        return true;
    }
    size_t size = ms_http_head_length(data(input), rest(input), &side->scanned);
    size_t cap = limit(input->http, MS_LIMIT_LINE);
    if (size == 0 && rest(input) < cap)
        return false;
    if (size == 0 || size > cap) {
        ms_http_odd(input->http, MS_ODDITY_LONG_LINE, input->direction,
                    ms_http_where(input->http, input->bytes, input->at, 16), 0,
                    "a head without end; it is left out");
        lose(input, NULL);
        side->midline = true;
        return true;
    }
    side->begun = true;
    take_head(input, size);
    return true;
}

static bool step_body(Input *input)
{
    MsHttpSide *side = input->side;
    size_t run = rest(input);
    if (side->at != MS_HTTP_AT_CLOSE)
        run = (size_t)MIN(side->left, run);
    size_t cap =
        input->direction == MS_TO_SERVER ? limit(input->http, MS_LIMIT_HTTP_BODY) : RESPONSE_CAP;
    if (side->collect)
        ms_http_text_add(&side->body, input->bytes, input->at, run, cap);
    input->at += run;
    if (side->at == MS_HTTP_AT_CLOSE)
        return true;
    side->left -= run;
    if (side->left > 0)
        return true;
    bool chunk = side->at == MS_HTTP_AT_CHUNK;
    side->at = chunk ? MS_HTTP_AT_CHUNK_END : MS_HTTP_AT_HEAD;
    if (!chunk)
        message_end(input->http, input->direction, true);
    return true;
}

/* Lines between chunks, and trailer fields (RFC 9112 7.1). */
static bool step_line(Input *input)
{
    MsHttpSide *side = input->side;
    size_t most = MIN(limit(input->http, MS_LIMIT_LINE), CHUNK_LINE);
    const uint8_t *end = ms_find_byte(data(input), '\n', MIN(rest(input), most));
    if (!end && rest(input) < most)
        return false;
    size_t line = end ? (size_t)(end - data(input)) : 0;
    size_t eaten = line + 1;
    if (line > 0 && end && end[-1] == '\r')
        line--;
    uint64_t size = 0;
    bool good = end != NULL;
    if (side->at == MS_HTTP_AT_CHUNK_END)
        good = good && line == 0;
    else if (side->at == MS_HTTP_AT_CHUNK_SIZE)
        good = good && ms_http_chunk_size(data(input), line, &size);
    if (!good) {
        lose(input, "no chunk as its size says");
        return true;
    }
    input->at += eaten;
    if (side->at == MS_HTTP_AT_CHUNK_SIZE) {
        side->at = size > 0 ? MS_HTTP_AT_CHUNK : MS_HTTP_AT_TRAILER;
        side->left = size;
    } else if (side->at == MS_HTTP_AT_CHUNK_END) {
        side->at = MS_HTTP_AT_CHUNK_SIZE;
    } else if (line == 0) {
        side->at = MS_HTTP_AT_HEAD;
        message_end(input->http, input->direction, true);
    }
    return true;
}

static bool step_lost(Input *input)
{
    MsHttpSide *side = input->side;
    if (!side->midline) {
        bool whole;
        bool may = may_start(input, &whole);
        size_t cap = limit(input->http, MS_LIMIT_LINE);
        if (may && !whole && rest(input) < cap)
            return false;
        if (may && whole) {
            side->at = MS_HTTP_AT_HEAD;
            side->begun = true;
            return true;
        }
    }
    const uint8_t *end = ms_find_byte(data(input), '\n', rest(input));
    side->midline = !end;
    input->at = end ? (size_t)(end - input->bytes->data) + 1 : input->bytes->length;
    return true;
}

/* One step. Returns false when more bytes are needed. */
static bool step(Input *input)
{
    switch ((MsHttpAt)input->side->at) {
    case MS_HTTP_AT_HEAD:
        return step_head(input);
    case MS_HTTP_AT_BODY:
    case MS_HTTP_AT_CHUNK:
    case MS_HTTP_AT_CLOSE:
        return step_body(input);
    case MS_HTTP_AT_CHUNK_SIZE:
    case MS_HTTP_AT_CHUNK_END:
    case MS_HTTP_AT_TRAILER:
        return step_line(input);
    case MS_HTTP_AT_LOST:
        return step_lost(input);
    case MS_HTTP_AT_OPAQUE:
        input->at = input->bytes->length;
        return true;
    }
    return false;
}

static size_t http_push(MsDialogue *http, MsDirection direction, const MsBytes *bytes)
{
    Input input = {http, direction, &http->side[direction], bytes, 0};
    while (input.at < bytes->length && step(&input))
        ;
    return input.at;
}

/* What is left of a side before a gap or its end: a head whose first lines are whole counts. */
static void take_left(MsDialogue *http, MsDirection direction, const MsBytes *left)
{
    MsHttpSide *side = &http->side[direction];
    Input input = {http, direction, side, left, 0};
    bool whole;
    if (left->length == 0 || side->at != MS_HTTP_AT_HEAD || !may_start(&input, &whole))
        return;
    size_t size = left->length;
    while (size > 0 && left->data[size - 1] != '\n')
        size--;
    if (size == 0)
        return;
    take_head(&input, size);
    message_end(http, direction, false);
    if (side->at != MS_HTTP_AT_OPAQUE)
        side->at = MS_HTTP_AT_LOST;
}

static void http_gap(MsDialogue *http, MsDirection direction, uint64_t at, uint64_t length,
                     const MsBytes *left)
{
    (void)at;
    MsHttpSide *side = &http->side[direction];
    bool inside = (side->at == MS_HTTP_AT_BODY || side->at == MS_HTTP_AT_CHUNK) && length > 0 &&
                  length <= side->left;
    if (inside || side->at == MS_HTTP_AT_CLOSE) {
        side->body.lacking = true;
        if (side->at == MS_HTTP_AT_CLOSE)
            return;
        side->left -= length;
        if (side->left == 0 && side->at == MS_HTTP_AT_BODY)
            message_end(http, direction, true);
        if (side->left == 0)
            side->at = side->at == MS_HTTP_AT_BODY ? MS_HTTP_AT_HEAD : MS_HTTP_AT_CHUNK_END;
        return;
    }
    if (side->at == MS_HTTP_AT_OPAQUE)
        return;
    take_left(http, direction, left);
    message_end(http, direction, false);
    side->at = MS_HTTP_AT_LOST;
    side->midline = false;
    side->scanned = 0;
    http->doubt = true;
}

static void http_end(MsDialogue *http, MsDirection direction, const MsBytes *left)
{
    MsHttpSide *side = &http->side[direction];
    take_left(http, direction, left);
    message_end(http, direction, side->at == MS_HTTP_AT_CLOSE && !http->talk->cut);
    side->ended = true;
    if (http->side[!direction].ended)
        ms_http_give_up(http);
}

/* HTTP knows no goodbye: logging out ends the user's visit, not the connection. */
static bool http_has_quit(const MsDialogue *http)
{
    (void)http;
    return false;
}

static void http_free(MsDialogue *http)
{
    if (!http)
        return;
    for (unsigned i = 0; i < 2; i++) {
        ms_http_text_clear(&http->side[i].head);
        ms_http_text_clear(&http->side[i].body);
    }
    ms_ranges_clear(&http->status_at);
    ms_speak_clear(&http->say);
    ms_ranges_clear(&http->last);
    ms_form_clear(&http->form);
    ms_buffer_clear(&http->note);
    ms_buffer_clear(&http->plain);
    g_free(http->queue);
    g_free(http);
}

const MsDialogueClass ms_http = {.name = "http",
                                 .create = http_create,
                                 .push = http_push,
                                 .gap = http_gap,
                                 .end = http_end,
                                 .has_quit = http_has_quit,
                                 .free = http_free};
