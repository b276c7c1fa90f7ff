/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_words.h - the words of IMAP (RFC 9051, 3501): commands, responses, tokens and literals of
 * one line. Pure: text in, places in it out. Serves the parser and the recogniser. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What follows from a command. */
typedef enum {
    MS_IMAP_OTHER,   /* nothing but its completion */
    MS_IMAP_MAILBOX, /* its arguments are mailboxes: CREATE, DELETE, RENAME, STATUS, ... */
    MS_IMAP_SELECT,
    MS_IMAP_EXAMINE,
    MS_IMAP_CLOSE, /* and UNSELECT */
    MS_IMAP_APPEND,
    MS_IMAP_FETCH,
    MS_IMAP_STORE,
    MS_IMAP_COPY, /* and MOVE */
    MS_IMAP_LOGIN,
    MS_IMAP_AUTHENTICATE,
    MS_IMAP_STARTTLS,
    MS_IMAP_COMPRESS,
    MS_IMAP_IDLE,
    MS_IMAP_ID,
    MS_IMAP_LOGOUT
} MsImapVerb;

typedef struct {
    MsImapVerb verb;
    size_t tag;       /* length of the tag, which is at 0 */
    size_t word;      /* offset of the verb */
    size_t arguments; /* offset behind the verb, and behind that of a UID command */
} MsImapCommand;

/* Whether the line is a tag and a command that is known. */
bool ms_imap_command(const uint8_t *text, size_t length, MsImapCommand *command);

/* Length of the tag the text begins with when a blank follows; 0: none. */
size_t ms_imap_tag(const uint8_t *text, size_t length);

typedef enum {
    MS_IMAP_NO_RESPONSE,
    MS_IMAP_GO_ON,  /* `+`: continuation request */
    MS_IMAP_TAGGED, /* tag OK, NO, BAD */
    MS_IMAP_STATUS, /* * OK, NO, BAD, BYE, PREAUTH */
    MS_IMAP_DATA    /* * and anything else */
} MsImapKind;

/* What a response of kind MS_IMAP_DATA is about. */
typedef enum {
    MS_IMAP_UNKNOWN_DATA, /* no word of IMAP */
    MS_IMAP_OTHER_DATA,   /* one that is shown only */
    MS_IMAP_CAPABILITIES,
    MS_IMAP_ENABLED,
    MS_IMAP_LIST,
    MS_IMAP_LSUB,
    MS_IMAP_FOLDER_STATUS,
    MS_IMAP_FLAGS,
    MS_IMAP_FOUND, /* SEARCH, ESEARCH, SORT */
    MS_IMAP_SERVER_ID,
    MS_IMAP_EXISTS,
    MS_IMAP_RECENT,
    MS_IMAP_EXPUNGED,
    MS_IMAP_VANISHED,
    MS_IMAP_FETCHED
} MsImapData;

typedef struct {
    MsImapKind kind;
    MsImapData data;
    size_t tag;         /* length of the tag */
    uint32_t number;    /* of `* 3 EXISTS` */
    size_t number_at;   /* its offset; 0: none */
    size_t word;        /* offset of OK, LIST, EXISTS, ... */
    size_t word_length; /* bytes */
    size_t rest;        /* offset behind the word and one blank */
} MsImapResponse;

/* What a line of the server is. */
void ms_imap_response(const uint8_t *text, size_t length, MsImapResponse *response);

/* Whether such a line proves that a response begins here, also when lines before it are missing. */
bool ms_imap_is_sure(const MsImapResponse *response);

typedef enum { MS_TOKEN_ATOM, MS_TOKEN_STRING, MS_TOKEN_OPEN, MS_TOKEN_CLOSE } MsImapTokenKind;

typedef struct {
    MsImapTokenKind kind;
    size_t offset, length; /* of a string: without its quotes */
    bool escaped;          /* a string with backslashes in it */
    bool unclosed;         /* no end of the string, or of the `[` in an atom, in this text */
} MsImapToken;

/* The next token at or after *at, which moves on. An atom may hold `[...]` with blanks and
 * parentheses in it: BODY[HEADER.FIELDS (TO)]<0>. */
bool ms_imap_token(const uint8_t *text, size_t length, size_t *at, MsImapToken *token);

typedef struct {
    size_t offset; /* of the `{`, or of the `~` before it */
    uint64_t size; /* bytes; UINT64_MAX when larger */
    bool waits;    /* `{n}` of a client: only after the server's `+` (RFC 9051 4.3) */
} MsImapLiteral;

/* Whether the line ends with the announcement of a literal. */
bool ms_imap_literal(const uint8_t *text, size_t length, MsImapLiteral *literal);

/* A section of a message in FETCH. */
typedef struct {
    bool message;    /* bytes of a message: BODY[...], BINARY[...], RFC822, RFC822.HEADER, ... */
    bool whole;      /* all of the message: BODY[], BINARY[], RFC822 */
    bool header;     /* begins with header fields */
    bool partial;    /* has an origin: BODY[]<1000> */
    uint64_t origin; /* bytes */
    size_t key;      /* length without the origin */
} MsImapSection;

/* What an item of FETCH hands over. */
void ms_imap_section(const uint8_t *name, size_t length, MsImapSection *section);

/* Smallest count of the `<origin.count>` in the arguments of FETCH; UINT64_MAX: none. */
uint64_t ms_imap_asked(const uint8_t *text, size_t length);

/* Reads digits. Returns how many there are; *number saturates. */
size_t ms_imap_number(const uint8_t *text, size_t length, uint64_t *number);
