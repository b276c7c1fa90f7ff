/* SPDX-License-Identifier: GPL-2.0-or-later
 * limits.c - the table of caps as data. */
#include "limits.h"

#include <string.h>

static const MsLimitInfo table[MS_N_LIMITS] = {
#define MS_LIMIT(id, name, value, unit, meaning) {name, value, unit, meaning},
#include "limits.def"
#undef MS_LIMIT
};

const MsLimitInfo *ms_limit_info(MsLimitId id)
{
    return &table[id];
}

void ms_limits_default(MsLimits *limits)
{
    for (size_t i = 0; i < MS_N_LIMITS; i++)
        limits->value[i] = table[i].value;
}

bool ms_limit_find(const char *name, MsLimitId *id)
{
    for (size_t i = 0; i < MS_N_LIMITS; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *id = (MsLimitId)i;
            return true;
        }
    }
    return false;
}
