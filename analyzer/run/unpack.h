/* SPDX-License-Identifier: GPL-2.0-or-later
 * unpack.h - the files of an archive (zip, tar, 7z), one behind another in one file without a name.
 * Nothing is ever written under a name that stands in an archive. */
#pragma once

#include <glib.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t entries; /* how many an archive may have; one with more is given up */
    uint64_t total;   /* bytes of all its files unpacked; the same */
    uint64_t file;    /* bytes of one file unpacked; only that file is given up, as below */
    uint64_t ratio;   /* bytes unpacked for each byte packed, beyond the first 16 MiB */
} MsUnpackLimits;

/* One file or folder of an archive. */
typedef struct {
    char
        *name; /* its path: UTF-8, parts with one `/` between them; no part is empty, "." or ".." */
    bool there;              /* its bytes were unpacked */
    uint64_t offset, length; /* where they lie; the offset is a multiple of 4096 */
    char *problem;           /* why they were not, though they were wanted; NULL: they were not */
} MsUnpacked;

/* Whether a name ends as an archive does that ms_unpack() reads: .zip, .tar, .tar.gz, .tgz, ... */
bool ms_unpack_is_archive(const char *name);

/* To be called once in the process that is going to unpack, as long as it can open files: names are
 * then read as UTF-8, as far as the C library has it. Stays so for the calling thread. */
void ms_unpack_prepare(void);

/* Whether the bytes of a file are wanted. */
typedef bool (*MsUnpackWanted)(const char *name, void *user_data);

/* Unpacks what is wanted of the archive `data` to the end of the file `spool`. Links, devices and
 * hidden files are left out; names are listed for everything else. Returns MsUnpacked in the order
 * of the archive, or NULL with `error` (MS_ERROR_DAMAGED): no archive, damaged, beyond a limit. */
GPtrArray *ms_unpack(const void *data, size_t length, int spool, const MsUnpackLimits *limits,
                     MsUnpackWanted wanted, void *user_data, GError **error);

/* A name out of an archive, made as MsUnpacked.name says; NULL when nothing is left of it, or when
 * it is the name of a hidden file or of what macOS adds. The caller frees it. */
char *ms_unpack_name(const char *raw);
