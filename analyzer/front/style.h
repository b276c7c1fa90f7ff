/* SPDX-License-Identifier: GPL-2.0-or-later
 * style.h - how output is to look, and what every front end is given of a session. */
#pragma once

#include "../base/buffer.h"
#include "../record.h"

typedef struct {
    bool color;                   /* escape sequences for a terminal */
    bool redact;                  /* mask secrets */
    bool full;                    /* whole messages, not only their start */
    size_t width;                 /* columns at which lines are wrapped; 0: MS_PEN_WIDTH */
    bool marks;                   /* the byte 0x1f behind each label of an answer's rows */
    const char *const *questions; /* ids of the bank's that are asked; NULL: all. Borrowed */
} MsStyle;

/* Where a record comes from. File names are as the user gave them. */
typedef struct {
    const char *const *files; /* MsRange.file is an index into it */
    size_t n_files;           /* more than 1 only with --joined: evidence then names the file */
} MsOrigins;
