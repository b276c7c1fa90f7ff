/* SPDX-License-Identifier: GPL-2.0-or-later
 * extract.h - mails, attachments and dialogues out of sessions, as files: a folder for each
 * session, or one tar, or one mbox. The bytes of messages are those of the capture. */
#pragma once

#include "../front/redact.h"
#include "../front/style.h"
#include "drain.h"

typedef enum { MS_EXTRACT_FOLDER, MS_EXTRACT_TAR, MS_EXTRACT_MBOX } MsExtractForm;

enum {
    MS_EXTRACT_MESSAGES = 1 << 0,
    MS_EXTRACT_ATTACHMENTS = 1 << 1,
    MS_EXTRACT_DIALOGUES = 1 << 2,
    MS_EXTRACT_ALL = MS_EXTRACT_MESSAGES | MS_EXTRACT_ATTACHMENTS | MS_EXTRACT_DIALOGUES
};

/* What is the same for all captures. */
typedef struct {
    MsExtractForm form;
    unsigned what;      /* MS_EXTRACT_MESSAGES, ... */
    int folder;         /* MS_EXTRACT_FOLDER: open; everything is written below it */
    bool overwrite;     /* files that are there may be replaced */
    const char *output; /* the folder's name, for what is said to people; NULL: none */
} MsExtractPlan;

typedef struct MsExtract MsExtract;

/* For one capture, used by one thread. `name` (safe, no two captures have the same) begins the
 * names of its sessions. `plan` and `limits` are borrowed. */
MsExtract *ms_extract_new(const MsExtractPlan *plan, const char *name, const MsLimits *limits);
void ms_extract_free(MsExtract *extract); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsExtract, ms_extract_free)

/* Writes what is in the session; containers are appended to `out`. The record is of an engine with
 * MS_KEEP_ALL. `redactor` masks dialogue, manifest and names, never messages or attachments.
 * Returns false when writing failed, now or before. */
bool ms_extract_session(MsExtract *extract, MsDrain *out, const MsRecord *record,
                        const MsOrigins *origins, const MsStyle *style, const MsRedactor *redactor);

/* What failed, for people: "cannot write 'x/y': No space left on device"; or NULL. */
const char *ms_extract_error(const MsExtract *extract);

typedef struct {
    uint64_t sessions, messages, attachments; /* written */
    uint64_t posted;                          /* forms of webmails, written */
    uint64_t limited;                         /* messages of which not all parts were read */
    uint64_t incomplete;                      /* messages with bytes missing, written or not */
} MsExtractCounts;

void ms_extract_counts(const MsExtract *extract, MsExtractCounts *counts);
