/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-plain.c - HTML as its words: what is kept, what is left out, and markup that ends nowhere.
 */
#include "report/plain.h"

#include <glib.h>

static const struct {
    const char *html, *words;
} rows[] = {
    {"", ""},
    {"Hello", "Hello"},
    {"  a \r\n\t b  ", "a b"},
    {"<p>One</p><p>Two</p>", "One\n\nTwo\n\n"},
    {"a<br>b<br><br>c", "a\nb\n\nc"},
    {"<ul><li>a<li>b</ul>", "\xe2\x80\xa2 a\n\xe2\x80\xa2 b\n\n"},
    {"<table><tr><td>a</td><td>b</td></tr></table>", "a b\n\n"},
    {"x<script>alert(1)</script>y", "xy"},
    {"x<STYLE>p{}</style >y", "xy"},
    {"<title>t</title>y", "y"},
    {"x<script>never ends", "x"},
    {"a<!-- <b> -->c", "ac"},
    {"a<!-- no end", "a"},
    {"<img src=x onerror=alert(1)>", "[picture]"},
    {"<a title=\"1 > 0\" href='javascript:x'>link</a>", "link [javascript:x]"},
    {"<a href=#top>up</a> <A HREF=\"http://x.example/?a=1&amp;b=2\">log in</A>.",
     "up log in [http://x.example/?a=1&b=2]."},
    {"<a href=x>one<a href=y>two</a>three</a>", "one [x]two [y]three"},
    {"<a title='href=no' href=yes>t</a>", "t [yes]"},
    {"<img src=x alt='The logo &lt;'>", "[picture: The logo <]"},
    {"<img src=x alt=\"\">", "[picture]"},
    {"a<div style='color:red; DISPLAY : none'>b<div>c</div>d</div>e", "a\ne"},
    {"a<p style=\"display:none\">never ends", "a\n\nnever ends"},
    {"<br style=display:none>a", "a"},
    {"<a title=\"open>text", "text"},
    {"a < b and c > d", "a < b and c > d"},
    {"a <b", "a <b"},
    {"&lt;script&gt; &amp;amp; &quot;", "<script> &amp; \""},
    {"&#228;&#xe4;&#x1F600;", "\xc3\xa4\xc3\xa4\xf0\x9f\x98\x80"},
    {"&auml;&Yacute;&yuml;&iexcl;&copy;&bdquo;&auml",
     "\xc3\xa4\xc3\x9d\xc3\xbf\xc2\xa1\xc2\xa9\xe2\x80\x9e&auml"},
    {"&#0;&#xd800;&#9999999;&#;&unknown;&", "&#0;&#xd800;&#9999999;&#;&unknown;&"},
    {"\xff<b>\xfe</b>", "\xff\xfe"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsBuffer out = {0};
        ms_plain_from_html(&out, (const uint8_t *)rows[i].html, strlen(rows[i].html));
        g_autofree char *text = g_strndup(out.length > 0 ? (char *)out.data : "", out.length);
        g_assert_cmpstr(text, ==, rows[i].words);
        ms_buffer_clear(&out);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 31);
}

/* What is given ends anywhere: nothing is read behind it, and the result stays small. */
static void test_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t length = strlen(rows[i].html);
        for (size_t cut = 0; cut <= length; cut++) {
            g_autofree uint8_t *copy = g_memdup2(rows[i].html, MAX(cut, 1));
            MsBuffer out = {0};
            ms_plain_from_html(&out, copy, cut);
            g_assert_cmpuint(out.length, <=, 2 * cut);
            ms_buffer_clear(&out);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plain/rows", test_rows);
    g_test_add_func("/plain/cut", test_cut);
    return g_test_run();
}
