/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-role.c - which role a session has, and why, by protocol, port, login and header. */
#include "session/role.h"

#include <glib.h>

#include <string.h>

static void see(MsRoleCues *cues, MsFieldId field, const char *text, int64_t number)
{
    const MsFact fact = {.field = (uint16_t)field,
                         .text = text,
                         .text_length = (uint32_t)strlen(text),
                         .number = number};
    ms_role_see(cues, &fact);
}

static void test_rules(void)
{
    static const struct {
        const char *protocol;
        unsigned port;
        const char *login, *header; /* may be NULL */
        const char *role;
        const char *why; /* the strongest reason, or NULL */
        unsigned n_why;
    } rows[] = {
        {"pop3", 110, "success", NULL, "retrieval", "POP3 fetches mail from the server", 1},
        {"imap", 143, NULL, NULL, "retrieval", "IMAP works with mail on the server", 1},
        {"http", 80, NULL, NULL, "webmail", "a browser is the user agent", 1},
        {"lmtp", 24, NULL, "Received: x", "delivery", "LMTP hands mail to the mailboxes", 1},
        {"tls", 465, NULL, NULL, "submission", "port 465 is for submission under TLS", 1},
        {"tls", 993, NULL, NULL, "retrieval", "port 993 is for IMAP under TLS", 1},
        {"tls", 995, NULL, NULL, "retrieval", "port 995 is for POP3 under TLS", 1},
        {"tls", 4433, NULL, NULL, "unknown", NULL, 0},
        {"smtp", 587, "success", "From: x", "submission", "a user logged in", 2},
        {"smtp", 587, "failure", NULL, "submission", "port 587 is for submission", 1},
        {"smtp", 25, "success", "Received: x", "submission", "a user logged in", 1},
        {"smtp", 25, NULL, "received: x", "relay",
         "the message has a Received line: a server had it before", 2},
        {"smtp", 2525, NULL, "Received: x", "relay",
         "the message has a Received line: a server had it before", 1},
        {"smtp", 25, NULL, "From: x", "submission",
         "the message has no Received line: no server had it before", 1},
        {"smtp", 25, NULL, "subject: x", "submission",
         "the message has no Received line: no server had it before", 1},
        {"smtp", 25, NULL, NULL, "relay", "port 25 is for mail between servers", 1},
        {"smtp", 2525, NULL, NULL, "unknown", NULL, 0},
        {"smtp", 2525, NULL, "X-Received: x", "unknown", NULL, 0},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsRoleCues cues = {0};
        see(&cues, MS_FIELD_SESSION_SERVER_PORT, "", rows[i].port);
        if (rows[i].login)
            see(&cues, MS_FIELD_AUTH_OUTCOME, rows[i].login, 0);
        if (rows[i].header)
            see(&cues, MS_FIELD_MESSAGE_HEADER, rows[i].header, 0);
        MsCue why[MS_N_CUES];
        unsigned n_why;
        g_assert_cmpstr(ms_role(&cues, rows[i].protocol, why, &n_why), ==, rows[i].role);
        g_assert_cmpuint(n_why, ==, rows[i].n_why);
        if (rows[i].why)
            g_assert_cmpstr(ms_role_words(&cues, rows[i].protocol, why[0]), ==, rows[i].why);
    }
    g_assert_cmpuint(checked, ==, 18);
}

/* What is missing may be a login or a Received line: only what was seen counts then. */
static void test_holed(void)
{
    static const struct {
        MsOddityKind oddity;
        uint16_t port;
        const char *header, *role;
    } rows[] = {
        {MS_ODDITY_GAP, 25, "Subject: x", "unknown"},
        {MS_ODDITY_MIDSTREAM, 25, NULL, "unknown"},
        {MS_ODDITY_TRUNCATED, 25, "Received: x", "relay"},
        {MS_ODDITY_GAP, 587, NULL, "submission"},
        {MS_ODDITY_BARE_LF, 25, NULL, "relay"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsRoleCues cues = {0};
        see(&cues, MS_FIELD_SESSION_SERVER_PORT, "", rows[i].port);
        if (rows[i].header)
            see(&cues, MS_FIELD_MESSAGE_HEADER, rows[i].header, 0);
        const MsOddity oddity = {.kind = rows[i].oddity};
        ms_role_doubt(&cues, &oddity);
        MsCue why[MS_N_CUES];
        unsigned n_why;
        g_assert_cmpstr(ms_role(&cues, "smtp", why, &n_why), ==, rows[i].role);
    }
}

/* The place of a cue is where it was seen first. */
static void test_place(void)
{
    const MsRange first = {.frame = 4, .offset = 66, .length = 9};
    const MsRange second = {.frame = 5, .offset = 66, .length = 9};
    MsRoleCues cues = {0};
    MsFact fact = {.field = MS_FIELD_MESSAGE_HEADER,
                   .text = "Received: x",
                   .text_length = 11,
                   .time_ns = 7,
                   .ranges = &first,
                   .n_ranges = 1};
    ms_role_see(&cues, &fact);
    fact.ranges = &second;
    fact.time_ns = 8;
    ms_role_see(&cues, &fact);
    g_assert_cmpuint(cues.cue[MS_CUE_RECEIVED].place.frame, ==, 4);
    g_assert_cmpint(cues.cue[MS_CUE_RECEIVED].time_ns, ==, 7);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/role/rules", test_rules);
    g_test_add_func("/role/place", test_place);
    g_test_add_func("/role/holed", test_holed);
    return g_test_run();
}
