/* SPDX-License-Identifier: GPL-2.0-or-later
 * capture.h - frames out of a file: pcap and pcapng, decompressed on the way when need be.
 * Numbers frames as Wireshark does. */
#pragma once

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct MsCapture MsCapture;

/* One captured frame, borrowed until the next call. */
typedef struct {
    uint32_t number;    /* 1-based, over all records, whatever their link type */
    int64_t time_ns;    /* nanoseconds since 1970, UTC; 0 when the record has none */
    int link_type;      /* LINKTYPE_/DLT number as in the file (pcap-linktype(7)) */
    uint32_t interface; /* 0-based interface within the file (pcapng), else 0 */
    const uint8_t *data;
    uint32_t length;      /* bytes captured */
    uint32_t wire_length; /* bytes on the wire, at least `length` */
} MsFrame;

/* Opens `path`, or standard input when it is "-". Fails with MS_ERROR_OPEN, _EMPTY, _NOT_CAPTURE,
 * or when it does not even reach its first record, _CUT or _DAMAGED; messages name the file and the
 * reason. */
MsCapture *ms_capture_open(const char *path, GError **error);

/* The same from memory, which is borrowed until the capture is closed; `name` stands in messages.
 */
MsCapture *ms_capture_open_memory(const void *data, size_t length, const char *name,
                                  GError **error);

/* Next frame. Returns false at the end: error unset when the file ended well, MS_ERROR_CUT or
 * MS_ERROR_DAMAGED when it did not; all frames before were given. */
bool ms_capture_next(MsCapture *capture, MsFrame *frame, GError **error);

/* What a file says beside its frames: `name` is "application", "hardware", "system", "comment",
 * "interface-name", "interface-description", "interface-hardware", "interface-filter",
 * "snap-length" (a number), "names" or "secrets" (a whole block), static storage. Text is as
 * captured: any bytes, borrowed for the call. `frame`: 1-based, of a comment to a frame, else 0. */
typedef void (*MsCaptureNoted)(const char *name, const uint8_t *text, uint32_t length,
                               uint32_t frame, void *user_data);

/* Has it told from now on, as it is read; to be called before the first frame. */
void ms_capture_watch(MsCapture *capture, MsCaptureNoted noted, void *user_data);

/* Bytes of the file read so far and its size (0 when not known: a pipe), for a progress line. */
void ms_capture_progress(const MsCapture *capture, uint64_t *read, uint64_t *size);

void ms_capture_close(MsCapture *capture); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsCapture, ms_capture_close)
