/* SPDX-License-Identifier: GPL-2.0-or-later
 * story.h - what happens in the capture of one student: addresses, names, credentials, a mail of
 * their own, all drawn from a seed and the student's id; and the truth about it. */
#pragma once

#include "../base/buffer.h"

#include <glib.h>
#include <jansson.h>

#include <stdbool.h>

/* What goes wrong on purpose. */
typedef enum {
    MS_FAULT_NONE = 0,
    MS_FAULT_LOSS = 1 << 0,           /* two segments of the client are sent twice */
    MS_FAULT_WRONG_PASSWORD = 1 << 1, /* a wrong password first, then the right one */
    MS_FAULT_STARTTLS = 1 << 2,       /* all is encrypted behind STARTTLS (RFC 3207) */
    MS_FAULT_OUT_OF_ORDER = 1 << 3,   /* two segments of the server arrive in the other order */
    MS_FAULT_DUPLICATE = 1 << 4,      /* a segment of the server arrives twice */
    MS_FAULT_NO_QUIT = 1 << 5,        /* the client closes without QUIT */
    MS_FAULT_RST = 1 << 6             /* the client breaks off with RST in place of QUIT */
} MsFault;

enum { MS_N_FAULTS = 7 };

/* Looks a fault up by the name that users give it: loss, wrong-password, starttls, out-of-order,
 * duplicate, no-quit, rst. */
bool ms_fault_find(const char *name, MsFault *fault);

/* The name of one fault; NULL for any other number. Static storage. */
const char *ms_fault_name(unsigned fault);

/* One of the mails that a capture holds is told here before it is played. Strings are owned. */
typedef struct {
    char *id;    /* of the student, as in the roster */
    char *nonce; /* ten letters and digits that only this capture has */
    unsigned faults;
    char *client, *server; /* addresses as text */
    uint32_t client_address, server_address;
    uint16_t client_port, server_port;
    int64_t start_ns;
    char *server_name, *helo;
    char *mechanism, *username, *password, *wrong_password;
    char *mail_from, *subject, *message_id;
    GPtrArray *rcpt_to; /* char * */
    MsBuffer message;   /* as the sender gave it, CRLF line ends, dots not doubled */
    bool client_closes; /* the client sends the first FIN */
} MsStory;

/* What a story has to have, as an assignment asks for it; NULL: whatever comes. Borrowed. */
typedef struct {
    int64_t from_ns, until_ns; /* nanoseconds since 1970, UTC: the window in which it happens */
    const char *helo, *username, *mail_from, *subject;
} MsWishes;

/* Thinks a story out. The same seed, id and wishes give the same story. The caller frees it. */
MsStory *ms_story_new(const char *seed, const char *id, unsigned faults, const MsWishes *wishes);

/* The nonce of that student. The caller frees it. */
char *ms_story_nonce(const char *seed, const char *id);

/* Frees a story. */
void ms_story_free(MsStory *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsStory, ms_story_free)

/* Random numbers that only seed, id and purpose decide. The caller frees them. */
GRand *ms_story_random(const char *seed, const char *id, const char *purpose);

/* Appends the capture of the story to `out`, a pcap file. Always the same bytes. */
void ms_story_play(const MsStory *story, const char *seed, MsBuffer *out);

/* The facts of that line as an object; the caller owns it. */
json_t *ms_story_facts(const MsStory *story);

/* Appends the truth as one line of JSON: id, file name, nonce, faults, and under "facts" each key
 * of `mailscope fields` that the capture must give, with a list of its values in order. What cannot
 * be known from the capture, because it is encrypted, is an empty list. */
void ms_story_key(const MsStory *story, const char *file, MsBuffer *out);
