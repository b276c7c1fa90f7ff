/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-message.c - mails of every size, whole and with holes: hash, kept bytes, ranges, header. */
#include "message/message.h"

#include <glib.h>
#include <glib/gstdio.h>

#include <string.h>
#include <unistd.h>

/* Pushes text in parts of `step` bytes, each part a frame of its own that begins at offset 54. */
static void push(MsMessage *message, const char *text, size_t length, size_t step)
{
    static uint32_t frame;
    if (ms_message_size(message) == 0)
        frame = 0;
    for (size_t at = 0; at < length; at += step) {
        size_t part = MIN(step, length - at);
        MsPiece piece = {.at = 1000,
                         .time_ns = 5 + frame,
                         .place = {.frame = ++frame, .offset = 54, .length = (uint32_t)part}};
        const MsBytes bytes = {.data = (const uint8_t *)text + at,
                               .length = part,
                               .at = 1000,
                               .pieces = &piece,
                               .n_pieces = 1};
        ms_message_push(message, &bytes, 0, part);
    }
}

static int open_spool(void *user_data)
{
    g_autofree char *name = g_strdup("/tmp/mailscope-test-XXXXXX");
    int file = g_mkstemp(name);
    if (file >= 0)
        unlink(name);
    ++*(int *)user_data;
    return file;
}

static int open_full(void *user_data)
{
    ++*(int *)user_data;
    return g_open("/dev/full", 2 /* O_RDWR */, 0);
}

static char *pattern(size_t length)
{
    char *text = g_malloc(length + 1);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(i * 7 + i / 251);
    return text;
}

static void test_hash(void)
{
    static const size_t sizes[] = {0, 1, 55, 56, 64, 999, 1000, 1001, 5000, 70000, 400000};
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_MESSAGE_HEAD] = limits.value[MS_LIMIT_MESSAGE_HEADER] = 1000;
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (int keep = MS_KEEP_NONE; keep <= MS_KEEP_ALL; keep++) {
            g_autofree char *text = pattern(sizes[i]);
            g_autoptr(MsMessage) message =
                ms_message_new(3, MS_TO_SERVER, &limits, (MsKeep)keep, true, NULL, NULL);
            push(message, text, sizes[i], 1460);
            g_assert_null(ms_message_sha256(message));
            ms_message_end(message, true);
            g_autofree char *wanted =
                g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, sizes[i]);
            g_assert_cmpstr(ms_message_sha256(message), ==, wanted);
            g_assert_cmpuint(ms_message_size(message), ==, sizes[i]);
            g_assert_true(ms_message_complete(message));
            g_assert_cmpint(ms_message_number(message), ==, 3);
            uint64_t kept = keep == MS_KEEP_NONE   ? 0
                            : keep == MS_KEEP_HEAD ? MIN(sizes[i], 1000)
                                                   : sizes[i];
            g_assert_cmpuint(ms_message_kept(message), ==, kept);
            size_t head;
            ms_message_head(message, &head);
            g_assert_cmpuint(head, ==, MIN(kept, 1000));
            checked++;
        }
    }
    g_assert_cmpuint(checked, ==, 33);
}

static void check_kept(const MsMessage *message, const char *text, size_t length)
{
    g_assert_cmpuint(ms_message_kept(message), ==, length);
    g_autofree uint8_t *out = g_malloc(length + 10);
    static const size_t steps[] = {1000000, 4096, 777};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        size_t done = 0, got;
        while (
            (got = ms_message_read(message, done, out + done, MIN(steps[i], length + 10 - done))))
            done += got;
        g_assert_cmpuint(done, ==, length);
        g_assert_true(memcmp(out, text, length) == 0);
    }
}

static void test_spool(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_MESSAGE_HEAD] = limits.value[MS_LIMIT_MESSAGE_HEADER] = 1000;
    limits.value[MS_LIMIT_MESSAGE_MEMORY] = 20000;
    limits.value[MS_LIMIT_MESSAGE_SIZE] = 300000;
    static const struct {
        size_t size, kept;
        MsOpenSpool spool;
        int opened;
    } rows[] = {
        {20000, 20000, open_spool, 0},   {20001, 20001, open_spool, 1},
        {250000, 250000, open_spool, 1}, {400000, 300000, open_spool, 1},
        {250000, 20000, NULL, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int opened = 0;
        g_autofree char *text = pattern(rows[i].size);
        g_autoptr(MsMessage) message =
            ms_message_new(0, MS_TO_SERVER, &limits, MS_KEEP_ALL, true, rows[i].spool, &opened);
        push(message, text, rows[i].size / 2, 1000);
        if (rows[i].kept == rows[i].size)
            check_kept(message, text, rows[i].size / 2);
        push(message, text + rows[i].size / 2, rows[i].size - rows[i].size / 2, 1000);
        ms_message_end(message, true);
        check_kept(message, text, rows[i].kept);
        g_assert_cmpint(opened, ==, rows[i].opened);
        size_t head;
        g_assert_true(memcmp(ms_message_head(message, &head), text, 1000) == 0);
        g_assert_cmpuint(head, ==, 1000);
        g_assert_nonnull(ms_message_sha256(message));
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 5);
}

static void test_disk_full(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_MESSAGE_HEAD] = limits.value[MS_LIMIT_MESSAGE_HEADER] = 1000;
    limits.value[MS_LIMIT_MESSAGE_MEMORY] = 20000;
    g_autofree char *text = pattern(50000);
    int opened = 0;
    g_autoptr(MsMessage) message =
        ms_message_new(0, MS_TO_SERVER, &limits, MS_KEEP_ALL, true, open_full, &opened);
    push(message, text, 50000, 1000);
    ms_message_end(message, true);
    g_assert_cmpint(opened, ==, 1);
    check_kept(message, text, 1000); /* the head is still there */
    g_assert_nonnull(ms_message_sha256(message));
}

static void test_holes(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsMessage) message =
        ms_message_new(0, MS_TO_SERVER, &limits, MS_KEEP_HEAD, true, NULL, NULL);
    push(message, "0123456789", 10, 4);
    ms_message_gap(message, 5);
    ms_message_gap(message, 0);
    push(message, "abc", 3, 3);
    ms_message_gap(message, UINT64_MAX);
    ms_message_end(message, true);
    size_t count;
    const uint64_t *holes = ms_message_holes(message, &count);
    g_assert_cmpuint(count, ==, 2);
    g_assert_cmpuint(holes[0], ==, 10);
    g_assert_cmpuint(holes[1], ==, 13);
    g_assert_cmpuint(ms_message_size(message), ==, 13);
    g_assert_cmpuint(ms_message_missing(message), ==, UINT64_MAX);
    g_assert_false(ms_message_complete(message));
    g_assert_null(ms_message_sha256(message));
    g_assert_cmpuint(ms_message_ranges(message)->n_ranges, ==, 4);

    g_autoptr(MsMessage) cut =
        ms_message_new(0, MS_TO_SERVER, &limits, MS_KEEP_HEAD, true, NULL, NULL);
    push(cut, "0123456789", 10, 4);
    ms_message_end(cut, false);
    g_assert_null(ms_message_sha256(cut));
    g_autoptr(MsMessage) plain =
        ms_message_new(0, MS_TO_SERVER, &limits, MS_KEEP_HEAD, false, NULL, NULL);
    push(plain, "0123456789", 10, 4);
    ms_message_end(plain, true);
    g_assert_null(ms_message_sha256(plain));
    g_assert_true(ms_message_complete(plain));
    MsMessage *again = ms_message_ref(plain);
    ms_message_unref(again);
    ms_message_unref(NULL);
}

/* key=value (frame:offset+length ...) for each fact. */
static void on_field(const MsFact *fact, void *user_data)
{
    GString *out = user_data;
    g_assert_cmpint(fact->message, ==, 9);
    g_assert_cmpint(fact->item, ==, -1);
    g_assert_cmpuint(fact->n_ranges, >, 0);
    g_assert_cmpint(fact->time_ns, ==, 4 + fact->ranges[0].frame);
    g_string_append_printf(out, "%s=%.*s ", ms_field((MsFieldId)fact->field)->key + 8,
                           (int)fact->text_length, fact->text);
    for (uint32_t i = 0; i < fact->n_ranges; i++)
        g_string_append_printf(out, "[%u %u %u]", fact->ranges[i].frame, fact->ranges[i].offset,
                               fact->ranges[i].length);
    g_string_append_c(out, '\n');
}

typedef struct {
    const char *text, *facts;
} Row;

static void check_fields(const Row *row, bool whole, uint64_t gap_at)
{
    MsLimits limits;
    ms_limits_default(&limits);
    size_t length = strlen(row->text);
    for (int keep = MS_KEEP_NONE; keep <= MS_KEEP_ALL; keep++) {
        g_autoptr(MsMessage) message =
            ms_message_new(9, MS_TO_SERVER, &limits, (MsKeep)keep, true, NULL, NULL);
        size_t first = MIN(length, gap_at);
        push(message, row->text, first, 10);
        if (gap_at < length) {
            ms_message_gap(message, 1);
            push(message, row->text + first, length - first, 10);
        }
        ms_message_end(message, whole);
        g_autoptr(GString) out = g_string_new(NULL);
        ms_message_fields(message, on_field, out);
        g_assert_cmpstr(out->str, ==, row->facts);
    }
}

static void test_fields(void)
{
    static const Row rows[] = {
        {"", ""},
        {"\r\nSubject: body\r\n", ""},
        {"Hello teacher\r\nNote: this is no header\r\n", ""},
        {"From: a@x\r\nTo: b@x\r\n\r\nCc: c@x\r\n",
         "header=From: a@x [1 54 9]\nfrom=a@x [1 60 3]\nheader=To: b@x [2 55 7]\n"
         "to=b@x [2 59 3]\n"},
        {"Subject: a\r\n b\r\n\tc \r\n\r\n",
         "header=Subject: a b\tc  [1 54 10][2 54 9]\nsubject=a b\tc [1 63 1][2 54 8]\n"},
        {"SUBJECT :x\nsubject: y\n\n",
         "header=SUBJECT :x [1 54 10]\nsubject=x [1 63 1]\nheader=subject: y [2 55 9][3 54 1]\n"},
        {"To: a\r\nTo: b\r\n\r\n", "header=To: a [1 54 5]\nto=a [1 58 1]\n"
                                   "header=To: b [1 61 3][2 54 2]\nto=b [2 55 1]\n"},
        {"Date:\r\n\r\n", "header=Date: [1 54 5]\ndate= [1 54 5]\n"},
        {"From me Thu\r\nDate: x\r\n\r\n", "header=Date: x [2 57 7]\ndate=x [2 63 1]\n"},
        {"Date: x\r\ngarbage\r\nCc: y\r\n\r\n",
         "header=Date: x [1 54 7]\ndate=x [1 60 1]\nheader=Cc: y [2 62 2][3 54 3]\n"
         "cc=y [3 56 1]\n"},
        {"Date: x\r\nHello there\r\nwhat\r\nCc: y\r\n\r\n",
         "header=Date: x [1 54 7]\ndate=x [1 60 1]\n"},
        {"Message-ID: <1@x>", "header=Message-ID: <1@x> [1 54 10][2 54 7]\n"
                              "id=<1@x> [2 56 5]\n"},
        {"X-A: b\rc\r\n\r\n", "header=X-A: b\rc [1 54 8]\n"},
        {" : x\r\n\r\n", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check_fields(&rows[i], true, SIZE_MAX);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 14);
}

/* What may go on in missing bytes is not presented as whole. */
static void test_cut_fields(void)
{
    const char *text = "Date: x\r\nCc: y\r\n\r\nbody";
    const char *date = "header=Date: x [1 54 7]\ndate=x [1 60 1]\n";
    const char *both = "header=Date: x [1 54 7]\ndate=x [1 60 1]\n"
                       "header=Cc: y [1 63 1][2 54 4]\ncc=y [2 57 1]\n";
    for (uint64_t at = 0; at <= 18; at++) {
        const char *wanted = at <= 9 ? "" : at <= 15 ? date : NULL;
        if (wanted)
            check_fields(&(Row){text, wanted}, true, at);
    }
    check_fields(&(Row){text, both}, true, 16 + 1);
    check_fields(&(Row){"Date: x\r\n", ""}, false, SIZE_MAX);
    check_fields(&(Row){"Date: x\r\nC", date}, false, SIZE_MAX);
}

static void test_long_head(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_MESSAGE_HEAD] = limits.value[MS_LIMIT_MESSAGE_HEADER] = 12;
    g_autoptr(MsMessage) message =
        ms_message_new(9, MS_TO_SERVER, &limits, MS_KEEP_HEAD, true, NULL, NULL);
    push(message, "Date: x\r\nSubject: long\r\n\r\n", 26, 10);
    ms_message_end(message, true);
    g_autoptr(GString) out = g_string_new(NULL);
    ms_message_fields(message, on_field, out);
    g_assert_cmpstr(out->str, ==, "header=Date: x [1 54 7]\ndate=x [1 60 1]\n");

    /* A header that goes on behind the head is read all the same; its end is not looked for again.
     */
    limits.value[MS_LIMIT_MESSAGE_HEADER] = 1000;
    g_autoptr(MsMessage) longer =
        ms_message_new(9, MS_TO_SERVER, &limits, MS_KEEP_HEAD, true, NULL, NULL);
    push(longer, "Date: x\r\nSubject: long\r\n\r\nbody body body", 40, 10);
    ms_message_end(longer, true);
    g_string_truncate(out, 0);
    ms_message_fields(longer, on_field, out);
    g_assert_nonnull(strstr(out->str, "subject=long"));
    g_assert_cmpuint(ms_message_kept(longer), <, 40);
    size_t shown;
    ms_message_head(longer, &shown);
    g_assert_cmpuint(shown, ==, 12);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message/hash", test_hash);
    g_test_add_func("/message/spool", test_spool);
    g_test_add_func("/message/disk-full", test_disk_full);
    g_test_add_func("/message/holes", test_holes);
    g_test_add_func("/message/fields", test_fields);
    g_test_add_func("/message/cut-fields", test_cut_fields);
    g_test_add_func("/message/long-head", test_long_head);
    return g_test_run();
}
