/* SPDX-License-Identifier: GPL-2.0-or-later
 * inflate.c - zlib, one byte at a time: so it is known which byte completed which plain bytes. */
#include "inflate.h"

#include "../base/buffer.h"

#include <glib.h>
#include <zlib.h>

enum { BLOCK = 16384 }; /* plain bytes handed on together, and room for what one byte may give */

struct MsInflate {
    z_stream stream;
    MsBuffer plain; /* not eaten so far */
    GArray *pieces; /* MsPiece over them; the first may begin before */
    uint64_t at;    /* plain offset of plain.data[0] */
    uint64_t most, total;
    MsRange run; /* compressed bytes since the last plain one; length 0: none */
};

MsInflate *ms_inflate_new(uint64_t most)
{
    MsInflate *inflate = g_new0(MsInflate, 1);
    inflate->most = most;
    inflate->pieces = g_array_new(FALSE, FALSE, sizeof(MsPiece));
    if (inflateInit2(&inflate->stream, -MAX_WBITS) != Z_OK) /* raw: RFC 4978 4 */
        g_error("zlib does not begin");
    return inflate;
}

void ms_inflate_free(MsInflate *inflate)
{
    if (!inflate)
        return;
    inflateEnd(&inflate->stream);
    ms_buffer_clear(&inflate->plain);
    g_array_free(inflate->pieces, TRUE);
    g_free(inflate);
}

MsBytes ms_inflate_left(const MsInflate *inflate)
{
    static const uint8_t none = 0;
    return (MsBytes){.data = inflate->plain.data ? inflate->plain.data : &none,
                     .length = inflate->plain.length,
                     .at = inflate->at,
                     .pieces = (const MsPiece *)(const void *)inflate->pieces->data,
                     .n_pieces = inflate->pieces->len};
}

static void eat(MsInflate *inflate, size_t length)
{
    if (length == 0)
        return;
    inflate->plain.length -= length;
    if (inflate->plain.length > 0)
        memmove(inflate->plain.data, inflate->plain.data + length, inflate->plain.length);
    inflate->at += length;
    guint gone = 0;
    while (gone + 1 < inflate->pieces->len &&
           g_array_index(inflate->pieces, MsPiece, gone + 1).at <= inflate->at)
        gone++;
    if (inflate->plain.length == 0)
        gone = inflate->pieces->len;
    if (gone > 0)
        g_array_remove_range(inflate->pieces, 0, gone);
}

void ms_inflate_drop(MsInflate *inflate)
{
    eat(inflate, inflate->plain.length);
}

/* The compressed byte joins those that have given nothing so far. */
static void extend(MsInflate *inflate, const MsPiece *piece, uint64_t at)
{
    MsRange *run = &inflate->run;
    uint32_t offset = piece->place.offset + (uint32_t)(at - piece->at);
    if (run->length > 0 && run->frame == piece->place.frame && run->file == piece->place.file &&
        run->offset + run->length == offset) {
        run->length++;
        return;
    }
    *run = piece->place;
    run->offset = offset;
    run->length = 1;
    run->source = MS_SOURCE_PACKED;
}

/* Unpacks what the byte in hand completes, a block at most. Returns what zlib says. */
static int unpack(MsInflate *packed, int64_t time_ns)
{
    ms_buffer_reserve(&packed->plain, BLOCK);
    z_stream *stream = &packed->stream;
    stream->next_out = packed->plain.data + packed->plain.length;
    stream->avail_out = BLOCK;
    int result = inflate(stream, Z_SYNC_FLUSH);
    size_t given = BLOCK - stream->avail_out;
    if (given == 0)
        return result;
    const MsPiece piece = {
        .at = packed->at + packed->plain.length, .time_ns = time_ns, .place = packed->run};
    g_array_append_val(packed->pieces, piece);
    packed->plain.length += given;
    packed->total += given;
    return result;
}

/* Hands on what there is. */
static void hand_on(MsInflate *packed, MsInflateFunc func, void *user_data)
{
    if (packed->plain.length == 0)
        return;
    MsBytes plain = ms_inflate_left(packed);
    size_t eaten = func(&plain, user_data);
    g_assert(eaten <= plain.length);
    eat(packed, eaten);
}

/* One compressed byte. */
static MsInflateResult take(MsInflate *packed, const MsBytes *bytes, size_t offset,
                            MsInflateFunc func, void *user_data)
{
    const MsPiece *piece = ms_bytes_piece(bytes, offset);
    if (piece)
        extend(packed, piece, bytes->at + offset);
    packed->stream.next_in = (Bytef *)(uintptr_t)(bytes->data + offset);
    packed->stream.avail_in = 1;
    uint64_t before = packed->total;
    do {
        int result = unpack(packed, piece ? piece->time_ns : 0);
        if (result == Z_STREAM_END)
            return MS_INFLATE_END;
        if (result != Z_OK && result != Z_BUF_ERROR)
            return MS_INFLATE_BAD;
        if (packed->total > packed->most)
            return MS_INFLATE_LIMIT;
        if (packed->plain.length >= BLOCK)
            hand_on(packed, func, user_data);
    } while (packed->stream.avail_out == 0);
    if (packed->total > before)
        packed->run.length = 0;
    return MS_INFLATE_MORE;
}

MsInflateResult ms_inflate_push(MsInflate *packed, const MsBytes *bytes, size_t *offset,
                                MsInflateFunc func, void *user_data)
{
    MsInflateResult result = MS_INFLATE_MORE;
    while (*offset < bytes->length) {
        result = take(packed, bytes, *offset, func, user_data);
        if (result != MS_INFLATE_MORE)
            break;
        ++*offset;
    }
    hand_on(packed, func, user_data);
    return result;
}
