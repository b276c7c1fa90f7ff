/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-sniff.c - whose words are these? Input: length of the first side's bytes (2, little-endian),
 * then the bytes of both sides. Holds: a verdict once nothing more can come, nothing skipped that
 * was not there, and more bytes never turn "found" into something else. */
#include "dialogue/sniff.h"
#include "fuzz.h"

#include <glib.h>

#include <string.h>

static void check(const MsSniffSide side[2], const MsSniffResult *result)
{
    if (result->verdict != MS_SNIFF_FOUND)
        return;
    g_assert_nonnull(result->class);
    g_assert_cmpuint(result->server, <=, 1);
    for (int i = 0; i < 2; i++)
        g_assert_cmpuint(result->skip[i], <=, side[i].length);
    g_assert_nonnull(memchr(result->tunnel, 0, sizeof result->tunnel));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t ports[] = {25, 587, 465, 2525, 80, 443, 40000};
    if (size < 3)
        return 0;
    MsLimits limits;
    ms_limits_default(&limits);
    size_t first = MIN((size_t)(data[0] | data[1] << 8), size - 2);
    /* Copies of exactly their size, so that reading beyond them is seen. */
    g_autofree uint8_t *one = g_memdup2(data + 2, first);
    g_autofree uint8_t *two = g_memdup2(data + 2 + first, size - 2 - first);
    for (unsigned variant = 0; variant < 14; variant++) {
        MsSniffSide side[2] = {{.data = one,
                                .length = first,
                                .port = 40000,
                                .sent_syn = variant % 2 == 0,
                                .from_start = variant % 3 != 0},
                               {.data = two,
                                .length = size - 2 - first,
                                .port = ports[variant % 7],
                                .from_start = variant % 3 != 0}};
        MsSniffResult result;
        ms_sniff(side, &limits, &result);
        check(side, &result);
        side[0].ended = side[1].ended = true;
        ms_sniff(side, &limits, &result);
        check(side, &result);
        g_assert_cmpint(result.verdict, !=, MS_SNIFF_MORE);
    }
    return 0;
}
