/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tests of record.c: what is added is copied, found again, capped, and said to be capped. */
#include "record.h"

#include <string.h>

static MsFact fact_of(MsFieldId field, int32_t message, int32_t item, const char *text,
                      const MsRange *range)
{
    return (MsFact){.field = (uint16_t)field,
                    .message = message,
                    .item = item,
                    .text = text,
                    .text_length = (uint32_t)strlen(text),
                    .time_ns = 7,
                    .ranges = range,
                    .n_ranges = range ? 1 : 0};
}

static bool same(const char *text, size_t length, const char *wanted, size_t wanted_length)
{
    return length == wanted_length && memcmp(text, wanted, length) == 0;
}

static void test_copies(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = ms_record_new(3, &limits);
    g_assert_cmpuint(ms_record_number(record), ==, 3);
    for (uint32_t i = 0; i < 2000; i++) {
        char text[32];
        g_snprintf(text, sizeof text, "text %u", i);
        MsRange range = {.frame = i + 1, .offset = 54, .length = 1};
        MsFact fact =
            fact_of(MS_FIELD_SMTP_RCPT_TO, (int32_t)i / 10, (int32_t)i % 10, text, &range);
        ms_record_add_fact(record, &fact);
        MsLine line = {.kind = MS_LINE_COMMAND,
                       .text = text,
                       .text_length = 6,
                       .note = text,
                       .note_length = (uint32_t)strlen(text),
                       .ranges = &range,
                       .n_ranges = 1};
        ms_record_add_line(record, &line);
        memset(text, 'x', sizeof text);
        range.frame = 0;
    }
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    g_assert_cmpuint(count, ==, 2000);
    const MsLine *lines = ms_record_lines(record, &count);
    g_assert_cmpuint(count, ==, 2000);
    for (uint32_t i = 0; i < 2000; i++) {
        g_autofree char *text = g_strdup_printf("text %u", i);
        g_assert_true(same(facts[i].text, facts[i].text_length, text, strlen(text)));
        g_assert_cmpuint(facts[i].ranges[0].frame, ==, i + 1);
        g_assert_cmpuint(facts[i].ranges[0].offset, ==, 54);
        g_assert_true(same(lines[i].text, lines[i].text_length, text, 6));
        g_assert_true(same(lines[i].note, lines[i].note_length, text, strlen(text)));
        g_assert_cmpuint(lines[i].ranges[0].frame, ==, i + 1);
        g_assert_cmpuint((uintptr_t)facts[i].ranges % _Alignof(MsRange), ==, 0);
    }
    const MsFact *found = ms_record_find(record, MS_FIELD_SMTP_RCPT_TO, 17, 4);
    g_assert_true(same(found->text, found->text_length, "text 174", 8));
    g_assert_true(ms_record_find(record, MS_FIELD_SMTP_RCPT_TO, -1, -1) == &facts[0]);
    g_assert_null(ms_record_find(record, MS_FIELD_SMTP_RCPT_TO, 500, -1));
    g_assert_null(ms_record_find(record, MS_FIELD_AUTH_USERNAME, -1, -1));
    ms_record_oddities(record, &count);
    g_assert_cmpuint(count, ==, 0);
}

/* An empty record costs little: there may be many. */
static void test_small(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = ms_record_new(0, &limits);
    g_assert_cmpuint(ms_record_bytes(record), <=, 200);
    MsFact fact = fact_of(MS_FIELD_SESSION_CLIENT, -1, -1, "192.0.2.1", NULL);
    ms_record_add_fact(record, &fact);
    g_assert_cmpuint(ms_record_bytes(record), <=, 2000);
}

static void test_caps(void)
{
    static const MsLimitId caps[] = {MS_LIMIT_SESSION_FACTS, MS_LIMIT_SESSION_LINES,
                                     MS_LIMIT_SESSION_TEXT};
    for (size_t way = 0; way < G_N_ELEMENTS(caps); way++) {
        MsLimits limits;
        ms_limits_default(&limits);
        limits.value[caps[way]] = 100;
        g_autoptr(MsRecord) record = ms_record_new(0, &limits);
        MsFact fact = fact_of(MS_FIELD_SMTP_COMMAND, -1, 0, "0123456789", NULL);
        MsLine line = {.text = "0123456789", .text_length = 10, .note = ""};
        for (unsigned i = 0; i < 150; i++) {
            if (caps[way] != MS_LIMIT_SESSION_LINES)
                ms_record_add_fact(record, &fact);
            else
                ms_record_add_line(record, &line);
        }
        size_t count;
        size_t kept = caps[way] == MS_LIMIT_SESSION_TEXT ? 10 : 100;
        if (caps[way] == MS_LIMIT_SESSION_LINES)
            ms_record_lines(record, &count);
        else
            ms_record_facts(record, &count);
        g_assert_cmpuint(count, ==, kept);
        const MsOddity *oddities = ms_record_oddities(record, &count);
        g_assert_cmpuint(count, ==, 1);
        g_assert_cmpint(oddities[0].kind, ==, MS_ODDITY_LIMIT);
        g_assert_cmpuint(oddities[0].length, ==, 150 - kept);
        g_autofree char *detail = g_strndup(oddities[0].detail, oddities[0].detail_length);
        g_assert_true(g_str_has_prefix(detail, ms_limit_info(caps[way])->name));
        /* What there is once in a session is never left out. */
        MsFact end = fact_of(MS_FIELD_SESSION_END, -1, -1, "quit", NULL);
        ms_record_add_fact(record, &end);
        g_assert_nonnull(ms_record_find(record, MS_FIELD_SESSION_END, -1, -1));
    }
}

static void test_messages(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = ms_record_new(0, &limits);
    for (int32_t i = 0; i < 5; i++) {
        g_autoptr(MsMessage) message =
            ms_message_new(i, MS_TO_SERVER, &limits, MS_KEEP_NONE, false, NULL, NULL);
        ms_message_end(message, false);
        ms_record_add_message(record, message);
    }
    size_t count;
    MsMessage *const *messages = ms_record_messages(record, &count);
    g_assert_cmpuint(count, ==, 5);
    for (int32_t i = 0; i < 5; i++)
        g_assert_cmpint(ms_message_number(messages[i]), ==, i);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/record/copies", test_copies);
    g_test_add_func("/record/small", test_small);
    g_test_add_func("/record/caps", test_caps);
    g_test_add_func("/record/messages", test_messages);
    return g_test_run();
}
