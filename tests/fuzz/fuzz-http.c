/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-http.c - an HTTP dialogue, as dialogue.h says, and the watch over its requests. */
#include "dialogue.h"
#include "dialogue/http_watch.h"

/* The watch eats no more than it is shown, and goes on until it has an end. */
static void watch(const uint8_t *data, size_t size, size_t longest)
{
    MsLimits limits;
    ms_limits_default(&limits);
    MsHttpWatch *one = ms_http_watch_new();
    size_t begin = 0;
    for (size_t end = MIN(longest, size); end > begin; end = MIN(end + longest, size)) {
        size_t eaten;
        MsWatchVerdict verdict =
            ms_http_watch(one, data + begin, end - begin, end == size, &limits, &eaten);
        g_assert_cmpuint(eaten, <=, end - begin);
        begin += eaten;
        if (verdict != MS_WATCH_ON || end == size)
            break;
    }
    ms_http_watch_gap(one, size);
    ms_http_watch_free(one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > 20000)
        return 0;
    watch(data + 3, size - 3, 7);
    watch(data + 3, size - 3, 1000);
    fuzz_dialogue(&ms_http, data, size);
    return 0;
}
