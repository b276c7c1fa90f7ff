/* SPDX-License-Identifier: GPL-2.0-or-later
 * make.h - `mailscope make`: a capture for each student of a roster, and the key to all of them. */
#pragma once

#include <glib.h>

#include <stdbool.h>

typedef struct {
    const char *roster;        /* file name; ms_roster_read() */
    const char *assignment;    /* file name; what it requires is so in each capture; NULL: none */
    const char *folder;        /* made when it is not there */
    const char *seed;          /* the same seed gives the same bytes */
    const char *const *faults; /* "NAME" or "NAME=PERCENT" of the class; NULL-terminated, or NULL */
    const char *from, *until;  /* ISO 8601 with a zone; NULL: five days from 2026-01-05 on */
    bool overwrite;
} MsMake;

/* Writes FOLDER/ID.pcap for each student, FOLDER/key.ndjson with a line for each, and
 * FOLDER/nonces.csv, the roster with the nonce of each (a nonce in the roster counts for nothing).
 * Refuses ids that make no file name, times that are none, and files that are there unless
 * `overwrite`; names the file and the reason. What was written before a failure stays, but no file
 * cut short. */
bool ms_make(const MsMake *make, GError **error);
