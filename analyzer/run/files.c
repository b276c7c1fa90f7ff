/* SPDX-License-Identifier: GPL-2.0-or-later
 * files.c - walks folders and tells captures by their first bytes, the compressed ones by looking
 * inside. A file named on the command line is always taken: what is wrong with it is to be said. */
#include "files.h"

#include "../capture/capture.h"
#include "progress.h"
#include "run.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST 64 /* folders inside folders */

static void entry_free(void *data)
{
    MsFileEntry *input = data;
    g_free(input->path);
    g_free(input->problem);
    g_free(input);
}

static void add_file(GPtrArray *inputs, const char *path, uint64_t size)
{
    MsFileEntry *input = g_new0(MsFileEntry, 1);
    input->path = g_strdup(path);
    input->size = size;
    g_ptr_array_add(inputs, input);
}

/* `why` NULL: it is a folder without captures. */
static void add_problem(GPtrArray *inputs, const char *path, const char *why)
{
    MsFileEntry *input = g_new0(MsFileEntry, 1);
    input->path = g_strdup(path);
    input->problem = why ? g_strdup_printf("cannot open '%s': %s", path, why)
                         : g_strdup_printf("no capture in the folder '%s'", path);
    g_ptr_array_add(inputs, input);
}

typedef enum { NO_CAPTURE, CAPTURE, PERHAPS } Verdict;

static Verdict judge(const uint8_t *start, size_t length)
{
    static const struct {
        uint8_t bytes[4];
        size_t length;
        Verdict verdict;
    } magic[] = {
        {{0xa1, 0xb2, 0xc3, 0xd4}, 4, CAPTURE}, /* pcap, microseconds */
        {{0xd4, 0xc3, 0xb2, 0xa1}, 4, CAPTURE},
        {{0xa1, 0xb2, 0x3c, 0x4d}, 4, CAPTURE}, /* pcap, nanoseconds */
        {{0x4d, 0x3c, 0xb2, 0xa1}, 4, CAPTURE},
        {{0xa1, 0xb2, 0xcd, 0x34}, 4, CAPTURE}, /* pcap of Alexey Kuznetzov's patch */
        {{0x34, 0xcd, 0xb2, 0xa1}, 4, CAPTURE},
        {{0x0a, 0x0d, 0x0d, 0x0a}, 4, CAPTURE}, /* pcapng */
        {{0x1f, 0x8b}, 2, PERHAPS},             /* gzip */
        {{0x28, 0xb5, 0x2f, 0xfd}, 4, PERHAPS}, /* zstd */
        {{0xfd, '7', 'z', 'X'}, 4, PERHAPS},    /* xz */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(magic); i++) {
        if (length >= magic[i].length && memcmp(start, magic[i].bytes, magic[i].length) == 0)
            return magic[i].verdict;
    }
    return NO_CAPTURE;
}

/* Whether a file found in a folder is to be read. One that cannot be opened is: that is said. */
static bool is_wanted(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return true;
    uint8_t start[4];
    ssize_t length = read(fd, start, sizeof start);
    close(fd);
    Verdict verdict = judge(start, length > 0 ? (size_t)length : 0);
    if (verdict != PERHAPS)
        return verdict == CAPTURE;
    g_autoptr(MsCapture) capture = ms_capture_open(path, NULL);
    return capture != NULL;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void walk(GPtrArray *inputs, const char *folder, unsigned depth)
{
    GDir *dir = depth < DEEPEST ? g_dir_open(folder, 0, NULL) : NULL;
    if (!dir) {
        add_problem(inputs, folder, depth < DEEPEST ? g_strerror(errno) : "too deep");
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        struct stat status;
        struct stat target;
        if (lstat(path, &status) != 0)
            continue; /* gone meanwhile */
        if (S_ISDIR(status.st_mode))
            walk(inputs, path, depth + 1);
        else if (stat(path, &target) == 0 && S_ISREG(target.st_mode) && is_wanted(path))
            add_file(inputs, path, (uint64_t)target.st_size);
    }
}

GPtrArray *ms_files_new(const char *const *names)
{
    GPtrArray *inputs = g_ptr_array_new_with_free_func(entry_free);
    for (size_t i = 0; names[i]; i++) {
        struct stat status;
        bool known = strcmp(names[i], "-") != 0 && stat(names[i], &status) == 0;
        if (known && S_ISDIR(status.st_mode)) {
            guint before = inputs->len;
            walk(inputs, names[i], 0);
            if (inputs->len == before)
                add_problem(inputs, names[i], NULL);
        } else {
            add_file(inputs, names[i],
                     known && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0);
        }
    }
    return inputs;
}

bool ms_files_same(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    return a && b && stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

bool ms_files_read(const char *const *names, const char *path)
{
    g_autoptr(GPtrArray) inputs = ms_files_new(names);
    for (guint i = 0; i < inputs->len; i++) {
        if (ms_files_same(((const MsFileEntry *)inputs->pdata[i])->path, path))
            return true;
    }
    return false;
}

int ms_files_refuse(const char *path)
{
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    g_autofree char *text =
        g_strdup_printf("'%s' is read here, so it is not replaced: choose another name", path);
    ms_progress_say(progress, text);
    return MS_EXIT_USAGE;
}

char *ms_files_reason(int error)
{
    return g_strconcat(g_strerror(error), error == EEXIST ? "; --overwrite replaces it" : "", NULL);
}
