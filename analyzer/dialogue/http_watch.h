/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_watch.h - an HTTP connection that is not mail so far: its requests are looked at, one by
 * one, until one concerns mail (webmail.h), its responses never. Costs a few dozen bytes and no
 * copy as long as requests arrive whole. */
#pragma once

#include "../base/limits.h"
#include "http_head.h"

typedef struct MsHttpWatch MsHttpWatch;

typedef enum {
    MS_WATCH_ON,   /* nothing so far */
    MS_WATCH_MAIL, /* the request behind what was eaten concerns mail */
    MS_WATCH_OVER  /* no HTTP any more, or as many requests as are watched (http-requests) */
} MsWatchVerdict;

MsHttpWatch *ms_http_watch_new(void);
void ms_http_watch_free(MsHttpWatch *watch); /* accepts NULL */

/* Bytes of the client: those not eaten before, and more behind them. `*eaten`: how many are not
 * needed any more. `final`: no more will come. */
MsWatchVerdict ms_http_watch(MsHttpWatch *watch, const uint8_t *data, size_t length, bool final,
                             const MsLimits *limits, size_t *eaten);

/* `length` bytes of the client are missing (0: not known how many); what was not eaten is dropped.
 */
void ms_http_watch_gap(MsHttpWatch *watch, uint64_t length);

/* How many requests were looked at and passed over. */
uint32_t ms_http_watch_passed(const MsHttpWatch *watch);
