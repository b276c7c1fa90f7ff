/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tests of session/inside.c: what was decrypted elsewhere joins the session it belongs to, after
 * STARTTLS, on a port of mail, and on any other; its numbers go on from those before TLS, and its
 * facts say that they cite decrypted bytes. */
#include "engine.h"
#include "wire.h"

#include <string.h>

typedef struct {
    Wire *wire;
    MsEngine *engine;
    GString *facts; /* "session key message item =value" lines; "~" for "=" when decrypted */
    GString *oddities;
    uint32_t offset; /* of what was decrypted in the last frame */
} Run;

static void on_fact(uint32_t session, const MsFact *fact, void *user_data)
{
    Run *run = user_data;
    const MsField *field = ms_field((MsFieldId)fact->field);
    bool decrypted = fact->n_ranges > 0 && fact->ranges[0].source == MS_SOURCE_DECRYPTED;
    g_string_append_printf(run->facts, "%u %s %d %d %c", session, field->key, fact->message,
                           fact->item, decrypted ? '~' : '=');
    if (field->type != MS_UINT && field->type != MS_BOOL && field->type != MS_TIME)
        g_string_append_len(run->facts, fact->text, fact->text_length);
    else
        g_string_append_printf(run->facts, "%" G_GINT64_FORMAT, fact->number);
    g_string_append_c(run->facts, '\n');
}

static void on_oddity(uint32_t session, const MsOddity *oddity, void *user_data)
{
    Run *run = user_data;
    g_string_append_printf(run->oddities, "%u %s\n", session, ms_oddity_name(oddity->kind));
}

static Run *run_new(uint16_t port, bool plaintext)
{
    Run *run = g_new0(Run, 1);
    run->wire = wire_new(40000, port, 7000, 8000);
    run->facts = g_string_new("\n");
    run->oddities = g_string_new("");
    MsEngineOptions options;
    ms_engine_options_default(&options);
    options.records = false;
    options.plaintext = plaintext;
    const MsSink sink = {.fact = on_fact, .oddity = on_oddity};
    run->engine = ms_engine_new(&options, &sink, run);
    return run;
}

static void run_free(Run *run)
{
    if (!run)
        return;
    ms_engine_free(run->engine);
    wire_free(run->wire);
    g_string_free(run->facts, TRUE);
    g_string_free(run->oddities, TRUE);
    g_free(run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

/* Captures what is in `packets`, then empties it. `inside`: what the last packet decrypts to; "":
 * nothing of the dialogue; NULL: it is not decrypted. */
static void push(Run *run, GPtrArray *packets, const char *inside)
{
    MsSegment segment = {0};
    MsRange place;
    for (guint i = 0; i < packets->len; i++) {
        wire_capture(run->wire, packets->pdata[i], &segment, &place);
        ms_engine_push(run->engine, &segment);
    }
    g_ptr_array_set_size(packets, 0);
    if (!inside)
        return;
    MsPlaintext plaintext = {.src_port = segment.src_port,
                             .dst_port = segment.dst_port,
                             .frame = segment.frame,
                             .time_ns = segment.time_ns,
                             .data = (const uint8_t *)inside,
                             .length = (uint32_t)strlen(inside)};
    memcpy(plaintext.src, segment.src, 16);
    memcpy(plaintext.dst, segment.dst, 16);
    ms_engine_push_plaintext(run->engine, &plaintext);
}

/* A record of application data that decrypts to `inside`. */
static void record(Run *run, unsigned side, const char *inside)
{
    g_autoptr(GPtrArray) packets = wire_packets();
    static const char bytes[] = "\x17\x03\x03\x00\x04wxyz";
    wire_say(run->wire, packets, side, bytes, sizeof bytes - 1, 1400, false);
    push(run, packets, inside);
}

static void hello(Run *run)
{
    g_autoptr(GPtrArray) packets = wire_packets();
    static const char bytes[] = "\x16\x03\x01\x00\x08\x01\x00\x00\x04\x03\x03xy";
    wire_say(run->wire, packets, 0, bytes, sizeof bytes - 1, 1400, false);
    push(run, packets, NULL);
}

static void login_and_mail(Run *run)
{
    record(run, 0, "EHLO two.example\r\n");
    record(run, 1, "250-mx.example\r\n250 AUTH PLAIN\r\n");
    record(run, 0, "AUTH PLAIN AHBhdABwZW5jaWw=\r\n"); /* pat, pencil */
    record(run, 1, "235 welcome\r\n");
    record(run, 0, "MAIL FROM:<pat@two.ex");
    record(run, 0, "ample>\r\n");
    record(run, 1, "250 fine\r\n");
    record(run, 0, "RCPT TO:<kim@mx.example>\r\n");
    record(run, 1, "250 fine\r\n");
    record(run, 0, "DATA\r\n");
    record(run, 1, "354 go on\r\n");
    record(run, 0, "Subject: inside\r\n\r\n..x\r\n.\r\n");
    record(run, 1, "250 taken\r\n");
    record(run, 0, "QUIT\r\n");
    record(run, 1, "221 bye\r\n");
}

static void has(const GString *where, const char *line)
{
    g_autofree char *wanted = g_strdup_printf("\n%s\n", line);
    if (!strstr(where->str, wanted))
        g_test_message("%s is not in:%s", line, where->str);
    g_assert_nonnull(strstr(where->str, wanted));
}

static void has_inside(const Run *run, int exchange)
{
    static const char *const facts[] = {"0 auth.username -1 0 ~pat",
                                        "0 auth.password -1 0 ~pencil",
                                        "0 auth.outcome -1 0 ~success",
                                        "0 smtp.mail_from 0 -1 ~pat@two.example",
                                        "0 smtp.rcpt_to 0 0 ~kim@mx.example",
                                        "0 message.subject 0 -1 ~inside",
                                        "0 message.size 0 -1 ~23",
                                        "0 message.complete 0 -1 ~1",
                                        "0 message.outcome 0 -1 ~accepted",
                                        "0 tls.decrypted -1 -1 ~1",
                                        "0 session.end -1 -1 ~quit"};
    g_assert_cmpuint(G_N_ELEMENTS(facts), ==, 11);
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
        has(run->facts, facts[i]);
    g_autofree char *command = g_strdup_printf("0 smtp.command -1 %d ~EHLO two.example", exchange);
    has(run->facts, command);
    g_assert_cmpstr(run->oddities->str, ==, "0 unfinished\n");
}

static void test_starttls(void)
{
    g_autoptr(Run) run = run_new(2525, true);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(run->wire, packets);
    wire_text(run->wire, packets, 1, "220 mx.example ready\r\n");
    wire_text(run->wire, packets, 0, "EHLO one.example\r\n");
    wire_text(run->wire, packets, 1, "250-mx.example\r\n250 STARTTLS\r\n");
    wire_text(run->wire, packets, 0, "STARTTLS\r\n");
    wire_text(run->wire, packets, 1, "220 go ahead\r\n");
    push(run, packets, NULL);
    hello(run);
    login_and_mail(run);
    ms_engine_end(run->engine, false);
    has_inside(run, 2);
    has(run->facts, "0 smtp.command -1 0 =EHLO one.example");
    has(run->facts, "0 tls.offered -1 -1 =1");
    g_assert_null(strstr(run->facts->str, "tls.offered -1 -1 =0"));
    g_assert_null(strstr(run->facts->str, "protocol -1 -1 =tls"));
}

static void test_port_of_mail(void)
{
    g_autoptr(Run) run = run_new(465, true);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(run->wire, packets);
    push(run, packets, NULL);
    hello(run);
    record(run, 1, "220 mx.example ready\r\n");
    login_and_mail(run);
    ms_engine_end(run->engine, false);
    has_inside(run, 0);
    has(run->facts, "0 session.protocol -1 -1 =tls");
    has(run->facts, "0 session.protocol -1 -1 =smtp");
    has(run->facts, "0 session.server_first -1 -1 ~220 mx.example ready");
    has(run->facts, "0 session.client_first -1 -1 ~EHLO two.example");
}

/* The protocols that retrieve mail (RFC 2595): what follows STARTTLS has no greeting either. */
static void test_retrieval(void)
{
    static const struct {
        uint16_t port;
        const char *clear[3];  /* the server speaks first */
        const char *inside[4]; /* the client speaks first */
        const char *fact;
    } rows[] = {{2143,
                 {"* OK IMAP4rev1 server ready\r\n", "a1 STARTTLS\r\n", "a1 OK begin\r\n"},
                 {"a2 LOGIN pat pencil\r\n", "a2 OK welcome\r\n", "a3 LOGOUT\r\n",
                  "* BYE\r\na3 OK done\r\n"},
                 "0 session.protocol -1 -1 =imap"},
                {2110,
                 {"+OK POP3 server ready\r\n", "STLS\r\n", "+OK begin\r\n"},
                 {"USER pat\r\n", "+OK\r\n", "PASS pencil\r\n", "+OK welcome\r\n"},
                 "0 session.protocol -1 -1 =pop3"}};
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Run) run = run_new(rows[i].port, true);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(run->wire, packets);
        for (unsigned k = 0; k < 3; k++)
            wire_text(run->wire, packets, !(k % 2), rows[i].clear[k]);
        push(run, packets, NULL);
        hello(run);
        for (unsigned k = 0; k < 4; k++)
            record(run, k % 2, rows[i].inside[k]);
        ms_engine_end(run->engine, false);
        has(run->facts, rows[i].fact);
        has(run->facts, "0 auth.username -1 0 ~pat");
        has(run->facts, "0 auth.password -1 0 ~pencil");
        has(run->facts, "0 auth.outcome -1 0 ~success");
        g_assert_cmpstr(run->oddities->str, ==, "0 unfinished\n");
    }
}

/* On another port only what was decrypted tells that it is mail, and who is the server. */
static void test_other_port(void)
{
    g_autoptr(Run) run = run_new(4465, true);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(run->wire, packets);
    push(run, packets, NULL);
    hello(run);
    record(run, 1, "220 mx.example ready\r\n");
    login_and_mail(run);
    ms_engine_end(run->engine, false);
    has_inside(run, 0);
    has(run->facts, "0 session.handshake -1 -1 =SYN");
    has(run->facts, "0 tls.started -1 -1 =1");
}

static void test_not_mail(void)
{
    g_autoptr(Run) run = run_new(4433, true);
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(run->wire, packets);
    push(run, packets, NULL);
    hello(run);
    record(run, 0, "GET / HTTP/1.0\r\n\r\n");
    record(run, 1, "HTTP/1.0 200 OK\r\n\r\nhello\r\n");
    for (int i = 0; i < 5000; i++)
        record(run, 1, NULL);
    ms_engine_end(run->engine, false);
    g_assert_cmpstr(run->facts->str, ==, "\n");
    g_assert_cmpstr(run->oddities->str, ==, "");
}

/* Bytes of a connection that nobody knows, or that speaks in the clear. */
static void test_stray(void)
{
    g_autoptr(Run) run = run_new(2525, true);
    g_autoptr(GPtrArray) packets = wire_packets();
    const MsPlaintext stray = {.frame = 1, .data = (const uint8_t *)"QUIT\r\n", .length = 6};
    ms_engine_push_plaintext(run->engine, &stray);
    wire_handshake(run->wire, packets);
    push(run, packets, "EHLO x\r\n");
    wire_text(run->wire, packets, 1, "220 mx.example ready\r\n");
    push(run, packets, "220 mx.example ready\r\n");
    ms_engine_end(run->engine, false);
    g_assert_null(strstr(run->facts->str, "~"));
}

/* What was said before TLS. */
static void before_tls(Run *run)
{
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_handshake(run->wire, packets);
    wire_text(run->wire, packets, 1, "220 mx.example ready\r\n");
    wire_text(run->wire, packets, 0, "STARTTLS\r\n");
    wire_text(run->wire, packets, 1, "220 go ahead\r\n");
    push(run, packets, NULL);
    hello(run);
}

/* A record that is not captured at all. */
static void drop(Run *run, unsigned side)
{
    g_autoptr(GPtrArray) packets = wire_packets();
    wire_say(run->wire, packets, side, "\x17\x03\x03\0\4wxyz", 9, 1400, false);
}

static const char lost[] = "lost", dropped[] = "dropped";

/* Records that are not decrypted are a gap in the dialogue; those of the handshake, and what is
 * decrypted without saying anything, are none. */
static void test_lost(void)
{
    enum { MOST = 20 };
    static const struct {
        const char *inside[MOST]; /* the client speaks first, then in turn; "": that side not now */
        const char *fact;         /* that must be there */
        const char *oddities;
    } rows[] = {
        /* nothing is lost */
        {{"EHLO a\r\n", "250 b\r\n", "QUIT\r\n", "221 c\r\n"},
         "0 session.end -1 -1 ~quit",
         "0 unfinished\n"},
        /* a command: the reply has none */
        {{"EHLO a\r\n", "250 b\r\n", lost, "250 c\r\n", "QUIT\r\n", "221 d\r\n"},
         "0 session.end -1 -1 ~quit",
         "0 gap\n0 unmatched-reply\n0 unfinished\n"},
        /* the second part of three of a mail */
        {{"EHLO a\r\n", "250 b\r\n", "MAIL FROM:<a@b>\r\n", "250 c\r\n", "RCPT TO:<d@e>\r\n",
          "250 f\r\n", "DATA\r\n", "354 g\r\n", "Subject: h\r\n\r\nfirst\r\n", "", lost, "",
          "third\r\n.\r\n", "250 i\r\n"},
         "0 message.complete 0 -1 ~0",
         "0 gap\n0 unfinished\n"},
        /* all that follows, of one side, up to the end */
        {{"EHLO a\r\n", "250 b\r\n", "NOOP\r\n", lost, "NOOP\r\n", lost},
         "0 smtp.command -1 3 ~NOOP",
         "0 gap\n0 gap\n0 unfinished\n"},
        /* not captured: said as a gap of the connection, and as one of the dialogue */
        {{"EHLO a\r\n", "250 b\r\n", "MAIL FROM:<a@b>\r\n", "250 c\r\n", "RCPT TO:<d@e>\r\n",
          "250 f\r\n", "DATA\r\n", "354 g\r\n", "Subject: h\r\n\r\nfirst\r\n", "", dropped, "",
          lost, "250 i\r\n"},
         "0 message.complete 0 -1 ~0",
         "0 gap\n0 gap\n0 unfinished\n"},
    };
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 5);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Run) run = run_new(2525, true);
        before_tls(run);
        record(run, 0, NULL); /* of the handshake: other keys */
        record(run, 1, NULL);
        for (unsigned k = 0; k < MOST && rows[i].inside[k]; k++) {
            const char *inside = rows[i].inside[k];
            if (inside == dropped)
                drop(run, k % 2);
            else if (*inside)
                record(run, k % 2, inside == lost ? NULL : inside);
            if (k == 1)
                record(run, 1, ""); /* a ticket */
        }
        ms_engine_end(run->engine, false);
        g_test_message("row %zu", i);
        has(run->facts, rows[i].fact);
        g_assert_cmpstr(run->oddities->str, ==, rows[i].oddities);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inside/starttls", test_starttls);
    g_test_add_func("/inside/port-of-mail", test_port_of_mail);
    g_test_add_func("/inside/other-port", test_other_port);
    g_test_add_func("/inside/retrieval", test_retrieval);
    g_test_add_func("/inside/not-mail", test_not_mail);
    g_test_add_func("/inside/stray", test_stray);
    g_test_add_func("/inside/lost", test_lost);
    return g_test_run();
}
