/* SPDX-License-Identifier: GPL-2.0-or-later
 * terms.h - the words of mail explained: commands, extensions, capabilities, mechanisms, header
 * fields, ideas. The tables are terms-*.def; reply codes have replies.def. Looking words up is
 * explain.h. */
#pragma once

#include <stddef.h>

/* Kinds of words: id, and what people call it. */
#define MS_TERM_KINDS(X)                                                                           \
    X(SMTP_COMMAND, "SMTP command")                                                                \
    X(SMTP_EXTENSION, "SMTP extension")                                                            \
    X(SMTP_PARAMETER, "parameter of MAIL or RCPT")                                                 \
    X(POP3_COMMAND, "POP3 command")                                                                \
    X(POP3_REPLY, "POP3 reply")                                                                    \
    X(POP3_CAPABILITY, "POP3 capability")                                                          \
    X(POP3_CODE, "POP3 response code")                                                             \
    X(IMAP_COMMAND, "IMAP command")                                                                \
    X(IMAP_RESPONSE, "IMAP response")                                                              \
    X(IMAP_CODE, "IMAP response code")                                                             \
    X(IMAP_CAPABILITY, "IMAP capability")                                                          \
    X(IMAP_FLAG, "IMAP flag")                                                                      \
    X(IMAP_MAILBOX, "IMAP folder")                                                                 \
    X(IMAP_FETCH, "IMAP data of a message")                                                        \
    X(IMAP_STATUS, "IMAP data of a folder")                                                        \
    X(SASL, "login mechanism (SASL)")                                                              \
    X(HTTP, "HTTP")                                                                                \
    X(HEADER, "header field")                                                                      \
    X(CONCEPT, "term")

typedef enum {
#define KIND(id, words) MS_TERM_##id,
    MS_TERM_KINDS(KIND)
#undef KIND
        MS_N_TERM_KINDS
} MsTermKind;

/* One row; static storage. */
typedef struct {
    MsTermKind kind;
    const char *names;    /* separated by `|`; the first one is shown */
    const char *rfc;      /* "5321 4.1.1.1": number and section; "" when no RFC says it */
    const char *keywords; /* words to find it by, lower case */
    const char *text;     /* one or two sentences */
} MsTerm;

/* All rows. */
const MsTerm *ms_terms(size_t *count);

/* "SMTP command", ... Static storage. */
const char *ms_term_kind_words(MsTermKind kind);
