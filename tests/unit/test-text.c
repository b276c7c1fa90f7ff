/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-text.c - a session as people read it: order, notes, masks, wrapping, excerpts. */
#include "front/text.h"
#include "recordmaker.h"

#include <glib.h>

static char *shown(const MsRecord *record, bool redact, bool full, bool color)
{
    const char *name = "x.pcap";
    const MsOrigins origins = {&name, 1};
    const MsStyle style = {.redact = redact, .full = full, .color = color};
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRedactor) redactor = redact ? ms_redactor_new(&limits) : NULL;
    if (redactor)
        ms_redactor_learn(redactor, record);
    MsBuffer out = {0};
    ms_text_session(&out, record, &origins, &style, redactor);
    char *text = g_strndup((const char *)out.data, out.length);
    ms_buffer_clear(&out);
    return text;
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

static void test_dialogue(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_line(record, MS_LINE_CONNECTION, MS_TO_SERVER, 0, 1, "SYN", NULL);
    rm_greet(record);
    rm_line(record, MS_LINE_REPLY, MS_TO_CLIENT, 250, 7, "250-mx.example", NULL);
    rm_line(record, MS_LINE_REPLY, MS_TO_CLIENT, 250, 7, "250 SIZE", NULL);
    rm_line(record, MS_LINE_AUTH, MS_TO_SERVER, 0, 8,
            "AUTH PLAIN AGFubgBzM2NyM3Q=", "user name: ann; password: s3cr3t");
    rm_text(record, MS_FIELD_AUTH_PASSWORD, MS_TO_SERVER, -1, 0, 8, "s3cr3t");
    rm_line(record, MS_LINE_REPLY, MS_TO_CLIENT, 550, 9, "550 5.1.1 no s3cr3t here", NULL);
    rm_line(record, MS_LINE_TLS, MS_TO_SERVER, 0, 11, "", NULL);
    g_autofree char *page = shown(record, false, false, false);
    must(page, "Session 1 of x.pcap\n  Client    192.0.2.10 port 40000\n");
    must(page, "      1     0.001000  C: [SYN]\n");
    must(page, "      4     0.004000  S: 220 mx.example ready   <- ready\n");
    must(page, "      6     0.006000  C: EHLO pc.example\n");
    must(page, "S: 250-mx.example   <- done\n");
    must(page, "S: 250 SIZE\n"); /* words stand beside the first line only */
    must(page, "C: AUTH PLAIN AGFubgBzM2NyM3Q=   <- user name: ann; password: s3cr3t\n");
    must(page, "; no such mailbox");
    must(page, "[TLS: from here on everything is encrypted]");
    g_autofree char *masked = shown(record, true, false, false);
    must(masked, "C: AUTH PLAIN ********   <- ********\n");
    must(masked, "550 5.1.1 no ******** here");
    must_not(masked, "s3cr3t");
    must_not(masked, "AGFubg");
}

/* Oddities stand where they happened: behind the line of their bytes, before later ones. */
static void test_oddities(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_oddity(record, MS_ODDITY_UNFINISHED, MS_TO_SERVER, 0, 0, "");
    rm_oddity(record, MS_ODDITY_GAP, MS_TO_CLIENT, 5, 1448, "after the greeting");
    rm_oddity(record, MS_ODDITY_BARE_LF, MS_TO_CLIENT, 4, 0, "");
    rm_oddity(record, MS_ODDITY_MIDSTREAM, MS_TO_CLIENT, 1, 0, "");
    rm_greet(record);
    g_autofree char *page = shown(record, false, false, false);
    static const char *const order[] = {
        "!  midstream: ",    "S: 220 mx",
        "!  bare-newline: ", "!  gap: bytes are missing from the capture (1448 bytes)",
        "C: EHLO pc",        "!  unfinished: "};
    const char *at = page;
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++, checked++) {
        const char *found = strstr(at, order[i]);
        if (!found)
            g_error("\"%s\" does not come next:\n%s", order[i], page);
        at = found;
    }
    g_assert_cmpuint(checked, ==, 6);
    must(page, "after the greeting");
}

static size_t longest_line(const char *page)
{
    size_t longest = 0;
    g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
    for (size_t i = 0; lines[i]; i++)
        longest = MAX(longest, (size_t)g_utf8_strlen(lines[i], -1));
    return longest;
}

/* Long lines are wrapped, and nothing of them is lost. */
static void test_wrapping(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    g_autoptr(GString) text = g_string_new("NOOP ");
    for (unsigned i = 0; i < 150; i++)
        g_string_append_printf(text, "w%03u\xc3\xa4", i);
    rm_line(record, MS_LINE_COMMAND, MS_TO_SERVER, 0, 4, text->str, NULL);
    g_autofree char *page = shown(record, false, false, false);
    g_assert_cmpuint(longest_line(page), ==, 100);
    g_autoptr(GString) joined = g_string_new(NULL);
    for (const char *at = strstr(page, "C: NOOP "); *at; at++) {
        if (*at == '\n')
            at += strspn(at, "\n ");
        if (*at)
            g_string_append_c(joined, *at);
        else
            break;
    }
    must(joined->str, text->str);
    /* A name that fits a line of its own is not broken, and no blank ends the line before it. */
    rm_text(record, MS_FIELD_TLS_VERSION, MS_TO_SERVER, -1, -1, 11,
            "TLS 1.3, and words up to the end");
    rm_text(record, MS_FIELD_TLS_SERVER_NAME, MS_TO_SERVER, -1, -1, 11, "mail.some.example.com");
    rm_text(record, MS_FIELD_TLS_STARTED, MS_TO_SERVER, -1, -1, 11, "");
    g_autofree char *names = shown(record, false, false, false);
    must(names, ", server name\n            mail.some.example.com\n");
    rm_line(record, MS_LINE_COMMAND, MS_TO_SERVER, 0, 5, "x", NULL);
    g_autofree char *many = g_strnfill(3000, 'y');
    rm_line(record, MS_LINE_COMMAND, MS_TO_SERVER, 0, 6, many, NULL);
    g_autofree char *brief = shown(record, false, false, false);
    must(brief, "... 1000 more bytes;");
    g_autofree char *full = shown(record, false, true, false);
    must_not(full, "--full");
}

static void test_excerpt(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    g_autoptr(GString) mail = g_string_new(NULL);
    for (unsigned i = 0; i < 20; i++)
        g_string_append_printf(mail, "X-%u: header\r\n", i);
    g_string_append(mail, "Subject: found\r\n folded\r\nX-last: header\r\n\r\n");
    for (unsigned i = 0; i < 15; i++)
        g_string_append_printf(mail, "text line %u\r\n", i);
    g_string_append(mail, "the end");
    rm_line(record, MS_LINE_MESSAGE, MS_TO_SERVER, 0, 9, "", NULL);
    rm_message(record, &limits, 0, 9, mail->str, -1);
    g_autofree char *page = shown(record, false, false, false);
    must(page, "C: message 1: ");
    must(page, "| X-11: header\n");
    must_not(page, "X-12:");
    must(page, "| Subject: found\n");
    must(page, "|  folded\n");
    must(page, "... 9 more header lines; --full shows all\n");
    must(page, "| text line 9\n");
    must_not(page, "text line 10");
    must(page, "... 6 more lines (77 bytes); --full shows all\n");
    must(page, ms_message_sha256(ms_record_messages(record, &(size_t){0})[0]));
    g_autofree char *full = shown(record, false, true, false);
    must(full, "| X-19: header\n");
    must(full, "| the end\n");
    must_not(full, "--full");
}

static void test_color(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    rm_greet(record);
    rm_line(record, MS_LINE_COMMAND, MS_TO_SERVER, 0, 8, "x\033[31my\r", NULL);
    g_autofree char *plain = shown(record, false, false, false);
    must_not(plain, "\033");
    must(plain, "x\\x1b[31my\\r");
    g_autofree char *color = shown(record, false, false, true);
    must(color, "\033[36m");
    must_not(color, "\033[31m");
    /* No colour reaches beyond its line. */
    g_auto(GStrv) lines = g_strsplit(color, "\n", -1);
    size_t checked = 0;
    for (size_t i = 0; lines[i]; i++) {
        const char *last = g_strrstr(lines[i], "\033[");
        if (!last)
            continue;
        g_assert_true(g_str_has_prefix(last, "\033[0m"));
        checked++;
    }
    g_assert_cmpuint(checked, >, 5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/dialogue", test_dialogue);
    g_test_add_func("/text/oddities", test_oddities);
    g_test_add_func("/text/wrapping", test_wrapping);
    g_test_add_func("/text/excerpt", test_excerpt);
    g_test_add_func("/text/color", test_color);
    return g_test_run();
}
