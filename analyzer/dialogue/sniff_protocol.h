/* SPDX-License-Identifier: GPL-2.0-or-later
 * sniff_protocol.h - between sniff.c and the protocols it asks (sniff_*.c): what each is shown, and
 * how to look at lines. Nobody else includes it. */
#pragma once

#include "sniff.h"

/* What a protocol is shown: the words of both sides behind any tunnel. */
typedef struct {
    MsSniffSide side[2]; /* at most `most` bytes of each; from_start also right behind a tunnel */
    size_t most;         /* bytes of one side that are ever looked at */
    bool done;           /* no more will be shown: the last chance to say FOUND */
} MsSniffTalk;

/* Each says whether these are its protocol's words: FOUND (result->class and ->server are set, see
 * ms_sniff_found()), NOT_MAIL when they cannot be, MORE when more words may tell; at least one must
 * say MORE for the connection to be watched on. Must be cheap: asked at each new segment. */
MsSniffVerdict ms_sniff_smtp(const MsSniffTalk *talk, MsSniffResult *result); /* and LMTP */
/* WATCH in place of FOUND: it counts when nobody else wants the connection. */
MsSniffVerdict ms_sniff_http(const MsSniffTalk *talk, MsSniffResult *result);
MsSniffVerdict ms_sniff_pop3(const MsSniffTalk *talk, MsSniffResult *result);
MsSniffVerdict ms_sniff_imap(const MsSniffTalk *talk, MsSniffResult *result);

/* Sets what was found: the class, and the side that is the server. */
void ms_sniff_found(MsSniffResult *result, const MsDialogueClass *class, unsigned server);

/* One line without its end. */
typedef struct {
    const uint8_t *text;
    size_t length;
    size_t next; /* offset of the line behind it */
    bool whole;  /* its end is there */
} MsSniffLine;

/* The line that begins at data[at]; at <= length. */
MsSniffLine ms_sniff_line(const uint8_t *data, size_t length, size_t at);

/* Whether the line begins with the word, folding case. */
bool ms_sniff_starts(const MsSniffLine *line, const char *word);

/* Whether the word stands anywhere in the line, folding case. */
bool ms_sniff_contains(const MsSniffLine *line, const char *word);

/* Whether no byte is a control character but CR, LF and TAB. */
bool ms_sniff_is_text(const uint8_t *data, size_t length);

/* Whether the port is in the list. */
bool ms_sniff_port(const uint16_t *list, size_t count, uint16_t port);
