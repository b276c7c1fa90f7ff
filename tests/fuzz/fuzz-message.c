/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-message.c - a mail's bytes: size, hash, header fields. Input: the mail; a byte 0xff in front
 * of every 997th byte stands for a hole. Holds: size and hash are those of the bytes, a mail with a
 * hole has no hash, header ranges lie inside the mail, and the same comes out however it is cut. */
#include "fuzz.h"
#include "message/message.h"

#include <glib.h>

#include <string.h>

enum { FRAME = 1000 /* bytes of the mail in each made-up frame */ };

typedef struct {
    GString *log;
    size_t size; /* of the mail, with its holes */
} Check;

static void log_field(const MsFact *fact, void *user_data)
{
    Check *check = user_data;
    g_string_append_printf(check->log, "%d %d ", fact->field, fact->message);
    g_string_append_len(check->log, fact->text, (gssize)fact->text_length);
    g_assert_cmpuint(fact->n_ranges, >=, 1);
    for (uint32_t i = 0; i < fact->n_ranges; i++) {
        const MsRange *range = &fact->ranges[i];
        g_assert_cmpuint((uint64_t)(range->frame - 1) * FRAME + range->offset + range->length, <=,
                         check->size);
        g_string_append_printf(check->log, " %u:%u+%u", range->frame, range->offset, range->length);
    }
    g_string_append_c(check->log, '\n');
}

/* Pushes data[from..to) in one call, with the pieces that the made-up frames give. */
static void push(MsMessage *message, const uint8_t *data, size_t from, size_t to)
{
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(MsPiece));
    for (size_t at = from; at < to;) {
        size_t end = MIN((at / FRAME + 1) * FRAME, to);
        MsPiece piece = {.at = at,
                         .place = {.frame = (uint32_t)(at / FRAME + 1),
                                   .offset = (uint32_t)(at % FRAME),
                                   .length = (uint32_t)(end - at)}};
        g_array_append_val(pieces, piece);
        at = end;
    }
    if (pieces->len == 0)
        return;
    MsBytes bytes = {.data = data + from,
                     .length = to - from,
                     .at = from,
                     .pieces = (const MsPiece *)(void *)pieces->data,
                     .n_pieces = pieces->len};
    ms_message_push(message, &bytes, 0, to - from);
}

/* Everything that can be asked, as text. */
static char *run(const uint8_t *data, size_t size, size_t step, MsKeep keep)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_MESSAGE_HEAD] = 4096;
    limits.value[MS_LIMIT_MESSAGE_HEADER] = 9000;
    limits.value[MS_LIMIT_MESSAGE_MEMORY] = 16384;
    g_autoptr(MsMessage) message = ms_message_new(3, MS_TO_SERVER, &limits, keep, true, NULL, NULL);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    size_t seen = 0, from = 0;
    bool holes = false;
    for (size_t at = 0; at < size; at++) {
        bool hole = at % 997 == 996 && data[at] == 0xff;
        if (hole || at - from >= step) {
            push(message, data, from, at);
            from = at;
        }
        if (hole) {
            ms_message_gap(message, 1);
            holes = true;
            from = at + 1;
        } else {
            g_checksum_update(sum, data + at, 1);
            seen++;
        }
    }
    push(message, data, from, size);
    ms_message_end(message, !holes);
    g_assert_cmpuint(ms_message_size(message), ==, seen);
    g_assert_true(ms_message_complete(message) == !holes);
    if (holes)
        g_assert_null(ms_message_sha256(message));
    else
        g_assert_cmpstr(ms_message_sha256(message), ==, g_checksum_get_string(sum));
    Check check = {g_string_new(NULL), size};
    if (keep == MS_KEEP_HEAD)
        g_assert_cmpuint(ms_message_kept(message), ==,
                         MIN(seen, limits.value[MS_LIMIT_MESSAGE_HEAD]));
    if (keep == MS_KEEP_ALL)
        g_assert_cmpuint(ms_message_kept(message), <=, seen);
    ms_message_fields(message, log_field, &check);
    return g_string_free(check.log, FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 60000)
        return 0;
    g_autofree char *whole = run(data, size, SIZE_MAX, MS_KEEP_HEAD);
    g_autofree char *cut = run(data, size, 7, MS_KEEP_HEAD);
    g_autofree char *all = run(data, size, 1, MS_KEEP_ALL);
    g_assert_cmpstr(whole, ==, cut);
    g_assert_cmpstr(whole, ==, all);
    return 0;
}
