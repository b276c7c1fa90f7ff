/* SPDX-License-Identifier: GPL-2.0-or-later
 * reader.h - what capture.c, pcap.c and pcapng.c share: the open file and how a reader ends. Not
 * for others. */
#pragma once

#include "capture.h"
#include "input.h"

/* No frame is that long: such a length is damage, not data. libpcap refuses 256 KiB (128 MiB on
 * USB); big TCP segments before offloading have 512 KiB. */
enum { MS_FRAME_USUAL = 1 << 20, MS_FRAME_MOST = 256 << 20 };

/* One interface of a pcapng section. */
typedef struct {
    int link_type;
    uint32_t snap_length; /* 0: no limit */
    uint8_t resolution;   /* if_tsresol */
    uint64_t factor;      /* nanoseconds of a unit, or 0 when a unit is none or not whole */
    int64_t offset;       /* if_tsoffset, seconds */
} MsInterface;

struct MsCapture {
    MsInput input;
    char *name;
    uint32_t number; /* frames given so far */
    bool ended;
    bool swapped; /* the other byte order than this machine's */
    bool (*next)(MsCapture *capture, MsFrame *frame, GError **error);
    MsCaptureNoted noted; /* NULL: nobody asks */
    void *noted_data;
    /* pcap */
    uint32_t snap_length;   /* as the file says */
    uint32_t header_length; /* of a record, bytes */
    uint32_t factor;        /* nanoseconds of the small part of a time */
    uint32_t longest;       /* record that is believed, bytes */
    bool lengths_swapped;   /* files older than pcap 2.3: wire length first */
    bool lengths_may_swap;  /* pcap 2.3: either */
    int link_type;
    /* pcapng */
    MsInterface *interfaces;
    uint32_t n_interfaces, interfaces_allocated;
};

/* Reads the file header at the start of the input; false when it is none of this format. */
bool ms_pcap_open(MsCapture *capture, GError **error);
bool ms_pcapng_open(MsCapture *capture, GError **error);

/* The reader ran dry, with less than a record left: sets the error that fits, if any. `inside`: in
 * the middle of a record even when no byte is left. Always returns false. */
bool ms_capture_dry(MsCapture *capture, bool inside, GError **error);

/* Options (as pcapng writes them) of a block of that type, told to who watches. */
void ms_pcapng_tell(const MsCapture *capture, uint32_t type, const uint8_t *bytes, uint32_t length,
                    uint32_t frame);

/* A record that cannot be. Always returns false. */
bool ms_capture_damaged(MsCapture *capture, GError **error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
