/* SPDX-License-Identifier: GPL-2.0-or-later
 * view.h - what all answers look at: the session's facts, what the capture lacks of it, and the
 * page that is being written. */
#pragma once

#include "../front/heading.h"
#include "../front/index.h"
#include "../front/pen.h"
#include "filter.h"

typedef struct {
    MsPen pen;
    MsFilter filter; /* frames cited in the answer so far */
    const MsRecord *record;
    MsIndex *index;
    int64_t start_ns;
    const MsLine **lines; /* those with a place, sorted by it */
    size_t n_lines;
    bool encrypted;            /* from the first byte on */
    const MsFact *tls;         /* where encryption began, or NULL */
    const MsOddity *midstream; /* the first one of that kind, or NULL */
    const MsOddity *limit;
    bool spoke[2];          /* whether bytes of that side (MsDirection) are in the capture */
    const MsOddity *gap[2]; /* the first gap in the bytes of that side, or NULL */
    uint64_t missing[2];    /* bytes in all gaps of that side; 0 also when not known */
} MsView;

/* Columns of a page. */
enum { MS_VIEW_LABEL = 3, MS_VIEW_VALUE = 15 };

void ms_view_init(MsView *view, MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                  const MsStyle *style, const MsRedactor *redactor);
void ms_view_clear(MsView *view);

/* The only fact of a session-wide field, or NULL. */
const MsFact *ms_view_fact(const MsView *view, MsFieldId field);

/* Whether bytes are missing there: lost, or cut by the snapshot length. */
bool ms_view_is_gap(const MsOddity *oddity);
/* The first gap in the bytes of that side at or after the fact, or NULL. */
const MsOddity *ms_view_gap_from(const MsView *view, MsDirection direction, const MsFact *fact);

/* The dialogue line whose text begins where the ranges begin, or NULL. */
const MsLine *ms_view_line(const MsView *view, const MsRange *ranges, uint32_t n_ranges);

/* "1  Who is the client, who is the server?" */
void ms_view_question(MsView *view, unsigned number, const char *question);

/* Begins a row: "   label     "; empty label: what follows belongs to the row above. */
void ms_view_label(MsView *view, const char *label);

/* Names the frames behind what was said and remembers them for the filter. */
void ms_view_cite(MsView *view, const MsFact *fact);
void ms_view_cite_two(MsView *view, const MsFact *fact, const MsFact *other); /* each may be NULL */
void ms_view_cite_oddity(MsView *view, const MsOddity *oddity);

/* A whole row: label, value, evidence. Nothing when `fact` is NULL. */
void ms_view_row(MsView *view, const char *label, const MsFact *fact);

/* Words of our own in a row of their own. */
void ms_view_say(MsView *view, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What contradicts the frames cited since the last call, then the filter lines for them. */
void ms_view_filter(MsView *view);

/* "Not in this capture, because ...", in a row with that label; an empty one: from the margin on.
 */
void ms_view_not_here(MsView *view, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Why something is not in the capture. */
typedef struct {
    char *text;             /* "nothing the client said was captured."; to be freed with g_free() */
    const MsFact *fact;     /* what shows it, or NULL */
    const MsOddity *oddity; /* the same */
} MsReason;

/* The reason as far as the capture is it: encryption, a late start, one side only, a gap, a limit.
 * `direction`: the side that would have said it; `what`: "a login". Returns false, and leaves
 * *reason alone, when the capture has all of the dialogue. */
bool ms_view_reason(const MsView *view, MsDirection direction, const char *what, MsReason *reason);

/* The same, as far as the capture is the reason: encryption, a late start, one side only, a gap, a
 * limit. `direction`: the side that would have said it; `what`: "a login". Returns false, and
 * writes nothing, when the capture has all of the dialogue. */
bool ms_view_absent(MsView *view, const char *label, MsDirection direction, const char *what);

/* What a server's port is for; NULL when it is no port of mail. Static storage. */
const char *ms_view_port(int64_t port);

/* A message: size, hash, evidence, how it begins, where it has holes. `how`: "sent with DATA", or
 * NULL. */
void ms_view_message(MsView *view, const MsMessage *message, const char *how);

/* The message as its reader saw it, where that is not how it was sent; decoded.c. */
void ms_view_decoded(MsView *view, int32_t mail);

/* What can be seen of TLS from outside: since when, version, names. Nothing when there is none. */
void ms_view_tls(MsView *view);

/* The protocol of the session, as session.protocol says it. */
bool ms_view_speaks(const MsView *view, const char *protocol);

/* Webmail: the last request that logs out, or NULL; web.c. */
const MsFact *ms_view_logout(const MsView *view);

/* Whether auth.mechanism is named by a command of IMAP itself: it stands where the command does. */
bool ms_view_is_command(const MsView *view, const MsFact *mechanism);
/* Whether auth.encoded is base64, not the escapes of a form, of JSON or of IMAP's LOGIN. */
bool ms_view_in_base64(const MsView *view, const MsFact *encoded); /* accepts NULL: false */

/* --- the five answers --- */
void ms_answer_web(MsView *view);     /* webmail: requests, mails posted; web.c */
void ms_answer_ends(MsView *view);    /* addresses, ports; sides.c */
void ms_answer_first(MsView *view);   /* first words; sides.c */
void ms_answer_login(MsView *view);   /* user and password; login.c */
void ms_answer_mail(MsView *view);    /* messages; mail.c */
void ms_answer_fetched(MsView *view); /* the same when they go to the client; fetch.c */
void ms_answer_folders(MsView *view); /* the same when they stay on the server; folders.c */
void ms_answer_ending(MsView *view);  /* disconnection; ending.c */
