/* SPDX-License-Identifier: GPL-2.0-or-later
 * unpack.c - libarchive, with caps. Only formats that it reads by itself: no other program is ever
 * started. Encrypted files are told, not opened. */
#include "unpack.h"

#include "../base/error.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALIGN 4096               /* bytes: files can be mapped one by one */
#define FREE_BYTES (16ULL << 20) /* unpacked of one file before the ratio counts */
#define LONGEST_NAME 4096        /* bytes of a name that are kept */

typedef struct {
    struct archive *archive;
    int spool;
    uint64_t end;   /* of the spool */
    uint64_t total; /* bytes unpacked */
    const MsUnpackLimits *limits;
    char *fatal; /* the archive is given up, why */
} Unpacking;

static void unpacked_free(void *data)
{
    MsUnpacked *file = data;
    g_free(file->name);
    g_free(file->problem);
    g_free(file);
}

bool ms_unpack_is_archive(const char *name)
{
    static const char *const endings[] = {".zip", ".tar", ".tgz", ".txz", ".tbz2", ".7z"};
    static const char *const packed[] = {".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    bool found = false;
    for (size_t i = 0; i < G_N_ELEMENTS(endings) && !found; i++)
        found = g_str_has_suffix(lower, endings[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(packed) && !found; i++)
        found = g_str_has_suffix(lower, packed[i]);
    return found;
}

void ms_unpack_prepare(void)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    if (utf8)
        uselocale(utf8);
}

char *ms_unpack_name(const char *raw)
{
    g_autofree char *valid = g_utf8_make_valid(raw, (gssize)strnlen(raw, LONGEST_NAME));
    g_strdelimit(valid, "\\", '/'); /* old programs for Windows */
    g_auto(GStrv) parts = g_strsplit(valid, "/", -1);
    GString *name = g_string_new(NULL);
    bool hidden = false;
    for (size_t i = 0; parts[i]; i++) {
        if (parts[i][0] == '\0' || strcmp(parts[i], ".") == 0 || strcmp(parts[i], "..") == 0)
            continue;
        hidden |= parts[i][0] == '.' || strcmp(parts[i], "__MACOSX") == 0;
        g_string_append_printf(name, "%s%s", name->len > 0 ? "/" : "", parts[i]);
    }
    return g_string_free(name, hidden || name->len == 0);
}

static bool put(Unpacking *unpacking, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = pwrite(unpacking->spool, data, length, (off_t)unpacking->end);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            unpacking->fatal = g_strdup_printf("it cannot be unpacked: %s", g_strerror(errno));
            return false;
        }
        data += written;
        length -= (size_t)written;
        unpacking->end += (uint64_t)written;
    }
    return true;
}

static const char *why(struct archive *archive)
{
    const char *text = archive_error_string(archive);
    return text ? text : "its bytes make no sense";
}

/* Why a file of which `length` bytes are unpacked, out of `packed`, goes no further; or NULL. */
static char *check(Unpacking *unpacking, uint64_t length, uint64_t packed)
{
    const MsUnpackLimits *limits = unpacking->limits;
    if (unpacking->total > limits->total)
        unpacking->fatal = g_strdup_printf("more than %" G_GUINT64_FORMAT " bytes are in it",
                                           (guint64)limits->total);
    if (length > limits->file)
        return g_strdup_printf("more than %" G_GUINT64_FORMAT " bytes unpacked",
                               (guint64)limits->file);
    if (length > FREE_BYTES && (length - FREE_BYTES) / limits->ratio > packed)
        return g_strdup("it unpacks to very much more than was handed in");
    return NULL;
}

static void read_file(Unpacking *unpacking, MsUnpacked *file)
{
    char block[65536];
    struct archive *archive = unpacking->archive;
    int64_t start = archive_filter_bytes(archive, -1);
    file->offset = unpacking->end;
    while (!unpacking->fatal && !file->problem) {
        la_ssize_t got = archive_read_data(archive, block, sizeof block);
        if (got == 0)
            break;
        if (got == ARCHIVE_FATAL)
            unpacking->fatal = g_strdup_printf("it is damaged: %s", why(archive));
        else if (got < 0 && got != ARCHIVE_RETRY)
            file->problem = g_strdup_printf("damaged in the archive: %s", why(archive));
        if (got <= 0)
            continue;
        int64_t packed = archive_filter_bytes(archive, -1) - start;
        file->length += (uint64_t)got;
        unpacking->total += (uint64_t)got;
        file->problem = check(unpacking, file->length, packed > 0 ? (uint64_t)packed : 0);
        if (!file->problem && !unpacking->fatal)
            put(unpacking, block, (size_t)got);
    }
    file->there = !file->problem && !unpacking->fatal;
    unpacking->end = file->there ? (unpacking->end + ALIGN - 1) / ALIGN * ALIGN : file->offset;
}

static void take(Unpacking *unpacking, struct archive_entry *entry, GPtrArray *files,
                 MsUnpackWanted wanted, void *user_data)
{
    const char *raw = archive_entry_pathname_utf8(entry);
    raw = raw ? raw : archive_entry_pathname(entry);
    char *name = raw ? ms_unpack_name(raw) : NULL;
    mode_t type = archive_entry_filetype(entry);
    bool link = archive_entry_hardlink(entry) || archive_entry_symlink(entry);
    if (!name)
        return;
    MsUnpacked *file = g_new0(MsUnpacked, 1);
    file->name = name;
    g_ptr_array_add(files, file);
    if (link || type != S_IFREG || !wanted(name, user_data))
        return;
    if (archive_entry_is_data_encrypted(entry))
        file->problem = g_strdup("it is encrypted");
    else
        read_file(unpacking, file);
}

static struct archive *begin(void)
{
    struct archive *archive = archive_read_new();
    g_assert(archive);
    archive_read_support_format_zip_seekable(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_7zip(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    return archive;
}

static void read_all(Unpacking *unpacking, GPtrArray *files, MsUnpackWanted wanted, void *user_data)
{
    for (uint64_t count = 1; !unpacking->fatal; count++) {
        struct archive_entry *entry;
        int got = archive_read_next_header(unpacking->archive, &entry);
        if (got == ARCHIVE_EOF)
            return;
        if (got < ARCHIVE_WARN && got != ARCHIVE_RETRY)
            unpacking->fatal = g_strdup_printf("it is damaged: %s", why(unpacking->archive));
        else if (count > unpacking->limits->entries)
            unpacking->fatal = g_strdup_printf("more than %" G_GUINT64_FORMAT " files are in it",
                                               (guint64)unpacking->limits->entries);
        else if (got != ARCHIVE_RETRY)
            take(unpacking, entry, files, wanted, user_data);
    }
}

GPtrArray *ms_unpack(const void *data, size_t length, int spool, const MsUnpackLimits *limits,
                     MsUnpackWanted wanted, void *user_data, GError **error)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(unpacked_free);
    off_t end = lseek(spool, 0, SEEK_END);
    Unpacking unpacking = {.archive = begin(), .spool = spool, .limits = limits};
    unpacking.end = end > 0 ? ((uint64_t)end + ALIGN - 1) / ALIGN * ALIGN : 0;
    static const char no_file[] = {'P', 'K', 5, 6, 0, 0, 0, 0}; /* a zip of nothing */
    bool none = length >= 22 && memcmp(data, no_file, sizeof no_file) == 0;
    if (length == 0)
        unpacking.fatal = g_strdup("it is empty");
    else if (!none && archive_read_open_memory(unpacking.archive, data, length) != ARCHIVE_OK)
        unpacking.fatal = g_strdup("it is damaged, or no archive");
    else if (!none)
        read_all(&unpacking, files, wanted, user_data);
    archive_read_free(unpacking.archive);
    if (!unpacking.fatal)
        return files;
    g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "%s", unpacking.fatal);
    g_free(unpacking.fatal);
    g_ptr_array_unref(files);
    return NULL;
}
