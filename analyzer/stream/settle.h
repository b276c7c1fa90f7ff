/* SPDX-License-Identifier: GPL-2.0-or-later
 * settle.h - private to stream/: when queued things are handed on, and when waiting is given up. */
#pragma once

#include "stream.h"

/* Hands bytes that are next in order to the listener; what it does not eat is kept. */
void ms_stream_deliver(MsStream *stream, MsStreamContext *context, unsigned side,
                       const MsBytes *bytes);

/* The FIN of that side is next in order, and nothing waits on it: tells the listener. */
void ms_stream_fin(MsStream *stream, MsStreamContext *context, unsigned side, const MsMark *mark);

/* True when the other side's bytes before offset `needs` were handed on, or none are known of. */
bool ms_stream_satisfied(const MsStream *stream, unsigned side, uint64_t needs);

/* Says that the RST at `mark` does not end the connection (RFC 9293 3.5.3). */
void ms_stream_ignore_rst(MsStream *stream, MsStreamContext *context, unsigned side,
                          const MsMark *mark);

/* Hands on all that is ready; gives up waiting when the time has come. */
void ms_stream_settle(MsStream *stream, MsStreamContext *context);

/* True while bytes before the tentative beginning of a direction may still come. */
bool ms_half_is_early(const MsHalf *half);

/* Offset of the first byte that the other side has not acknowledged; may lie beyond what was seen.
 */
int64_t ms_half_acked(const MsHalf *half);
