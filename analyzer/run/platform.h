/* SPDX-License-Identifier: GPL-2.0-or-later
 * platform.h - the names that learning platforms give to what is handed in. */
#pragma once

#include <stdbool.h>

typedef enum {
    MS_PLATFORM_NONE,
    MS_PLATFORM_MOODLE,     /* Full Name_12345_assignsubmission_file...: number of participant */
    MS_PLATFORM_CANVAS,     /* lastfirst_LATE_123_456_file.pcap: number of user, of file */
    MS_PLATFORM_BLACKBOARD, /* Assignment_login_attempt_2026-11-01-10-00-00...: no name */
} MsPlatform;

/* Splits the name of a file or folder: `id` is the platform's number or login, `name` the name of
 * the person as far as it is there. When it is no platform's name both are the name up to its first
 * dot. `file` is UTF-8. The caller frees both. */
MsPlatform ms_platform_read(const char *file, char **id, char **name);

/* A name as names are compared: letters and digits only, small, which is also what Canvas leaves of
 * it. `turned`: the last word first, as Canvas sorts. The caller frees it. */
char *ms_platform_squeeze(const char *name, bool turned);
