/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-filter.c - display filters; tests/scripts/filters.py tries them in tshark. */
#include "lab/filter.h"

#include <glib.h>

static char *written(MsFilter *filter, uint16_t file, bool *wider)
{
    MsBuffer out = {0};
    char *text = NULL;
    if (ms_filter_write(filter, file, &out, wider))
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
        bool wider = true;
        for (size_t k = 0; rows[i].frames[k]; k++)
            add(&filter, rows[i].frames[k], 0);
        g_autofree char *got = written(&filter, 0, &wider);
        g_assert_cmpstr(got, ==, rows[i].words);
        g_assert_false(wider);
        ms_filter_clear(&filter);
    }
    g_assert_cmpuint(checked, ==, 5);
}

static void test_files(void)
{
    MsFilter filter = {0};
    bool wider;
    add(&filter, 4, 0);
    add(&filter, 2, 1);
    add(&filter, 3, 1);
    g_autofree char *first = written(&filter, 0, &wider);
    g_autofree char *second = written(&filter, 1, &wider);
    g_autofree char *third = written(&filter, 2, &wider);
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
    MsFilter filter = {.sender = {"192.0.2.10xyz", 10, 40000}};
    bool wider;
    add(&filter, 7, 0);
    add_bulk(&filter, 2);
    g_autofree char *few = written(&filter, 0, &wider);
    g_assert_cmpstr(few, ==, "frame.number in {7, 100, 102}");
    g_assert_false(wider);
    add_bulk(&filter, 500);
    g_autofree char *many = written(&filter, 0, &wider);
    g_assert_cmpstr(many, ==,
                    "frame.number == 7 || (frame.number in {100..1098} && ip.src == 192.0.2.10 && "
                    "tcp.srcport == 40000 && tcp.len > 0)");
    g_assert_true(wider);
    ms_filter_clear(&filter);
    filter.sender = (MsFilterSender){"2001:db8::1", 11, 25};
    add_bulk(&filter, 41);
    g_autofree char *six = written(&filter, 0, &wider);
    g_assert_cmpstr(
        six, ==,
        "(frame.number in {100..180} && ipv6.src == 2001:db8::1 && tcp.srcport == 25 && "
        "tcp.len > 0)");
    ms_filter_clear(&filter);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/filter/lists", test_lists);
    g_test_add_func("/filter/files", test_files);
    g_test_add_func("/filter/bulk", test_bulk);
    return g_test_run();
}
