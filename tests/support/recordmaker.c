/* SPDX-License-Identifier: GPL-2.0-or-later
 * recordmaker.c - the pieces of a session, with evidence that can be told apart. */
#include "recordmaker.h"

#include <string.h>

enum { PAYLOAD = 54, MILLI = 1000000 };

static MsRange range_of(uint32_t frame, size_t length)
{
    return (MsRange){.frame = frame,
                     .offset = PAYLOAD,
                     .length = (uint32_t)(length ? length : 1),
                     .source = MS_SOURCE_FRAME};
}

void rm_text(MsRecord *record, MsFieldId field, MsDirection direction, int32_t message,
             int32_t item, uint32_t frame, const char *text)
{
    MsRange range = range_of(frame, strlen(text));
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)direction,
                         .message = message,
                         .item = item,
                         .text = text,
                         .text_length = (uint32_t)strlen(text),
                         .time_ns = RM_START_NS + (int64_t)frame * MILLI,
                         .ranges = &range,
                         .n_ranges = frame > 0};
    ms_record_add_fact(record, &fact);
}

void rm_number(MsRecord *record, MsFieldId field, MsDirection direction, int32_t message,
               int32_t item, uint32_t frame, int64_t number)
{
    MsRange range = range_of(frame, 3);
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)direction,
                         .message = message,
                         .item = item,
                         .text = "",
                         .number = number,
                         .time_ns = RM_START_NS + (int64_t)frame * MILLI,
                         .ranges = &range,
                         .n_ranges = frame > 0};
    ms_record_add_fact(record, &fact);
}

void rm_line(MsRecord *record, MsLineKind kind, MsDirection direction, unsigned code,
             uint32_t frame, const char *text, const char *note)
{
    MsRange range = range_of(frame, strlen(text));
    const MsLine line = {.kind = kind,
                         .direction = (uint8_t)direction,
                         .secret = kind == MS_LINE_AUTH && direction == MS_TO_SERVER,
                         .code = (uint16_t)code,
                         .message = kind == MS_LINE_MESSAGE ? 0 : -1,
                         .text = text,
                         .text_length = (uint32_t)strlen(text),
                         .note = note ? note : "",
                         .note_length = note ? (uint32_t)strlen(note) : 0,
                         .time_ns = RM_START_NS + (int64_t)frame * MILLI,
                         .ranges = &range,
                         .n_ranges = frame > 0};
    ms_record_add_line(record, &line);
}

void rm_oddity(MsRecord *record, MsOddityKind kind, MsDirection direction, uint32_t frame,
               uint64_t length, const char *detail)
{
    MsRange range = range_of(frame, 1);
    const MsOddity oddity = {.kind = kind,
                             .direction = (uint8_t)direction,
                             .message = -1,
                             .length = length,
                             .detail = detail,
                             .detail_length = (uint32_t)strlen(detail),
                             .time_ns = frame > 0 ? RM_START_NS + (int64_t)frame * MILLI : 0,
                             .ranges = &range,
                             .n_ranges = frame > 0};
    ms_record_add_oddity(record, &oddity);
}

void rm_message(MsRecord *record, const MsLimits *limits, int32_t number, uint32_t frame,
                const char *text, long hole)
{
    size_t length = strlen(text);
    MsMessage *message =
        ms_message_new(number, MS_TO_SERVER, limits, MS_KEEP_HEAD, true, NULL, NULL);
    const MsPiece piece = {.time_ns = RM_START_NS + (int64_t)frame * MILLI,
                           .place = range_of(frame, length)};
    const MsBytes bytes = {
        .data = (const uint8_t *)text, .length = length, .pieces = &piece, .n_pieces = 1};
    size_t before = hole < 0 ? length : (size_t)hole;
    ms_message_push(message, &bytes, 0, before);
    if (hole >= 0) {
        ms_message_gap(message, 100);
        ms_message_push(message, &bytes, before, length - before);
    }
    ms_message_end(message, hole < 0);
    ms_record_add_message(record, message);
    ms_message_unref(message);
}

MsRecord *rm_new(MsLimits *limits)
{
    ms_limits_default(limits);
    MsRecord *record = ms_record_new(0, limits);
    rm_text(record, MS_FIELD_SESSION_PROTOCOL, MS_TO_SERVER, -1, -1, 0, "smtp");
    rm_number(record, MS_FIELD_SESSION_START, MS_TO_SERVER, -1, -1, 1, RM_START_NS);
    rm_text(record, MS_FIELD_SESSION_CLIENT, MS_TO_SERVER, -1, -1, 1, "192.0.2.10");
    rm_number(record, MS_FIELD_SESSION_CLIENT_PORT, MS_TO_SERVER, -1, -1, 1, 40000);
    rm_text(record, MS_FIELD_SESSION_SERVER, MS_TO_SERVER, -1, -1, 1, "192.0.2.25");
    rm_number(record, MS_FIELD_SESSION_SERVER_PORT, MS_TO_SERVER, -1, -1, 1, 587);
    return record;
}

void rm_handshake(MsRecord *record)
{
    rm_text(record, MS_FIELD_SESSION_HANDSHAKE, MS_TO_SERVER, -1, -1, 1, "SYN");
    rm_text(record, MS_FIELD_SESSION_HANDSHAKE, MS_TO_CLIENT, -1, -1, 2, "SYN-ACK");
    rm_text(record, MS_FIELD_SESSION_HANDSHAKE, MS_TO_SERVER, -1, -1, 3, "ACK");
}

void rm_greet(MsRecord *record)
{
    rm_text(record, MS_FIELD_SESSION_SERVER_FIRST, MS_TO_CLIENT, -1, -1, 4, "220 mx.example ready");
    rm_number(record, MS_FIELD_SMTP_GREETING_CODE, MS_TO_CLIENT, -1, -1, 4, 220);
    rm_line(record, MS_LINE_REPLY, MS_TO_CLIENT, 220, 4, "220 mx.example ready", NULL);
    rm_text(record, MS_FIELD_SESSION_CLIENT_FIRST, MS_TO_SERVER, -1, -1, 6, "EHLO pc.example");
    rm_text(record, MS_FIELD_SMTP_HELO_VERB, MS_TO_SERVER, -1, -1, 6, "EHLO");
    rm_text(record, MS_FIELD_SMTP_HELO, MS_TO_SERVER, -1, -1, 6, "pc.example");
    rm_line(record, MS_LINE_COMMAND, MS_TO_SERVER, 0, 6, "EHLO pc.example", NULL);
}
