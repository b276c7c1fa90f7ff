/* SPDX-License-Identifier: GPL-2.0-or-later
 * handed.c - gives what was collected to the students it belongs to. */
#include "handed.h"

#include "../base/error.h"
#include "collect.h"
#include "listed.h"
#include "platform.h"
#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_FILES 64                 /* of one student */
#define LIST_BYTES ((off_t)256 << 20) /* of a list of submissions */

/* By what students are found; values are MsHanded, or `several` where nobody is guessed. */
typedef struct {
    GPtrArray *students;
    GHashTable *ids, *emails, *names;
} Index;

static char several[] = "several";

/* --- names of files --- */

static bool ends_as(const char *name, const char *const *endings)
{
    for (size_t i = 0; endings[i]; i++) {
        if (g_str_has_suffix(name, endings[i]))
            return true;
    }
    return false;
}

bool ms_handed_is_capture(const char *name)
{
    static const char *const endings[] = {".pcap", ".pcapng", ".cap", NULL};
    static const char *const packed[] = {".gz", ".zst", ".xz"};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(packed); i++) {
        if (g_str_has_suffix(lower, packed[i]))
            lower[strlen(lower) - strlen(packed[i])] = '\0';
    }
    return ends_as(lower, endings);
}

bool ms_handed_is_answers(const char *name)
{
    static const char *const endings[] = {".txt", ".csv", ".json", NULL};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return ends_as(lower, endings);
}

/* --- bytes --- */

typedef struct {
    void *at;
    size_t length;
} Mapping;

static void unmap(void *data)
{
    Mapping *mapping = data;
    munmap(mapping->at, mapping->length);
    g_free(mapping);
}

GBytes *ms_handed_map_part(int file, uint64_t offset, uint64_t length, GError **error)
{
    if (length == 0)
        return g_bytes_new(NULL, 0);
    void *at = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, (off_t)offset);
    if (at == MAP_FAILED) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot be read: %s", g_strerror(errno));
        return NULL;
    }
    Mapping *mapping = g_new(Mapping, 1);
    *mapping = (Mapping){at, length};
    return g_bytes_new_with_free_func(at, length, unmap, mapping);
}

GBytes *ms_handed_map(const MsHandedFile *file, int spool, GError **error)
{
    if (file->bytes)
        return g_bytes_ref(file->bytes);
    if (!file->path)
        return ms_handed_map_part(spool, file->offset, file->length, error);
    int opened = open(file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat status;
    GBytes *bytes = NULL;
    if (opened < 0 || fstat(opened, &status) != 0)
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot open '%s': %s", file->name,
                    errno == ELOOP ? "it is a link" : g_strerror(errno));
    else if (!S_ISREG(status.st_mode))
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot open '%s': it is no plain file",
                    file->name);
    else
        bytes = ms_handed_map_part(opened, 0, (uint64_t)status.st_size, error);
    if (opened >= 0)
        close(opened);
    return bytes;
}

/* --- students --- */

static void handed_free(void *data)
{
    MsHanded *handed = data;
    g_free(handed->key);
    g_free(handed->id);
    g_free(handed->name);
    g_free(handed->email);
    g_free(handed->nonce);
    g_free(handed->number);
    g_ptr_array_unref(handed->files);
    ms_handed_file_free(handed->given);
    g_free(handed);
}

static void put(GHashTable *table, char *key, MsHanded *handed)
{
    void *there = g_hash_table_lookup(table, key);
    if (key[0] == '\0')
        g_free(key);
    else
        g_hash_table_replace(table, key, there && there != handed ? (void *)several : handed);
}

static MsHanded *add_student(Index *index, const char *id, const char *name, const char *email,
                             bool known)
{
    MsHanded *handed = g_new0(MsHanded, 1);
    handed->id = g_utf8_make_valid(id, -1);
    handed->name = g_utf8_make_valid(name, -1);
    handed->email = g_utf8_make_valid(email, -1);
    handed->files = g_ptr_array_new_with_free_func(ms_handed_file_free);
    handed->known = known;
    g_ptr_array_add(index->students, handed);
    char *lower = g_ascii_strdown(handed->id, -1);
    if (g_hash_table_contains(index->ids, lower))
        g_free(lower);
    else
        put(index->ids, lower, handed);
    if (!known)
        return handed;
    lower = g_ascii_strdown(handed->email, -1);
    put(index->emails, g_strndup(lower, strcspn(lower, "@")), handed);
    put(index->emails, lower, handed);
    put(index->names, ms_platform_squeeze(handed->name, false), handed);
    put(index->names, ms_platform_squeeze(handed->name, true), handed);
    return handed;
}

static MsHanded *one_of(GHashTable *table, const char *key)
{
    void *found = g_hash_table_lookup(table, key);
    return found == several ? NULL : found;
}

/* The numbers of Moodle and Canvas are their own: somebody else's id may be the same number. There
 * the name decides, and the number only for who has no name in the roster, or is in none. */
static MsHanded *find(Index *index, MsPlatform platform, const char *id, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(id, -1);
    g_autofree char *squeezed = ms_platform_squeeze(name, false);
    g_autofree char *address = g_ascii_strdown(name, -1);
    MsHanded *by_id = one_of(index->ids, lower);
    MsHanded *by_name = one_of(index->names, squeezed);
    if (platform == MS_PLATFORM_MOODLE || platform == MS_PLATFORM_CANVAS) {
        bool blind = strcmp(squeezed, "participant") == 0 || strcmp(squeezed, "anon") == 0;
        if (by_name)
            return by_name;
        return by_id && (!by_id->known || by_id->name[0] == '\0' || blind) ? by_id : NULL;
    }
    if (by_id)
        return by_id;
    MsHanded *by_email = one_of(index->emails, address);
    return by_email ? by_email : by_name;
}

static void give(MsHanded *handed, MsCollected *collected)
{
    handed->any = true;
    if (collected->file && handed->files->len < MOST_FILES)
        g_ptr_array_add(handed->files, g_steal_pointer(&collected->file));
}

/* --- folders and archives --- */

/* The folder that holds everything, or NULL: somebody packed a folder, not what is in it. */
static char *common_folder(Index *index, const GPtrArray *all)
{
    const MsCollected *first = all->len > 0 ? all->pdata[0] : NULL;
    const char *slash = first ? strchr(first->name, '/') : NULL;
    g_autofree char *top = !first  ? NULL
                           : slash ? g_strndup(first->name, (gsize)(slash - first->name))
                                   : g_strdup(first->name);
    g_autofree char *inside = top ? g_strconcat(top, "/", NULL) : NULL;
    g_autofree char *id = NULL;
    g_autofree char *name = NULL;
    for (guint i = 0; i < all->len; i++) {
        const MsCollected *collected = all->pdata[i];
        bool is_top = strcmp(collected->name, top) == 0 && !collected->file;
        if (!is_top && !g_str_has_prefix(collected->name, inside))
            return NULL;
    }
    if (!top || ms_platform_read(top, &id, &name) != MS_PLATFORM_NONE ||
        find(index, MS_PLATFORM_NONE, id, name))
        return NULL;
    return g_steal_pointer(&inside);
}

static void give_out(Index *index, GPtrArray *all, bool packed)
{
    g_autofree char *common = packed ? common_folder(index, all) : NULL;
    for (guint i = 0; i < all->len; i++) {
        MsCollected *collected = all->pdata[i];
        if (common && !g_str_has_prefix(collected->name, common))
            continue; /* the folder itself */
        const char *rest = collected->name + (common ? strlen(common) : 0);
        g_autofree char *top = g_strndup(rest, strcspn(rest, "/"));
        g_autofree char *id = NULL;
        g_autofree char *name = NULL;
        if (top[0] == '\0')
            continue;
        MsPlatform platform = ms_platform_read(top, &id, &name);
        MsHanded *handed = find(index, platform, id, name);
        if (!handed)
            handed = add_student(index, id, name, "", false);
        if (!handed->number && (platform == MS_PLATFORM_MOODLE || platform == MS_PLATFORM_CANVAS))
            handed->number = g_strdup(id);
        give(handed, collected);
    }
}

/* --- lists --- */

static void give_listed(Index *index, const MsListed *listed, const char *folder)
{
    g_autofree char *lower = g_ascii_strdown(listed->student.id, -1);
    MsHanded *handed = one_of(index->ids, lower);
    if (!handed)
        handed = add_student(index, listed->student.id, listed->student.name, listed->student.email,
                             false);
    handed->any = handed->any || listed->files->len > 0 || listed->answers;
    for (guint i = 0; i < listed->files->len && handed->files->len < MOST_FILES; i++) {
        const char *name = listed->files->pdata[i];
        MsHandedFile *file = g_new0(MsHandedFile, 1);
        file->name = g_strdup(name);
        file->path =
            g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(folder, name, NULL);
        g_ptr_array_add(handed->files, file);
    }
    if (!listed->answers)
        return;
    MsHandedFile *file = g_new0(MsHandedFile, 1);
    file->name = g_strdup("answers.json");
    file->bytes = g_bytes_ref(listed->answers);
    g_ptr_array_insert(handed->files, 0, file);
}

static bool give_list(Index *index, const MsHandedOptions *options, GError **error)
{
    struct stat status;
    g_autofree char *text = NULL;
    gsize length = 0;
    if (stat(options->path, &status) == 0 && status.st_size > LIST_BYTES) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot read '%s': larger than 256 MiB",
                    options->path);
        return false;
    }
    if (!g_file_get_contents(options->path, &text, &length, error))
        return ms_error_of_file(error, MS_ERROR_OPEN, "open", options->path);
    g_autoptr(GPtrArray) list = ms_listed_read(text, length, options->path, error);
    g_autofree char *folder = g_path_get_dirname(options->path);
    for (guint i = 0; list && i < list->len; i++)
        give_listed(index, list->pdata[i], folder);
    return list != NULL;
}

/* --- */

/* Gives every student a name for files, no two the same. */
static void give_keys(GPtrArray *all)
{
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < all->len; i++) {
        MsHanded *handed = all->pdata[i];
        GString *key = g_string_new(NULL);
        for (const char *c = handed->id; *c && key->len < 60; c++)
            g_string_append_c(key, g_ascii_isalnum(*c) || strchr("-_", *c) ? *c : '_');
        if (key->len == 0)
            g_string_append(key, "student");
        gsize length = key->len;
        for (unsigned n = 2; g_hash_table_contains(taken, key->str); n++) {
            g_string_truncate(key, length);
            g_string_append_printf(key, ".%u", n);
        }
        handed->key = g_string_free(key, FALSE);
        g_hash_table_add(taken, handed->key);
    }
}

static int compare_keys(const void *a, const void *b)
{
    const MsHanded *x = *(const MsHanded *const *)a;
    const MsHanded *y = *(const MsHanded *const *)b;
    return strcmp(x->key, y->key);
}

static void add_roster(Index *index, const MsRoster *roster)
{
    for (guint i = 0; roster && i < roster->students->len; i++) {
        const MsStudent *student = roster->students->pdata[i];
        MsHanded *handed = add_student(index, student->id, student->name, student->email, true);
        handed->nonce = g_strdup(student->nonce);
    }
}

/* Everybody who handed in something gets the capture that was made for him. */
static void add_given(GPtrArray *students, const char *folder)
{
    for (guint i = 0; folder && i < students->len; i++) {
        MsHanded *handed = students->pdata[i];
        if (handed->files->len == 0)
            continue;
        g_autofree char *name = g_strconcat(handed->key, ".pcap", NULL);
        handed->given = g_new0(MsHandedFile, 1);
        handed->given->path = g_build_filename(folder, name, NULL);
        handed->given->name = g_steal_pointer(&name);
    }
}

static bool give_one(Index *index, const MsHandedOptions *options, GError **error)
{
    const MsStudent *one = options->one;
    g_autoptr(GPtrArray) all = ms_collect_folder(options, error);
    MsHanded *handed = add_student(index, one->id, one->name, one->email, true);
    handed->nonce = g_strdup(one->nonce);
    for (guint i = 0; all && i < all->len; i++)
        give(handed, all->pdata[i]);
    return all != NULL;
}

static bool give_all(Index *index, const MsHandedOptions *options, int *spool, GError **error)
{
    if (options->one)
        return give_one(index, options, error);
    g_autofree char *lower = g_ascii_strdown(options->path, -1);
    static const char *const lists[] = {".ndjson", ".jsonl", NULL};
    struct stat status;
    bool file = stat(options->path, &status) == 0 && S_ISREG(status.st_mode);
    if (file && ends_as(lower, lists))
        return give_list(index, options, error);
    g_autoptr(GPtrArray) all =
        file ? ms_collect_archive(options, spool, error) : ms_collect_folder(options, error);
    if (all)
        give_out(index, all, file);
    return all != NULL;
}

MsSubmissions *ms_submissions_new(const MsHandedOptions *options, GError **error)
{
    g_autoptr(MsSubmissions) submissions = g_new0(MsSubmissions, 1);
    submissions->spool = -1;
    submissions->students = g_ptr_array_new_with_free_func(handed_free);
    Index index = {submissions->students,
                   g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    if (!options->one)
        add_roster(&index, options->roster);
    bool good = give_all(&index, options, &submissions->spool, error);
    g_hash_table_unref(index.ids);
    g_hash_table_unref(index.emails);
    g_hash_table_unref(index.names);
    if (!good)
        return NULL;
    give_keys(submissions->students);
    add_given(submissions->students, options->given);
    g_ptr_array_sort(submissions->students, compare_keys);
    return g_steal_pointer(&submissions);
}

void ms_submissions_free(MsSubmissions *submissions)
{
    if (!submissions)
        return;
    g_ptr_array_unref(submissions->students);
    if (submissions->spool >= 0)
        close(submissions->spool);
    g_free(submissions);
}
