/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls_hello.c - reads ClientHello and ServerHello (RFC 8446 4.1.2, 4.1.3): version, server name
 * (RFC 6066 3) and application protocols (RFC 7301 3.1), with the bytes each stands on. */
#include "tls.h"

#include <glib.h>

#include <string.h>

enum {
    RECORD_HANDSHAKE = 22,
    EXTENSION_NAME = 0,
    EXTENSION_ALPN = 16,
    EXTENSION_VERSIONS = 43,
    HEAD = 4,       /* bytes: type and length of a handshake message */
    LONGEST = 65536 /* bytes of a hello that are read; real ones have a few hundred */
};

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
        return NULL; /* GREASE (RFC 8701) names none */
    }
}

/* --- records --- */

/* Bytes of the hello as its head says; 0: the head is not there. */
static size_t announced(const MsBuffer *text)
{
    if (text->length < HEAD)
        return 0;
    size_t body = (size_t)text->data[1] << 16 | (size_t)text->data[2] << 8 | text->data[3];
    return MIN(HEAD + body, LONGEST);
}

static void add_run(MsTlsHello *hello, const uint8_t *data, size_t place, size_t length)
{
    if (length == 0)
        return;
    hello->runs[hello->n_runs++] =
        (MsTlsRun){.text = hello->text.length, .place = place, .length = length};
    ms_buffer_append(&hello->text, data + place, length);
    hello->end = place + length;
}

/* Takes the handshake message out of its records. Returns false when more bytes are needed. */
static bool gather(MsTlsHello *hello, const uint8_t *data, size_t length)
{
    unsigned records = 0;
    for (size_t at = 0; hello->n_runs < MS_TLS_RUNS && records < MS_TLS_RUNS; records++) {
        if (at >= length)
            return false;
        if (!ms_tls_is_record(data + at, length - at, 1) || data[at] != RECORD_HANDSHAKE)
            return true;
        if (length - at < MS_TLS_HEADER)
            return false;
        size_t size = (size_t)(data[at + 3] << 8 | data[at + 4]);
        size_t start = at + MS_TLS_HEADER;
        size_t there = MIN(size, length - start);
        size_t head = hello->text.length < HEAD ? HEAD - hello->text.length : 0;
        add_run(hello, data, start, MIN(head, there));
        if (hello->text.length > 0 && hello->text.data[0] != MS_TLS_CLIENT_HELLO &&
            hello->text.data[0] != MS_TLS_SERVER_HELLO)
            return true; /* another message: no hello */
        size_t whole = announced(&hello->text);
        if (whole > 0 && there > head && hello->n_runs < MS_TLS_RUNS)
            add_run(hello, data, start + head, MIN(there - head, whole - hello->text.length));
        if (whole > 0 && hello->text.length >= whole)
            return true;
        if (there < size)
            return false;
        at = start + size;
    }
    return true;
}

/* --- the message --- */

/* Bytes yet to be read. Reading beyond the end gives 0 and stays there. */
typedef struct {
    const uint8_t *data;
    size_t at, end;
} Cursor;

static unsigned take(Cursor *cursor, unsigned bytes)
{
    unsigned value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | (cursor->at < cursor->end ? cursor->data[cursor->at++] : 0u);
    return value;
}

static void skip(Cursor *cursor, size_t bytes)
{
    cursor->at += MIN(bytes, cursor->end - cursor->at);
}

/* The next `bytes` of it, as far as they are there. */
static Cursor part(Cursor *cursor, size_t bytes)
{
    Cursor inner = {cursor->data, cursor->at, cursor->at + MIN(bytes, cursor->end - cursor->at)};
    cursor->at = inner.end;
    return inner;
}

/* RFC 6066 3: a list of names, of which only host names are defined. */
static void read_name(MsTlsHello *hello, Cursor extension)
{
    size_t length = take(&extension, 2);
    Cursor list = part(&extension, length);
    while (list.at + 3 <= list.end) {
        unsigned type = take(&list, 1);
        Cursor name = part(&list, take(&list, 2));
        if (type == 0 && name.end > name.at && hello->name.length == 0)
            hello->name = (MsTlsSpan){name.at, name.end - name.at};
    }
}

static void read_alpn(MsTlsHello *hello, Cursor extension)
{
    size_t length = take(&extension, 2);
    Cursor list = part(&extension, length);
    while (list.at < list.end && hello->n_alpn < MS_TLS_NAMES) {
        Cursor name = part(&list, take(&list, 1));
        if (name.end > name.at)
            hello->alpn[hello->n_alpn++] = (MsTlsSpan){name.at, name.end - name.at};
    }
}

/* RFC 8446 4.2.1: a list in the ClientHello, one version in the ServerHello. */
static unsigned read_versions(const MsTlsHello *hello, Cursor extension, unsigned best)
{
    if (hello->kind == MS_TLS_SERVER_HELLO) {
        unsigned version = extension.end - extension.at >= 2 ? take(&extension, 2) : best;
        return version_name(version) ? version : best;
    }
    Cursor list = part(&extension, take(&extension, 1));
    while (list.at + 2 <= list.end) {
        unsigned version = take(&list, 2);
        if (version > best && version_name(version))
            best = version;
    }
    return best;
}

static void parse(MsTlsHello *hello)
{
    Cursor cursor = {hello->text.data, HEAD, MAX(hello->text.length, (size_t)HEAD)};
    if (hello->text.length < HEAD + 2)
        return;
    hello->kind = hello->text.data[0];
    unsigned best = take(&cursor, 2);
    bool known = hello->text.length >= announced(&hello->text); /* all of it is there */
    skip(&cursor, 32);                                          /* random */
    skip(&cursor, take(&cursor, 1));                            /* session id */
    if (hello->kind == MS_TLS_CLIENT_HELLO) {
        skip(&cursor, take(&cursor, 2)); /* cipher suites */
        skip(&cursor, take(&cursor, 1)); /* compression methods */
    } else {
        skip(&cursor, 3); /* cipher suite, compression method */
    }
    skip(&cursor, 2); /* length of the extensions: they end with the message */
    while (cursor.end - cursor.at >= 4) {
        unsigned type = take(&cursor, 2);
        size_t size = take(&cursor, 2);
        if (size > cursor.end - cursor.at && !known)
            break; /* broken off: half a name is no name */
        Cursor extension = part(&cursor, size);
        if (type == EXTENSION_NAME && hello->kind == MS_TLS_CLIENT_HELLO)
            read_name(hello, extension);
        else if (type == EXTENSION_ALPN && hello->n_alpn == 0)
            read_alpn(hello, extension);
        else if (type == EXTENSION_VERSIONS)
            best = read_versions(hello, extension, best);
        known |= type == EXTENSION_VERSIONS;
    }
    /* TLS 1.3 calls itself 1.2 at the front (RFC 8446 4.1.2, 4.1.3): the extension has the truth.
     */
    hello->version = known ? version_name(best) : NULL;
}

bool ms_tls_hello_read(const uint8_t *data, size_t length, MsTlsHello *hello)
{
    *hello = (MsTlsHello){0};
    bool enough = gather(hello, data, length);
    if (hello->text.length > 0 &&
        (hello->text.data[0] == MS_TLS_CLIENT_HELLO || hello->text.data[0] == MS_TLS_SERVER_HELLO))
        parse(hello);
    return enough;
}

void ms_tls_hello_clear(MsTlsHello *hello)
{
    ms_buffer_clear(&hello->text);
}

/* --- what is said of it --- */

typedef struct {
    MsTalk *talk;
    MsDirection direction;
    const MsBytes *bytes;
    size_t offset; /* of the hello in bytes */
    const MsTlsHello *hello;
} Say;

static void emit(const Say *say, MsFieldId field, const MsRanges *where, const void *text,
                 size_t length)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = (uint8_t)say->direction,
                   .message = -1,
                   .item = -1,
                   .text = text,
                   .text_length = (uint32_t)length,
                   .number = 1,
                   .time_ns = where->time_ns,
                   .ranges = where->range,
                   .n_ranges = where->n_ranges,
                   .ranges_omitted = where->omitted};
    say->talk->class->fact(say->talk, &fact);
}

static size_t range_cap(const MsTalk *talk)
{
    return (size_t)talk->limits->value[MS_LIMIT_FACT_RANGES];
}

/* A part of the hello, with the stream bytes it came from. */
static void emit_span(const Say *say, MsFieldId field, const MsTlsSpan *span)
{
    MsRanges where = {0};
    for (size_t i = 0; i < say->hello->n_runs; i++) {
        const MsTlsRun *run = &say->hello->runs[i];
        size_t from = MAX(span->offset, run->text);
        size_t to = MIN(span->offset + span->length, run->text + run->length);
        if (from < to)
            ms_ranges_add(&where, say->bytes, say->offset + run->place + (from - run->text),
                          to - from, range_cap(say->talk));
    }
    emit(say, field, &where, say->hello->text.data + span->offset, span->length);
    ms_ranges_clear(&where);
}

static void emit_hello(const Say *say)
{
    const MsTlsHello *hello = say->hello;
    bool client = say->direction == MS_TO_SERVER;
    if (hello->kind != (client ? MS_TLS_CLIENT_HELLO : MS_TLS_SERVER_HELLO))
        return;
    if (hello->version) {
        MsRanges where = {0};
        ms_ranges_add(&where, say->bytes, say->offset, hello->end, range_cap(say->talk));
        emit(say, client ? MS_FIELD_TLS_VERSION : MS_FIELD_TLS_VERSION_SELECTED, &where,
             hello->version, strlen(hello->version));
        ms_ranges_clear(&where);
    }
    if (hello->name.length > 0)
        emit_span(say, MS_FIELD_TLS_SERVER_NAME, &hello->name);
    for (size_t i = 0; i < hello->n_alpn; i++)
        emit_span(say, client ? MS_FIELD_TLS_ALPN : MS_FIELD_TLS_ALPN_SELECTED, &hello->alpn[i]);
}

static void emit_start(const Say *say)
{
    MsRanges where = {0};
    ms_ranges_add(&where, say->bytes, say->offset,
                  MIN(say->bytes->length - say->offset, MS_TLS_HEADER), range_cap(say->talk));
    if (say->talk->wants_lines) {
        const MsLine line = {.kind = MS_LINE_TLS,
                             .direction = (uint8_t)say->direction,
                             .message = -1,
                             .text = "",
                             .note = "",
                             .time_ns = where.time_ns,
                             .ranges = where.range,
                             .n_ranges = where.n_ranges};
        say->talk->class->line(say->talk, &line);
    }
    emit(say, MS_FIELD_TLS_STARTED, &where, "", 0);
    ms_ranges_clear(&where);
}

static size_t look_at(MsTlsLook *look, MsTalk *talk, MsDirection direction, const MsBytes *bytes,
                      size_t offset, bool final)
{
    size_t length = bytes->length - offset;
    if (look->done[direction] || length == 0)
        return length;
    const uint8_t *data = bytes->data + offset;
    if (length < MS_TLS_HEADER && !final)
        return 0;
    MsTlsHello hello;
    Say say = {talk, direction, bytes, offset, &hello};
    if (!look->started)
        emit_start(&say);
    look->started = true;
    /* However the bytes come, no more of them are looked at. */
    size_t most = (size_t)talk->limits->value[MS_LIMIT_LINE];
    bool enough = ms_tls_hello_read(data, MIN(length, most), &hello);
    if (!enough && !final && length < most) {
        ms_tls_hello_clear(&hello);
        return 0;
    }
    look->done[direction] = true;
    emit_hello(&say);
    ms_tls_hello_clear(&hello);
    return length;
}

size_t ms_tls_look(MsTlsLook *look, MsTalk *talk, MsDirection direction, const MsBytes *bytes,
                   size_t offset, bool final)
{
    size_t eaten = look_at(look, talk, direction, bytes, offset, final);
    if (talk->wants_records && eaten > 0)
        ms_tls_records_take(&look->records[direction], talk, direction, bytes, offset);
    return eaten;
}
