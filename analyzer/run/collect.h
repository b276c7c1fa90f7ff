/* SPDX-License-Identifier: GPL-2.0-or-later
 * collect.h - the files among the submissions, whosever they are: of a folder, or of an archive. */
#pragma once

#include "handed.h"

/* One file or folder, by its path among the submissions; `file` is NULL where there is nothing to
 * be read. */
typedef struct {
    char *name;
    MsHandedFile *file;
} MsCollected;

/* All that lies in a folder; names with a dot in front are left out. Sorted by name. The caller
 * frees the array with g_ptr_array_unref() and takes the files. NULL with `error`. */
GPtrArray *ms_collect_folder(const MsHandedOptions *options, GError **error);

/* All that is in an archive, read in a process of its own; its files come to lie in `spool`, a new
 * file without a name. NULL with `error`. */
GPtrArray *ms_collect_archive(const MsHandedOptions *options, int *spool, GError **error);

/* Frees a file; accepts NULL. */
void ms_handed_file_free(void *file);
