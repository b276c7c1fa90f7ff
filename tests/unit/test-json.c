/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-json.c - what a session looks like as a line of JSON: types, escapes, times, evidence. */
#include "front/json.h"

#include <glib.h>

static const char *const one_file[] = {"a.pcap"};
static const char *const two_files[] = {"a.pcap", "dir/\"b\".pcap"};
static const MsOrigins one = {one_file, 1};
static const MsOrigins two = {two_files, 2};

static MsFact text_fact(MsFieldId field, const char *text, size_t length)
{
    return (MsFact){.field = (uint16_t)field,
                    .message = -1,
                    .item = -1,
                    .text = text,
                    .text_length = (uint32_t)length};
}

/* The session with one fact, as JSON. */
static char *print_fact(const MsFact *fact, const MsOrigins *origins, bool redact)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = ms_record_new(4, &limits);
    ms_record_add_fact(record, fact);
    g_autoptr(MsRedactor) redactor = redact ? ms_redactor_new(&limits) : NULL;
    if (redactor)
        ms_redactor_learn(redactor, record);
    MsBuffer out = {0};
    ms_json_session(&out, record, origins, redactor);
    ms_buffer_byte(&out, 0);
    return (char *)out.data;
}

/* Everything between the first `[{` and the last `}]` of facts. */
static void check_fact(const MsFact *fact, bool redact, const char *expected)
{
    g_autofree char *got = print_fact(fact, &one, redact);
    g_autofree char *line = g_strdup_printf("{\"schema\":1,\"file\":\"a.pcap\",\"session\":5,"
                                            "\"facts\":[%s],\"oddities\":[]}\n",
                                            expected);
    g_assert_cmpstr(got, ==, line);
}

static void test_values(void)
{
    static const struct {
        MsFieldId field;
        const char *text;
        size_t length;
        int64_t number;
        const char *expected;
    } rows[] = {
        {MS_FIELD_AUTH_USERNAME, "alice", 5, 0, "\"auth.username\",\"value\":\"alice\""},
        {MS_FIELD_AUTH_USERNAME, "", 0, 0, "\"auth.username\",\"value\":\"\""},
        {MS_FIELD_AUTH_USERNAME, "a\"b\\c", 5, 0, "\"auth.username\",\"value\":\"a\\\"b\\\\c\""},
        {MS_FIELD_SMTP_REPLY, "eight by\"", 9, 0, "\"smtp.reply\",\"value\":\"eight by\\\"\""},
        {MS_FIELD_SMTP_REPLY, "a\nb\x7f\x01", 5, 0,
         "\"smtp.reply\",\"value\":\"a\\nb\\u007f\\u0001\""},
        {MS_FIELD_SMTP_REPLY, "gr\xc3\xbc\xc3\x9f", 6, 0,
         "\"smtp.reply\",\"value\":\"gr\xc3\xbc\xc3\x9f\""},
        {MS_FIELD_AUTH_CHALLENGE, "<\xff>", 3, 0,
         "\"auth.challenge\",\"value\":\"<\xef\xbf\xbd>\",\"hex\":\"3cff3e\""},
        {MS_FIELD_SESSION_CLIENT, "192.0.2.1", 9, 0, "\"session.client\",\"value\":\"192.0.2.1\""},
        {MS_FIELD_MESSAGE_SIZE, NULL, 0, 1234567890123, "\"message.size\",\"value\":1234567890123"},
        {MS_FIELD_MESSAGE_SIZE, NULL, 0, 0, "\"message.size\",\"value\":0"},
        {MS_FIELD_TLS_STARTED, NULL, 0, 1, "\"tls.started\",\"value\":true"},
        {MS_FIELD_TLS_STARTED, NULL, 0, 0, "\"tls.started\",\"value\":false"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsFact fact = text_fact(rows[i].field, rows[i].text, rows[i].length);
        fact.number = rows[i].number;
        g_autofree char *expected = g_strdup_printf("{\"key\":%s,\"ranges\":[]}", rows[i].expected);
        check_fact(&fact, false, expected);
    }
    g_assert_cmpuint(checked, ==, 12);
}

static void test_times(void)
{
    static const struct {
        int64_t time_ns;
        const char *expected;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000000Z"},
        {-1, "1969-12-31T23:59:59.999999999Z"},
        {951782399999999999, "2000-02-28T23:59:59.999999999Z"},
        {951782400000000000, "2000-02-29T00:00:00.000000000Z"},
        {1795338000123456789, "2026-11-22T09:00:00.123456789Z"},
        {4107542400000000000, "2100-03-01T00:00:00.000000000Z"},
        {INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
        {INT64_MIN, "1677-09-21T00:12:43.145224192Z"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsFact fact = text_fact(MS_FIELD_SESSION_START, NULL, 0);
        fact.number = rows[i].time_ns;
        g_autofree char *expected = g_strdup_printf(
            "{\"key\":\"session.start\",\"value\":\"%s\",\"ranges\":[]}", rows[i].expected);
        check_fact(&fact, false, expected);
    }
    g_assert_cmpuint(checked, ==, 8);
}

/* Every day of four centuries, against GLib's calendar. */
static void test_calendar(void)
{
    unsigned checked = 0;
    for (int64_t day = -70000; day < 70000; day += 37, checked++) {
        g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(day * 86400 + 3661);
        g_autofree char *expected = g_date_time_format(date, "%Y-%m-%dT%H:%M:%S.000000000Z");
        MsFact fact = text_fact(MS_FIELD_SESSION_START, NULL, 0);
        fact.number = (day * 86400 + 3661) * 1000000000;
        g_autofree char *got = print_fact(&fact, &one, false);
        if (!strstr(got, expected))
            g_error("%s is not in %s", expected, got);
    }
    g_assert_cmpuint(checked, ==, 3784);
}

static void test_indexes(void)
{
    MsFact fact = text_fact(MS_FIELD_SMTP_RCPT_TO, "a", 1);
    fact.message = 0;
    fact.item = 1;
    check_fact(&fact, false,
               "{\"key\":\"smtp.rcpt_to\",\"value\":\"a\",\"message\":1,\"recipient\":2,"
               "\"ranges\":[]}");
    fact.field = MS_FIELD_SMTP_COMMAND;
    fact.message = -1;
    check_fact(&fact, false,
               "{\"key\":\"smtp.command\",\"value\":\"a\",\"exchange\":2,\"ranges\":[]}");
    fact.field = MS_FIELD_AUTH_USERNAME;
    check_fact(&fact, false,
               "{\"key\":\"auth.username\",\"value\":\"a\",\"attempt\":2,\"ranges\":[]}");
}

static void test_evidence(void)
{
    const MsRange ranges[] = {
        {.frame = 7, .offset = 66, .length = 9},
        {.frame = UINT32_MAX, .offset = UINT32_MAX, .length = UINT32_MAX, .file = 1}};
    MsFact fact = text_fact(MS_FIELD_AUTH_USERNAME, "a", 1);
    fact.direction = MS_TO_CLIENT;
    fact.time_ns = 1500000000;
    fact.ranges = ranges;
    fact.n_ranges = 2;
    fact.ranges_omitted = 3;
    check_fact(&fact, false,
               "{\"key\":\"auth.username\",\"value\":\"a\",\"from\":\"server\","
               "\"time\":\"1970-01-01T00:00:01.500000000Z\",\"ranges\":[[7,66,9],"
               "[4294967295,4294967295,4294967295]],\"ranges_omitted\":3}");
    g_autofree char *joined = print_fact(&fact, &two, false);
    g_assert_nonnull(strstr(joined, "\"files\":[\"a.pcap\",\"dir/\\\"b\\\".pcap\"],\"session\":5"));
    g_assert_nonnull(strstr(joined, "[[7,66,9,1],[4294967295,4294967295,4294967295,2]]"));
}

static void test_oddity(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = ms_record_new(0, &limits);
    const MsRange range = {.frame = 3, .offset = 54, .length = 1};
    ms_record_add_oddity(record, &(MsOddity){.kind = MS_ODDITY_GAP,
                                             .message = 1,
                                             .length = 1460,
                                             .detail = "1460 bytes",
                                             .detail_length = 10,
                                             .ranges = &range,
                                             .n_ranges = 1});
    ms_record_add_oddity(record, &(MsOddity){.kind = MS_ODDITY_ONE_SIDED, .message = -1});
    MsBuffer out = {0};
    ms_json_session(&out, record, &one, NULL);
    ms_buffer_byte(&out, 0);
    g_assert_cmpstr((char *)out.data, ==,
                    "{\"schema\":1,\"file\":\"a.pcap\",\"session\":1,\"facts\":[],\"oddities\":["
                    "{\"oddity\":\"gap\",\"detail\":\"1460 bytes\",\"message\":2,\"length\":1460,"
                    "\"from\":\"client\",\"time\":\"1970-01-01T00:00:00.000000000Z\","
                    "\"ranges\":[[3,54,1]]},"
                    "{\"oddity\":\"one-sided\",\"detail\":\"\",\"ranges\":[]}]}\n");
    ms_buffer_clear(&out);
}

static void test_redacted(void)
{
    MsFact fact = text_fact(MS_FIELD_AUTH_PASSWORD, "p\xffw", 3);
    check_fact(&fact, true, "{\"key\":\"auth.password\",\"value\":\"********\",\"ranges\":[]}");
    fact = text_fact(MS_FIELD_SMTP_COMMAND, "AUTH PLAIN \xff\xfe", 13);
    check_fact(&fact, true,
               "{\"key\":\"smtp.command\",\"value\":\"AUTH PLAIN ********\",\"ranges\":[]}");
    fact = text_fact(MS_FIELD_SMTP_REPLY, "\xff", 1);
    check_fact(&fact, true,
               "{\"key\":\"smtp.reply\",\"value\":\"\xef\xbf\xbd\",\"hex\":\"ff\",\"ranges\":[]}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/values", test_values);
    g_test_add_func("/json/times", test_times);
    g_test_add_func("/json/calendar", test_calendar);
    g_test_add_func("/json/indexes", test_indexes);
    g_test_add_func("/json/evidence", test_evidence);
    g_test_add_func("/json/oddity", test_oddity);
    g_test_add_func("/json/redacted", test_redacted);
    return g_test_run();
}
