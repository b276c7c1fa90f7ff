/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-imap-utf7.c - names of mailboxes: RFC 3501's own example, and every way to be wrong. */
#include "dialogue/imap_utf7.h"

#include <glib.h>

static void test_rows(void)
{
    static const struct {
        const char *name;
        const char *text; /* NULL: nothing to decode, or not to be decoded */
    } rows[] = {
        {"~peter/mail/&U,BTFw-/&ZeVnLIqe-",
         "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"},
        {"Gel&APY-schte Objekte", "Gel\xc3\xb6schte Objekte"},
        {"Tom &- Jerry", "Tom & Jerry"},
        {"&2D3eAA-", "\xf0\x9f\x98\x80"}, /* two units for one character */
        {"&AOQA9g-", "\xc3\xa4\xc3\xb6"},
        {"INBOX", NULL},
        {"", NULL},
        {"Tom & Jerry", NULL},
        {"&AOQ", NULL},          /* does not end */
        {"&AOR-", NULL},         /* bits left over are not zero */
        {"&AOQA-", NULL},        /* a letter too many */
        {"&2D0-", NULL},         /* half a character */
        {"&3gA-", NULL},         /* the second half alone */
        {"&AO/-", NULL},         /* base64 has `,` here */
        {"&AAA-", NULL},         /* no NUL in a name */
        {"gr\xc3\xbcn&-", NULL}, /* octets that must not stand there */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsBuffer out = {0};
        bool decoded = ms_imap_utf7((const uint8_t *)rows[i].name, strlen(rows[i].name), &out);
        g_assert_true(decoded == (rows[i].text != NULL));
        if (decoded) {
            g_assert_cmpuint(out.length, ==, strlen(rows[i].text));
            g_assert_true(memcmp(out.data, rows[i].text, out.length) == 0);
        }
        ms_buffer_clear(&out);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 16);
}

/* No bytes at all, and a name beyond the limit. */
static void test_size(void)
{
    MsBuffer out = {0};
    g_autofree char *name = g_strnfill(1025, 'x');
    name[0] = '&';
    name[1] = '-';
    g_assert_false(ms_imap_utf7(NULL, 0, &out));
    g_assert_true(ms_imap_utf7((const uint8_t *)name, 1024, &out));
    g_assert_false(ms_imap_utf7((const uint8_t *)name, 1025, &out));
    ms_buffer_clear(&out);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap-utf7/rows", test_rows);
    g_test_add_func("/imap-utf7/size", test_size);
    return g_test_run();
}
