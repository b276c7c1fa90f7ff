/* SPDX-License-Identifier: GPL-2.0-or-later
 * index.h - the facts of a session, sorted for look-up: sessions with many thousand recipients must
 * not be searched from the start each time. */
#pragma once

#include "../record.h"

typedef struct MsIndex MsIndex;

/* `record` is borrowed for the index's life and must not change. */
MsIndex *ms_index_new(const MsRecord *record);
void ms_index_free(MsIndex *index); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsIndex, ms_index_free)

/* All facts of that field with exactly that message and item (-1: none), in the order in which they
 * were found. Valid until the index is freed. */
const MsFact *const *ms_index_all(const MsIndex *index, MsFieldId field, int32_t message,
                                  int32_t item, size_t *count);

/* The first of them, or NULL. */
const MsFact *ms_index_first(const MsIndex *index, MsFieldId field, int32_t message, int32_t item);

/* All facts of that field, by message, then item, then in order. */
const MsFact *const *ms_index_field(const MsIndex *index, MsFieldId field, size_t *count);

/* Highest number of a message that a fact is about; -1: none. */
int32_t ms_index_most_message(const MsIndex *index);

/* Text of a fact compared with a word of our own. `fact` may be NULL: false. */
bool ms_fact_is(const MsFact *fact, const char *word);
