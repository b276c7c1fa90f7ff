/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp.h - what the rooms of the SMTP parser share: its state, and the doors between smtp.c (lines
 * of the client), smtp_command.c (verbs), smtp_reply.c (lines of the server), smtp_effect.c (what
 * they mean), smtp_queue.c (which command a reply answers), smtp_body.c (DATA), smtp_chunk.c
 * (BDAT), smtp_mail.c (transactions) and smtp_line.c (any line). RFC 5321 throughout. Nobody
 * else includes it. */
#pragma once

#include "../base/buffer.h"
#include "auth.h"
#include "dialogue.h"
#include "line.h"
#include "speak.h"
#include "tls.h"

/* What waits for a reply. */
typedef enum {
    MS_AWAIT_HELO,
    MS_AWAIT_EHLO, /* EHLO, LHLO */
    MS_AWAIT_MAIL,
    MS_AWAIT_RCPT,
    MS_AWAIT_DATA,
    MS_AWAIT_MESSAGE, /* the end of a message sent with DATA */
    MS_AWAIT_BDAT,
    MS_AWAIT_BDAT_LAST,
    MS_AWAIT_AUTH,
    MS_AWAIT_STARTTLS,
    MS_AWAIT_RSET,
    MS_AWAIT_QUIT,
    MS_AWAIT_XCLIENT,
    MS_AWAIT_OTHER,
    MS_AWAIT_HIDDEN /* commands that may be in a gap; answered as often as the server likes */
} MsAwait;

typedef struct {
    uint8_t kind;     /* MsAwait */
    bool doubt;       /* its reply may be in a gap: only a reply that must be its own counts */
    int32_t exchange; /* number of the exchange, or -1 */
    int32_t message;  /* transaction, or -1 */
    int32_t item;     /* recipient, or -1 */
} MsPending;

/* One mail transaction (RFC 5321 3.3) from MAIL until its outcome is said. */
typedef struct MsTransaction {
    struct MsTransaction *before, *next; /* in order of number */
    int32_t number;
    int32_t recipients; /* RCPT commands so far */
    uint32_t accepted, rejected;
    uint32_t waiting;    /* entries of the queue that point here */
    uint32_t good, bad;  /* final replies so far */
    uint64_t declared;   /* SIZE parameter of MAIL; 0 when absent */
    MsRange declared_at; /* the first frame that says so */
    int64_t declared_time;
    MsRanges final; /* code of the last final reply */
    bool mail_seen; /* MAIL is in the capture */
    bool mail_refused;
    bool data_refused;
    bool body_begun;
    bool body_ended;  /* the client handed everything over */
    bool reset_asked; /* RSET or HELO was sent and not refused so far */
    bool closed;      /* no further command belongs to it */
    bool broken_off;  /* closed by the client or by 421 before a message was sent */
    bool uncertain;   /* a gap may hide what became of it */
} MsTransaction;

typedef enum {
    MS_LOOSE_LF,
    MS_LOOSE_CR,
    MS_LOOSE_END,
    MS_LOOSE_NUL,
    MS_LOOSE_DOT,
    MS_N_LOOSE
} MsLoose;

/* The open message. */
typedef struct {
    MsTransaction *transaction;
    int32_t exchange; /* of its DATA, or -1 */
    uint64_t size;    /* bytes handed on */
    bool bdat;
    bool opened;          /* message_open was said */
    bool refused;         /* DATA was refused, which the client did not wait for */
    bool holed;           /* bytes are missing */
    bool gap_open;        /* DATA: the end may be in a gap */
    bool gap_first;       /* the next byte is the first one after a gap */
    bool line_feeds;      /* the client ended DATA itself with a bare LF */
    bool held;            /* a loose end of data stands at the end of what was said so far */
    uint8_t held_length;  /* bytes of it, not eaten yet */
    uint8_t before, last; /* the two bytes eaten last; CR LF at the start */
    uint16_t early_code;  /* reply that came while the message was being sent, or 0 */
    uint64_t loose[MS_N_LOOSE];
    MsRanges loose_at[MS_N_LOOSE]; /* the first one of each */
} MsBody;

/* A MAIL within a transaction: it counts only when its reply says so. */
typedef struct {
    MsBuffer line;
    MsPiece *pieces;
    MsBytes bytes; /* over the two above */
    size_t at;     /* offset of the argument in the line */
    int32_t exchange;
} MsNestedMail;

/* A reply of several lines whose end has not come yet. */
typedef struct {
    unsigned code;
    MsRanges code_at; /* in its first line */
    MsBuffer text;    /* without codes, joined by LF */
    MsRanges where;
    uint32_t lines;
    bool holed;   /* bytes are missing: the text is not said */
    bool limited; /* longer than MS_LIMIT_LINE: the rest is left out */
    char enhanced[16];
    uint8_t enhanced_length;
    MsRanges enhanced_at;
} MsLongReply;

typedef enum {
    MS_PHASE_OPENING, /* no greeting, no command yet: the capture may have begun anywhere */
    MS_PHASE_COMMAND,
    MS_PHASE_WAIT, /* DATA, AUTH or STARTTLS was sent: what follows depends on the reply */
    MS_PHASE_AUTH, /* the next line of the client answers a challenge */
    MS_PHASE_DATA,
    MS_PHASE_BDAT
} MsPhase;

struct MsDialogue {
    MsTalk *talk;
    MsSpeaker say;
    MsPending *queue; /* ring */
    uint32_t queue_head, queue_count, queue_allocated;
    uint32_t unqueued; /* commands that found the queue full; they follow the queued ones */
    MsLineReader reader[2];
    MsRanges code_at, text_at;   /* scratch */
    MsRanges data_at;            /* the DATA command in hand */
    MsRanges command_at;         /* the last command line */
    MsTransaction *transactions; /* those whose outcome is open */
    MsTransaction *last;         /* the end of that list */
    MsTransaction *current;
    MsBody *body;
    MsNestedMail *nested;
    MsAuth *auth;
    MsLongReply *reply;
    MsRanges tls_refused; /* code of the reply that refused STARTTLS */
    uint32_t *extensions; /* hashes of extensions already said */
    uint32_t n_extensions;
    int32_t exchanges, attempts, messages;
    int32_t uncertain_below; /* what became of transactions before this one may be in a gap */
    int32_t auth_exchange, data_exchange;
    uint64_t chunk_left;  /* MS_PHASE_BDAT: bytes of this chunk to come */
    uint64_t gap_length;  /* bytes missing in the last gap of the client; 0: not known */
    uint64_t early_until; /* client bytes before this offset came before the reply to STARTTLS */
    bool chunk_last, chunk_refused, chunk_begun;
    uint8_t phase;     /* MsPhase */
    uint8_t wait_kind; /* MS_PHASE_WAIT: MsAwait */
    bool lmtp;
    bool greeting_due; /* no reply of the server so far */
    bool server_spoke, client_spoke;
    bool server_ended, client_ended;
    bool resync[2];     /* a gap: the next bytes may begin inside a line */
    bool reply_doubt;   /* a gap of the server: the next line may not be the first of its reply */
    bool may_miss;      /* commands may have been lost: an unknown start or a gap */
    bool pipelining;    /* the client sent a command before the reply to the one before */
    bool ehlo_answered; /* an EHLO reply was seen whole */
    bool tls_offered, tls_requested, tls_accepted, tls_expected[2];
    MsTlsLook tls;
    bool server_silent; /* waiting for the server was given up: what is said decides */
    bool doubt_wait;    /* MS_PHASE_WAIT: the reply that is waited for may be in a gap */
    bool data_refused;  /* the line before was a DATA that was refused */
    bool line_feeds;    /* the DATA in hand ended with a bare LF */
    bool opening_held;  /* MS_PHASE_OPENING: a line waits to be understood */
    bool opening_skip;  /* the server answered it meanwhile: only to be shown */
    uint8_t skip_held;  /* bytes of a loose end of data to be eaten next */
    /* Said once in a session. */
    bool lf_said[2], syntax_said[2];
    bool clear_said, injection_said, nul_said, long_said, full_said, no_data_said;
    bool quit;
};

/* --- smtp_line.c --- */

/* Oddities of every line: bare LF, NUL, too long. */
void ms_smtp_check_line(MsDialogue *smtp, MsDirection direction, const MsBytes *bytes,
                        const MsLineSpan *span);

/* --- smtp_queue.c --- */

/* A command waits for its reply. */
void ms_smtp_await(MsDialogue *smtp, MsAwait kind, int32_t exchange,
                   const MsTransaction *transaction, int32_t item);
/* Takes the entry that a reply with this code answers; false: none can be named. */
bool ms_smtp_answered(MsDialogue *smtp, unsigned code, MsPending *entry);
/* The entry that will be answered next, or NULL when that is not certain. */
MsPending *ms_smtp_next(MsDialogue *smtp);
/* The AUTH that a challenge belongs to, now the first entry; NULL when none waits. */
MsPending *ms_smtp_login(MsDialogue *smtp);
/* Replies may be missing: doubts all that waits. */
void ms_smtp_doubt(MsDialogue *smtp);
/* The entry of that exchange belongs to `transaction` after all. */
void ms_smtp_adopt(MsDialogue *smtp, int32_t exchange, MsTransaction *transaction);
/* The server does not know the command of that exchange: any number of replies may come for what
 * was sent with it, so it is nobody's, and those behind it are in doubt. */
void ms_smtp_hide(MsDialogue *smtp, int32_t exchange);
/* No reply will come any more: says what stays unanswered. */
void ms_smtp_give_up(MsDialogue *smtp);

/* --- smtp_mail.c --- */

/* Opens a transaction; the one before it is closed. */
MsTransaction *ms_smtp_mail_open(MsDialogue *smtp);
/* The transaction that commands belong to now; one is opened when its MAIL may be missing from the
 * capture. NULL when there is none. */
MsTransaction *ms_smtp_mail_current(MsDialogue *smtp);
/* No further command belongs to the current transaction. `broken_off`: by RSET, QUIT, HELO or 421.
 */
void ms_smtp_mail_close(MsDialogue *smtp, bool broken_off);
/* The transaction with that number, or NULL. */
MsTransaction *ms_smtp_mail_find(MsDialogue *smtp, int32_t number);
/* One thing less to wait for; says the outcome when it was the last. */
void ms_smtp_mail_settle(MsDialogue *smtp, MsTransaction *transaction);
/* A final reply to the message. */
void ms_smtp_mail_final(MsDialogue *smtp, MsTransaction *transaction, unsigned code,
                        const MsRanges *where);
/* Says every outcome that is still open. */
void ms_smtp_mail_end(MsDialogue *smtp);
/* Forgets all transactions and the open message without a word. */
void ms_smtp_mail_free(MsDialogue *smtp);
/* MAIL and RCPT; `span` is the line, `at` the offset of its argument (bytes[at..end of line)). */
void ms_smtp_mail_from(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, size_t at,
                       int32_t exchange);
void ms_smtp_rcpt_to(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, size_t at,
                     int32_t exchange);
/* A nested MAIL got its reply, or commands follow it: becomes a transaction or is forgotten. */
void ms_smtp_nested(MsDialogue *smtp, bool accepted);

/* --- smtp_command.c --- */

/* Whether the line is a command beyond doubt, not a line of a message that looks like one. */
bool ms_smtp_is_command(const uint8_t *text, size_t length);
/* A command line. `cut`: the rest of it is missing, so it has no values; false is returned when not
 * even its verb can be told. */
bool ms_smtp_command(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, bool cut);
/* A line of the client within a login. */
void ms_smtp_auth_line(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span);

/* --- smtp_effect.c --- */

/* A whole reply in hand. */
typedef struct {
    const MsBytes *bytes;
    unsigned code;
    const MsRanges *code_at;
    const uint8_t *text; /* without the code; lines joined by LF */
    size_t length;
    const MsRanges *text_at;
    size_t enhanced; /* offset in bytes and length of the enhanced code; length 0: none */
    size_t enhanced_length;
    bool text_known;
} MsReply;

/* Does what the reply means for the command it answers. */
void ms_smtp_effect(MsDialogue *smtp, const MsPending *entry, const MsReply *reply);
/* A 354 whose DATA is missing from the capture: the message begins. */
void ms_smtp_hidden_data(MsDialogue *smtp);

/* --- smtp_reply.c --- */

/* Lines of the server. Returns bytes eaten. */
size_t ms_smtp_replies(MsDialogue *smtp, const MsBytes *bytes);
/* What is left of the server's bytes before a gap or the end: a reply whose code is known counts.
 */
void ms_smtp_reply_cut(MsDialogue *smtp, const MsBytes *left);
void ms_smtp_reply_free(MsLongReply *reply);
/* The client goes on: a reply whose end is missing is over. */
void ms_smtp_reply_over(MsDialogue *smtp);

/* --- smtp_body.c --- */

/* A message of that transaction, not said yet. */
MsBody *ms_smtp_body_new(MsDialogue *smtp, MsTransaction *one, int32_t exchange);
/* Says that the message begins, once; its first byte is at `offset`. */
void ms_smtp_body_open(MsDialogue *smtp, const MsBytes *bytes, size_t offset);
/* Hands bytes[from..to) on as the message's. */
void ms_smtp_body_hand_on(MsDialogue *smtp, const MsBytes *bytes, size_t from, size_t to);

/* The server said 354, or the client sends its message all the same. `transaction` may be NULL.
 * `start_missing`: the first bytes may be missing from the capture. */
void ms_smtp_data_begin(MsDialogue *smtp, MsTransaction *transaction, int32_t exchange,
                        bool start_missing);
/* Bytes of the message from `offset` on. Returns how many were eaten; the phase says whether it
 * ended. `final`: no more bytes follow these. */
size_t ms_smtp_body(MsDialogue *smtp, const MsBytes *bytes, size_t offset, bool final);
/* Bytes of the message are missing. */
void ms_smtp_body_gap(MsDialogue *smtp, uint64_t length);
/* A reply came while a message was being sent. Returns true when it ended the message. */
bool ms_smtp_body_reply(MsDialogue *smtp, unsigned code);
/* The message is over: says what was odd about it. `end`: how. */
void ms_smtp_body_close(MsDialogue *smtp, MsMessageEnd end);

/* --- smtp_chunk.c --- */

/* A BDAT command; `at`: offset of its argument. */
void ms_smtp_bdat(MsDialogue *smtp, const MsBytes *bytes, const MsLineSpan *span, size_t at,
                  int32_t exchange);
/* A chunk of BDAT from `offset` on; returns how many bytes were eaten, as
 * ms_smtp_body() does. */
size_t ms_smtp_chunk(MsDialogue *smtp, const MsBytes *bytes, size_t offset, bool final);
/* Bytes are missing while a chunk is sent. Returns false when commands may be among them. */
bool ms_smtp_chunk_gap(MsDialogue *smtp, uint64_t length);
