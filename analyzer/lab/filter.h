/* SPDX-License-Identifier: GPL-2.0-or-later
 * filter.h - Wireshark display filters (4.0 and later) that show exactly the frames an answer
 * cites. By frame number, never by tcp.stream: stream numbers of two programs need not agree. */
#pragma once

#include "../front/cite.h"

/* Whose data a long list of frames is; all NULL or 0 when not known. */
typedef struct {
    const char *address; /* of the sender, as in session.client; not NUL-terminated */
    size_t address_length;
    uint16_t port;
} MsFilterSender;

/* The frames of one answer. All zero is an empty filter. */
typedef struct {
    MsFrameSet frames;
    MsFrameSet bulk;       /* frames of a message: may be too many to be listed one by one */
    MsFilterSender sender; /* of the bulk */
} MsFilter;

void ms_filter_add(MsFilter *filter, const MsRange *ranges, size_t count, uint64_t omitted);
void ms_filter_add_bulk(MsFilter *filter, const MsRange *ranges, size_t count, uint64_t omitted);

/* Empties the filter. */
void ms_filter_clear(MsFilter *filter);

/* Appends the filter for the frames of one file; false, and nothing, when it has none there. A bulk
 * that is too long for a list is described by its sender within a range of frames: *wider becomes
 * true, as repeats of these segments are shown too. */
bool ms_filter_write(MsFilter *filter, uint16_t file, MsBuffer *out, bool *wider);
