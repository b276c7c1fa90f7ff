/* SPDX-License-Identifier: GPL-2.0-or-later
 * error.h - the GError domain for trouble with the world (files, disks, options).
 * Trouble in a capture is an oddity (fact/oddity.h); a bug is a g_assert. */
#pragma once

#include <glib.h>

#include <stdbool.h>

#define MS_ERROR (ms_error_quark())

typedef enum {
    MS_ERROR_OPEN,        /* cannot be opened or read: missing, permission, a folder */
    MS_ERROR_EMPTY,       /* no byte in it */
    MS_ERROR_NOT_CAPTURE, /* neither pcap nor pcapng, also after decompression */
    MS_ERROR_CUT,         /* ends in the middle of a record; what came before was read */
    MS_ERROR_DAMAGED,     /* a record that cannot be; what came before was read */
    MS_ERROR_WRITE,       /* output cannot be written */
    MS_ERROR_USAGE        /* options that make no sense */
} MsError;

GQuark ms_error_quark(void);

/* Puts what GLib says of a file into the words of this program: "cannot `what` 'path': reason", in
 * place of sentences of GLib's own that name temporary files. Leaves errors of this domain as they
 * are; `error` may be NULL. Returns false, so that callers can return it. */
bool ms_error_of_file(GError **error, MsError code, const char *what, const char *path);
