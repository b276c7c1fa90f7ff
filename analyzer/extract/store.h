/* SPDX-License-Identifier: GPL-2.0-or-later
 * store.h - where the files of one session go: a folder of their own, or members of a tar. A file
 * gets its name only when it is whole. */
#pragma once

#include "drain.h"

enum {
    MS_STORE_NAME = 100,  /* most bytes of a file's name, as ustar has it */
    MS_STORE_FOLDER = 120 /* most bytes of a session's name; ustar has room for 155 */
};

typedef struct MsStore MsStore;

/* A new folder `name` in the open folder `parent`, which is made with the first file; with
 * `overwrite` it may be there already, and so may its files. Nothing is followed out of it. */
MsStore *ms_store_new_folder(int parent, const char *name, bool overwrite);
/* Members "name/..." of a tar that is appended to `out`, which is borrowed. `time_ns`: their time
 * of change. */
MsStore *ms_store_new_tar(MsDrain *out, const char *name, int64_t time_ns);
void ms_store_free(MsStore *store); /* accepts NULL; a file that was not ended is removed */

/* One file after the other. All do nothing once something failed. `name` is safe, without path. */
void ms_store_begin(MsStore *store, const char *name);
/* The same for a file that will have `length` bytes: a tar hands it on while it is written, where
 * one of unknown length waits in memory. */
void ms_store_begin_sized(MsStore *store, const char *name, uint64_t length);
/* Whether a large file should rather be begun with its length. */
bool ms_store_wants_length(const MsStore *store);
void ms_store_push(MsStore *store, const uint8_t *data, size_t length);
/* False when this or anything before failed. */
bool ms_store_end(MsStore *store);

/* Nothing more is written; `error`: errno. */
void ms_store_fail(MsStore *store, int error);

/* errno of what failed, or 0 (ECANCELED: what the container is written to failed, which is told
 * elsewhere); and the name of what was written then ("session/file"). */
int ms_store_error(const MsStore *store, const char **name);

/* Gives a finished file its name within the folder `folder` (or AT_FDCWD). Without `overwrite` it
 * fails with EEXIST when something of that name is there, be it a link. Returns 0 or errno. */
int ms_store_give_name(int folder, const char *temporary, const char *name, bool overwrite);
