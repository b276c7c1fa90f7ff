/* SPDX-License-Identifier: GPL-2.0-or-later
 * message.c - counts, hashes and keeps the bytes of one mail as they go by. The head waits in
 * memory: a mail that fits in it is hashed in one go, without a context. Longer ones stream. */
#include "message.h"

#include "../base/buffer.h"
#include "../base/find.h"
#include "hash.h"
#include "header_facts.h"
#include "others.h"
#include "places.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    SPOOL_BLOCK = 65536, /* bytes written to the temporary file at once */
    HASH_AT_ONCE = 4096  /* bytes: up to this long a mail waits in memory and is hashed in one go */
};

struct MsMessage {
    gint references;
    int32_t number;
    uint8_t direction; /* MsDirection */
    MsKeep keep;
    bool hash;
    bool ended;
    bool complete;
    bool keeping;        /* every byte so far was kept (MS_KEEP_ALL) */
    bool headless;       /* it has no header fields */
    bool header_over;    /* MS_KEEP_NONE: the empty line was seen, nothing more is kept for it */
    int spool;           /* file descriptor, or -1 */
    uint64_t head_limit; /* bytes; grows while the header has not ended */
    uint64_t show_limit; /* bytes of the head that are shown */
    uint64_t header_limit;
    enum { HEADER_UNKNOWN, HEADER_OPEN, HEADER_ENDED } header; /* behind show_limit */
    uint64_t memory_limit;
    uint64_t size_limit;
    size_t range_limit;
    MsOpenSpool open_spool;
    void *user_data;
    uint64_t size;    /* bytes seen */
    uint64_t missing; /* bytes known to be missing */
    uint64_t spooled; /* bytes in the temporary file */
    MsBuffer kept;    /* from offset 0: the head, or all until it is spooled */
    MsBuffer waiting; /* bytes behind the spooled ones, not yet written */
    MsHash *context;  /* only when the message is longer than its head */
    char sha256[MS_HASH_HEX + 1];
    MsRanges ranges;
    MsOthers others;
    MsPlaces places; /* of the head, or of all that is kept */
    GArray *holes;   /* uint64_t; NULL when none */
    MsDeclared *declared;
};

MsMessage *ms_message_new(int32_t number, MsDirection direction, const MsLimits *limits,
                          MsKeep keep, bool hash, MsOpenSpool open_spool, void *user_data)
{
    MsMessage *message = g_new0(MsMessage, 1);
    message->references = 1;
    message->number = number;
    message->direction = (uint8_t)direction;
    message->keep = keep;
    message->hash = hash;
    message->keeping = keep == MS_KEEP_ALL;
    message->spool = -1;
    message->head_limit = message->show_limit = limits->value[MS_LIMIT_MESSAGE_HEAD];
    message->header_limit = MAX(limits->value[MS_LIMIT_MESSAGE_HEADER], message->head_limit);
    message->memory_limit = MAX(limits->value[MS_LIMIT_MESSAGE_MEMORY], message->header_limit);
    message->size_limit = limits->value[MS_LIMIT_MESSAGE_SIZE];
    message->range_limit = (size_t)limits->value[MS_LIMIT_FACT_RANGES];
    message->open_spool = open_spool;
    message->user_data = user_data;
    return message;
}

MsMessage *ms_message_ref(MsMessage *message)
{
    g_atomic_int_inc(&message->references);
    return message;
}

static MsDeclared *declared_copy(const MsDeclared *declared, size_t most_ranges)
{
    MsDeclared *copy = g_new(MsDeclared, 1);
    MsRanges *where = g_new0(MsRanges, 1);
    ms_ranges_join(where, declared->where, most_ranges);
    *copy = (MsDeclared){.path = g_strdup(declared->path),
                         .header = g_memdup2(declared->header, declared->length),
                         .length = declared->length,
                         .size = declared->size,
                         .where = where};
    return copy;
}

static void declared_free(MsDeclared *declared)
{
    if (!declared)
        return;
    MsRanges *where = (MsRanges *)(uintptr_t)declared->where;
    ms_ranges_clear(where);
    g_free(where);
    g_free((char *)(uintptr_t)declared->path);
    g_free((uint8_t *)(uintptr_t)declared->header);
    g_free(declared);
}

void ms_message_unref(MsMessage *message)
{
    if (!message || !g_atomic_int_dec_and_test(&message->references))
        return;
    if (message->spool >= 0)
        close(message->spool);
    ms_buffer_clear(&message->kept);
    ms_buffer_clear(&message->waiting);
    ms_hash_free(message->context);
    ms_ranges_clear(&message->ranges);
    ms_others_clear(&message->others);
    ms_places_clear(&message->places);
    if (message->holes)
        g_array_free(message->holes, TRUE);
    declared_free(message->declared);
    g_free(message);
}

static void hash_bytes(MsMessage *message, const uint8_t *data, size_t length)
{
    if (!message->hash || message->holes)
        return;
    if (!message->context) {
        if (message->size + length <= MIN(message->head_limit, HASH_AT_ONCE))
            return; /* as long as all of it is in the head */
        message->context = ms_hash_new();
        ms_hash_push(message->context, message->kept.data, message->kept.length);
    }
    ms_hash_push(message->context, data, length);
}

/* Writes what waits. A full disk ends the keeping; what was written stays readable. */
static void flush(MsMessage *message)
{
    size_t done = 0;
    while (done < message->waiting.length) {
        ssize_t wrote =
            write(message->spool, message->waiting.data + done, message->waiting.length - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            message->keeping = false;
            break;
        }
        done += (size_t)wrote;
    }
    message->spooled += done;
    message->waiting.length = 0;
}

/* Too long for memory: moves to a temporary file and keeps only the head. */
static void start_spool(MsMessage *message)
{
    message->spool = message->open_spool ? message->open_spool(message->user_data) : -1;
    if (message->spool < 0) {
        message->keeping = false;
        return;
    }
    message->waiting = message->kept;
    message->kept = (MsBuffer){0};
    ms_buffer_append(&message->kept, message->waiting.data,
                     (size_t)MIN(message->head_limit, message->waiting.length));
    flush(message);
    ms_buffer_clear(&message->waiting);
}

/* MS_KEEP_NONE: keeps what the header fields need, and a mail that is hashed in one go. */
static void keep_header(MsMessage *message, const uint8_t *data, size_t length)
{
    MsBuffer *kept = &message->kept;
    uint64_t whole = message->hash ? MIN(message->head_limit, HASH_AT_ONCE) : 0;
    uint64_t room = message->header_over ? whole : message->head_limit;
    if (kept->length < message->size || kept->length >= room)
        return;
    size_t from = kept->length > 3 ? kept->length - 3 : 0;
    ms_buffer_append(kept, data, (size_t)MIN(length, room - kept->length));
    for (const uint8_t *at = kept->data + from; !message->header_over;) {
        size_t left = kept->length - (size_t)(at - kept->data);
        const uint8_t *feed = left ? ms_find_byte(at, '\n', left) : NULL;
        if (!feed)
            break;
        left -= (size_t)(feed + 1 - at);
        at = feed + 1;
        message->header_over =
            (left > 0 && at[0] == '\n') || (left > 1 && at[0] == '\r' && at[1] == '\n');
    }
}

static void keep_bytes(MsMessage *message, const uint8_t *data, size_t length)
{
    if (message->keep == MS_KEEP_NONE) {
        keep_header(message, data, length);
        return;
    }
    if (message->keep != MS_KEEP_ALL || !message->keeping) {
        if (message->kept.length < message->head_limit)
            ms_buffer_append(&message->kept, data,
                             (size_t)MIN(length, message->head_limit - message->kept.length));
        return;
    }
    if (message->size + length > message->size_limit) {
        uint64_t room =
            message->size_limit > message->size ? message->size_limit - message->size : 0;
        if (room > 0)
            keep_bytes(message, data, (size_t)room);
        message->keeping = false;
        return;
    }
    if (message->spool < 0 && message->kept.length + length > message->memory_limit)
        start_spool(message);
    if (message->spool >= 0 && message->keeping) {
        ms_buffer_append(&message->waiting, data, length);
        if (message->waiting.length >= SPOOL_BLOCK)
            flush(message);
    } else if (message->spool < 0) {
        size_t room = (size_t)(message->memory_limit - message->kept.length);
        ms_buffer_append(&message->kept, data, MIN(length, room));
    }
}

/* Whether an empty line ends the header in these bytes. */
static bool has_empty_line(const uint8_t *data, size_t length)
{
    for (size_t at = 0; at < length; at++) {
        const uint8_t *newline = ms_find_byte(data + at, '\n', length - at);
        if (!newline)
            return false;
        at = (size_t)(newline - data);
        if ((length - at > 1 && newline[1] == '\n') ||
            (length - at > 2 && newline[1] == '\r' && newline[2] == '\n'))
            return true;
    }
    return false;
}

/* The same in data behind the kept bytes, also where the two meet. */
static bool has_next_empty_line(const MsMessage *message, const uint8_t *data, size_t length)
{
    const MsBuffer *kept = &message->kept;
    uint8_t seam[4];
    size_t before = MIN(kept->length, 2);
    size_t after = MIN(length, 2);
    if (before > 0)
        memcpy(seam, kept->data + kept->length - before, before);
    memcpy(seam + before, data, after);
    return has_empty_line(seam, before + after) || has_empty_line(data, length);
}

/* Looks, when the head is full, whether the header goes on behind it: then more is kept. */
static void widen_head(MsMessage *message, const uint8_t *data, size_t length)
{
    if (message->header == HEADER_UNKNOWN) {
        size_t head = (size_t)MIN(message->kept.length, message->head_limit);
        message->header = has_empty_line(message->kept.data, head) ? HEADER_ENDED : HEADER_OPEN;
        if (message->header == HEADER_OPEN)
            message->head_limit = message->header_limit;
    }
    if (message->header == HEADER_OPEN && has_next_empty_line(message, data, length)) {
        message->header = HEADER_ENDED;
        message->head_limit = MIN(message->head_limit, message->size + length);
    }
}

void ms_message_begin(MsMessage *message, uint64_t from)
{
    ms_others_begin(&message->others, from);
}

void ms_message_see(MsMessage *message, uint64_t key, bool whole)
{
    if (whole)
        ms_others_see(&message->others, key, message->range_limit);
    else
        ms_others_lose(&message->others);
}

/* Notes which frames the bytes came in. */
static void use_frames(MsMessage *message, const MsBytes *bytes, size_t offset, size_t length)
{
    const MsPiece *piece = ms_bytes_piece(bytes, offset);
    for (size_t i = (size_t)(piece - bytes->pieces); piece && i < bytes->n_pieces; i++) {
        if (bytes->pieces[i].at >= bytes->at + offset + length)
            break;
        ms_others_use(&message->others, &bytes->pieces[i].place);
    }
}

bool ms_message_headless(const MsMessage *message)
{
    return message->headless;
}

const MsDeclared *ms_message_declared(const MsMessage *message)
{
    return message->declared;
}

void ms_message_no_header(MsMessage *message, const MsDeclared *declared)
{
    if (declared && !message->declared)
        message->declared = declared_copy(declared, message->range_limit);
    message->headless = true;
    message->header = HEADER_ENDED;
}

void ms_message_push(MsMessage *message, const MsBytes *bytes, size_t offset, size_t length)
{
    g_assert(!message->ended && offset <= bytes->length && length <= bytes->length - offset);
    if (length == 0)
        return;
    const uint8_t *data = bytes->data + offset;
    ms_ranges_add(&message->ranges, bytes, offset, length, message->range_limit);
    use_frames(message, bytes, offset, length);
    if (message->header != HEADER_ENDED && !message->holes && !message->header_over &&
        message->size + length > message->show_limit)
        widen_head(message, data, length);
    if (message->keep == MS_KEEP_ALL && message->keeping)
        ms_places_add(&message->places, bytes, offset, length, message->size);
    else if (message->size < message->head_limit && !message->holes && !message->header_over)
        ms_places_add(&message->places, bytes, offset,
                      (size_t)MIN(length, message->head_limit - message->size), message->size);
    hash_bytes(message, data, length);
    keep_bytes(message, data, length);
    message->size += length;
}

void ms_message_gap(MsMessage *message, uint64_t length)
{
    message->missing += MIN(length, UINT64_MAX - message->missing);
    ms_hash_free(message->context);
    message->context = NULL;
    if (!message->holes)
        message->holes = g_array_sized_new(FALSE, FALSE, sizeof(uint64_t), 1);
    guint count = message->holes->len;
    if (count > 0 && g_array_index(message->holes, uint64_t, count - 1) == message->size)
        return;
    if (count < message->range_limit)
        g_array_append_val(message->holes, message->size);
}

void ms_message_end(MsMessage *message, bool whole)
{
    g_assert(!message->ended);
    message->ended = true;
    message->complete = whole && !message->holes;
    if (message->spool >= 0)
        flush(message);
    ms_buffer_clear(&message->waiting);
    if (message->complete && message->hash) {
        if (message->context)
            ms_hash_end(message->context, message->sha256);
        else
            ms_hash_once(message->kept.data, message->kept.length, message->sha256);
    }
    ms_hash_free(message->context);
    message->context = NULL;
}

int32_t ms_message_number(const MsMessage *message)
{
    return message->number;
}

MsDirection ms_message_direction(const MsMessage *message)
{
    return (MsDirection)message->direction;
}

bool ms_message_complete(const MsMessage *message)
{
    return message->complete;
}

uint64_t ms_message_size(const MsMessage *message)
{
    return message->size;
}

uint64_t ms_message_missing(const MsMessage *message)
{
    return message->missing;
}

const char *ms_message_sha256(const MsMessage *message)
{
    return message->sha256[0] ? message->sha256 : NULL;
}

const MsRanges *ms_message_ranges(const MsMessage *message)
{
    return &message->ranges;
}

bool ms_message_others(const MsMessage *message, const uint64_t **frames, size_t *count)
{
    *frames = message->others.key;
    *count = message->others.count;
    return message->others.known;
}

const uint8_t *ms_message_head(const MsMessage *message, size_t *length)
{
    *length =
        message->keep == MS_KEEP_NONE ? 0 : (size_t)MIN(message->kept.length, message->show_limit);
    return message->kept.data;
}

uint64_t ms_message_kept(const MsMessage *message)
{
    if (message->keep == MS_KEEP_NONE)
        return 0;
    if (message->keep == MS_KEEP_HEAD)
        return MIN(message->kept.length, message->show_limit);
    if (message->spool >= 0)
        return MAX(message->spooled + message->waiting.length, message->kept.length);
    return message->kept.length;
}

size_t ms_message_read(const MsMessage *message, uint64_t offset, uint8_t *out, size_t length)
{
    uint64_t kept = ms_message_kept(message);
    if (offset >= kept)
        return 0;
    length = (size_t)MIN(length, kept - offset);
    if (offset < message->kept.length) {
        length = (size_t)MIN(length, message->kept.length - offset);
        memcpy(out, message->kept.data + offset, length);
        return length;
    }
    if (offset >= message->spooled) {
        memcpy(out, message->waiting.data + (offset - message->spooled), length);
        return length;
    }
    length = (size_t)MIN(length, message->spooled - offset);
    ssize_t got;
    do
        got = pread(message->spool, out, length, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got > 0 ? (size_t)got : 0;
}

uint64_t ms_message_memory(const MsMessage *message)
{
    uint64_t pieces = ms_places_memory(&message->places);
    uint64_t holes = message->holes ? message->holes->len * sizeof(uint64_t) : 0;
    return sizeof *message + message->kept.allocated + message->waiting.allocated + pieces + holes +
           message->ranges.n_ranges * sizeof(MsRange) +
           message->others.allocated * sizeof(uint64_t) +
           (message->declared ? sizeof *message->declared + message->declared->length : 0);
}

const uint64_t *ms_message_holes(const MsMessage *message, size_t *count)
{
    *count = message->holes ? message->holes->len : 0;
    return message->holes ? (const uint64_t *)(const void *)message->holes->data : NULL;
}

void ms_message_where(const MsMessage *message, uint64_t offset, uint64_t length, MsRanges *out)
{
    ms_places_find(&message->places, offset, length, message->range_limit, out);
}

void ms_message_fields(MsMessage *message, MsHeaderFunc func, void *user_data)
{
    size_t length = (size_t)MIN(message->kept.length, message->head_limit);
    if (message->holes)
        length = (size_t)MIN(length, g_array_index(message->holes, uint64_t, 0));
    bool last = message->complete && length == message->size;
    if (length > 0 && !message->headless) {
        MsHeader header = {.message = message->number,
                           .direction = (MsDirection)message->direction,
                           .range_limit = message->range_limit,
                           .last = last,
                           .func = func,
                           .user_data = user_data};
        header.bytes.data = message->kept.data;
        header.bytes.length = length;
        header.bytes.pieces = ms_places_pieces(&message->places, &header.bytes.n_pieces);
        if (header.bytes.n_pieces > 0)
            ms_header_say(&header);
    }
    if (message->keep != MS_KEEP_ALL)
        ms_places_clear(&message->places);
    if (message->keep == MS_KEEP_NONE)
        ms_buffer_clear(&message->kept);
}
