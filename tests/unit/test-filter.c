/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-filter.c - display filters; tests/scripts/filters.py tries them in tshark. */
#include "lab/filter.h"

#include <glib.h>

static char *written(MsFilter *filter, uint16_t file)
{
    MsBuffer out = {0};
    char *text = NULL;
    if (ms_filter_write(filter, file, &out))
        text = g_strndup((const char *)out.data, out.length);
    else
        g_assert_cmpuint(out.length, ==, 0);
    ms_buffer_clear(&out);
    return text;
}

static void add(MsFilter *filter, uint32_t frame, uint16_t file)
{
    const MsRange range = {.frame = frame, .length = 1, .file = file};
    ms_filter_add(filter, &range, 1, 0);
}

static void test_lists(void)
{
    static const struct {
        uint32_t frames[6];
        const char *words;
    } rows[] = {
        {{4}, "frame.number == 4"},
        {{4, 5}, "frame.number in {4..5}"},
        {{9, 4, 8, 7}, "frame.number in {4, 7..9}"},
        {{1, 1, 3}, "frame.number in {1, 3}"},
        {{0}, NULL},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsFilter filter = {0};
        for (size_t k = 0; rows[i].frames[k]; k++)
            add(&filter, rows[i].frames[k], 0);
        g_autofree char *got = written(&filter, 0);
        g_assert_cmpstr(got, ==, rows[i].words);
        ms_filter_clear(&filter);
    }
    g_assert_cmpuint(checked, ==, 5);
}

static void test_files(void)
{
    MsFilter filter = {0};
    add(&filter, 4, 0);
    add(&filter, 2, 1);
    add(&filter, 3, 1);
    g_autofree char *first = written(&filter, 0);
    g_autofree char *second = written(&filter, 1);
    g_autofree char *third = written(&filter, 2);
    g_assert_cmpstr(first, ==, "frame.number == 4");
    g_assert_cmpstr(second, ==, "frame.number in {2..3}");
    g_assert_null(third);
    ms_filter_clear(&filter);
}

static void add_bulk(MsFilter *filter, uint32_t runs)
{
    for (uint32_t i = 0; i < runs; i++) {
        const MsRange range = {.frame = 100 + 2 * i, .length = 1};
        ms_filter_add_bulk(filter, &range, 1, 0);
    }
}

static void test_bulk(void)
{
    static const uint64_t others[] = {90, 100, 101, 103, 104, 1098, 1099, (1ull << 32) + 105};
    MsFilter filter = {.sender = {.address = {"192.0.2.10xyz", "192.0.2.25"},
                                  .address_length = {10, 10},
                                  .port = {40000, 25}}};
    add(&filter, 7, 0);
    add_bulk(&filter, 40);
    g_autofree char *few = written(&filter, 0);
    g_assert_true(g_str_has_prefix(few, "frame.number in {7, 100, 102, 104, "));
    g_assert_true(g_str_has_suffix(few, ", 176, 178}"));
    add_bulk(&filter, 500);
    g_autofree char *many = written(&filter, 0);
    g_assert_cmpstr(many, ==,
                    "frame.number == 7 || (ip.src == 192.0.2.10 && tcp.srcport == 40000 && ip.dst "
                    "== 192.0.2.25 && tcp.dstport == 25 && tcp.len > 0 && "
                    "frame.number in {100..1098})");
    filter.sender.others = others;
    filter.sender.n_others = G_N_ELEMENTS(others);
    g_autofree char *without = written(&filter, 0);
    g_assert_true(g_str_has_suffix(
        without, " && frame.number in {100..1098} && !(frame.number in {101, 103..104}))"));
    ms_filter_clear(&filter);
    filter.sender = (MsFilterSender){
        .address = {"2001:db8::1", "2001:db8::2"}, .address_length = {11, 11}, .port = {40000, 25}};
    add_bulk(&filter, 60);
    g_autofree char *six = written(&filter, 0);
    g_assert_cmpstr(six, ==,
                    "(ipv6.src == 2001:db8::1 && tcp.srcport == 40000 && ipv6.dst == 2001:db8::2 "
                    "&& tcp.dstport == 25 && tcp.len > 0 && frame.number in "
                    "{100..218})");
    ms_filter_clear(&filter);
}

/* A list is taken when it is shorter, and when nobody knows what else the sender sent. */
static void test_bulk_list(void)
{
    MsFilter filter = {0};
    add_bulk(&filter, 500);
    g_autofree char *unknown = written(&filter, 0);
    g_assert_true(g_str_has_suffix(unknown, ", 1096, 1098}"));
    g_autofree uint64_t *others = g_new(uint64_t, 499);
    for (uint64_t i = 0; i < 499; i++)
        others[i] = 101 + 2 * i;
    filter.sender = (MsFilterSender){.address = {"192.0.2.10", "192.0.2.25"},
                                     .address_length = {10, 10},
                                     .port = {40000, 25},
                                     .others = others,
                                     .n_others = 499};
    g_autofree char *listed = written(&filter, 0);
    g_assert_cmpstr(listed, ==, unknown);
    ms_filter_clear(&filter);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/filter/lists", test_lists);
    g_test_add_func("/filter/files", test_files);
    g_test_add_func("/filter/bulk", test_bulk);
    g_test_add_func("/filter/bulk-list", test_bulk_list);
    return g_test_run();
}
