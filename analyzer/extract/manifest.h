/* SPDX-License-Identifier: GPL-2.0-or-later
 * manifest.h - what was extracted from one session, as JSON: which file holds what, from which
 * frames and bytes, how large, its digests, and whether all of it is there. */
#pragma once

#include "../front/redact.h"
#include "../front/style.h"
#include "../mime/mime.h"
#include "digest.h"

/* A file that was written. */
typedef struct {
    const char *name; /* within the session's folder */
    uint64_t size;    /* bytes */
    char sha256[MS_HASH_HEX + 1];
    char md5[MS_MD5_HEX + 1];
} MsExtracted;

typedef struct {
    MsBuffer text; /* grows; not JSON before ms_manifest_end() */
    const MsOrigins *origins;
    const MsRedactor *redactor; /* may be NULL */
    const MsLimits *limits;
    unsigned messages;    /* of the session, so far */
    unsigned attachments; /* of the message, so far */
    unsigned posted;      /* of the session, so far */
    bool in_message;
    bool limited; /* the message is beyond a limit */
} MsManifest;

/* All is borrowed until ms_manifest_clear(). */
void ms_manifest_begin(MsManifest *manifest, const MsRecord *record, const MsOrigins *origins,
                       const MsRedactor *redactor, const MsLimits *limits);
void ms_manifest_dialogue(MsManifest *manifest, const MsExtracted *file);
/* A message; its attachments follow. `file` NULL: it was not asked for. `whole`: it is no part of a
 * message. */
void ms_manifest_message(MsManifest *manifest, const MsMessage *message, bool whole,
                         const MsExtracted *file);
/* Not all parts of the message were read, as it is beyond a limit. */
void ms_manifest_limited(MsManifest *manifest);
/* `real`: media type by the content, or NULL. */
void ms_manifest_attachment(MsManifest *manifest, const MsMessage *message, const MsPart *part,
                            const char *real, const MsExtracted *file);
/* What the form of a mail of a webmail said, behind all messages; `number`: of the mail, 0-based;
 * `where`: the ranges of it. */
void ms_manifest_posted(MsManifest *manifest, int32_t number, const MsRanges *where,
                        const MsExtracted *file);
void ms_manifest_end(MsManifest *manifest);
void ms_manifest_clear(MsManifest *manifest);
