/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3.h - what the rooms of the POP3 parser share: its state, and the doors between pop3.c (the
 * parser's own doors), pop3_command.c (lines of the client), pop3_reply.c (lines of the server),
 * pop3_effect.c (what they mean), pop3_queue.c (which command a reply answers), pop3_middle.c (the
 * server's bytes after a gap), pop3_body.c (a message on its way to the client) and pop3_drop.c
 * (what becomes of the messages on the server). RFC 1939, 2449, 2595 and 5034. Nobody else includes
 * it. */
#pragma once

#include "auth.h"
#include "line.h"
#include "speak.h"
#include "tls.h"

#include <glib.h>

/* What waits for a reply. */
typedef enum {
    MS_POP3_USER,
    MS_POP3_PASS,
    MS_POP3_APOP,
    MS_POP3_AUTH,
    MS_POP3_MECHANISMS, /* AUTH without a mechanism: the server lists those it has */
    MS_POP3_CAPA,
    MS_POP3_STLS,
    MS_POP3_STAT,
    MS_POP3_LIST,
    MS_POP3_UIDL,
    MS_POP3_RETR,
    MS_POP3_TOP,
    MS_POP3_DELE,
    MS_POP3_RSET,
    MS_POP3_QUIT,
    MS_POP3_SINGLE,  /* NOOP, LAST, ...: one line answers it */
    MS_POP3_UNKNOWN, /* one line or many */
    MS_POP3_HIDDEN   /* commands that may be in a gap; answered as often as the server likes */
} MsPop3Kind;

typedef struct {
    uint8_t kind;      /* MsPop3Kind */
    bool many;         /* LIST, UIDL without a number: +OK is followed by a list */
    bool doubt;        /* its reply may be in a gap */
    int32_t exchange;  /* number of the exchange, or -1 */
    uint32_t number;   /* RETR, TOP, DELE, ...: message number; 0: none that can be read */
    uint32_t lines;    /* TOP: lines of the body asked for */
    int32_t attempt;   /* PASS, APOP: number of the login, else -1 */
    MsRange number_at; /* where the message number stands; length 0: nowhere */
    int64_t number_ns; /* when it was said */
} MsPop3Pending;

/* What the server's next bytes are. */
typedef enum {
    MS_POP3_STATUS, /* a line with +OK, -ERR or + */
    MS_POP3_LINES,  /* lines of a list, up to a lone dot */
    MS_POP3_BODY,   /* a message, up to a lone dot */
    MS_POP3_OPEN,   /* after +OK to an unknown or unseen command: the next line tells */
    MS_POP3_MIDDLE  /* somewhere in a reply whose start is missing */
} MsPop3Phase;

/* A message of the maildrop. */
typedef struct {
    bool marked;       /* DELE was answered with +OK, and no RSET so far */
    bool asked;        /* DELE was sent and is not answered */
    uint32_t gaps;     /* of the client, when it was marked */
    MsRange marked_at; /* that reply */
    int64_t marked_ns; /* its time */
    MsRange uid_at;    /* where its unique-id was said */
    int64_t uid_ns;
    uint8_t uid_length; /* bytes; RFC 1939 7: 1 to 70 */
    char uid[70];
} MsPop3Mail;

enum { MS_POP3_LOOSE_LF, MS_POP3_LOOSE_CR, MS_POP3_LOOSE_NUL, MS_POP3_LOOSE_END, MS_POP3_N_LOOSE };

/* The open message. */
typedef struct {
    int32_t message;
    uint64_t size;        /* bytes handed on */
    bool opened;          /* message_open was said */
    bool holed;           /* bytes are missing */
    bool gap_first;       /* the next byte is the first one after a gap */
    bool line_feeds;      /* the server ends its lines with bare LF */
    bool held;            /* a loose end stands at the end of what came so far */
    uint8_t before, last; /* the two bytes eaten last; CR LF at the start */
    uint32_t held_mark;   /* commands of the client so far, when the end was held */
    uint64_t loose[MS_POP3_N_LOOSE];
    MsRanges loose_at[MS_POP3_N_LOOSE]; /* the first one of each */
} MsPop3Body;

/* The server's first line, as long as it may be the greeting or a reply. */
typedef struct {
    bool held;
    bool ok, line_feeds;
    MsBuffer text; /* without its status */
    MsRanges status_at, text_at;
} MsPop3First;

struct MsDialogue {
    MsSpeaker say;        /* first: ms_speak_*(&pop3->say, ...) */
    MsPop3Pending *queue; /* ring */
    uint32_t queue_head, queue_count, queue_allocated;
    uint32_t unqueued; /* commands that found the queue full */
    MsLineReader reader[2];
    MsTlsLook tls;
    MsRanges status_at, text_at; /* scratch */
    MsRanges command_at;         /* the last command line */
    MsRanges user_at;            /* USER's name */
    MsBuffer user;
    MsRanges timestamp_at; /* in the greeting */
    MsBuffer timestamp;    /* with its angle brackets */
    MsRanges quit_at;      /* the reply to QUIT */
    MsRanges tls_refused;  /* the reply that refused STLS */
    MsAuth *auth;
    MsPop3First first;
    MsPop3Body body;
    GHashTable *drop; /* message number -> MsPop3Mail; NULL: none so far */
    GArray *fetched;  /* MsPop3Fetched, in order of message */
    int32_t exchanges, attempts, messages;
    int32_t auth_exchange, user_exchange;
    int32_t list_exchange; /* of the list in hand */
    uint32_t commands;     /* lines of the client that are commands */
    uint32_t gap_commands; /* of them when the server's last gap came */
    uint8_t phase;         /* MsPop3Phase */
    uint8_t list_kind;     /* MS_POP3_LINES: MsPop3Kind */
    bool open_unseen;      /* MS_POP3_OPEN: the command is missing from the capture */
    bool begun;            /* the first bytes came */
    bool greeting_due;     /* no line of the server so far */
    bool server_spoke, client_spoke, server_ended, client_ended;
    bool resync[2];       /* a gap: the next bytes may begin inside a line */
    bool gap_open;        /* the end of the list or message in hand may be in a gap */
    uint32_t client_gaps; /* how often bytes of the client are missing */
    bool server_gap;      /* bytes of the server are missing */
    bool may_miss;        /* commands may have been lost: an unknown start or a gap */
    bool pipelining;      /* the client sent a command before the reply to the one before */
    bool astray;          /* the server said a line that is no reply: what follows is read as the
                             client reads it, one reply for each command */
    bool user_held;       /* USER was sent, PASS not yet */
    bool stls_waits;      /* STLS was sent, its reply is not there */
    bool capa_answered;   /* a list of capabilities was seen, all of it */
    bool tls_offered, tls_requested, tls_accepted, tls_expected[2];
    bool lf_said[2], syntax_said, long_said, nul_said, full_said, clear_said, injection_said;
    bool drop_full_said;
    bool quit;      /* QUIT was sent */
    bool quit_ok;   /* and answered with +OK */
    bool quit_err;  /* and answered with -ERR */
    bool logged_in; /* a login succeeded, or a command of the TRANSACTION state did */
};

/* A message that was fetched. */
typedef struct {
    uint32_t number; /* in the maildrop; 0: not known */
    uint32_t gaps;   /* of the client, before it was fetched */
    bool part;       /* by TOP: not all of it */
} MsPop3Fetched;

/* A status line in hand. */
typedef struct {
    const MsBytes *bytes;
    enum { MS_POP3_NONE, MS_POP3_OK, MS_POP3_ERR, MS_POP3_GO_ON } status;
    const MsRanges *status_at;
    const uint8_t *text; /* behind the status and one blank */
    size_t length;
    size_t offset; /* of text in bytes */
    const MsRanges *text_at;
    bool line_feeds;
    bool whole; /* its end is in the capture */
} MsPop3Reply;

/* --- pop3.c --- */

/* Oddities of every line: bare LF, NUL, too long. */
void ms_pop3_check_line(MsDialogue *pop3, MsDirection direction, const MsBytes *bytes,
                        const MsLineSpan *span);
static inline size_t ms_pop3_line_cap(const MsDialogue *pop3)
{
    return (size_t)pop3->say.talk->limits->value[MS_LIMIT_LINE];
}

/* --- pop3_command.c --- */

/* Lines of the client. Returns bytes eaten. `final`: no more follow these. */
size_t ms_pop3_commands(MsDialogue *pop3, const MsBytes *bytes, bool final);
/* What is left of the client's bytes before a gap or its end: a verb that can be told counts.
 * Returns true when it was a command. */
bool ms_pop3_command_cut(MsDialogue *pop3, const MsBytes *left, size_t at);

/* --- pop3_queue.c --- */

/* A command waits for its reply. */
void ms_pop3_await(MsDialogue *pop3, const MsPop3Pending *entry);
/* The command that will be answered next, or NULL when that is not certain. */
MsPop3Pending *ms_pop3_next(MsDialogue *pop3);
/* The first of the queue that is a login in progress, now the first entry; NULL: none. */
MsPop3Pending *ms_pop3_login(MsDialogue *pop3);
/* Takes the entry that the next reply answers; false: none can be named. */
bool ms_pop3_answered(MsDialogue *pop3, MsPop3Pending *entry);
/* Replies may be missing: doubts all that waits. */
void ms_pop3_doubt(MsDialogue *pop3);
/* No reply will come any more: says what stays unanswered. */
void ms_pop3_give_up(MsDialogue *pop3);

/* --- pop3_reply.c --- */

/* Lines of the server. Returns bytes eaten. `final`: no more follow these. */
size_t ms_pop3_replies(MsDialogue *pop3, const MsBytes *bytes, bool final);
/* Bytes of the server are missing. */
void ms_pop3_reply_gap(MsDialogue *pop3, uint64_t length);
/* The client sends a command: a reply whose end is in a gap is over, and whether the first line of
 * the server was its greeting may be told. */
void ms_pop3_reply_over(MsDialogue *pop3, MsPop3Kind next);
/* Nothing more will be said: decides what the first line was. */
void ms_pop3_first_decide(MsDialogue *pop3);

/* The status a line begins with (MsPop3Reply.status); *skip: bytes up to the text behind it. */
int ms_pop3_status(const uint8_t *text, size_t length, size_t *skip);
/* Whether the line is a reply: it begins with +OK or -ERR. */
bool ms_pop3_is_answer(const uint8_t *text, size_t length);
/* What list the line is part of: LIST, UIDL, CAPA, or UNKNOWN. */
MsPop3Kind ms_pop3_list_kind(const uint8_t *text, size_t length);

/* --- pop3_middle.c --- */

/* The first bytes after a gap, or of a capture that began late, from `at` on: what are they? Sets
 * the phase. Returns false when more are needed. */
bool ms_pop3_find_middle(MsDialogue *pop3, const MsBytes *bytes, size_t at, bool final);
/* After a gap in a list: do the bytes begin a line? If not, the rest of the line is left out.
 * Returns false when more are needed. */
bool ms_pop3_resync(MsDialogue *pop3, const MsBytes *bytes, size_t at, bool final);

/* --- pop3_effect.c --- */

/* Says status, text and response code of a reply. exchange < 0: of an exchange of its own. Returns
 * the exchange. */
int32_t ms_pop3_say_reply(MsDialogue *pop3, const MsPop3Reply *reply, int32_t exchange);
void ms_pop3_greet(MsDialogue *pop3, const MsPop3Reply *reply);
/* Does what the reply means for the command it answers; sets the phase. */
void ms_pop3_effect(MsDialogue *pop3, const MsPop3Pending *entry, const MsPop3Reply *reply);
/* A line of a list. */
void ms_pop3_list_line(MsDialogue *pop3, const MsBytes *bytes, size_t offset, size_t length);
/* USER is not followed by PASS: says what is known of that login. `where` may be NULL. */
void ms_pop3_user_end(MsDialogue *pop3, MsAuthOutcome outcome, const MsRanges *where);
/* The outcome of a login with PASS or APOP. */
void ms_pop3_outcome(MsDialogue *pop3, int32_t attempt, MsAuthOutcome outcome,
                     const MsRanges *where);

/* --- pop3_body.c --- */

/* A message begins, number in the maildrop 0: not known. */
void ms_pop3_body_begin(MsDialogue *pop3, int32_t message, bool line_feeds, bool start_missing);
/* Bytes of the message from `offset` on. Returns how many were eaten; the phase says whether it
 * ended. */
size_t ms_pop3_body(MsDialogue *pop3, const MsBytes *bytes, size_t offset, bool final);
void ms_pop3_body_gap(MsDialogue *pop3, uint64_t length);
/* The message is over. */
void ms_pop3_body_close(MsDialogue *pop3, MsMessageEnd end);

/* --- pop3_drop.c --- */

/* Reads "number" and "number size" or "number unique-id"; *rest: offset of the second word, length
 * when there is none. 0: it begins with no number. */
uint32_t ms_pop3_number(const uint8_t *text, size_t length, size_t *rest);
/* A message was fetched: says its number and what is known of it. */
void ms_pop3_fetch(MsDialogue *pop3, const MsPop3Pending *entry, const MsRanges *where);
/* DELE was sent; answered with +OK at `where`; answered with -ERR. */
void ms_pop3_ask(MsDialogue *pop3, uint32_t number);
void ms_pop3_mark(MsDialogue *pop3, uint32_t number, int32_t exchange, const MsRanges *where);
void ms_pop3_refuse(MsDialogue *pop3, uint32_t number);
/* RSET: no message is marked any more. */
void ms_pop3_unmark(MsDialogue *pop3, int32_t exchange, const MsRanges *where);
/* The server says the unique-id of a message. */
void ms_pop3_uid(MsDialogue *pop3, uint32_t number, const MsBytes *bytes, size_t offset,
                 size_t length);
/* The session is over: says what becomes of each message that was fetched, and the mode. */
void ms_pop3_verdict(MsDialogue *pop3);
