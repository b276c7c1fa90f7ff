/* SPDX-License-Identifier: GPL-2.0-or-later
 * path.h - `mailscope path`: the way of each mail over the sessions of a capture: user agent,
 * servers, mailbox, user agent. Sessions that carry the same mail are joined by its Message-ID,
 * else by the hash of its body. */
#pragma once

#include "../front/redact.h"
#include "../front/style.h"

typedef struct MsPaths MsPaths;

/* `limits` is borrowed for the life of the result: MS_LIMIT_PATH. */
MsPaths *ms_paths_new(const MsLimits *limits);
void ms_paths_free(MsPaths *paths); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsPaths, ms_paths_free)

/* Remembers what the session carried; copies it. For mails without a Message-ID their bytes are
 * needed (MS_KEEP_ALL). */
void ms_paths_add(MsPaths *paths, const MsRecord *record);

/* Appends the sessions with their roles, then the way of each mail. */
typedef void (*MsPathsPrint)(MsBuffer *out, MsPaths *paths, const MsOrigins *origins,
                             const MsStyle *style, const MsRedactor *redactor);
void ms_paths_text(MsBuffer *out, MsPaths *paths, const MsOrigins *origins, const MsStyle *style,
                   const MsRedactor *redactor);
/* The same as one JSON object a line for each mail. */
void ms_paths_json(MsBuffer *out, MsPaths *paths, const MsOrigins *origins, const MsStyle *style,
                   const MsRedactor *redactor);
