/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-codec.c - strict base64: RFC 4648's own examples, every way to be wrong, both ways round. */
#include "base/codec.h"

#include <glib.h>

static void test_rows(void)
{
    static const struct {
        const char *text;
        MsBase64Result result;
        const char *octets;
        size_t bad_at;
    } rows[] = {
        {"", MS_BASE64_OK, "", 0},
        {"Zg==", MS_BASE64_OK, "f", 4},
        {"Zm8=", MS_BASE64_OK, "fo", 4},
        {"Zm9v", MS_BASE64_OK, "foo", 4},
        {"Zm9vYg==", MS_BASE64_OK, "foob", 8},
        {"Zm9vYmE=", MS_BASE64_OK, "fooba", 8},
        {"Zm9vYmFy", MS_BASE64_OK, "foobar", 8},
        {"+/+/", MS_BASE64_OK, "\xfb\xff\xbf", 4},
        {"Zg", MS_BASE64_BAD_PADDING, "f", 2},
        {"Zg=", MS_BASE64_BAD_PADDING, "f", 3},
        {"Zg===", MS_BASE64_BAD_PADDING, "f", 5},
        {"Zm9v=", MS_BASE64_BAD_PADDING, "foo", 5},
        {"=", MS_BASE64_BAD_PADDING, "", 1},
        {"====", MS_BASE64_BAD_PADDING, "", 4},
        {"Zm9vY", MS_BASE64_BAD_LENGTH, "foo", 5},
        {"Z", MS_BASE64_BAD_LENGTH, "", 1},
        {"Z===", MS_BASE64_BAD_LENGTH, "", 4},
        {"Zh==", MS_BASE64_BAD_BITS, "f", 4},
        {"Zm9=", MS_BASE64_BAD_BITS, "fo", 4},
        {"Zm9v Zg==", MS_BASE64_BAD_CHARACTER, "foo", 4},
        {"Zm9v\r", MS_BASE64_BAD_CHARACTER, "foo", 4},
        {"Zg==Zg==", MS_BASE64_BAD_CHARACTER, "f", 4},
        {"Zm-_", MS_BASE64_BAD_CHARACTER, "f", 2},
        {"*", MS_BASE64_BAD_CHARACTER, "", 0},
        {"\xc3\xa4", MS_BASE64_BAD_CHARACTER, "", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsBuffer out = {0};
        size_t bad_at = SIZE_MAX;
        const uint8_t *text = (const uint8_t *)rows[i].text;
        MsBase64Result result = ms_base64_decode(text, strlen(rows[i].text), &out, &bad_at);
        g_assert_cmpint(result, ==, rows[i].result);
        g_assert_cmpuint(out.length, ==, strlen(rows[i].octets));
        g_assert_true(out.length == 0 || memcmp(out.data, rows[i].octets, out.length) == 0);
        g_assert_cmpuint(bad_at, ==, rows[i].bad_at);
        g_assert_true((ms_base64_error(result) == NULL) == (result == MS_BASE64_OK));
        ms_buffer_clear(&out);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 25);
}

static void test_both_ways(void)
{
    uint8_t octets[300];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 167 + 13);
    for (size_t length = 0; length <= sizeof octets; length++) {
        MsBuffer text = {0}, again = {0};
        ms_base64_encode(octets, length, &text);
        g_autofree char *wanted = g_base64_encode(octets, length);
        g_assert_cmpuint(text.length, ==, strlen(wanted));
        g_assert_true(text.length == 0 || memcmp(text.data, wanted, text.length) == 0);
        g_assert_cmpint(ms_base64_decode(text.data, text.length, &again, NULL), ==, MS_BASE64_OK);
        g_assert_cmpuint(again.length, ==, length);
        g_assert_true(length == 0 || memcmp(again.data, octets, length) == 0);
        ms_buffer_clear(&text);
        ms_buffer_clear(&again);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/codec/rows", test_rows);
    g_test_add_func("/codec/both-ways", test_both_ways);
    return g_test_run();
}
