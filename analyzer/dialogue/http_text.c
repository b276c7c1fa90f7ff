/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_text.c - heads and bodies collected with their places, so that a value can be cited even
 * when it came in chunks; compressed ones made readable (RFC 9110 8.4, zlib). */
#include "http.h"

#include <glib.h>
#include <zlib.h>

#include <string.h>

void ms_http_text_add(MsHttpText *text, const MsBytes *bytes, size_t offset, size_t length,
                      size_t cap)
{
    size_t room = cap > text->text.length ? cap - text->text.length : 0;
    text->total += length;
    if (text->lacking)
        length = 0; /* what follows a hole has no place in the text */
    text->lacking |= length > room;
    length = MIN(length, room);
    uint64_t at = bytes->at + offset;
    uint64_t stop = at + length;
    const MsPiece *piece = length > 0 ? ms_bytes_piece(bytes, offset) : NULL;
    for (; piece && piece < bytes->pieces + bytes->n_pieces && piece->at < stop; piece++) {
        uint64_t skip = at > piece->at ? at - piece->at : 0;
        if (skip >= piece->place.length)
            continue;
        if (text->n_pieces == text->slots) {
            text->slots = text->slots ? text->slots * 2 : 4;
            text->pieces = g_renew(MsPiece, text->pieces, text->slots);
        }
        MsPiece copy = *piece;
        copy.place.offset += (uint32_t)skip;
        copy.place.length = (uint32_t)MIN(piece->place.length - skip, stop - at);
        copy.at = text->text.length + (at - (bytes->at + offset));
        text->pieces[text->n_pieces++] = copy;
        at += copy.place.length;
    }
    ms_buffer_append(&text->text, bytes->data + offset, length);
}

MsBytes ms_http_text_bytes(const MsHttpText *text)
{
    return (MsBytes){.data = text->text.data,
                     .length = text->text.length,
                     .pieces = text->pieces,
                     .n_pieces = text->n_pieces};
}

void ms_http_text_reset(MsHttpText *text)
{
    text->text.length = 0;
    text->n_pieces = 0;
    text->total = 0;
    text->lacking = false;
}

void ms_http_text_clear(MsHttpText *text)
{
    ms_buffer_clear(&text->text);
    g_free(text->pieces);
    *text = (MsHttpText){0};
}

/* `bits` as inflateInit2() takes them: 15 + 32 zlib or gzip, -15 bare deflate. Returns what zlib
 * says at the end. */
static int inflate_all(MsSpan packed, int bits, size_t cap, MsBuffer *out, bool *cut)
{
    z_stream stream = {0};
    if (inflateInit2(&stream, bits) != Z_OK)
        return Z_MEM_ERROR;
    stream.next_in = (Bytef *)(uintptr_t)packed.data;
    stream.avail_in = (uInt)MIN(packed.length, G_MAXUINT32);
    int result = Z_OK;
    size_t begin = out->length;
    while (result == Z_OK) {
        uint8_t some[4096];
        stream.next_out = some;
        stream.avail_out = (uInt)MIN(sizeof some, cap - (out->length - begin));
        size_t asked = stream.avail_out;
        if (asked == 0) {
            *cut = true;
            break;
        }
        result = inflate(&stream, Z_SYNC_FLUSH);
        ms_buffer_append(out, some, asked - stream.avail_out);
        if (result == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)
            break; /* its end is missing */
    }
    inflateEnd(&stream);
    return result;
}

bool ms_http_inflate(MsSpan coding, MsSpan packed, size_t cap, MsBuffer *out, bool *cut)
{
    *cut = false;
    if (coding.length == 0 || ms_span_is(coding, "identity")) {
        *cut = packed.length > cap;
        ms_buffer_append(out, packed.data, MIN(packed.length, cap));
        return true;
    }
    bool gzip = ms_span_is(coding, "gzip") || ms_span_is(coding, "x-gzip");
    if (!gzip && !ms_span_is(coding, "deflate"))
        return false;
    size_t before = out->length;
    int result = inflate_all(packed, 15 + 32, cap, out, cut);
    if (result == Z_DATA_ERROR && !gzip && out->length == before)
        result = inflate_all(packed, -15, cap, out, cut); /* some send bare deflate */
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}
