/* SPDX-License-Identifier: GPL-2.0-or-later
 * dialogue.h - what a protocol parser is to the engine: a class of six doors, and the talk it
 * speaks through. A parser never sees frames or files: bytes come in with the pieces that say where
 * they were captured; facts, lines, oddities and message bytes go out.
 *
 * A parser gives the same events however the bytes of a direction are cut. */
#pragma once

#include "../base/limits.h"
#include "../fact/fact.h"

typedef struct MsDialogue MsDialogue; /* a parser's state; each class has its own */
typedef struct MsTalk MsTalk;         /* who listens: the engine, or a test */

typedef enum {
    MS_MESSAGE_WHOLE, /* its end was seen and no byte is missing */
    MS_MESSAGE_HOLED, /* its end was seen, but bytes are missing */
    MS_MESSAGE_CUT    /* the connection or the capture ended first */
} MsMessageEnd;

/* What a listener does. Everything handed over is borrowed for the call. Never NULL. */
typedef struct {
    void (*fact)(MsTalk *talk, const MsFact *fact);
    void (*line)(MsTalk *talk, const MsLine *line); /* not called when !talk->wants_lines */
    void (*oddity)(MsTalk *talk, const MsOddity *oddity);
    /* A message begins; numbers rise from 0 within a session. It belongs to transaction `message`;
     * `direction`: who hands it over. Up to MS_OPEN_MESSAGES may be open at once; one more closes
     * the oldest as cut. */
    void (*message_open)(MsTalk *talk, int32_t message, MsDirection direction);
    /* Said right after message_open: it is a part without header fields; none are looked for.
     * `declared`: what was said of the part elsewhere; may be NULL. */
    void (*message_headless)(MsTalk *talk, int32_t message, const MsDeclared *declared);
    /* Bytes of the message as the sender gave them (dots removed): bytes->data[offset..+length). */
    void (*message_bytes)(MsTalk *talk, int32_t message, const MsBytes *bytes, size_t offset,
                          size_t length);
    /* `length` bytes of the message are missing here (0: not known how many). */
    void (*message_gap)(MsTalk *talk, int32_t message, uint64_t length);
    void (*message_close)(MsTalk *talk, int32_t message, MsMessageEnd end);
    /* A record of TLS with application data is over; `place`: its header, `frame`: the last frame
     * of it and of all before it; `whole`: no byte of it is missing. May be NULL when nobody sets
     * wants_records. */
    void (*tls_record)(MsTalk *talk, MsDirection direction, const MsRange *place, uint32_t frame,
                       bool whole);
} MsTalkClass;

struct MsTalk {
    const MsTalkClass *class;
    const MsLimits *limits;
    bool wants_lines;   /* false: dialogue lines need not be made */
    bool wants_records; /* tls_record() is called */
    bool cut;           /* set before end(): the capture stops, the connection did not end */
    bool midstream;     /* set before the first push(): the capture began after the connection */
};

enum { MS_OPEN_MESSAGES = 4 }; /* of one session at once */

typedef struct {
    const char *name; /* session.protocol: "smtp" */
    /* Evidence of session.end: the fact of a command that begins with quit_word, or any fact of
     * quit_reply. quit_word NULL: the protocol has no such command. */
    const char *quit_word;
    MsFieldId command, quit_reply;
    /* Makes a parser; `talk` outlives it. */
    MsDialogue *(*create)(MsTalk *talk);
    /* Bytes of one direction arrive, in order; calls of both directions come in capture order.
     * Returns how many were eaten (0..bytes->length); the rest is offered again, with more behind
     * it. A parser must eat something once MS_LIMIT_LINE bytes and more are offered. */
    size_t (*push)(MsDialogue *dialogue, MsDirection direction, const MsBytes *bytes);
    /* `length` bytes are missing at stream offset `at` (0: not known how many). What was offered
     * and not eaten before is dropped: `left` holds it (may be empty). */
    void (*gap)(MsDialogue *dialogue, MsDirection direction, uint64_t at, uint64_t length,
                const MsBytes *left);
    /* That direction says no more (FIN, RST or end of capture); `left` as above. Called once for
     * each direction, the second call ends the dialogue: unanswered things are said then. */
    void (*end)(MsDialogue *dialogue, MsDirection direction, const MsBytes *left);
    /* Whether the two sides agreed to end: the client said QUIT, or, in SMTP, the server closed
     * with 221. The engine asks when the session ends (session.end); may be asked at any time.
     * NULL: no such thing. */
    bool (*has_quit)(const MsDialogue *dialogue);
    void (*free)(MsDialogue *dialogue); /* accepts NULL */
} MsDialogueClass;

extern const MsDialogueClass ms_smtp; /* smtp.c; RFC 5321 */
extern const MsDialogueClass ms_lmtp; /* the same parser: LMTP, RFC 2033 */
extern const MsDialogueClass ms_http; /* http.c: webmail; RFC 9112 */
extern const MsDialogueClass ms_pop3; /* pop3.c; RFC 1939 */
extern const MsDialogueClass ms_imap; /* imap.c; RFC 9051 */
extern const MsDialogueClass ms_tls;  /* tls.c: encrypted from the first byte, on a mail port */
