/* SPDX-License-Identifier: GPL-2.0-or-later
 * inside.h - the dialogue inside TLS, when somebody decrypts it for us
 * (ms_engine_push_plaintext()): a dialogue of its own beside that of the connection, whose facts
 * join those of the session. For session/ only. */
#pragma once

#include "../dialogue/sniff.h"
#include "hold.h"
#include "session.h"

typedef struct MsLive MsLive;

typedef struct MsInside {
    MsPool *pool;
    MsTail *tail[2];              /* decrypted bytes of each side that are not eaten yet */
    uint64_t next[2];             /* plaintext offset of what comes next */
    uint64_t shown[2];            /* ... up to which bytes were offered to the dialogue */
    MsHold hold;                  /* their order, as long as it is not known whose words they are */
    const MsDialogueClass *class; /* NULL: not known yet */
    MsDialogue *dialogue;
    int32_t exchanges, attempts, messages; /* numbers given before TLS began */
    bool first_due[2];                     /* first words of that side are to be said */
    bool speaking; /* a call into the dialogue is on its way: its numbers go on from those */
    bool deaf;     /* no mail */
} MsInside;

/* `pool` holds the memory of tails; borrowed. */
MsInside *ms_inside_new(MsPool *pool);
void ms_inside_free(MsInside *inside); /* accepts NULL */

/* Keeps bytes that continue those of that side. */
void ms_inside_keep(MsInside *inside, unsigned side, const MsBytes *bytes);

/* Asks whose words these are. */
void ms_inside_sniff(const MsInside *inside, const MsStream *stream, const MsLimits *limits,
                     MsSniffResult *found);

/* The dialogue begins: `class` is spoken. Says so, and offers all that was kept. */
void ms_inside_begin(MsInside *inside, MsLive *live, const MsDialogueClass *class);

/* Offers what is new. */
void ms_inside_offer(MsInside *inside, MsLive *live, unsigned side);

/* Records of that side were not decrypted: what comes next does not continue what came. */
void ms_inside_gap(MsInside *inside, MsLive *live, unsigned side);

/* Nothing more comes. */
void ms_inside_over(MsInside *inside, MsLive *live);
