/* SPDX-License-Identifier: GPL-2.0-or-later
 * speak.h - how a parser speaks to its listener: facts, lines and oddities with the ranges they
 * stand on. For parsers of text protocols; knows none of them. */
#pragma once

#include "../base/buffer.h"
#include "dialogue.h"

/* All zero but `talk`. */
typedef struct {
    MsTalk *talk;
    MsRanges where; /* scratch */
} MsSpeaker;

/* Frees the scratch memory. */
void ms_speak_clear(MsSpeaker *speaker);

/* The cap for ranges of one fact. */
static inline size_t ms_speak_cap(const MsSpeaker *speaker)
{
    return (size_t)speaker->talk->limits->value[MS_LIMIT_FACT_RANGES];
}

/* The ranges of bytes[offset..+length), in memory that the next call reuses. An empty one has its
 * time all the same. */
const MsRanges *ms_speak_where(MsSpeaker *speaker, const MsBytes *bytes, size_t offset,
                               size_t length);

/* A fact whose value stands in the bytes. */
void ms_speak_span(MsSpeaker *speaker, MsFieldId field, MsDirection direction, int32_t message,
                   int32_t item, const MsBytes *bytes, size_t offset, size_t length);

/* A fact with text of its own; `where` may be NULL. */
void ms_speak_text(MsSpeaker *speaker, MsFieldId field, MsDirection direction, int32_t message,
                   int32_t item, const MsRanges *where, const void *text, size_t length);

/* A fact with a number; `where` may be NULL. */
void ms_speak_number(MsSpeaker *speaker, MsFieldId field, MsDirection direction, int32_t message,
                     int32_t item, const MsRanges *where, int64_t number);

/* A dialogue line; `secret`: it carries credentials; `code`: reply code, or 0; `note` may be NULL.
 */
void ms_speak_line(MsSpeaker *speaker, MsLineKind kind, MsDirection direction, bool secret,
                   unsigned code, const MsBytes *bytes, size_t offset, size_t length,
                   const MsBuffer *note);

/* The line that stands for a message or for encrypted bytes; `message` -1: no message. */
void ms_speak_mark(MsSpeaker *speaker, MsLineKind kind, MsDirection direction, int32_t message,
                   const MsRanges *where);

/* An oddity; `where` may be NULL, `detail` is our own text. */
void ms_speak_odd(MsSpeaker *speaker, MsOddityKind kind, MsDirection direction, int32_t message,
                  const MsRanges *where, uint64_t length, const char *detail);
