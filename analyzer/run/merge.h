/* SPDX-License-Identifier: GPL-2.0-or-later
 * merge.h - the frames of one file, or of several as one capture in order of time (rotated
 * captures). Files are open only while their time has come, so that thousands can be joined. */
#pragma once

#include "../capture/capture.h"

typedef struct MsMerge MsMerge;

/* Told of every file with which something is wrong; the others go on. */
typedef void (*MsMergeProblem)(const GError *error, void *user_data);

/* `files` and `contents` are borrowed for the merge's life. A file with contents is read from there
 * (a pipe that was kept, to be read twice); `contents` may be NULL: none has. */
MsMerge *ms_merge_new(const char *const *files, GBytes *const *contents, size_t n_files,
                      MsMergeProblem problem, void *user_data);
void ms_merge_free(MsMerge *merge); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsMerge, ms_merge_free)

/* Next frame, borrowed until the next call, and the index of its file. Frames with the same time
 * come in the order of the files. False at the end. */
bool ms_merge_next(MsMerge *merge, MsFrame *frame, uint16_t *file);

/* Bytes read so far in all files. */
uint64_t ms_merge_progress(const MsMerge *merge);

/* Whether `path` names a plain file, which can be opened as often as one likes. */
bool ms_merge_is_file(const char *path);
