/* SPDX-License-Identifier: GPL-2.0-or-later
 * store.h - what the engine said of the open capture, found again by frame and by session. Filled
 * while Wireshark reads the frames for the first time, read whenever a frame is drawn. Knows
 * nothing of Wireshark. */
#pragma once

#include "fact/fact.h"
#include "message/message.h"

#include <glib.h>

typedef struct MsStore MsStore;

typedef enum { MS_ENTRY_FACT, MS_ENTRY_LINE, MS_ENTRY_ODDITY, MS_ENTRY_MESSAGE } MsEntryKind;

/* One thing said, with its text and ranges. */
typedef struct MsEntry {
    uint8_t kind;         /* MsEntryKind; no more memory than its part of `as` is there */
    bool decrypted;       /* some of its bytes were decrypted */
    uint32_t session;     /* 0-based */
    uint32_t frame;       /* frame with which it became known; 0: when the capture ended */
    uint32_t home;        /* frame that shows all of it: `frame`, or else that of its first bytes,
                             or else the session's last so far; 0: none */
    struct MsEntry *next; /* of the same session, as they were said */
    union {
        MsFact fact;
        MsLine line;
        MsOddity oddity;
        MsMessage *message;
    } as;
} MsEntry;

enum { MS_STORE_VALUES = 9 }; /* fields that describe a session in one line */

/* A session as far as it is known. Text is borrowed from facts; NULL when not known. */
typedef struct {
    const MsEntry *first; /* all that was said, see MsEntry.next */
    MsEntry *last;
    const MsFact *value[MS_STORE_VALUES]; /* see ms_store_value() */
    uint64_t message_bytes;               /* sum of message.size */
    uint32_t messages;
    uint32_t logins;
    uint32_t first_frame, last_frame; /* 1-based, of all ranges and triggers */
    uint32_t last_bytes;              /* the last frame of all ranges */
    bool decrypted;                   /* something in it was */
    bool over;                        /* nothing more will be said */
} MsStoreSession;

/* `cap`: most bytes to hold; what comes later is counted and left out. */
MsStore *ms_store_new(uint64_t cap);
void ms_store_free(MsStore *store); /* accepts NULL */

/* The frame being read: what is added from now on became known with it. 0: the capture ended. */
void ms_store_at(MsStore *store, uint32_t frame);

/* Copy what is given. */
void ms_store_add_fact(MsStore *store, uint32_t session, const MsFact *fact);
void ms_store_add_line(MsStore *store, uint32_t session, const MsLine *line);
void ms_store_add_oddity(MsStore *store, uint32_t session, const MsOddity *oddity);
/* Takes a reference; belongs to its session only, not to frames. */
void ms_store_add_message(MsStore *store, uint32_t session, MsMessage *message);

/* How many sessions there are; and one of them, NULL when there is none of that number. */
uint32_t ms_store_sessions(const MsStore *store);
const MsStoreSession *ms_store_session(const MsStore *store, uint32_t number);

/* The last fact of a field of the session; NULL when there was none. For what describes a session
 * in one line: its ends, protocol, user, outcome of the login, last frame and end. */
const MsFact *ms_store_value(const MsStoreSession *session, MsFieldId field);

/* Calls `func` with what belongs to a frame, in the order in which it was said: what became known
 * with it, and what has bytes in it. Returns false, and calls nothing, when nothing does. */
typedef void (*MsStoreFunc)(const MsEntry *entry, void *user_data);
bool ms_store_frame(const MsStore *store, uint32_t frame, MsStoreFunc func, void *user_data);

/* Things left out because of the cap. */
uint64_t ms_store_omitted(const MsStore *store);
