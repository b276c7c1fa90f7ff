/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tests of the plugin's watch over the order of TLS segments: a hole that is filled later counts,
 * with the frame that fills it; loss, repeats and connections that nobody watches do not. */
#include "order.h"

#include <glib.h>

static MsSegment segment(unsigned side, uint32_t seq, uint32_t length, uint32_t frame)
{
    MsSegment one = {.src_port = side ? 587 : 40000,
                     .dst_port = side ? 40000 : 587,
                     .seq = seq,
                     .wire_length = length,
                     .frame = frame};
    one.src[15] = side ? 2 : 1;
    one.dst[15] = side ? 1 : 2;
    return one;
}

typedef struct {
    unsigned side;
    uint32_t seq, length;
    bool late;
} Row;

static void test_order(void)
{
    static const Row rows[] = {
        {0, 4294967200u, 50, false}, /* the first one seen */
        {0, 4294967250u, 50, false}, /* passes 2^32 */
        {0, 54, 10, false},          /* behind a hole of 50 bytes */
        {0, 64, 10, false},
        {1, 900, 10, false}, /* the other side */
        {0, 4, 50, true},    /* fills it */
        {0, 4, 50, false},   /* once more */
        {0, 74, 10, false},
        {0, 94, 10, false}, /* a hole that stays */
        {0, 104, 0, false},
        {1, 910, 10, false}, /* an ACK; in order */
        {1, 900, 10, false},
        {1, 930, 5, false}, /* a repeat; a hole of 10 bytes */
        {1, 920, 10, true},
        {1, 935, 5, false},
    };
    MsOrder *order = ms_order_new();
    MsSegment watched = segment(1, 0, 0, 1);
    ms_order_watch(order, &watched);
    ms_order_watch(order, &watched);
    unsigned count = 0;
    for (uint32_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const MsSegment one = segment(rows[i].side, rows[i].seq, rows[i].length, i + 2);
        ms_order_segment(order, &one);
        g_test_message("row %u", i);
        g_assert_cmpint(ms_order_is_late(order, i + 2), ==, rows[i].late);
        count++;
    }
    g_assert_cmpuint(count, ==, 15);
    ms_order_free(order);
}

static void test_not_watched(void)
{
    MsOrder *order = ms_order_new();
    const uint32_t seqs[] = {100, 120, 110};
    for (uint32_t i = 0; i < G_N_ELEMENTS(seqs); i++) {
        const MsSegment one = segment(0, seqs[i], 10, i + 1);
        ms_order_segment(order, &one);
        g_assert_false(ms_order_is_late(order, i + 1));
    }
    ms_order_free(order);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/order/order", test_order);
    g_test_add_func("/order/not-watched", test_not_watched);
    return g_test_run();
}
