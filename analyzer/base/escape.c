/* SPDX-License-Identifier: GPL-2.0-or-later
 * escape.c - captured bytes for terminals and JSON. */
#include "escape.h"

static const char hex[] = "0123456789abcdef";

static bool is_tail(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t ms_utf8_length(const uint8_t *data, size_t length)
{
    if (length == 0)
        return 0;
    uint8_t first = data[0];
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return length >= 2 && is_tail(data[1]) ? 2 : 0;
    if ((first & 0xf0) == 0xe0) {
        if (length < 3 || !is_tail(data[1]) || !is_tail(data[2]))
            return 0;
        if ((first == 0xe0 && data[1] < 0xa0) || (first == 0xed && data[1] > 0x9f))
            return 0; /* overlong, or a surrogate */
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (length < 4 || !is_tail(data[1]) || !is_tail(data[2]) || !is_tail(data[3]))
            return 0;
        if ((first == 0xf0 && data[1] < 0x90) || (first == 0xf4 && data[1] > 0x8f))
            return 0;
        return 4;
    }
    return 0;
}

/* The code point of a good sequence of 2-4 bytes. */
static uint32_t code_point(const uint8_t *data, size_t length)
{
    uint32_t code = data[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (data[i] & 0x3fu);
    return code;
}

/* Code points that move, hide or turn what stands beside them, or cannot be seen themselves. */
static bool is_harmful(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } harmful[] = {
        {0x80, 0x9f},       /* C1 controls */
        {0xad, 0xad},       /* soft hyphen */
        {0x61c, 0x61c},     /* Arabic letter mark */
        {0x180e, 0x180e},   /* Mongolian vowel separator */
        {0x200b, 0x200f},   /* zero width, left-to-right and right-to-left marks */
        {0x2028, 0x202e},   /* line and paragraph separators, bidirectional embeddings */
        {0x2060, 0x206f},   /* word joiner, bidirectional isolates */
        {0xfeff, 0xfeff},   /* byte order mark */
        {0xfff9, 0xfffb},   /* interlinear annotation */
        {0x1d173, 0x1d17a}, /* musical format controls */
        {0xe0000, 0xe007f}, /* tags */
    };
    for (size_t i = 0; i < sizeof harmful / sizeof harmful[0]; i++) {
        if (code >= harmful[i].first && code <= harmful[i].last)
            return true;
    }
    return false;
}

static void escape_byte(MsBuffer *out, uint8_t byte)
{
    const char *named = byte == '\r' ? "\\r" : byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : NULL;
    if (named) {
        ms_buffer_append(out, named, 2);
        return;
    }
    const uint8_t text[4] = {'\\', 'x', (uint8_t)hex[byte >> 4], (uint8_t)hex[byte & 15]};
    ms_buffer_append(out, text, sizeof text);
}

void ms_escape_terminal(MsBuffer *out, const uint8_t *data, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t run = at;
        while (run < length && data[run] >= 0x20 && data[run] < 0x7f && data[run] != '\\')
            run++;
        ms_buffer_append(out, data + at, run - at);
        at = run;
        if (at == length)
            break;
        size_t sequence = ms_utf8_length(data + at, length - at);
        if (data[at] == '\\') {
            ms_buffer_append(out, "\\\\", 2);
            at++;
        } else if (sequence > 1 && !is_harmful(code_point(data + at, sequence))) {
            ms_buffer_append(out, data + at, sequence);
            at += sequence;
        } else {
            size_t bytes = sequence > 1 ? sequence : 1;
            for (size_t i = 0; i < bytes; i++)
                escape_byte(out, data[at + i]);
            at += bytes;
        }
    }
}

/* \uNNNN, as a pair of surrogates beyond 16 bits (RFC 8259 7). */
static void escape_code(MsBuffer *out, uint32_t code)
{
    if (code > 0xffff) {
        ms_buffer_printf(out, "\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)));
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    ms_buffer_printf(out, "\\u%04x", (unsigned)code);
}

/* Sixteen bytes at once; as signed numbers those from 0x80 on are below a space too. */
typedef int8_t Sixteen __attribute__((vector_size(16)));

static inline bool is_plain(Sixteen bytes)
{
    Sixteen bad = (bytes < 0x20) | (bytes == 0x7f) | (bytes == '"') | (bytes == '\\');
    uint64_t half[2];
    memcpy(half, &bad, sizeof half);
    return (half[0] | half[1]) == 0;
}

static inline bool is_plain_block(const uint8_t *data)
{
    Sixteen bytes;
    memcpy(&bytes, data, sizeof bytes);
    return is_plain(bytes);
}

bool ms_escape_json_needless(const uint8_t *data, size_t length)
{
    if (length >= sizeof(Sixteen)) {
        size_t last = length - sizeof(Sixteen);
        for (size_t at = 0; at < last; at += sizeof(Sixteen))
            if (!is_plain_block(data + at))
                return false;
        return is_plain_block(data + last); /* overlaps what the loop looked at */
    }
    uint8_t block[sizeof(Sixteen)];
    memset(block, ' ', sizeof block);
    if (length >= 8) {
        memcpy(block, data, 8);
        memcpy(block + 8, data + length - 8, 8);
    } else if (length >= 4) {
        memcpy(block, data, 4);
        memcpy(block + 4, data + length - 4, 4);
    } else if (length > 0) {
        block[0] = data[0];
        block[1] = data[length / 2];
        block[2] = data[length - 1];
    }
    return is_plain_block(block);
}

bool ms_escape_json(MsBuffer *out, const uint8_t *data, size_t length)
{
    bool exact = true;
    size_t at = 0;
    while (at < length) {
        size_t run = at;
        while (length - run >= sizeof(Sixteen) && is_plain_block(data + run))
            run += sizeof(Sixteen);
        while (run < length && data[run] >= 0x20 && data[run] < 0x7f && data[run] != '"' &&
               data[run] != '\\')
            run++;
        ms_buffer_append(out, data + at, run - at);
        at = run;
        if (at == length)
            break;
        uint8_t byte = data[at];
        size_t sequence = ms_utf8_length(data + at, length - at);
        if (byte == '"' || byte == '\\') {
            ms_buffer_byte(out, '\\');
            ms_buffer_byte(out, byte);
            at++;
        } else if (byte == '\r' || byte == '\n' || byte == '\t') {
            ms_buffer_byte(out, '\\');
            ms_buffer_byte(out, byte == '\r' ? 'r' : byte == '\n' ? 'n' : 't');
            at++;
        } else if (byte < 0x20 || byte == 0x7f) {
            ms_buffer_text(out, "\\u00");
            ms_escape_hex(out, &byte, 1);
            at++;
        } else if (sequence == 0) {
            ms_buffer_text(out, "\xef\xbf\xbd");
            exact = false;
            at++;
        } else if (is_harmful(code_point(data + at, sequence))) {
            escape_code(out, code_point(data + at, sequence));
            at += sequence;
        } else {
            ms_buffer_append(out, data + at, sequence);
            at += sequence;
        }
    }
    return exact;
}

void ms_escape_hex(MsBuffer *out, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const uint8_t pair[2] = {(uint8_t)hex[data[i] >> 4], (uint8_t)hex[data[i] & 15]};
        ms_buffer_append(out, pair, 2);
    }
}
