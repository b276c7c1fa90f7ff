/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-answer.c - the five answers for every kind of session: what must be said, what must not. */
#include "lab/answer.h"
#include "recordmaker.h"

#include <glib.h>

static char *answer(const MsRecord *record, bool redact, bool full)
{
    const char *name = "x.pcap";
    const MsOrigins origins = {&name, 1};
    const MsStyle style = {.redact = redact, .full = full};
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRedactor) redactor = redact ? ms_redactor_new(&limits) : NULL;
    if (redactor)
        ms_redactor_learn(redactor, record);
    MsBuffer out = {0};
    ms_answer_session(&out, record, &origins, &style, redactor);
    char *text = g_strndup((const char *)out.data, out.length);
    ms_buffer_clear(&out);
    return text;
}

/* Lines joined by one blank, so that wrapping does not matter. */
static char *flat(const char *text)
{
    GString *line = g_string_new(NULL);
    for (; *text; text++) {
        char byte = *text == '\n' ? ' ' : *text;
        if (byte != ' ' || line->len == 0 || line->str[line->len - 1] != ' ')
            g_string_append_c(line, byte);
    }
    return g_string_free(line, FALSE);
}

static void must(const char *page, const char *words)
{
    if (!strstr(page, words))
        g_error("\"%s\" is not on the page:\n%s", words, page);
}

static void must_not(const char *page, const char *words)
{
    if (strstr(page, words))
        g_error("\"%s\" is on the page:\n%s", words, page);
}

static void add_login(MsRecord *record, int32_t attempt, uint32_t frame, const char *password,
                      const char *outcome, int64_t code)
{
    rm_text(record, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, attempt, frame, "PLAIN");
    rm_text(record, MS_FIELD_AUTH_ENCODED, MS_TO_SERVER, -1, attempt, frame, "AGFubgBzM2NyM3Q=");
    rm_text(record, MS_FIELD_AUTH_USERNAME, MS_TO_SERVER, -1, attempt, frame, "ann");
    rm_text(record, MS_FIELD_AUTH_PASSWORD, MS_TO_SERVER, -1, attempt, frame, password);
    rm_number(record, MS_FIELD_AUTH_REPLY_CODE, MS_TO_CLIENT, -1, attempt, frame + 1, code);
    rm_text(record, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, attempt, frame + 1, outcome);
}

static void add_mail(MsRecord *record, const MsLimits *limits, long hole)
{
    rm_text(record, MS_FIELD_SMTP_MAIL_FROM, MS_TO_SERVER, 0, -1, 12, "ann@example.org");
    rm_number(record, MS_FIELD_SMTP_MAIL_REPLY, MS_TO_CLIENT, 0, -1, 13, 250);
    rm_text(record, MS_FIELD_SMTP_RCPT_TO, MS_TO_SERVER, 0, 0, 14, "bob@example.net");
    rm_number(record, MS_FIELD_SMTP_RCPT_REPLY, MS_TO_CLIENT, 0, 0, 15, 250);
    rm_text(record, MS_FIELD_SMTP_RCPT_OUTCOME, MS_TO_CLIENT, 0, 0, 15, "accepted");
    rm_text(record, MS_FIELD_SMTP_RCPT_TO, MS_TO_SERVER, 0, 1, 16, "eve@example.net");
    rm_number(record, MS_FIELD_SMTP_RCPT_REPLY, MS_TO_CLIENT, 0, 1, 17, 550);
    rm_text(record, MS_FIELD_SMTP_RCPT_OUTCOME, MS_TO_CLIENT, 0, 1, 17, "rejected");
    rm_text(record, MS_FIELD_SMTP_TRANSFER, MS_TO_SERVER, 0, -1, 18, "DATA");
    rm_line(record, MS_LINE_MESSAGE, MS_TO_SERVER, 0, 20, "", NULL);
    rm_message(record, limits, 0, 20, "Subject: hello\r\n\r\nhow are you?\r\n.dot\r\n", hole);
    rm_number(record, MS_FIELD_SMTP_FINAL_REPLY, MS_TO_CLIENT, 0, -1, 22, 250);
    rm_line(record, MS_LINE_REPLY, MS_TO_CLIENT, 250, 22, "250 2.0.0 queued as AB12", NULL);
    rm_text(record, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, 0, -1, 22, "accepted");
}

/* A recipient that was accepted at first and refused after the message. */
static void test_lmtp(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    for (unsigned i = 0; i < 2; i++) {
        g_autoptr(MsRecord) record = ms_record_new(0, &limits);
        rm_text(record, MS_FIELD_SMTP_HELO_VERB, MS_TO_SERVER, -1, -1, 9, i ? "LHLO" : "EHLO");
        for (int32_t item = 0; item < 3; item++) {
            uint32_t frame = (uint32_t)(14 + 2 * item);
            rm_text(record, MS_FIELD_SMTP_RCPT_TO, MS_TO_SERVER, 0, item, frame, "bob@example.net");
            rm_number(record, MS_FIELD_SMTP_RCPT_REPLY, MS_TO_CLIENT, 0, item, frame + 1,
                      item == 1 ? 550 : 250);
            rm_text(record, MS_FIELD_SMTP_RCPT_OUTCOME, MS_TO_CLIENT, 0, item, frame + 1,
                    item == 1 ? "rejected" : "accepted");
        }
        rm_number(record, MS_FIELD_SMTP_FINAL_REPLY, MS_TO_CLIENT, 0, -1, 22, 250);
        rm_number(record, MS_FIELD_SMTP_FINAL_REPLY, MS_TO_CLIENT, 0, -1, 23, 451);
        g_autofree char *text = answer(record, false, false);
        g_autofree char *page = flat(text);
        if (i == 0) {
            must_not(page, "... after the message");
            continue;
        }
        must(page, "... after the message: accepted (250: done) @ frame 22");
        must(page, "... after the message: refused (451: error on the server, try again later) @ "
                   "frame 23");
        g_assert_null(strstr(strstr(page, "(451") + 1, "... after the message"));
    }
}

static void add_quit(MsRecord *record)
{
    rm_text(record, MS_FIELD_SMTP_COMMAND, MS_TO_SERVER, -1, 9, 24, "quit");
    rm_number(record, MS_FIELD_SMTP_QUIT_CODE, MS_TO_CLIENT, -1, -1, 25, 221);
    rm_text(record, MS_FIELD_SESSION_FIN, MS_TO_CLIENT, -1, -1, 26, "server");
    rm_text(record, MS_FIELD_SESSION_FIN, MS_TO_SERVER, -1, -1, 28, "client");
    rm_text(record, MS_FIELD_SESSION_END, MS_TO_SERVER, -1, -1, 26, "quit");
}

static void test_complete(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_handshake(record);
    rm_greet(record);
    add_login(record, 0, 8, "s3cr3t", "success", 235);
    add_mail(record, &limits, -1);
    add_quit(record);
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "Client 192.0.2.10 port 40000");
    must(page, "with the first SYN, is the client");
    must(page, "Filter: frame.number in {1..3}");
    must(page, "Server 220 mx.example ready @ frame 4, bytes 54-73, +0.004000 s");
    must(page, "Client EHLO pc.example @ frame 6, bytes 54-68");
    must(page, "Filter: frame.number in {4, 6}");
    must(page, "PLAIN, accepted (235)");
    must(page, "User name ann @ frame 8");
    must(page, "Password s3cr3t @ frame 8");
    must(page, "As sent AGFubgBzM2NyM3Q=");
    must(page, "an encoding, not encryption");
    must(page, "Filter: frame.number in {8..9}");
    must(page, "bob@example.net, accepted (250");
    must(page, "eve@example.net, refused (550");
    must(page, "38 bytes, complete; sent with DATA @ frame 20");
    must(page, "| Subject: hello | | how are you? | .dot Reply");
    must(page, "Reply 250 2.0.0 queued as AB12");
    must(page, "Filter: frame.number in {12..17, 20, 22}");
    must(page, "The client says QUIT and the server answers 221");
    must(page, "TCP is closed from both sides; the server sends the first FIN");
    must(page, "Filter: frame.number in {24..26, 28}");
    must_not(page, "Not in this capture");
    must_not(page, "!");
    must_not(page, "\033");
}

/* Who is only in the envelope; and how the text is encoded. */
static void test_header(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_greet(record);
    add_mail(record, &limits, -1);
    rm_text(record, MS_FIELD_MESSAGE_TO, MS_TO_SERVER, 0, -1, 20, "Bob <BOB@example.net>");
    rm_text(record, MS_FIELD_MESSAGE_HEADER, MS_TO_SERVER, 0, -1, 20,
            "content-transfer-encoding: Base64");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "bob@example.net, accepted (250: done) @");
    must(page, "eve@example.net, refused (550: mailbox not available, or refused by policy); not "
               "named in the header @");
    must(page, "The text is encoded, shown as sent: base64");
}

static void test_redacted(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_greet(record);
    add_login(record, 0, 8, "how are", "success", 235);
    add_mail(record, &limits, -1);
    g_autofree char *page = answer(record, true, false);
    must(page, "ann");
    must(page, "| ******** you?");
    must_not(page, "how are");
    must_not(page, "AGFubgBzM2NyM3Q=");
}

static void test_attempts(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_greet(record);
    for (int32_t i = 0; i < 30; i++)
        add_login(record, i, 100 + 2 * (uint32_t)i, "guess", i == 29 ? "success" : "failure",
                  i == 29 ? 235 : 535);
    g_autofree char *page = answer(record, false, false);
    must(page, "Attempt 1");
    must(page, "refused (535)");
    must(page, "... 10 more attempts; --full shows all");
    must_not(page, "Attempt 30");
    g_autofree char *whole = answer(record, false, true);
    must(whole, "Attempt 30");
    must(whole, "accepted (235)");
}

static void test_cram(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_greet(record);
    rm_text(record, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, 0, 8, "CRAM-MD5");
    rm_text(record, MS_FIELD_AUTH_CHALLENGE, MS_TO_CLIENT, -1, 0, 9, "<1.2@mx.example>");
    rm_text(record, MS_FIELD_AUTH_USERNAME, MS_TO_SERVER, -1, 0, 10, "tim");
    rm_text(record, MS_FIELD_AUTH_DIGEST, MS_TO_SERVER, -1, 0, 10,
            "b913a602c7eda7a495b4e6e7334d3890");
    rm_text(record, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, 0, 11, "success");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "Challenge <1.2@mx.example>");
    must(page, "Digest b913a602c7eda7a495b4e6e7334d3890");
    must(page, "Password Not in this capture, because CRAM-MD5 sends only a digest");
    must_not(page, "not encryption");
}

static void test_encrypted(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_handshake(record);
    rm_greet(record);
    rm_number(record, MS_FIELD_TLS_STARTED, MS_TO_SERVER, -1, -1, 11, 1);
    rm_line(record, MS_LINE_TLS, MS_TO_SERVER, 0, 11, "", NULL);
    rm_text(record, MS_FIELD_SESSION_FIN, MS_TO_SERVER, -1, -1, 30, "client");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "Not in this capture, because all is encrypted after STARTTLS: a login");
    must(page, "Not in this capture, because all is encrypted after STARTTLS: a mail");
    must(page, "@ frame 11, bytes 54-56");
    must(page, "Whether QUIT was said cannot be seen: it would be encrypted");
    must_not(page, "never sends AUTH");
}

static void test_tls_only(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = ms_record_new(4, &limits);
    rm_text(record, MS_FIELD_SESSION_PROTOCOL, MS_TO_SERVER, -1, -1, 0, "tls");
    rm_number(record, MS_FIELD_TLS_STARTED, MS_TO_SERVER, -1, -1, 4, 1);
    rm_text(record, MS_FIELD_TLS_VERSION, MS_TO_SERVER, -1, -1, 4, "TLS 1.3");
    rm_text(record, MS_FIELD_SESSION_RST, MS_TO_CLIENT, -1, -1, 9, "server");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "Session 5 of x.pcap");
    must(page, "encrypted with TLS from its first byte on");
    must(page, "offers up to TLS 1.3");
    must(page, "The server breaks the connection off with RST");
}

static void test_late(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_oddity(record, MS_ODDITY_MIDSTREAM, MS_TO_SERVER, 1, 0, "");
    rm_text(record, MS_FIELD_SESSION_CLIENT_FIRST, MS_TO_SERVER, -1, -1, 1,
            "RCPT TO:<a@b.example>");
    rm_text(record, MS_FIELD_SESSION_SERVER_FIRST, MS_TO_CLIENT, -1, -1, 2, "250 ok");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "No SYN in this capture; told by what is said");
    must(page, "The first one in this capture; it began late");
    must(page, "Not in this capture, because it began late: a login may have come before");
    must(page, "Not in this capture, because it began late: a mail may have come before");
    must_not(page, "the server speaks first");
    must_not(page, "never sends AUTH");
}

static void test_no_login(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_handshake(record);
    rm_greet(record);
    rm_text(record, MS_FIELD_SMTP_EXTENSION, MS_TO_CLIENT, -1, -1, 7, "AUTH PLAIN LOGIN");
    add_quit(record);
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "because there is no login: the client never sends AUTH");
    must(page, "Offered AUTH PLAIN LOGIN @ frame 7");
    must(page, "because none was sent: the client never begins one with MAIL");
}

/* QUIT is answered, but not with 221: nothing says that the server closes. */
static void test_quit_refused(void)
{
    static const struct {
        int64_t code;
        const char *words;
    } rows[] = {{502, "Reply from the server, but not the 221 that closes the connection"},
                {221, "Reply 221 from the server: it closes the connection"}};
    size_t checked = 0;
    for (; checked < G_N_ELEMENTS(rows); checked++) {
        MsLimits limits;
        g_autoptr(MsRecord) record = rm_new(&limits);
        rm_text(record, MS_FIELD_SMTP_COMMAND, MS_TO_SERVER, -1, -1, 24, "QUIT");
        rm_number(record, MS_FIELD_SMTP_QUIT_CODE, MS_TO_CLIENT, -1, -1, 25, rows[checked].code);
        g_autofree char *text = answer(record, false, false);
        g_autofree char *page = flat(text);
        must(page, "QUIT from the client: it ends the dialogue");
        must(page, rows[checked].words);
    }
    g_assert_cmpuint(checked, ==, 2);
}

static void test_reset(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_greet(record);
    rm_text(record, MS_FIELD_SESSION_END, MS_TO_SERVER, -1, -1, 17, "rst");
    rm_text(record, MS_FIELD_SESSION_RST, MS_TO_SERVER, -1, -1, 17, "client");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "Nobody says QUIT. The client breaks the connection off with RST");
    must(page, "Filter: frame.number == 17");
}

static void test_one_side(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_text(record, MS_FIELD_SESSION_SERVER_FIRST, MS_TO_CLIENT, -1, -1, 4, "220 mx.example ready");
    rm_line(record, MS_LINE_REPLY, MS_TO_CLIENT, 235, 9, "235 welcome", NULL);
    rm_oddity(record, MS_ODDITY_ONE_SIDED, MS_TO_CLIENT, 0, 0, "");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "Client Not in this capture, because nothing the client said was captured");
    must(page, "Seen 235 welcome @ frame 9");
    must(page, "the client's side was not captured");
    must_not(page, "never sends AUTH");
    must_not(page, "none was sent");
}

static void test_gap(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_handshake(record);
    rm_greet(record);
    rm_oddity(record, MS_ODDITY_GAP, MS_TO_SERVER, 20, 100, "");
    add_mail(record, &limits, 20);
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "! bytes are missing from the capture");
    must(page, "bytes the client sent are missing; a login may be among them");
    must(page, "38 bytes, incomplete: 100 more bytes missing from the capture");
    must(page, "SHA-256 none");
    must(page, "| ho ! bytes of the message are missing here | w are you?");
    must(page, "Missing 100 bytes, next to @ frame 20");
    must(page, "No QUIT was seen, but bytes of the client are missing");
}

/* Each contradiction is named in the answers whose frames it concerns, in no other. */
static void test_contradictions(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_handshake(record);
    rm_greet(record);
    add_mail(record, &limits, -1);
    for (unsigned i = 0; i < 7; i++)
        rm_oddity(record, MS_ODDITY_CONFLICT, MS_TO_SERVER, 20, 3 + i, "");
    rm_oddity(record, MS_ODDITY_CONFLICT, MS_TO_SERVER, 4, 33, "");
    rm_oddity(record, MS_ODDITY_CONFLICT, MS_TO_SERVER, 99, 44, "");
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "But retransmission differs from the first copy; the first copy is used (3 bytes) @ "
               "frame 20");
    must(page, "(7 bytes) @ frame 20");
    must_not(page, "(8 bytes)");
    must(page, "... 2 more; --full shows all");
    must(page, "(33 bytes) @ frame 4");
    must_not(page, "(44 bytes)");
}

static void test_stops(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_greet(record);
    rm_text(record, MS_FIELD_SMTP_MAIL_FROM, MS_TO_SERVER, 0, -1, 12, "");
    rm_text(record, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, 0, -1, 0, "aborted");
    rm_text(record, MS_FIELD_SESSION_END, MS_TO_CLIENT, -1, -1, 0, "open");
    rm_number(record, MS_FIELD_SESSION_LAST, MS_TO_CLIENT, -1, -1, 20, RM_START_NS + 20000000);
    g_autofree char *raw = answer(record, false, false);
    g_autofree char *page = flat(raw);
    must(page, "lasts 0.020000 s");
    must(page, "not handed over before the capture stops");
    must(page, "<> (empty: a bounce");
    must(page, "because it stops before a message is sent");
    must(page, "because it just stops at frame 20, with neither FIN nor RST");
    must_not(page, "broken off");
}

static void test_hostile(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_text(record, MS_FIELD_SESSION_SERVER_FIRST, MS_TO_CLIENT, -1, -1, 4,
            "220 \033[2J\233\007\rx");
    rm_text(record, MS_FIELD_SMTP_RCPT_TO, MS_TO_SERVER, 2147483646, 2147483646, 5, "\033]0;x\007");
    g_autofree char *page = answer(record, false, false);
    for (const char *byte = page; *byte; byte++)
        g_assert_true(*byte == '\n' || !g_ascii_iscntrl(*byte));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/answer/lmtp", test_lmtp);
    g_test_add_func("/answer/contradictions", test_contradictions);
    g_test_add_func("/answer/complete", test_complete);
    g_test_add_func("/answer/header", test_header);
    g_test_add_func("/answer/redacted", test_redacted);
    g_test_add_func("/answer/attempts", test_attempts);
    g_test_add_func("/answer/cram", test_cram);
    g_test_add_func("/answer/encrypted", test_encrypted);
    g_test_add_func("/answer/tls-only", test_tls_only);
    g_test_add_func("/answer/late", test_late);
    g_test_add_func("/answer/no-login", test_no_login);
    g_test_add_func("/answer/quit-refused", test_quit_refused);
    g_test_add_func("/answer/reset", test_reset);
    g_test_add_func("/answer/one-side", test_one_side);
    g_test_add_func("/answer/gap", test_gap);
    g_test_add_func("/answer/stops", test_stops);
    g_test_add_func("/answer/hostile", test_hostile);
    return g_test_run();
}
