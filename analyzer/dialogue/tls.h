/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls.h - just enough of TLS to name it: is this a record, what do ClientHello and ServerHello say
 * before all is encrypted. RFC 8446 5.1, 4.1.2 and 4.1.3; nothing is decrypted here. */
#pragma once

#include "../base/buffer.h"
#include "dialogue.h"

enum { MS_TLS_HEADER = 5 }; /* bytes of a record header */

/* Whether the bytes begin with a TLS record header; of a header cut short as much as there is
 * counts, but at least `least` bytes must be there. */
bool ms_tls_is_record(const uint8_t *data, size_t length, size_t least);

/* A run of the hello and the stream bytes it came from. */
typedef struct {
    size_t text;   /* offset in MsTlsHello.text */
    size_t place;  /* offset in the bytes it was read from */
    size_t length; /* bytes */
} MsTlsRun;

typedef struct {
    size_t offset, length; /* in MsTlsHello.text */
} MsTlsSpan;

enum { MS_TLS_RUNS = 64, MS_TLS_NAMES = 16 };

/* A ClientHello or ServerHello, which may lie in several records (RFC 8446 5.1). */
typedef struct {
    enum { MS_TLS_NO_HELLO, MS_TLS_CLIENT_HELLO, MS_TLS_SERVER_HELLO } kind;
    const char *version; /* the highest offered, or the one chosen: "TLS 1.3"; NULL: not known */
    MsTlsSpan name;      /* server_name (RFC 6066 3); length 0: none */
    MsTlsSpan alpn[MS_TLS_NAMES]; /* protocols offered or chosen (RFC 7301 3.1) */
    size_t n_alpn;
    size_t end;    /* bytes read, headers of records with them */
    MsBuffer text; /* the handshake message without the headers of records */
    MsTlsRun runs[MS_TLS_RUNS];
    size_t n_runs;
} MsTlsHello;

/* Reads the hello that the bytes begin with, as far as it goes. Returns false when more bytes would
 * tell more. ms_tls_hello_clear() afterwards, in any case. */
bool ms_tls_hello_read(const uint8_t *data, size_t length, MsTlsHello *hello);
void ms_tls_hello_clear(MsTlsHello *hello);

/* Records of one direction, one after another. All zero at the start. */
typedef struct {
    uint64_t next;                 /* stream offset behind what was taken */
    uint32_t left;                 /* bytes of the body to come */
    uint32_t frame;                /* last frame of all bytes so far */
    MsRange place;                 /* header of the record, as far as it lies in one frame */
    uint8_t header[MS_TLS_HEADER]; /* of the record */
    uint8_t n_header;              /* bytes of it so far; 0: between two records */
    bool holed;                    /* bytes of the record are missing */
    bool begun;                    /* something was taken */
    bool lost;                     /* where records begin is not known any more */
} MsTlsRecords;

/* Takes the bytes from `offset` on: tells talk->class->tls_record() of each record of application
 * data that ends in them. What is missing before them counts as a record of its own unless it lies
 * within one. */
void ms_tls_records_take(MsTlsRecords *records, MsTalk *talk, MsDirection direction,
                         const MsBytes *bytes, size_t offset);

/* What was said so far of the TLS of one connection. All zero at the start. */
typedef struct {
    bool started;            /* tls.started was said */
    bool done[2];            /* nothing more is to be read of that direction (MsDirection) */
    MsTlsRecords records[2]; /* used when the listener wants records */
} MsTlsLook;

/* Takes bytes of a direction that speaks TLS from bytes[offset] on: says tls.started once, and what
 * the hello of each side says. Returns how many bytes were eaten; 0: more are needed. `final`: no
 * more will come. Without a hello there it says that TLS has started, and no more. When the
 * listener wants records, it is told of those among the bytes eaten. */
size_t ms_tls_look(MsTlsLook *look, MsTalk *talk, MsDirection direction, const MsBytes *bytes,
                   size_t offset, bool final);
