/* SPDX-License-Identifier: GPL-2.0-or-later
 * live.h - a session whose dialogue is known: bytes go to the dialogue, what it finds goes to the
 * record and the listener, with what is known of the connection itself. For session/ only. */
#pragma once

#include "../dialogue/dialogue.h"
#include "../dialogue/sniff.h"
#include "compare.h"
#include "inside.h"
#include "role.h"
#include "seal.h"
#include "session.h"
#include "visit.h"

struct MsLive {
    MsTalk talk; /* must be first: the dialogue knows the session by it */
    MsSessions *all;
    MsStream *stream;
    const MsDialogueClass *class;
    MsDialogue *dialogue;
    MsRecord *record;
    MsMessage *open[MS_OPEN_MESSAGES]; /* messages, the oldest first; then NULL */
    uint64_t text;                     /* bytes of the record, as counted in all->text */
    uint64_t kept;                     /* bytes that its messages keep */
    uint32_t number;
    uint8_t server;     /* side */
    bool ended[2];      /* the dialogue was told */
    bool first_said[2]; /* first words are said, or cannot be */
    bool urgent;        /* said once */
    bool end_rst;       /* `end` is a RST */
    uint8_t end_side;   /* who sent it */
    uint8_t n_ends;     /* FINs, and twice RSTs */
    uint64_t now[2];    /* file << 32 | frame of the last data, by MsDirection */
    uint64_t begin[2];  /* stream offset at which the dialogue begins */
    MsMark end;         /* first FIN or RST */
    MsRange quit;       /* QUIT or the reply to it */
    int64_t quit_ns;
    uint8_t quit_direction;
    MsInside *inside; /* what was decrypted of TLS; borrowed from the session, mostly NULL */
    MsSeal seal[2];   /* by side */
    int32_t exchanges, attempts, messages; /* numbers given so far */
    MsRoleCues cues;
    MsVisit visit;
    MsCompare *compare; /* NULL: parts of messages are not asked for */
};

/* Says what is known of the connection, and makes the dialogue. `held`: first bytes of both sides.
 */
MsLive *ms_live_new(MsSessions *all, MsStream *stream, const MsSniffResult *found,
                    const MsBytes held[2]);
void ms_live_free(MsLive *live); /* accepts NULL */

/* As the stream tells, see MsStreamEvents; `left`: what is not eaten of that side. */
size_t ms_live_offer(MsLive *live, unsigned side, const MsBytes *held);
void ms_live_gap(MsLive *live, unsigned side, const MsGap *gap, const MsBytes *left);
void ms_live_event(MsLive *live, unsigned side, MsItemKind kind, const MsMark *mark,
                   const MsBytes *left);
void ms_live_oddity(MsLive *live, unsigned side, const MsOddity *oddity);
void ms_live_segment(MsLive *live, unsigned side, const MsSegment *segment);

/* The stream is over: ends the dialogue, says how it ended, hands the record over. */
void ms_live_over(MsLive *live, MsOver why);

/* Brings MsSessions.text up to date. */
void ms_live_count(MsLive *live);

/* --- talk.c: what is found goes to the record and the listener --- */

extern const MsTalkClass ms_live_talk;

MsDirection ms_live_direction(const MsLive *live, unsigned side);
void ms_live_say_fact(MsLive *live, const MsFact *fact);
void ms_live_say_line(MsLive *live, const MsLine *line);
void ms_live_say_oddity(MsLive *live, const MsOddity *oddity);

/* `length` bytes at `offset` behind a mark's TCP header. */
MsRange ms_live_range(const MsMark *mark, uint32_t offset, uint32_t length);

/* Says the first line of a side, without its line end; at most 512 bytes. False when its end is not
 * there yet; `force`: as much of it as there is. */
bool ms_live_say_first(MsLive *live, unsigned side, const MsBytes *held, bool force);

/* A fact about the connection: `text` (a C string of our own) or `number`; `range` may be NULL. */
void ms_live_say_header(MsLive *live, MsFieldId field, unsigned side, const char *text,
                        int64_t number, int64_t time_ns, const MsRange *range);
/* The same, citing the flags of the segment at `mark`. */
void ms_live_say_flags(MsLive *live, MsFieldId field, unsigned side, const char *text,
                       int64_t number, const MsMark *mark);
/* A line MS_LINE_CONNECTION: SYN, FIN, ... */
void ms_live_say_connection(MsLive *live, unsigned side, const char *text, const MsMark *mark);
/* An oddity of the connection, citing the flags at `mark`. */
void ms_live_say_odd(MsLive *live, MsOddityKind kind, unsigned side, const char *detail,
                     const MsMark *mark);

/* --- begin.c --- */

/* Addresses, ports, start, handshake, tunnel. */
void ms_live_begin(MsLive *live, const MsSniffResult *found, const MsBytes held[2]);
/* The tunnel alone: `found->skip` bytes at the start of `held`. */
void ms_live_say_tunnel(MsLive *live, const MsSniffResult *found, const MsBytes held[2]);
