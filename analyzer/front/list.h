/* SPDX-License-Identifier: GPL-2.0-or-later
 * list.h - the tables of facts, oddities and limits, for people, programs and the manual. */
#pragma once

#include "../base/buffer.h"

typedef enum { MS_LIST_TEXT, MS_LIST_JSON, MS_LIST_MARKDOWN } MsListFormat;

/* Appends every fact there can be. */
void ms_list_fields(MsBuffer *out, MsListFormat format);

/* Appends every oddity there can be. */
void ms_list_oddities(MsBuffer *out, MsListFormat format);

/* Appends every limit. */
void ms_list_limits(MsBuffer *out, MsListFormat format);
