/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-others.c - frames of a message's sender that are not of the message. */
#include "message/others.h"

#include <glib.h>

static void use(MsOthers *others, uint32_t frame)
{
    const MsRange range = {.frame = frame, .length = 1};
    ms_others_use(others, &range);
}

static void test_use(void)
{
    MsOthers others = {0};
    ms_others_see(&others, 4, 10);
    g_assert_false(others.known);
    g_assert_cmpuint(others.count, ==, 0);
    ms_others_begin(&others, 5);
    for (uint64_t frame = 6; frame < 16; frame++)
        ms_others_see(&others, frame, 10);
    static const uint32_t used[] = {5, 9, 6, 9, 15, 8, 12, 20};
    for (size_t i = 0; i < G_N_ELEMENTS(used); i++)
        use(&others, used[i]);
    static const uint64_t left[] = {7, 10, 11, 13, 14};
    g_assert_true(others.known);
    g_assert_cmpuint(others.count, ==, G_N_ELEMENTS(left));
    for (size_t i = 0; i < G_N_ELEMENTS(left); i++)
        g_assert_cmpuint(others.key[i], ==, left[i]);
    ms_others_clear(&others);
}

static void test_not_known(void)
{
    MsOthers early = {0};
    ms_others_begin(&early, 5);
    ms_others_see(&early, 6, 10);
    use(&early, 4);
    g_assert_false(early.known);
    MsOthers full = {0};
    ms_others_begin(&full, 5);
    for (uint64_t frame = 6; frame < 9; frame++)
        ms_others_see(&full, frame, 3);
    g_assert_true(full.known);
    ms_others_see(&full, 8, 3);
    g_assert_true(full.known);
    ms_others_see(&full, 9, 3);
    g_assert_false(full.known);
    g_assert_null(full.key);
    ms_others_clear(&full);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/others/use", test_use);
    g_test_add_func("/others/not-known", test_not_known);
    return g_test_run();
}
