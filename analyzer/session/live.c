/* SPDX-License-Identifier: GPL-2.0-or-later
 * live.c - what the dialogue of a session is told, and how the session ends. */
#include "live.h"

#include "../base/find.h"

#include <string.h>

enum {
    FIRST_WORDS = 512,    /* bytes of the first line of a side that become a fact */
    LARGEST_SPARE = 65536 /* bytes of a record that is kept for the next session */
};

void ms_live_count(MsLive *live)
{
    uint64_t text = live->kept + (live->record ? ms_record_bytes(live->record) : 0);
    for (unsigned i = 0; i < MS_OPEN_MESSAGES && live->open[i]; i++)
        text += ms_message_memory(live->open[i]);
    live->all->text += text - live->text;
    live->text = text;
}

MsLive *ms_live_new(MsSessions *all, MsStream *stream, const MsSniffResult *found,
                    const MsBytes held[2])
{
    MsLive *live = g_new0(MsLive, 1);
    if (all->options.mime)
        live->compare = ms_compare_new();
    live->all = all;
    live->stream = stream;
    live->class = found->class;
    live->server = (uint8_t)found->server;
    live->number = all->n_sessions++;
    live->talk = (MsTalk){
        .class = &ms_live_talk,
        .limits = &all->options.limits,
        .wants_lines = all->options.lines,
        .wants_records = all->options.plaintext,
        .midstream = !((stream->half[0].flags | stream->half[1].flags) & MS_HALF_FROM_START)};
    if (all->options.records && all->n_spare > 0) {
        live->record = all->spare[--all->n_spare];
        ms_record_reset(live->record, live->number);
    } else if (all->options.records) {
        live->record = ms_record_new(live->number, &all->options.limits);
    }
    for (unsigned side = 0; side < 2; side++) {
        size_t skip = MIN(found->skip[side], held[side].length);
        live->begin[side] =
            held[side].length > 0 ? held[side].at + skip : stream->half[side].offset;
    }
    ms_live_begin(live, found, held);
    live->dialogue = live->class->create(&live->talk);
    return live;
}

void ms_live_free(MsLive *live)
{
    if (!live)
        return;
    live->all->text -= live->text;
    live->class->free(live->dialogue);
    ms_compare_free(live->compare);
    ms_visit_clear(&live->visit);
    for (unsigned i = 0; i < MS_OPEN_MESSAGES; i++)
        ms_message_unref(live->open[i]);
    MsSessions *all = live->all;
    if (live->record && all->n_spare < MS_SPARE_RECORDS &&
        ms_record_bytes(live->record) <= LARGEST_SPARE) {
        all->spare[all->n_spare++] = live->record;
        ms_record_reset(live->record, 0); /* its messages go */
    } else {
        ms_record_free(live->record);
    }
    g_free(live);
}

bool ms_live_say_first(MsLive *live, unsigned side, const MsBytes *held, bool force)
{
    size_t most = MIN(held->length, (size_t)FIRST_WORDS);
    const uint8_t *end = ms_find_byte(held->data, '\n', most);
    if (!end && most < FIRST_WORDS && !force)
        return false;
    size_t length = end ? (size_t)(end - held->data) : most;
    if (end && length > 0 && held->data[length - 1] == '\r')
        length--;
    MsRanges ranges = {0};
    ms_ranges_add(&ranges, held, 0, length, 16);
    MsFieldId field =
        side == live->server ? MS_FIELD_SESSION_SERVER_FIRST : MS_FIELD_SESSION_CLIENT_FIRST;
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = (uint8_t)ms_live_direction(live, side),
                         .message = -1,
                         .item = -1,
                         .text = (const char *)held->data,
                         .text_length = (uint32_t)length,
                         .time_ns = ranges.time_ns,
                         .ranges = ranges.range,
                         .n_ranges = ranges.n_ranges};
    ms_live_say_fact(live, &fact);
    ms_ranges_clear(&ranges);
    return true;
}

/* The first line of a side, when it is there; `force`: as much of it as there is. */
static void say_first_words(MsLive *live, unsigned side, const MsBytes *held, bool force)
{
    if (live->first_said[side] || held->length == 0)
        return;
    live->first_said[side] = held->at != live->begin[side] ||
                             live->class == &ms_tls || /* first bytes missing, no words */
                             ms_live_say_first(live, side, held, force);
}

size_t ms_live_offer(MsLive *live, unsigned side, const MsBytes *held)
{
    if (live->ended[side] || held->length == 0)
        return held->length;
    say_first_words(live, side, held, false);
    size_t eaten = live->class->push(live->dialogue, ms_live_direction(live, side), held);
    g_assert(eaten <= held->length);
    if (eaten > 0)
        say_first_words(live, side, held, true);
    return eaten;
}

void ms_live_gap(MsLive *live, unsigned side, const MsGap *gap, const MsBytes *left)
{
    MsOddity oddity = {.direction = (uint8_t)ms_live_direction(live, side),
                       .message = -1,
                       .detail = "",
                       .time_ns = gap->time_ns,
                       .ranges = gap->around,
                       .n_ranges = gap->n_around};
    say_first_words(live, side, left, true);
    live->first_said[side] = true;
    if (gap->cut > 0) {
        oddity.kind = MS_ODDITY_TRUNCATED;
        oddity.length = gap->cut;
        ms_live_say_oddity(live, &oddity);
    }
    if (gap->length > gap->cut) {
        oddity.kind = MS_ODDITY_GAP;
        oddity.length = gap->length - gap->cut;
        ms_live_say_oddity(live, &oddity);
    }
    if (!live->ended[side])
        live->class->gap(live->dialogue, ms_live_direction(live, side), gap->at, gap->length, left);
}

static void tell_end(MsLive *live, unsigned side, const MsBytes *left)
{
    if (live->ended[side])
        return;
    live->ended[side] = true;
    say_first_words(live, side, left, true);
    live->class->end(live->dialogue, ms_live_direction(live, side), left);
}

void ms_live_event(MsLive *live, unsigned side, MsItemKind kind, const MsMark *mark,
                   const MsBytes *left)
{
    bool fin = kind == MS_ITEM_FIN;
    if (live->end.frame == 0) {
        live->end = *mark;
        live->end_side = (uint8_t)side;
        live->end_rst = !fin;
    }
    live->n_ends = (uint8_t)(live->n_ends + (fin ? 1 : 2));
    if (fin)
        tell_end(live, side, left);
    ms_live_say_flags(live, fin ? MS_FIELD_SESSION_FIN : MS_FIELD_SESSION_RST, side,
                      side == live->server ? "server" : "client", 0, mark);
    ms_live_say_connection(live, side, fin ? "FIN" : "RST", mark);
}

void ms_live_oddity(MsLive *live, unsigned side, const MsOddity *oddity)
{
    if (oddity->kind == MS_ODDITY_URGENT && live->urgent)
        return;
    live->urgent |= oddity->kind == MS_ODDITY_URGENT;
    MsOddity directed = *oddity;
    directed.direction = (uint8_t)ms_live_direction(live, side);
    directed.message = -1;
    for (unsigned i = 0; i < MS_OPEN_MESSAGES && live->open[i]; i++)
        if (ms_message_direction(live->open[i]) == ms_live_direction(live, side))
            directed.message = ms_message_number(live->open[i]);
    ms_live_say_oddity(live, &directed);
}

void ms_live_segment(MsLive *live, unsigned side, const MsSegment *segment)
{
    MsDirection direction = ms_live_direction(live, side);
    live->now[direction] = (uint64_t)segment->file << 32 | segment->frame;
    for (unsigned i = 0; i < MS_OPEN_MESSAGES && live->open[i]; i++)
        if (ms_message_direction(live->open[i]) == direction)
            ms_message_see(live->open[i], live->now[direction], segment->n_places < 2);
}

/* ---- the end ---- */

/* What the session is for, with each reason where it was seen. */
static void say_role(MsLive *live)
{
    const MsRoleCues *cues = &live->cues;
    const MsDialogueClass *inside = live->inside ? live->inside->class : NULL;
    const char *protocol = inside ? inside->name : live->class->name;
    MsCue why[MS_N_CUES];
    unsigned n_why;
    const char *role = ms_role(cues, protocol, why, &n_why);
    for (unsigned i = 0; i < MAX(n_why, 1); i++) {
        MsCue cue = n_why > 0 ? why[i] : MS_CUE_PROTOCOL;
        const char *words = ms_role_words(cues, protocol, cue);
        const MsRange *place = cues->cue[cue].placed ? &cues->cue[cue].place : NULL;
        unsigned side = cues->cue[cue].direction == MS_TO_SERVER ? !live->server : live->server;
        if (i == 0)
            ms_live_say_header(live, MS_FIELD_SESSION_ROLE, side, role, 0, cues->cue[cue].time_ns,
                               place);
        if (n_why > 0)
            ms_live_say_header(live, MS_FIELD_SESSION_ROLE_REASON, side, words, 0,
                               cues->cue[cue].time_ns, place);
    }
}

static bool has_quit(const MsDialogueClass *class, const MsDialogue *dialogue)
{
    return class->has_quit && class->has_quit(dialogue);
}

static void say_end(MsLive *live, MsOver why)
{
    const MsStream *stream = live->stream;
    const MsInside *inside = live->inside;
    bool quit = has_quit(live->class, live->dialogue) ||
                (inside && inside->class && has_quit(inside->class, inside->dialogue));
    bool known = live->end.frame != 0;
    const char *how = quit ? "quit" : !known ? "open" : live->end_rst ? "rst" : "fin";
    if (quit && live->quit.frame) {
        const MsFact fact = {.field = MS_FIELD_SESSION_END,
                             .direction = live->quit_direction,
                             .message = -1,
                             .item = -1,
                             .text = how,
                             .text_length = (uint32_t)strlen(how),
                             .time_ns = live->quit_ns,
                             .ranges = &live->quit,
                             .n_ranges = 1};
        ms_live_say_fact(live, &fact);
    } else if (known) {
        ms_live_say_flags(live, MS_FIELD_SESSION_END, live->end_side, how, 0, &live->end);
    } else {
        ms_live_say_header(live, MS_FIELD_SESSION_END, 0, how, 0, 0, NULL);
    }
    if (known)
        ms_live_say_flags(live, MS_FIELD_SESSION_END_BY, live->end_side,
                          live->end_side == live->server ? "server" : "client", 0, &live->end);
    live->cues.holed |= !(stream->half[0].flags & stream->half[1].flags & MS_HALF_SENT);
    say_role(live);
    unsigned last = stream->flags & MS_STREAM_LAST_1 ? 1 : 0;
    ms_live_say_flags(live, MS_FIELD_SESSION_LAST, last, NULL, stream->last.time_ns, &stream->last);
    for (unsigned side = 0; side < 2; side++) {
        if (!(stream->half[side].flags & MS_HALF_SENT))
            ms_live_say_odd(live, MS_ODDITY_ONE_SIDED, !side,
                            side == live->server ? "nothing the server sent is there"
                                                 : "nothing the client sent is there",
                            &stream->marks[0]);
    }
    if (why == MS_OVER_CAPTURE && live->n_ends < 2)
        ms_live_say_odd(live, MS_ODDITY_UNFINISHED, last,
                        live->all->cut ? "the file ends in the middle of a record" : "",
                        &stream->last);
    if (why == MS_OVER_REUSED && !known)
        ms_live_say_odd(live, MS_ODDITY_UNFINISHED, last,
                        "a new connection uses the same addresses and ports", &stream->last);
    if (why == MS_OVER_LIMIT)
        ms_live_say_odd(live, MS_ODDITY_LIMIT, last,
                        "too much was open at once; the rest of the connection is left out",
                        &stream->last);
}

static void say_visit(const MsFact *fact, void *user_data)
{
    ms_live_say_fact(user_data, fact);
}

void ms_live_over(MsLive *live, MsOver why)
{
    /* Without FIN and RST what is missing may still have come: nothing is called aborted. */
    live->talk.cut = live->n_ends == 0;
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = i ? live->server : !live->server; /* the client first */
        MsBytes left = ms_tail_held(live->stream->half[side].tail);
        tell_end(live, side, &left);
    }
    ms_seal_over(live);
    if (live->inside)
        ms_inside_over(live->inside, live);
    ms_visit_over(&live->visit, live->number, say_visit, live);
    say_end(live, why);
    if (live->record && live->all->sink.session)
        live->all->sink.session(live->record, live->all->user_data);
}
