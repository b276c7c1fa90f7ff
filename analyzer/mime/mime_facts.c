/* SPDX-License-Identifier: GPL-2.0-or-later
 * mime_facts.c - the parts and the decoded header of a mail as facts, with the bytes of the message
 * they were read from. */
#include "../message/hash.h"
#include "../message/header.h"
#include "mime_private.h"
#include "trace.h"

#include <string.h>

enum {
    KIND_BYTES = 65536, /* of a content, shown to libmagic */
    MOST_FIELDS = 100   /* with addresses, of one name; RFC 5322 3.6: there should be one */
};

#define ELSEWHERE UINT64_MAX /* length of what was told elsewhere: MsDeclared */

/* One run over the parts. */
typedef struct {
    const MsMime *mime;
    MsHeaderFunc func;
    void *user_data;
    MsRanges where;
    const uint8_t *header; /* the message's first bytes, while its header is taken apart */
} Say;

static void say(Say *s, MsFieldId field, int32_t item, const char *text, size_t length,
                int64_t number, uint64_t at, uint64_t extent)
{
    const MsMessage *message = s->mime->source.message;
    const MsDeclared *declared = extent == ELSEWHERE ? ms_message_declared(message) : NULL;
    ms_ranges_reset(&s->where);
    if (declared)
        ms_ranges_join(&s->where, declared->where, s->mime->most_ranges);
    else
        ms_message_where(message, at, extent, &s->where);
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)ms_message_direction(message),
                         .message = ms_message_number(message),
                         .item = item,
                         .text = text,
                         .text_length = (uint32_t)length,
                         .number = number,
                         .time_ns = s->where.time_ns,
                         .ranges = s->where.range,
                         .n_ranges = s->where.n_ranges,
                         .ranges_omitted = s->where.omitted};
    s->func(&fact, s->user_data);
}

static void say_text(Say *s, MsFieldId field, int32_t item, const char *text, uint64_t at,
                     uint64_t extent)
{
    if (text)
        say(s, field, item, text, strlen(text), 0, at, extent);
}

/* ---- the header of the mail ---- */

static void say_addresses(Say *s, InternetAddressList *list, MsFieldId address, MsFieldId name,
                          uint64_t at, uint64_t extent, unsigned depth)
{
    for (int i = 0; list && i < internet_address_list_length(list); i++) {
        InternetAddress *one = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(one)) {
            if (depth < 4)
                say_addresses(s, internet_address_group_get_members((InternetAddressGroup *)one),
                              address, name, at, extent, depth + 1);
            continue;
        }
        say_text(s, address, -1, internet_address_mailbox_get_addr((InternetAddressMailbox *)one),
                 at, extent);
        const char *words = internet_address_get_name(one);
        if (name < MS_N_FIELDS && words && words[0])
            say_text(s, name, -1, words, at, extent);
    }
}

/* The next header field of the mail with that name, from number `*from` on; NULL: there is none. */
static GMimeHeader *next_field(const Say *s, const char *name, int *from)
{
    GMimeHeaderList *list = g_mime_object_get_header_list((GMimeObject *)s->mime->tree);
    int count = g_mime_header_list_get_count(list);
    while (*from < count) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, (*from)++);
        if (g_ascii_strcasecmp(g_mime_header_get_name(header), name) == 0)
            return header;
    }
    return NULL;
}

static void say_date(Say *s)
{
    int from = 0;
    uint64_t at;
    uint64_t extent;
    GMimeHeader *header = next_field(s, "Date", &from);
    ms_mime_field_of(s->mime, header, &at, &extent);
    if (extent == 0)
        return;
    const char *raw = g_mime_header_get_raw_value(header);
    GDateTime *date = g_mime_utils_header_decode_date(raw);
    int64_t seconds = date ? g_date_time_to_unix(date) : 0;
    if (date && ABS(seconds) < INT64_MAX / 1000000000) { /* nanoseconds reach from 1677 to 2262 */
        say(s, MS_FIELD_MESSAGE_SENT, -1, NULL, 0, seconds * 1000000000, at, extent);
        g_autofree char *zone = g_date_time_format(date, "%z");
        /* RFC 5322 3.3: -0000 says that the zone of the sender is not told */
        bool untold = strcmp(zone, "+0000") == 0 && strstr(raw, "-0000");
        say_text(s, MS_FIELD_MESSAGE_ZONE, -1, untold ? "-0000" : zone, at, extent);
    }
    if (date)
        g_date_time_unref(date);
}

static void say_header(Say *s)
{
    static const struct {
        const char *field;
        MsFieldId address, name;
    } lists[] = {
        {"From", MS_FIELD_MESSAGE_FROM_ADDRESS, MS_FIELD_MESSAGE_FROM_NAME},
        {"Reply-To", MS_FIELD_MESSAGE_REPLY_TO, MS_N_FIELDS},
        {"To", MS_FIELD_MESSAGE_TO_ADDRESS, MS_N_FIELDS},
        {"Cc", MS_FIELD_MESSAGE_CC_ADDRESS, MS_N_FIELDS},
        {"Bcc", MS_FIELD_MESSAGE_BCC_ADDRESS, MS_N_FIELDS},
    };
    uint64_t at;
    uint64_t extent;
    int from = 0;
    GMimeHeader *subject = next_field(s, "Subject", &from);
    ms_mime_field_of(s->mime, subject, &at, &extent);
    if (extent > 0)
        say_text(s, MS_FIELD_MESSAGE_SUBJECT_DECODED, -1, g_mime_header_get_value(subject), at,
                 extent);
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        from = 0;
        for (unsigned n = 0; n < MOST_FIELDS; n++) {
            GMimeHeader *header = next_field(s, lists[i].field, &from);
            if (!header)
                break;
            ms_mime_field_of(s->mime, header, &at, &extent);
            InternetAddressList *list =
                internet_address_list_parse(NULL, g_mime_header_get_raw_value(header));
            if (extent > 0 && list)
                say_addresses(s, list, lists[i].address, lists[i].name, at, extent, 0);
            g_clear_object(&list);
        }
    }
    say_date(s);
}

static void on_trace(const MsTrace *trace, void *user_data)
{
    Say *s = user_data;
    if (ms_field(trace->field)->type == MS_TIME) {
        say(s, trace->field, trace->hop, NULL, 0, trace->number, trace->at, trace->length);
        return;
    }
    MsBuffer text = {0};
    ms_header_unfold(s->header + trace->at, trace->length, &text);
    say(s, trace->field, trace->hop, text.data ? (const char *)text.data : "", text.length, 0,
        trace->at, trace->length);
    ms_buffer_clear(&text);
}

/* Fields that programs write, taken apart; of a header with a hole what stands before it. */
static void say_trace(Say *s)
{
    const MsMessage *message = s->mime->source.message;
    size_t n_holes;
    const uint64_t *holes = ms_message_holes(message, &n_holes);
    size_t most =
        (size_t)MIN(s->mime->most_text, ms_message_size(message)); /* not a lavish limit's */
    if (n_holes > 0)
        most = MIN(most, (size_t)MIN(holes[0], SIZE_MAX));
    g_autofree uint8_t *header = g_malloc(MAX(most, 1));
    s->header = header;
    ms_trace_header(header, ms_message_read(message, 0, header, most), on_trace, s);
    s->header = NULL;
}

/* ---- the parts ---- */

/* What one run over a decoded content gives. */
typedef struct {
    uint64_t size;
    MsHash *sha256;
    GChecksum *md5;
    MsBuffer head;
} Digest;

static bool digest(const uint8_t *data, size_t length, void *user_data)
{
    Digest *d = user_data;
    d->size += length;
    if (d->sha256) {
        ms_hash_push(d->sha256, data, length);
        g_checksum_update(d->md5, data, (gssize)length);
    }
    if (d->head.length < KIND_BYTES)
        ms_buffer_append(&d->head, data, MIN(length, KIND_BYTES - d->head.length));
    return true;
}

/* Files that stand inside a text, as it was done before MIME: named, not decoded. */
static void say_embedded(Say *s, const MsPart *part, int32_t item, const MsBuffer *text)
{
    size_t length;
    for (size_t at = 0; at < text->length; at += length + 1) {
        const char *line = (const char *)text->data + at;
        const char *feed = memchr(line, '\n', text->length - at);
        length = feed ? (size_t)(feed - line) : text->length - at;
        size_t end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        const char *what = NULL;
        if (end > 10 && memcmp(line, "begin ", 6) == 0 && strspn(line + 6, "01234567") == 3 &&
            line[9] == ' ')
            what = "uuencode: ";
        else if (end > 8 && memcmp(line, "=ybegin ", 8) == 0)
            what = "yEnc: ";
        if (!what)
            continue;
        const char *name = what[0] == 'u' ? line + 10 : g_strstr_len(line, (gssize)end, " name=");
        name = what[0] == 'u' ? name : name ? name + 6 : line + end;
        g_autofree char *raw = g_strndup(name, (size_t)(line + end - name));
        g_autofree char *valid = g_utf8_make_valid(raw, -1);
        g_autofree char *words = g_strconcat(what, valid, NULL);
        say_text(s, MS_FIELD_PART_EMBEDDED, item, words, part->at, part->length);
    }
}

static void say_content(Say *s, const MsPart *part, int32_t item, bool hash, MsKind *kind)
{
    Digest d = {0};
    if (hash && part->complete) {
        d.sha256 = ms_hash_new();
        d.md5 = g_checksum_new(G_CHECKSUM_MD5);
    }
    ms_mime_decode(s->mime, part, digest, &d);
    say(s, MS_FIELD_PART_SIZE, item, NULL, 0, (int64_t)d.size, part->at, part->length);
    say(s, MS_FIELD_PART_COMPLETE, item, NULL, 0, part->complete, part->at, part->length);
    if (d.sha256) {
        char hex[MS_HASH_HEX + 1];
        ms_hash_end(d.sha256, hex);
        say_text(s, MS_FIELD_PART_SHA256, item, hex, part->at, part->length);
        say_text(s, MS_FIELD_PART_MD5, item, g_checksum_get_string(d.md5), part->at, part->length);
        ms_hash_free(d.sha256);
        g_checksum_free(d.md5);
    }
    if (kind && part->attached && d.head.length > 0)
        say_text(s, MS_FIELD_PART_REAL_TYPE, item, ms_kind_of(kind, d.head.data, d.head.length),
                 part->at, part->length);
    if (g_str_has_prefix(part->type, "text/"))
        say_embedded(s, part, item, &d.head);
    ms_buffer_clear(&d.head);
}

/* The text a reader sees first: the first text part that is no attachment. */
static void say_body(Say *s, const MsPart *parts, size_t n_parts)
{
    const MsPart *best = NULL;
    for (size_t i = 0; i < n_parts && !best; i++)
        if (parts[i].leaf && !parts[i].attached && !parts[i].inner &&
            strcmp(parts[i].type, "text/plain") == 0)
            best = &parts[i];
    for (size_t i = 0; i < n_parts && !best; i++)
        if (parts[i].leaf && !parts[i].attached && !parts[i].inner &&
            g_str_has_prefix(parts[i].type, "text/"))
            best = &parts[i];
    if (!best)
        return;
    MsBuffer text = {0};
    ms_mime_text(s->mime, best, s->mime->most_text, &text);
    say(s, MS_FIELD_MESSAGE_TEXT, -1, text.data ? (const char *)text.data : "", text.length, 0,
        best->at, best->length);
    ms_buffer_clear(&text);
}

void ms_mime_facts(const MsMime *mime, bool hash, MsKind *kind, MsHeaderFunc func, void *user_data)
{
    Say s = {.mime = mime, .func = func, .user_data = user_data};
    bool headless = ms_message_headless(mime->source.message);
    if (mime->tree && !headless)
        say_header(&s);
    if (!headless)
        say_trace(&s);
    size_t n_parts;
    const MsPart *parts = ms_mime_parts(mime, &n_parts);
    say_body(&s, parts, n_parts);
    for (size_t i = 0; i < n_parts; i++) {
        const MsPart *part = &parts[i];
        int32_t item = (int32_t)i;
        uint64_t at = part->type_length > 0 ? part->type_at : part->at;
        uint64_t extent = headless                ? ELSEWHERE
                          : part->type_length > 0 ? part->type_length
                                                  : part->length;
        uint64_t named = headless ? ELSEWHERE : part->name_length;
        say_text(&s, MS_FIELD_PART_PATH, item, part->path, at, extent);
        say_text(&s, MS_FIELD_PART_TYPE, item, part->type, at, extent);
        say_text(&s, MS_FIELD_PART_CHARSET, item, part->charset, at, extent);
        if (part->leaf)
            say_text(&s, MS_FIELD_PART_ENCODING, item, part->encoding, at, extent);
        say_text(&s, MS_FIELD_PART_DISPOSITION, item, part->disposition, named ? part->name_at : at,
                 named ? named : extent);
        say_text(&s, MS_FIELD_PART_FILENAME, item, part->filename, part->name_at, named);
        if (part->leaf)
            say_content(&s, part, item, hash, kind);
    }
    ms_ranges_clear(&s.where);
}
