/* SPDX-License-Identifier: GPL-2.0-or-later
 * assignment_private.h - what the files of the reader share. For assignment*.c only. */
#pragma once

#include "assignment.h"

typedef struct {
    const char *name; /* of the file, for messages */
    unsigned line;    /* 1-based */
    bool begun;       /* [assignment] was there */
    MsAssignment *assignment;
    MsAsked *asked;   /* the section being read; NULL: [assignment] */
    GHashTable *seen; /* keys of the section, with their line */
} MsReader;

/* Sets "name:line: ..."; returns false. */
bool ms_assignment_fail(const MsReader *reader, unsigned line, GError **error, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));

/* The same for a word that is none of `count` names, with the nearest one. */
bool ms_assignment_unknown(const MsReader *reader, GError **error, const char *what,
                           const char *word, const char *(*name)(size_t), size_t count);

/* The nearest name, or NULL when none is near. */
const char *ms_assignment_nearest(const char *word, const char *(*name)(size_t), size_t count);

/* Takes a key with its value, neither empty; may change `value`. */
bool ms_assignment_key(MsReader *reader, const char *key, char *value, GError **error);

/* A number from 0 to `most`; else an error. */
bool ms_assignment_number(const MsReader *reader, const char *text, double most, double *number,
                          GError **error);

/* One value of the key `near`; and what only the whole can tell of it. */
bool ms_assignment_near(const MsReader *reader, const char *value, GError **error);
bool ms_assignment_check_near(const MsReader *reader, const MsAsked *asked, const MsNear *near,
                              GError **error);

/* Checks what only the whole can tell: missing keys, ids that others name. */
bool ms_assignment_check(const MsReader *reader, GError **error);
