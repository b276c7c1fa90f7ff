/* SPDX-License-Identifier: GPL-2.0-or-later
 * name.h - names for files, made of what strangers wrote: safe on every usual file system, for
 * shells and for the eye. */
#pragma once

#include "../base/buffer.h"

#include <glib.h>

/* Appends a safe name of at most `most` bytes (at least 16), never empty, made of `text`: only what
 * is behind the last slash or backslash; control, bidirectional and invisible characters, bytes
 * that are not UTF-8 and what Windows forbids become `_`; no dot, blank or minus in front, no dot
 * or blank at the end, no name of a Windows device; UTF-8 in NFC. A name that is cut keeps a short
 * extension. */
void ms_name_safe(MsBuffer *out, const char *text, size_t length, size_t most);

/* Names that are taken; names that differ only in case or in compatible letters clash. */
typedef struct MsNames MsNames;

MsNames *ms_names_new(void);
void ms_names_free(MsNames *names); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsNames, ms_names_free)

/* `name` (UTF-8, safe), or with -2, -3, ... before its extension when that is taken; then that name
 * is taken, too. At most `most` bytes. The caller frees it with g_free(). */
char *ms_names_take(MsNames *names, const char *name, size_t most);
