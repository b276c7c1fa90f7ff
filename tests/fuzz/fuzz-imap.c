/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-imap.c - an IMAP dialogue. Input: chunks of one byte (bit 0: to the client; bit 1: a gap; in
 * the first chunk also bit 3: small limits), a length (2 bytes, little), and as many bytes, none
 * for a gap. Holds: no more is eaten than was offered, ranges lie in what was fed, messages open
 * and close, little waits, and the same is said however the bytes are cut. */
#include "fuzz.h"
#include "listener.h"

#include <string.h>

enum { PENDING_LIMIT = 66000 }; /* bytes: MS_LIMIT_LINE and a segment of this fuzzer */

/* Feeds a chunk in pieces of `longest` bytes. */
static void feed(Listener *listener, MsDirection direction, const uint8_t *data, size_t length,
                 size_t longest)
{
    for (size_t at = 0; at < length;) {
        size_t count = MIN(longest, length - at);
        listener_push(listener, direction, data + at, count);
        at += count;
    }
}

static char *run(const uint8_t *data, size_t size, size_t longest)
{
    Listener *listener = listener_new(&ms_imap);
    if (data[0] & 8) {
        listener->limits.value[MS_LIMIT_LINE] = 100;
        listener->limits.value[MS_LIMIT_PENDING_COMMANDS] = 3;
        listener->limits.value[MS_LIMIT_FACT_RANGES] = 2;
        listener->limits.value[MS_LIMIT_LITERAL] = 5000;
        listener->limits.value[MS_LIMIT_INFLATED] = 3000;
    }
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
        feed(listener, direction, data + at, length, longest);
        at += length;
    }
    if (longest == 1)
        g_assert_cmpuint(listener->most_pending, <, PENDING_LIMIT);
    return listener_finish(listener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > 20000)
        return 0;
    char *whole = run(data, size, SIZE_MAX);
    size_t cuts[] = {1, 2, 7, 100};
    for (size_t i = size > 3000 ? 2 : 0; i < G_N_ELEMENTS(cuts); i++) {
        char *again = run(data, size, cuts[i]);
        fuzz_compare(whole, again, cuts[i]);
        g_free(again);
    }
    g_free(whole);
    return 0;
}
