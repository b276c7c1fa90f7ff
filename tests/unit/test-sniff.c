/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-sniff.c - whose words are these: mail on any port, other protocols on the port of mail, one
 * side only, starts in the middle, tunnels. */
#include "dialogue/sniff.h"

#include <glib.h>

#include <string.h>

/* Sides as they are named here: `a` began the connection to `b`. */
typedef struct {
    const char *what;
    const char *a, *b; /* first bytes; NULL: none */
    size_t a_length, b_length;
    unsigned port;  /* of b */
    unsigned flags; /* START, DONE */
    char verdict; /* m: more, n: not mail, s: SMTP, l: LMTP, p: POP3, i: IMAP, t: TLS; capital: a is
                     the server */
    const char *tunnel;
    size_t a_skip, b_skip;
} Row;

enum { START = 1, DONE = 2 };

#define BYTES(a, b) a, b, sizeof(a) - 1, sizeof(b) - 1

/* A ClientHello with one extension of 12 bytes. */
#define NAMED(type, rest)                                                                          \
    "\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x03"                                                 \
    "0123456789abcdef0123456789abcdef"                                                             \
    "\x00\x00\x02\x13\x01\x01\x00\x00\x10" type "\x00\x0c" rest

static const Row rows[] = {
    {"nothing yet", BYTES("", ""), 25, START, 'm', "", 0, 0},
    {"nothing ever", BYTES("", ""), 25, START | DONE, 'n', "", 0, 0},
    {"greeting names SMTP", BYTES("", "220 mx ESMTP\r\n"), 9999, START, 's', "", 0, 0},
    {"greeting in part", BYTES("", "220 mx ES"), 25, START, 'm', "", 0, 0},
    {"greeting without a name", BYTES("", "220 mx ready\r\n"), 25, START, 'm', "", 0, 0},
    {"... to the end, port of mail", BYTES("", "220 mx ready\r\n"), 25, START | DONE, 's', "", 0,
     0},
    {"... to the end, other port", BYTES("", "220 mx ready\r\n"), 21, START | DONE, 'n', "", 0, 0},
    {"... and EHLO", BYTES("EHLO a\r\n", "220 mx ready\r\n"), 9999, START, 's', "", 0, 0},
    {"... and LHLO", BYTES("LHLO a\r\n", "220 mx ready\r\n"), 9999, START, 'm', "", 0, 0},
    {"... unanswered", BYTES("LHLO a\r\n", "220 mx\r\n"), 9999, START | DONE, 'l', "", 0, 0},
    {"... taken", BYTES("LHLO a\r\n", "220 mx\r\n250 mx\r\n"), 9999, START, 'l', "", 0, 0},
    {"... unknown", BYTES("LHLO a\r\n", "220 mx ESMTP\r\n502 5.5.2 what\r\n"), 9999, START, 's', "",
     0, 0},
    {"... unknown, plain words", BYTES("LHLO a\r\n", "220 mx\r\n500 what\r\n"), 9999, START, 's',
     "", 0, 0},
    {"... refused", BYTES("LHLO a\r\n", "220 mx\r\n550 no\r\n"), 9999, START, 'l', "", 0, 0},
    {"... of an LMTP server", BYTES("LHLO a\r\n", "220 mx LMTP\r\n500 what\r\n"), 9999, START, 'l',
     "", 0, 0},
    {"... and USER", BYTES("USER joe\r\n", "220 ready\r\n"), 25, START, 'n', "", 0, 0},
    {"... and AUTH TLS", BYTES("AUTH TLS\r\n", "220 ready\r\n"), 25, START, 'n', "", 0, 0},
    {"FTP on 25", BYTES("", "220 ProFTPD Server ready\r\n"), 25, START, 'n', "", 0, 0},
    {"FTP on 25, more", BYTES("USER x\r\n", "220 ready\r\n331 go\r\n"), 25, START, 'n', "", 0, 0},
    {"LMTP greeting", BYTES("", "220 mx LMTP Cyrus\r\n"), 24, START, 'l', "", 0, 0},
    {"refusal on 25", BYTES("", "554 no\r\n"), 25, START | DONE, 's', "", 0, 0},
    {"refusal elsewhere", BYTES("", "421 too many\r\n"), 21, START | DONE, 'n', "", 0, 0},
    {"refusal names SMTP", BYTES("", "554 mx ESMTP\r\n"), 9999, START, 's', "", 0, 0},
    {"+OK and no more so far", BYTES("", "+OK ready\r\n"), 25, START, 'm', "", 0, 0},
    {"... to the end", BYTES("", "+OK ready\r\n"), 9999, START | DONE, 'p', "", 0, 0},
    {"... in mid-session", BYTES("", "+OK ready\r\n"), 9999, DONE, 'n', "", 0, 0},
    {"... on the port of POP3", BYTES("", "+OK ready\r\n"), 110, DONE, 'p', "", 0, 0},
    {"POP3 greeting", BYTES("", "+OK POP3 ready\r\n"), 9999, START, 'p', "", 0, 0},
    {"POP3 greeting with a timestamp", BYTES("", "+OK <1.2@mx>\r\n"), 25, START, 'p', "", 0, 0},
    {"POP3 login", BYTES("USER joe\r\n", "+OK hi\r\n"), 9999, START, 'p', "", 0, 0},
    {"POP3 client alone", BYTES("USER joe\r\nPASS x\r\nRETR 1\r\n", ""), 9999, START, 'p', "", 0,
     0},
    {"... to the end", BYTES("USER joe\r\nPASS x\r\nUIDL\r\n", ""), 9999, START | DONE, 'p', "", 0,
     0},
    {"... that says what FTP says", BYTES("USER joe\r\nPASS x\r\nQUIT\r\n", ""), 9999, START | DONE,
     'n', "", 0, 0},
    {"... on the port of POP3", BYTES("USER joe\r\nPASS x\r\nQUIT\r\n", ""), 110, START | DONE, 'p',
     "", 0, 0},
    {"FTP with a file named 1", BYTES("USER joe\r\nPASS x\r\nPASV\r\nRETR 1\r\n", ""), 110,
     START | DONE, 'n', "", 0, 0},
    {"FTP, both sides", BYTES("USER joe\r\nPASS x\r\n", "220 hi\r\n331 go\r\n230 in\r\n"), 110,
     START | DONE, 'n', "", 0, 0},
    {"POP3 began late", BYTES("RETR 2\r\n", "+OK 12\r\n"), 9999, 0, 'p', "", 0, 0},
    {"POP3 by AUTH", BYTES("AUTH PLAIN\r\n", "+OK hi\r\n+ \r\n"), 9999, START, 'p', "", 0, 0},
    {"POP3 refuses", BYTES("", "-ERR [SYS/TEMP] no mailbox\r\n"), 9999, START, 'p', "", 0, 0},
    {"POP3 server began", BYTES("+OK ready\r\n", "STLS\r\n"), 9999, START, 'P', "", 0, 0},
    {"Redis", BYTES("*1\r\n$4\r\nPING\r\n", "+OK\r\n"), 110, START, 'n', "", 0, 0},
    {"Redis, server alone", BYTES("", "+OK\r\n$5\r\nhello\r\n"), 6379, DONE, 'n', "", 0, 0},
    {"IMAP", BYTES("", "* OK ready\r\n"), 25, START, 'i', "", 0, 0},
    {"IMAP in part", BYTES("", "* OK"), 143, START, 'm', "", 0, 0},
    {"IMAP refuses", BYTES("", "* BYE no\r\n"), 9999, START, 'i', "", 0, 0},
    {"IMAP client alone", BYTES("a1 LOGIN b c\r\n", ""), 9999, START, 'i', "", 0, 0},
    {"... with a word others say too", BYTES("a1 NOOP\r\n", ""), 9999, START, 'm', "", 0, 0},
    {"... to the end, port of IMAP", BYTES("a1 NOOP\r\n", ""), 143, START | DONE, 'i', "", 0, 0},
    {"... to the end, other port", BYTES("a1 NOOP\r\n", ""), 9999, START | DONE, 'n', "", 0, 0},
    {"IMAP in mid-session", BYTES("DONE\r\n", "9 OK idled\r\n"), 9999, 0, 'i', "", 0, 0},
    {"IMAP in mid-message", BYTES("", "of a mail\r\n)\r\n* 3 FETCH (UID 5)\r\n"), 9999, 0, 'i', "",
     0, 0},
    {"IMAP server began", BYTES("* OK hi\r\n", "a LOGOUT\r\n"), 9999, START, 'I', "", 0, 0},
    {"a list with stars", BYTES("", "* one\r\n* 2 eggs\r\n"), 9999, START, 'n', "", 0, 0},
    {"AUTH LOGIN is not IMAP", BYTES("AUTH LOGIN\r\n", ""), 9999, START, 'm', "", 0, 0},
    {"HTTP is not IMAP", BYTES("GET LIST HTTP/1.1\r\n", ""), 9999, START, 'n', "", 0, 0},
    {"SSH", BYTES("", "SSH-2.0-x\r\n"), 25, START, 'n', "", 0, 0},
    {"NNTP", BYTES("", "200 news ready\r\n"), 25, START, 'n', "", 0, 0},
    {"HTTP on 25", BYTES("GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""), 25, START, 'n', "", 0, 0},
    {"HTTP answered", BYTES("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n"), 25, START, 'n', "", 0,
     0},
    {"binary", BYTES("\x00\x01\x02", ""), 25, START, 'n', "", 0, 0},
    {"greeting with a control byte", BYTES("", "220 \x1b[31m ESMTP\r\n"), 9999, START, 's', "", 0,
     0},
    {"... in part", BYTES("", "220 \x1b[3"), 25, START, 'm', "", 0, 0},
    {"... that names nothing", BYTES("", "220 \x1b[3\r\n"), 25, START, 'n', "", 0, 0},
    {"EHLO with a control byte", BYTES("EHLO \x1b]0;a\r\n", ""), 9999, START, 's', "", 0, 0},
    {"client alone", BYTES("EHLO a.example\r\n", ""), 9999, START, 's', "", 0, 0},
    {"client alone, in part", BYTES("EHL", ""), 25, START, 'm', "", 0, 0},
    {"client in mid-session", BYTES("MAIL FROM:<a@b>\r\n", ""), 9999, 0, 's', "", 0, 0},
    {"client in mid-session, loose", BYTES("rcpt to: a@b\r\n", ""), 9999, 0, 's', "", 0, 0},
    {"client in mid-message", BYTES("words\r\nof a mail\r\n.\r\nQUIT\r\n", "250 2.0.0 ok\r\n"), 25,
     0, 's', "", 0, 0},
    {"server in mid-session", BYTES("", "250 2.1.0 ok\r\n"), 9999, 0, 's', "", 0, 0},
    {"server in mid-session, plain", BYTES("", "250 ok\r\n"), 25, DONE, 's', "", 0, 0},
    {"the same elsewhere", BYTES("", "250 ok\r\n"), 9999, DONE, 'n', "", 0, 0},
    {"server with 354", BYTES("", "354 go\r\n"), 9999, 0, 's', "", 0, 0},
    {"server in mid-line", BYTES("", "x.example\r\n250-SIZE 9\r\n250 DSN\r\n"), 9999, 0, 's', "", 0,
     0},
    {"server began", BYTES("220 mx ESMTP\r\n", "EHLO a\r\n"), 9999, START, 'S', "", 0, 0},
    {"QUIT alone, port of mail", BYTES("QUIT\r\n", "220 mx\r\n221 bye\r\n"), 25, START | DONE, 's',
     "", 0, 0},
    {"a slip of the typist", BYTES("HLO a\r\n", "220 ready\r\n500 what\r\n"), 25, START, 'm', "", 0,
     0},
    {"... then HELO", BYTES("HLO a\r\nHELO a\r\n", "220 ready\r\n500 what\r\n"), 25, START, 's', "",
     0, 0},
    {"... to the end", BYTES("HLO a\r\n", "220 ready\r\n500 what\r\n"), 25, START | DONE, 's', "",
     0, 0},
    {"chat on 25", BYTES("hello\r\n", "hello you\r\n"), 25, START | DONE, 'n', "", 0, 0},
    {"odd HTTP on 25", BYTES("BREW /pot HTTP/1.1\r\n\r\n", ""), 25, START, 'n', "", 0, 0},
    {"FTP server alone on 25", BYTES("", "220 ready\r\n331 go\r\n230 in\r\n"), 25, START | DONE,
     'n', "", 0, 0},
    {"TLS on 465", BYTES("\x16\x03\x01\x00\x05\x01\x00\x00\x01", ""), 465, START, 't', "", 0, 0},
    {"TLS on 993", BYTES("\x16\x03\x01\x00\x05\x01\x00\x00\x01", ""), 993, START, 't', "", 0, 0},
    {"TLS on 443, in part", BYTES("\x16\x03\x01\x00\x05\x01\x00\x00\x01", ""), 443, START, 'm', "",
     0, 0},
    {"... to the end", BYTES("\x16\x03\x01\x00\x05\x01\x00\x00\x01", ""), 443, START | DONE, 'n',
     "", 0, 0},
    {"HTTPS to webmail",
     BYTES(NAMED("\x00\x00", "\x00\x0a\x00\x00\x07"
                             "mail.de"),
           ""),
     443, START, 't', "", 0, 0},
    {"HTTPS to others",
     BYTES(NAMED("\x00\x00", "\x00\x0a\x00\x00\x07"
                             "maps.de"),
           ""),
     443, START, 'n', "", 0, 0},
    {"that name on another port",
     BYTES(NAMED("\x00\x00", "\x00\x0a\x00\x00\x07"
                             "mail.de"),
           ""),
     8443, START, 'n', "", 0, 0},
    {"ALPN names IMAP", BYTES(NAMED("\x00\x10", "\x00\x0a\x04imap\x04pop9"), ""), 9999, START, 't',
     "", 0, 0},
    {"TLS, server's side only", BYTES("", "\x16\x03\x03\x00\x05\x02\x00\x00\x01"), 465, START, 't',
     "", 0, 0},
    {"TLS in mid-session",
     BYTES("\x17\x03\x03\x00\x05"
           "abcde",
           ""),
     465, 0, 'n', "", 0, 0},
    {"CONNECT asked", BYTES("CONNECT mx:25 HTTP/1.1\r\n\r\n", ""), 8080, START, 'm', "", 0, 0},
    {"CONNECT refused", BYTES("CONNECT mx:25 HTTP/1.1\r\n\r\n", "HTTP/1.1 403 No\r\n\r\n"), 8080,
     START, 'n', "", 0, 0},
    {"CONNECT, greeting",
     BYTES("CONNECT mx:25 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n220 mx ESMTP\r\n"),
     8080, START, 's', "HTTP CONNECT mx:25", 35, 19},
    {"CONNECT to the web",
     BYTES("CONNECT w:443 HTTP/1.1\r\n\r\n\x16\x03\x01\x00\x05\x01", "HTTP/1.1 200 OK\r\n\r\n"),
     8080, START, 'n', "", 0, 0},
    {"SOCKS4",
     BYTES("\x04\x01\x00\x19\xc0\x00\x02\x01me\x00", "\x00\x5a\x00\x00\x00\x00\x00\x00"
                                                     "220 mx ESMTP\r\n"),
     1080, START, 's', "SOCKS4 192.0.2.1:25", 11, 8},
    {"SOCKS4a",
     BYTES("\x04\x01\x00\x19\x00\x00\x00\x01\x00mx.example\x00"
           "EHLO a\r\n",
           "\x00\x5a\x00\x00\x00\x00\x00\x00"),
     1080, START, 's', "SOCKS4a mx.example:25", 20, 8},
    {"SOCKS4 refused",
     BYTES("\x04\x01\x00\x19\xc0\x00\x02\x01\x00", "\x00\x5b\x00\x00\x00\x00\x00\x00"), 1080, START,
     'n', "", 0, 0},
    {"SOCKS5",
     BYTES("\x05\x01\x00\x05\x01\x00\x03\x02mx\x00\x19"
           "EHLO a\r\n",
           "\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
     1080, START, 's', "SOCKS5 mx:25", 12, 12},
    {"SOCKS5 login",
     BYTES("\x05\x02\x00\x02\x01\x01u\x01p\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19",
           "\x05\x02\x01\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
           "220 mx ESMTP\r\n"),
     1080, START, 's', "SOCKS5 with a login 192.0.2.1:25", 19, 14},
    {"SOCKS5 under way", BYTES("\x05\x01\x00", "\x05\x00"), 1080, START, 'm', "", 0, 0},
    {"PROXY v1", BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 5 25\r\n", "220 mx ESMTP\r\n"), 25, START,
     's', "PROXY TCP4 192.0.2.1 192.0.2.2 5 25", 37, 0},
    {"PROXY v2",
     BYTES("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\x02\x00\x05\x00\x19"
           "EHLO a\r\n",
           ""),
     25, START, 's', "PROXY v2 192.0.2.1:5 to 192.0.2.2:25", 28, 0},
};

static char letter(const MsSniffResult *result)
{
    if (result->verdict != MS_SNIFF_FOUND)
        return result->verdict == MS_SNIFF_MORE ? 'm' : 'n';
    char found = result->class == &ms_tls    ? 't'
                 : result->class == &ms_lmtp ? 'l'
                 : result->class == &ms_pop3 ? 'p'
                 : result->class == &ms_imap ? 'i'
                                             : 's';
    return result->server == 1 ? found : g_ascii_toupper(found);
}

static void test_rows(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        const Row *row = &rows[i];
        MsSniffSide side[2] = {
            {(const uint8_t *)row->a, row->a_length, 40000, row->flags & START, row->flags & START,
             row->flags & DONE},
            {(const uint8_t *)row->b, row->b_length, (uint16_t)row->port, false, row->flags & START,
             row->flags & DONE},
        };
        MsSniffResult result;
        ms_sniff(side, &limits, &result);
        if (letter(&result) != row->verdict)
            g_error("%s: '%c', not '%c'", row->what, letter(&result), row->verdict);
        if (result.verdict != MS_SNIFF_FOUND)
            continue;
        g_assert_cmpstr(result.tunnel, ==, row->tunnel);
        g_assert_cmpuint(result.skip[0], ==, row->a_skip);
        g_assert_cmpuint(result.skip[1], ==, row->b_skip);
    }
    g_assert_cmpuint(checked, ==, 104);
}

/* Every beginning of a dialogue is either open or decided as the whole is. */
static void test_prefixes(void)
{
    static const char client[] = "CONNECT mx:25 HTTP/1.1\r\n\r\nEHLO a.example\r\n";
    static const char server[] = "HTTP/1.1 200 OK\r\n\r\n220 mx ready\r\n";
    MsLimits limits;
    ms_limits_default(&limits);
    for (size_t a = 0; a < sizeof client; a++) {
        /* The proxy answers when it was asked. */
        for (size_t b = 0; b < (a < strlen("CONNECT mx:25 HTTP/1.1\r\n\r\n") ? 1 : sizeof server);
             b++) {
            MsSniffSide side[2] = {
                {(const uint8_t *)client, a, 40000, true, true, false},
                {(const uint8_t *)server, b, 25, false, true, false},
            };
            MsSniffResult result;
            ms_sniff(side, &limits, &result);
            g_assert_cmpint(result.verdict, !=, MS_SNIFF_NOT_MAIL);
            if (result.verdict == MS_SNIFF_FOUND)
                g_assert_cmpuint(result.server, ==, 1);
        }
    }
}

/* Who waits for more is decided when both sides have said as much as the limit lets be seen. */
static void test_undecided(void)
{
    static const char client[] = "HLO a.example\r\n";
    static const char server[] = "220 ready\r\n500 what\r\n";
    MsSniffSide side[2] = {
        {(const uint8_t *)client, sizeof client - 1, 40000, true, true, false},
        {(const uint8_t *)server, sizeof server - 1, 25, false, true, false},
    };
    MsLimits limits;
    ms_limits_default(&limits);
    MsSniffResult result;
    limits.value[MS_LIMIT_UNDECIDED] = sizeof client; /* one more than the client said */
    ms_sniff(side, &limits, &result);
    g_assert_cmpint(result.verdict, ==, MS_SNIFF_MORE);
    limits.value[MS_LIMIT_UNDECIDED] = sizeof client - 1;
    ms_sniff(side, &limits, &result);
    g_assert_cmpint(result.verdict, !=, MS_SNIFF_MORE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sniff/rows", test_rows);
    g_test_add_func("/sniff/prefixes", test_prefixes);
    g_test_add_func("/sniff/undecided", test_undecided);
    return g_test_run();
}
