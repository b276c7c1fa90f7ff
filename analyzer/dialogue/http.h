/* SPDX-License-Identifier: GPL-2.0-or-later
 * http.h - inside the HTTP parser (http*.c): its state and how its parts call each other. Requests
 * and responses are paired in order (RFC 9112 9.3); what a request does for mail says webmail.h. */
#pragma once

#include "../base/buffer.h"
#include "dialogue.h"
#include "speak.h"
#include "webmail.h"

/* Captured text that is collected over several calls, with its places. */
typedef struct {
    MsBuffer text;
    MsPiece *pieces; /* `at` counts from the start of the text */
    uint32_t n_pieces, slots;
    uint64_t total; /* bytes there were, also those not kept */
    bool lacking;   /* bytes are missing, or were not kept */
} MsHttpText;

/* A request that waits for its response, or is being sent. */
typedef struct {
    int32_t exchange, attempt, message; /* numbers; -1: none */
    uint8_t action;                     /* MsWebmailAction */
    bool head, connect;                 /* its method */
    bool whole;                         /* all of it was sent */
    bool json;                          /* its body was JSON: the answer is a program's, no page */
    bool basic;                         /* `attempt` has its credentials in the head */
} MsHttpPending;

typedef enum {
    MS_HTTP_AT_HEAD,
    MS_HTTP_AT_BODY, /* `left` bytes to come */
    MS_HTTP_AT_CHUNK_SIZE,
    MS_HTTP_AT_CHUNK,
    MS_HTTP_AT_CHUNK_END,
    MS_HTTP_AT_TRAILER,
    MS_HTTP_AT_CLOSE, /* a body that ends with the connection */
    MS_HTTP_AT_LOST,  /* within anything: the next start line ends it */
    MS_HTTP_AT_OPAQUE /* no HTTP any more */
} MsHttpAt;

/* One direction. */
typedef struct {
    MsHttpText head, body;
    uint64_t left;
    size_t scanned;
    uint8_t at;   /* MsHttpAt */
    bool open;    /* a message was begun and is not over */
    bool collect; /* its body is wanted */
    bool begun;   /* a start line was seen */
    bool midline; /* MS_HTTP_AT_LOST: within a line that means nothing */
    bool ended;
    bool syntax_said;
} MsHttpSide;

struct MsDialogue {
    MsTalk *talk;
    MsHttpSide side[2]; /* by MsDirection */
    MsHttpPending *queue;
    uint32_t n_queue, queue_slots; /* the oldest first */
    MsHttpPending current;         /* of the response being read */
    unsigned status;               /* its code */
    MsRanges status_at;
    MsSpeaker say;        /* ms_speak_*(&http->say, ...) */
    MsRanges last;        /* the last request line */
    MsForm form;          /* scratch */
    MsBuffer note;        /* scratch */
    MsBuffer plain;       /* scratch: a body, decompressed */
    uint64_t basic;       /* hash of the credentials said last */
    uint64_t cookies[16]; /* hashes of those said, the newest */
    uint32_t n_cookies;   /* that were said */
    int32_t exchanges, attempts, messages;
    bool answered; /* `current` is meaningful */
    bool doubt;    /* responses may be missing: the next one answers the last request */
    bool system_said;
};

/* --- speaking --- */

static inline const MsRanges *ms_http_where(MsDialogue *http, const MsBytes *bytes, size_t offset,
                                            size_t length)
{
    return ms_speak_where(&http->say, bytes, offset, length);
}

static inline void ms_http_say_number(MsDialogue *http, MsFieldId field, MsDirection direction,
                                      int32_t item, const MsRanges *where, int64_t number)
{
    ms_speak_number(&http->say, field, direction, -1, item, where, number);
}

/* A dialogue line; `note` may be NULL. */
static inline void ms_http_say_line(MsDialogue *http, MsLineKind kind, MsDirection direction,
                                    unsigned code, const MsBytes *bytes, size_t offset,
                                    size_t length, const MsBuffer *note)
{
    ms_speak_line(&http->say, kind, direction, kind == MS_LINE_AUTH, code, bytes, offset, length,
                  note);
}

static inline void ms_http_odd(MsDialogue *http, MsOddityKind kind, MsDirection direction,
                               const MsRanges *where, uint64_t length, const char *detail)
{
    ms_speak_odd(&http->say, kind, direction, -1, where, length, detail);
}

/* --- http_text.c --- */

/* Appends bytes[offset..+length) up to `cap` bytes in all; the rest is counted. */
void ms_http_text_add(MsHttpText *text, const MsBytes *bytes, size_t offset, size_t length,
                      size_t cap);
/* What was collected, as if it were a stream. */
MsBytes ms_http_text_bytes(const MsHttpText *text);
void ms_http_text_reset(MsHttpText *text); /* keeps the memory */
void ms_http_text_clear(MsHttpText *text);
/* Appends what `packed` is under a Content-Encoding (gzip, deflate, identity), at most `cap` bytes.
 * Returns false when it cannot be read; what came before is appended. *cut: there is more. */
bool ms_http_inflate(MsSpan coding, MsSpan packed, size_t cap, MsBuffer *out, bool *cut);

/* --- http_request.c --- */

/* The head of a request is there (side[MS_TO_SERVER].head); says what it says. */
void ms_http_request_head(MsDialogue *http, const MsHttpHead *head);
/* The request is over. `whole`: its end was seen. */
void ms_http_request_end(MsDialogue *http, bool whole);

enum {
    MS_HTTP_IN_TARGET, /* sources of form fields: the target ... */
    MS_HTTP_IN_BODY,   /* ... the body as sent */
    MS_HTTP_IN_PACKED, /* ... a body that was compressed: all of it is cited */
    MS_HTTP_LINE = 512 /* bytes of a value that becomes a dialogue line */
};

/* A request that is over, with its fields. */
typedef struct {
    MsDialogue *http;
    const MsHttpHead *head;
    const MsForm *form;
    int32_t exchange;
} MsHttpRequest;

/* Where a span of the request's head stands, in memory that the next call reuses. */
const MsRanges *ms_http_in_head(MsDialogue *http, MsSpan span);
/* The bytes that hold the encoded value of a field, and in `at` where it begins. */
MsBytes ms_http_field_bytes(const MsHttpRequest *request, const MsFormField *field, size_t *at);
/* A fact with the decoded value of a field. */
void ms_http_say_field(const MsHttpRequest *request, MsFieldId id, const MsFormField *field,
                       int32_t message, int32_t item);
/* A dialogue line that shows the value as sent, and in words what it is. */
void ms_http_show_field(const MsHttpRequest *request, const MsFormField *field, MsLineKind kind,
                        const char *what);

/* --- http_login.c --- */

/* The login form in hand; its outcome says the response. */
void ms_http_say_login(const MsHttpRequest *request, MsHttpPending *entry);
/* The field Authorization of the head, when it is there and new. */
void ms_http_say_authorization(const MsHttpRequest *request, MsHttpPending *entry);

/* --- http_cookie.c --- */

/* The cookies of the visit in the head of that side, each once. */
void ms_http_say_cookies(MsDialogue *http, MsDirection direction);

/* --- http_response.c --- */

void ms_http_response_head(MsDialogue *http, const MsHttpHead *head);
void ms_http_response_end(MsDialogue *http, bool whole);
/* No response will come any more: says what stays open. */
void ms_http_give_up(MsDialogue *http);
