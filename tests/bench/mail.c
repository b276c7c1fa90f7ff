/* SPDX-License-Identifier: GPL-2.0-or-later
 * mail.c - sessions and mails for the benchmark. */
#include "mail.h"

#include <string.h>

enum { LINE = 78 /* bytes of a base64 line with its CRLF */ };
static const uint32_t server = 0xc0000219; /* 192.0.2.25 */

static void mail_begin(Mail *mail, uint32_t seed, uint64_t attachment)
{
    mail->random.state = (uint64_t)seed << 1 | 1;
    random_next(&mail->random);
    mail->text_lines = 3 + random_below(&mail->random, 12);
    mail->attachment_lines = (attachment + LINE - 1) / LINE;
    mail->part = 0;
    mail->size = 0;
    gcry_md_open(&mail->hash, GCRY_MD_SHA256, 0);
}

static size_t head(Mail *mail, char *out, size_t room)
{
    int length = snprintf(out, room,
                          "From: Sender <sender@client.example>\r\nTo: <rcpt@dst.example>\r\n"
                          "Subject: Report %08x\r\nMessage-ID: <%08x@client.example>\r\n"
                          "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n"
                          "Content-Type: multipart/mixed; boundary=\"limit-4711\"\r\n\r\n"
                          "--limit-4711\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
                          random_next(&mail->random), random_next(&mail->random));
    return (size_t)length;
}

static size_t base64_line(Mail *mail, char *out)
{
    static const char letters[65] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < LINE - 2;) {
        uint32_t bits = random_next(&mail->random);
        for (int i = 0; i < 4; i++, bits >>= 8)
            out[at++] = letters[bits & 63];
    }
    memcpy(out + LINE - 2, "\r\n", 2);
    return LINE;
}

/* The next line or lines as they go over the wire (dots doubled); 0 at the end. */
static size_t mail_next(Mail *mail, char out[1024])
{
    static const char *const words[] = {"the quick brown fox", ".hidden line", "lorem ipsum dolor",
                                        "..two dots", "sincerely yours"};
    size_t length = 0;
    bool dot = false;
    if (mail->part == 0) {
        length = head(mail, out + 1, 1023);
        mail->part = 1;
    } else if (mail->text_lines > 0) {
        mail->text_lines--;
        length = (size_t)snprintf(out + 1, 1023, "%s %u\r\n", words[random_below(&mail->random, 5)],
                                  random_next(&mail->random));
        dot = out[1] == '.';
    } else if (mail->attachment_lines > 0 && mail->part == 1) {
        length = (size_t)snprintf(out + 1, 1023,
                                  "--limit-4711\r\nContent-Type: application/octet-stream\r\n"
                                  "Content-Disposition: attachment; filename=\"report.bin\"\r\n"
                                  "Content-Transfer-Encoding: base64\r\n\r\n");
        mail->part = 2;
    } else if (mail->attachment_lines > 0) {
        mail->attachment_lines--;
        length = base64_line(mail, out + 1);
    } else if (mail->part < 3) {
        length = (size_t)snprintf(out + 1, 1023, "--limit-4711--\r\n");
        mail->part = 3;
    }
    gcry_md_write(mail->hash, out + 1, length);
    mail->size += length;
    if (dot) {
        out[0] = '.';
        return length + 1;
    }
    memmove(out, out + 1, length);
    return length;
}

static void mail_end(Mail *mail, FILE *truth)
{
    const uint8_t *digest = gcry_md_read(mail->hash, GCRY_MD_SHA256);
    for (int i = 0; truth && i < 32; i++)
        fprintf(truth, "%02x", digest[i]);
    if (truth)
        fprintf(truth, " %llu\n", (unsigned long long)mail->size);
    gcry_md_close(mail->hash);
}

void session_begin(Session *session, Wire *wire, uint32_t client, uint16_t port, unsigned mails,
                   uint64_t attachment, FILE *truth)
{
    memset(&session->mail, 0, sizeof session->mail);
    session->stage = 0;
    session->mails_left = mails;
    session->attachment = attachment;
    session->n_waiting = 0;
    session->data_done = false;
    session->held.length = 0;
    session->truth = truth;
    static const uint16_t ports[] = {25, 110, 143};
    wire_connection(wire, &session->connection, client, port, server, ports[session->speak]);
}

/* One line of one side, and the other side's ACK when nothing answers at once. */
static void say(Session *session, Wire *wire, int side, const char *text)
{
    wire_send(wire, &session->connection, side, WIRE_ACK | WIRE_PSH, text, strlen(text));
    wire_received(&session->connection, !side);
}

static void release_held(Session *session, Wire *wire)
{
    if (session->held.length == 0)
        return;
    wire_send_at(wire, &session->connection, WIRE_CLIENT, WIRE_ACK, session->held.seq,
                 session->held.data, session->held.length);
    session->held.length = 0;
}

static int sender_of(const Session *session)
{
    return session->speak == SPEAK_SMTP ? WIRE_CLIENT : WIRE_SERVER;
}

/* A segment of the mail, or, of 1000 so many as asked for, one that comes late. */
static void send_segment(Session *session, Wire *wire, const uint8_t *data, size_t length)
{
    Connection *connection = &session->connection;
    if (session->held.length > 0 && --session->held.in == 0)
        release_held(session, wire);
    if (session->reorder > 0 && session->held.length == 0 && length == WIRE_MSS &&
        random_below(&wire->random, 1000) < session->reorder) {
        session->held.seq = connection->seq[0];
        session->held.length = (uint16_t)length;
        session->held.in = (uint8_t)(1 + random_below(&wire->random, 8));
        memcpy(session->held.data, data, length);
        connection->seq[0] += (uint32_t)length;
        return;
    }
    wire_send(wire, connection, sender_of(session), WIRE_ACK, data, length);
}

/* A line of the mail as the protocol has it; 0 at the end. */
static size_t next_line(Session *session, char line[1024])
{
    size_t length = mail_next(&session->mail, line);
    if (length > 0 && session->speak == SPEAK_IMAP && line[0] == '.')
        memmove(line, line + 1, --length); /* a literal doubles no dots */
    return length;
}

/* Two full segments of the mail and their ACK; false when the mail and what ends it are sent. */
static bool send_data(Session *session, Wire *wire)
{
    Connection *connection = &session->connection;
    const char *end = session->speak == SPEAK_IMAP ? ")\r\na4 OK done\r\n" : ".\r\n";
    for (int i = 0; i < 2; i++) {
        while (session->n_waiting < WIRE_MSS && !session->data_done) {
            char line[1024];
            size_t length = next_line(session, line);
            if (length == 0) {
                session->data_done = true;
                memcpy(line, end, length = strlen(end));
            }
            memcpy(session->waiting + session->n_waiting, line, length);
            session->n_waiting += length;
        }
        size_t length = session->n_waiting < WIRE_MSS ? session->n_waiting : WIRE_MSS;
        if (length == 0)
            break;
        send_segment(session, wire, session->waiting, length);
        session->n_waiting -= length;
        memmove(session->waiting, session->waiting + length, session->n_waiting);
    }
    if (session->data_done && session->n_waiting == 0)
        release_held(session, wire);
    /* What is held back has not arrived, so it is not acknowledged. */
    int sender = sender_of(session);
    connection->acked[!sender] = session->held.length ? session->held.seq : connection->seq[sender];
    wire_send(wire, connection, !sender, WIRE_ACK, NULL, 0);
    return !session->data_done || session->n_waiting > 0;
}

static void handshake(Session *session, Wire *wire)
{
    Connection *connection = &session->connection;
    wire_send(wire, connection, WIRE_CLIENT, WIRE_SYN, NULL, 0);
    wire_received(connection, WIRE_SERVER);
    wire_send(wire, connection, WIRE_SERVER, WIRE_SYN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_CLIENT);
    wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
}

static void farewell(Session *session, Wire *wire)
{
    static const char *const words[][2] = {{"QUIT\r\n", "221 2.0.0 Bye\r\n"},
                                           {"QUIT\r\n", "+OK bye\r\n"},
                                           {"a9 LOGOUT\r\n", "* BYE\r\na9 OK bye\r\n"}};
    Connection *connection = &session->connection;
    say(session, wire, WIRE_CLIENT, words[session->speak][0]);
    say(session, wire, WIRE_SERVER, words[session->speak][1]);
    wire_send(wire, connection, WIRE_SERVER, WIRE_FIN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_CLIENT);
    wire_send(wire, connection, WIRE_CLIENT, WIRE_FIN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_SERVER);
    wire_send(wire, connection, WIRE_SERVER, WIRE_ACK, NULL, 0);
}

/* Bytes of a mail, which the literal of IMAP begins with. */
static uint64_t size_of(uint32_t seed, uint64_t attachment)
{
    Mail mail = {0};
    char line[1024];
    mail_begin(&mail, seed, attachment);
    while (mail_next(&mail, line) > 0) {
    }
    mail_end(&mail, NULL);
    return mail.size;
}

static void begin_fetch(Session *session, Wire *wire)
{
    char line[128];
    uint32_t seed = random_next(&wire->random);
    bool imap = session->speak == SPEAK_IMAP;
    say(session, wire, WIRE_CLIENT, imap ? "a4 UID FETCH 7 (BODY.PEEK[])\r\n" : "RETR 1\r\n");
    snprintf(line, sizeof line, imap ? "* 1 FETCH (UID 7 BODY[] {%llu}\r\n" : "+OK %llu octets\r\n",
             (unsigned long long)size_of(seed, session->attachment));
    say(session, wire, WIRE_SERVER, line);
    mail_begin(&session->mail, seed, session->attachment);
    session->data_done = false;
}

/* POP3 and IMAP. */
static bool fetch_step(Session *session, Wire *wire)
{
    bool imap = session->speak == SPEAK_IMAP;
    switch (session->stage++) {
    case 0:
        handshake(session, wire);
        say(session, wire, WIRE_SERVER, imap ? "* OK IMAP4rev1 ready\r\n" : "+OK POP3 ready\r\n");
        break;
    case 1:
        say(session, wire, WIRE_CLIENT, imap ? "a1 LOGIN user secret\r\n" : "USER user\r\n");
        say(session, wire, WIRE_SERVER, imap ? "a1 OK in\r\n" : "+OK\r\n");
        break;
    case 2:
        say(session, wire, WIRE_CLIENT, imap ? "a2 SELECT INBOX\r\n" : "PASS secret\r\n");
        say(session, wire, WIRE_SERVER,
            imap ? "* 1 EXISTS\r\na2 OK done\r\n" : "+OK 1 message\r\n");
        break;
    case 3:
        begin_fetch(session, wire);
        break;
    case 4:
        if (send_data(session, wire)) {
            session->stage = 4;
            break;
        }
        mail_end(&session->mail, session->truth);
        if (--session->mails_left > 0)
            session->stage = 3;
        break;
    default:
        farewell(session, wire);
        return false;
    }
    return true;
}

bool session_step(Session *session, Wire *wire)
{
    if (session->speak != SPEAK_SMTP)
        return fetch_step(session, wire);
    switch (session->stage++) {
    case 0:
        handshake(session, wire);
        say(session, wire, WIRE_SERVER, "220 mx.dst.example ESMTP\r\n");
        break;
    case 1:
        say(session, wire, WIRE_CLIENT, "EHLO client.example\r\n");
        say(session, wire, WIRE_SERVER,
            "250-mx.dst.example\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n");
        break;
    case 2:
        say(session, wire, WIRE_CLIENT, "MAIL FROM:<sender@client.example>\r\n");
        say(session, wire, WIRE_SERVER, "250 2.1.0 Ok\r\n");
        say(session, wire, WIRE_CLIENT, "RCPT TO:<rcpt@dst.example>\r\n");
        say(session, wire, WIRE_SERVER, "250 2.1.5 Ok\r\n");
        break;
    case 3:
        say(session, wire, WIRE_CLIENT, "DATA\r\n");
        say(session, wire, WIRE_SERVER, "354 End data with <CR><LF>.<CR><LF>\r\n");
        mail_begin(&session->mail, random_next(&wire->random), session->attachment);
        session->data_done = false;
        break;
    case 4:
        if (send_data(session, wire)) {
            session->stage = 4;
            break;
        }
        mail_end(&session->mail, session->truth);
        say(session, wire, WIRE_SERVER, "250 2.0.0 Ok: queued\r\n");
        if (--session->mails_left > 0)
            session->stage = 2;
        break;
    default:
        farewell(session, wire);
        return false;
    }
    return true;
}
