/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_head.h - the head of an HTTP/1.x message (RFC 9112 2 to 6): start line, the fields that
 * matter here, and how its body ends. Works on bytes alone and keeps nothing, so that connections
 * that are only watched can use it too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a captured text, borrowed. */
typedef struct {
    const uint8_t *data; /* may be NULL when length is 0 */
    size_t length;
} MsSpan;

/* Fields that are looked at; the first of a name counts, but for MS_HTTP_LENGTH, see below. */
typedef enum {
    MS_HTTP_HOST,
    MS_HTTP_LENGTH,   /* Content-Length */
    MS_HTTP_TRANSFER, /* Transfer-Encoding */
    MS_HTTP_TYPE,     /* Content-Type */
    MS_HTTP_CODING,   /* Content-Encoding */
    MS_HTTP_COOKIE,
    MS_HTTP_REFERER,
    MS_HTTP_AUTHORIZATION,
    MS_HTTP_LOCATION,
    MS_HTTP_N_FIELDS
} MsHttpField;

/* How a body ends (RFC 9112 6.3). */
typedef enum {
    MS_HTTP_NO_BODY,
    MS_HTTP_BY_LENGTH,
    MS_HTTP_CHUNKED,
    MS_HTTP_BY_CLOSE, /* of a response: with the connection */
    MS_HTTP_BY_SWITCH /* what follows is no HTTP any more: 101, or CONNECT granted */
} MsHttpFraming;

/* Spans point into the bytes that were read. */
typedef struct {
    bool request;
    MsSpan start;          /* the start line, without its end */
    MsSpan method, target; /* of a request */
    unsigned status;       /* of a response */
    MsSpan status_at;      /* its three digits */
    MsSpan field[MS_HTTP_N_FIELDS];
    uint64_t length;    /* MS_HTTP_BY_LENGTH */
    bool has_length;    /* a Content-Length that can be read */
    bool chunked;       /* Transfer-Encoding ends with chunked */
    bool contradictory; /* Content-Lengths that differ or are no numbers, or one beside
                           Transfer-Encoding (RFC 9112 6.3, 11.2) */
} MsHttpHead;

/* Length of the head that begins at data[0], with the empty line that ends it; 0: its end is not
 * there yet. Empty lines in front belong to it (RFC 9112 2.2). `*scanned`: bytes known to hold no
 * end, 0 at first; kept by the caller between calls. */
size_t ms_http_head_length(const uint8_t *data, size_t length, size_t *scanned);

/* Reads a whole head, or what there is of one; false when its first line is neither that of a
 * request nor that of a response. */
bool ms_http_head_read(const uint8_t *data, size_t length, MsHttpHead *head);

/* Whether a line of a request, or a beginning of one, may begin at data[0]: `GET `, any method of
 * letters. `*whole` (may be NULL): it is a request line for sure. */
bool ms_http_may_request(const uint8_t *data, size_t length, bool *whole);

/* How the body of a request ends; of a response, `method` is that of its request (RFC 9112 6.3). */
MsHttpFraming ms_http_request_framing(const MsHttpHead *head);
MsHttpFraming ms_http_response_framing(const MsHttpHead *head, MsSpan method);

/* Whether the span is the word, or contains it, folding case. */
bool ms_span_is(MsSpan span, const char *word);
bool ms_span_has(MsSpan span, const char *word);

/* The value of a parameter of a field such as Content-Type: `boundary` of `multipart/form-data;
 * boundary="x"`, without quotes; empty when there is none (RFC 9110 5.6.6). */
MsSpan ms_http_parameter(MsSpan value, const char *name);

/* Reads a hexadecimal chunk size (RFC 9112 7.1); false when there is none or it is too large. */
bool ms_http_chunk_size(const uint8_t *line, size_t length, uint64_t *size);
