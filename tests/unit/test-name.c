/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-name.c - names that strangers chose, and what becomes of them. */
#include "extract/name.h"

#include <string.h>

#define TEXT(text) text, sizeof(text) - 1

typedef struct {
    const char *text;
    size_t length;
    const char *name;
} Row;

static const Row rows[] = {
    {TEXT("report.pdf"), "report.pdf"},
    {TEXT("zo\xc3\xab.txt"), "zo\xc3\xab.txt"},
    {TEXT("zoe\xcc\x88.txt"), "zo\xc3\xab.txt"}, /* NFC */
    {TEXT("\xe6\x96\x87\xe4\xbb\xb6.txt"), "\xe6\x96\x87\xe4\xbb\xb6.txt"},
    {TEXT(""), "unnamed"},
    {TEXT("."), "unnamed"},
    {TEXT(".."), "unnamed"},
    {TEXT("   "), "unnamed"},
    {TEXT("/"), "unnamed"},
    {TEXT("../../etc/passwd"), "passwd"},
    {TEXT("/etc/passwd"), "passwd"},
    {TEXT("..\\..\\boot.ini"), "boot.ini"},
    {TEXT("C:\\Windows\\system.ini"), "system.ini"},
    {TEXT("C:autoexec.bat"), "C_autoexec.bat"},
    {TEXT("a/.."), "unnamed"},
    {TEXT("file.txt:stream"), "file.txt_stream"},
    {TEXT(".bashrc"), "_bashrc"},
    {TEXT("-rf"), "_rf"},
    {TEXT("~root"), "_root"},
    {TEXT("a\0b.txt"), "a_b.txt"},
    {TEXT("a\r\nb.txt"), "a__b.txt"},
    {TEXT("a\x1b[2Jb"), "a_[2Jb"},
    {TEXT("a\x7f"), "a_"},
    {TEXT("a\xc2\x85z"), "a_z"},                 /* C1 */
    {TEXT("a\xff\xfez"), "a__z"},                /* not UTF-8 */
    {TEXT("a\xc3"), "a_"},                       /* cut */
    {TEXT("a\xc0\xafz"), "a__z"},                /* a slash, too long */
    {TEXT("a\xed\xa0\x80z"), "a___z"},           /* half of a pair */
    {TEXT("a\xe2\x80\xaegpj.exe"), "a_gpj.exe"}, /* right-to-left override */
    {TEXT("a\xe2\x81\xa6z"), "a_z"},             /* isolate */
    {TEXT("a\xe2\x80\x8fz"), "a_z"},             /* right-to-left mark */
    {TEXT("a\xd8\x9cz"), "a_z"},                 /* Arabic letter mark */
    {TEXT("a\xe2\x80\x8bz"), "a_z"},             /* zero width space */
    {TEXT("a\xef\xbb\xbfz"), "a_z"},             /* byte order mark */
    {TEXT("a\xc2\xadz"), "a_z"},                 /* soft hyphen */
    {TEXT("a\xe2\x80\xa8z"), "a_z"},             /* line separator */
    {TEXT("a\xef\xb8\x8fz"), "a_z"},             /* variation selector */
    {TEXT("a\xe3\x85\xa4z"), "a_z"},             /* Hangul filler */
    {TEXT("a\xf3\xa0\x81\x81z"), "a_z"},         /* tag */
    {TEXT("a\xee\x80\x80z"), "a_z"},             /* private use */
    {TEXT("a\xc2\xa0z"), "a z"},                 /* a blank that is none */
    {TEXT("a\xe3\x80\x80z"), "a z"},
    {TEXT("what?<>|*\".txt"), "what______.txt"},
    {TEXT("  a.txt"), "a.txt"},
    {TEXT("a.txt. . "), "a.txt"},
    {TEXT("a.txt..."), "a.txt"},
    {TEXT("CON"), "_CON"},
    {TEXT("con.txt"), "_con.txt"},
    {TEXT("Nul .tar.gz"), "_Nul .tar.gz"},
    {TEXT("aux."), "_aux"},
    {TEXT("prn"), "_prn"},
    {TEXT("COM1"), "_COM1"},
    {TEXT("com0.log"), "_com0.log"},
    {TEXT("LPT9.x"), "_LPT9.x"},
    {TEXT("COM\xc2\xb9"), "_COM\xc2\xb9"},
    {TEXT("conout$"), "_conout$"},
    {TEXT("COM10"), "COM10"},
    {TEXT("console"), "console"},
    {TEXT("a$(id)`id`;b"), "a$(id)`id`;b"}, /* a shell that does not quote is not ours */
    {TEXT("0123456789012345678901234567890123456789.txt"), "0123456789012345678901234567.txt"},
    {TEXT("01234567890123456789012345678901234567890.notanextension"),
     "01234567890123456.notanextension"},
    {TEXT("xzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xab"),
     "xzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo\xc3\xabzo"},
};

enum { MOST = 33 }; /* bytes */

static void test_rows(void)
{
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsBuffer out = {0};
        ms_name_safe(&out, rows[i].text, rows[i].length, MOST);
        g_autofree char *name = g_strndup((const char *)out.data, out.length);
        g_assert_cmpstr(name, ==, rows[i].name);
        g_assert_cmpuint(out.length, <=, MOST);
        ms_buffer_clear(&out);
    }
    g_assert_cmpuint(checked, ==, 62);
}

/* Whatever bytes there are: no slash, no control character, UTF-8, not empty, not too long. */
static void test_random(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (unsigned i = 0; i < 20000; i++) {
        char text[64];
        size_t length = (size_t)g_rand_int_range(rand, 0, sizeof text);
        for (size_t k = 0; k < length; k++)
            text[k] = (char)g_rand_int_range(rand, 0, i % 2 ? 256 : 64);
        MsBuffer out = {0};
        ms_name_safe(&out, text, length, MOST);
        g_assert_cmpuint(out.length, >, 0);
        g_assert_cmpuint(out.length, <=, MOST);
        g_assert_true(g_utf8_validate((const char *)out.data, (gssize)out.length, NULL));
        for (size_t k = 0; k < out.length; k++)
            g_assert_true(out.data[k] >= ' ' && out.data[k] != '/' && out.data[k] != 0x7f);
        g_assert_true(out.data[0] != '.' && out.data[0] != '-' && out.data[0] != ' ');
        g_assert_true(out.data[out.length - 1] != '.' && out.data[out.length - 1] != ' ');
        ms_buffer_clear(&out);
    }
}

static void test_clashes(void)
{
    static const char *const clashes[][2] = {
        {"a.txt", "a.txt"},
        {"A.TXT", "A-2.TXT"},
        {"a.txt", "a-3.txt"},
        {"a-2.txt", "a-2-2.txt"},
        {"STRASSE", "STRASSE"},
        {"stra\xc3\x9f"
         "e",
         "stra\xc3\x9f"
         "e-2"},
        {"\xef\xac\x81le", "\xef\xac\x81le"}, /* a ligature */
        {"file", "file-2"},
        {"0123456789abcdef", "0123456789abcdef"},
        {"0123456789ABCDEF", "0123456789ABCD-2"},
        {"0123456789a.txt", "0123456789a.txt"},
        {"0123456789a.TXT", "0123456789-2.TXT"},
    };
    g_autoptr(MsNames) names = ms_names_new();
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(clashes); i++, checked++) {
        g_autofree char *name = ms_names_take(names, clashes[i][0], 16);
        g_assert_cmpstr(name, ==, clashes[i][1]);
    }
    g_assert_cmpuint(checked, ==, 12);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/name/rows", test_rows);
    g_test_add_func("/name/random", test_random);
    g_test_add_func("/name/clashes", test_clashes);
    return g_test_run();
}
