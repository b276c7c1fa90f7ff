/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-match.c - answers against what is expected: normalisation, parts, near misses; answer files.
 */
#include "grade/answers.h"
#include "grade/match.h"

#include <glib.h>

#include <string.h>

static const char text[] = "[assignment]\ntitle = T\nkind = answers\n"
                           "[question server]\nexpect = 192.0.2.2\n"
                           "[question client]\nexpect = 192.0.2.1\nnear = 0.25 swapped server\n"
                           "[question user]\nexpect = alice\nnear = 0.5 base64\n"
                           "[question rcpt]\nmatch = set\nexpect = a@x | b@x | c@x | d@x\n"
                           "[question frames]\nmatch = set\nexpect = 4 | 5 | 6 | 9\n"
                           "[question time]\nmatch = number\nexpect = 2.5\ntolerance = 0.1\n"
                           "[question soft]\nmatch = regex\nexpect = post(fix|gres)\n"
                           "[question tls]\nmatch = absent\n"
                           "[question case]\nexpect = TGV2\ncase = yes\n"
                           "[question code]\nmatch = any-of\nexpect = 250 | 221\n"
                           "[question own]\nexpect = {id}.example\n"
                           "[question many]\nmatch = count\nexpect = 3\n"
                           "[question bytes]\nmatch = number\nexpect = 1234\n"
                           "[question start]\nmatch = number\ntolerance = 1\n"
                           "expect = 2026-03-02T08:00:01.500000Z\n"
                           "[question helo]\nmatch = regex\nexpect = ^laptop$\n"
                           "[question titles]\nmatch = set\nexpect = Good day | See you\n"
                           "[question seen]\nmatch = set\nexpect = bob | ann | eve\n"
                           "near = 0.5 base64\n";

static void test_answers(void)
{
    static const struct {
        const char *id, *answer;
        MsVerdictKind kind;
        double worth;
    } rows[] = {
        {"client", " <192.0.2.1> ", MS_VERDICT_RIGHT, 1},
        {"client", "\"192.0.2.1\"", MS_VERDICT_RIGHT, 1},
        {"client", "192.0.2.2", MS_VERDICT_NEAR, 0.25},
        {"client", "192.0.2.3", MS_VERDICT_WRONG, 0},
        {"client", "  ", MS_VERDICT_MISSING, 0},
        {"client", NULL, MS_VERDICT_MISSING, 0},
        {"user", "ALICE", MS_VERDICT_RIGHT, 1},
        {"user", "YWxpY2U=", MS_VERDICT_NEAR, 0.5},
        {"user", "YQ==", MS_VERDICT_WRONG, 0},
        {"rcpt", "d@x; c@x, b@x,a@x", MS_VERDICT_RIGHT, 1},
        {"rcpt", "[a@x, b@x, c@x]", MS_VERDICT_PART, 0.75},
        {"rcpt", "a@x, z@x", MS_VERDICT_PART, 0.2},
        {"rcpt", "z@x", MS_VERDICT_WRONG, 0},
        {"frames", "4-6, 9", MS_VERDICT_RIGHT, 1},
        {"frames", "4-5", MS_VERDICT_PART, 0.5},
        {"frames", "1-99999999", MS_VERDICT_WRONG, 0},
        {"time", "2.60", MS_VERDICT_RIGHT, 1},
        {"time", "2.61", MS_VERDICT_WRONG, 0},
        {"time", "nan", MS_VERDICT_WRONG, 0},
        {"soft", "It is Postfix.", MS_VERDICT_RIGHT, 1},
        {"soft", "exim", MS_VERDICT_WRONG, 0},
        {"tls", "not in capture", MS_VERDICT_RIGHT, 1},
        {"tls", "TLS 1.3", MS_VERDICT_WRONG, 0},
        {"case", "TGV2", MS_VERDICT_RIGHT, 1},
        {"case", "tgv2", MS_VERDICT_WRONG, 0},
        {"code", "221", MS_VERDICT_RIGHT, 1},
        {"own", "s1.example", MS_VERDICT_RIGHT, 1},
        {"own", "s2.example", MS_VERDICT_WRONG, 0},
        {"own", "{id}.example", MS_VERDICT_WRONG, 0},
        {"user", "\xff\xfe", MS_VERDICT_WRONG, 0},
        {"user", "[(\"alice\")]", MS_VERDICT_RIGHT, 1},
        {"user", "<alice> <bob>", MS_VERDICT_WRONG, 0},
        {"rcpt", "<d@x>, <c@x>, <b@x>, <a@x>", MS_VERDICT_RIGHT, 1},
        {"rcpt", "\"d@x\", \"c@x\", 'b@x', a@x", MS_VERDICT_RIGHT, 1},
        {"rcpt", "(<d@x>; <c@x>; <b@x>; <a@x>)", MS_VERDICT_RIGHT, 1},
        {"rcpt", "a@x b@x c@x and d@x", MS_VERDICT_RIGHT, 1},
        {"rcpt", "a@x\nb@x\nc@x\nd@x\n", MS_VERDICT_RIGHT, 1},
        {"rcpt", "a@x b@x", MS_VERDICT_PART, 0.5},
        {"rcpt", "", MS_VERDICT_MISSING, 0},
        {"rcpt", " , ;", MS_VERDICT_WRONG, 0},
        {"titles", "see you; GOOD  DAY", MS_VERDICT_RIGHT, 1},
        {"titles", "good day see you", MS_VERDICT_WRONG, 0},
        {"frames", "4 - 6, 9", MS_VERDICT_RIGHT, 1},
        {"frames",
         "4\xe2\x80\x93"
         "6 and 9",
         MS_VERDICT_RIGHT, 1},
        {"frames", "4..6 9", MS_VERDICT_RIGHT, 1},
        {"frames", "frames 4 to 6, frame 9", MS_VERDICT_RIGHT, 1},
        {"frames", "packets 4-6; no. 9", MS_VERDICT_RIGHT, 1},
        {"frames", "#4 #5 #6 #9", MS_VERDICT_RIGHT, 1},
        {"frames", "6-4", MS_VERDICT_WRONG, 0},
        {"frames", "4-6-9", MS_VERDICT_WRONG, 0},
        {"time", "2,5", MS_VERDICT_RIGHT, 1},
        {"time", "2,500", MS_VERDICT_RIGHT, 1},
        {"time", "2,5,0", MS_VERDICT_WRONG, 0},
        {"bytes", "1,234", MS_VERDICT_RIGHT, 1},
        {"bytes", "1,23", MS_VERDICT_WRONG, 0},
        {"start", "2026-03-02 08:00:01", MS_VERDICT_RIGHT, 1},
        {"start", "2026-03-02T09:00:02.5+01:00", MS_VERDICT_RIGHT, 1},
        {"start", "2026-03-02T08:00:00.4Z", MS_VERDICT_WRONG, 0},
        {"start", "2026", MS_VERDICT_WRONG, 0},
        {"start", "1677-09-21T00:12:46Z", MS_VERDICT_WRONG, 0},
        {"many", "3 recipients", MS_VERDICT_RIGHT, 1},
        {"many", "3 of 4", MS_VERDICT_WRONG, 0},
        {"many", "recipients", MS_VERDICT_WRONG, 0},
        {"helo", "\"laptop\"", MS_VERDICT_RIGHT, 1},
        {"helo", "laptop2", MS_VERDICT_WRONG, 0},
        {"tls", "No, there is none", MS_VERDICT_RIGHT, 1},
        {"tls", "absent.", MS_VERDICT_RIGHT, 1},
        {"tls", "north", MS_VERDICT_WRONG, 0},
        {"seen", "Ym9i, YW5u, ZXZl", MS_VERDICT_NEAR, 0.5},
        {"seen", "bob, ann, ZXZl", MS_VERDICT_NEAR, 2.5 / 3},
        {"seen", "ZXZl", MS_VERDICT_NEAR, 0.5 / 3},
        {"seen", "bob", MS_VERDICT_PART, 1.0 / 3},
        {"seen", "bob, ann, eve, Ym9i", MS_VERDICT_PART, 0.75},
        {"seen", "bob, ZXZl, x", MS_VERDICT_NEAR, 1.5 / 4},
    };
    char id[] = "s1";
    char none[] = "";
    const MsStudent student = {id, none, none, 0, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(MsAssignment) assignment = ms_assignment_new("x", text, sizeof text - 1, &error);
    g_assert_no_error(error);
    unsigned count = 0;
    for (; count < G_N_ELEMENTS(rows); count++) {
        MsVerdict verdict =
            ms_match_answer(assignment, ms_assignment_find(assignment, rows[count].id), &student,
                            rows[count].answer);
        if (verdict.kind != rows[count].kind)
            g_error("%s: '%s' is %s", rows[count].id, rows[count].answer,
                    ms_verdict_name(verdict.kind));
        g_assert_cmpfloat_with_epsilon(verdict.worth, rows[count].worth, 1e-9);
    }
    g_assert_cmpuint(count, ==, 74);
}

#define TEXT(bytes) (bytes), sizeof(bytes) - 1

static void test_files(void)
{
    static const struct {
        const char *name, *text;
        size_t length;
        const char *client, *user; /* client NULL: refused; empty: not answered */
    } rows[] = {
        {"a.txt", TEXT("2: one\r\nuser: two: three\nnonsense\n2: late\n"), "one", "two: three"},
        {"a.csv", TEXT("question,answer\n2,one\nuser,\"t\"\"w,o\"\n"), "one", "t\"w,o"},
        {"a.csv", TEXT("2;one\r\nuser;two"), "one", "two"},
        {"a.json", TEXT("{\"2\": 5, \"user\": [\"a\", \"b\"]}"), "5", "a|b"},
        {"a.json", TEXT("[1]"), NULL, NULL},
        {"a.csv", TEXT("\"open"), NULL, NULL},
        {"a.txt", TEXT("\xff"), NULL, NULL},
        {"a.txt", TEXT("1. a\n2. MAIL FROM:<b>\nuser : c\n"), "MAIL FROM:<b>", "c"},
        {"a.txt", TEXT("2) one\n  Q3: two\n"), "one", "two"},
        {"a.txt", TEXT("Question 2: one\n#3. : two\n"), "one", "two"},
        {"a.txt", TEXT("2.5 one\n192.0.2.1: x\n"), "", ""},
        {"a.csv", TEXT("\"Q2\",one\n3.,two\n"), "one", "two"},
        {"a.txt",
         TEXT("\xff\xfe"
              "2\0:\0\xe9\0\n\0"
              "3\0:\0t\0"),
         "\xc3\xa9", "t"},
        {"a.txt",
         TEXT("\xfe\xff\0"
              "2\0:\0o\0\n\0"
              "3\0:\0t"),
         "o", "t"},
        {"a.txt",
         TEXT("\xff\xfe"
              "2\0:\0\0\xd8"),
         NULL, NULL},
    };
    g_autoptr(MsAssignment) assignment = ms_assignment_new("x", text, sizeof text - 1, NULL);
    unsigned count = 0;
    for (; count < G_N_ELEMENTS(rows); count++) {
        g_autoptr(GError) error = NULL;
        GHashTable *answers = ms_answers_read(assignment, rows[count].name, rows[count].text,
                                              rows[count].length, &error);
        g_assert_true((answers == NULL) == (rows[count].client == NULL));
        g_assert_true((answers == NULL) == (error != NULL));
        if (!answers)
            continue;
        const char *client = g_hash_table_lookup(answers, "client");
        const char *user = g_hash_table_lookup(answers, "user");
        g_assert_cmpstr(client ? client : "", ==, rows[count].client);
        g_assert_cmpstr(user ? user : "", ==, rows[count].user);
        g_hash_table_unref(answers);
    }
    g_assert_cmpuint(count, ==, 15);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/match/answers", test_answers);
    g_test_add_func("/match/files", test_files);
    return g_test_run();
}
