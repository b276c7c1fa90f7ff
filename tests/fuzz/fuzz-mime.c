/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-mime.c - the parts of a mail. Input: the mail; a byte 0xff at every 997th place is a hole.
 * Holds: every part, its decoded content and every cited range lie inside the mail, a part with a
 * hole has no hash, the caps are kept, and a mail that is plain at first sight has no file. */
#include "fuzz.h"
#include "mime/mime.h"
#include "mime/plain.h"

#include <glib.h>

#include <string.h>

enum { FRAME = 1000 /* bytes of the mail in each made-up frame */, MOST_PARTS = 50 };

typedef struct {
    size_t size;
    unsigned facts;
    int32_t hashed; /* part whose hash was said last, or -1 */
} Check;

static void on_fact(const MsFact *fact, void *user_data)
{
    Check *check = user_data;
    check->facts++;
    g_assert_cmpint(fact->message, ==, 7);
    g_assert_cmpint(fact->item, <, MOST_PARTS);
    if (fact->field == MS_FIELD_PART_SHA256)
        check->hashed = fact->item;
    for (uint32_t i = 0; i < fact->n_ranges; i++) {
        const MsRange *range = &fact->ranges[i];
        g_assert_cmpuint(range->length, >, 0);
        g_assert_cmpuint((uint64_t)(range->frame - 1) * FRAME + range->offset + range->length, <=,
                         check->size);
    }
}

static bool count(const uint8_t *data, size_t length, void *user_data)
{
    uint8_t sum = 0; /* every byte can be read */
    for (size_t i = 0; i < length; i++)
        sum ^= data[i];
    *(uint64_t *)user_data += length + (sum & 0);
    return true;
}

static void push(MsMessage *message, const uint8_t *data, size_t from, size_t to)
{
    while (from < to) {
        size_t end = MIN((from / FRAME + 1) * FRAME, to);
        MsPiece piece = {.at = from,
                         .place = {.frame = (uint32_t)(from / FRAME + 1),
                                   .offset = (uint32_t)(from % FRAME),
                                   .length = (uint32_t)(end - from)}};
        MsBytes bytes = {
            .data = data + from, .length = end - from, .at = from, .pieces = &piece, .n_pieces = 1};
        ms_message_push(message, &bytes, 0, end - from);
        from = end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 60000)
        return 0;
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_MIME_PARTS] = MOST_PARTS;
    limits.value[MS_LIMIT_MIME_LINES] = 300;
    limits.value[MS_LIMIT_MIME_BYTES] = 50000;
    g_autoptr(MsMessage) message =
        ms_message_new(7, MS_TO_CLIENT, &limits, MS_KEEP_ALL, true, NULL, NULL);
    size_t from = 0;
    bool holes = false;
    for (size_t at = 996; at < size; at += 997) {
        if (data[at] != 0xff)
            continue;
        push(message, data, from, at);
        ms_message_gap(message, 1);
        holes = true;
        from = at + 1;
    }
    push(message, data, from, size);
    ms_message_end(message, !holes);
    g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
    Check check = {.size = size, .hashed = -1};
    ms_mime_facts(mime, true, NULL, on_fact, &check);
    size_t n_parts;
    const MsPart *parts = ms_mime_parts(mime, &n_parts);
    g_assert_cmpuint(n_parts, <=, MOST_PARTS);
    g_assert_cmpuint(n_parts, >=, 1);
    bool plain = ms_mime_is_plain(message);
    for (size_t i = 0; i < n_parts; i++) {
        if (!parts[i].leaf)
            continue;
        g_assert_true(!plain || (!parts[i].attached && g_str_has_prefix(parts[i].type, "text/")));
        g_assert_cmpuint(parts[i].at + parts[i].length, <=, ms_message_size(message));
        uint64_t decoded = 0;
        g_assert_true(ms_mime_decode(mime, &parts[i], count, &decoded));
        g_assert_cmpuint(decoded, <=, parts[i].length + 2);
        g_assert_true(!parts[i].filename || g_utf8_validate(parts[i].filename, -1, NULL));
    }
    return 0;
}
