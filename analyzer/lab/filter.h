/* SPDX-License-Identifier: GPL-2.0-or-later
 * filter.h - Wireshark display filters (4.0 and later) that show exactly the frames an answer
 * cites. By frame number, never by tcp.stream: stream numbers of two programs need not agree. */
#pragma once

#include "../front/cite.h"

/* Whose data a long list of frames is; all NULL or 0 when not known. Index 0 is the sender. */
typedef struct {
    const char *address[2]; /* as in session.client; not NUL-terminated */
    size_t address_length[2];
    uint16_t port[2];
    const uint64_t *others; /* frames (file << 32 | frame, rising) with data of the sender that the
                               bulk has not */
    size_t n_others;
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
 * in very many runs of frames is described by its sender within a range of frames, without those of
 * the sender that are not of the bulk, when that is known and shorter. */
bool ms_filter_write(MsFilter *filter, uint16_t file, MsBuffer *out);
