/* SPDX-License-Identifier: GPL-2.0-or-later
 * fields.h - the vocabulary: every fact there can be. The table itself is fields.def; text, JSON,
 * manual, questions and plugin all read it from here. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
    MS_STRING,  /* text */
    MS_UINT,    /* number */
    MS_BOOL,    /* number 0 or 1 */
    MS_TIME,    /* number: nanoseconds since 1970, UTC */
    MS_ADDRESS, /* text: an IPv4 or IPv6 address as people write it (RFC 5952) */
    MS_BYTES    /* text: any bytes */
} MsType;

/* What a fact belongs to; says how MsFact.message and MsFact.item are meant. */
typedef enum {
    MS_SESSION,   /* the session: both -1 */
    MS_EXCHANGE,  /* a command with its reply: item = number of the exchange */
    MS_ATTEMPT,   /* a login attempt: item = number of the attempt */
    MS_MESSAGE,   /* a mail transaction: message = its number */
    MS_RECIPIENT, /* a recipient of a transaction: message and item */
    MS_PART,      /* a part of a message: message and item */
    MS_HOP,       /* a Received field of a message, from the top: message and item */
    MS_N_SCOPES
} MsScope;

enum {
    MS_MANY = 1 << 0,  /* may repeat within its scope */
    MS_SECRET = 1 << 1 /* masked by --redact */
};

typedef enum {
#define MS_FIELD(id, key, type, scope, flags, title, rfc, meaning) MS_FIELD_##id,
#include "fields.def"
#undef MS_FIELD
    MS_N_FIELDS
} MsFieldId;

/* One row of the table; static storage. */
typedef struct {
    const char *key; /* "auth.username" */
    MsType type;
    MsScope scope;
    unsigned flags;      /* MS_MANY, MS_SECRET */
    const char *title;   /* "User name" */
    const char *rfc;     /* "4616 2": number and section; "" when no RFC says it */
    const char *meaning; /* one sentence */
} MsField;

/* The row of `id`. */
const MsField *ms_field(MsFieldId id);

/* Looks a key up. Returns MS_N_FIELDS when there is none of that name. */
MsFieldId ms_field_find(const char *key);

/* "string", "uint", ... as the JSON schema and `mailscope fields` call it. */
const char *ms_type_name(MsType type);

/* "session", "exchange", "attempt", "message", "recipient", "part", "hop". */
const char *ms_scope_name(MsScope scope);
