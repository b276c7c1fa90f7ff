/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-expression.c - what holds for one session, and where a bad expression goes wrong. */
#include "base/error.h"
#include "lab/expression.h"

#include <string.h>

static MsRecord *make_record(const MsLimits *limits)
{
    MsRecord *record = ms_record_new(0, limits);
    static const struct {
        MsFieldId field;
        const char *text;
        int64_t number;
    } rows[] = {
        {MS_FIELD_SESSION_PROTOCOL, "smtp", 0},
        {MS_FIELD_SESSION_CLIENT, "192.0.2.1", 0},
        {MS_FIELD_SESSION_SERVER, "2001:db8::25", 0},
        {MS_FIELD_SESSION_SERVER_PORT, "", 587},
        {MS_FIELD_SESSION_START, "", 1700000000500000000}, /* 2023-11-14 22:13:20.5 */
        {MS_FIELD_AUTH_USERNAME, "Alice", 0},
        {MS_FIELD_SMTP_MAIL_FROM, "alice@example.org", 0},
        {MS_FIELD_SMTP_RCPT_TO, "bob@example.org", 0},
        {MS_FIELD_SMTP_RCPT_TO, "carol@example.org", 0},
        {MS_FIELD_POP3_GREETING,
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", 0},
        {MS_FIELD_MESSAGE_COMPLETE, "", 1},
        {MS_FIELD_MESSAGE_SIZE, "", 1000},
        {MS_FIELD_MESSAGE_SUBJECT, "a \"quoted\" \\ zo\xc3\xab \xff", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsFact fact = {.field = (uint16_t)rows[i].field,
                       .message = -1,
                       .item = -1,
                       .text = rows[i].text,
                       .text_length = (uint32_t)strlen(rows[i].text),
                       .number = rows[i].number};
        ms_record_add_fact(record, &fact);
    }
    return record;
}

static void test_holds(void)
{
    static const struct {
        const char *text;
        bool holds;
    } rows[] = {
        {"session.protocol == \"smtp\"", true},
        {"session.protocol==\"smtp\"", true},
        {"session.protocol eq smtp", true},
        {"session.protocol == \"SMTP\"", false},
        {"session.protocol != \"imap\"", true},
        {"session.protocol != \"smtp\"", false},
        {"smtp.mail_from", true},
        {"smtp.helo", false},
        {"not smtp.helo", true},
        {"!smtp.mail_from", false},
        {"!!smtp.mail_from", true},
        {"smtp.rcpt_to == \"carol@example.org\"", true},
        {"smtp.rcpt_to != \"carol@example.org\"", false}, /* one of them is */
        {"smtp.rcpt_to ne \"dave@example.org\"", true},
        {"imap.command != \"x\"", false}, /* there is none */
        {"smtp.rcpt_to contains \"bob\"", true},
        {"smtp.rcpt_to contains \"Bob\"", false},
        {"smtp.rcpt_to contains \"\"", true},
        {"smtp.rcpt_to matches \"^BOB@\"", true},
        {"smtp.rcpt_to ~ \"org.$\"", false},
        {"message.subject contains \"\\\"quoted\\\" \\\\\"", true},
        {"message.subject contains \"\\xff\"", true},
        {"message.subject matches \"zo.. \"", true}, /* bytes, as not all of it is UTF-8 */
        {"message.subject contains \"\\xfe\"", false},
        {"message.size == 1000", true},
        {"message.size > 1000", false},
        {"message.size >= 1000", true},
        {"message.size < 1001", true},
        {"message.size <= 999", false},
        {"message.size lt 5 or message.size gt 5", true},
        {"message.complete == true", true},
        {"message.complete == 0", false},
        {"message.complete", true}, /* presence, not its value */
        {"session.client == 192.0.2.1", true},
        {"session.client == 192.0.2.2", false},
        {"session.server == 2001:0DB8:0:0::25", true},
        {"session.server matches \"^2001\"", true},
        {"session.start > \"2023-11-14 22:13:20\"", true},
        {"session.start == \"2023-11-14T22:13:20.5Z\"", true},
        {"session.start > \"2023-11-14 22:13:21\"", false},
        {"session.start < \"2023-11-15T00:00:00+02:00\"", false},
        {"auth.username < \"Bob\"", true},
        {"auth.username > \"Alic\"", true},
        {"smtp.helo and smtp.helo or smtp.mail_from", true},
        {"smtp.mail_from or smtp.helo and smtp.helo", true}, /* and binds tighter */
        {"(smtp.mail_from or smtp.helo) and smtp.helo", false},
        {"smtp.mail_from && !(smtp.helo || imap.command)", true},
        {"smtp.mail_from AND NOT smtp.helo", true},
        {"  ( ( smtp.mail_from ) )  ", true},
        {"not smtp.mail_from == \"x\"", true},
        {"pop3.greeting matches \"^(a+)+[!b]$\"", false}, /* given up */
    };
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = make_record(&limits);
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MsExpression) expression = ms_expression_new(rows[i].text, &error);
        g_assert_no_error(error);
        if (ms_expression_holds(expression, record) != rows[i].holds)
            g_error("%s: expected %d", rows[i].text, rows[i].holds);
    }
    g_assert_cmpuint(checked, ==, 51);
}

static void test_bad(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "character 1: the name of a field is missing"},
        {"  ", "character 3: the name of a field is missing"},
        {"smtp.mailfrom", "character 1: no field is called 'smtp.mailfrom'"},
        {"smtp.mail_from ==", "character 18: a value is missing"},
        {"smtp.mail_from == \"a", "character 19: the quotation mark is never closed"},
        {"smtp.mail_from = \"a\"", "character 16: something is left over"},
        {"smtp.mail_from smtp.helo", "character 16: something is left over"},
        {"(smtp.mail_from", "character 16: a closing parenthesis is missing"},
        {"smtp.mail_from)", "character 15: something is left over"},
        {"not", "character 4: the name of a field is missing"},
        {"smtp.helo and", "character 14: the name of a field is missing"},
        {"message.size == \"ten\"", "character 17: no number"},
        {"message.size == -1", "character 17: no number"},
        {"message.size > 99999999999999999999", "character 16: no number"},
        {"message.size contains \"1\"", "character 23: contains and matches are for texts"},
        {"message.complete == maybe", "character 21: neither true nor false"},
        {"session.client == 192.0.2", "character 19: no address"},
        {"session.client == \"::g\"", "character 19: no address"},
        {"session.start > yesterday", "character 17: no time"},
        {"smtp.helo matches \"(\"", "character 19: a bad pattern"},
        {"smtp.helo matches \"(*UTF)x\"", "character 19: no pattern"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MsExpression) expression = ms_expression_new(rows[i].text, &error);
        g_assert_null(expression);
        g_assert_error(error, MS_ERROR, MS_ERROR_USAGE);
        if (!strstr(error->message, rows[i].message))
            g_error("%s: %s", rows[i].text, error->message);
    }
    g_assert_cmpuint(checked, ==, 21);
}

/* Deep ones are refused, long ones are not; neither needs a deep stack. */
static void test_large(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = make_record(&limits);
    g_autofree char *deep = g_strnfill(10000, '(');
    g_autofree char *nots = g_strnfill(10000, '!');
    g_assert_null(ms_expression_new(deep, NULL));
    g_assert_null(ms_expression_new(nots, NULL));
    GString *chain = g_string_new("smtp.helo");
    for (unsigned i = 0; i < 4000; i++)
        g_string_append(chain, i % 2 ? " or smtp.helo" : " or pop3.command");
    g_autoptr(MsExpression) expression = ms_expression_new(chain->str, NULL);
    g_assert_nonnull(expression);
    g_assert_false(ms_expression_holds(expression, record));
    g_string_append_len(chain, chain->str, (gssize)chain->len);
    while (chain->len <= 65536)
        g_string_append(chain, " or smtp.helo");
    g_assert_null(ms_expression_new(chain->str, NULL));
    g_string_free(chain, TRUE);
}

static void test_needs_mime(void)
{
    static const struct {
        const char *text;
        bool needs;
    } rows[] = {
        {"smtp.helo", false},
        {"part.filename", true},
        {"not (smtp.helo or part.filename)", true},
        {"smtp.helo and message.from_address == \"x\"", true},
        {"smtp.helo and auth.username", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MsExpression) expression = ms_expression_new(rows[i].text, NULL);
        g_assert_cmpint(ms_expression_needs_mime(expression), ==, rows[i].needs);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/expression/holds", test_holds);
    g_test_add_func("/expression/bad", test_bad);
    g_test_add_func("/expression/large", test_large);
    g_test_add_func("/expression/needs-mime", test_needs_mime);
    return g_test_run();
}
