/* SPDX-License-Identifier: GPL-2.0-or-later
 * kind.h - what kind of file some bytes are, by libmagic: attachments are not always what they say.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct MsKind MsKind;

/* Cheap: libmagic's table (some megabytes) is read when first asked. One thread at a time. */
MsKind *ms_kind_new(void);
void ms_kind_free(MsKind *kind); /* accepts NULL */

/* MIME type of a file that begins with these bytes: "image/png". NULL when libmagic cannot tell or
 * its table cannot be read. Valid until the next call. */
const char *ms_kind_of(MsKind *kind, const uint8_t *data, size_t length);
