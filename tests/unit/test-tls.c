/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-tls.c - records and ClientHellos, whole and cut anywhere. */
#include "dialogue/tls.h"

#include <glib.h>

#include <string.h>

/* A ClientHello of 59 bytes with version 1.2 in its head and `extension` of 7 bytes behind. */
static void make_hello(uint8_t *hello, const char *extension)
{
    static const char head[] = "\x16\x03\x01\x00\x36\x01\x00\x00\x32\x03\x03"
                               "0123456789abcdef0123456789abcdef"
                               "\x00\x00\x02\x13\x01\x01\x00\x00\x07";
    memcpy(hello, head, sizeof head - 1);
    memcpy(hello + sizeof head - 1, extension, 7);
    g_assert_cmpuint(sizeof head - 1 + 7, ==, 59);
}

typedef struct {
    const char *extension;
    const char *version;
} Row;

static const Row rows[] = {
    {"\x00\x2b\x00\x03\x02\x03\x04", "TLS 1.3"},
    {"\x00\x2b\x00\x03\x02\x03\x02", "TLS 1.2"}, /* the head's is higher */
    {"\x00\x2b\x00\x03\x02\x7f\x7f", "TLS 1.2"}, /* GREASE names no version */
    {"\x00\x2b\x00\x03\xff\x03\x04", "TLS 1.3"}, /* longer than it can be */
    {"\x00\x2b\xff\xff\x02\x03\x04", "TLS 1.3"},
    {"\x00\x10\x00\x03\x02\x03\x04", "TLS 1.2"}, /* another extension */
};

static void test_versions(void)
{
    size_t checked = 0;
    uint8_t hello[59];
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        make_hello(hello, rows[i].extension);
        g_assert_cmpuint(ms_tls_hello_length(hello, sizeof hello), ==, 59);
        g_assert_cmpstr(ms_tls_hello_version(hello, sizeof hello), ==, rows[i].version);
    }
    g_assert_cmpuint(checked, ==, 6);
}

static void test_cut(void)
{
    uint8_t hello[59];
    make_hello(hello, "\x00\x2b\x00\x03\x02\x03\x04");
    for (size_t length = 0; length < sizeof hello; length++) {
        g_autofree uint8_t *cut = g_memdup2(hello, length + 1); /* one more: never of no size */
        const char *version = ms_tls_hello_version(cut, length);
        g_assert_cmpstr(version, ==, length < 11 ? NULL : "TLS 1.2");
        g_assert_cmpint(ms_tls_is_record(cut, length, 3), ==, length >= 3);
    }
}

static void test_records(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        bool record;
    } table[] = {
        {"\x16\x03\x01\x00\x05", 5, true},
        {"\x17\x03\x03\x40\x00", 5, true},
        {"\x17\x03\x03\x50\x00", 5, false},
        {"\x13\x03\x03\x00\x05", 5, false},
        {"\x16\x02\x00\x00\x05", 5, false},
        {"\x16\x03\x09\x00\x05", 5, false},
        {"220 h", 5, false},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++, checked++)
        g_assert_cmpint(ms_tls_is_record((const uint8_t *)table[i].bytes, table[i].length, 3), ==,
                        table[i].record);
    g_assert_cmpuint(checked, ==, 7);
    /* A record that is no ClientHello. */
    g_assert_cmpuint(ms_tls_hello_length((const uint8_t *)"\x17\x03\x03\x00\x05\x01", 6), ==, 0);
    g_assert_cmpuint(ms_tls_hello_length((const uint8_t *)"\x16\x03\x03\x00\x05\x02", 6), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tls/versions", test_versions);
    g_test_add_func("/tls/cut", test_cut);
    g_test_add_func("/tls/records", test_records);
    return g_test_run();
}
