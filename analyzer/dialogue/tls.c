/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls.c - names TLS: version of the ClientHello (RFC 8446 4.1.2, 4.2.1), and the dialogue class of
 * a mail connection that is encrypted from its first byte (RFC 8314 3). */
#include "tls.h"

#include "dialogue.h"

#include <glib.h>

#include <string.h>

enum { RECORD_HANDSHAKE = 22, HELLO = 1, LONGEST_RECORD = 16384 + 2048, EXTENSION_VERSIONS = 43 };

bool ms_tls_is_record(const uint8_t *data, size_t length, size_t least)
{
    if (length < least || length == 0 || data[0] < 20 || data[0] > 24)
        return false;
    if (length > 1 && data[1] != 3)
        return false;
    if (length > 2 && data[2] > 4)
        return false;
    return length < MS_TLS_HEADER || (data[3] << 8 | data[4]) <= LONGEST_RECORD;
}

size_t ms_tls_hello_length(const uint8_t *data, size_t length)
{
    if (!ms_tls_is_record(data, length, 1) || data[0] != RECORD_HANDSHAKE)
        return 0;
    if (length < MS_TLS_HEADER + 1)
        return MS_TLS_HEADER + 1;
    if (data[MS_TLS_HEADER] != HELLO)
        return 0;
    return MS_TLS_HEADER + (size_t)(data[3] << 8 | data[4]);
}

static const char *version_name(unsigned version)
{
    switch (version) {
    case 0x0300:
        return "SSL 3.0";
    case 0x0301:
        return "TLS 1.0";
    case 0x0302:
        return "TLS 1.1";
    case 0x0303:
        return "TLS 1.2";
    case 0x0304:
        return "TLS 1.3";
    default:
        return NULL;
    }
}

/* The highest version in the extension supported_versions; `best` when there is none. Numbers
 * that name no version (GREASE, RFC 8701) do not count. */
static unsigned listed_version(const uint8_t *data, size_t length, unsigned best)
{
    for (size_t i = 1; i + 1 < length && i < (size_t)data[0] + 1; i += 2) {
        unsigned version = (unsigned)(data[i] << 8 | data[i + 1]);
        if (version > best && version_name(version))
            best = version;
    }
    return best;
}

const char *ms_tls_hello_version(const uint8_t *data, size_t length)
{
    size_t end = MIN(ms_tls_hello_length(data, length), length);
    size_t at = MS_TLS_HEADER + 4; /* handshake type and length */
    if (end < at + 2)
        return NULL;
    unsigned best = (unsigned)(data[at] << 8 | data[at + 1]);
    at += 2 + 32; /* random */
    if (at < end)
        at += 1 + (size_t)data[at]; /* session id */
    if (at + 1 < end)
        at += 2 + (size_t)(data[at] << 8 | data[at + 1]); /* cipher suites */
    if (at < end)
        at += 1 + (size_t)data[at]; /* compression */
    at += 2;                        /* length of extensions */
    while (at + 4 <= end) {
        unsigned type = (unsigned)(data[at] << 8 | data[at + 1]);
        size_t size = (size_t)(data[at + 2] << 8 | data[at + 3]);
        at += 4;
        if (type == EXTENSION_VERSIONS && size > 0 && at < end)
            best = listed_version(data + at, MIN(size, end - at), best);
        at += size;
    }
    return version_name(best);
}

/* --- a connection encrypted from its first byte --- */

struct MsDialogue {
    MsTalk *talk;
    bool started;
    bool version_done;
};

static MsDialogue *tls_create(MsTalk *talk)
{
    MsDialogue *tls = g_new0(MsDialogue, 1);
    tls->talk = talk;
    return tls;
}

static void say(MsDialogue *tls, MsFieldId field, MsDirection direction, const MsRanges *where,
                const char *text)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)direction,
                   .message = -1,
                   .item = -1,
                   .text = text,
                   .text_length = (uint32_t)strlen(text),
                   .number = 1,
                   .time_ns = where->time_ns,
                   .ranges = where->range,
                   .n_ranges = where->n_ranges,
                   .ranges_omitted = where->omitted};
    tls->talk->class->fact(tls->talk, &fact);
}

/* The first record: TLS has started. */
static void start(MsDialogue *tls, MsDirection direction, const MsBytes *bytes)
{
    tls->started = true;
    MsRanges where = {0};
    size_t cap = (size_t)tls->talk->limits->value[MS_LIMIT_FACT_RANGES];
    ms_ranges_add(&where, bytes, 0, MIN(bytes->length, MS_TLS_HEADER), cap);
    say(tls, MS_FIELD_TLS_STARTED, direction, &where, "");
    if (tls->talk->wants_lines) {
        MsLine line = {.kind = MS_LINE_TLS,
                       .direction = (uint8_t)direction,
                       .message = -1,
                       .text = "",
                       .note = "",
                       .time_ns = where.time_ns,
                       .ranges = where.range,
                       .n_ranges = where.n_ranges};
        tls->talk->class->line(tls->talk, &line);
    }
    ms_ranges_clear(&where);
}

static void say_version(MsDialogue *tls, const MsBytes *bytes)
{
    tls->version_done = true;
    const char *version = ms_tls_hello_version(bytes->data, bytes->length);
    if (!version)
        return;
    MsRanges where = {0};
    ms_ranges_add(&where, bytes, 0,
                  MIN(ms_tls_hello_length(bytes->data, bytes->length), bytes->length),
                  (size_t)tls->talk->limits->value[MS_LIMIT_FACT_RANGES]);
    say(tls, MS_FIELD_TLS_VERSION, MS_TO_SERVER, &where, version);
    ms_ranges_clear(&where);
}

static size_t tls_push(MsDialogue *tls, MsDirection direction, const MsBytes *bytes)
{
    if (bytes->length == 0)
        return 0;
    if (!tls->started) {
        if (bytes->length < MS_TLS_HEADER)
            return 0;
        start(tls, direction, bytes);
    }
    if (direction == MS_TO_SERVER && !tls->version_done) {
        if (bytes->length < ms_tls_hello_length(bytes->data, bytes->length) &&
            bytes->length < tls->talk->limits->value[MS_LIMIT_LINE])
            return 0;
        say_version(tls, bytes);
    }
    return bytes->length;
}

static void tls_cut(MsDialogue *tls, MsDirection direction, const MsBytes *left)
{
    if (direction == MS_TO_SERVER && !tls->version_done) {
        if (left->length > 0)
            say_version(tls, left);
        tls->version_done = true;
    }
}

static void tls_gap(MsDialogue *tls, MsDirection direction, uint64_t at, uint64_t length,
                    const MsBytes *left)
{
    (void)at;
    (void)length;
    tls_cut(tls, direction, left);
}

static bool tls_has_quit(const MsDialogue *tls)
{
    (void)tls;
    return false;
}

static void tls_free(MsDialogue *tls)
{
    g_free(tls);
}

const MsDialogueClass ms_tls = {.name = "tls",
                                .create = tls_create,
                                .push = tls_push,
                                .gap = tls_gap,
                                .end = tls_cut,
                                .has_quit = tls_has_quit,
                                .free = tls_free};
