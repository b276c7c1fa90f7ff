/* SPDX-License-Identifier: GPL-2.0-or-later
 * handed.c - reads the names that Moodle, Canvas and Blackboard give to what students hand in. */
#include "handed.h"

#include <string.h>
#include <sys/stat.h>

#define DEEPEST 4     /* folders in one another */
#define MOST_FILES 64 /* of one student */

static void handed_free(void *data)
{
    MsHanded *handed = data;
    g_free(handed->key);
    g_free(handed->id);
    g_free(handed->name);
    g_free(handed->email);
    g_ptr_array_unref(handed->files);
    g_free(handed);
}

static MsHanded *handed_new(const char *id, const char *name, const char *email)
{
    MsHanded *handed = g_new0(MsHanded, 1);
    handed->id = g_utf8_make_valid(id, -1);
    handed->name = g_utf8_make_valid(name, -1);
    handed->email = g_utf8_make_valid(email, -1);
    handed->files = g_ptr_array_new_with_free_func(g_free);
    return handed;
}

/* Letters and digits only, small: what is left of a name in Canvas. */
static char *squeeze(const char *name)
{
    g_autofree char *lower = g_utf8_strdown(name, -1);
    GString *squeezed = g_string_new(NULL);
    for (const char *c = lower; *c; c = g_utf8_next_char(c)) {
        if (g_unichar_isalnum(g_utf8_get_char(c)))
            g_string_append_unichar(squeezed, g_utf8_get_char(c));
    }
    return g_string_free(squeezed, FALSE);
}

/* "Ada King" is "adaking", and "kingada" where the family name stands first. */
static bool same_name(const char *name, const char *other)
{
    g_autofree char *a = squeeze(name);
    g_autofree char *b = squeeze(other);
    const char *last = strrchr(name, ' ');
    if (a[0] == '\0' || strcmp(a, b) == 0)
        return a[0] != '\0';
    g_autofree char *first = last ? g_strndup(name, (gsize)(last - name)) : g_strdup("");
    g_autofree char *turned = g_strconcat(last ? last : "", first, NULL);
    g_autofree char *c = squeeze(turned);
    return strcmp(c, b) == 0;
}

/* Splits a platform's name into who and which number; false when it is none. */
static bool read_name(const char *file, char **id, char **name)
{
    static const struct {
        const char *pattern;
        int id, name; /* groups; 0: none */
    } forms[] = {
        {"^(.+)_(\\d+)_assignsubmission_", 2, 1}, /* Moodle: number of participant */
        {"^.+_([^_]+)_attempt_\\d{4}-\\d\\d-\\d\\d-\\d\\d", 1, 0}, /* Blackboard: login */
        {"^([^_]+)_(?:LATE_)?(\\d+)_\\d+_.", 2, 1},                /* Canvas */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GRegex) regex = g_regex_new(forms[i].pattern, 0, 0, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        if (!g_regex_match(regex, file, 0, &match))
            continue;
        *id = g_match_info_fetch(match, forms[i].id);
        *name = forms[i].name ? g_match_info_fetch(match, forms[i].name) : g_strdup(*id);
        return true;
    }
    const char *dot = strchr(file + 1, '.');
    *name = dot ? g_strndup(file, (gsize)(dot - file)) : g_strdup(file);
    *id = g_strdup(*name);
    return false;
}

static MsHanded *find(GPtrArray *all, const char *id, const char *name)
{
    for (guint i = 0; i < all->len; i++) {
        MsHanded *handed = all->pdata[i];
        if (handed->id[0] && g_ascii_strcasecmp(handed->id, id) == 0)
            return handed;
    }
    MsHanded *found = NULL;
    for (guint i = 0; i < all->len; i++) {
        MsHanded *handed = all->pdata[i];
        size_t at = strcspn(handed->email, "@");
        bool mail = handed->known && at > 0 &&
                    (g_ascii_strcasecmp(handed->email, name) == 0 ||
                     (g_ascii_strncasecmp(handed->email, name, at) == 0 && name[at] == '\0'));
        if (!handed->known || (!mail && !same_name(handed->name, name)))
            continue;
        if (found)
            return NULL; /* two of that name: nobody is guessed */
        found = handed;
    }
    return found;
}

static bool is_wanted(const char *name, bool answers)
{
    static const char *const captures[] = {".pcap", ".pcapng", ".cap"};
    static const char *const texts[] = {".txt", ".csv", ".json"};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    const char *const packed[] = {".gz", ".zst", ".xz"};
    for (size_t i = 0; i < G_N_ELEMENTS(packed) && !answers; i++) {
        if (g_str_has_suffix(lower, packed[i]))
            lower[strlen(lower) - strlen(packed[i])] = '\0';
    }
    for (size_t i = 0; i < 3; i++) {
        if (g_str_has_suffix(lower, answers ? texts[i] : captures[i]))
            return true;
    }
    return false;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in a folder, sorted; hidden ones are left out. NULL with `error`. */
static GPtrArray *list(const char *folder, GError **error)
{
    GDir *dir = g_dir_open(folder, 0, error);
    if (!dir)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        if (name[0] != '.')
            g_ptr_array_add(names, g_strdup(name));
    }
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_texts);
    return names;
}

static void add_files(MsHanded *handed, const char *path, bool answers, unsigned depth)
{
    struct stat status;
    if (lstat(path, &status) != 0 || handed->files->len >= MOST_FILES)
        return;
    if (S_ISREG(status.st_mode) && is_wanted(path, answers))
        g_ptr_array_add(handed->files, g_strdup(path));
    g_autoptr(GPtrArray) names =
        S_ISDIR(status.st_mode) && depth < DEEPEST ? list(path, NULL) : NULL;
    for (guint i = 0; names && i < names->len; i++) {
        g_autofree char *inside = g_build_filename(path, names->pdata[i], NULL);
        add_files(handed, inside, answers, depth + 1);
    }
}

static void add_roster(GPtrArray *all, const MsRoster *roster)
{
    for (guint i = 0; i < roster->students->len; i++) {
        const MsStudent *student = roster->students->pdata[i];
        MsHanded *handed = handed_new(student->id, student->name, student->email);
        handed->known = true;
        g_ptr_array_add(all, handed);
    }
}

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

GPtrArray *ms_handed_new(const char *folder, const MsRoster *roster, bool answers, GError **error)
{
    g_autoptr(GPtrArray) names = list(folder, error);
    GPtrArray *all = g_ptr_array_new_with_free_func(handed_free);
    if (!names) {
        g_ptr_array_unref(all);
        return NULL;
    }
    if (roster)
        add_roster(all, roster);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        g_autofree char *file = g_utf8_make_valid(names->pdata[i], -1);
        g_autofree char *id = NULL;
        g_autofree char *name = NULL;
        read_name(file, &id, &name);
        MsHanded *handed = find(all, id, name);
        if (!handed) {
            handed = handed_new(id, name, "");
            g_ptr_array_add(all, handed);
        }
        add_files(handed, path, answers, 0);
    }
    give_keys(all);
    g_ptr_array_sort(all, compare_keys);
    return all;
}
