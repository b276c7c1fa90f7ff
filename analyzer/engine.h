/* SPDX-License-Identifier: GPL-2.0-or-later
 * engine.h - the core: TCP segments in, sessions and facts out. Opens no file, prints nothing, asks
 * no clock. One engine for each capture, one thread at a time. */
#pragma once

#include "record.h"
#include "stream/segment.h"

typedef struct MsEngine MsEngine;

/* What a listener is given is borrowed for the call. Any may be NULL. */
typedef struct {
    /* A fact, line or oddity of session `session` (0-based) as soon as it is found: for the plugin.
     */
    void (*fact)(uint32_t session, const MsFact *fact, void *user_data);
    void (*line)(uint32_t session, const MsLine *line, void *user_data);
    void (*oddity)(uint32_t session, const MsOddity *oddity, void *user_data);
    /* A message is over, and its facts are said; who keeps it takes a reference. */
    void (*message)(uint32_t session, MsMessage *message, void *user_data);
    /* A session has ended: everything found in it. In the order in which sessions ended; numbers
     * are given in the order in which they were recognised as mail. */
    void (*session)(const MsRecord *record, void *user_data);
    /* In-order bytes of any stream, mail or not, for tests: `side` 0 sent the first segment.
     * length 0 with `gap` > 0: that many bytes are missing. When set, no stream is dropped early.
     */
    void (*stream)(uint32_t stream, unsigned side, const uint8_t *data, size_t length, uint64_t gap,
                   void *user_data);
} MsSink;

typedef struct {
    MsLimits limits;
    MsKeep keep;            /* what is kept of messages for sink.session */
    bool hash;              /* SHA-256 of messages */
    bool mime;              /* facts of the parts of messages; needs MS_KEEP_ALL */
    bool records;           /* put records together; false: only the live callbacks */
    bool lines;             /* make dialogue lines */
    bool plaintext;         /* TLS may be decrypted: connections of TLS are kept for a while */
    bool ready;             /* open at once what reading may need (the kinds of files for `mime`):
                               later no file can be opened */
    MsOpenSpool open_spool; /* may be NULL */
} MsEngineOptions;

/* Defaults: limits of the table, MS_KEEP_HEAD, hash, records and lines on, no spool. */
void ms_engine_options_default(MsEngineOptions *options);

/* `options` and `sink` are copied; `user_data` is handed to every callback and the spool. */
MsEngine *ms_engine_new(const MsEngineOptions *options, const MsSink *sink, void *user_data);
void ms_engine_push(MsEngine *engine, const MsSegment *segment); /* in capture order */
/* In live capture: it is `now_ns` (nanoseconds since 1970, UTC) and no segment is at hand; sessions
 * that are over are reported without waiting for the next one. */
void ms_engine_tick(MsEngine *engine, int64_t now_ns);
/* Content of a TLS record that somebody else decrypted (RFC 8446 5.2), for
 * MsEngineOptions.plaintext: handed over after the segment that completed the record, each
 * direction in order. Facts found in it cite MS_SOURCE_DECRYPTED. Once some of a direction were
 * decrypted, those that are not are a gap. */
typedef struct {
    uint8_t src[16], dst[16]; /* as in MsSegment */
    uint16_t src_port, dst_port;
    uint16_t file;
    uint32_t frame;      /* 1-based: frame that completed the record */
    uint32_t offset;     /* of `data` in all that was decrypted of that frame, put end to end */
    int64_t time_ns;     /* nanoseconds since 1970, UTC */
    const uint8_t *data; /* borrowed for the call */
    uint32_t length;     /* bytes; 0: a record was decrypted that carries no application data */
} MsPlaintext;

void ms_engine_push_plaintext(MsEngine *engine, const MsPlaintext *plaintext);
/* The capture ended: closes what is open, in order of session number. `cut`: the file ended in the
 * middle of a record. No push after it. */
void ms_engine_end(MsEngine *engine, bool cut);
void ms_engine_free(MsEngine *engine); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsEngine, ms_engine_free)

/* Counts, for the summary of a file. */
typedef struct {
    uint64_t segments;         /* TCP segments seen */
    uint32_t streams;          /* connections seen */
    uint32_t sessions;         /* mail sessions among them */
    uint32_t streams_given_up; /* forgotten because a limit was reached */
} MsEngineCounts;

void ms_engine_counts(const MsEngine *engine, MsEngineCounts *counts);
