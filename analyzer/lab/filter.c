/* SPDX-License-Identifier: GPL-2.0-or-later
 * filter.c - `frame.number in {4, 7..9}`. The elements of a set are separated by commas and ranges
 * are written with two dots since Wireshark 3.6; 4.0 refuses the older forms. */
#include "filter.h"

#include "../base/escape.h"

#include <glib.h>

enum { MOST_RUNS = 40 }; /* runs of frames of a bulk that are listed without asking for less */

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

/* "ip.src == 192.0.2.10 && tcp.srcport == 40000"; `to`: of the other one, dst. */
static void write_end(const MsFilterSender *sender, bool to, MsBuffer *out)
{
    bool v6 = memchr(sender->address[to], ':', sender->address_length[to]) != NULL;
    ms_buffer_printf(out, "%s.%s == ", v6 ? "ipv6" : "ip", to ? "dst" : "src");
    ms_escape_terminal(out, (const uint8_t *)sender->address[to], sender->address_length[to]);
    ms_buffer_printf(out, " && tcp.%sport == %u && ", to ? "dst" : "src", sender->port[to]);
}

/* All data of the sender from the first frame to the last one, but for the others. What an ICMP
 * error quotes of a segment has no tcp.len in Wireshark. */
static void write_sender(const MsFilter *filter, uint16_t file, uint32_t first, uint32_t last,
                         MsBuffer *out)
{
    const MsFilterSender *sender = &filter->sender;
    MsFrameSet others = {0};
    ms_buffer_byte(out, '(');
    write_end(sender, false, out);
    write_end(sender, true, out);
    ms_buffer_printf(out, "tcp.len > 0 && frame.number in {%u..%u}", first, last);
    for (size_t i = 0; i < sender->n_others; i++) {
        const MsRange range = {.file = (uint16_t)(sender->others[i] >> 32),
                               .frame = (uint32_t)sender->others[i]};
        if (range.file == file && range.frame > first && range.frame < last)
            ms_frames_add(&others, &range, 1, 0);
    }
    if (others.count > 0) {
        ms_buffer_text(out, " && !(");
        write_list(&others, file, out);
        ms_buffer_byte(out, ')');
    }
    ms_buffer_byte(out, ')');
    ms_frames_clear(&others);
}

/* Cited in the same answer, but not sent by the sender of the bulk or not between its ends. */
static void write_short(MsFilter *filter, uint16_t file, MsBuffer *out)
{
    uint32_t first = 0;
    uint32_t last = 0;
    if (count_runs(&filter->frames, file, &first, &last) > 0) {
        write_list(&filter->frames, file, out);
        ms_buffer_text(out, " || ");
    }
    count_runs(&filter->bulk, file, &first, &last);
    write_sender(filter, file, first, last, out);
}

bool ms_filter_write(MsFilter *filter, uint16_t file, MsBuffer *out)
{
    uint32_t first = 0;
    uint32_t last = 0;
    bool many = count_runs(&filter->bulk, file, &first, &last) > MOST_RUNS;
    MsFrameSet all = {0};
    ms_frames_join(&all, &filter->frames);
    ms_frames_join(&all, &filter->bulk);
    size_t runs = count_runs(&all, file, &first, &last);
    MsBuffer list = {0};
    if (runs > 0)
        write_list(&all, file, &list);
    ms_frames_clear(&all);
    MsBuffer brief = {0};
    if (many && filter->sender.address_length[0] > 0)
        write_short(filter, file, &brief);
    bool use = brief.length > 0 && (brief.length < list.length || filter->bulk.omitted > 0);
    const MsBuffer *best = use ? &brief : &list;
    ms_buffer_append(out, best->data, best->length);
    ms_buffer_clear(&list);
    ms_buffer_clear(&brief);
    return runs > 0;
}
