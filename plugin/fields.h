/* SPDX-License-Identifier: GPL-2.0-or-later
 * fields.h - the display filter fields: mailscope.<key> for every fact of the shared table, and a
 * few of the plugin's own for what surrounds facts. */
#pragma once

#include "fact/fact.h"
#include "ws_compat.h"

/* Fields that are not facts. Numbers are 1-based, as people and JSON count. */
typedef enum {
    MS_HF_SESSION,   /* mailscope.session */
    MS_HF_ATTEMPT,   /* mailscope.attempt: login attempt of the session */
    MS_HF_MESSAGE,   /* mailscope.message: mail transaction of the session */
    MS_HF_RECIPIENT, /* mailscope.recipient: of the transaction */
    MS_HF_EXCHANGE,  /* mailscope.exchange: a command and its reply */
    MS_HF_RANGE,     /* mailscope.range: "frame:offset+length" of a fact or oddity */
    MS_HF_FRAME,     /* mailscope.frame: another frame with bytes of it */
    MS_HF_LATER,     /* mailscope.known_in: frame with which it became known */
    MS_HF_AT_END,    /* mailscope.known_at_end: it became known when the capture had ended */
    MS_HF_DECRYPTED, /* mailscope.decrypted */
    MS_HF_MEANING,   /* mailscope.meaning: a reply code in words */
    MS_HF_ODDITY,    /* mailscope.oddity: its kind, as in JSON */
    MS_HF_ANSWERS,   /* mailscope.answers */
    MS_HF_ANSWER,    /* mailscope.answer: one of the five questions */
    MS_HF_CITED,     /* mailscope.answer_frame: a frame that an answer cites */
    MS_N_OWN_FIELDS
} MsOwnField;

/* Subtrees. */
typedef enum {
    MS_ETT_ALL,
    MS_ETT_SESSION,
    MS_ETT_GROUP,
    MS_ETT_FACT,
    MS_ETT_ANSWERS,
    MS_ETT_ANSWER,
    MS_N_ETTS
} MsSubtree;

/* Registers the protocol with all fields; to be called once. Returns the protocol's number. */
int ms_fields_register(void);

int ms_fields_own(MsOwnField field);
int ms_fields_ett(MsSubtree subtree);

/* The field of a fact: for an address the one of its family. */
int ms_fields_fact(const MsFact *fact);
