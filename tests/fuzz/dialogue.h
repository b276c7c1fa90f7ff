/* SPDX-License-Identifier: GPL-2.0-or-later
 * dialogue.h - what the fuzz targets of dialogues share. Input: chunks of one byte (bit 0: to the
 * client; bit 1: a gap; in the first chunk also bit 2: begins in the middle, bit 3: small limits,
 * bit 4: cut by the end of the capture), a length (2 bytes, little), and as many bytes, none for a
 * gap. Holds: no more is eaten than was offered, ranges lie in what was fed, messages open and
 * close in turn, little waits, and the same is said however the bytes are cut. */
#pragma once

#include "fuzz.h"
#include "listener.h"

#include <glib.h>

/* Feeds a chunk in pieces of `longest` bytes. */
static inline void fuzz_feed(Listener *listener, MsDirection direction, const uint8_t *data,
                             size_t length, size_t longest)
{
    for (size_t at = 0; at < length;) {
        size_t count = MIN(longest, length - at);
        listener_push(listener, direction, data + at, count);
        at += count;
    }
}

/* What is said of the input; the caller frees it. */
static inline char *fuzz_talk(const MsDialogueClass *class, const uint8_t *data, size_t size,
                              size_t longest)
{
    enum { MOST_PENDING = 66000 }; /* bytes: MS_LIMIT_LINE and a segment of this fuzzer */
    static const struct {
        MsLimitId limit;
        uint64_t value;
    } small[] = {{MS_LIMIT_LINE, 100},    {MS_LIMIT_PENDING_COMMANDS, 3}, {MS_LIMIT_FACT_RANGES, 2},
                 {MS_LIMIT_MAILDROP, 3},  {MS_LIMIT_LITERAL, 5000},       {MS_LIMIT_INFLATED, 3000},
                 {MS_LIMIT_HTTP_BODY, 50}};
    Listener *listener = listener_new(class);
    listener->talk.midstream = data[0] & 4;
    listener->talk.cut = data[0] & 16;
    for (size_t i = 0; (data[0] & 8) && i < G_N_ELEMENTS(small); i++)
        listener->limits.value[small[i].limit] = small[i].value;
    for (size_t at = 0; at + 3 <= size;) {
        MsDirection direction = data[at] & 1 ? MS_TO_CLIENT : MS_TO_SERVER;
        bool gap = data[at] & 2;
        size_t length = (size_t)(data[at + 1] | data[at + 2] << 8);
        at += 3;
        if (gap) {
            listener_gap(listener, direction, length);
            continue;
        }
        length = MIN(length, size - at);
        fuzz_feed(listener, direction, data + at, length, longest);
        at += length;
    }
    if (longest == 1)
        g_assert_cmpuint(listener->most_pending, <, MOST_PENDING);
    return listener_finish(listener);
}

/* The whole input, and the same cut in pieces. */
static inline void fuzz_dialogue(const MsDialogueClass *class, const uint8_t *data, size_t size)
{
    static const size_t cuts[] = {1, 2, 7, 100};
    if (size < 3 || size > 20000)
        return;
    char *whole = fuzz_talk(class, data, size, SIZE_MAX);
    for (size_t i = size > 3000 ? 2 : 0; i < G_N_ELEMENTS(cuts); i++) {
        char *again = fuzz_talk(class, data, size, cuts[i]);
        fuzz_compare(whole, again, cuts[i]);
        g_free(again);
    }
    g_free(whole);
}
