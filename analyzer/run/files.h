/* SPDX-License-Identifier: GPL-2.0-or-later
 * files.h - from the names on the command line to the files to be read: folders are walked. */
#pragma once

#include <glib.h>

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
