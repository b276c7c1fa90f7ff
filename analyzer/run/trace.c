/* SPDX-License-Identifier: GPL-2.0-or-later
 * trace.c - see trace.h. A second reading beside that for the facts: there the files of a student
 * are joined in order of time, here their order is what is looked at. */
#include "trace.h"

#include "../capture/packet.h"

void ms_trace_file(MsFingerprint *fingerprint, const void *data, size_t length,
                   const MsLimits *limits)
{
    ms_fingerprint_file(fingerprint, data, length);
    if (length == 0)
        return;
    g_autoptr(MsCapture) capture = ms_capture_open_memory(data, length, "capture", NULL);
    if (!capture)
        return;
    ms_capture_watch(capture, ms_fingerprint_note, fingerprint);
    g_autoptr(MsPacketDecoder) decoder = ms_packet_decoder_new(limits);
    MsFrame frame;
    MsSegment segment;
    while (ms_capture_next(capture, &frame, NULL)) {
        bool tcp = ms_packet_decode(decoder, &frame, 0, &segment);
        ms_fingerprint_frame(fingerprint, &frame, tcp ? &segment : NULL);
    }
}
