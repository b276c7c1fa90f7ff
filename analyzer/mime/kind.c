/* SPDX-License-Identifier: GPL-2.0-or-later
 * kind.c - libmagic, opened when first needed. */
#include "kind.h"

#include <glib.h>

#include <magic.h>
#include <stdbool.h>

struct MsKind {
    magic_t magic;
    bool tried;
};

MsKind *ms_kind_new(void)
{
    return g_new0(MsKind, 1);
}

void ms_kind_free(MsKind *kind)
{
    if (!kind)
        return;
    if (kind->magic)
        magic_close(kind->magic);
    g_free(kind);
}

const char *ms_kind_of(MsKind *kind, const uint8_t *data, size_t length)
{
    if (!kind->tried) {
        kind->tried = true;
        /* Nothing is unpacked: what is inside an archive is not asked for, and bombs stay shut. */
        kind->magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
                                 MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_ELF);
        if (kind->magic && magic_load(kind->magic, NULL) != 0) {
            magic_close(kind->magic);
            kind->magic = NULL;
        }
    }
    return kind->magic ? magic_buffer(kind->magic, data, length) : NULL;
}
