/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-buffer.c - growing, dropping, numbers and formatted text. */
#include "base/buffer.h"

#include <glib.h>

static void check(const MsBuffer *buffer, const char *wanted)
{
    g_assert_cmpuint(buffer->length, ==, strlen(wanted));
    g_assert_true(buffer->length == 0 || memcmp(buffer->data, wanted, buffer->length) == 0);
    g_assert_cmpuint(buffer->allocated, >=, buffer->length);
}

static void test_growth(void)
{
    MsBuffer buffer = {0};
    ms_buffer_append(&buffer, NULL, 0);
    g_assert_null(buffer.data);
    for (unsigned i = 0; i < 100000; i++)
        ms_buffer_byte(&buffer, (uint8_t)(i % 251));
    g_assert_cmpuint(buffer.length, ==, 100000);
    for (unsigned i = 0; i < 100000; i++)
        g_assert_cmpuint(buffer.data[i], ==, i % 251);
    size_t length = buffer.length;
    ms_buffer_reserve(&buffer, 1000000);
    g_assert_cmpuint(buffer.length, ==, length);
    g_assert_cmpuint(buffer.allocated, >=, length + 1000000);
    const uint8_t *data = buffer.data;
    ms_buffer_reserve(&buffer, 1000000);
    g_assert_true(buffer.data == data);
    ms_buffer_clear(&buffer);
    g_assert_null(buffer.data);
    ms_buffer_text(&buffer, "again");
    check(&buffer, "again");
    ms_buffer_clear(&buffer);
    ms_buffer_clear(&buffer);
}

static void test_numbers(void)
{
    static const uint64_t rows[] = {0, 1, 9, 10, 99, 100, 25, 42, INT32_MAX, INT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsBuffer buffer = {0};
        ms_buffer_uint(&buffer, rows[i]);
        g_autofree char *wanted = g_strdup_printf("%" G_GUINT64_FORMAT, rows[i]);
        check(&buffer, wanted);
        ms_buffer_clear(&buffer);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 11);
}

static void test_printf(void)
{
    MsBuffer buffer = {0};
    ms_buffer_printf(&buffer, "%s", "");
    check(&buffer, "");
    ms_buffer_printf(&buffer, "%d-%s", 7, "x");
    check(&buffer, "7-x");
    g_autofree char *longer = g_strnfill(1000, 'y');
    buffer.length = 0;
    ms_buffer_printf(&buffer, "%s", longer);
    check(&buffer, longer);
    ms_buffer_clear(&buffer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/buffer/growth", test_growth);
    g_test_add_func("/buffer/numbers", test_numbers);
    g_test_add_func("/buffer/printf", test_printf);
    return g_test_run();
}
