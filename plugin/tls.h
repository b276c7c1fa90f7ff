/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls.h - the records that Wireshark decrypted: out of its TLS dissector into the engine, and back
 * from a range of decrypted bytes to the "Decrypted TLS" source they can be looked at in. */
#pragma once

#include "engine.h"
#include "ws_compat.h"

typedef struct MsDecrypter MsDecrypter;

MsDecrypter *ms_decrypter_new(void);
void ms_decrypter_free(MsDecrypter *decrypter); /* accepts NULL */

/* Hands the records that ended in this frame to the engine; `segment`: the frame's. Each frame
 * once, in order. */
void ms_decrypter_frame(MsDecrypter *decrypter, packet_info *pinfo, const MsSegment *segment,
                        MsEngine *engine);

/* Where `length` bytes at `offset` of all that was decrypted of this frame are to be seen: sets
 * *start and returns their source. NULL when that is not at hand, or they lie in two records. */
tvbuff_t *ms_decrypter_place(const MsDecrypter *decrypter, packet_info *pinfo, uint32_t offset,
                             uint32_t length, int *start);
