/* SPDX-License-Identifier: GPL-2.0-or-later
 * story.h - what happens in the capture of one student: addresses, names, credentials, a mail of
 * their own, all drawn from a seed and the student's id; and the truth about it. */
#pragma once

#include "../base/buffer.h"

#include <glib.h>

#include <stdbool.h>

/* What goes wrong on purpose. */
typedef enum {
    MS_FAULT_NONE = 0,
    MS_FAULT_LOSS = 1 << 0,           /* two segments of the client are sent twice */
    MS_FAULT_WRONG_PASSWORD = 1 << 1, /* a wrong password first, then the right one */
    MS_FAULT_STARTTLS = 1 << 2        /* all is encrypted behind STARTTLS (RFC 3207) */
} MsFault;

/* Looks a fault up by the name that users give it: loss, wrong-password, starttls. */
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

/* Thinks a story out. The same seed, id and window give the same story; `from_ns` and `until_ns`
 * (nanoseconds since 1970, UTC) are the window in which it happens. The caller frees it. */
MsStory *ms_story_new(const char *seed, const char *id, unsigned faults, int64_t from_ns,
                      int64_t until_ns);

/* Frees a story. */
void ms_story_free(MsStory *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsStory, ms_story_free)

/* Random numbers that only seed, id and purpose decide. The caller frees them. */
GRand *ms_story_random(const char *seed, const char *id, const char *purpose);

/* Appends the capture of the story to `out`, a pcap file. Always the same bytes. */
void ms_story_play(const MsStory *story, const char *seed, MsBuffer *out);

/* Appends the truth as one line of JSON: id, file name, nonce, faults, and under "facts" each key
 * of `mailscope fields` that the capture must give, with a list of its values in order. What cannot
 * be known from the capture, because it is encrypted, is an empty list. */
void ms_story_key(const MsStory *story, const char *file, MsBuffer *out);
