/* SPDX-License-Identifier: GPL-2.0-or-later
 * where.c - see where.h. Runs of frames, not frames: "1-4000000000" is one. */
#include "where.h"

#define MOST_RUNS 40

static void add_run(json_t *frames, uint32_t first, uint32_t last)
{
    json_array_append_new(frames, json_pack("[II]", (json_int_t)first, (json_int_t)last));
}

static void put_frames(json_t *row, json_t *frames)
{
    if (json_array_size(frames) > 0)
        json_object_set_new(row, "frames", frames);
    else
        json_decref(frames);
}

void ms_where_found(json_t *row, MsFilter *filter)
{
    MsBuffer text = {0};
    json_t *frames = json_array();
    MsFrameRun run;
    for (size_t at = 0;
         json_array_size(frames) < MOST_RUNS && ms_frames_next(&filter->frames, &at, &run);) {
        if (run.file == 0)
            add_run(frames, run.first, run.last);
    }
    if (ms_filter_write(filter, 0, &text) && text.length > 0)
        json_object_set_new(row, "filter", json_stringn((const char *)text.data, text.length));
    ms_buffer_clear(&text);
    put_frames(row, frames);
}

void ms_where_told(json_t *row, const char *list)
{
    g_auto(GStrv) parts = g_strsplit_set(list, ", ", -1);
    g_autoptr(GString) filter = g_string_new("frame.number in {");
    json_t *frames = json_array();
    for (size_t i = 0; parts[i] && json_array_size(frames) < MOST_RUNS; i++) {
        char *end = NULL;
        uint64_t first = g_ascii_strtoull(parts[i], &end, 10);
        uint64_t last = *end == '-' ? g_ascii_strtoull(end + 1, &end, 10) : first;
        if (first < 1 || last < first || last > UINT32_MAX)
            continue;
        g_string_append(filter, json_array_size(frames) > 0 ? ", " : "");
        g_string_append_printf(filter, "%" G_GUINT64_FORMAT, first);
        if (last > first)
            g_string_append_printf(filter, "..%" G_GUINT64_FORMAT, last);
        add_run(frames, (uint32_t)first, (uint32_t)last);
    }
    g_string_append_c(filter, '}');
    if (json_array_size(frames) > 0)
        json_object_set_new(row, "filter", json_string(filter->str));
    put_frames(row, frames);
}

void ms_where_write(GString *out, MsFrameSet *frames)
{
    MsFrameRun run;
    unsigned count = 0;
    for (size_t at = 0; count < MOST_RUNS && ms_frames_next(frames, &at, &run);) {
        if (run.file != 0)
            continue;
        g_string_append_printf(out, count++ > 0 ? ", %u" : "%u", run.first);
        if (run.last > run.first)
            g_string_append_printf(out, "-%u", run.last);
    }
}
