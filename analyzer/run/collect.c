/* SPDX-License-Identifier: GPL-2.0-or-later
 * collect.c - walks folders without following links, and has archives unpacked by a worker. */
#include "collect.h"

#include "../base/error.h"
#include "output.h"
#include "unpack.h"
#include "worker.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST 5                   /* folders in one another */
#define LIST_BYTES (256ULL << 20)   /* of names that a worker hands back */
#define ARCHIVE_MEMORY (1ULL << 30) /* bytes, beside the archive itself */

void ms_handed_file_free(void *data)
{
    MsHandedFile *file = data;
    if (!file)
        return;
    g_free(file->name);
    g_free(file->path);
    g_free(file->problem);
    if (file->bytes)
        g_bytes_unref(file->bytes);
    g_free(file);
}

static void collected_free(void *data)
{
    MsCollected *collected = data;
    g_free(collected->name);
    ms_handed_file_free(collected->file);
    g_free(collected);
}

static bool is_wanted(const char *name, void *user_data)
{
    const MsHandedOptions *options = user_data;
    return ms_unpack_is_archive(name) || (options->captures && ms_handed_is_capture(name)) ||
           (options->answers && ms_handed_is_answers(name));
}

static int compare(const void *a, const void *b)
{
    return strcmp((*(MsCollected *const *)a)->name, (*(MsCollected *const *)b)->name);
}

/* Takes `name`. */
static MsHandedFile *add(GPtrArray *all, char *name, bool wanted)
{
    MsCollected *collected = g_new0(MsCollected, 1);
    collected->name = name;
    if (wanted) {
        collected->file = g_new0(MsHandedFile, 1);
        collected->file->name = g_strdup(name);
    }
    g_ptr_array_add(all, collected);
    return collected->file;
}

/* --- folders --- */

/* What `make` writes beside the captures of a class: nobody's work. */
static bool is_of_make(const char *name)
{
    return strcmp(name, "key.ndjson") == 0 || strcmp(name, "nonces.csv") == 0;
}

static void walk(GPtrArray *all, const MsHandedOptions *options, const char *folder,
                 const char *prefix, unsigned depth)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *entry = dir ? g_dir_read_name(dir) : NULL; entry;
         entry = g_dir_read_name(dir)) {
        struct stat status;
        g_autofree char *path = g_build_filename(folder, entry, NULL);
        if (entry[0] == '.' || lstat(path, &status) != 0 || (!prefix && is_of_make(entry)))
            continue;
        g_autofree char *raw = prefix ? g_strconcat(prefix, "/", entry, NULL) : g_strdup(entry);
        char *name = g_utf8_make_valid(raw, -1);
        MsHandedFile *file =
            add(all, name, S_ISREG(status.st_mode) && is_wanted(name, (void *)options));
        if (file)
            file->path = g_strdup(path);
        if (S_ISDIR(status.st_mode) && depth < DEEPEST)
            walk(all, options, path, raw, depth + 1);
    }
    if (dir)
        g_dir_close(dir);
}

GPtrArray *ms_collect_folder(const MsHandedOptions *options, GError **error)
{
    GDir *dir = g_dir_open(options->path, 0, error);
    if (!dir) {
        ms_error_of_file(error, MS_ERROR_OPEN, "open", options->path);
        return NULL;
    }
    g_dir_close(dir);
    GPtrArray *all = g_ptr_array_new_with_free_func(collected_free);
    walk(all, options, options->path, NULL, 1);
    g_ptr_array_sort(all, compare);
    return all;
}

/* --- archives --- */

typedef struct {
    const MsHandedOptions *options;
    MsHandedFile archive;
    GBytes *bytes;
    char *problem;
    int spool;
} Unpacking;

static void *open_archive(guint number, uint64_t *mapped, void *user_data)
{
    (void)number;
    Unpacking *unpacking = user_data;
    g_autoptr(GError) error = NULL;
    unpacking->bytes = ms_handed_map(&unpacking->archive, -1, &error);
    if (error)
        unpacking->problem = g_strdup(error->message);
    else
        *mapped += g_bytes_get_size(unpacking->bytes);
    unpacking->spool = dup(unpacking->spool);
    ms_unpack_prepare();
    return NULL;
}

static json_t *list_files(const GPtrArray *files)
{
    json_t *list = json_array();
    for (guint i = 0; i < files->len; i++) {
        const MsUnpacked *file = files->pdata[i];
        json_t *item = json_pack("{ss}", "name", file->name);
        if (file->problem) {
            g_autofree char *valid = g_utf8_make_valid(file->problem, -1);
            json_object_set_new(item, "problem", json_string(valid));
        } else if (file->there) {
            json_object_set_new(item, "offset", json_integer((json_int_t)file->offset));
            json_object_set_new(item, "length", json_integer((json_int_t)file->length));
        }
        json_array_append_new(list, item);
    }
    return list;
}

static GString *unpack(guint number, void *opened, void *user_data)
{
    (void)number;
    (void)opened;
    Unpacking *unpacking = user_data;
    const uint64_t *value = unpacking->options->limits->value;
    const MsUnpackLimits limits = {value[MS_LIMIT_GRADE_ENTRIES], value[MS_LIMIT_GRADE_UNPACKED],
                                   value[MS_LIMIT_GRADE_FILE], MAX(value[MS_LIMIT_GRADE_RATIO], 1)};
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    const void *data = unpacking->bytes ? g_bytes_get_data(unpacking->bytes, &length) : NULL;
    GPtrArray *files = unpacking->bytes ? ms_unpack(data, length, unpacking->spool, &limits,
                                                    is_wanted, (void *)unpacking->options, &error)
                                        : NULL;
    g_autofree char *why =
        files ? NULL : g_utf8_make_valid(error ? error->message : unpacking->problem, -1);
    json_t *all =
        files ? json_pack("{so}", "files", list_files(files)) : json_pack("{ss}", "problem", why);
    char *text = json_dumps(all, JSON_COMPACT);
    return g_string_new(text); /* the process ends here: nothing is freed */
}

/* What the worker said, believed only as far as it can be true. */
static GPtrArray *read_list(const json_t *list, const MsHandedOptions *options, int spool)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(collected_free);
    struct stat status;
    uint64_t size = fstat(spool, &status) == 0 ? (uint64_t)status.st_size : 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *length = json_object_get(item, "length");
        const char *problem = json_string_value(json_object_get(item, "problem"));
        char *name = ms_unpack_name(json_string_value(json_object_get(item, "name")));
        uint64_t at = (uint64_t)json_integer_value(json_object_get(item, "offset"));
        uint64_t bytes = (uint64_t)json_integer_value(length);
        bool good = name && (problem || (length && at <= size && bytes <= size - at));
        if (!name)
            continue;
        MsHandedFile *file = add(all, name, good && is_wanted(name, (void *)options));
        if (!file)
            continue;
        file->offset = at;
        file->length = bytes;
        file->problem = g_strdup(problem);
    }
    g_ptr_array_sort(all, compare);
    return all;
}

GPtrArray *ms_collect_archive(const MsHandedOptions *options, int *spool, GError **error)
{
    const uint64_t *value = options->limits->value;
    *spool = ms_output_temporary();
    if (*spool < 0) {
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot make a temporary file: %s",
                    g_strerror(errno));
        return NULL;
    }
    Unpacking unpacking = {.options = options, .spool = *spool};
    unpacking.archive =
        (MsHandedFile){.name = (char *)options->path, .path = (char *)options->path};
    const MsWorkerJob job = {open_archive, unpack, NULL, NULL, &unpacking, *spool};
    const MsWorkerLimits limits = {ARCHIVE_MEMORY, value[MS_LIMIT_GRADE_UNPACK_SECONDS],
                                   value[MS_LIMIT_GRADE_UNPACKED] + LIST_BYTES,
                                   options->unconfined};
    g_autofree char *problem = NULL;
    GString *text = NULL;
    if (!ms_workers_run(&job, 1, 1, &limits, &text, &problem) && !text && !problem)
        problem = g_strdup("interrupted");
    json_t *result = text ? json_loadb(text->str, text->len, 0, NULL) : NULL;
    const json_t *list = json_object_get(result, "files");
    const char *why = json_string_value(json_object_get(result, "problem"));
    GPtrArray *all = list ? read_list(list, options, *spool) : NULL;
    if (!all)
        g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "cannot read the submissions '%s': %s",
                    options->path,
                    why       ? why
                    : problem ? problem
                              : "no result came back");
    json_decref(result);
    if (text)
        g_string_free(text, TRUE);
    return all;
}
