/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-redact.c - secrets are masked wherever and however they stand; what is no secret stays. */
#include "base/codec.h"
#include "front/redact.h"

#include <glib.h>

static MsLimits limits;

static void check_text(const MsBuffer *got, const char *expected)
{
    g_autofree char *text = g_strndup((const char *)got->data, got->length);
    g_assert_cmpstr(text, ==, expected);
}

static MsRedactor *knows(const char *secret)
{
    MsRedactor *redactor = ms_redactor_new(&limits);
    ms_redactor_learn_secret(redactor, (const uint8_t *)secret, strlen(secret));
    return redactor;
}

static char *apply(const MsRedactor *redactor, const char *text, size_t length)
{
    MsBuffer out = {0};
    bool masked = ms_redactor_apply(redactor, (const uint8_t *)text, length, &out);
    g_assert_cmpint(masked, ==, out.length != length || memcmp(out.data, text, length) != 0);
    ms_buffer_byte(&out, 0);
    return (char *)out.data;
}

static void test_text(void)
{
    static const struct {
        const char *secret;
        const char *text;
        const char *expected;
    } rows[] = {
        {"hunter22", "my password is hunter22.", "my password is ********."},
        {"hunter22", "hunter22", "********"},
        {"hunter22", "hunter2", "hunter2"},
        {"hunter22", "xhunter22hunter22y", "x****************y"},
        {"hunter22", "aHVudGVyMjI=", "********"},
        {"hunter22", "aHVudGVyMjI", "********"},
        {"hunter22", "Hunter22", "Hunter22"},
        {"word", "a sword", "a s********"},
        {"abc", "abc", "********"},
        {"abc", "(abc)", "(********)"},
        {"abc", "abcd xabc ABC", "abcd xabc ABC"},
        {"ab", "ab", "ab"},
        {"", "anything", "anything"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autoptr(MsRedactor) redactor = knows(rows[i].secret);
        g_autofree char *got = apply(redactor, rows[i].text, strlen(rows[i].text));
        g_assert_cmpstr(got, ==, rows[i].expected);
    }
    g_assert_cmpuint(checked, ==, 13);
}

/* A secret inside a longer text that is base64 as a whole, at each of the three alignments. */
static void test_nothing(void)
{
    g_autoptr(MsRedactor) redactor = knows("hunter22");
    MsBuffer out = {0};
    g_assert_false(ms_redactor_apply(redactor, NULL, 0, &out)); /* an empty buffer's data */
    g_assert_cmpuint(out.length, ==, 0);
    ms_buffer_clear(&out);
}

static void test_inside_base64(void)
{
    static const char secret[] = "correct horse";
    g_autoptr(MsRedactor) redactor = knows(secret);
    for (size_t before = 0; before < 6; before++) {
        MsBuffer plain = {0};
        MsBuffer encoded = {0};
        ms_buffer_append(&plain, "xxxxxx", before);
        ms_buffer_append(&plain, secret, sizeof secret - 1);
        ms_buffer_text(&plain, " battery");
        ms_base64_encode(plain.data, plain.length, &encoded);
        g_autofree char *got = apply(redactor, (const char *)encoded.data, encoded.length);
        g_assert_nonnull(strstr(got, MS_MASK));
        ms_buffer_clear(&plain);
        ms_buffer_clear(&encoded);
    }
}

static void test_long(void)
{
    g_autofree char *secret = g_strnfill(300, 'k');
    g_autoptr(MsRedactor) redactor = knows(secret);
    g_autofree char *text = g_strdup_printf("token %s tail\nnext line", secret);
    g_autofree char *got = apply(redactor, text, strlen(text));
    g_assert_cmpstr(got, ==, "token ********\nnext line");
    g_autofree char *exact = g_strnfill(63, 'e');
    g_autoptr(MsRedactor) other = knows(exact);
    g_autofree char *text2 = g_strdup_printf("%s tail", exact);
    g_autofree char *got2 = apply(other, text2, strlen(text2));
    g_assert_cmpstr(got2, ==, "******** tail");
}

static void test_longest_wins(void)
{
    g_autoptr(MsRedactor) redactor = knows("secret");
    ms_redactor_learn_secret(redactor, (const uint8_t *)"secret123", 9);
    g_autofree char *got = apply(redactor, "secret123 secret12", 18);
    g_assert_cmpstr(got, ==, "******** ********12");
}

/* A record like that of a login with the user name and password given. */
static void test_record(void)
{
    static const struct {
        MsFieldId field;
        const char *text;
        const char *expected;
    } rows[] = {
        {MS_FIELD_AUTH_USERNAME, "alice", "alice"},
        {MS_FIELD_AUTH_PASSWORD, "quit", "********"},
        {MS_FIELD_AUTH_ENCODED, "AGFsaWNlAHF1aXQ=", "********"},
        {MS_FIELD_AUTH_DIGEST, "x", "********"},
        {MS_FIELD_SMTP_COMMAND, "AUTH PLAIN AGFsaWNlAHF1aXQ=", "AUTH PLAIN ********"},
        {MS_FIELD_SMTP_COMMAND, "auth plain not/base64!", "auth plain ********"},
        {MS_FIELD_SMTP_COMMAND, "AUTH LOGIN", "AUTH LOGIN"},
        {MS_FIELD_SMTP_COMMAND, "AGFsaWNlAHF1aXQ=", "********"},
        {MS_FIELD_SESSION_CLIENT_FIRST, "AUTH PLAIN xyz", "AUTH PLAIN ********"},
        {MS_FIELD_SMTP_REPLY, "they quit AGFsaWNlAHF1aXQ", "they ******** ********"},
        {MS_FIELD_AUTH_CHALLENGE, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "********"},
        {MS_FIELD_SMTP_REPLY, "dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1E9", "********"},
        {MS_FIELD_AUTH_CHALLENGE, "rspauth=ea40f60335c427b5527b84dbabcdfffd", "********"},
        {MS_FIELD_AUTH_CHALLENGE, "realm=\"example.com\"", "realm=\"example.com\""},
        {MS_FIELD_SESSION_END, "quit", "quit"},
        {MS_FIELD_SESSION_CLIENT, "192.0.2.1", "192.0.2.1"},
    };
    g_autoptr(MsRecord) record = ms_record_new(0, &limits);
    MsFact facts[G_N_ELEMENTS(rows)];
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        facts[i] = (MsFact){.field = (uint16_t)rows[i].field,
                            .message = -1,
                            .item = -1,
                            .text = rows[i].text,
                            .text_length = (uint32_t)strlen(rows[i].text)};
        ms_record_add_fact(record, &facts[i]);
    }
    g_autoptr(MsRedactor) redactor = ms_redactor_new(&limits);
    ms_redactor_learn(redactor, record);
    unsigned checked = 0;
    MsBuffer out = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        out.length = 0;
        ms_redact_fact(redactor, &facts[i], &out);
        check_text(&out, rows[i].expected);
        out.length = 0;
        g_assert_false(ms_redact_fact(NULL, &facts[i], &out));
        check_text(&out, rows[i].text);
    }
    g_assert_cmpuint(checked, ==, 16);
    ms_buffer_clear(&out);
}

static void test_lines(void)
{
    static const struct {
        const char *text;
        bool secret;
        const char *expected;
    } rows[] = {
        {"MAIL FROM:<a@b.example>", false, "MAIL FROM:<a@b.example>"},
        {"c2VjcmV0", true, "********"},
        {"", true, ""},
        {"AUTH LOGIN", true, "AUTH LOGIN"},
        {"AUTH  LOGIN  c2Vj", true, "AUTH  LOGIN  ********"},
        {"AUTHENTIC text here", false, "AUTHENTIC text here"},
    };
    g_autoptr(MsRedactor) redactor = ms_redactor_new(&limits);
    MsBuffer out = {0};
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        out.length = 0;
        ms_redact_line(redactor, (const uint8_t *)rows[i].text, strlen(rows[i].text),
                       rows[i].secret, &out);
        check_text(&out, rows[i].expected);
    }
    g_assert_cmpuint(checked, ==, 6);
    ms_buffer_clear(&out);
}

/* Thousands of secrets: all are found, the cap holds. */
static void test_many(void)
{
    g_autoptr(MsRedactor) redactor = ms_redactor_new(&limits);
    for (unsigned i = 0; i < 5000; i++) {
        g_autofree char *secret = g_strdup_printf("secret-%u!", i);
        ms_redactor_learn_secret(redactor, (const uint8_t *)secret, strlen(secret));
    }
    for (unsigned i = 0; i < 5000; i += 7) {
        g_autofree char *text = g_strdup_printf("<secret-%u!>", i);
        g_autofree char *got = apply(redactor, text, strlen(text));
        g_assert_cmpstr(got, ==, "<********>");
    }
    MsLimits small = limits;
    small.value[MS_LIMIT_REDACT_SECRETS] = 1;
    g_autoptr(MsRedactor) capped = ms_redactor_new(&small);
    ms_redactor_learn_secret(capped, (const uint8_t *)"first", 5);
    ms_redactor_learn_secret(capped, (const uint8_t *)"second", 6);
    g_autofree char *got = apply(capped, "first second", 12);
    g_assert_cmpstr(got, ==, "******** second");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ms_limits_default(&limits);
    g_test_add_func("/redact/text", test_text);
    g_test_add_func("/redact/nothing", test_nothing);
    g_test_add_func("/redact/inside-base64", test_inside_base64);
    g_test_add_func("/redact/long", test_long);
    g_test_add_func("/redact/longest-wins", test_longest_wins);
    g_test_add_func("/redact/record", test_record);
    g_test_add_func("/redact/lines", test_lines);
    g_test_add_func("/redact/many", test_many);
    return g_test_run();
}
