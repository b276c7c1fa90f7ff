/* SPDX-License-Identifier: GPL-2.0-or-later
 * options_table.h - the verbs and their options as tables, for options.c. */
#pragma once

#include "options.h"

/* What GOption fills in before it is checked. */
typedef struct {
    MsOptions options;
    gboolean help;
    gboolean version;
    gint jobs;
    gint64 count, seconds;
    char *color;
    char **limits;
} MsRawOptions;

/* A context that fills `raw` with the options of the verb; the caller frees it. `top`: the help of
 * the program, for no verb was given. */
GOptionContext *ms_options_context(MsVerb verb, bool top, MsRawOptions *raw);
