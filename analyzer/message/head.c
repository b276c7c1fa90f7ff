/* SPDX-License-Identifier: GPL-2.0-or-later
 * head.c - splits the start of a mail into header fields, unfolded but not decoded (RFC
 * 5322 2.2.3). Decoding is a matter of MIME. */
#include "head.h"

#include "../base/buffer.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    MsFieldId field;
} named[] = {
    {"Cc", MS_FIELD_MESSAGE_CC},           {"Date", MS_FIELD_MESSAGE_DATE},
    {"From", MS_FIELD_MESSAGE_FROM},       {"Message-ID", MS_FIELD_MESSAGE_ID},
    {"Subject", MS_FIELD_MESSAGE_SUBJECT}, {"To", MS_FIELD_MESSAGE_TO},
};

void ms_head_push(MsHead *head, const MsBytes *bytes, size_t offset, size_t length)
{
    MsRanges ranges = {0};
    ms_ranges_add(&ranges, bytes, offset, length, SIZE_MAX);
    const MsPiece *source = ms_bytes_piece(bytes, offset);
    for (uint32_t i = 0; i < ranges.n_ranges; i++) {
        if (head->n_pieces == head->allocated) {
            head->allocated = head->allocated ? head->allocated * 2 : 2;
            head->piece = g_renew(MsPiece, head->piece, head->allocated);
        }
        while (source + 1 < bytes->pieces + bytes->n_pieces &&
               source->place.frame != ranges.range[i].frame)
            source++;
        head->piece[head->n_pieces++] = (MsPiece){head->length, source->time_ns, ranges.range[i]};
        head->length += ranges.range[i].length;
    }
    ms_ranges_clear(&ranges);
}

void ms_head_clear(MsHead *head)
{
    g_free(head->piece);
    *head = (MsHead){0};
}

/* Length of the line at data[at..), with its line end; 0 when its end is not there. */
static size_t line_length(const uint8_t *data, size_t length, size_t at)
{
    const uint8_t *end = memchr(data + at, '\n', length - at);
    return end ? (size_t)(end - data) + 1 - at : 0;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* A field name is printable ASCII without colon (RFC 5322 2.2). Returns its length, or 0. */
static size_t name_length(const uint8_t *data, size_t length)
{
    size_t at = 0;
    while (at < length && data[at] > 0x20 && data[at] < 0x7f && data[at] != ':')
        at++;
    size_t name = at;
    while (at < length && is_blank(data[at])) /* obs-fields, RFC 5322 4.5 */
        at++;
    return at < length && data[at] == ':' ? name : 0;
}

/* Takes the line ends of a folded field out (RFC 5322 2.2.3). */
static void unfold(const uint8_t *data, size_t length, MsBuffer *out)
{
    out->length = 0;
    for (size_t i = 0; i < length; i++) {
        bool line_end =
            data[i] == '\n' || (data[i] == '\r' && i + 1 < length && data[i + 1] == '\n');
        if (!line_end)
            ms_buffer_byte(out, data[i]);
    }
    while (out->length > 0 &&
           (is_blank(out->data[out->length - 1]) || out->data[out->length - 1] == '\r'))
        out->length--;
}

typedef struct {
    MsBytes bytes;
    MsRanges ranges;
    MsBuffer text;
    int32_t number;
    size_t cap;
    unsigned seen; /* bit i: named[i] was said */
    MsHeaderFunc func;
    void *user_data;
} Walk;

static void say(Walk *walk, MsFieldId field, const uint8_t *text, size_t length)
{
    MsFact fact = {.field = (uint16_t)field,
                   .direction = MS_TO_SERVER,
                   .message = walk->number,
                   .item = -1,
                   .text = (const char *)text,
                   .text_length = (uint32_t)length,
                   .time_ns = walk->ranges.time_ns,
                   .ranges = walk->ranges.range,
                   .n_ranges = walk->ranges.n_ranges,
                   .ranges_omitted = walk->ranges.omitted};
    walk->func(&fact, walk->user_data);
}

static void say_field(Walk *walk, size_t at, size_t length, size_t name)
{
    const uint8_t *data = walk->bytes.data + at;
    size_t bare = length;
    while (bare > 0 && (data[bare - 1] == '\n' || data[bare - 1] == '\r'))
        bare--;
    ms_ranges_reset(&walk->ranges);
    ms_ranges_add(&walk->ranges, &walk->bytes, at, bare, walk->cap);
    unfold(data, bare, &walk->text);
    say(walk, MS_FIELD_MESSAGE_HEADER, walk->text.data, walk->text.length);
    for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
        if (strlen(named[i].name) != name ||
            strncasecmp(named[i].name, (const char *)data, name) != 0)
            continue;
        bool many = ms_field(named[i].field)->flags & MS_MANY;
        if (!many && walk->seen & 1u << i)
            continue;
        walk->seen |= 1u << i;
        const uint8_t *colon = memchr(walk->text.data, ':', walk->text.length);
        size_t value = (size_t)(colon - walk->text.data) + 1;
        while (value < walk->text.length && is_blank(walk->text.data[value]))
            value++;
        say(walk, named[i].field, walk->text.data + value, walk->text.length - value);
    }
}

void ms_head_fields(const MsHead *head, int32_t number, const uint8_t *data, size_t length,
                    bool ended, size_t cap, MsHeaderFunc func, void *user_data)
{
    Walk walk = {.bytes = {data, length, 0, head->piece, head->n_pieces},
                 .number = number,
                 .cap = cap,
                 .func = func,
                 .user_data = user_data};
    size_t at = 0;
    while (at < length) {
        size_t line = line_length(data, length, at);
        if (line == 0 && ended)
            line = length - at;
        size_t name = line ? name_length(data + at, line) : 0;
        if (name == 0)
            break; /* the empty line, no header at all, or cut off */
        size_t end = at + line;
        while (end < length && is_blank(data[end])) {
            line = line_length(data, length, end);
            if (line == 0 && !ended)
                break;
            end += line ? line : length - end;
        }
        if (end < length && is_blank(data[end]))
            break; /* the rest of a folded field is cut off */
        if (end == length && !ended)
            break; /* it might go on */
        say_field(&walk, at, end - at, name);
        at = end;
    }
    ms_ranges_clear(&walk.ranges);
    ms_buffer_clear(&walk.text);
}
