/* SPDX-License-Identifier: GPL-2.0-or-later
 * message.h - one mail as its bytes go by: size, SHA-256, header fields, its bytes if asked for.
 * Knows nothing of TCP or SMTP. */
#pragma once

#include "../base/limits.h"
#include "../fact/fact.h"

#include <glib.h>

typedef enum {
    MS_KEEP_NONE, /* count and hash only */
    MS_KEEP_HEAD, /* also keep the first MS_LIMIT_MESSAGE_HEAD bytes */
    MS_KEEP_ALL   /* keep every byte, in a temporary file when it is large */
} MsKeep;

typedef struct MsMessage MsMessage;

/* Where a message too large for memory goes: returns a file descriptor of an unlinked temporary
 * file that the message then owns, or -1. Nothing below the fronts opens files. */
typedef int (*MsOpenSpool)(void *user_data);

/* `number`: 0-based transaction; `direction`: who hands it over. `limits` is read here only.
 * `hash`: false leaves SHA-256 out. `open_spool` may be NULL: then at most MS_LIMIT_MESSAGE_MEMORY
 * bytes are kept. */
MsMessage *ms_message_new(int32_t number, MsDirection direction, const MsLimits *limits,
                          MsKeep keep, bool hash, MsOpenSpool open_spool, void *user_data);
MsMessage *ms_message_ref(MsMessage *message);
void ms_message_unref(MsMessage *message); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsMessage, ms_message_unref)

/* It is being sent from the frame `from` (file << 32 | frame) on. Without this call
 * ms_message_others() knows nothing. */
void ms_message_begin(MsMessage *message, uint64_t from);
/* Its sender sent data in the frame `key`, be it of the message or not; keys rise. `whole`: not in
 * fragments. */
void ms_message_see(MsMessage *message, uint64_t key, bool whole);
/* Says, before the first byte, that it is a part without header fields: none are looked for.
 * `declared`: what was said of it elsewhere, which is copied; may be NULL. */
void ms_message_no_header(MsMessage *message, const MsDeclared *declared);
/* What was said of it then; NULL: nothing. */
const MsDeclared *ms_message_declared(const MsMessage *message);
bool ms_message_headless(const MsMessage *message); /* that was said */
void ms_message_push(MsMessage *message, const MsBytes *bytes, size_t offset, size_t length);
void ms_message_gap(MsMessage *message, uint64_t length);
/* No more bytes come. `whole`: its end was seen and nothing is missing. */
void ms_message_end(MsMessage *message, bool whole);

int32_t ms_message_number(const MsMessage *message);
MsDirection ms_message_direction(const MsMessage *message); /* who handed it over */
bool ms_message_complete(const MsMessage *message);
uint64_t ms_message_size(const MsMessage *message);    /* bytes seen */
uint64_t ms_message_missing(const MsMessage *message); /* bytes known to be missing */
/* SHA-256 in lower-case hex (64 characters, NUL-terminated), or NULL: not complete, or no hash. */
const char *ms_message_sha256(const MsMessage *message);
/* Frames of all its bytes, capped by MS_LIMIT_FACT_RANGES. */
const MsRanges *ms_message_ranges(const MsMessage *message);
/* Frames (file << 32 | frame, rising) in which its sender sent data, but none of this message,
 * between its first frame and its last one, and perhaps some around them. False: not known. */
bool ms_message_others(const MsMessage *message, const uint64_t **frames, size_t *count);
/* Appends the places of `length` bytes of the message from `offset` on, as far as they are known:
 * of all kept bytes with MS_KEEP_ALL, else of the header until ms_message_fields(). */
void ms_message_where(const MsMessage *message, uint64_t offset, uint64_t length, MsRanges *out);
/* First bytes (at most MS_LIMIT_MESSAGE_HEAD); empty with MS_KEEP_NONE. */
const uint8_t *ms_message_head(const MsMessage *message, size_t *length);
/* Copies up to `length` kept bytes from `offset` on; returns how many (0 at the end, or when that
 * many were not kept). */
size_t ms_message_read(const MsMessage *message, uint64_t offset, uint8_t *out, size_t length);
/* How many bytes ms_message_read() can give, from offset 0 on. */
uint64_t ms_message_kept(const MsMessage *message);
/* Bytes of memory that it holds now. */
uint64_t ms_message_memory(const MsMessage *message);
/* Offsets (in message bytes seen) of the holes, in order; for showing where bytes are missing. */
const uint64_t *ms_message_holes(const MsMessage *message, size_t *count);

/* One header field of the message, found by ms_message_fields(). Borrowed for the call. */
typedef void (*MsHeaderFunc)(const MsFact *fact, void *user_data);

/* Calls `func` with message.header and the named header facts (message.subject, ...), in order,
 * with ranges. Stops at the first empty line, at a hole, or where the kept head ends. Works also
 * with MS_KEEP_NONE, as the head is kept until here. To be called once, after ms_message_end():
 * it gives up what only it needs. */
void ms_message_fields(MsMessage *message, MsHeaderFunc func, void *user_data);
