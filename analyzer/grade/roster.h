/* SPDX-License-Identifier: GPL-2.0-or-later
 * roster.h - who is in the class: a CSV with the columns id, name, email and nonce. */
#pragma once

#include <glib.h>

/* One student. Strings are the roster's; never NULL, empty when the column is not there. */
typedef struct {
    char *id, *name, *email;
    unsigned line; /* 1-based, in the file */
    char *nonce;   /* what only this student was given; NULL is as good as empty */
} MsStudent;

typedef struct {
    GPtrArray *students; /* MsStudent, in the order of the file */
    GHashTable *by_id;   /* id -> MsStudent */
} MsRoster;

/* Reads a roster from a file. The first row names the columns: `id` must be there, `name`,
 * `email` and `nonce` may; others are passed over. Refuses, with file and line: no column id, an id
 * that is empty, twice there, or longer than 100 bytes. NULL on error; the caller frees the result.
 */
MsRoster *ms_roster_read(const char *path, GError **error);

/* Frees a roster; accepts NULL. */
void ms_roster_free(MsRoster *roster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsRoster, ms_roster_free)
