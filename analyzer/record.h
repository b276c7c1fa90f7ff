/* SPDX-License-Identifier: GPL-2.0-or-later
 * record.h - all that was found in one session, put together for a front end: facts, dialogue
 * lines, oddities and messages, in the order they were found, with their text and ranges copied. */
#pragma once

#include "fact/fact.h"
#include "message/message.h"

typedef struct MsRecord MsRecord;

/* `limits` is borrowed for the record's life. `number`: 0-based session. */
MsRecord *ms_record_new(uint32_t number, const MsLimits *limits);
void ms_record_free(MsRecord *record); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsRecord, ms_record_free)

/* Empties a record for another session; some of its memory stays, as the next one needs as much. */
void ms_record_reset(MsRecord *record, uint32_t number);

/* Copy what is given. Beyond the caps (session-facts, session-lines, session-text-bytes) the thing
 * is left out, counted, and one oddity `limit` says so. */
void ms_record_add_fact(MsRecord *record, const MsFact *fact);
void ms_record_add_line(MsRecord *record, const MsLine *line);
void ms_record_add_oddity(MsRecord *record, const MsOddity *oddity);
void ms_record_add_message(MsRecord *record, MsMessage *message); /* takes a reference */

uint32_t ms_record_number(const MsRecord *record);
size_t ms_record_bytes(const MsRecord *record); /* memory held, for the caps over all sessions */

/* Stable arrays in the order of arrival; owned by the record, valid until it is changed or freed.
 */
const MsFact *ms_record_facts(const MsRecord *record, size_t *count);
const MsLine *ms_record_lines(const MsRecord *record, size_t *count);
const MsOddity *ms_record_oddities(const MsRecord *record, size_t *count);
MsMessage *const *ms_record_messages(const MsRecord *record, size_t *count);

/* First fact of that field with that message and item (-1: any), or NULL. */
const MsFact *ms_record_find(const MsRecord *record, MsFieldId field, int32_t message,
                             int32_t item);
