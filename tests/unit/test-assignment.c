/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-assignment.c - the reader of assignments: what it takes, and every refusal with its line. */
#include "grade/assignment.h"

#include <glib.h>

#include <string.h>

#define HEAD "[assignment]\ntitle = T\n"
#define ONE "[question a]\nfact = smtp.helo\nexpect = x\n"

static void test_whole(void)
{
    static const char text[] =
        "\xef\xbb\xbf# a comment\r\n[assignment]\r\ntitle = Lab 1\r\npoints = 20\r\n"
        "[require own]\nfact = smtp.helo\nmatch = regex\nexpect = ^{id}(\\.|$)\n"
        "[question code]\nbank = subject\nexpect = a \\| b\npoints = 2.5\n"
        "[question set]\nfact = smtp.rcpt_to\nmatch = set\nexpect = a | b\nneeds = code\n"
        "near = 0.5 base64 | 0.25 header code\nmessage = 2\nsession = any\ncase = yes\n"
        "[question odd]\noddity = bare-newline\nmatch = absent\nhint = CRLF\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(MsAssignment) assignment = ms_assignment_new("x", text, sizeof text - 1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(assignment->asked->len, ==, 4);
    g_assert_cmpfloat(assignment->points, ==, 20);
    g_assert_cmpfloat(ms_assignment_sum(assignment), ==, 4.5);
    const MsAsked *code = ms_assignment_find(assignment, "code");
    g_assert_cmpstr(code->expect[0], ==, "a | b");
    g_assert_null(code->expect[1]);
    g_assert_cmpstr(code->title, ==, "What is the subject?");
    const MsAsked *set = ms_assignment_find(assignment, "set");
    g_assert_cmpuint(g_strv_length(set->expect), ==, 2);
    g_assert_cmpuint(set->near->len, ==, 2);
    g_assert_cmpint(set->message, ==, 2);
    g_assert_cmpint(set->session, ==, 0);
    g_assert_true(set->letter_case);
    g_assert_true(ms_assignment_find(assignment, "own")->required);
    g_assert_cmpint(ms_assignment_find(assignment, "odd")->oddity, ==, MS_ODDITY_BARE_LF);
}

static void test_refusals(void)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"", "x:1: [assignment] is missing"},
        {"title = T\n", "x:1: [assignment] comes first"},
        {"[question a]\n", "x:1: [assignment] comes first"},
        {"[assignment]\n", "x:2: [assignment] has no title"},
        {"[assignment\n", "x:1: ']' is missing"},
        {HEAD "[assignment]\n", "x:3: a second [assignment]"},
        {HEAD "[qestion a]\n", "x:3: unknown section 'qestion'; is 'question' meant?"},
        {HEAD "[question]\n", "x:3: [question ID]: the id is missing"},
        {HEAD "[question A]\n", "x:3: an id has 1 to 64 small letters, digits, '-', '_' and '.'"},
        {HEAD ONE "[question a]\n", "x:6: 'a' is also in line 3"},
        {HEAD "nonsense\n", "x:3: neither [section] nor key = value"},
        {HEAD "title = U\n", "x:3: 'title' is also in line 2"},
        {HEAD "titel = U\n", "x:3: unknown key 'titel'; is 'title' meant?"},
        {HEAD "points =\n", "x:3: 'points' has no value"},
        {HEAD "points = -1\n", "x:3: not a number from 0 to 1e+06: '-1'"},
        {HEAD "points = 1e9\n", "x:3: not a number from 0 to 1e+06: '1e9'"},
        {HEAD "kind = both\n", "x:3: captures, answers or own, not 'both'"},
        {HEAD "title\xff = x\n", "x:3: not UTF-8, or a NUL in it"},
        {HEAD "[question a]\nfact = smtp.hello\n",
         "x:4: unknown fact 'smtp.hello'; is 'smtp.helo' meant?"},
        {HEAD "[question a]\nfact = nonsuch\n", "x:4: unknown fact 'nonsuch'"},
        {HEAD "[question a]\nfact = smtp.helo= x\n",
         "x:4: one fact, and in its condition '_' for a blank: 'smtp.helo= x'"},
        {HEAD "[question a]\nbank = subjet\n",
         "x:4: unknown question of the bank 'subjet'; is 'subject' meant?"},
        {HEAD "[question a]\nbank = complete\n",
         "x:4: 'complete' is answered in words; ask for a fact in its place"},
        {HEAD "[question a]\nfact = smtp.helo\nbank = subject\n",
         "x:5: fact and bank exclude each other"},
        {HEAD "[question a]\noddity = gapp\n", "x:4: unknown oddity 'gapp'; is 'gap' meant?"},
        {HEAD "[question a]\nmatch = exakt\n", "x:4: unknown match 'exakt'; is 'exact' meant?"},
        {HEAD "[question a]\nsession = 0\n", "x:4: counting begins at 1"},
        {HEAD "[question a]\nsession = -1\n", "x:4: a number from 1 on, or any: '-1'"},
        {HEAD "[question a]\ncase = maybe\n", "x:4: yes or no, not 'maybe'"},
        {
            HEAD "[question a]\nnear = base64\n",
            "x:4: worth, kind and what the kind names: 'base64'",
        },
        {HEAD "[question a]\nnear = 2 base64\n", "x:4: not a number from 0 to 1: '2'"},
        {HEAD "[question a]\nnear = 0.5 base46\n",
         "x:4: unknown near miss 'base46'; is 'base64' meant?"},
        {HEAD "[question a]\nnear = 0.5 base64 a\n", "x:4: base64 names no other question"},
        {HEAD "[question a]\nnear = 0.5 header\n", "x:4: 'header' needs the other question"},
        {HEAD "[question a]\nneeds = b | | c\n", "x:4: an empty value in the list 'b | | c'"},
        {HEAD "[require a]\npoints = 1\n", "x:4: [require] has no points"},
        {HEAD "[question a]\nexpect = x\n", "x:3: 'a': fact, bank, oddity or check is missing"},
        {HEAD "[question a]\nfact = smtp.helo\n", "x:3: 'a': expect is missing"},
        {HEAD "[question a]\nfact = smtp.helo\nmatch = absent\nexpect = x\n",
         "x:3: 'a': absent expects no value"},
        {HEAD ONE "tolerance = 1\n", "x:3: 'a': a tolerance goes with match = number"},
        {HEAD "[question a]\nfact = smtp.helo\nexpect = x | y\n",
         "x:3: 'a': exact expects one value; any-of and set take several, and '\\|' is the "
         "character itself"},
        {HEAD "[question a]\nfact = smtp.helo\nmatch = set\nexpect = x ||\n",
         "x:3: 'a': an empty value in expect"},
        {HEAD "[question a]\nfact = smtp.helo\nmatch = number\nexpect = many\n",
         "x:3: 'a': expect is no number: 'many'"},
        {HEAD "[question a]\nfact = session.start\nmatch = between\nexpect = now | then\n",
         "x:3: 'a': between needs two times, the earlier one first: 2026-11-01T00:00:00Z | "
         "2026-11-30T23:59:59Z"},
        {HEAD "[question a]\nfact = session.start\nmatch = between\n"
              "expect = 2026-11-01T00:00:00Z | 9999-11-30T23:59:59Z\n",
         "x:3: 'a': between needs two times, the earlier one first: 2026-11-01T00:00:00Z | "
         "2026-11-30T23:59:59Z"},
        {HEAD "[question a]\nfact = smtp.helo\nmatch = between\nexpect = x\n",
         "x:3: 'a': between needs a time"},
        {HEAD "[question a]\nfact = smtp.helo\noddity = gap\n",
         "x:3: 'a': fact, oddity and check exclude each other"},
        {HEAD "[question a]\noddity = gap\nexpect = x\n",
         "x:3: 'a': an oddity is matched by present, absent or count"},
        {HEAD "kind = answers\n[require a]\nexpect = x\n",
         "x:4: 'a': kind = answers has no capture to look at"},
        {HEAD ONE "near = 0.5 swapped b\n",
         "x:3: 'a': near names no question with expected values: 'b'"},
        {HEAD "[question a]\ncheck = quitt\n", "x:4: unknown check 'quitt'; is 'quit' meant?"},
        {HEAD "[question a]\ncheck = quit\nexpect = 221\n",
         "x:3: 'a': a check has no match, expect, near or message"},
        {HEAD "[question a]\ncheck = quit\noddity = gap\n",
         "x:3: 'a': fact, oddity and check exclude each other"},
        {HEAD "kind = answers\n[question a]\ncheck = quit\n",
         "x:4: 'a': kind = answers has no capture to look at"},
        {HEAD ONE "frames = 4\n", "x:3: 'a': frames goes with one value, of answers"},
        {HEAD ONE "frames = four\n", "x:6: frames are numbers: 4, 6-9; not 'four'"},
        {HEAD ONE "near = 0.5 off\n", "x:3: 'a': off goes with numbers"},
        {HEAD ONE "near = 0.5 zone\n", "x:3: 'a': zone goes with times"},
        {HEAD ONE "near = 0.5 off 0\n", "x:6: off goes with a number from 1 to 1000"},
        {HEAD ONE "near = 0.5 relative\n", "x:6: 'relative' needs the other question"},
        {HEAD ONE "near = 0.5 frame\n", "x:3: 'a': frame goes with the key frames"},
        {HEAD ONE "near = 0.5 elsewhere\n",
         "x:3: 'a': elsewhere goes with session or message, of captures"},
        {HEAD "[question a]\noddity = gap\nmatch = absent\nnear = 0.5 case\n",
         "x:3: 'a': case needs an expected value to be near to"},
        {HEAD ONE "needs = a\n", "x:3: 'a' needs 'a', which is no question above it"},
        {HEAD ONE "points = 0\n", "x:7: no question has points"},
    };
    unsigned count = 0;
    for (; count < G_N_ELEMENTS(rows); count++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ms_assignment_new("x", rows[count].text, strlen(rows[count].text), &error));
        g_assert_nonnull(error);
        g_assert_cmpstr(error->message, ==, rows[count].error);
    }
    g_assert_cmpuint(count, ==, 65);
    g_autoptr(GError) error = NULL;
    static const char regex[] = HEAD "[question a]\nfact = smtp.helo\nmatch = regex\nexpect = (\n";
    g_assert_null(ms_assignment_new("x", regex, sizeof regex - 1, &error));
    g_assert_true(g_str_has_prefix(error->message, "x:3: 'a': "));
}

static void test_quote(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_assert_true(ms_assignment_quote(out, "a|b\\", 4));
    g_assert_cmpstr(out->str, ==, "a\\|b\\\\");
    g_assert_false(ms_assignment_quote(out, "a\nb", 3));
    g_assert_false(ms_assignment_quote(out, " a", 2));
    g_assert_false(ms_assignment_quote(out, "", 0));
    g_assert_false(ms_assignment_quote(out, "\xff", 1));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/assignment/whole", test_whole);
    g_test_add_func("/assignment/refusals", test_refusals);
    g_test_add_func("/assignment/quote", test_quote);
    return g_test_run();
}
