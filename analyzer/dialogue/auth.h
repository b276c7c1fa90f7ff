/* SPDX-License-Identifier: GPL-2.0-or-later
 * auth.h - one login attempt (SASL, RFC 4422) of SMTP, POP3 or IMAP: what both sides say in base64
 * goes in line by line, auth.* facts come out. Knows nothing of the protocol around it. */
#pragma once

#include "../base/buffer.h"
#include "dialogue.h"

typedef struct MsAuth MsAuth;

typedef enum {
    MS_AUTH_SUCCESS,
    MS_AUTH_FAILURE,
    MS_AUTH_CANCELLED, /* the client gave up with `*` */
    MS_AUTH_UNKNOWN    /* no reply to it is in the capture */
} MsAuthOutcome;

/* `attempt`: 0-based; `mechanism` as sent, any case, at `where` in the stream; NULL when the
 * command that names it is missing from the capture: then the server's words may tell. */
MsAuth *ms_auth_new(MsTalk *talk, int32_t attempt, const uint8_t *mechanism, size_t length,
                    const MsRanges *where);
void ms_auth_free(MsAuth *auth); /* accepts NULL */

/* A line of the client: the initial response or the answer to a challenge, encoded as sent, without
 * line end. `=` alone as initial response is an empty one (RFC 4954 4). What it says in words is
 * appended to `note` (may be NULL): "user name: alice". */
void ms_auth_client(MsAuth *auth, const uint8_t *text, size_t length, bool initial,
                    const MsRanges *where, MsBuffer *note);

/* A challenge of the server, encoded as sent, without its `334 ` or `+ `. */
void ms_auth_server(MsAuth *auth, const uint8_t *text, size_t length, const MsRanges *where,
                    MsBuffer *note);

/* A line of the client is missing from the capture: what it said stays open. */
void ms_auth_gap(MsAuth *auth);

/* True when the client's last line was `*`. */
bool ms_auth_cancelled(const MsAuth *auth);

/* The attempt is over. `code`: reply code that ended it, or 0; `where`: its bytes, or NULL. Says
 * auth.outcome and what was still held back. To be called once. */
void ms_auth_end(MsAuth *auth, MsAuthOutcome outcome, unsigned code, const MsRanges *where);
