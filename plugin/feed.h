/* SPDX-License-Identifier: GPL-2.0-or-later
 * feed.h - Wireshark's frames for the engine: each frame's bytes go through the same decoder as in
 * the program, so that both see the same segments and say the same. One feed for one reading of the
 * capture, in order of the frames. */
#pragma once

#include "engine.h"
#include "order.h"
#include "tls.h"
#include "ws_compat.h"

typedef struct MsFeed MsFeed;

/* `options` and `sink` are copied; `user_data` is handed to the callbacks. */
MsFeed *ms_feed_new(const MsEngineOptions *options, const MsSink *sink, void *user_data);
void ms_feed_free(MsFeed *feed); /* accepts NULL */

/* The next frame: `tvb` holds all of it. Frames that were given before are not taken again. */
void ms_feed_frame(MsFeed *feed, tvbuff_t *tvb, packet_info *pinfo);

/* The connection of the frame being given speaks TLS: to be called by a listener. */
void ms_feed_watch(MsFeed *feed);

/* Segments of TLS out of order, so far. */
const MsOrder *ms_feed_order(const MsFeed *feed);

/* What was decrypted of the frames so far. */
const MsDecrypter *ms_feed_decrypter(const MsFeed *feed);

/* The last frame given; 0: none so far. */
uint32_t ms_feed_last(const MsFeed *feed);

/* No more frames come: what is open is reported. Further calls do nothing. */
void ms_feed_end(MsFeed *feed);
