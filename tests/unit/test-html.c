/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-html.c - captured bytes on the report's page are text, whatever they are; and the pen's text
 * as elements. */
#include "front/pen.h"
#include "report/html.h"

#include <glib.h>

#include <stdlib.h>

static char *taken(MsBuffer *out)
{
    char *text = g_strndup(out->length > 0 ? (const char *)out->data : "", out->length);
    ms_buffer_clear(out);
    return text;
}

static void test_text(void)
{
    static const struct {
        const char *bytes;
        size_t length; /* 0: up to NUL */
        const char *line, *block;
    } rows[] = {
        {"plain", 0, "plain", "plain"},
        {"<b a=\"1\" b='2'>&amp;", 0, "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;",
         "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;"},
        {"a\r\nb\n", 0, "a<i class=\"x\">\\r\\n</i>b<i class=\"x\">\\n</i>", "a\nb\n"},
        {"a\rb\tc", 0, "a<i class=\"x\">\\r</i>b<i class=\"x\">\\t</i>c",
         "a<i class=\"x\">\\r</i>b\tc"},
        {"\x1b[1m\x7f", 0, "<i class=\"x\">\\x1b</i>[1m<i class=\"x\">\\x7f</i>",
         "<i class=\"x\">\\x1b</i>[1m<i class=\"x\">\\x7f</i>"},
        {"a\0<", 3, "a<i class=\"x\">\\x00</i>&lt;", "a<i class=\"x\">\\x00</i>&lt;"},
        {"\xc3\xa4\xe2\x98\x82", 0, "\xc3\xa4\xe2\x98\x82", "\xc3\xa4\xe2\x98\x82"},
        {"\xe2\x80\xaegpj", 0, "<i class=\"x\">\\xe2\\x80\\xae</i>gpj",
         "<i class=\"x\">\\xe2\\x80\\xae</i>gpj"},
        {"\xff\xc3", 0, "<i class=\"x\">\\xff\\xc3</i>", "<i class=\"x\">\\xff\\xc3</i>"},
        {"C:\\x41", 0, "C:\\x41", "C:\\x41"}, /* the marks tell it from a byte written out */
        {"", 0, "", ""},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t length = rows[i].length > 0 ? rows[i].length : strlen(rows[i].bytes);
        MsBuffer out = {0};
        ms_html_line(&out, (const uint8_t *)rows[i].bytes, length);
        g_autofree char *line = taken(&out);
        ms_html_block(&out, (const uint8_t *)rows[i].bytes, length);
        g_autofree char *block = taken(&out);
        g_assert_cmpstr(line, ==, rows[i].line);
        g_assert_cmpstr(block, ==, rows[i].block);
        checked++;
    }
    g_assert_cmpuint(checked, ==, 11);
}

/* Random bytes never give markup beside our own mark, nor anything that cannot be seen. */
static void test_random(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (unsigned round = 0; round < 3000; round++) {
        uint8_t bytes[64];
        size_t length = (size_t)g_rand_int_range(rand, 0, sizeof bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)(g_rand_boolean(rand)
                                     ? "<>&\"'\\\r\n\t\xe2\x80\xae"[g_rand_int_range(rand, 0, 12)]
                                     : g_rand_int_range(rand, 0, 256));
        MsBuffer out = {0};
        if (round % 2)
            ms_html_line(&out, bytes, length);
        else
            ms_html_block(&out, bytes, length);
        g_autofree char *text = taken(&out);
        g_auto(GStrv) parts = g_strsplit(text, "<i class=\"x\">", -1);
        g_autofree char *opened = g_strjoinv("", parts);
        g_auto(GStrv) rest = g_strsplit(opened, "</i>", -1);
        g_autofree char *bare = g_strjoinv("", rest);
        g_assert_null(strpbrk(bare, "<>\"'"));
        g_assert_true(g_utf8_validate(bare, -1, NULL));
        for (const char *at = bare; *at; at++)
            g_assert_true((uint8_t)*at >= 0x20 || (round % 2 == 0 && (*at == '\n' || *at == '\t')));
    }
}

static void test_count(void)
{
    static const struct {
        uint64_t count;
        const char *text;
    } rows[] = {{0, "0 bytes"},
                {1, "1 byte"},
                {999, "999 bytes"},
                {1000, "1,000 bytes"},
                {123456, "123,456 bytes"},
                {1234567, "1,234,567 bytes"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsBuffer out = {0};
        ms_html_count(&out, rows[i].count, "byte");
        g_autofree char *text = taken(&out);
        g_assert_cmpstr(text, ==, rows[i].text);
    }
}

static MsPage make_page(MsBuffer *out, const MsLimits *limits, const MsRedactor *redactor)
{
    static const MsOrigins origins = {.n_files = 1};
    static const MsStyle style;
    return (MsPage){
        .out = out, .origins = &origins, .style = &style, .limits = limits, .redactor = redactor};
}

static void test_label(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsRedactor) redactor = ms_redactor_new(&limits);
    ms_redactor_learn_secret(redactor, (const uint8_t *)"wonderland", 10);
    MsBuffer out = {0};
    MsPage page = make_page(&out, &limits, redactor);
    ms_page_label(&page, "a<wonderland>b", 14, 4); /* masked before it is cut */
    g_autofree char *cut = taken(&out);
    g_assert_cmpstr(cut, ==, "a&lt;**\xe2\x80\xa6");
    ms_page_label(&page, "\xc3\xa4\xc3\xb6\xc3\xbc", 6, 3);
    g_autofree char *whole = taken(&out);
    g_assert_cmpstr(whole, ==, "\xc3\xa4\xc3\xb6\xc3\xbc");
    ms_page_captured(&page, "my wonderland", 13);
    g_autofree char *masked = taken(&out);
    g_assert_cmpstr(masked, ==, "my " MS_MASK);
    ms_page_clear(&page);
}

static void test_fact(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_REPORT_LINE] = 4;
    MsBuffer out = {0};
    MsPage page = make_page(&out, &limits, NULL);
    const MsFact fact = {.field = MS_FIELD_MESSAGE_SUBJECT, .text = "<b>lunch", .text_length = 8};
    ms_page_fact(&page, &fact);
    ms_page_fact(&page, NULL);
    g_autofree char *text = taken(&out);
    g_assert_cmpstr(text, ==, "&lt;b&gt;l \xe2\x80\xa6 4 more bytes");
    ms_page_clear(&page);
}

static void test_filter(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    MsBuffer out = {0};
    MsPage page = make_page(&out, &limits, NULL);
    const MsRange ranges[] = {{.frame = 4, .offset = 66, .length = 2},
                              {.frame = 5, .offset = 66, .length = 2},
                              {.frame = 9, .offset = 66, .length = 2}};
    ms_page_filter(&page, ranges, 3, 0);
    ms_page_filter(&page, NULL, 0, 0);
    g_autofree char *text = taken(&out);
    g_assert_cmpstr(text, ==, "<code class=\"filter\">frame.number in {4..5, 9}</code>");
    ms_page_clear(&page);
}

/* Rows, evidence, filter, mail and sentence of an answer become elements. */
static void test_pen(void)
{
    static const MsOrigins origins = {.n_files = 1};
    const MsStyle style = {.color = true, .marks = true, .width = 10000};
    MsBuffer text = {0};
    MsPen pen;
    ms_pen_init(&pen, &text, &origins, &style, NULL);
    ms_pen_ink(&pen, MS_INK_TITLE);
    ms_pen_say(&pen, "1  Who <is> it?");
    ms_pen_newline(&pen);
    ms_pen_go(&pen, 3);
    ms_pen_say(&pen, "Client");
    ms_buffer_byte(&text, '\037');
    pen.indent = 15;
    ms_pen_go(&pen, 15);
    ms_pen_ink(&pen, MS_INK_VALUE);
    ms_pen_captured(&pen, "<i>\x1b[2m\x1f\\x41\\", 13);
    ms_pen_ink(&pen, MS_INK_PLAIN);
    const MsRange range = {.frame = 4, .offset = 66, .length = 2};
    ms_pen_cite(&pen, &range, 1, 0, 1000, 0);
    ms_pen_newline(&pen);
    ms_buffer_text(&text, "   | one\n   | two\n   The session ends.\n   Filter: ");
    ms_pen_ink(&pen, MS_INK_NOTE);
    ms_pen_say(&pen, "frame.number == 4");
    ms_pen_newline(&pen);
    MsBuffer out = {0};
    ms_html_pen(&out, text.data, text.length, "h4");
    g_autofree char *page = taken(&out);
    g_assert_cmpstr(page, ==,
                    "<h4>1  Who &lt;is&gt; it?</h4>\n"
                    "<dl class=\"rows\">\n<dt>Client</dt><dd><span class=\"b\">&lt;i&gt;<i "
                    "class=\"x\">\\x1b</i>[2m<i "
                    "class=\"x\">\\x1f</i>\\x41\\"
                    "</span>  <span class=\"at\">frame 4, bytes 66-67, +0.000001 s</span></dd>\n"
                    "</dl>\n<pre class=\"mail\">one\ntwo</pre>\n"
                    "<p>The session ends.</p>\n"
                    "<p class=\"filters\"><span class=\"d\">Filter: </span><code "
                    "class=\"filter\">frame.number == 4</code></p>\n");
    ms_pen_clear(&pen);
    ms_buffer_clear(&text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html/text", test_text);
    g_test_add_func("/html/random", test_random);
    g_test_add_func("/html/count", test_count);
    g_test_add_func("/html/label", test_label);
    g_test_add_func("/html/fact", test_fact);
    g_test_add_func("/html/filter", test_filter);
    g_test_add_func("/html/pen", test_pen);
    return g_test_run();
}
