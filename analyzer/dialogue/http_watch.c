/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_watch.c - goes from request to request; bodies are skipped by their length or chunks, but
 * for the beginning of one that may be a form. */
#include "http_watch.h"

#include "../base/find.h"
#include "webmail.h"

#include <glib.h>

#include <string.h>

enum {
    HEAD_MOST = 16384, /* bytes of a head that are waited for */
    BODY_MOST = 4096,  /* bytes of a form that are waited for: the names come early */
    LINE_MOST = 256    /* bytes of the line of a chunk size, or of a trailer */
};

typedef enum {
    AT_HEAD,
    AT_BODY, /* `skip` bytes of it are left */
    AT_CHUNK_SIZE,
    AT_CHUNK, /* `skip` bytes of it and of its line end are left */
    AT_TRAILER,
    AT_LOST /* within anything: the next request line ends it */
} At;

struct MsHttpWatch {
    uint64_t skip;
    size_t scanned; /* of a head */
    uint32_t passed;
    uint8_t at; /* At */
};

MsHttpWatch *ms_http_watch_new(void)
{
    return g_new0(MsHttpWatch, 1);
}

void ms_http_watch_free(MsHttpWatch *watch)
{
    g_free(watch);
}

uint32_t ms_http_watch_passed(const MsHttpWatch *watch)
{
    return watch->passed;
}

/* The data of chunks, as far as it is there (RFC 9112 7.1). Returns false when more bytes of it
 * should come. */
static bool join_chunks(const uint8_t *data, size_t length, MsBuffer *out)
{
    for (size_t at = 0; at < length && out->length < BODY_MOST;) {
        const uint8_t *end = ms_find_byte(data + at, '\n', length - at);
        uint64_t size;
        if (!end)
            return length - at > LINE_MOST;
        size_t line = (size_t)(end - data) - at;
        if (line > 0 && end[-1] == '\r')
            line--;
        if (!ms_http_chunk_size(data + at, line, &size) || size == 0)
            return true;
        at = (size_t)(end - data) + 1;
        size_t run = (size_t)MIN(size, length - at);
        ms_buffer_append(out, data + at, MIN(run, BODY_MOST));
        if (run < size)
            return out->length >= BODY_MOST;
        at += run;
        at += at < length && data[at] == '\r';
        at += at < length && data[at] == '\n';
    }
    return out->length >= BODY_MOST;
}

/* The beginning of a request's body. */
typedef struct {
    MsSpan bytes;    /* its data */
    bool whole;      /* all of it is there */
    bool enough;     /* no more is to be waited for */
    MsBuffer joined; /* of chunks */
} Body;

static void look_at_body(const MsHttpHead *head, const uint8_t *data, size_t length, Body *body)
{
    MsHttpFraming framing = ms_http_request_framing(head);
    if (framing == MS_HTTP_BY_LENGTH) {
        uint64_t wanted = MIN(head->length, BODY_MOST);
        body->bytes = (MsSpan){data, (size_t)MIN(length, wanted)};
        body->enough = length >= wanted;
        body->whole = length >= head->length && head->length <= BODY_MOST;
    } else if (framing == MS_HTTP_CHUNKED) {
        body->enough = join_chunks(data, length, &body->joined);
        body->bytes = (MsSpan){body->joined.data, body->joined.length};
        body->whole = body->enough && body->joined.length < BODY_MOST;
    } else {
        body->enough = body->whole = true;
    }
}

/* Whether the request concerns mail; *wait: more of it is needed to tell. */
static bool is_mail(const MsHttpHead *head, const uint8_t *data, size_t length, bool final,
                    bool *wait)
{
    const MsSpan *field = head->field;
    Body body = {0};
    MsForm form = {0};
    look_at_body(head, data, length, &body);
    MsFormKind kind = ms_form_kind(field[MS_HTTP_TYPE], body.bytes.data, body.bytes.length);
    bool possible = kind != MS_FORM_NONE || (body.bytes.length == 0 && !body.whole);
    *wait = possible && !body.enough && !final;
    bool mail = false;
    if (!*wait) {
        if (kind != MS_FORM_NONE || ms_webmail_wants_query(head->target))
            ms_form_query(&form, head->target, 0);
        ms_form_read(&form, kind, ms_http_parameter(field[MS_HTTP_TYPE], "boundary"),
                     body.bytes.data, body.bytes.length, body.whole, 1);
        MsSpan basic = field[MS_HTTP_AUTHORIZATION];
        const MsWebmailRequest request = {.method = head->method,
                                          .target = head->target,
                                          .host = field[MS_HTTP_HOST],
                                          .referer = field[MS_HTTP_REFERER],
                                          .cookie = field[MS_HTTP_COOKIE],
                                          .basic = basic.length > 6 &&
                                                   ms_span_is((MsSpan){basic.data, 6}, "Basic "),
                                          .has_body_form = kind != MS_FORM_NONE,
                                          .form = &form};
        mail = ms_webmail_judge(&request).mail;
    }
    ms_form_clear(&form);
    ms_buffer_clear(&body.joined);
    return mail;
}

/* GET of a picture, a style, a script: its fields need not be read. Were there a body behind it,
 * what follows would be no request, and the connection would be given up. */
static bool is_plain_get(const uint8_t *data, size_t length)
{
    if (length < 5 || memcmp(data, "GET ", 4) != 0)
        return false;
    const uint8_t *end = ms_find_byte(data + 4, ' ', length - 4);
    return end && ms_webmail_is_part_of_page((MsSpan){data + 4, (size_t)(end - data) - 4});
}

/* What a step says. */
typedef enum { STEP_ON, STEP_WAIT, STEP_MAIL, STEP_OVER } Step;

static Step step_head(MsHttpWatch *watch, const uint8_t *data, size_t length, bool final,
                      const MsLimits *limits, size_t *eaten)
{
    size_t size = ms_http_head_length(data, length, &watch->scanned);
    MsHttpHead head;
    if (size == 0) {
        if (length > HEAD_MOST || !ms_http_may_request(data, length, NULL))
            return STEP_OVER;
        return STEP_WAIT;
    }
    if (is_plain_get(data, size)) {
        watch->scanned = 0;
        *eaten = size;
        return ++watch->passed >= limits->value[MS_LIMIT_HTTP_REQUESTS] ? STEP_OVER : STEP_ON;
    }
    if (!ms_http_head_read(data, size, &head) || !head.request)
        return STEP_OVER;
    bool wait;
    if (is_mail(&head, data + size, length - size, final, &wait))
        return STEP_MAIL;
    if (wait) {
        watch->scanned = 0;
        return STEP_WAIT;
    }
    MsHttpFraming framing = ms_http_request_framing(&head);
    watch->at = framing == MS_HTTP_BY_LENGTH ? AT_BODY
                : framing == MS_HTTP_CHUNKED ? AT_CHUNK_SIZE
                                             : AT_HEAD;
    watch->skip = framing == MS_HTTP_BY_LENGTH ? head.length : 0;
    watch->scanned = 0;
    *eaten = size;
    return ++watch->passed >= limits->value[MS_LIMIT_HTTP_REQUESTS] ? STEP_OVER : STEP_ON;
}

/* The line of a chunk size, or of a trailer field (RFC 9112 7.1). */
static Step step_line(MsHttpWatch *watch, const uint8_t *data, size_t length, size_t *eaten)
{
    const uint8_t *end = ms_find_byte(data, '\n', MIN(length, LINE_MOST));
    if (!end)
        return length >= LINE_MOST ? STEP_OVER : STEP_WAIT;
    size_t line = (size_t)(end - data);
    *eaten = line + 1;
    if (line > 0 && data[line - 1] == '\r')
        line--;
    if (watch->at == AT_TRAILER) {
        watch->at = line == 0 ? AT_HEAD : AT_TRAILER;
        return STEP_ON;
    }
    uint64_t size;
    if (!ms_http_chunk_size(data, line, &size))
        return STEP_OVER;
    watch->at = size == 0 ? AT_TRAILER : AT_CHUNK;
    watch->skip = size + 2; /* CR LF */
    return STEP_ON;
}

/* After missing bytes: is there a request line? */
static Step step_lost(MsHttpWatch *watch, const uint8_t *data, size_t length, size_t *eaten)
{
    bool whole;
    if (ms_http_may_request(data, length, &whole)) {
        if (!whole && length <= HEAD_MOST)
            return STEP_WAIT;
        watch->at = whole ? AT_HEAD : AT_LOST;
        if (whole)
            return STEP_ON;
    }
    const uint8_t *end = ms_find_byte(data, '\n', length);
    *eaten = end ? (size_t)(end - data) + 1 : length;
    return STEP_ON;
}

static Step step(MsHttpWatch *watch, const uint8_t *data, size_t length, bool final,
                 const MsLimits *limits, size_t *eaten)
{
    *eaten = 0;
    switch ((At)watch->at) {
    case AT_HEAD:
        return step_head(watch, data, length, final, limits, eaten);
    case AT_BODY:
    case AT_CHUNK:
        *eaten = (size_t)MIN(watch->skip, length);
        watch->skip -= *eaten;
        if (watch->skip == 0)
            watch->at = watch->at == AT_BODY ? AT_HEAD : AT_CHUNK_SIZE;
        return STEP_ON;
    case AT_CHUNK_SIZE:
    case AT_TRAILER:
        return step_line(watch, data, length, eaten);
    case AT_LOST:
        return step_lost(watch, data, length, eaten);
    }
    return STEP_OVER;
}

MsWatchVerdict ms_http_watch(MsHttpWatch *watch, const uint8_t *data, size_t length, bool final,
                             const MsLimits *limits, size_t *eaten)
{
    *eaten = 0;
    while (*eaten < length) {
        size_t more;
        Step result = step(watch, data + *eaten, length - *eaten, final, limits, &more);
        *eaten += more;
        if (result == STEP_WAIT)
            return MS_WATCH_ON;
        if (result == STEP_MAIL)
            return MS_WATCH_MAIL;
        if (result == STEP_OVER)
            return MS_WATCH_OVER;
    }
    return MS_WATCH_ON;
}

void ms_http_watch_gap(MsHttpWatch *watch, uint64_t length)
{
    watch->scanned = 0;
    if (watch->at == AT_BODY && length > 0 && length <= watch->skip) {
        watch->skip -= length;
        if (watch->skip == 0)
            watch->at = AT_HEAD;
        return;
    }
    watch->at = AT_LOST;
}
