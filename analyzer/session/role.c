/* SPDX-License-Identifier: GPL-2.0-or-later
 * role.c - the rules. What is said in the session counts before the port: a login is for users'
 * programs (RFC 6409 4.3), a Received line is added by servers (RFC 5321 4.4), ports are a
 * convention (RFC 6409 3.1, RFC 8314 3.3). */
#include "role.h"

#include "../base/fold.h"

#include <string.h>

static void see(MsRoleCues *cues, MsCue cue, const MsFact *fact)
{
    if (cues->cue[cue].seen)
        return;
    cues->cue[cue].seen = true;
    cues->cue[cue].time_ns = fact->time_ns;
    cues->cue[cue].direction = fact->direction;
    cues->cue[cue].placed = fact->n_ranges > 0;
    if (fact->n_ranges > 0)
        cues->cue[cue].place = fact->ranges[0];
}

/* A header field that authors write; Received lines stand above it (RFC 5321 4.4). */
static bool is_written(const MsFact *fact)
{
    static const char *const names[] = {"FROM:", "TO:", "SUBJECT:", "DATE:", "MESSAGE-ID:"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (ms_fold_starts(fact->text, fact->text_length, names[i]))
            return true;
    }
    return false;
}

void ms_role_see(MsRoleCues *cues, const MsFact *fact)
{
    switch (fact->field) {
    case MS_FIELD_SESSION_SERVER_PORT:
        cues->port = (uint16_t)fact->number;
        see(cues, MS_CUE_PORT, fact);
        break;
    case MS_FIELD_AUTH_OUTCOME:
        if (fact->text_length == 7 && memcmp(fact->text, "success", 7) == 0)
            see(cues, MS_CUE_LOGIN, fact);
        break;
    case MS_FIELD_SESSION_SERVER_FIRST:
        see(cues, MS_CUE_PROTOCOL, fact);
        break;
    case MS_FIELD_MESSAGE_HEADER:
        if (ms_fold_starts(fact->text, fact->text_length, "RECEIVED:"))
            see(cues, MS_CUE_RECEIVED, fact);
        else if (is_written(fact))
            see(cues, MS_CUE_NO_RECEIVED, fact);
        break;
    default:
        break;
    }
}

void ms_role_doubt(MsRoleCues *cues, const MsOddity *oddity)
{
    MsOddityKind kind = oddity->kind;
    cues->holed = cues->holed || kind == MS_ODDITY_GAP || kind == MS_ODDITY_TRUNCATED ||
                  kind == MS_ODDITY_MIDSTREAM || kind == MS_ODDITY_ONE_SIDED ||
                  kind == MS_ODDITY_LIMIT;
}

static bool is(const char *protocol, const char *name)
{
    return strcmp(protocol, name) == 0;
}

const char *ms_role(const MsRoleCues *cues, const char *protocol, MsCue why[MS_N_CUES],
                    unsigned *n_why)
{
    bool submission_port = cues->port == 587 || cues->port == 465;
    bool tls = is(protocol, "tls");
    *n_why = 0;
    if (is(protocol, "pop3") || is(protocol, "imap") || is(protocol, "http") ||
        is(protocol, "lmtp")) {
        why[(*n_why)++] = MS_CUE_PROTOCOL;
        return is(protocol, "http") ? "webmail" : is(protocol, "lmtp") ? "delivery" : "retrieval";
    }
    if (tls && (cues->port == 993 || cues->port == 995)) {
        why[(*n_why)++] = MS_CUE_PORT;
        return "retrieval";
    }
    if (cues->cue[MS_CUE_LOGIN].seen)
        why[(*n_why)++] = MS_CUE_LOGIN;
    if (submission_port)
        why[(*n_why)++] = MS_CUE_PORT;
    if (*n_why > 0)
        return "submission";
    if (cues->cue[MS_CUE_RECEIVED].seen) {
        why[(*n_why)++] = MS_CUE_RECEIVED;
        if (cues->port == 25)
            why[(*n_why)++] = MS_CUE_PORT;
        return "relay";
    }
    if (cues->holed)
        return "unknown"; /* a login or a Received line may be what is missing */
    if (cues->cue[MS_CUE_NO_RECEIVED].seen) {
        why[(*n_why)++] = MS_CUE_NO_RECEIVED;
        return "submission";
    }
    if (cues->port == 25 && !tls) {
        why[(*n_why)++] = MS_CUE_PORT;
        return "relay";
    }
    return "unknown";
}

const char *ms_role_words(const MsRoleCues *cues, const char *protocol, MsCue cue)
{
    switch (cue) {
    case MS_CUE_PROTOCOL:
        return is(protocol, "pop3")   ? "POP3 fetches mail from the server"
               : is(protocol, "imap") ? "IMAP works with mail on the server"
               : is(protocol, "lmtp") ? "LMTP hands mail to the mailboxes"
                                      : "a browser is the user agent";
    case MS_CUE_PORT:
        return cues->port == 587   ? "port 587 is for submission"
               : cues->port == 465 ? "port 465 is for submission under TLS"
               : cues->port == 993 ? "port 993 is for IMAP under TLS"
               : cues->port == 995 ? "port 995 is for POP3 under TLS"
                                   : "port 25 is for mail between servers";
    case MS_CUE_LOGIN:
        return "a user logged in";
    case MS_CUE_RECEIVED:
        return "the message has a Received line: a server had it before";
    case MS_CUE_NO_RECEIVED:
    case MS_N_CUES:
        break;
    }
    return "the message has no Received line: no server had it before";
}
