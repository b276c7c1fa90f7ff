/* SPDX-License-Identifier: GPL-2.0-or-later
 * session.h - one connection on its way through the engine: first its bytes are held until it is
 * known whose words they are, then they go to the dialogue, and what the dialogue finds goes to the
 * record and the listener. */
#pragma once

#include "../engine.h"
#include "../mime/kind.h"
#include "../stream/table.h"

enum { MS_SPARE_RECORDS = 8 };

typedef struct MsSession MsSession;

/* What all sessions of an engine share. */
typedef struct {
    MsEngineOptions options;
    MsSink sink;
    void *user_data;
    uint32_t n_sessions; /* recognised so far */
    uint64_t text; /* bytes of all open records, of the messages in them and of open messages */
    MsRecord *spare[MS_SPARE_RECORDS]; /* empty records for the next sessions */
    unsigned n_spare;
    struct MsVisits *visits; /* NULL as long as there was no webmail */
    MsKind *kind;            /* for the attachments; NULL as long as none was seen */
    bool cut;                /* the capture ended in the middle of a record */
} MsSessions;

/* What the stream tells, see MsStreamEvents. The session is made when the first bytes come, and
 * kept in stream->session. */
size_t ms_session_bytes(MsSessions *all, MsStream *stream, unsigned side, const MsBytes *held,
                        size_t fresh);
void ms_session_gap(MsSessions *all, MsStream *stream, unsigned side, const MsGap *gap,
                    const MsBytes *left);
void ms_session_event(MsSessions *all, MsStream *stream, unsigned side, MsItemKind kind,
                      const MsMark *mark);
void ms_session_segment(MsStream *stream, unsigned side, const MsSegment *segment);
void ms_session_oddity(MsStream *stream, unsigned side, const MsOddity *oddity);

/* Decrypted bytes of that side, see ms_engine_push_plaintext(). They begin with `at` of 0 for each
 * side. `pool`: of the stream; borrowed for the session's life. */
void ms_session_plaintext(MsSessions *all, MsStream *stream, unsigned side, const MsPiece *piece,
                          const uint8_t *data, MsPool *pool);

/* The stream is over: what is still undecided is decided, then the session ends and is freed. */
void ms_session_over(MsSessions *all, MsStream *stream, MsOver why);

/* Frees the session without a word. */
void ms_session_free(MsSession *session); /* accepts NULL */

/* Number of the session; UINT32_MAX as long as it is not known to be mail. */
uint32_t ms_session_number(const MsSession *session);

/* Memory of its record, as counted in MsSessions.text. */
uint64_t ms_session_text(const MsSession *session);
