/* SPDX-License-Identifier: GPL-2.0-or-later
 * condition.h - which facts a question is about: "smtp.reply_code=354", as questions.def has it. */
#pragma once

#include "../fact/fact.h"

#include <stdbool.h>
#include <stddef.h>

/* One condition; points into the text it was read from. */
typedef struct {
    MsFieldId field; /* MS_N_FIELDS: this version knows no such fact */
    char sign;       /* `=`, `^`, `~`, `>`, or NUL for none */
    const char *key; /* as written */
    size_t key_length;
    const char *values;   /* separated by `/`; `_` stands for a blank */
    size_t values_length; /* bytes */
} MsCondition;

/* Reads the condition at *text and moves behind it; false at the end. */
bool ms_condition_next(const char **text, MsCondition *condition);

/* Whether a fact of the right field fits. Letter case does not count. */
bool ms_condition_fits(const MsCondition *condition, const MsFact *fact);
