/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-compare.c - envelopes beside headers: what is noticed, and what is not said. */
#include "session/compare.h"

#include <glib.h>

#include <string.h>

static void see(MsCompare *compare, MsFieldId field, int32_t message, int32_t item,
                const char *text, uint32_t frame)
{
    const MsRange range = {.frame = frame, .offset = 60, .length = (uint32_t)strlen(text)};
    const MsFact fact = {.field = (uint16_t)field,
                         .message = message,
                         .item = item,
                         .text = text,
                         .text_length = (uint32_t)strlen(text),
                         .ranges = &range,
                         .n_ranges = 1};
    ms_compare_see(compare, &fact);
}

static void on_fact(const MsFact *fact, void *user_data)
{
    GString *out = user_data;
    g_string_append_printf(out, "%s=%.*s", ms_field((MsFieldId)fact->field)->key,
                           (int)fact->text_length, fact->text);
    for (uint32_t i = 0; i < fact->n_ranges; i++)
        g_string_append_printf(out, " %u", fact->ranges[i].frame);
    g_string_append_c(out, '|');
}

static void test_rows(void)
{
    static const struct {
        const char *mail_from, *rcpt, *refused, *from, *to, *cc;
        bool whole;
        const char *wanted;
    } rows[] = {
        {"a@x.org", "b@y.org", NULL, "A@X.org", "B@y.ORG", NULL, true, ""},
        {"a@x.org", "b@y.org", NULL, "a@x.org", NULL, "b@y.org", true, ""},
        {"a@x.org", "b@y.org", NULL, "a@x.org", "c@y.org", "d@y.org", true,
         "message.blind=b@y.org 2 5 6|"},
        {"a@x.org", "b@y.org", NULL, "a@x.org", NULL, NULL, true, "message.blind=b@y.org 2|"},
        {"a@x.org", "b@y.org", NULL, "a@x.org", "c@y.org", NULL, false, ""},
        {"a@x.org", "b@y.org", "c@z.org", "a@x.org", "b@y.org", NULL, true, ""},
        {"a@x.org", "b@y.org", NULL, "a@bank.org", "b@y.org", NULL, true,
         "message.envelope_differs=x.org in MAIL FROM, bank.org in From 1 4|"},
        {"a@lists.x.org", "b@y.org", NULL, "a@x.org", "b@y.org", NULL, true, ""},
        {"a@x.org", "b@y.org", NULL, "a@mail.x.org", "b@y.org", NULL, true, ""},
        {"a@evilx.org", "b@y.org", NULL, "a@x.org", "b@y.org", NULL, false,
         "message.envelope_differs=evilx.org in MAIL FROM, x.org in From 1 4|"},
        {"", "b@y.org", NULL, "a@x.org", "b@y.org", NULL, true, ""},
        {"a@", "b@y.org", NULL, "a@x.org", "b@y.org", NULL, true, ""},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsCompare *compare = ms_compare_new();
        see(compare, MS_FIELD_SMTP_MAIL_FROM, 0, -1, rows[i].mail_from, 1);
        see(compare, MS_FIELD_SMTP_RCPT_TO, 0, 0, rows[i].rcpt, 2);
        if (rows[i].refused) {
            see(compare, MS_FIELD_SMTP_RCPT_TO, 0, 1, rows[i].refused, 3);
            see(compare, MS_FIELD_SMTP_RCPT_OUTCOME, 0, 1, "rejected", 3);
        }
        see(compare, MS_FIELD_SMTP_MAIL_FROM, 1, -1, "next@other.org", 9);
        see(compare, MS_FIELD_MESSAGE_FROM_ADDRESS, 0, -1, rows[i].from, 4);
        if (rows[i].to)
            see(compare, MS_FIELD_MESSAGE_TO_ADDRESS, 0, -1, rows[i].to, 5);
        if (rows[i].cc)
            see(compare, MS_FIELD_MESSAGE_CC_ADDRESS, 0, -1, rows[i].cc, 6);
        g_autoptr(GString) out = g_string_new("");
        ms_compare_mail(compare, 0, rows[i].whole, 16, on_fact, out);
        g_assert_cmpstr(out->str, ==, rows[i].wanted);
        see(compare, MS_FIELD_MESSAGE_FROM_ADDRESS, 1, -1, "a@x.org", 10);
        g_string_truncate(out, 0);
        ms_compare_mail(compare, 1, true, 16, on_fact, out);
        g_assert_cmpstr(out->str, ==,
                        "message.envelope_differs=other.org in MAIL FROM, x.org in From 9 10|");
        ms_compare_free(compare);
    }
    g_assert_cmpuint(checked, ==, 12);
}

/* Beyond its room it says nothing of that mail, and goes on with the next one. */
static void test_many(void)
{
    MsCompare *compare = ms_compare_new();
    for (int32_t i = 0; i < 6000; i++)
        see(compare, MS_FIELD_SMTP_RCPT_TO, 0, i, "b@y.org", 2);
    g_autoptr(GString) out = g_string_new("");
    ms_compare_mail(compare, 0, true, 16, on_fact, out);
    g_assert_cmpstr(out->str, ==, "");
    see(compare, MS_FIELD_SMTP_RCPT_TO, 1, 0, "b@y.org", 2);
    ms_compare_mail(compare, 1, true, 16, on_fact, out);
    g_assert_cmpstr(out->str, ==, "message.blind=b@y.org 2|");
    ms_compare_free(compare);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compare/rows", test_rows);
    g_test_add_func("/compare/many", test_many);
    return g_test_run();
}
