/* SPDX-License-Identifier: GPL-2.0-or-later
 * similar.c - joins traits by value, then submissions into clusters. similar_write.c writes them
 * for people. */
#include "similar.h"

#include "trait.h"

#include <string.h>

enum {
    NEIGHBOURS = 8, /* others of the same value that each one is joined with, beside the first */
    EXAMPLES = 3,   /* values of a kind that are written out */
    PLACES = 8,     /* submissions named for each of them */
    ALWAYS = 4,     /* so many may share a trait even if they are most of the class */
    FEW = 3,        /* ... or may share a model text */
    FEW_PARTS = 20  /* ... or one in so many of the class */
};

typedef struct {
    MsTrait trait;
    uint32_t who;
} Entry;

typedef struct {
    uint64_t key;                /* both submissions */
    uint8_t shared[MS_N_TRAITS]; /* values, at most 255 */
} Pair;

/* Entries with one value: entries[from .. to). */
typedef struct {
    guint from, to;
    MsTraitKind kind;
    bool common; /* too many share it */
} Bucket;

typedef struct {
    uint64_t values; /* that several of the cluster share */
    guint most;      /* most submissions of the class that share one */
    json_t *examples;
} Shared;

struct MsSimilar {
    GPtrArray *keys;  /* char *, of each submission */
    GPtrArray *signs; /* json_t *, or NULL */
    GArray *entries;  /* Entry */
    guint read;       /* submissions with a fingerprint */
};

static void clear_entry(void *data)
{
    Entry *entry = data;
    g_free(entry->trait.text);
}

static void free_signs(void *signs)
{
    json_decref(signs);
}

MsSimilar *ms_similar_new(void)
{
    MsSimilar *similar = g_new0(MsSimilar, 1);
    similar->keys = g_ptr_array_new_with_free_func(g_free);
    similar->signs = g_ptr_array_new_with_free_func(free_signs);
    similar->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(similar->entries, clear_entry);
    return similar;
}

void ms_similar_free(MsSimilar *similar)
{
    if (!similar)
        return;
    g_ptr_array_unref(similar->keys);
    g_ptr_array_unref(similar->signs);
    g_array_unref(similar->entries);
    g_free(similar);
}

void ms_similar_add(MsSimilar *similar, const char *key, const json_t *fingerprint)
{
    g_autoptr(GArray) traits = g_array_new(FALSE, FALSE, sizeof(MsTrait));
    ms_traits_parse(json_object_get(fingerprint, "traits"), traits);
    for (guint i = 0; i < traits->len; i++) {
        Entry entry = {g_array_index(traits, MsTrait, i), similar->keys->len};
        g_array_append_val(similar->entries, entry);
    }
    similar->read += fingerprint != NULL;
    g_ptr_array_add(similar->keys, g_strdup(key));
    g_ptr_array_add(similar->signs, json_deep_copy(json_object_get(fingerprint, "signs")));
}

/* --- the join --- */

static gint compare(gconstpointer a, gconstpointer b)
{
    const Entry *x = a;
    const Entry *y = b;
    if (x->trait.kind != y->trait.kind)
        return x->trait.kind < y->trait.kind ? -1 : 1;
    if (x->trait.value != y->trait.value)
        return x->trait.value < y->trait.value ? -1 : 1;
    return x->who < y->who ? -1 : x->who > y->who;
}

static const Entry *entry_at(const MsSimilar *similar, guint i)
{
    return &g_array_index(similar->entries, Entry, i);
}

static GArray *find_buckets(MsSimilar *similar)
{
    GArray *buckets = g_array_new(FALSE, FALSE, sizeof(Bucket));
    g_array_sort(similar->entries, compare);
    guint n = similar->entries->len;
    for (guint from = 0, to; from < n; from = to) {
        const MsTrait *first = &entry_at(similar, from)->trait;
        for (to = from + 1; to < n; to++) {
            const MsTrait *next = &entry_at(similar, to)->trait;
            if (next->kind != first->kind || next->value != first->value)
                break;
        }
        Bucket bucket = {from, to, (MsTraitKind)first->kind, false};
        guint most = MAX(ALWAYS, similar->read / 2);
        if (ms_trait_row(bucket.kind)->few)
            most = MIN(most, MAX(FEW, similar->read / FEW_PARTS));
        bucket.common = to - from > most;
        if (to - from > 1)
            g_array_append_val(buckets, bucket);
    }
    return buckets;
}

static guint hash_pair(gconstpointer pair)
{
    return (guint)ms_trait_hash(pair, sizeof(uint64_t));
}

static void join_two(GHashTable *pairs, uint32_t a, uint32_t b, MsTraitKind kind)
{
    uint64_t key = (uint64_t)a << 32 | b;
    Pair *pair = g_hash_table_lookup(pairs, &key);
    if (!pair) {
        pair = g_new0(Pair, 1);
        pair->key = key;
        g_hash_table_insert(pairs, &pair->key, pair);
    }
    pair->shared[kind] = (uint8_t)MIN(pair->shared[kind] + 1, 255);
}

static void join_bucket(const MsSimilar *similar, const Bucket *bucket, GHashTable *pairs)
{
    uint32_t first = entry_at(similar, bucket->from)->who;
    for (guint i = bucket->from + 1; i < bucket->to; i++) {
        uint32_t who = entry_at(similar, i)->who;
        guint back = MIN(i - bucket->from, NEIGHBOURS);
        for (guint k = i - back; k < i; k++)
            join_two(pairs, entry_at(similar, k)->who, who, bucket->kind);
        if (i - bucket->from > back)
            join_two(pairs, first, who, bucket->kind);
    }
}

static unsigned worth(const Pair *pair)
{
    unsigned sum = 0;
    for (size_t k = 0; k < MS_N_TRAITS; k++) {
        const MsTraitRow *row = ms_trait_row((MsTraitKind)k);
        sum += row->worth * MIN(pair->shared[k], row->counted);
    }
    return sum;
}

static uint32_t root(uint32_t *parent, uint32_t who)
{
    while (parent[who] != who) {
        parent[who] = parent[parent[who]];
        who = parent[who];
    }
    return who;
}

/* The cluster of each submission: the number of its first member. */
static uint32_t *cluster(const MsSimilar *similar, const GArray *buckets)
{
    g_autoptr(GHashTable) pairs = g_hash_table_new_full(hash_pair, g_int64_equal, NULL, g_free);
    uint32_t *parent = g_new(uint32_t, similar->keys->len + 1);
    for (uint32_t i = 0; i < similar->keys->len; i++)
        parent[i] = i;
    for (guint i = 0; i < buckets->len; i++) {
        const Bucket *bucket = &g_array_index(buckets, Bucket, i);
        if (!bucket->common && ms_trait_row(bucket->kind)->worth > 0)
            join_bucket(similar, bucket, pairs);
    }
    GHashTableIter iterator;
    void *value;
    g_hash_table_iter_init(&iterator, pairs);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const Pair *pair = value;
        if (worth(pair) < MS_TRAIT_ENOUGH)
            continue;
        uint32_t a = root(parent, (uint32_t)(pair->key >> 32));
        uint32_t b = root(parent, (uint32_t)pair->key);
        parent[MAX(a, b)] = MIN(a, b);
    }
    for (uint32_t i = 0; i < similar->keys->len; i++)
        parent[i] = root(parent, i); /* the smallest of all, as the smaller one always won */
    return parent;
}

/* --- the report --- */

static const char *key_of(const MsSimilar *similar, uint32_t who)
{
    return similar->keys->pdata[who];
}

/* A value with the places where it is; only members of cluster `which`. */
static json_t *example(const MsSimilar *similar, const Bucket *bucket, const uint32_t *parent,
                       uint32_t which)
{
    json_t *row = json_object();
    json_t *where = json_array();
    const char *text = entry_at(similar, bucket->from)->trait.text;
    if (text)
        json_object_set_new(row, "value", json_string(text));
    json_object_set_new(row, "submissions", json_integer(bucket->to - bucket->from));
    for (guint i = bucket->from; i < bucket->to && json_array_size(where) < PLACES; i++) {
        const Entry *entry = entry_at(similar, i);
        if (parent[entry->who] != which)
            continue;
        json_t *place = json_pack("{ss si}", "student", key_of(similar, entry->who), "file",
                                  (int)entry->trait.file + 1);
        if (entry->trait.frame > 0)
            json_object_set_new(place, "frame", json_integer(entry->trait.frame));
        json_array_append_new(where, place);
    }
    json_object_set_new(row, "where", where);
    return row;
}

static void share(const MsSimilar *similar, const Bucket *bucket, const uint32_t *parent,
                  uint32_t which, Shared *shared)
{
    shared[bucket->kind].values++;
    shared[bucket->kind].most = MAX(shared[bucket->kind].most, bucket->to - bucket->from);
    if (!shared[bucket->kind].examples)
        shared[bucket->kind].examples = json_array();
    if (json_array_size(shared[bucket->kind].examples) < EXAMPLES)
        json_array_append_new(shared[bucket->kind].examples,
                              example(similar, bucket, parent, which));
}

static gint compare_whole(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Tells each cluster of which several have the value. */
static void share_bucket(const MsSimilar *similar, const Bucket *bucket, const uint32_t *parent,
                         Shared *const *shared)
{
    g_autoptr(GArray) there = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = bucket->from; i < bucket->to; i++) {
        uint32_t which = parent[entry_at(similar, i)->who];
        if (shared[which])
            g_array_append_val(there, which);
    }
    g_array_sort(there, compare_whole);
    for (guint i = 1; i < there->len; i++) {
        uint32_t which = g_array_index(there, uint32_t, i);
        bool before = g_array_index(there, uint32_t, i - 1) == which;
        bool told = i > 1 && g_array_index(there, uint32_t, i - 2) == which;
        if (before && !told)
            share(similar, bucket, parent, which, shared[which]);
    }
}

static json_t *kind_row(MsTraitKind kind, const Shared *shared)
{
    const MsTraitRow *row = ms_trait_row(kind);
    return json_pack("{ss ss sI sI sO}", "trait", row->name, "words", row->words, "values",
                     (json_int_t)shared->values, "submissions", (json_int_t)shared->most,
                     "examples", shared->examples);
}

static json_t *cluster_row(const MsSimilar *similar, const uint32_t *parent, uint32_t which,
                           const Shared *shared)
{
    json_t *students = json_array();
    json_t *traits = json_array();
    json_t *machine = json_array();
    for (uint32_t i = which; i < similar->keys->len; i++) {
        if (parent[i] == which)
            json_array_append_new(students, json_string(key_of(similar, i)));
    }
    for (size_t k = 0; k < MS_N_TRAITS; k++) {
        if (shared[k].values > 0)
            json_array_append_new(ms_trait_row((MsTraitKind)k)->worth > 0 ? traits : machine,
                                  kind_row((MsTraitKind)k, &shared[k]));
    }
    return json_pack("{so so so}", "students", students, "traits", traits, "machine", machine);
}

static json_t *report_clusters(const MsSimilar *similar, const GArray *buckets)
{
    g_autofree uint32_t *parent = cluster(similar, buckets);
    g_autofree Shared **shared = g_new0(Shared *, similar->keys->len + 1);
    for (uint32_t i = 0; i < similar->keys->len; i++) {
        if (parent[i] != i && !shared[parent[i]])
            shared[parent[i]] = g_new0(Shared, MS_N_TRAITS);
    }
    for (guint i = 0; i < buckets->len; i++) {
        if (!g_array_index(buckets, Bucket, i).common)
            share_bucket(similar, &g_array_index(buckets, Bucket, i), parent, shared);
    }
    json_t *out = json_array();
    for (uint32_t i = 0; i < similar->keys->len; i++) {
        if (!shared[i])
            continue;
        json_array_append_new(out, cluster_row(similar, parent, i, shared[i]));
        for (size_t k = 0; k < MS_N_TRAITS; k++)
            json_decref(shared[i][k].examples);
        g_free(shared[i]);
    }
    return out;
}

/* What too many share, and what says which machine it was. */
static json_t *report_common(const MsSimilar *similar, const GArray *buckets)
{
    uint64_t values[MS_N_TRAITS] = {0};
    const Bucket *largest[MS_N_TRAITS] = {NULL};
    for (guint i = 0; i < buckets->len; i++) {
        const Bucket *bucket = &g_array_index(buckets, Bucket, i);
        const Bucket *most = largest[bucket->kind];
        if (!bucket->common && ms_trait_row(bucket->kind)->worth > 0)
            continue;
        values[bucket->kind]++;
        if (!most || bucket->to - bucket->from > most->to - most->from)
            largest[bucket->kind] = bucket;
    }
    json_t *out = json_array();
    for (size_t k = 0; k < MS_N_TRAITS; k++) {
        if (!largest[k])
            continue;
        const MsTraitRow *row = ms_trait_row((MsTraitKind)k);
        json_t *one = json_pack("{ss ss sI sI}", "trait", row->name, "words", row->words, "values",
                                (json_int_t)values[k], "submissions",
                                (json_int_t)(largest[k]->to - largest[k]->from));
        const char *text = entry_at(similar, largest[k]->from)->trait.text;
        if (text)
            json_object_set_new(one, "value", json_string(text));
        json_array_append_new(out, one);
    }
    return out;
}

static json_t *report_signs(const MsSimilar *similar, json_t *counts)
{
    json_t *out = json_array();
    for (guint i = 0; i < similar->keys->len; i++) {
        json_t *signs = similar->signs->pdata[i];
        if (json_array_size(signs) == 0)
            continue;
        json_array_append_new(out,
                              json_pack("{ss sO}", "student", key_of(similar, i), "signs", signs));
        for (size_t k = 0; k < json_array_size(signs); k++) {
            const char *name = json_string_value(json_object_get(json_array_get(signs, k), "sign"));
            json_int_t before = name ? json_integer_value(json_object_get(counts, name)) : 0;
            if (name)
                json_object_set_new(counts, name, json_integer(before + 1));
        }
    }
    return out;
}

json_t *ms_similar_report(MsSimilar *similar)
{
    g_autoptr(GArray) buckets = find_buckets(similar);
    json_t *counts = json_object();
    json_t *edited = report_signs(similar, counts);
    return json_pack("{si si so so so so}", "submissions", (int)similar->keys->len, "compared",
                     (int)similar->read, "clusters", report_clusters(similar, buckets), "common",
                     report_common(similar, buckets), "edited", edited, "signs", counts);
}
