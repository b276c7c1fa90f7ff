/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-index.c - facts are found by field, message and item, whatever order they came in. */
#include "front/index.h"
#include "recordmaker.h"

#include <glib.h>

static void test_lookup(void)
{
    MsLimits limits;
    g_autoptr(MsRecord) record = rm_new(&limits);
    for (int32_t mail = 4; mail >= 0; mail--) {
        for (int32_t item = 0; item < 3; item++) {
            g_autofree char *text = g_strdup_printf("r%d.%d", mail, item);
            rm_text(record, MS_FIELD_SMTP_RCPT_TO, MS_TO_SERVER, mail, item, 9, text);
        }
    }
    rm_text(record, MS_FIELD_SMTP_EXTENSION, MS_TO_CLIENT, -1, -1, 5, "PIPELINING");
    rm_text(record, MS_FIELD_SMTP_EXTENSION, MS_TO_CLIENT, -1, -1, 5, "8BITMIME");
    g_autoptr(MsIndex) index = ms_index_new(record);
    size_t checked = 0;
    for (int32_t mail = 0; mail < 5; mail++) {
        for (int32_t item = 0; item < 3; item++, checked++) {
            g_autofree char *text = g_strdup_printf("r%d.%d", mail, item);
            g_assert_true(
                ms_fact_is(ms_index_first(index, MS_FIELD_SMTP_RCPT_TO, mail, item), text));
        }
    }
    g_assert_cmpuint(checked, ==, 15);
    g_assert_null(ms_index_first(index, MS_FIELD_SMTP_RCPT_TO, 5, 0));
    g_assert_null(ms_index_first(index, MS_FIELD_SMTP_RCPT_TO, 0, -1));
    size_t count;
    const MsFact *const *all = ms_index_all(index, MS_FIELD_SMTP_EXTENSION, -1, -1, &count);
    g_assert_cmpuint(count, ==, 2);
    g_assert_true(ms_fact_is(all[0], "PIPELINING"));
    g_assert_true(ms_fact_is(all[1], "8BITMIME"));
    ms_index_field(index, MS_FIELD_SMTP_RCPT_TO, &count);
    g_assert_cmpuint(count, ==, 15);
    ms_index_field(index, MS_FIELD_AUTH_TOKEN, &count);
    g_assert_cmpuint(count, ==, 0);
    g_assert_false(ms_fact_is(NULL, ""));
}

static void test_empty(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRecord) record = ms_record_new(0, &limits);
    g_autoptr(MsIndex) index = ms_index_new(record);
    g_assert_null(ms_index_first(index, MS_FIELD_AUTH_AUTHZID, -1, -1));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/index/lookup", test_lookup);
    g_test_add_func("/index/empty", test_empty);
    return g_test_run();
}
