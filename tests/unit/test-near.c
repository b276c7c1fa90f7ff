/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-near.c - every kind of near miss: what it takes, and what it does not. */
#include "grade/match.h"

#include <glib.h>

#include <string.h>

static const char text[] =
    "[assignment]\ntitle = T\nkind = answers\n"
    "[question server]\nexpect = 192.0.2.2\n"
    "[question port]\nexpect = 587\nnear = 0.3 address server | 0.8 with-port\n"
    "[question user]\nexpect = alice\nnear = 0.5 base64\n"
    "[question client]\nexpect = 192.0.2.1\n"
    "near = 0.25 swapped server | 0.1 port port | 0.8 with-port\n"
    "[question to]\nexpect = list@example.com\n"
    "[question rcpt]\nexpect = bob@example.com\nnear = 0.5 header to\n"
    "[question opening]\nexpect = 250\n"
    "[question closing]\nexpect = 221\nnear = 0.5 first opening\n"
    "[question began]\nexpect = 220\nnear = 0.4 last closing | 0.2 instead opening\n"
    "[question packet]\nexpect = 12\nnear = 0.5 off\n"
    "[question length]\nexpect = 1000\nnear = 0.5 off 20\n"
    "[question code]\nexpect = 354\nframes = 14, 20-22\nnear = 0.5 frame\n"
    "[question strict]\nexpect = 354\nframes = 14\n"
    "[question name]\nexpect = mail.example.com\nnear = 0.9 ends\n"
    "[question id]\nexpect = <1@example.com>\nnear = 0.9 ends\n"
    "[question mark]\nexpect = TGV2\ncase = yes\nnear = 0.2 case\n"
    "[question first]\nexpect = 4294967290\n"
    "[question seq]\nexpect = 4\nnear = 0.5 relative first\n"
    "[question ack]\nexpect = 3000000001\nnear = 0.5 relative 3000000000\n"
    "[question stream]\nexpect = 1\nnear = 0.5 relative 3000000000\n"
    "[question ttl]\nexpect = 64\nnear = 0.5 hex\n"
    "[question window]\nexpect = 0x1f6\nnear = 0.5 hex\n"
    "[question set]\nmatch = set\nexpect = 4 | 5\nnear = 0.9 off\n"
    "[question from]\nexpect = ann@example.com\nnear = 0.8 line\n"
    "[question reply]\nexpect = 250\nnear = 0.8 line\n"
    "[question start]\nexpect = 2026-03-02T08:00:01.500000Z\nnear = 0.7 zone\n"
    "[question login]\nexpect = erin@example.com\nnear = 0.6 domain\n"
    "[question host]\nexpect = laptop\nnear = 0.6 domain\n"
    "[question secret]\nexpect = swordfish | 4711\nmatch = any-of\ncase = yes\nnear = 0.4 typo\n"
    "[question place]\nexpect = 198.51.100.10\nnear = 0.4 typo\n"
    "[question when]\nmatch = between\nexpect = 2026-03-02T08:00:00Z | 2026-03-02T08:05:00Z\n"
    "near = 0.7 zone\n";

static void test_kinds(void)
{
    static const struct {
        const char *id, *answer;
        double worth;
        int near; /* MsNearKind; -1: none */
    } rows[] = {
        {"user", "YWxpY2U=", 0.5, MS_NEAR_BASE64},
        {"user", "bob", 0, -1},
        {"client", "192.0.2.2", 0.25, MS_NEAR_SWAPPED},
        {"client", "587", 0.1, MS_NEAR_PORT},
        {"client", "192.0.2.1:40001", 0.8, MS_NEAR_WITH_PORT},
        {"client", "[192.0.2.1]:40001", 0.8, MS_NEAR_WITH_PORT},
        {"client", "192.0.2.1, port 40001", 0.8, MS_NEAR_WITH_PORT},
        {"client", "192.0.2.3:40001", 0, -1},
        {"client", "192.0.2.140001", 0, -1},
        {"port", "192.0.2.2", 0.3, MS_NEAR_ADDRESS},
        {"port", "192.0.2.2:587", 0.8, MS_NEAR_WITH_PORT},
        {"port", "192.0.2.2:25", 0, -1},
        {"rcpt", "<list@example.com>", 0.5, MS_NEAR_HEADER},
        {"closing", "250", 0.5, MS_NEAR_FIRST},
        {"began", "221", 0.4, MS_NEAR_LAST},
        {"began", "250", 0.2, MS_NEAR_INSTEAD},
        {"began", "354", 0, -1},
        {"packet", "13", 0.5, MS_NEAR_OFF},
        {"packet", "11", 0.5, MS_NEAR_OFF},
        {"packet", "12", 1, -1},
        {"packet", "10", 0, -1},
        {"packet", "13th", 0, -1},
        {"packet", "99999999999999999999", 0, -1},
        {"length", "980", 0.5, MS_NEAR_OFF},
        {"length", "979", 0, -1},
        {"code", "354 (frame 14)", 1, -1},
        {"code", "354, packet no. 21", 1, -1},
        {"code", "354 @22", 1, -1},
        {"code", "frame 20", 0, -1},
        {"code", "354 in frame 15", 0.5, MS_NEAR_FRAME},
        {"code", "354", 0.5, MS_NEAR_FRAME},
        {"code", "250 (frame 14)", 0, -1},
        {"strict", "354 #14", 1, -1},
        {"strict", "354 #15", 0, -1},
        {"name", "mail.example.com.", 0.9, MS_NEAR_ENDS},
        {"name", "[mail.example.com", 0.9, MS_NEAR_ENDS},
        {"name", "(mail.example.com)", 1, -1},
        {"name", "mail.example", 0, -1},
        {"name", "...", 0, -1},
        {"id", "1@example.com", 1, -1},
        {"id", "<1@example.com", 0.9, MS_NEAR_ENDS},
        {"mark", "tgv2", 0.2, MS_NEAR_CASE},
        {"mark", "tgv3", 0, -1},
        {"seq", "10", 0.5, MS_NEAR_RELATIVE},
        {"seq", "11", 0, -1},
        {"seq", "4294967294", 0.5, MS_NEAR_RELATIVE},
        {"ack", "1", 0.5, MS_NEAR_RELATIVE},
        {"ack", "2", 0, -1},
        {"stream", "3000000001", 0.5, MS_NEAR_RELATIVE},
        {"ttl", "40", 0.5, MS_NEAR_HEX},
        {"ttl", "0x40", 0.5, MS_NEAR_HEX},
        {"ttl", "41", 0, -1},
        {"window", "502", 0.5, MS_NEAR_HEX},
        {"window", "1F6", 0.5, MS_NEAR_HEX},
        {"window", "0x1F6", 1, -1},
        {"set", "3, 6", 0.9, MS_NEAR_OFF},
        {"from", "MAIL FROM:<ann@example.com>", 0.8, MS_NEAR_LINE},
        {"from", "MAIL FROM:<ann@example.com> SIZE=5", 0.8, MS_NEAR_LINE},
        {"from", "\"Ann\" <ann@example.com>", 0.8, MS_NEAR_LINE},
        {"from", "joann@example.com", 0, -1},
        {"from", "ann@example.com.org", 0, -1},
        {"from", "MAIL FROM:<bob@example.com>", 0, -1},
        {"reply", "250 OK", 0.8, MS_NEAR_LINE},
        {"reply", "250-PIPELINING", 0.8, MS_NEAR_LINE},
        {"reply", "1250 OK", 0, -1},
        {"reply", "2500", 0, -1},
        {"start", "2026-03-02T09:00:01.500000Z", 0.7, MS_NEAR_ZONE},
        {"start", "2026-03-02 13:30:01.5", 0.7, MS_NEAR_ZONE},
        {"start", "2026-03-02T09:00:02.500000Z", 0, -1},
        {"start", "2026-03-03T08:00:01.500000Z", 0, -1},
        {"when", "2026-03-02T08:03:00Z", 1, -1},
        {"when", "2026-03-02T01:03:00Z", 0.7, MS_NEAR_ZONE},
        {"when", "2026-03-02T01:07:00Z", 0, -1},
        {"when", "yesterday", 0, -1},
        {"when", "2262-04-11T23:47:14Z", 0, -1},
        {"when", "1677-09-21T00:12:46Z", 0, -1},
        {"login", "ERIN", 0.6, MS_NEAR_DOMAIN},
        {"login", "erin@example.org", 0.6, MS_NEAR_DOMAIN},
        {"login", "eri", 0, -1},
        {"login", "@example.com", 0, -1},
        {"host", "laptop.example.org", 0.6, MS_NEAR_DOMAIN},
        {"host", "laptop2.example.org", 0, -1},
        {"place", "198", 0, -1},
        {"secret", "swordfisch", 0.4, MS_NEAR_TYPO},
        {"secret", "sword-fish", 0.4, MS_NEAR_TYPO},
        {"secret", "swordfsh", 0.4, MS_NEAR_TYPO},
        {"secret", "swordfihs", 0.4, MS_NEAR_TYPO},
        {"secret", "sw0rdfish", 0.4, MS_NEAR_TYPO},
        {"secret", "wordfish", 0.4, MS_NEAR_TYPO},
        {"secret", "swordfish1", 0.4, MS_NEAR_TYPO},
        {"secret", "sw0rdf1sh", 0, -1},
        {"secret", "wsordfihs", 0, -1},
        {"secret", "4712", 0, -1},
        {"secret", "", 0, -1},
        {"place", "198.51.100.11", 0, -1},
    };
    char id[] = "s1";
    char none[] = "";
    const MsStudent student = {id, none, none, 0, NULL};
    bool seen[MS_N_NEARS] = {[MS_NEAR_ELSEWHERE] = true}; /* of captures: tests/grade */
    g_autoptr(GError) error = NULL;
    g_autoptr(MsAssignment) assignment = ms_assignment_new("x", text, sizeof text - 1, &error);
    g_assert_no_error(error);
    unsigned count = 0;
    for (; count < G_N_ELEMENTS(rows); count++) {
        MsVerdict verdict =
            ms_match_answer(assignment, ms_assignment_find(assignment, rows[count].id), &student,
                            rows[count].answer);
        int near = verdict.near ? (int)verdict.near->kind : -1;
        if (near != rows[count].near)
            g_error("%s: '%s' is %s, near %d", rows[count].id, rows[count].answer,
                    ms_verdict_name(verdict.kind), near);
        g_assert_cmpfloat_with_epsilon(verdict.worth, rows[count].worth, 1e-9);
        if (near >= 0)
            seen[near] = true;
    }
    g_assert_cmpuint(count, ==, 95);
    for (unsigned i = 0; i < MS_N_NEARS; i++) {
        g_assert_true(seen[i]);
        g_assert_cmpstr(ms_near_words((MsNearKind)i), !=, "");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/near/kinds", test_kinds);
    return g_test_run();
}
