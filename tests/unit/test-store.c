/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tests of the plugin's store: what is said comes back by session and by frame, once each, with its
 * text and ranges; what is said at the end has a home; a full store says so once. */
#include "arena.h"
#include "store.h"

#include <string.h>

/* Keys of what belongs to a frame, in order, as "session.end session.fin ". */
static void note(const MsEntry *entry, void *user_data)
{
    const char *name = entry->kind == MS_ENTRY_ODDITY
                           ? ms_oddity_name(entry->as.oddity.kind)
                           : ms_field((MsFieldId)entry->as.fact.field)->key;
    g_string_append_printf(user_data, "%u:%s@%u ", entry->session, name, entry->home);
}

static void expect(const MsStore *store, uint32_t frame, const char *wanted)
{
    g_autoptr(GString) found = g_string_new("");
    g_assert_cmpint(ms_store_frame(store, frame, note, found), ==, *wanted != '\0');
    g_assert_cmpstr(found->str, ==, wanted);
}

static void say(MsStore *store, uint32_t session, MsFieldId field, const char *text, int64_t number,
                const MsRange *ranges, uint32_t n_ranges)
{
    const MsFact fact = {.field = (uint16_t)field,
                         .message = -1,
                         .item = -1,
                         .text = text,
                         .text_length = text ? (uint32_t)strlen(text) : 0,
                         .number = number,
                         .ranges = ranges,
                         .n_ranges = n_ranges};
    ms_store_add_fact(store, session, &fact);
}

static void test_frames(void)
{
    MsStore *store = ms_store_new(1 << 20);
    MsRange ranges[] = {{.frame = 3, .offset = 60, .length = 4},
                        {.frame = 5, .offset = 54, .length = 2},
                        {.frame = 5, .offset = 80, .length = 2}};
    char text[] = "alice";
    ms_store_at(store, 5);
    say(store, 0, MS_FIELD_AUTH_USERNAME, text, 0, ranges, 3);
    memset(text, 'x', 5); /* text and ranges were copied */
    memset(ranges, 0, sizeof ranges);
    ms_store_at(store, 9);
    const MsRange early = {.frame = 3, .offset = 1, .length = 1};
    say(store, 1, MS_FIELD_SESSION_FIN, "client", 0, &early, 1);
    const MsOddity oddity = {.kind = MS_ODDITY_GAP, .message = -1};
    ms_store_add_oddity(store, 0, &oddity);
    const MsLine line = {.kind = MS_LINE_COMMAND, .text = "QUIT", .text_length = 4};
    ms_store_add_line(store, 0, &line); /* lines are in no frame */
    expect(store, 3, "0:auth.username@5 1:session.fin@9 ");
    expect(store, 5, "0:auth.username@5 ");
    expect(store, 9, "1:session.fin@9 0:gap@9 ");
    expect(store, 4, "");
    g_assert_cmpuint(ms_store_sessions(store), ==, 2);
    const MsStoreSession *session = ms_store_session(store, 0);
    const MsFact *user = ms_store_value(session, MS_FIELD_AUTH_USERNAME);
    g_assert_cmpuint(user->text_length, ==, 5);
    g_assert_cmpint(memcmp(user->text, "alice", 5), ==, 0);
    g_assert_cmpuint(user->n_ranges, ==, 3);
    g_assert_cmpuint(user->ranges[2].offset, ==, 80);
    g_assert_cmpuint(session->first_frame, ==, 3);
    g_assert_cmpuint(session->last_frame, ==, 9);
    g_assert_cmpuint(session->last_bytes, ==, 5);
    unsigned count = 0;
    for (const MsEntry *entry = session->first; entry; entry = entry->next)
        count++;
    g_assert_cmpuint(count, ==, 3);
    g_assert_null(ms_store_session(store, 2));
    ms_store_free(store);
}

/* What becomes known when the capture has ended: with its bytes, or with the session's last frame.
 */
static void test_end(void)
{
    MsStore *store = ms_store_new(1 << 20);
    const MsRange range = {.frame = 7, .offset = 47, .length = 1};
    ms_store_at(store, 4);
    say(store, 0, MS_FIELD_SESSION_PROTOCOL, "smtp", 0, NULL, 0);
    g_assert_false(ms_store_session(store, 0)->over);
    ms_store_at(store, 0);
    say(store, 0, MS_FIELD_SESSION_LAST, NULL, 12, &range, 1);
    say(store, 0, MS_FIELD_SESSION_END, "open", 0, NULL, 0);
    expect(store, 7, "0:session.last@7 0:session.end@7 ");
    expect(store, 4, "0:session.protocol@4 ");
    g_assert_true(ms_store_session(store, 0)->over);
    ms_store_free(store);
}

static void test_sums(void)
{
    MsStore *store = ms_store_new(1 << 20);
    const MsRange inside = {.frame = 2, .length = 1, .source = MS_SOURCE_DECRYPTED};
    ms_store_at(store, 2);
    say(store, 0, MS_FIELD_MESSAGE_SIZE, NULL, 100, NULL, 0);
    g_assert_false(ms_store_session(store, 0)->decrypted);
    say(store, 0, MS_FIELD_MESSAGE_SIZE, NULL, 23, &inside, 1);
    say(store, 0, MS_FIELD_AUTH_MECHANISM, "PLAIN", 0, NULL, 0);
    const MsStoreSession *session = ms_store_session(store, 0);
    g_assert_cmpuint(session->messages, ==, 2);
    g_assert_cmpuint(session->message_bytes, ==, 123);
    g_assert_cmpuint(session->logins, ==, 1);
    g_assert_true(session->decrypted);
    ms_store_free(store);
}

static void test_full(void)
{
    MsStore *store = ms_store_new(200000);
    ms_store_at(store, 1);
    for (int i = 0; i < 5000; i++)
        say(store, 0, MS_FIELD_SMTP_COMMAND, "NOOP", 0, NULL, 0);
    uint64_t omitted = ms_store_omitted(store);
    g_assert_cmpuint(omitted, >, 3000);
    g_assert_cmpuint(omitted, <, 5000);
    g_autoptr(GString) found = g_string_new("");
    ms_store_frame(store, 1, note, found);
    g_assert_true(g_str_has_suffix(found->str, "smtp.command@1 0:limit@1 "));
    say(store, 900, MS_FIELD_SMTP_COMMAND, "NOOP", 0, NULL, 0);
    g_assert_null(ms_store_session(store, 900)); /* and no room is made for it */
    ms_store_free(store);
}

/* Pieces of all sizes through blocks of all sizes: none overlaps another, all are aligned. */
static void test_arena(void)
{
    enum { PIECES = 30000, MOST = 1200 };
    static uint8_t *pieces[PIECES];
    MsArena arena = {0};
    for (unsigned round = 0; round < 2; round++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < PIECES; i++) {
            size_t length = i % 5000 == 4999 ? 5000000 : 1 + i * 37 % MOST;
            pieces[i] = ms_arena_alloc(&arena, length);
            g_assert_cmpuint((uintptr_t)pieces[i] % 8, ==, 0);
            memset(pieces[i], (int)(i % 251), length);
            sum += length;
        }
        g_assert_cmpuint(arena.total, >, sum);
        g_assert_cmpuint(arena.total, <, sum + sum / 10 + 4 * 2097152);
        for (size_t i = 0; i < PIECES; i++) {
            size_t length = i % 5000 == 4999 ? 5000000 : 1 + i * 37 % MOST;
            g_assert_cmpuint(pieces[i][0], ==, i % 251);
            g_assert_cmpuint(pieces[i][length - 1], ==, i % 251);
        }
        g_assert_null(ms_arena_copy(&arena, NULL, 0));
        ms_arena_clear(&arena);
        g_assert_cmpuint(arena.total, ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/frames", test_frames);
    g_test_add_func("/store/end", test_end);
    g_test_add_func("/store/sums", test_sums);
    g_test_add_func("/store/full", test_full);
    g_test_add_func("/store/arena", test_arena);
    return g_test_run();
}
