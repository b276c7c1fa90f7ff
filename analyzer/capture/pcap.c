/* SPDX-License-Identifier: GPL-2.0-or-later
 * pcap.c - the classic format (draft-ietf-opsawg-pcap), in either byte order, with micro- or
 * nanoseconds, and the variant with longer record headers that patched kernels once wrote. */
#include "../base/error.h"
#include "bytes.h"
#include "reader.h"

enum {
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    RECORD_HEADER_MODIFIED = 24 /* interface, protocol and direction follow the lengths */
};

#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO 0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u

static bool next_record(MsCapture *capture, MsFrame *frame, GError **error)
{
    bool swapped = capture->swapped;
    const uint8_t *record = ms_input_peek(&capture->input, capture->header_length);
    if (record == NULL)
        return ms_capture_dry(capture, false, error);
    uint32_t length = get_u32(record + 8, swapped), wire_length = get_u32(record + 12, swapped);
    if (capture->lengths_swapped || (capture->lengths_may_swap && length > wire_length)) {
        uint32_t other = length;
        length = wire_length;
        wire_length = other;
    }
    if (length > capture->longest)
        return ms_capture_damaged(capture, error, "a record of %u bytes", length);
    record = ms_input_peek(&capture->input, (size_t)capture->header_length + length);
    if (record == NULL)
        return ms_capture_dry(capture, true, error);
    ms_input_skip(&capture->input, (size_t)capture->header_length + length);

    frame->number = ++capture->number;
    frame->time_ns = (int64_t)get_u32(record, swapped) * 1000000000 +
                     (int64_t)get_u32(record + 4, swapped) * capture->factor;
    frame->link_type = capture->link_type;
    frame->interface = 0;
    frame->data = record + capture->header_length;
    frame->length = length;
    frame->wire_length = MAX(length, wire_length);
    return true;
}

bool ms_pcap_open(MsCapture *capture, GError **error)
{
    const uint8_t *header = ms_input_peek(&capture->input, 4);
    if (header == NULL)
        return false;
    for (int swapped = 0; swapped < 2; swapped++) {
        uint32_t magic = get_u32(header, swapped);
        if (magic != MAGIC_MICRO && magic != MAGIC_NANO && magic != MAGIC_MODIFIED)
            continue;
        header = ms_input_peek(&capture->input, FILE_HEADER);
        if (header == NULL) {
            g_set_error(error, MS_ERROR, MS_ERROR_CUT, "%s is cut in its file header",
                        capture->name);
            return false;
        }
        capture->next = next_record;
        capture->swapped = swapped;
        capture->factor = magic == MAGIC_NANO ? 1 : 1000;
        capture->header_length = magic == MAGIC_MODIFIED ? RECORD_HEADER_MODIFIED : RECORD_HEADER;
        uint16_t major = get_u16(header + 4, swapped), minor = get_u16(header + 6, swapped);
        capture->lengths_swapped = major == 2 && minor < 3;
        capture->lengths_may_swap = major == 2 && minor == 3;
        capture->snap_length = get_u32(header + 16, swapped);
        capture->longest = CLAMP(capture->snap_length, MS_FRAME_USUAL, MS_FRAME_MOST);
        /* The upper half tells of a frame check sequence. */
        capture->link_type = (int)(get_u32(header + 20, swapped) & 0xffff);
        ms_input_skip(&capture->input, FILE_HEADER);
        return true;
    }
    return false;
}
