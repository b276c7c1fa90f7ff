/* SPDX-License-Identifier: GPL-2.0-or-later
 * listener.h - for tests of dialogues: feeds a parser with bytes cut anyhow and writes down what it
 * says, one event a line, with offsets in the stream of the direction. */
#pragma once

#include "dialogue/dialogue.h"

#include <glib.h>

/* An open message. */
typedef struct {
    int32_t number;
    MsDirection direction;
    GString *text;
    MsRanges at;
} ListenerMail;

typedef struct {
    MsTalk talk; /* first: the parser's view */
    MsLimits limits;
    const MsDialogueClass *class;
    MsDialogue *dialogue;
    GByteArray *pending[2]; /* offered and not eaten */
    uint64_t at[2];         /* stream offset of pending[0] */
    bool ended[2];
    GString *log;
    ListenerMail mails[MS_OPEN_MESSAGES]; /* open messages; text NULL: a free place */
    size_t most_pending;                  /* largest number of bytes that waited */
} Listener;

Listener *listener_new(const MsDialogueClass *class);
/* Bytes of one direction, offered together with what waits. Asserts that no more is eaten than was
 * offered. */
void listener_push(Listener *listener, MsDirection direction, const void *data, size_t length);
void listener_gap(Listener *listener, MsDirection direction, uint64_t length);
void listener_end(Listener *listener, MsDirection direction);
/* Ends what is open and frees all but the log, which is returned. */
char *listener_finish(Listener *listener);

/* Appends bytes in double quotes with \r, \n, \\, \" and \xNN. */
void listener_quote(GString *out, const void *data, size_t length);
