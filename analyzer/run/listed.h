/* SPDX-License-Identifier: GPL-2.0-or-later
 * listed.h - submissions listed in NDJSON: one object on each line. Opens no file but the list. */
#pragma once

#include "../grade/roster.h"

#include <glib.h>

/* One line. */
typedef struct {
    MsStudent student; /* texts never NULL; the id is not empty */
    GPtrArray *files;  /* char *: as written */
    GBytes *answers;   /* JSON of the answers on the line; NULL: none */
} MsListed;

/* Reads a list: {"id", "name", "email", "file" or "files", "answers"}; only the id is needed.
 * Refuses, with the line: what is no object, other keys, values of another type, an id that is
 * empty. `name` stands in the error. Returns MsListed; NULL with `error` (MS_ERROR_DAMAGED). */
GPtrArray *ms_listed_read(const char *text, size_t length, const char *name, GError **error);
