/* SPDX-License-Identifier: GPL-2.0-or-later
 * files.h - from the names on the command line to the files to be read: folders are walked. */
#pragma once

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char *path;    /* as given, or folder + "/" + name */
    char *problem; /* not NULL: nothing to read, this is why */
    uint64_t size; /* bytes, 0 when not known */
} MsFileEntry;

/* Lists what is to be read, in the order given, the files of a folder sorted by name. Of a folder
 * only captures are taken; links to folders are not followed. The caller frees the array with
 * g_ptr_array_unref(); its elements are MsFileEntry. */
GPtrArray *ms_files_new(const char *const *names);

/* Whether both names lead to one file; false when one of them leads nowhere. */
bool ms_files_same(const char *a, const char *b);

/* Whether `path` leads to one of the files that ms_files_new() lists: what is read must not be
 * replaced by what is made of it. */
bool ms_files_read(const char *const *names, const char *path);

/* g_strerror(), and for a file that is there already also what to do. */
char *ms_files_reason(int error);

/* Says that `path` is read and therefore not replaced; the program's exit status. */
int ms_files_refuse(const char *path);
