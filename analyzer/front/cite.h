/* SPDX-License-Identifier: GPL-2.0-or-later
 * cite.h - evidence in words: times, byte ranges, and sets of frames as runs of frame numbers. */
#pragma once

#include "style.h"

#include <stdbool.h>

/* Appends a time, UTC: "2026-11-22 09:00:00.123456"; nine digits when microseconds are too coarse.
 */
void ms_text_time(MsBuffer *out, int64_t time_ns);

/* Appends a span of time in seconds: "0.001234", "-3.5" as "-3.500000"; nine digits as above. */
void ms_text_seconds(MsBuffer *out, int64_t span_ns);

/* ", lasts 0.031302 s"; where the last frame is earlier than the first, that is said. */
void ms_text_lasts(MsBuffer *out, int64_t span_ns);

/* Appends "frame 4, bytes 66-77" or "frames 4, 6-9 (bytes 66-77, 54-1513, ...)"; file names with
 * --joined. Bytes count from 0 at the start of the frame, the last one included. Without ranges it
 * appends "no frame". */
void ms_text_ranges(MsBuffer *out, const MsRange *ranges, size_t count, uint64_t omitted,
                    const MsOrigins *origins);

/* A set of frames. All zero is an empty set. */
typedef struct {
    uint64_t *key; /* file << 32 | frame */
    size_t count, allocated;
    bool sorted;      /* and without repeats */
    uint64_t omitted; /* ranges that were not kept: the set is not whole */
} MsFrameSet;

void ms_frames_add(MsFrameSet *set, const MsRange *ranges, size_t count, uint64_t omitted);
/* Adds what `more` holds. */
void ms_frames_join(MsFrameSet *set, const MsFrameSet *more);
/* Empties the set and frees its memory. */
void ms_frames_clear(MsFrameSet *set);

/* Consecutive frames of one file. */
typedef struct {
    uint16_t file;
    uint32_t first, last;
} MsFrameRun;

/* The run that begins at key[*at], which moves behind it; false at the end. Begin with *at = 0. */
bool ms_frames_next(MsFrameSet *set, size_t *at, MsFrameRun *run);

/* Whether the frame of that range is in the set. */
bool ms_frames_has(MsFrameSet *set, const MsRange *range);

/* How many frames are in the set. */
size_t ms_frames_count(MsFrameSet *set);
