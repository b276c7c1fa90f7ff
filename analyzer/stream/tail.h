/* SPDX-License-Identifier: GPL-2.0-or-later
 * tail.h - the last bytes of one direction that were handed on: those the dialogue has not eaten
 * yet, and before them some that are only remembered, so that a retransmission that differs is
 * noticed and a gap can cite the byte before it. */
#pragma once

#include "../base/limits.h"
#include "../fact/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct MsTail MsTail;

enum { MS_SPARE_TAILS = 64 };

/* Memory of all streams of an engine together, for the caps. */
typedef struct {
    const MsLimits *limits;
    MsTail *spare[MS_SPARE_TAILS]; /* empty tails for the next streams; not counted */
    unsigned n_spare;
    uint64_t waiting;         /* bytes in queues, with what they cost beside the bytes */
    uint64_t tails;           /* bytes allocated for tails */
    struct MsQueue *oldest;   /* queues (half.h) that hold something, the oldest first */
    struct MsQueue *youngest; /* the last of them */
} MsPool;

struct MsTail {
    uint64_t at; /* stream offset of data[0] */
    uint8_t *data;
    uint32_t length, allocated; /* bytes */
    uint32_t eaten;             /* of them, at the start: only remembered */
    uint32_t n_pieces, piece_slots;
    MsPiece *pieces;
};

/* Bytes not eaten, joined; empty (length 0) when there are none. `tail` may be NULL. */
MsBytes ms_tail_held(const MsTail *tail);

/* Everything remembered, eaten or not. `tail` may be NULL. */
MsBytes ms_tail_known(const MsTail *tail);

/* Appends bytes, which must continue what is there; makes *tail when it is NULL. Of all that is not
 * eaten the first `eaten` bytes count as eaten now. */
void ms_tail_keep(MsTail **tail, MsPool *pool, const MsBytes *bytes, size_t eaten);

/* Eats that many held bytes. */
void ms_tail_eat(MsTail *tail, size_t length);

/* Forgets everything; `*tail` is NULL afterwards. Accepts NULL in it. */
void ms_tail_forget(MsTail **tail, MsPool *pool);

/* Frees the spare tails. */
void ms_tail_free_spare(MsPool *pool);

/* The last byte handed on, as a range. Returns false when it is not known. */
bool ms_tail_last(const MsTail *tail, MsRange *range, int64_t *time_ns);

/* Appends the pieces that cover `bytes`, cut to fit. `fixed` room is grown by doubling. */
void ms_pieces_append(MsPiece **pieces, uint32_t *count, uint32_t *slots, const MsBytes *bytes);

/* Appends the bytes themselves. */
void ms_data_append(uint8_t **data, uint32_t *length, uint32_t *allocated, const MsBytes *bytes);
