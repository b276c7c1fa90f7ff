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
        MsTlsHello read;
        g_assert_true(ms_tls_hello_read(hello, sizeof hello, &read));
        g_assert_cmpuint(read.end, ==, sizeof hello);
        g_assert_cmpstr(read.version, ==, rows[i].version);
        ms_tls_hello_clear(&read);
    }
    g_assert_cmpuint(checked, ==, 6);
}

static void test_cut(void)
{
    uint8_t hello[59];
    make_hello(hello, "\x00\x2b\x00\x03\x02\x03\x04");
    for (size_t length = 0; length < sizeof hello; length++) {
        g_autofree uint8_t *cut = g_memdup2(hello, length + 1); /* one more: never of no size */
        MsTlsHello read;
        g_assert_false(ms_tls_hello_read(cut, length, &read));
        g_assert_cmpstr(read.version, ==, NULL);
        ms_tls_hello_clear(&read);
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
    /* A record that is no hello. */
    MsTlsHello read;
    g_assert_true(ms_tls_hello_read((const uint8_t *)"\x17\x03\x03\x00\x05\x01", 6, &read));
    g_assert_cmpint(read.kind, ==, MS_TLS_NO_HELLO);
    ms_tls_hello_clear(&read);
    g_assert_true(ms_tls_hello_read((const uint8_t *)"\x16\x03\x03\x00\x05\x0b", 6, &read));
    g_assert_cmpint(read.kind, ==, MS_TLS_NO_HELLO);
    ms_tls_hello_clear(&read);
}

/* A ClientHello with a server name and two protocols, cut into records of `step` bytes. */
static void test_names(void)
{
    static const char extensions[] = "\x0a\x0a\x00\x01\x00"                 /* GREASE */
                                     "\x00\x00\x00\x13\x00\x11\x00\x00\x0e" /* one name */
                                     "mx.example.org"
                                     "\x00\x10\x00\x0b\x00\x09\x04imap\x03x/1" /* two */
                                     "\x00\x2b\x00\x05\x04\x03\x04\x03\x03";
    static const char head[] = "\x03\x03"
                               "0123456789abcdef0123456789abcdef"
                               "\x00\x00\x02\x13\x01\x01\x00\x00";
    size_t checked = 0;
    for (size_t step = 2; step < 120; step++, checked++) {
        GByteArray *message = g_byte_array_new();
        uint8_t length = (uint8_t)(sizeof head - 1 + 1 + sizeof extensions - 1);
        const uint8_t start[4] = {1, 0, 0, length};
        const uint8_t size = sizeof extensions - 1;
        g_byte_array_append(message, start, 4);
        g_byte_array_append(message, (const uint8_t *)head, sizeof head - 1);
        g_byte_array_append(message, &size, 1);
        g_byte_array_append(message, (const uint8_t *)extensions, sizeof extensions - 1);
        GByteArray *wire = g_byte_array_new();
        for (size_t at = 0; at < message->len; at += step) {
            uint8_t count = (uint8_t)MIN(step, message->len - at);
            const uint8_t record[MS_TLS_HEADER] = {22, 3, 1, 0, count};
            g_byte_array_append(wire, record, sizeof record);
            g_byte_array_append(wire, message->data + at, count);
        }
        MsTlsHello read;
        bool enough = ms_tls_hello_read(wire->data, wire->len, &read);
        g_assert_true(enough);
        if (message->len / step < MS_TLS_RUNS - 2) {
            g_assert_cmpint(read.kind, ==, MS_TLS_CLIENT_HELLO);
            g_assert_cmpstr(read.version, ==, "TLS 1.3");
            g_assert_cmpuint(read.name.length, ==, 14);
            g_assert_true(memcmp(read.text.data + read.name.offset, "mx.example.org", 14) == 0);
            g_assert_cmpuint(read.n_alpn, ==, 2);
            g_assert_cmpuint(read.alpn[0].length, ==, 4);
            g_assert_true(memcmp(read.text.data + read.alpn[0].offset, "imap", 4) == 0);
            g_assert_cmpuint(read.end, ==, wire->len);
        }
        ms_tls_hello_clear(&read);
        for (guint cut = 0; cut < wire->len; cut++) { /* none of them tells more than is there */
            g_autofree uint8_t *part = g_memdup2(wire->data, cut + 1);
            ms_tls_hello_read(part, cut, &read);
            g_assert_cmpuint(read.end, <=, cut);
            ms_tls_hello_clear(&read);
        }
        g_byte_array_free(message, TRUE);
        g_byte_array_free(wire, TRUE);
    }
    g_assert_cmpuint(checked, ==, 118);
}

/* RFC 8446 4.1.3: the version chosen stands in an extension, the protocol may too. */
static void test_server(void)
{
    static const char hello[] = "\x16\x03\x03\x00\x3b\x02\x00\x00\x37\x03\x03"
                                "0123456789abcdef0123456789abcdef"
                                "\x00\x13\x01\x00\x00\x0f"
                                "\x00\x2b\x00\x02\x03\x04\x00\x10\x00\x05\x00\x03\x02h2";
    MsTlsHello read;
    g_assert_true(ms_tls_hello_read((const uint8_t *)hello, sizeof hello - 1, &read));
    g_assert_cmpint(read.kind, ==, MS_TLS_SERVER_HELLO);
    g_assert_cmpstr(read.version, ==, "TLS 1.3");
    g_assert_cmpuint(read.n_alpn, ==, 1);
    ms_tls_hello_clear(&read);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tls/versions", test_versions);
    g_test_add_func("/tls/cut", test_cut);
    g_test_add_func("/tls/records", test_records);
    g_test_add_func("/tls/names", test_names);
    g_test_add_func("/tls/server", test_server);
    return g_test_run();
}
