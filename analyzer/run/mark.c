/* SPDX-License-Identifier: GPL-2.0-or-later
 * mark.c - see mark.h. Files are not read for it: their sizes and times are looked at. */
#include "mark.h"

#include "../message/hash.h"

#include <string.h>
#include <sys/stat.h>

/* Each text with its length in front, so that no two lists give the same bytes. */
static void add(MsHash *hash, const void *data, size_t length)
{
    const uint64_t bytes = length;
    ms_hash_push(hash, (const uint8_t *)&bytes, sizeof bytes);
    if (length > 0)
        ms_hash_push(hash, data, length);
}

static void add_text(MsHash *hash, const char *text)
{
    add(hash, text ? text : "", text ? strlen(text) : 0);
}

static void add_file(MsHash *hash, const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        memset(&status, 0, sizeof status);
    const int64_t numbers[] = {status.st_mode, status.st_size, status.st_mtim.tv_sec,
                               status.st_mtim.tv_nsec};
    add(hash, numbers, sizeof numbers);
}

static void add_handed(MsHash *hash, const MsHanded *handed)
{
    const char *const texts[] = {handed->key, handed->id, handed->name, handed->email,
                                 handed->nonce};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        add_text(hash, texts[i]);
    if (handed->given)
        add_file(hash, handed->given->path);
    for (guint i = 0; i < handed->files->len; i++) {
        const MsHandedFile *file = handed->files->pdata[i];
        add_text(hash, file->name);
        add_text(hash, file->problem);
        add(hash, &file->length, sizeof file->length);
        if (file->path)
            add_file(hash, file->path);
        if (file->bytes) {
            gsize length;
            const void *data = g_bytes_get_data(file->bytes, &length);
            add(hash, data, length);
        }
    }
}

char *ms_mark_new(const char *assignment, size_t length, const char *submissions,
                  const MsSubmissions *handed, const MsLimits *limits)
{
    char hex[MS_HASH_HEX + 1];
    MsHash *hash = ms_hash_new();
    struct stat status;
    add_text(hash, MS_VERSION);
    add(hash, assignment, length);
    add(hash, limits->value, sizeof limits->value);
    if (lstat(submissions, &status) == 0 && !S_ISDIR(status.st_mode))
        add_file(hash, submissions);
    for (guint i = 0; i < handed->students->len; i++)
        add_handed(hash, handed->students->pdata[i]);
    ms_hash_end(hash, hex);
    ms_hash_free(hash);
    return g_strdup(hex);
}
