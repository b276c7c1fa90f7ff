/* SPDX-License-Identifier: GPL-2.0-or-later
 * handed.h - what was handed in, whose it is, and who handed in nothing. Knows names and places,
 * not contents: files are opened by the worker that reads them. */
#pragma once

#include "../base/limits.h"
#include "../grade/roster.h"

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

/* One file. */
typedef struct {
    char *name; /* its path among the submissions, for people; UTF-8, not to be trusted */
    char *path; /* where it is; NULL: in the spool, or in `bytes` */
    GBytes *bytes;
    uint64_t offset, length; /* in the spool; the offset is a multiple of the size of a page */
    char *problem;           /* why it cannot be read; NULL: it can */
} MsHandedFile;

/* The work of one student. Names are as found: not to be trusted. */
typedef struct {
    char *key;               /* what files are called after it: letters, digits, `-`, `_`, `.` */
    char *id, *name, *email; /* never NULL; of the roster, or out of the file's name */
    char *nonce;             /* of the roster; NULL: none */
    char *number;            /* the platform's of Moodle, Canvas; NULL: not known */
    GPtrArray *files;        /* MsHandedFile, sorted by name: what may be read */
    MsHandedFile *given;     /* the capture that the answers are about; NULL: among `files` */
    bool known;              /* stands in the roster */
    bool any;                /* something was handed in, though perhaps nothing that can be read */
} MsHanded;

typedef struct {
    GPtrArray *students; /* MsHanded, sorted by key */
    int spool;           /* what was in an archive, one file; -1: it was none */
} MsSubmissions;

typedef struct {
    const char *path;       /* folder, archive, or list in NDJSON */
    const MsRoster *roster; /* NULL: none */
    const MsStudent *one;   /* all of the folder is this student's; NULL: see below */
    bool captures, answers; /* which kinds of files count */
    const char *given;      /* folder with ID.pcap for each student; NULL: they hand captures in */
    bool unconfined;        /* archives are read in a process with all rights */
    const MsLimits *limits;
} MsHandedOptions;

/* Finds out who handed in what. Each file or folder that lies in the folder or archive is a
 * submission, or a part of one when the platform's name says that several belong to one student.
 * Links are left alone. Students of the roster come too, also without files. NULL with `error`. */
MsSubmissions *ms_submissions_new(const MsHandedOptions *options, GError **error);
void ms_submissions_free(MsSubmissions *submissions); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsSubmissions, ms_submissions_free)

/* Whether a name ends as a capture, or a file of answers, does. */
bool ms_handed_is_capture(const char *name);
bool ms_handed_is_answers(const char *name);

/* The file's bytes, mapped. NULL with `error`: cannot be opened, is a link or no plain file. */
GBytes *ms_handed_map(const MsHandedFile *file, int spool, GError **error);

/* A part of an open file, mapped to be read; `offset` is a multiple of the size of a page. */
GBytes *ms_handed_map_part(int file, uint64_t offset, uint64_t length, GError **error);
