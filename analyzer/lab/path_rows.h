/* SPDX-License-Identifier: GPL-2.0-or-later
 * path_rows.h - what is remembered of sessions and mails for their way. For path*.c only. */
#pragma once

#include "path.h"

#include <glib.h>

/* A captured text with its place; `place.frame` 0: none. */
typedef struct {
    char *text;
    size_t length;
    MsRange place;
    int64_t time_ns;
} MsPathText;

/* A session, as far as it is needed. */
typedef struct {
    uint32_t number;      /* 0-based */
    const char *protocol; /* "SMTP", ...; static storage */
    MsPathText role, client, server;
    MsPathText visit_user; /* of another session of the same visit */
    MsPathText visit;      /* the cookie, by its place alone */
    uint32_t visit_of;     /* number of that session, from 1; 0: none */
    GArray *reasons;       /* of MsPathText */
    uint16_t port;         /* of the server */
    int64_t start_ns;
    uint32_t mails;
    bool encrypted;
} MsPathSession;

/* One mail in one session. */
typedef struct {
    MsPathSession *session;
    int32_t mail;   /* 0-based */
    bool to_client; /* fetched */
    bool by_id;     /* `key` is a Message-ID, else the SHA-256 of a body */
    MsPathText key;
    MsPathText subject;
    MsPathText outcome;
    GArray *lines;       /* header fields, of MsPathText */
    MsRange first, last; /* of its bytes; frame 0: not known */
    int64_t time_ns;     /* of the first one */
    uint64_t size;
    bool complete;
} MsPathHop;

struct MsPaths {
    const MsLimits *limits;
    GPtrArray *sessions; /* MsPathSession */
    GPtrArray *hops;     /* MsPathHop; sorted by key, then time, by ms_paths_sort() */
    uint64_t bytes;      /* remembered */
    uint32_t left_out;   /* sessions, for lack of room */
};

/* Sorts sessions by number; hops so that those of one mail stand together in order of time, mails
 * in order of their first hop. */
void ms_paths_sort(MsPaths *paths);

/* The hop behind the last one of the mail that begins at hop `from`. */
guint ms_paths_end(const MsPaths *paths, guint from);

/* Whether `line` of a hop is in no hop before it: a server added it. `before` may be NULL: false.
 */
bool ms_path_added(const MsPathHop *before, const MsPathText *line);

/* "submission", "relay", ... in words; "stored" for a mail that a client put on the server. */
const char *ms_path_step(const MsPathHop *hop);
