/* SPDX-License-Identifier: GPL-2.0-or-later
 * record.c - a session's findings, copied into memory that dies at once. Text and ranges lie in
 * chunks that never move, so that facts point into them; nothing is allocated for a single fact,
 * and nothing at all before the first one. */
#include "record.h"

#include <stddef.h>
#include <string.h>

enum {
    FIRST_CHUNK = 512,  /* bytes; most sessions need a few of these */
    LAST_CHUNK = 65536, /* bytes; chunks double up to this */
    FIRST_SLOTS = 8     /* facts, lines or oddities the arrays begin with */
};

typedef struct Chunk {
    struct Chunk *next;
    size_t length;    /* bytes in use */
    size_t allocated; /* bytes behind this header */
    max_align_t data[];
} Chunk;

struct MsRecord {
    const MsLimits *limits;
    uint32_t number; /* 0-based */
    bool limited;    /* the oddity `limit` is there, at oddities[limit_at] */
    size_t limit_at;
    Chunk *chunk; /* newest first */
    size_t text;  /* bytes of text and ranges, for session-text-bytes */
    size_t chunk_bytes;
    MsFact *facts;
    MsLine *lines;
    MsOddity *oddities;
    MsMessage **messages;
    size_t n_facts, n_lines, n_oddities, n_messages;
    size_t fact_slots, line_slots, oddity_slots, message_slots;
};

MsRecord *ms_record_new(uint32_t number, const MsLimits *limits)
{
    MsRecord *record = g_new0(MsRecord, 1);
    record->number = number;
    record->limits = limits;
    return record;
}

/* Frees all chunks but the newest, which is kept when `keep`. */
static void free_chunks(MsRecord *record, bool keep)
{
    Chunk *chunk = record->chunk;
    if (chunk && keep) {
        Chunk *kept = chunk;
        chunk = kept->next;
        kept->next = NULL;
        kept->length = 0;
        record->chunk_bytes = sizeof *kept + kept->allocated;
    }
    while (chunk) {
        Chunk *next = chunk->next;
        g_free(chunk);
        chunk = next;
    }
}

static void drop_messages(MsRecord *record)
{
    for (size_t i = 0; i < record->n_messages; i++)
        ms_message_unref(record->messages[i]);
    record->n_messages = 0;
}

void ms_record_reset(MsRecord *record, uint32_t number)
{
    drop_messages(record);
    free_chunks(record, true);
    record->number = number;
    record->limited = false;
    record->text = 0;
    record->n_facts = record->n_lines = record->n_oddities = 0;
}

void ms_record_free(MsRecord *record)
{
    if (!record)
        return;
    drop_messages(record);
    free_chunks(record, false);
    g_free(record->facts);
    g_free(record->lines);
    g_free(record->oddities);
    g_free(record->messages);
    g_free(record);
}

/* Room for `length` bytes that stays where it is; aligned for MsRange when `aligned`. */
static inline void *room(MsRecord *record, size_t length, bool aligned)
{
    Chunk *chunk = record->chunk;
    size_t at = chunk ? chunk->length : 0;
    if (aligned)
        at = (at + _Alignof(MsRange) - 1) & ~(_Alignof(MsRange) - 1);
    if (G_UNLIKELY(!chunk || at + length > chunk->allocated)) {
        size_t size = chunk ? chunk->allocated * 2 : FIRST_CHUNK;
        size = MAX(MIN(size, LAST_CHUNK), length);
        Chunk *fresh = g_malloc(sizeof *fresh + size);
        fresh->length = 0;
        fresh->allocated = size;
        fresh->next = chunk;
        record->chunk_bytes += sizeof *fresh + size;
        record->chunk = chunk = fresh;
        at = 0;
    }
    chunk->length = at + length;
    record->text += length;
    return (uint8_t *)chunk->data + at;
}

static const char *copy_text(MsRecord *record, const char *text, size_t length)
{
    if (length == 0)
        return "";
    char *copy = room(record, length, false);
    memcpy(copy, text, length);
    return copy;
}

static const MsRange *copy_ranges(MsRecord *record, const MsRange *ranges, size_t count)
{
    if (count == 0)
        return NULL;
    MsRange *copy = room(record, count * sizeof *copy, true);
    memcpy(copy, ranges, count * sizeof *copy);
    return copy;
}

static size_t more_slots(size_t slots)
{
    return slots ? slots * 2 : FIRST_SLOTS;
}

/* The same for a fact, which there are many of: ranges, and the text behind them. */
static inline void copy_both(MsRecord *record, MsFact *copy)
{
    size_t ranges = copy->n_ranges * sizeof *copy->ranges;
    size_t text = copy->text_length;
    uint8_t *to = room(record, ranges + text, true);
    if (copy->n_ranges == 1)
        *(MsRange *)(void *)to = copy->ranges[0];
    else if (ranges > 0)
        memcpy(to, copy->ranges, ranges);
    copy->ranges = ranges > 0 ? (const MsRange *)(void *)to : NULL;
    if (text > 0)
        memcpy(to + ranges, copy->text, text);
    copy->text = text > 0 ? (const char *)to + ranges : "";
}

static void put_oddity(MsRecord *record, const MsOddity *oddity)
{
    if (record->n_oddities == record->oddity_slots) {
        record->oddity_slots = more_slots(record->oddity_slots);
        record->oddities = g_renew(MsOddity, record->oddities, record->oddity_slots);
    }
    MsOddity *copy = &record->oddities[record->n_oddities++];
    *copy = *oddity;
    copy->detail = copy_text(record, oddity->detail, oddity->detail_length);
    copy->ranges = copy_ranges(record, oddity->ranges, oddity->n_ranges);
}

/* Something is left out because of `limit`: one oddity says so, its length counts the things. */
static void leave_out(MsRecord *record, MsLimitId limit, uint8_t direction, int64_t time_ns,
                      const MsRange *ranges, uint32_t n_ranges)
{
    if (record->limited) {
        record->oddities[record->limit_at].length++;
        return;
    }
    record->limited = true;
    record->limit_at = record->n_oddities;
    char detail[128];
    int length = g_snprintf(detail, sizeof detail,
                            "%s reached: further findings of the session are left out",
                            ms_limit_info(limit)->name);
    const MsOddity oddity = {.kind = MS_ODDITY_LIMIT,
                             .direction = direction,
                             .message = -1,
                             .length = 1,
                             .detail = detail,
                             .detail_length = (uint32_t)length,
                             .time_ns = time_ns,
                             .ranges = ranges,
                             .n_ranges = MIN(n_ranges, 1)};
    put_oddity(record, &oddity);
}

static bool too_much_text(const MsRecord *record, size_t text, size_t n_ranges)
{
    uint64_t wanted = record->text + text + n_ranges * sizeof(MsRange);
    return wanted > record->limits->value[MS_LIMIT_SESSION_TEXT];
}

void ms_record_add_fact(MsRecord *record, const MsFact *fact)
{
    MsLimitId limit = MS_N_LIMITS;
    if (record->n_facts >= record->limits->value[MS_LIMIT_SESSION_FACTS])
        limit = MS_LIMIT_SESSION_FACTS;
    else if (too_much_text(record, fact->text_length, fact->n_ranges))
        limit = MS_LIMIT_SESSION_TEXT;
    if (G_UNLIKELY(limit != MS_N_LIMITS)) {
        /* What there is once in a session is never crowded out by what repeats. */
        const MsField *field = ms_field(fact->field);
        if (field->scope != MS_SESSION || (field->flags & MS_MANY)) {
            leave_out(record, limit, fact->direction, fact->time_ns, fact->ranges, fact->n_ranges);
            return;
        }
    }
    if (record->n_facts == record->fact_slots) {
        record->fact_slots = more_slots(record->fact_slots);
        record->facts = g_renew(MsFact, record->facts, record->fact_slots);
    }
    MsFact *copy = &record->facts[record->n_facts++];
    *copy = *fact;
    copy_both(record, copy);
}

void ms_record_add_line(MsRecord *record, const MsLine *line)
{
    MsLimitId limit = MS_N_LIMITS;
    if (record->n_lines >= record->limits->value[MS_LIMIT_SESSION_LINES])
        limit = MS_LIMIT_SESSION_LINES;
    else if (too_much_text(record, (size_t)line->text_length + line->note_length, line->n_ranges))
        limit = MS_LIMIT_SESSION_TEXT;
    if (limit != MS_N_LIMITS) {
        leave_out(record, limit, line->direction, line->time_ns, line->ranges, line->n_ranges);
        return;
    }
    if (record->n_lines == record->line_slots) {
        record->line_slots = more_slots(record->line_slots);
        record->lines = g_renew(MsLine, record->lines, record->line_slots);
    }
    MsLine *copy = &record->lines[record->n_lines++];
    *copy = *line;
    copy->text = copy_text(record, line->text, line->text_length);
    copy->note = copy_text(record, line->note, line->note_length);
    copy->ranges = copy_ranges(record, line->ranges, line->n_ranges);
}

void ms_record_add_oddity(MsRecord *record, const MsOddity *oddity)
{
    MsLimitId limit = MS_N_LIMITS;
    if (record->n_oddities >= record->limits->value[MS_LIMIT_SESSION_FACTS])
        limit = MS_LIMIT_SESSION_FACTS;
    else if (too_much_text(record, oddity->detail_length, oddity->n_ranges))
        limit = MS_LIMIT_SESSION_TEXT;
    if (limit != MS_N_LIMITS) {
        leave_out(record, limit, oddity->direction, oddity->time_ns, oddity->ranges,
                  oddity->n_ranges);
        return;
    }
    put_oddity(record, oddity);
}

void ms_record_add_message(MsRecord *record, MsMessage *message)
{
    if (record->n_messages == record->message_slots) {
        record->message_slots = record->message_slots ? record->message_slots * 2 : 1;
        record->messages = g_renew(MsMessage *, record->messages, record->message_slots);
    }
    record->messages[record->n_messages++] = ms_message_ref(message);
}

uint32_t ms_record_number(const MsRecord *record)
{
    return record->number;
}

size_t ms_record_bytes(const MsRecord *record)
{
    return sizeof *record + record->chunk_bytes + record->fact_slots * sizeof(MsFact) +
           record->line_slots * sizeof(MsLine) + record->oddity_slots * sizeof(MsOddity) +
           record->message_slots * sizeof(MsMessage *);
}

const MsFact *ms_record_facts(const MsRecord *record, size_t *count)
{
    *count = record->n_facts;
    return record->facts;
}

const MsLine *ms_record_lines(const MsRecord *record, size_t *count)
{
    *count = record->n_lines;
    return record->lines;
}

const MsOddity *ms_record_oddities(const MsRecord *record, size_t *count)
{
    *count = record->n_oddities;
    return record->oddities;
}

MsMessage *const *ms_record_messages(const MsRecord *record, size_t *count)
{
    *count = record->n_messages;
    return record->messages;
}

const MsFact *ms_record_find(const MsRecord *record, MsFieldId field, int32_t message, int32_t item)
{
    for (size_t i = 0; i < record->n_facts; i++) {
        const MsFact *fact = &record->facts[i];
        if (fact->field == field && (message < 0 || fact->message == message) &&
            (item < 0 || fact->item == item))
            return fact;
    }
    return NULL;
}
