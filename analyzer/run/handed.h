/* SPDX-License-Identifier: GPL-2.0-or-later
 * handed.h - what is in the folder of submissions, whose it is, and who handed in nothing. */
#pragma once

#include "../grade/roster.h"

#include <glib.h>

#include <stdbool.h>

/* The work of one student. Names are as found: not to be trusted. */
typedef struct {
    char *key;               /* what files are called after it: letters, digits, `-`, `_`, `.` */
    char *id, *name, *email; /* never NULL; of the roster, or out of the file's name */
    GPtrArray *files;        /* paths, sorted */
    bool known;              /* stands in the roster */
} MsHanded;

/* Reads the folder: each file or folder in it is a submission, or a part of one when the platform's
 * name says that several belong to one student. Links are left alone. Students of `roster` (may be
 * NULL) come too, also without files. Sorted by key. NULL with `error`. */
GPtrArray *ms_handed_new(const char *folder, const MsRoster *roster, bool answers, GError **error);
