/* SPDX-License-Identifier: GPL-2.0-or-later
 * source.c - the GMimeStream over a message: reads where GMime seeks, nothing is copied whole. What
 * would make GMime's memory grow without bound (header fields, parts) is counted as it passes, and
 * the stream ends when there is too much of it. */
#include "source.h"

#include "../base/find.h"

#include <string.h>

enum {
    MOST_COLONS = 1000 /* in a header field: GMime goes one deeper for each group of addresses */
};

typedef struct {
    GMimeStream parent;
    MsMimeSource *source;
} MsMimeStream;

typedef struct {
    GMimeStreamClass parent;
} MsMimeStreamClass;

static GType ms_mime_stream_get_type(void);

G_DEFINE_TYPE(MsMimeStream, ms_mime_stream, GMIME_TYPE_STREAM)

static MsMimeStream *self_of(GMimeStream *stream)
{
    return G_TYPE_CHECK_INSTANCE_CAST(stream, ms_mime_stream_get_type(), MsMimeStream);
}

static gint64 end_of(const MsMimeStream *self)
{
    uint64_t end = MIN(ms_message_kept(self->source->message), self->source->most);
    if (self->parent.bound_end >= 0)
        end = MIN(end, (uint64_t)self->parent.bound_end);
    return (gint64)end;
}

/* Whether a line that begins with these bytes may become a header field or end a part. */
static bool is_costly(const uint8_t *line, size_t length)
{
    if (length >= 2 && line[0] == '-' && line[1] == '-')
        return true;
    size_t at = 0;
    while (at < length && line[at] > ' ' && line[at] < 0x7f && line[at] != ':')
        at++;
    return at > 0 && at < length && line[at] == ':';
}

/* The same of a line in a header, of which only the first bytes are known: its name may be long. */
static bool is_costly_in_header(const MsMimeSource *source)
{
    size_t at = 0;
    while (at < source->n_begun && source->begun[at] > ' ' && source->begun[at] < 0x7f)
        at++;
    return at == sizeof source->begun;
}

/* What the line is, by its first bytes. */
static void decide(MsMimeSource *source)
{
    const uint8_t *line = source->begun;
    size_t length = source->n_begun;
    bool mark = length >= 2 && line[0] == '-' && line[1] == '-';
    bool costly =
        is_costly(line, length) || (source->where == MS_MIME_HEADER && is_costly_in_header(source));
    source->lines += costly;
    if (mark) {
        source->where = MS_MIME_HEADER;
        source->in_field = false;
    } else if (length == 0 || (length == 1 && line[0] == '\r')) {
        if (source->where == MS_MIME_HEADER)
            source->where = MS_MIME_PARAGRAPH;
        source->in_field = false;
    } else if (source->where == MS_MIME_PARAGRAPH) {
        source->where = costly ? MS_MIME_HEADER : MS_MIME_TEXT;
    }
    if (source->where != MS_MIME_HEADER || mark || line[0] == ' ' || line[0] == '\t')
        return;
    source->in_field = costly;
    source->colons = 0;
}

/* Takes bytes of one line. False when that is too much. */
static bool take(MsMimeSource *source, const uint8_t *data, size_t length, bool end)
{
    bool known = source->n_begun == sizeof source->begun;
    if (!known) {
        size_t more = MIN(length, sizeof source->begun - source->n_begun);
        memcpy(source->begun + source->n_begun, data, more);
        source->n_begun += more;
        if (end || source->n_begun == sizeof source->begun) {
            decide(source);
            known = true;
        }
    }
    if (source->in_field && source->where == MS_MIME_HEADER) {
        source->header += length;
        for (size_t i = 0; i < length; i++)
            source->colons += data[i] == ':';
    }
    if (end)
        source->n_begun = 0;
    return source->lines <= source->most_lines && source->header <= source->most_header &&
           source->colons <= MOST_COLONS;
}

/* Looks at lines that are shown for the first time. Returns how many bytes may be shown. */
static size_t count_lines(MsMimeSource *source, const uint8_t *data, size_t length)
{
    for (size_t at = 0; at < length;) {
        const uint8_t *feed = ms_find_byte(data + at, '\n', length - at);
        size_t size = (feed ? (size_t)(feed - data) : length) - at;
        if (!take(source, data + at, size, feed != NULL)) {
            source->limited = true;
            source->most = source->counted + at;
            return at;
        }
        at += size + (feed != NULL);
    }
    source->counted += length;
    return length;
}

static ssize_t stream_read(GMimeStream *stream, char *buffer, size_t length)
{
    MsMimeStream *self = self_of(stream);
    gint64 end = end_of(self);
    if (stream->position >= end)
        return 0;
    size_t want = MIN(length, (size_t)(end - stream->position));
    size_t got =
        ms_message_read(self->source->message, (uint64_t)stream->position, (uint8_t *)buffer, want);
    if (got > 0 && (uint64_t)stream->position == self->source->counted)
        got = count_lines(self->source, (const uint8_t *)buffer, got);
    stream->position += (gint64)got;
    return (ssize_t)got;
}

static ssize_t stream_write(GMimeStream *stream, const char *buffer, size_t length)
{
    (void)stream;
    (void)buffer;
    (void)length;
    return -1; /* a message is only read */
}

static int stream_nothing(GMimeStream *stream)
{
    (void)stream;
    return 0;
}

static gboolean stream_eos(GMimeStream *stream)
{
    return stream->position >= end_of(self_of(stream));
}

static int stream_reset(GMimeStream *stream)
{
    stream->position = stream->bound_start;
    return 0;
}

static gint64 stream_seek(GMimeStream *stream, gint64 offset, GMimeSeekWhence whence)
{
    gint64 from = whence == GMIME_STREAM_SEEK_SET   ? 0
                  : whence == GMIME_STREAM_SEEK_CUR ? stream->position
                                                    : end_of(self_of(stream));
    gint64 to = from + offset;
    if (to < stream->bound_start || to > end_of(self_of(stream)))
        return -1;
    stream->position = to;
    return to;
}

static gint64 stream_tell(GMimeStream *stream)
{
    return stream->position;
}

static gint64 stream_length(GMimeStream *stream)
{
    return end_of(self_of(stream)) - stream->bound_start;
}

static GMimeStream *make(MsMimeSource *source, gint64 start, gint64 end)
{
    MsMimeStream *self = g_object_new(ms_mime_stream_get_type(), NULL);
    self->source = source;
    g_mime_stream_construct(&self->parent, start, end);
    return &self->parent;
}

static GMimeStream *stream_substream(GMimeStream *stream, gint64 start, gint64 end)
{
    return make(self_of(stream)->source, start, end);
}

static void ms_mime_stream_class_init(MsMimeStreamClass *class)
{
    class->parent.read = stream_read;
    class->parent.write = stream_write;
    class->parent.flush = stream_nothing;
    class->parent.close = stream_nothing;
    class->parent.eos = stream_eos;
    class->parent.reset = stream_reset;
    class->parent.seek = stream_seek;
    class->parent.tell = stream_tell;
    class->parent.length = stream_length;
    class->parent.substream = stream_substream;
}

static void ms_mime_stream_init(MsMimeStream *self)
{
    (void)self;
}

GMimeStream *ms_mime_stream_new(MsMimeSource *source)
{
    return make(source, 0, -1);
}
