/* SPDX-License-Identifier: GPL-2.0-or-later
 * header_facts.c - see header_facts.h. */
#include "header_facts.h"

#include "../base/fold.h"
#include "header.h"

/* The header fields that are facts of their own. */
static const struct {
    const char *name;
    MsFieldId field;
} named[] = {
    {"from", MS_FIELD_MESSAGE_FROM}, {"to", MS_FIELD_MESSAGE_TO},
    {"cc", MS_FIELD_MESSAGE_CC},     {"subject", MS_FIELD_MESSAGE_SUBJECT},
    {"date", MS_FIELD_MESSAGE_DATE}, {"message-id", MS_FIELD_MESSAGE_ID},
};

/* One walk over the header. */
typedef struct {
    const MsHeader *header;
    MsBuffer text;
    MsRanges where;
    unsigned said; /* bit i: named[i] was said */
} Walk;

static void say(Walk *walk, MsFieldId field, size_t offset, size_t length, bool folded,
                size_t place, size_t place_length)
{
    const MsHeader *header = walk->header;
    const uint8_t *text = header->bytes.data + offset;
    if (folded) {
        walk->text.length = 0;
        ms_header_unfold(text, length, &walk->text);
        text = walk->text.data;
        length = walk->text.length;
    }
    ms_ranges_reset(&walk->where);
    ms_ranges_add(&walk->where, &header->bytes, place, place_length, header->range_limit);
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)header->direction,
                         .message = header->message,
                         .item = -1,
                         .text = text ? (const char *)text : "",
                         .text_length = (uint32_t)length,
                         .time_ns = walk->where.time_ns,
                         .ranges = walk->where.range,
                         .n_ranges = walk->where.n_ranges,
                         .ranges_omitted = walk->where.omitted};
    header->func(&fact, header->user_data);
}

static void say_field(Walk *walk, const MsHeaderField *field)
{
    say(walk, MS_FIELD_MESSAGE_HEADER, field->offset, field->length, field->folded, field->offset,
        field->length);
    const char *name = (const char *)walk->header->bytes.data + field->offset;
    for (unsigned i = 0; i < G_N_ELEMENTS(named); i++) {
        if (!ms_fold_is(name, field->name_length, named[i].name))
            continue;
        bool again = walk->said >> i & 1;
        walk->said |= 1u << i;
        if (again && !(ms_field(named[i].field)->flags & MS_MANY))
            return; /* RFC 5322 3.6: once only; the first counts, message.header has them all */
        if (field->value_length > 0)
            say(walk, named[i].field, field->value_offset, field->value_length, field->folded,
                field->value_offset, field->value_length);
        else
            say(walk, named[i].field, field->value_offset, 0, false, field->offset, field->length);
        return;
    }
}

void ms_header_say(const MsHeader *header)
{
    Walk walk = {.header = header};
    size_t at = 0;
    MsHeaderField field;
    while (ms_header_next(header->bytes.data, header->bytes.length, header->last, &at, &field))
        say_field(&walk, &field);
    ms_buffer_clear(&walk.text);
    ms_ranges_clear(&walk.where);
}
