/* SPDX-License-Identifier: GPL-2.0-or-later
 * stream.h - one TCP connection: two directions put in order, each by itself and against the other;
 * SYN, FIN and RST (RFC 9293). Who is the client and what is said is left to the listener. */
#pragma once

#include "../fact/fact.h"
#include "half.h"

enum {
    MS_STREAM_SYN_0 = 1 << 0,     /* side 0 sent a SYN without ACK */
    MS_STREAM_SYN_1 = 1 << 1,     /* side 1 did */
    MS_STREAM_HANDSHAKE = 1 << 2, /* no further segment can belong to the handshake */
    MS_STREAM_NEW_SYN = 1 << 3,   /* a SYN of another connection with the same ports was seen */
    MS_STREAM_DEAF = 1 << 4,      /* set by the listener: nothing is to be kept for it */
    MS_STREAM_OVER = 1 << 5,      /* RST, or both FINs: nothing more will be handed on */
    MS_STREAM_LAST_1 = 1 << 6,    /* side 1 sent the last segment */
    MS_STREAM_RST = 1 << 7        /* by RST */
};

/* A connection. Its first part is the key. Kept small: an idle one costs nothing else. */
typedef struct {
    uint8_t address[2][16]; /* side 0 sent the first segment */
    uint16_t port[2];
    uint16_t ip_offset; /* of the IP header in the frame of marks[0] */
    uint8_t n_marks;
    uint8_t mark_flags[3]; /* TCP flags of each mark */
    uint8_t mark_sides;    /* bit n: marks[n] was sent by side 1 */
    uint8_t flags;         /* MS_STREAM_* */
    uint16_t wait_count;   /* segments since something began to wait for what was acknowledged */
    uint32_t number;       /* 0-based, in order of appearance */
    MsLinkEnds link;       /* of the frame of marks[0] */
    MsMark marks[3];       /* first frame; then the other segments of the handshake */
    MsHalf half[2];
    MsMark last;     /* the last segment */
    int64_t wait_ns; /* capture time when wait_count began */
    uint64_t order;  /* of the last segment */
    void *session;   /* the listener's */
} MsStream;

/* A hole that will not be filled any more. */
typedef struct {
    uint64_t at, length; /* bytes of the stream */
    uint64_t cut;        /* of them, bytes that the snapshot length cut off */
    int64_t time_ns;     /* of the byte before it, or behind it when there is none */
    MsRange around[2];   /* the bytes right before and behind it, as far as there are any */
    uint32_t n_around;
} MsGap;

/* What a listener does; borrowed for the call. */
typedef struct {
    /* In-order bytes: `held` are those not eaten so far, the last `fresh` of them are new. Returns
     * how many are eaten. Of a deaf stream only the new ones are given, and the result is ignored.
     */
    size_t (*bytes)(MsStream *stream, unsigned side, const MsBytes *held, size_t fresh,
                    void *user_data);
    /* Bytes are missing; `left`, not eaten before, is dropped. */
    void (*gap)(MsStream *stream, unsigned side, const MsGap *gap, const MsBytes *left,
                void *user_data);
    /* The FIN or RST of that side, when all before it was handed on. `left` as above. */
    void (*event)(MsStream *stream, unsigned side, MsItemKind kind, const MsMark *mark,
                  void *user_data);
    /* Direction and message of the oddity are not filled in: `side` says whose bytes they are. */
    void (*oddity)(MsStream *stream, unsigned side, const MsOddity *oddity, void *user_data);
    /* A segment with data was captured, whatever becomes of it; called before its bytes are handed
     * on, not of a deaf stream. May be NULL. */
    void (*segment)(MsStream *stream, unsigned side, const MsSegment *segment, void *user_data);
} MsStreamEvents;

/* What all streams of an engine share. */
typedef struct {
    MsPool pool;
    const MsStreamEvents *events;
    void *user_data;
    uint64_t order; /* segments pushed so far */
} MsStreamContext;

/* A segment of this connection, sent by `side`. `context->order` has been counted up for it. */
void ms_stream_push(MsStream *stream, MsStreamContext *context, unsigned side,
                    const MsSegment *segment);

/* The same for a stream that is over: only FIN, RST and the last ACK still count. Returns true when
 * no more of them can be expected. */
bool ms_stream_linger(MsStream *stream, MsStreamContext *context, unsigned side,
                      const MsSegment *segment);

/* Notes a segment of the handshake, or the first one seen; at most three are kept. */
void ms_stream_mark(MsStream *stream, unsigned side, uint8_t flags, const MsMark *mark);

/* Tells where a side's bytes begin: `seq` is the number of the first one. */
void ms_stream_start(MsStream *stream, unsigned side, uint32_t seq, bool from_start);

/* Until further notice the bytes of that side are not wanted: they are not put in order, compared
 * or handed on, which costs next to nothing; its FIN or RST still is. For the listener, when it is
 * given bytes; what is held of that side is forgotten then. */
void ms_stream_unhear(MsStream *stream, unsigned side);
/* They are wanted again, from the last one that the other side acknowledged on. */
void ms_stream_hear(MsStream *stream, unsigned side);

/* Gives up the oldest hole, or the oldest wait for the other side. Returns false when nothing
 * waits. */
bool ms_stream_relieve(MsStream *stream, MsStreamContext *context);

/* No more segments come: hands on all that waits, with gaps where bytes are missing. */
void ms_stream_finish(MsStream *stream, MsStreamContext *context);

/* Frees what the stream holds; not the stream. */
void ms_stream_clear(MsStream *stream, MsStreamContext *context);
