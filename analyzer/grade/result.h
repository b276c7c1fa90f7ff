/* SPDX-License-Identifier: GPL-2.0-or-later
 * result.h - reads results as ms_sheet_judge() gives them: what is not there is empty, or 0. */
#pragma once

#include "match.h"

#include <glib.h>
#include <jansson.h>

#include <string.h>

/* The text of that key, or "". Borrowed. */
static inline const char *ms_result_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The number of that key with two decimals, in `number`. */
static inline const char *ms_result_number(const json_t *object, const char *key, char *number,
                                           size_t size)
{
    return g_ascii_formatd(number, (int)size, "%.2f",
                           json_number_value(json_object_get(object, key)));
}

/* Nothing was handed in. */
static inline bool ms_result_missing(const json_t *result)
{
    return json_is_true(json_object_get(result, "missing"));
}

/* The verdict of a question's row; MS_N_VERDICTS: there is none. */
static inline MsVerdictKind ms_result_verdict(const json_t *row)
{
    const char *name = ms_result_text(row, "verdict");
    MsVerdictKind kind = 0;
    while (kind < MS_N_VERDICTS && strcmp(ms_verdict_name(kind), name) != 0)
        kind++;
    return kind;
}
