/* SPDX-License-Identifier: GPL-2.0-or-later
 * parts.h - what stands in a session of the page beside its ladder and answers. */
#pragma once

#include "../front/index.h"
#include "../lab/path.h"
#include "html.h"

/* The five answers in a few words each, as links to their cards. */
void ms_glance(MsPage *page, const MsRecord *record, const MsIndex *index);

/* Every credential sent in base64, drawn octet by octet as in the lesson. Nothing when there is
 * none. */
void ms_base64_drawings(MsPage *page, const MsRecord *record, const MsIndex *index);

/* Every message: as its reader saw it, beside its source; its attachments. */
void ms_mail_show(MsPage *page, const MsRecord *record, const MsIndex *index);

/* Every mail posted with a form of a webmail: what it says beside its fields as sent. */
void ms_webmail_show(MsPage *page, const MsRecord *record, const MsIndex *index);

/* The way of each mail that was seen in more than one session, as a drawing. `shown`: numbers
 * (0-based) of the sessions on the page, which its arrows lead to. */
void ms_way_draw(MsPage *page, MsPaths *paths, GHashTable *shown);
/* The path that the Received fields of a mail tell; nothing when it has none. */
void ms_received_draw(MsPage *page, const MsIndex *index, int32_t message);
