/* SPDX-License-Identifier: GPL-2.0-or-later
 * filter.c - `frame.number in {4, 7..9}`. The elements of a set are separated by commas and ranges
 * are written with two dots since Wireshark 3.6; 4.0 refuses the older forms. */
#include "filter.h"

#include "../base/escape.h"

#include <glib.h>

enum { MOST_RUNS = 40 }; /* runs of frames listed of a bulk */

void ms_filter_add(MsFilter *filter, const MsRange *ranges, size_t count, uint64_t omitted)
{
    ms_frames_add(&filter->frames, ranges, count, omitted);
}

void ms_filter_add_bulk(MsFilter *filter, const MsRange *ranges, size_t count, uint64_t omitted)
{
    ms_frames_add(&filter->bulk, ranges, count, omitted);
}

void ms_filter_clear(MsFilter *filter)
{
    ms_frames_clear(&filter->frames);
    ms_frames_clear(&filter->bulk);
    filter->sender = (MsFilterSender){0};
}

/* Runs of the set in that file; the first frame and the last one, when there are any. */
static size_t count_runs(MsFrameSet *set, uint16_t file, uint32_t *first, uint32_t *last)
{
    MsFrameRun run;
    size_t runs = 0;
    for (size_t at = 0; ms_frames_next(set, &at, &run);) {
        if (run.file != file)
            continue;
        if (runs++ == 0)
            *first = run.first;
        *last = run.last;
    }
    return runs;
}

static void write_list(MsFrameSet *set, uint16_t file, MsBuffer *out)
{
    uint32_t first = 0;
    uint32_t last = 0;
    size_t runs = count_runs(set, file, &first, &last);
    if (runs == 1 && first == last) {
        ms_buffer_printf(out, "frame.number == %u", first);
        return;
    }
    ms_buffer_text(out, "frame.number in {");
    MsFrameRun run;
    bool begun = false;
    for (size_t at = 0; ms_frames_next(set, &at, &run);) {
        if (run.file != file)
            continue;
        if (begun)
            ms_buffer_text(out, ", ");
        begun = true;
        ms_buffer_uint(out, run.first);
        if (run.last > run.first) {
            ms_buffer_text(out, "..");
            ms_buffer_uint(out, run.last);
        }
    }
    ms_buffer_byte(out, '}');
}

static void write_sender(const MsFilter *filter, uint32_t first, uint32_t last, MsBuffer *out)
{
    const MsFilterSender *sender = &filter->sender;
    bool v6 = memchr(sender->address, ':', sender->address_length) != NULL;
    ms_buffer_printf(out, "(frame.number in {%u..%u} && %s == ", first, last,
                     v6 ? "ipv6.src" : "ip.src");
    ms_escape_terminal(out, (const uint8_t *)sender->address, sender->address_length);
    ms_buffer_printf(out, " && tcp.srcport == %u && tcp.len > 0)", sender->port);
}

bool ms_filter_write(MsFilter *filter, uint16_t file, MsBuffer *out, bool *wider)
{
    uint32_t first = 0;
    uint32_t last = 0;
    size_t runs = count_runs(&filter->bulk, file, &first, &last);
    bool list = runs <= MOST_RUNS && filter->bulk.omitted == 0;
    *wider = runs > 0 && !list && filter->sender.address_length > 0;
    if (!*wider) {
        MsFrameSet all = {0};
        ms_frames_join(&all, &filter->frames);
        ms_frames_join(&all, &filter->bulk);
        runs = count_runs(&all, file, &first, &last);
        if (runs > 0)
            write_list(&all, file, out);
        ms_frames_clear(&all);
        return runs > 0;
    }
    uint32_t ignored;
    if (count_runs(&filter->frames, file, &ignored, &ignored) > 0) {
        write_list(&filter->frames, file, out);
        ms_buffer_text(out, " || ");
    }
    write_sender(filter, first, last, out);
    return true;
}
