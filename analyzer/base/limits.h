/* SPDX-License-Identifier: GPL-2.0-or-later
 * limits.h - every cap in one place. The table itself is limits.def. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
#define MS_LIMIT(id, name, value, unit, meaning) MS_LIMIT_##id,
#include "limits.def"
#undef MS_LIMIT
    MS_N_LIMITS
} MsLimitId;

/* The caps one capture is read with. Filled by ms_limits_default(), then changed at will. */
typedef struct {
    uint64_t value[MS_N_LIMITS]; /* in the unit of the table */
} MsLimits;

/* One row of the table, for the manual and `--help`. */
typedef struct {
    const char *name;    /* as in `--limit name=value` */
    uint64_t value;      /* default */
    const char *unit;    /* bytes, segments, ... */
    const char *meaning; /* what is given up when it is reached */
} MsLimitInfo;

/* The row of `id`; static storage. */
const MsLimitInfo *ms_limit_info(MsLimitId id);

/* Fills `limits` with the defaults. */
void ms_limits_default(MsLimits *limits);

/* Looks a limit up by its option name. Returns false when there is none of that name. */
bool ms_limit_find(const char *name, MsLimitId *id);
