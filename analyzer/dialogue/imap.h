/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap.h - what the rooms of the IMAP parser share: its state, and the doors between imap.c (the
 * bytes of both sides), imap_line.c (lines and literals), imap_client.c (commands), imap_login.c,
 * imap_reply.c (completions), imap_data.c (untagged data), imap_fetch.c, imap_message.c (messages),
 * imap_structure.c (what parts are), imap_queue.c (which command a tag belongs to) and imap_say.c.
 * RFC 9051 throughout. Nobody else includes it. */
#pragma once

#include "../base/buffer.h"
#include "auth.h"
#include "dialogue.h"
#include "imap_words.h"
#include "inflate.h"
#include "speak.h"
#include "tls.h"

enum {
    MS_IMAP_TAG = 32,           /* bytes of a tag that are kept */
    MS_IMAP_STRING_MOST = 8192, /* bytes of a literal that is a string; longer ones are left out */
    MS_IMAP_PARTS = 2,          /* messages that wait for their next part */
    MS_IMAP_DEPTH = 100,        /* parentheses within each other */
    MS_IMAP_WORDS = 1024        /* bytes of one response that become a fact */
};

/* What waits for its completion. */
typedef struct {
    uint8_t verb; /* MsImapVerb */
    bool doubt;   /* its completion may be in a gap */
    uint8_t tag[MS_IMAP_TAG];
    uint32_t tag_length;
    uint32_t tag_hash; /* of all of it */
    int32_t exchange;
    int32_t attempt;       /* LOGIN, AUTHENTICATE: number of the login; else -1 */
    int32_t first_message; /* APPEND: -1: none so far */
    int32_t last_message;
    bool message_cut; /* the last one was not handed over whole */
    uint64_t asked;   /* FETCH: bytes of a part; UINT64_MAX: all */
    MsBuffer mailbox; /* SELECT, EXAMINE, APPEND: as named */
    MsRanges mailbox_at;
} MsImapPending;

/* What the next bytes of a side are. */
typedef enum {
    MS_IMAP_LINE,
    MS_IMAP_TAIL,    /* the rest of a line that is too long */
    MS_IMAP_WORD,    /* a literal that is one string of the line */
    MS_IMAP_MESSAGE, /* a literal that is a message */
    MS_IMAP_SKIP     /* a literal that is left out */
} MsImapState;

typedef struct {
    uint8_t state;    /* MsImapState */
    bool inside;      /* the next line goes on with what was before a literal */
    bool in_tail;     /* ... which was too long */
    bool resync;      /* after a gap: up to the next line that is known for sure */
    uint32_t scanned; /* bytes already known to hold no line end */
    uint64_t left;    /* bytes of the literal to come */
    uint8_t tail[24]; /* the last bytes of a line that is too long: may announce a literal */
    uint32_t tail_length;
    MsInflate *inflate; /* COMPRESS: unpacks what comes; NULL: it is as it is */
    bool deaf;          /* what follows cannot be read */
    bool over;          /* the compressed bytes ended; whatever follows is odd */
} MsImapSide;

/* Why the client's bytes have to wait for the server. */
typedef enum {
    MS_IMAP_FREE,
    MS_IMAP_WAIT_LITERAL,
    MS_IMAP_WAIT_TLS,
    MS_IMAP_WAIT_COMPRESS
} MsImapWait;

/* The command whose arguments are being read. */
typedef struct {
    uint8_t verb;
    int32_t exchange;   /* -1: none */
    uint32_t arguments; /* so far, a list counted as one */
    uint32_t depth;
    MsRanges verb_at;
    MsBuffer note;  /* what a login says in words */
    MsBuffer flags; /* APPEND */
    MsRanges flags_at;
    MsBuffer date;
    MsRanges date_at;
    MsBuffer name; /* ID: a name that waits for its value */
    bool catenate; /* APPEND: the server puts the message together (RFC 4469) */
} MsImapReading;

/* The untagged data that are being read. */
typedef struct {
    bool active;
    uint8_t data; /* MsImapData */
    uint32_t number;
    uint32_t depth;
    uint32_t arguments;
    bool too_deep;
    int32_t exchange;
    MsRanges where, number_at, word_at;
    MsBuffer words; /* what is said of it */
    MsBuffer name;  /* FETCH: item whose value comes next; ID: name whose value comes next */
    MsRanges name_at;
    bool name_open;      /* its `[` is not closed so far */
    bool has_name;       /* FETCH: the next token is a value */
    bool flags_open;     /* FETCH: within the list of FLAGS */
    bool structure_open; /* FETCH: within the list of BODYSTRUCTURE or BODY */
    bool uid_known, size_known, flags_known;
    uint64_t uid, size;
    MsBuffer flags, date;
    MsRanges uid_at, size_at, flags_at, date_at;
    int32_t *messages; /* numbers of those in it */
    uint32_t n_messages;
} MsImapAnswer;

/* A message that is being handed over, or waits for its next part. */
typedef struct {
    bool begun;   /* its literal is being read */
    bool open;    /* it was said; for a part: it waits */
    bool partial; /* it has an origin: more parts may come */
    bool holed;
    bool all;  /* BODY[], RFC822, APPEND: a message, not one section of it */
    bool done; /* its end was seen */
    bool uid_known;
    int32_t number;
    uint32_t sequence;
    uint64_t uid;
    uint64_t begin;  /* origin of its first part */
    uint64_t length; /* bytes so far, missing ones too */
    uint64_t chunk;  /* bytes of the part in hand */
    MsBuffer key;    /* section without its origin */
} MsImapMessage;

typedef struct MsImapStructure MsImapStructure;

struct MsDialogue {
    MsTalk *talk;
    MsImapSide side[2];
    MsImapPending **queue; /* the oldest first */
    uint32_t queue_count, queue_allocated;
    MsImapReading command;
    MsImapAnswer answer;
    MsImapMessage message[2]; /* by direction: the one whose literal is being read */
    MsImapMessage part[MS_IMAP_PARTS];
    MsImapStructure *structure; /* NULL: no part was told of */
    MsAuth *auth;
    int32_t auth_exchange;
    MsSpeaker say;    /* ms_speak_*(&imap->say, ...) */
    MsBuffer value;   /* scratch: a string without its escapes */
    MsRanges text_at; /* scratch */
    MsRanges command_at;
    MsRanges tls_refused;
    MsBuffer mailbox; /* the one that is selected */
    MsRanges mailbox_at;
    bool selected;
    uint32_t *known; /* hashes of what is said once: capabilities, folders */
    uint32_t n_known;
    int32_t exchanges, attempts, messages;
    int32_t loose;        /* exchange of data that no command in the capture asked for; -1: none */
    uint64_t early_until; /* client bytes before this offset came before the reply to STARTTLS */
    uint8_t wait;         /* MsImapWait */
    bool greeting_due;    /* no line of the server so far */
    bool server_spoke, client_spoke;
    bool ended[2];
    bool may_miss;   /* lines may have been lost: an unknown start or a gap */
    bool login_line; /* the next line of the client answers a challenge */
    bool capable;    /* the server listed its capabilities */
    bool tls_offered, tls_requested, tls_accepted, tls_expected[2];
    MsTlsLook tls;
    bool quit;
    /* Said once in a session. */
    bool lf_said[2], syntax_said[2], literal_said[2], depth_said;
    bool clear_said, injection_said, nul_said, long_said, full_said;
};

/* --- imap_say.c --- */

/* Replaces a list of ranges by those of bytes[offset..+length). */
void ms_imap_place(MsDialogue *imap, MsRanges *ranges, const MsBytes *bytes, size_t offset,
                   size_t length);

static inline const MsRanges *ms_imap_where(MsDialogue *imap, const MsBytes *bytes, size_t offset,
                                            size_t length)
{
    return ms_speak_where(&imap->say, bytes, offset, length);
}

static inline void ms_imap_say_span(MsDialogue *imap, MsFieldId field, MsDirection direction,
                                    int32_t item, const MsBytes *bytes, size_t offset,
                                    size_t length)
{
    ms_speak_span(&imap->say, field, direction, -1, item, bytes, offset, length);
}

static inline void ms_imap_say_number(MsDialogue *imap, MsFieldId field, MsDirection direction,
                                      int32_t message, int32_t item, const MsRanges *where,
                                      uint64_t number)
{
    ms_speak_number(&imap->say, field, direction, message, item, where,
                    number < INT64_MAX ? (int64_t)number : INT64_MAX);
}

/* A dialogue line; `note` may be NULL. */
static inline void ms_imap_say_line(MsDialogue *imap, MsLineKind kind, MsDirection direction,
                                    const MsBytes *bytes, size_t offset, size_t length,
                                    const MsBuffer *note)
{
    ms_speak_line(&imap->say, kind, direction, kind == MS_LINE_AUTH && direction == MS_TO_SERVER, 0,
                  bytes, offset, length, note);
}

/* Says what the name of a mailbox means, when it is encoded (RFC 3501 5.1.3); each once. */
void ms_imap_say_name(MsDialogue *imap, MsDirection direction, const MsRanges *where,
                      const uint8_t *name, size_t length);
/* Whether it was not said before; remembers it. */
bool ms_imap_is_new(MsDialogue *imap, MsFieldId field, const uint8_t *text, size_t length);
/* A string or atom as meant: without escapes. Valid until the next call. */
const uint8_t *ms_imap_value(MsDialogue *imap, const uint8_t *text, const MsImapToken *token,
                             size_t *length);
/* Copies text and ranges, which it replaces. */
void ms_imap_keep(MsDialogue *imap, MsBuffer *text, MsRanges *at, const MsBytes *bytes,
                  size_t offset, size_t length);

/* --- imap_line.c --- */

/* Takes lines and literals of one side. `final`: no more bytes follow. Returns how many were eaten.
 */
size_t ms_imap_take(MsDialogue *imap, MsDirection direction, const MsBytes *bytes, bool final);
/* Forgets a literal that was announced and will not come. */
void ms_imap_no_literal(MsDialogue *imap);

/* --- imap_client.c --- */

/* A line of the client, or what follows a literal. `cut`: its end is missing. */
void ms_imap_client_line(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                         const MsImapLiteral *literal, bool cut);
/* A literal that is a string; `known` false: it is too long or missing. */
void ms_imap_client_string(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                           bool known);
/* Whether the literal that is announced is a message. */
bool ms_imap_client_message(const MsDialogue *imap);
/* The command is over, or will not be read on. */
void ms_imap_client_done(MsDialogue *imap);
void ms_imap_client_free(MsDialogue *imap);

/* --- imap_login.c --- */

void ms_imap_login_argument(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token,
                            bool certain);
void ms_imap_login_response(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                            bool cut);
void ms_imap_login_challenge(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                             MsBuffer *note);
/* The open AUTHENTICATE is over, if there is one. */
void ms_imap_login_over(MsDialogue *imap, MsAuthOutcome outcome, const MsRanges *where);
/* The login of a LOGIN or AUTHENTICATE is over. */
void ms_imap_login_end(MsDialogue *imap, MsImapPending *entry, MsAuthOutcome outcome,
                       const MsRanges *where);

/* --- imap_queue.c --- */

/* A command waits for its completion. NULL when the queue is full. */
MsImapPending *ms_imap_await(MsDialogue *imap, MsImapVerb verb, const uint8_t *tag, size_t length,
                             int32_t exchange);
/* The entry of that tag, the oldest; NULL: there is none. */
MsImapPending *ms_imap_find(MsDialogue *imap, const uint8_t *tag, size_t length);
/* The entry of that exchange, or NULL. */
MsImapPending *ms_imap_find_exchange(MsDialogue *imap, int32_t exchange);
/* The oldest entry of that verb, or NULL. */
MsImapPending *ms_imap_find_verb(MsDialogue *imap, MsImapVerb verb);
void ms_imap_remove(MsDialogue *imap, MsImapPending *entry);
/* The exchange to which untagged data belong: the oldest that waits, else one of its own. */
int32_t ms_imap_exchange(MsDialogue *imap);
/* Completions of all that wait may be in a gap. */
void ms_imap_doubt(MsDialogue *imap);
/* Both sides are silent: what waits stays without a completion. */
void ms_imap_give_up(MsDialogue *imap);
void ms_imap_queue_free(MsDialogue *imap);

/* --- imap_reply.c --- */

/* A line of the server, or what follows a literal. */
void ms_imap_server_line(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                         const MsImapLiteral *literal, bool cut);
/* What became of the messages of an APPEND. */
void ms_imap_append_end(MsDialogue *imap, MsImapPending *entry, const char *outcome,
                        const MsRanges *where);
/* Capabilities in bytes[offset..+length). */
void ms_imap_capabilities(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length);

/* --- imap_data.c --- */

/* Untagged data begin. */
void ms_imap_data_begin(MsDialogue *imap, const MsBytes *bytes, size_t offset,
                        const MsImapResponse *response);
/* Tokens in bytes[offset..+length). `cut`: the last token may not be whole. */
void ms_imap_data_text(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                       bool cut);
/* A literal that is a string. */
void ms_imap_data_string(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length,
                         bool known);
/* Whether the literal that comes next is a message. */
bool ms_imap_data_message(const MsDialogue *imap);
/* The response is over; `whole`: its end was seen. */
void ms_imap_data_end(MsDialogue *imap, bool whole);
void ms_imap_data_free(MsDialogue *imap);
/* Appends to what is said of the response, as far as there is room. */
void ms_imap_words_add(MsImapAnswer *answer, const void *text, size_t length);

/* --- imap_fetch.c --- */

void ms_imap_fetch_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token,
                         bool certain);
/* Takes what closes a `[` that was left open; returns the offset behind it. */
size_t ms_imap_fetch_close(MsDialogue *imap, const MsBytes *bytes, size_t offset, size_t length);
void ms_imap_fetch_end(MsDialogue *imap, bool whole);

/* --- imap_structure.c --- */

/* The list of BODYSTRUCTURE or BODY begins; its parentheses are tokens of it, too. */
void ms_imap_structure_begin(MsDialogue *imap);
void ms_imap_structure_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token,
                             bool certain);
/* What was told of the part that `section` ("2.1") names, of the message with that number in the
 * mailbox. Borrowed until the next response. False: nothing. */
bool ms_imap_structure_part(const MsDialogue *imap, uint32_t sequence, const uint8_t *section,
                            size_t length, MsDeclared *declared);
/* Numbers of messages mean others now: of one that was removed, and of all. */
void ms_imap_structure_expunged(MsDialogue *imap, uint32_t sequence);
void ms_imap_structure_forget(MsDialogue *imap);
void ms_imap_structure_free(MsDialogue *imap);

/* --- imap_message.c --- */

/* `size` bytes of a message of FETCH or APPEND come next. It is said when they do. */
void ms_imap_message_begin(MsDialogue *imap, MsDirection direction, uint64_t size);
void ms_imap_message_bytes(MsDialogue *imap, MsDirection direction, const MsBytes *bytes,
                           size_t offset, size_t length);
void ms_imap_message_gap(MsDialogue *imap, MsDirection direction, uint64_t length);
/* The literal ends, or what is left of it is missing (`cut`). */
void ms_imap_message_end(MsDialogue *imap, MsDirection direction, bool cut);
/* A response to FETCH told the UID of a message. */
void ms_imap_message_uid(MsDialogue *imap, int32_t number, uint64_t uid);
/* Messages behind that one move up. */
void ms_imap_message_expunged(MsDialogue *imap, uint32_t sequence);
/* No further parts will come: another mailbox, or the end. */
void ms_imap_parts_end(MsDialogue *imap);
void ms_imap_messages_free(MsDialogue *imap);
