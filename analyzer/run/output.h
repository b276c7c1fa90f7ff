/* SPDX-License-Identifier: GPL-2.0-or-later
 * output.h - where printed sessions go: a file descriptor, written in large blocks, or a spool that
 * waits for its turn, in memory while small and in a temporary file when large. */
#pragma once

#include "../base/buffer.h"

#include <glib.h>

#include <stdbool.h>

typedef struct MsOutput MsOutput;

/* Closed standard streams are held by what can be neither read nor written: else the next file
 * opened takes the place, and what is said on standard error goes into it. False when that cannot
 * be. To be called before any file is opened. */
bool ms_output_hold_standard(void);

/* Writes to `fd`, which stays the caller's. `at_once`: after each ms_output_done(), for terminals.
 */
MsOutput *ms_output_new(int fd, bool at_once);

/* A spool that keeps up to `memory` bytes in memory. */
MsOutput *ms_output_new_spool(size_t memory);

void ms_output_free(MsOutput *output); /* accepts NULL; does not flush */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsOutput, ms_output_free)

/* The buffer to append to; ms_output_done() is to be called after each piece of output. */
MsBuffer *ms_output_buffer(MsOutput *output);

/* A piece is complete: writes when enough has come together. False when writing failed, now or
 * before; nothing more is written then. */
bool ms_output_done(MsOutput *output);

/* Writes everything that waits. */
bool ms_output_flush(MsOutput *output);

/* Copies all that `spool` holds to `output`. False when reading or writing failed. */
bool ms_output_copy(MsOutput *output, MsOutput *spool);

/* Nothing more is to be written: `error` becomes ms_output_error(), unless there is one. ECANCELED:
 * what failed was told already. */
void ms_output_fail(MsOutput *output, int error);

/* errno of what failed, or 0. EPIPE: the reader has gone, which is no error to be told. */
int ms_output_error(const MsOutput *output);

/* File descriptor of a new temporary file without a name, or -1 with errno set. */
int ms_output_temporary(void);
