/* SPDX-License-Identifier: GPL-2.0-or-later
 * talk.c - what a session says: facts, lines and oddities go to the listener and the record; the
 * bytes of a message go to the message, which is summed up when it closes. */
#include "../base/fold.h"
#include "../mime/mime.h"
#include "live.h"

#include <string.h>

enum { FLAGS_AT = 13 }; /* RFC 9293 3.1: the flag byte in the TCP header */

MsDirection ms_live_direction(const MsLive *live, unsigned side)
{
    return side == live->server ? MS_TO_CLIENT : MS_TO_SERVER;
}

void ms_live_say_fact(MsLive *live, const MsFact *fact)
{
    const MsSessions *all = live->all;
    ms_role_see(&live->cues, fact);
    if (live->compare)
        ms_compare_see(live->compare, fact);
    if (all->sink.fact)
        all->sink.fact(live->number, fact, all->user_data);
    if (live->record)
        ms_record_add_fact(live->record, fact);
}

void ms_live_say_line(MsLive *live, const MsLine *line)
{
    const MsSessions *all = live->all;
    if (all->sink.line)
        all->sink.line(live->number, line, all->user_data);
    if (live->record)
        ms_record_add_line(live->record, line);
}

void ms_live_say_oddity(MsLive *live, const MsOddity *oddity)
{
    const MsSessions *all = live->all;
    ms_role_doubt(&live->cues, oddity);
    if (all->sink.oddity)
        all->sink.oddity(live->number, oddity, all->user_data);
    if (live->record)
        ms_record_add_oddity(live->record, oddity);
}

MsRange ms_live_range(const MsMark *mark, uint32_t offset, uint32_t length)
{
    return (MsRange){.frame = mark->frame,
                     .offset = mark->offset + offset,
                     .length = length,
                     .file = mark->file};
}

/* Says a fact about the connection that cites bytes of a header. */
void ms_live_say_header(MsLive *live, MsFieldId field, unsigned side, const char *text,
                        int64_t number, int64_t time_ns, const MsRange *range)
{
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)ms_live_direction(live, side),
                         .message = -1,
                         .item = -1,
                         .text = text,
                         .text_length = text ? (uint32_t)strlen(text) : 0,
                         .number = number,
                         .time_ns = time_ns,
                         .ranges = range,
                         .n_ranges = range ? 1 : 0};
    ms_live_say_fact(live, &fact);
}

/* The same for the flags of the segment at `mark`. */
void ms_live_say_flags(MsLive *live, MsFieldId field, unsigned side, const char *text,
                       int64_t number, const MsMark *mark)
{
    MsRange range = ms_live_range(mark, FLAGS_AT, 1);
    ms_live_say_header(live, field, side, text, number, mark->time_ns,
                       mark->offset == MS_MARK_NOWHERE ? NULL : &range);
}

void ms_live_say_connection(MsLive *live, unsigned side, const char *text, const MsMark *mark)
{
    if (!live->talk.wants_lines)
        return;
    MsRange range = ms_live_range(mark, FLAGS_AT, 1);
    const MsLine line = {.kind = MS_LINE_CONNECTION,
                         .direction = (uint8_t)ms_live_direction(live, side),
                         .message = -1,
                         .text = text,
                         .text_length = (uint32_t)strlen(text),
                         .note = "",
                         .time_ns = mark->time_ns,
                         .ranges = &range,
                         .n_ranges = mark->offset != MS_MARK_NOWHERE};
    ms_live_say_line(live, &line);
}

void ms_live_say_odd(MsLive *live, MsOddityKind kind, unsigned side, const char *detail,
                     const MsMark *mark)
{
    MsRange range = ms_live_range(mark, FLAGS_AT, 1);
    const MsOddity oddity = {.kind = kind,
                             .direction = (uint8_t)ms_live_direction(live, side),
                             .message = -1,
                             .detail = detail,
                             .detail_length = (uint32_t)strlen(detail),
                             .time_ns = mark->time_ns,
                             .ranges = &range,
                             .n_ranges = mark->offset != MS_MARK_NOWHERE};
    ms_live_say_oddity(live, &oddity);
}

/* ---- what the dialogue says ---- */

/* Whether the dialogue inside TLS speaks: what it counts goes on from the numbers before TLS. */
static bool is_inside(const MsLive *live)
{
    return live->inside && live->inside->speaking;
}

static int32_t message_number(const MsLive *live, int32_t number)
{
    return number >= 0 && is_inside(live) ? number + live->inside->messages : number;
}

/* Remembers the numbers given, so that a dialogue inside TLS can go on from them. */
static void count(MsLive *live, const MsFact *fact)
{
    live->messages = MAX(live->messages, fact->message + 1);
    MsScope scope = ms_field((MsFieldId)fact->field)->scope;
    if (scope == MS_EXCHANGE)
        live->exchanges = MAX(live->exchanges, fact->item + 1);
    else if (scope == MS_ATTEMPT)
        live->attempts = MAX(live->attempts, fact->item + 1);
}

/* A fact from inside TLS, with its numbers made those of the session. Returns false when it is none
 * of the session: STARTTLS cannot be offered inside TLS (RFC 3207 4.2). */
static bool from_inside(const MsLive *live, MsFact *fact)
{
    MsScope scope = ms_field((MsFieldId)fact->field)->scope;
    fact->message = message_number(live, fact->message);
    if (scope == MS_EXCHANGE && fact->item >= 0)
        fact->item += live->inside->exchanges;
    else if (scope == MS_ATTEMPT && fact->item >= 0)
        fact->item += live->inside->attempts;
    return fact->field != MS_FIELD_TLS_OFFERED;
}

static MsVisits *visits_of(MsSessions *all)
{
    if (!all->visits)
        all->visits = ms_visits_new(&all->options.limits);
    return all->visits;
}

static void talk_fact(MsTalk *talk, const MsFact *said)
{
    MsLive *live = (MsLive *)talk;
    const MsDialogueClass *class = is_inside(live) ? live->inside->class : live->class;
    MsFact inside = *said;
    const MsFact *fact = said;
    if (is_inside(live)) {
        if (!from_inside(live, &inside))
            return;
        fact = &inside;
    }
    count(live, fact);
    if (class == &ms_http)
        ms_visit_see(&live->visit, visits_of(live->all), live->number, fact);
    bool quit =
        class->quit_word &&
        (fact->field == class->quit_reply ||
         (fact->field == class->command &&
          ms_fold_starts((const uint8_t *)fact->text, fact->text_length, class->quit_word)));
    if (quit && fact->n_ranges > 0) {
        live->quit = fact->ranges[0];
        live->quit_ns = fact->time_ns;
        live->quit_direction = fact->direction;
    }
    ms_live_say_fact(live, fact);
}

static void talk_line(MsTalk *talk, const MsLine *said)
{
    MsLive *live = (MsLive *)talk;
    MsLine line = *said;
    line.message = message_number(live, line.message);
    ms_live_say_line(live, &line);
}

static void talk_oddity(MsTalk *talk, const MsOddity *said)
{
    MsLive *live = (MsLive *)talk;
    MsOddity oddity = *said;
    oddity.message = message_number(live, oddity.message);
    ms_live_say_oddity(live, &oddity);
}

static MsMessage *open_message(const MsLive *live, int32_t number)
{
    for (unsigned i = 0; i < MS_OPEN_MESSAGES && live->open[i]; i++)
        if (ms_message_number(live->open[i]) == number)
            return live->open[i];
    return NULL;
}

static void talk_message_headless(MsTalk *talk, int32_t number, const MsDeclared *declared)
{
    MsMessage *message = open_message((MsLive *)talk, number);
    if (message)
        ms_message_no_header(message, declared);
}

static void talk_message_bytes(MsTalk *talk, int32_t number, const MsBytes *bytes, size_t offset,
                               size_t length)
{
    const MsLive *live = (const MsLive *)talk;
    MsMessage *message = open_message(live, message_number(live, number));
    if (message)
        ms_message_push(message, bytes, offset, length);
}

static void talk_message_gap(MsTalk *talk, int32_t number, uint64_t length)
{
    const MsLive *live = (const MsLive *)talk;
    MsMessage *message = open_message(live, message_number(live, number));
    if (message)
        ms_message_gap(message, length);
}

static void say_message(MsLive *live, const MsMessage *message, MsFieldId field, const char *text,
                        uint64_t number)
{
    const MsRanges *ranges = ms_message_ranges(message);
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)ms_message_direction(message),
                         .message = ms_message_number(message),
                         .item = -1,
                         .text = text,
                         .text_length = text ? (uint32_t)strlen(text) : 0,
                         .number = (int64_t)number,
                         .time_ns = ranges->time_ns,
                         .ranges = ranges->range,
                         .n_ranges = ranges->n_ranges,
                         .ranges_omitted = ranges->omitted};
    ms_live_say_fact(live, &fact);
}

static void message_field(const MsFact *fact, void *user_data)
{
    ms_live_say_fact(user_data, fact);
}

/* What the parts of the message are, as far as its bytes were kept. */
static void say_parts(MsLive *live, const MsMessage *message)
{
    MsSessions *all = live->all;
    if (!all->kind)
        all->kind = ms_kind_new();
    g_autoptr(MsMime) mime = ms_mime_new(message, &all->options.limits);
    ms_mime_facts(mime, all->options.hash, all->kind, message_field, live);
    ms_compare_mail(live->compare, ms_message_number(message),
                    ms_message_complete(message) && !ms_mime_limited(mime),
                    (size_t)all->options.limits.value[MS_LIMIT_FACT_RANGES], message_field, live);
    if (!ms_mime_limited(mime))
        return;
    static const char detail[] = "the message is too large, or has too many parts, for all of them "
                                 "to be read";
    const MsRanges *ranges = ms_message_ranges(message);
    const MsOddity oddity = {.kind = MS_ODDITY_LIMIT,
                             .direction = (uint8_t)ms_message_direction(message),
                             .message = ms_message_number(message),
                             .detail = detail,
                             .detail_length = sizeof detail - 1,
                             .time_ns = ranges->time_ns,
                             .ranges = ranges->range,
                             .n_ranges = ranges->n_ranges,
                             .ranges_omitted = ranges->omitted};
    ms_live_say_oddity(live, &oddity);
}

static void close_message(MsLive *live, int32_t number, MsMessageEnd end)
{
    MsMessage *message = open_message(live, number);
    if (!message)
        return;
    ms_message_end(message, end == MS_MESSAGE_WHOLE);
    ms_message_fields(message, message_field, live);
    if (live->all->options.mime)
        say_parts(live, message);
    say_message(live, message, MS_FIELD_MESSAGE_SIZE, NULL, ms_message_size(message));
    bool complete = ms_message_complete(message);
    say_message(live, message, MS_FIELD_MESSAGE_COMPLETE, NULL, complete);
    if (ms_message_missing(message) > 0)
        say_message(live, message, MS_FIELD_MESSAGE_MISSING, NULL, ms_message_missing(message));
    const char *sha256 = ms_message_sha256(message);
    if (sha256)
        say_message(live, message, MS_FIELD_MESSAGE_SHA256, sha256, 0);
    const MsSessions *all = live->all;
    if (all->sink.message)
        all->sink.message(live->number, message, all->user_data);
    if (live->record) {
        ms_record_add_message(live->record, message);
        live->kept +=
            MIN(ms_message_kept(message), live->all->options.limits.value[MS_LIMIT_MESSAGE_MEMORY]);
    }
    unsigned at = 0;
    while (live->open[at] != message)
        at++;
    for (; at + 1 < MS_OPEN_MESSAGES; at++)
        live->open[at] = live->open[at + 1];
    live->open[at] = NULL;
    ms_message_unref(message);
}

static void talk_message_close(MsTalk *talk, int32_t number, MsMessageEnd end)
{
    MsLive *live = (MsLive *)talk;
    close_message(live, message_number(live, number), end);
}

static void talk_message_open(MsTalk *talk, int32_t number, MsDirection direction)
{
    MsLive *live = (MsLive *)talk;
    const MsEngineOptions *options = &live->all->options;
    if (live->open[MS_OPEN_MESSAGES - 1])
        close_message(live, ms_message_number(live->open[0]), MS_MESSAGE_CUT);
    unsigned at = 0;
    while (live->open[at])
        at++;
    live->open[at] =
        ms_message_new(message_number(live, number), direction, &options->limits, options->keep,
                       options->hash, options->open_spool, live->all->user_data);
    ms_message_begin(live->open[at], live->now[direction]);
}

static void talk_tls_record(MsTalk *talk, MsDirection direction, const MsRange *place,
                            uint32_t frame, bool whole)
{
    MsLive *live = (MsLive *)talk;
    if (!is_inside(live)) /* no TLS inside TLS */
        ms_seal_record(live, direction == MS_TO_CLIENT ? live->server : !live->server, place, frame,
                       whole);
}

const MsTalkClass ms_live_talk = {.fact = talk_fact,
                                  .line = talk_line,
                                  .oddity = talk_oddity,
                                  .message_open = talk_message_open,
                                  .message_headless = talk_message_headless,
                                  .message_bytes = talk_message_bytes,
                                  .message_gap = talk_message_gap,
                                  .message_close = talk_message_close,
                                  .tls_record = talk_tls_record};
