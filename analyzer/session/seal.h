/* SPDX-License-Identifier: GPL-2.0-or-later
 * seal.h - which TLS records were decrypted: whoever decrypts for us says nothing of those he could
 * not, so records captured are held against records decrypted. One that is left over is a gap in
 * the dialogue inside. For session/ only. */
#pragma once

#include "../fact/range.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct MsLive MsLive;

/* One side. All zero at the start. */
typedef struct {
    uint32_t waiting; /* records of application data that ended in `frame` and are not decrypted */
    uint32_t frame;
    MsRange place;  /* header of the first of them */
    uint32_t ahead; /* decrypted, and not yet seen to end: the stream waits for the other side */
    uint32_t other; /* decrypted in `other_frame`, without application data */
    uint32_t other_frame;
    uint32_t first; /* frame whose records were the first to be decrypted; 0: none so far */
} MsSeal;

/* A record of application data is over, see MsTalkClass.tls_record. */
void ms_seal_record(MsLive *live, unsigned side, const MsRange *place, uint32_t frame, bool whole);

/* A record that ended in `frame` was decrypted; `data`: it carries application data. To be called
 * before its bytes go to the dialogue. Records up to the first such frame are not counted: those of
 * the handshake may have other keys. */
void ms_seal_opened(MsLive *live, unsigned side, uint32_t frame, bool data);

/* Nothing more comes: what waits is lost. */
void ms_seal_over(MsLive *live);
