/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-limits.c - the table of caps: unique names, values and words, defaults, look-up. */
#include "base/limits.h"

#include <glib.h>

#include <string.h>

static void test_table(void)
{
    MsLimits limits;
    memset(&limits, 0, sizeof limits);
    ms_limits_default(&limits);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (int i = 0; i < MS_N_LIMITS; i++) {
        const MsLimitInfo *info = ms_limit_info((MsLimitId)i);
        g_assert_true(g_hash_table_add(names, (gpointer)(guintptr)info->name));
        g_assert_cmpuint(strlen(info->name), >, 0);
        for (const char *letter = info->name; *letter; letter++)
            g_assert_true(g_ascii_islower(*letter) || *letter == '-');
        g_assert_cmpuint(info->value, >, 0);
        g_assert_cmpuint(limits.value[i], ==, info->value);
        g_assert_cmpuint(strlen(info->unit), >, 0);
        g_assert_cmpuint(strlen(info->meaning), >, 10);
        g_assert_false(g_str_has_suffix(info->meaning, "."));
        MsLimitId id = MS_N_LIMITS;
        g_assert_true(ms_limit_find(info->name, &id));
        g_assert_cmpint(id, ==, i);
    }
    g_assert_cmpuint(g_hash_table_size(names), ==, MS_N_LIMITS);
    g_assert_cmpuint(ms_limit_info(MS_LIMIT_FACT_RANGES)->value, >=, 2);
    g_assert_cmpuint(ms_limit_info(MS_LIMIT_MESSAGE_HEAD)->value, <=,
                     ms_limit_info(MS_LIMIT_MESSAGE_MEMORY)->value);
}

static void test_find(void)
{
    MsLimitId id = MS_N_LIMITS;
    g_assert_false(ms_limit_find("no-such-limit", &id));
    g_assert_false(ms_limit_find("", &id));
    g_assert_false(ms_limit_find("line-byte", &id));
    g_assert_cmpint(id, ==, MS_N_LIMITS);
    g_assert_true(ms_limit_find("line-bytes", &id));
    g_assert_cmpint(id, ==, MS_LIMIT_LINE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/limits/table", test_table);
    g_test_add_func("/limits/find", test_find);
    return g_test_run();
}
