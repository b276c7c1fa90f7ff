/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls.c - what a TLS record looks like (RFC 8446 5.1), and the dialogue class of a mail connection
 * that is encrypted from its first byte (RFC 8314 3). */
#include "tls.h"

#include <glib.h>

enum { LONGEST_RECORD = 16384 + 2048 };

bool ms_tls_is_record(const uint8_t *data, size_t length, size_t least)
{
    if (length < least || length == 0 || data[0] < 20 || data[0] > 24)
        return false;
    if (length > 1 && data[1] != 3)
        return false;
    if (length > 2 && data[2] > 4)
        return false;
    return length < MS_TLS_HEADER || (data[3] << 8 | data[4]) <= LONGEST_RECORD;
}

struct MsDialogue {
    MsTalk *talk;
    MsTlsLook look;
};

static MsDialogue *tls_create(MsTalk *talk)
{
    MsDialogue *tls = g_new0(MsDialogue, 1);
    tls->talk = talk;
    return tls;
}

static size_t tls_push(MsDialogue *tls, MsDirection direction, const MsBytes *bytes)
{
    return ms_tls_look(&tls->look, tls->talk, direction, bytes, 0, false);
}

static void tls_end(MsDialogue *tls, MsDirection direction, const MsBytes *left)
{
    ms_tls_look(&tls->look, tls->talk, direction, left, 0, true);
    tls->look.done[direction] = true;
}

static void tls_gap(MsDialogue *tls, MsDirection direction, uint64_t at, uint64_t length,
                    const MsBytes *left)
{
    (void)at;
    (void)length;
    tls_end(tls, direction, left);
}

static bool tls_has_quit(const MsDialogue *tls)
{
    (void)tls;
    return false;
}

static void tls_free(MsDialogue *tls)
{
    g_free(tls);
}

const MsDialogueClass ms_tls = {.name = "tls",
                                .create = tls_create,
                                .push = tls_push,
                                .gap = tls_gap,
                                .end = tls_end,
                                .has_quit = tls_has_quit,
                                .free = tls_free};
