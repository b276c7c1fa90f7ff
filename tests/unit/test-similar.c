/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-similar.c - traits and their sketch, what puts submissions into one cluster, and what is
 * worth nothing. Whole captures are compared in tests/grade/similar.py. */
#include "grade/similar.h"
#include "grade/trait.h"

#include <string.h>

static void add(MsTraits *traits, MsTraitKind kind, uint32_t value)
{
    ms_traits_add(traits, kind, 0, value, &value, sizeof value, "text", 4);
}

/* A part keeps the same values as its whole, as far as it has them. */
static void test_sketch(void)
{
    g_autoptr(MsTraits) whole = ms_traits_new();
    g_autoptr(MsTraits) part = ms_traits_new();
    unsigned most = ms_trait_row(MS_TRAIT_SEGMENT)->most;
    for (uint32_t i = 0; i < 2000; i++) {
        add(whole, MS_TRAIT_SEGMENT, i);
        if (i >= 1000)
            add(part, MS_TRAIT_SEGMENT, i);
        add(part, MS_TRAIT_SEGMENT, 1500); /* again and again */
    }
    g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(MsTrait));
    g_autoptr(GArray) b = g_array_new(FALSE, FALSE, sizeof(MsTrait));
    json_t *lists[] = {ms_traits_json(whole), ms_traits_json(part)};
    ms_traits_parse(lists[0], a);
    ms_traits_parse(lists[1], b);
    g_assert_cmpuint(a->len, ==, most);
    g_assert_cmpuint(b->len, ==, most);
    unsigned shared = 0, expected = 0;
    for (guint i = 0; i < a->len; i++) {
        const MsTrait *trait = &g_array_index(a, MsTrait, i);
        expected += trait->frame >= 1000;
        for (guint k = 0; k < b->len; k++)
            shared += g_array_index(b, MsTrait, k).value == trait->value;
        g_assert_true(i == 0 || trait->value > (trait - 1)->value);
    }
    g_assert_cmpuint(shared, ==, expected);
    g_assert_cmpuint(shared, >, 10);
    for (guint i = 0; i < a->len; i++)
        g_free(g_array_index(a, MsTrait, i).text);
    for (guint i = 0; i < b->len; i++)
        g_free(g_array_index(b, MsTrait, i).text);
    json_decref(lists[0]);
    json_decref(lists[1]);
}

/* Has the first `who` of `class` submissions share `values` values of a kind; the number of
 * clusters. */
static size_t clusters(unsigned class, unsigned who, MsTraitKind kind, unsigned values,
                       MsTraitKind also)
{
    g_autoptr(MsSimilar) similar = ms_similar_new();
    for (unsigned i = 0; i < class; i++) {
        g_autoptr(MsTraits) traits = ms_traits_new();
        for (uint32_t k = 0; i < who && k < values; k++)
            add(traits, kind, 7000 + k);
        if (i < who && also != kind)
            add(traits, also, 1);
        add(traits, MS_TRAIT_FLOW, 100 + i);
        char key[16];
        g_snprintf(key, sizeof key, "s%u", i);
        json_t *fingerprint = json_pack("{so}", "traits", ms_traits_json(traits));
        ms_similar_add(similar, key, fingerprint);
        json_decref(fingerprint);
    }
    json_t *report = ms_similar_report(similar);
    size_t count = json_array_size(json_object_get(report, "clusters"));
    g_autoptr(GString) page = g_string_new(NULL);
    ms_similar_markdown(page, report);
    g_assert_cmpint(strstr(page->str, "## Cluster 1: ") != NULL, ==, count > 0);
    if (count > 0)
        g_assert_cmpuint(json_array_size(json_object_get(
                             json_array_get(json_object_get(report, "clusters"), 0), "students")),
                         ==, who);
    json_decref(report);
    return count;
}

static void test_clusters(void)
{
    static const struct {
        unsigned class, who;
        MsTraitKind kind;
        unsigned values;
        MsTraitKind also;
        size_t clusters;
    } rows[] = {
        {40, 2, MS_TRAIT_FLOW, 1, MS_TRAIT_FLOW, 1},
        {40, 1, MS_TRAIT_FLOW, 1, MS_TRAIT_FLOW, 0},
        {40, 20, MS_TRAIT_FLOW, 1, MS_TRAIT_FLOW, 1},
        {40, 21, MS_TRAIT_FLOW, 1, MS_TRAIT_FLOW, 0}, /* handed out */
        {3, 3, MS_TRAIT_FILE, 1, MS_TRAIT_FILE, 1},   /* few are no class */
        {40, 2, MS_TRAIT_SEGMENT, 3, MS_TRAIT_SEGMENT, 0},
        {40, 2, MS_TRAIT_SEGMENT, 4, MS_TRAIT_SEGMENT, 1},
        {40, 2, MS_TRAIT_TIMING, 2, MS_TRAIT_TIMING, 0},
        {40, 2, MS_TRAIT_TIMING, 2, MS_TRAIT_IDS, 1},
        {40, 2, MS_TRAIT_QUEUE, 9, MS_TRAIT_QUEUE, 0}, /* one kind is not enough */
        {40, 2, MS_TRAIT_QUEUE, 1, MS_TRAIT_MESSAGE, 1},
        {40, 4, MS_TRAIT_QUEUE, 1, MS_TRAIT_MESSAGE, 0}, /* a model text */
        {100, 5, MS_TRAIT_QUEUE, 1, MS_TRAIT_MESSAGE, 1},
        {40, 2, MS_TRAIT_MAC, 9, MS_TRAIT_ADDRESS, 0},
        {40, 20, MS_TRAIT_MACHINE, 9, MS_TRAIT_NAMES, 0},
    };
    unsigned count = 0;
    for (; count < G_N_ELEMENTS(rows); count++) {
        size_t found = clusters(rows[count].class, rows[count].who, rows[count].kind,
                                rows[count].values, rows[count].also);
        if (found != rows[count].clusters)
            g_error("row %u: %zu clusters", count, found);
    }
    g_assert_cmpuint(count, ==, 15);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/similar/sketch", test_sketch);
    g_test_add_func("/similar/clusters", test_clusters);
    return g_test_run();
}
