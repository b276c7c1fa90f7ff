/* SPDX-License-Identifier: GPL-2.0-or-later
 * mime.c - walks GMime's tree once and notes the parts; decodes their contents when asked. */
#include "mime.h"

#include "../message/header.h"
#include "embedded.h"
#include "mime_private.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <string.h>

enum { BLOCK = 32768 }; /* bytes decoded at once */

/* A part on the way down: its path and whether it lies in an attached message. */
typedef struct Place {
    const char *path;
    const char *boundary; /* of the multipart that holds it, or NULL */
    bool inner;
    const struct Place *above; /* what holds it, or NULL */
} Place;

static void walk(MsMime *mime, GMimeObject *object, const Place *place);

static void part_clear(gpointer data)
{
    MsPart *part = data;
    g_free(part->path);
    g_free(part->type);
    g_free(part->charset);
    g_free(part->encoding);
    g_free(part->disposition);
    g_free(part->filename);
    g_free(part->content_id);
}

void ms_mime_field_of(const MsMime *mime, GMimeHeader *header, uint64_t *at, uint64_t *length)
{
    enum { MOST = 65536 };
    *at = *length = 0;
    gint64 offset = header ? g_mime_header_get_offset(header) : -1;
    if (offset < 0)
        return;
    uint8_t *text = g_malloc(MOST);
    size_t got = ms_message_read(mime->source.message, (uint64_t)offset, text, MOST);
    size_t next = 0;
    MsHeaderField field;
    /* GMime counts the line "From alice Mon Jan 1" of a mailbox to the field behind it. */
    bool mailbox = offset == 0 && got > 5 && memcmp(text, "From ", 5) == 0;
    if (ms_header_next(text, got, true, &next, &field) && (field.offset == 0 || mailbox)) {
        bool empty = field.value_length == 0;
        *at = (uint64_t)offset + (empty ? field.offset : field.value_offset);
        *length = empty ? field.length : field.value_length;
    }
    g_free(text);
}

/* Of a field that stands there twice GMime goes by the last one. */
static void field_at(const MsMime *mime, GMimeObject *object, const char *name, uint64_t *at,
                     uint64_t *length)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(object);
    GMimeHeader *last = NULL;
    for (int i = g_mime_header_list_get_count(list) - 1; i >= 0 && !last; i--) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        if (g_ascii_strcasecmp(g_mime_header_get_name(header), name) == 0)
            last = header;
    }
    ms_mime_field_of(mime, last, at, length);
}

/* No hole lies in or beside the bytes, and they end before what was shown ends unfinished. */
static bool is_whole(const MsMime *mime, uint64_t at, uint64_t length)
{
    const MsMessage *message = mime->source.message;
    size_t n_holes;
    const uint64_t *holes = ms_message_holes(message, &n_holes);
    for (size_t i = 0; i < n_holes; i++)
        if (holes[i] >= at && holes[i] <= at + length)
            return false;
    uint64_t end = MIN(ms_message_kept(message), mime->source.most);
    return at + length < end || (ms_message_complete(message) && end == ms_message_size(message));
}

/* Whether the line feed there has a carriage return before it. */
static bool ends_pair(const MsMime *mime, uint64_t feed)
{
    uint8_t before;
    return feed > 0 && ms_message_read(mime->source.message, feed - 1, &before, 1) == 1 &&
           before == '\r';
}

/* Whether nothing but what may end a boundary line stands there (RFC 2046 5.1.1). */
static bool ends_boundary(const MsMime *mime, uint64_t at)
{
    uint8_t rest[256];
    size_t got = ms_message_read(mime->source.message, at, rest, sizeof rest);
    size_t i = got >= 2 && rest[0] == '-' && rest[1] == '-' ? 2 : 0;
    while (i < got && (rest[i] == ' ' || rest[i] == '\t' || rest[i] == '\r'))
        i++;
    return i == got || rest[i] == '\n';
}

/* Offset of the next boundary line of what holds the part at or behind `from`, without the line end
 * before it; the end of the message when there is none. */
static uint64_t boundary_from(const MsMime *mime, uint64_t from, const Place *place)
{
    while (place && !place->boundary)
        place = place->above;
    const char *boundary = place ? place->boundary : NULL;
    uint64_t end = MIN(ms_message_kept(mime->source.message), mime->source.most);
    if (!boundary)
        return end;
    g_autofree char *mark = g_strconcat("\n--", boundary, NULL);
    size_t length = strlen(mark);
    size_t room = BLOCK + length;
    g_autofree uint8_t *block = g_malloc(room);
    for (uint64_t at = from; at < end;) {
        size_t got = ms_message_read(mime->source.message, at, block, room);
        const uint8_t *found = got >= length ? memmem(block, got, mark, length) : NULL;
        uint64_t feed = at + (uint64_t)(found ? found - block : 0);
        if (found && ends_boundary(mime, feed + length))
            return ends_pair(mime, feed) ? feed - 1 : feed;
        if (!found && got < room)
            break;
        at = found ? feed + 1 : at + got - length;
    }
    return end;
}

static char *lower(const char *text)
{
    return text ? g_ascii_strdown(text, -1) : NULL;
}

static const char *encoding_name(GMimeObject *object)
{
    const char *name = GMIME_IS_PART(object)
                           ? g_mime_content_encoding_to_string(
                                 g_mime_part_get_content_encoding((GMimePart *)object))
                           : NULL;
    return name ? name : "7bit";
}

/* The parameter as readers take it: one with a charset of its own (RFC 2231) before a plain one,
 * which is there for those who cannot read that. NULL when there is none. */
static const char *best(GMimeParamList *list, const char *name)
{
    const char *plain = NULL;
    for (int i = 0; i < g_mime_param_list_length(list); i++) {
        GMimeParam *param = g_mime_param_list_get_parameter_at(list, i);
        if (g_ascii_strcasecmp(g_mime_param_get_name(param), name) != 0)
            continue;
        if (g_mime_param_get_charset(param))
            return g_mime_param_get_value(param);
        plain = plain ? plain : g_mime_param_get_value(param);
    }
    return plain;
}

/* Notes a part; its content comes later. */
static MsPart *note(MsMime *mime, GMimeObject *object, const Place *place)
{
    MsPart part = {.path = g_strdup(place->path), .inner = place->inner};
    GMimeContentType *type = g_mime_object_get_content_type(object);
    g_autofree char *name = g_mime_content_type_get_mime_type(type);
    part.type = lower(name);
    part.charset = g_strdup(g_mime_content_type_get_parameter(type, "charset"));
    part.encoding = lower(encoding_name(object));
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
    if (disposition)
        part.disposition = lower(g_mime_content_disposition_get_disposition(disposition));
    const char *filename =
        disposition ? best(g_mime_content_disposition_get_parameters(disposition), "filename")
                    : NULL;
    const char *field = "Content-Disposition";
    if (!filename) {
        filename = best(g_mime_content_type_get_parameters(type), "name");
        field = "Content-Type";
    }
    part.filename = filename ? g_utf8_make_valid(filename, -1) : NULL;
    part.content_id = g_strdup(g_mime_object_get_content_id(object));
    field_at(mime, object, "Content-Type", &part.type_at, &part.type_length);
    if (filename)
        field_at(mime, object, field, &part.name_at, &part.name_length);
    g_array_append_val(mime->parts, part);
    return &g_array_index(mime->parts, MsPart, mime->parts->len - 1);
}

/* Where content ends of which GMime says that it ends at `end`: GMime goes by the line end of the
 * boundary line, not by the one before it, which may be another. */
static uint64_t content_end(const MsMime *mime, uint64_t at, uint64_t end, const Place *place)
{
    uint8_t block[2 + 4 + 2 + 1000];
    uint64_t from = end - MIN(end, 2);
    size_t got = ms_message_read(mime->source.message, from, block, sizeof block);
    for (; place; place = place->above) {
        size_t length = place->boundary ? strlen(place->boundary) : 0;
        for (size_t i = 0; length > 0 && i < 6 && i + 3 + length <= got; i++) {
            if (memcmp(block + i, "\n--", 3) != 0 ||
                memcmp(block + i + 3, place->boundary, length) != 0)
                continue;
            bool pair = i > 0 && block[i - 1] == '\r';
            return MAX(at, from + i - (pair ? 1 : 0));
        }
    }
    return end;
}

static void note_content(MsMime *mime, MsPart *part, uint64_t at, uint64_t end)
{
    part->leaf = true;
    part->at = at;
    part->length = end > at ? end - at : 0;
    part->attached =
        part->filename || (part->disposition && strcmp(part->disposition, "attachment") == 0);
    part->complete = is_whole(mime, part->at, part->length);
}

/* Files that stand in a text as it was sent become parts of their own, behind it: "1+1". */
static void note_embedded(MsMime *mime, guint number)
{
    const MsPart text = g_array_index(mime->parts, MsPart, number);
    static const char *const codes[] = {"7bit", "8bit", "binary", NULL};
    if (!g_str_has_prefix(text.type, "text/") || !g_strv_contains(codes, text.encoding))
        return;
    uint64_t at = text.at;
    MsEmbedded file;
    for (unsigned n = 1; ms_embedded_next(mime->source.message, &at, text.at + text.length, &file);
         n++) {
        if (mime->parts->len >= mime->most_parts) {
            mime->source.limited = true;
            return;
        }
        char *name = g_malloc(file.name_length);
        size_t got =
            ms_message_read(mime->source.message, file.name_at, (uint8_t *)name, file.name_length);
        MsPart part = {.path = g_strdup_printf("%s+%u", text.path, n),
                       .type = g_strdup("application/octet-stream"),
                       .encoding = g_strdup("x-uuencode"),
                       .filename = g_utf8_make_valid(name, (gssize)got),
                       .inner = text.inner,
                       .name_at = file.name_at,
                       .name_length = file.name_length};
        g_free(name);
        note_content(mime, &part, file.at, file.at + file.length);
        g_array_append_val(mime->parts, part);
    }
}

static void walk_multipart(MsMime *mime, GMimeMultipart *multipart, const Place *place)
{
    int count = g_mime_multipart_get_count(multipart);
    bool top = strcmp(place->path, "0") == 0;
    for (int i = 0; i < count; i++) {
        g_autofree char *path =
            top ? g_strdup_printf("%d", i + 1) : g_strdup_printf("%s.%d", place->path, i + 1);
        const Place below = {path, g_mime_multipart_get_boundary(multipart), place->inner, place};
        walk(mime, g_mime_multipart_get_part(multipart, i), &below);
    }
}

/* Offset of the message's first header field; -1 when it has none. GMime keeps the Content-* fields
 * apart from the others. */
static gint64 header_start(GMimeMessage *message)
{
    GMimeObject *objects[] = {(GMimeObject *)message, g_mime_message_get_mime_part(message)};
    gint64 start = -1;
    for (size_t i = 0; i < G_N_ELEMENTS(objects); i++) {
        GMimeHeaderList *list = objects[i] ? g_mime_object_get_header_list(objects[i]) : NULL;
        GMimeHeader *first = list ? g_mime_header_list_get_header_at(list, 0) : NULL;
        gint64 at = first ? g_mime_header_get_offset(first) : -1;
        if (at >= 0 && (start < 0 || at < start))
            start = at;
    }
    return start;
}

/* An attached message: its bytes are the content, its parts are noted as inner ones. */
static void walk_attached(MsMime *mime, GMimeMessagePart *object, const Place *place)
{
    MsPart *part = note(mime, (GMimeObject *)object, place);
    GMimeMessage *message = g_mime_message_part_get_message(object);
    gint64 at = message ? header_start(message) : -1;
    if (at >= 0)
        note_content(mime, part, (uint64_t)at, boundary_from(mime, (uint64_t)at, place));
    GMimeObject *inside = message ? g_mime_message_get_mime_part(message) : NULL;
    if (!inside)
        return;
    g_autofree char *path =
        GMIME_IS_MULTIPART(inside) ? g_strdup(place->path) : g_strdup_printf("%s.1", place->path);
    const Place below = {path, NULL, true, place};
    if (GMIME_IS_MULTIPART(inside))
        walk_multipart(mime, (GMimeMultipart *)inside, &below);
    else
        walk(mime, inside, &below);
}

static void walk(MsMime *mime, GMimeObject *object, const Place *place)
{
    unsigned depth = 0;
    for (const Place *up = place->above; up; up = up->above)
        depth++;
    if (mime->parts->len >= mime->most_parts || depth >= mime->most_depth) {
        mime->source.limited = true;
        return;
    }
    if (GMIME_IS_MULTIPART(object)) {
        note(mime, object, place);
        walk_multipart(mime, (GMimeMultipart *)object, place);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
        walk_attached(mime, (GMimeMessagePart *)object, place);
    } else {
        MsPart *part = note(mime, object, place);
        GMimeDataWrapper *content =
            GMIME_IS_PART(object) ? g_mime_part_get_content((GMimePart *)object) : NULL;
        GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
        uint64_t end = MIN(ms_message_kept(mime->source.message), mime->source.most);
        if (stream && stream->bound_start >= 0)
            note_content(mime, part, (uint64_t)stream->bound_start,
                         stream->bound_end < 0 ? end
                                               : content_end(mime, (uint64_t)stream->bound_start,
                                                             (uint64_t)stream->bound_end, place));
        else
            note_content(mime, part, 0, 0);
        note_embedded(mime, mime->parts->len - 1);
    }
}

/* GMime finds no header: all of it is text (RFC 2045 5.2). */
static void note_plain(MsMime *mime)
{
    MsPart part = {
        .path = g_strdup("1"), .type = g_strdup("text/plain"), .encoding = g_strdup("7bit")};
    note_content(mime, &part, 0, MIN(ms_message_kept(mime->source.message), mime->source.most));
    g_array_append_val(mime->parts, part);
    note_embedded(mime, 0);
}

/* The content of a part, of which the header was told elsewhere. */
static void note_declared(MsMime *mime)
{
    const MsMessage *message = mime->source.message;
    const MsDeclared *declared = ms_message_declared(message);
    GMimeStream *stream =
        g_mime_stream_mem_new_with_buffer((const char *)declared->header, declared->length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeObject *object = g_mime_parser_construct_part(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    if (!object)
        return;
    const Place place = {declared->path, NULL, false, NULL};
    MsPart *part = note(mime, object, &place);
    part->type_length = part->name_length = 0; /* not in these bytes */
    note_content(mime, part, 0, MIN(ms_message_kept(message), mime->source.most));
    part->complete = part->complete && part->length == declared->size;
    note_embedded(mime, 0);
    g_object_unref(object);
}

static void begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, g_mime_init); /* which is not safe to be called by several threads */
}

MsMime *ms_mime_new(const MsMessage *message, const MsLimits *limits)
{
    begin();
    MsMime *mime = g_new0(MsMime, 1);
    mime->source = (MsMimeSource){.message = message,
                                  .most = limits->value[MS_LIMIT_MIME_BYTES],
                                  .most_lines = limits->value[MS_LIMIT_MIME_LINES],
                                  .most_header = limits->value[MS_LIMIT_MIME_HEADER]};
    mime->source.limited = ms_message_kept(message) > mime->source.most;
    mime->most_depth = limits->value[MS_LIMIT_MIME_DEPTH];
    mime->most_parts = limits->value[MS_LIMIT_MIME_PARTS];
    mime->most_ranges = (size_t)limits->value[MS_LIMIT_FACT_RANGES];
    mime->most_text = (size_t)limits->value[MS_LIMIT_MESSAGE_HEAD];
    mime->parts = g_array_new(FALSE, FALSE, sizeof(MsPart));
    g_array_set_clear_func(mime->parts, part_clear);
    mime->stream = ms_mime_stream_new(&mime->source);
    bool headless = ms_message_headless(message); /* a section of one */
    if (ms_message_declared(message))
        note_declared(mime);
    if (!headless) {
        GMimeParser *parser = g_mime_parser_new_with_stream(mime->stream);
        g_mime_parser_set_persist_stream(parser, TRUE);
        mime->tree = g_mime_parser_construct_message(parser, NULL);
        g_object_unref(parser);
    }
    GMimeObject *top = mime->tree ? g_mime_message_get_mime_part(mime->tree) : NULL;
    if (top) {
        const Place place = {GMIME_IS_MULTIPART(top) ? "0" : "1", NULL, false, NULL};
        walk(mime, top, &place);
    } else if (!headless) {
        note_plain(mime);
    }
    return mime;
}

void ms_mime_free(MsMime *mime)
{
    if (!mime)
        return;
    g_clear_object(&mime->tree);
    g_clear_object(&mime->stream);
    g_array_unref(mime->parts);
    g_free(mime);
}

const MsPart *ms_mime_parts(const MsMime *mime, size_t *count)
{
    *count = mime->parts->len;
    return (const MsPart *)(const void *)mime->parts->data;
}

bool ms_mime_limited(const MsMime *mime)
{
    return mime->source.limited;
}

/* ---- contents ---- */

/* The filter that undoes the part's encoding, or NULL when it needs none. */
static GMimeFilter *decoder_of(const MsPart *part)
{
    switch (g_mime_content_encoding_from_string(part->encoding)) {
    case GMIME_CONTENT_ENCODING_BASE64:
        return g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_BASE64, FALSE);
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
        return g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, FALSE);
    case GMIME_CONTENT_ENCODING_UUENCODE:
        return g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_UUENCODE, FALSE);
    default:
        return NULL;
    }
}

bool ms_mime_decode(const MsMime *mime, const MsPart *part, MsMimeSink sink, void *user_data)
{
    GMimeFilter *filter = decoder_of(part);
    g_autofree char *block = g_malloc(BLOCK);
    bool good = true;
    uint64_t end = part->at + part->length;
    for (uint64_t at = part->at; good && at < end;) {
        size_t got = ms_message_read(mime->source.message, at, (uint8_t *)block,
                                     (size_t)MIN((uint64_t)BLOCK, end - at));
        if (got == 0)
            break;
        at += got;
        char *out = block;
        size_t length = got;
        size_t prespace;
        if (filter)
            g_mime_filter_filter(filter, block, got, 0, &out, &length, &prespace);
        if (length > 0)
            good = sink((const uint8_t *)out, length, user_data);
    }
    if (filter) {
        /* Base64 whose padding is missing: with it the last one or two bytes come out, too. */
        bool base64 = strcmp(part->encoding, "base64") == 0;
        size_t padding = base64 ? 2 : 0;
        memset(block, '=', padding);
        char *out = block;
        size_t length = 0;
        size_t prespace;
        g_mime_filter_complete(filter, block, padding, 0, &out, &length, &prespace);
        if (good && length > 0)
            good = sink((const uint8_t *)out, length, user_data);
        g_object_unref(filter);
    }
    return good;
}

typedef struct {
    MsBuffer raw;
    size_t most;
} Text;

static bool collect(const uint8_t *data, size_t length, void *user_data)
{
    Text *text = user_data;
    ms_buffer_append(&text->raw, data, MIN(length, text->most - text->raw.length));
    return text->raw.length < text->most;
}

/* Appends valid UTF-8, at most `most` bytes of it, and no half character at the end. */
static void put_utf8(MsBuffer *out, const char *text, size_t length, size_t most)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    size_t end = strlen(valid);
    if (end > most) {
        end = most;
        while (end > 0 && ((uint8_t)valid[end] & 0xc0) == 0x80)
            end--;
    }
    ms_buffer_append(out, valid, end);
}

/* Converts to UTF-8; each byte that the charset does not have becomes U+FFFD. */
static void convert(iconv_t from, const MsBuffer *raw, size_t most, MsBuffer *out)
{
    static const char strange[] = "\xef\xbf\xbd";
    char *in = (char *)raw->data;
    size_t left = raw->length;
    g_autofree char *block = g_malloc(BLOCK);
    MsBuffer all = {0};
    while (left > 0 && all.length < most) {
        char *end = block;
        size_t room = BLOCK;
        size_t got = iconv(from, &in, &left, &end, &room);
        int error = got == (size_t)-1 ? errno : 0;
        ms_buffer_append(&all, block, (size_t)(end - block));
        if (error == EINVAL && raw->length >= most)
            break; /* a character that was cut */
        if (error == EILSEQ || error == EINVAL) {
            ms_buffer_append(&all, strange, sizeof strange - 1);
            in++;
            left--;
        } else if (error != 0 && error != E2BIG) {
            break;
        }
    }
    if (all.length > 0)
        put_utf8(out, (const char *)all.data, all.length, most);
    ms_buffer_clear(&all);
}

void ms_mime_text(const MsMime *mime, const MsPart *part, size_t most, MsBuffer *out)
{
    Text text = {.most = most};
    ms_mime_decode(mime, part, collect, &text);
    const char *name = part->charset ? g_mime_charset_iconv_name(part->charset) : NULL;
    /* UTF-8 says of itself whether it is: what claims to be less than that may be it, too. */
    bool plain = !name || g_ascii_strcasecmp(name, "us-ascii") == 0 ||
                 g_ascii_strcasecmp(name, "ascii") == 0 || g_ascii_strcasecmp(name, "utf-8") == 0 ||
                 g_ascii_strcasecmp(name, "utf8") == 0;
    iconv_t from = plain ? (iconv_t)-1 : iconv_open("UTF-8", name);
    if (text.raw.length > 0 && from != (iconv_t)-1)
        convert(from, &text.raw, most, out);
    else if (text.raw.length > 0)
        put_utf8(out, (const char *)text.raw.data, text.raw.length, most);
    if (from != (iconv_t)-1)
        iconv_close(from);
    ms_buffer_clear(&text.raw);
}

char *ms_mime_words(const char *text, size_t length)
{
    begin();
    g_autofree char *copy = g_strndup(text, length);
    g_autofree char *words = g_mime_utils_header_decode_text(NULL, copy);
    return g_utf8_make_valid(words ? words : "", -1);
}
