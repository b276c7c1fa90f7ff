/* SPDX-License-Identifier: GPL-2.0-or-later
 * role.h - what a session is for on the way of a mail: user agent to server (submission), server to
 * server (relay), into the mailbox (delivery), or out of it (retrieval). */
#pragma once

#include "../fact/fact.h"

typedef enum {
    MS_CUE_PROTOCOL,    /* shown by the server's first words */
    MS_CUE_PORT,        /* the server's port */
    MS_CUE_LOGIN,       /* a login succeeded */
    MS_CUE_RECEIVED,    /* a message has a Received line */
    MS_CUE_NO_RECEIVED, /* the header of a message ended without one */
    MS_N_CUES
} MsCue;

/* What points to a role, and where it was seen first. All zero: nothing seen. */
typedef struct {
    struct {
        MsRange place;
        int64_t time_ns;
        uint8_t direction;
        bool seen, placed;
    } cue[MS_N_CUES];
    uint16_t port;
    bool holed; /* bytes are missing: what was not seen may have been there all the same */
} MsRoleCues;

/* Looks at a fact as it is said. */
void ms_role_see(MsRoleCues *cues, const MsFact *fact);

/* The same for an oddity. */
void ms_role_doubt(MsRoleCues *cues, const MsOddity *oddity);

/* The role of a session that speaks `protocol`: "submission", "relay", "delivery", "retrieval",
 * "webmail" or "unknown"; which cues say so, strongest first, in `why` (MS_N_CUES of them at most),
 * their number in *n_why. */
const char *ms_role(const MsRoleCues *cues, const char *protocol, MsCue why[MS_N_CUES],
                    unsigned *n_why);

/* The cue in words. Static storage. */
const char *ms_role_words(const MsRoleCues *cues, const char *protocol, MsCue cue);
