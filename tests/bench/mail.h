/* SPDX-License-Identifier: GPL-2.0-or-later
 * mail.h - SMTP, POP3 and IMAP sessions for the benchmark: from SYN to the last ACK, a few packets
 * a step, with mails of chosen size and the SHA-256 of each. */
#pragma once

#include "wire.h"

#include <gcrypt.h>

/* Text lines and an attachment of base64 lines; some lines begin with a dot. */
typedef struct {
    Random random;
    uint64_t text_lines, attachment_lines; /* left to write */
    unsigned part;
    gcry_md_hd_t hash;
    uint64_t size; /* bytes so far, without doubled dots */
} Mail;

typedef enum { SPEAK_SMTP, SPEAK_POP3, SPEAK_IMAP } Speak;

typedef struct {
    Connection connection;
    Speak speak; /* set before session_begin(); POP3 and IMAP fetch their mails */
    Mail mail;
    unsigned stage;
    unsigned mails_left;
    uint64_t attachment;   /* bytes of each attachment, encoded; 0: none */
    uint8_t waiting[4096]; /* bytes of DATA not sent yet */
    size_t n_waiting;
    bool data_done;
    struct {
        uint32_t seq;
        uint16_t length; /* 0: nothing held back */
        uint8_t in;      /* packets until it is sent */
        uint8_t data[WIRE_MSS];
    } held;
    FILE *truth;      /* "SHA-256 size" of each mail */
    unsigned reorder; /* of 1000 full segments so many come late */
} Session;

/* A session of `mails` mails; `truth` gets a line for each. */
void session_begin(Session *session, Wire *wire, uint32_t client, uint16_t port, unsigned mails,
                   uint64_t attachment, FILE *truth);

/* Sends the next few packets. Returns false when the connection is closed. */
bool session_step(Session *session, Wire *wire);
