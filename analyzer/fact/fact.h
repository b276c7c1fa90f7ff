/* SPDX-License-Identifier: GPL-2.0-or-later
 * fact.h - what is found in a capture: facts, dialogue lines, oddities, each with its evidence.
 * All of them are borrowed for the call that hands them over; who keeps them copies them. */
#pragma once

#include "fields.h"
#include "range.h"

typedef enum {
#define MS_ODDITY(id, name, words) MS_ODDITY_##id,
#include "oddity.def"
#undef MS_ODDITY
    MS_N_ODDITIES
} MsOddityKind;

/* One fact. Text is bytes plus length, never NUL-terminated. */
typedef struct {
    uint16_t field;    /* MsFieldId */
    uint8_t direction; /* MsDirection: whose bytes the ranges are */
    int32_t message;   /* 0-based transaction, or -1 */
    int32_t item;     /* 0-based attempt, recipient or exchange, as the field's scope says, or -1 */
    const char *text; /* MS_STRING, MS_ADDRESS, MS_BYTES */
    uint32_t text_length;
    int64_t number;  /* MS_UINT, MS_BOOL, MS_TIME */
    int64_t time_ns; /* capture time of the first range */
    const MsRange *ranges;
    uint32_t n_ranges; /* 0 only for a fact about absence, such as an outcome that is unknown */
    uint64_t ranges_omitted;
} MsFact;

typedef enum {
    MS_LINE_COMMAND,   /* a command line of the client */
    MS_LINE_REPLY,     /* one line of a reply */
    MS_LINE_AUTH,      /* a line of a login dialogue, either side */
    MS_LINE_MESSAGE,   /* stands for the bytes of message `message`; text is empty */
    MS_LINE_TLS,       /* stands for encrypted bytes; text is empty */
    MS_LINE_TUNNEL,    /* what was said to a proxy before the dialogue */
    MS_LINE_CONNECTION /* an event of TCP: text says which (SYN, FIN, RST) */
} MsLineKind;

/* One line of the dialogue, for people to read. */
typedef struct {
    MsLineKind kind;
    uint8_t direction; /* MsDirection */
    bool secret;       /* carries credentials: masked by --redact */
    uint16_t code;     /* reply code, or 0 */
    int32_t message;   /* MS_LINE_MESSAGE: 0-based transaction, else -1 */
    const char *text;  /* as sent, without the line end */
    uint32_t text_length;
    const char *note; /* decoded or explained text beside it; may be empty */
    uint32_t note_length;
    int64_t time_ns;
    const MsRange *ranges;
    uint32_t n_ranges;
    uint64_t ranges_omitted;
} MsLine;

/* What was said of a part of a message whose content comes without its header (RFC 9051 7.5.2,
 * BODYSTRUCTURE). */
typedef struct {
    const char *path;      /* "2.1" */
    const uint8_t *header; /* as header lines, ended by an empty one */
    size_t length;         /* bytes of them */
    uint64_t size;         /* bytes of the content as sent; UINT64_MAX: not told */
    const MsRanges *where; /* of what it was read from */
} MsDeclared;

/* Something the capture lacks, contradicts or does wrong. */
typedef struct {
    MsOddityKind kind;
    uint8_t direction;  /* MsDirection */
    int32_t message;    /* 0-based transaction it spoils, or -1 */
    uint64_t length;    /* bytes missing or concerned; 0 when not counted */
    const char *detail; /* our own words, more exact than the kind's; may be empty */
    uint32_t detail_length;
    int64_t time_ns;
    const MsRange *ranges; /* for a gap: the bytes right before and after it */
    uint32_t n_ranges;
    uint64_t ranges_omitted;
} MsOddity;

/* "gap", "conflict-overlap", ... as in JSON. Static storage. */
const char *ms_oddity_name(MsOddityKind kind);

/* The kind in a sentence. Static storage. */
const char *ms_oddity_words(MsOddityKind kind);
