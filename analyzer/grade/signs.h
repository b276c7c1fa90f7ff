/* SPDX-License-Identifier: GPL-2.0-or-later
 * signs.h - signs that one capture was edited. Each has honest explanations too, which the report
 * names. */
#pragma once

#include "../capture/capture.h"
#include "../record.h"
#include "../stream/segment.h"

#include <jansson.h>

typedef enum {
    MS_SIGN_TCP_CHECKSUM, /* wrong, and not what offloading leaves behind */
    MS_SIGN_IP_CHECKSUM,
    MS_SIGN_BACKWARDS, /* time goes backwards */
    MS_SIGN_UNSEEN,    /* bytes were acknowledged that are not there */
    MS_SIGN_DATE,      /* Date: of a mail far from the time of its frames */
    MS_SIGN_PROGRAM,   /* a program that edits wrote the file */
    MS_SIGN_BARE,      /* made by a program, not by a machine: no TCP options, constant IP ids */
    MS_SIGN_CUT,       /* frames cut by a snapshot length */
    MS_N_SIGNS
} MsSignKind;

enum { MS_SIGN_FRAMES = 8 }; /* frames named at most */

typedef struct {
    uint64_t count;
    uint32_t frames[MS_SIGN_FRAMES];
    uint16_t files[MS_SIGN_FRAMES];
    uint32_t n_frames;
    char *detail; /* of the first, or of the worst; NULL: none */
} MsSign;

/* All zero is a clean capture. */
typedef struct {
    MsSign sign[MS_N_SIGNS];
    int64_t last_ns; /* time of the frame before; 0: none */
    int64_t worst_ns;
} MsSigns;

/* Another file begins. */
void ms_signs_file(MsSigns *signs);
void ms_signs_frame(MsSigns *signs, uint16_t file, const MsFrame *frame, const MsSegment *segment);
void ms_signs_note(MsSigns *signs, uint16_t file, const char *name, const uint8_t *text,
                   uint32_t length);
void ms_signs_session(MsSigns *signs, const MsRecord *record);
/* A connection whose SYNs have no options and whose IP identifications stay the same. */
void ms_signs_bare(MsSigns *signs, uint16_t file, uint32_t frame);

/* [{"sign", "words", "count", "detail", "frames": [[file, frame], ...]}]. The caller owns it. */
json_t *ms_signs_json(const MsSigns *signs);
void ms_signs_clear(MsSigns *signs);
