/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-order.c - sessions come out in the order of their numbers while what waits fits. */
#include "run/order.h"

#include <glib.h>

#include <string.h>
#include <unistd.h>

static void add(MsOrder *order, uint32_t number)
{
    ms_buffer_printf(ms_order_begin(order, number), "<%u>", (unsigned)number);
    g_assert_true(ms_order_done(order));
}

/* Pushes the numbers of `arrivals` and returns what was written. */
static char *run(const char *arrivals, uint64_t wait)
{
    g_autoptr(MsOutput) output = ms_output_new_spool(1 << 20);
    g_autoptr(MsOrder) order = ms_order_new(output, wait);
    g_auto(GStrv) words = g_strsplit(arrivals, " ", -1);
    for (size_t i = 0; words[i]; i++)
        add(order, (uint32_t)g_ascii_strtoull(words[i], NULL, 10));
    g_assert_true(ms_order_end(order));
    const MsBuffer *buffer = ms_output_buffer(output);
    return g_strndup((const char *)buffer->data, buffer->length);
}

static void test_order(void)
{
    static const struct {
        const char *arrivals;
        uint64_t wait; /* bytes; each session has 3 */
        const char *expected;
    } rows[] = {
        {"0 1 2", 0, "<0><1><2>"},
        {"0 1 2", 100, "<0><1><2>"},
        {"2 1 0", 100, "<0><1><2>"},
        {"3 1 0 2 5 4", 100, "<0><1><2><3><4><5>"},
        {"2 1 0", 5, "<1><2><0>"},
        {"2 1 0", 0, "<2><1><0>"},
        {"3 5 1 0 2 4", 3, "<3><1><0><2><4><5>"},
        {"7 3", 100, "<3><7>"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autofree char *got = run(rows[i].arrivals, rows[i].wait);
        g_assert_cmpstr(got, ==, rows[i].expected);
    }
    g_assert_cmpuint(checked, ==, 8);
}

/* Thousands of sessions, ended in blocks that are turned around. */
static void test_many(void)
{
    g_autoptr(MsOutput) output = ms_output_new_spool(1 << 20);
    g_autoptr(MsOrder) order = ms_order_new(output, 1 << 20);
    GString *expected = g_string_new(NULL);
    for (uint32_t block = 0; block < 40; block++) {
        for (uint32_t i = 100; i > 0; i--)
            add(order, block * 100 + i - 1);
    }
    for (unsigned i = 0; i < 4000; i++)
        g_string_append_printf(expected, "<%u>", i);
    g_assert_true(ms_order_end(order));
    const MsBuffer *buffer = ms_output_buffer(output);
    g_assert_cmpuint(buffer->length, ==, expected->len);
    g_assert_true(memcmp(buffer->data, expected->str, expected->len) == 0);
    g_string_free(expected, TRUE);
}

/* A spool that goes to its file in the middle gives back the same bytes. */
static void test_spool(void)
{
    static const size_t memory[] = {0, 10, 1000, 1 << 20};
    for (size_t i = 0; i < G_N_ELEMENTS(memory); i++) {
        g_autoptr(MsOutput) spool = ms_output_new_spool(memory[i]);
        g_autoptr(MsOutput) whole = ms_output_new_spool(1 << 20);
        GString *expected = g_string_new(NULL);
        for (unsigned n = 0; n < 2000; n++) {
            ms_buffer_printf(ms_output_buffer(spool), "%u,", n);
            g_assert_true(ms_output_done(spool));
            g_string_append_printf(expected, "%u,", n);
        }
        g_assert_true(ms_output_copy(whole, spool));
        const MsBuffer *got = ms_output_buffer(whole);
        g_assert_cmpuint(got->length, ==, expected->len);
        g_assert_true(memcmp(got->data, expected->str, expected->len) == 0);
        g_string_free(expected, TRUE);
    }
}

static void test_write_error(void)
{
    int fd[2];
    g_assert_cmpint(pipe(fd), ==, 0);
    close(fd[1]);
    g_autoptr(MsOutput) broken = ms_output_new(fd[0], true); /* open for reading only */
    ms_buffer_text(ms_output_buffer(broken), "x");
    g_assert_false(ms_output_done(broken));
    g_assert_cmpint(ms_output_error(broken), !=, 0);
    g_assert_false(ms_output_flush(broken));
    close(fd[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/order/order", test_order);
    g_test_add_func("/order/many", test_many);
    g_test_add_func("/order/spool", test_spool);
    g_test_add_func("/order/write-error", test_write_error);
    return g_test_run();
}
