/* SPDX-License-Identifier: GPL-2.0-or-later
 * tar.h - members of an archive as POSIX has them (pax interchange, the ustar header; IEEE Std
 * 1003.1 pax), always the same bytes for the same content. */
#pragma once

#include "../base/buffer.h"

enum { MS_TAR_BLOCK = 512 };

/* Fills the MS_TAR_BLOCK bytes at `block`: a plain file, mode 0644, owner 0. `folder` at most 155,
 * `name` at most 100 bytes. Sizes of 8 GiB and more are written in binary, as GNU does. */
void ms_tar_header(uint8_t *block, const char *folder, const char *name, uint64_t length,
                   int64_t time_ns);

/* Appends zeros behind content of that length, up to the next block. */
void ms_tar_pad(MsBuffer *out, uint64_t length);

/* Appends the end of the archive. */
void ms_tar_end(MsBuffer *out);
