/* SPDX-License-Identifier: GPL-2.0-or-later
 * auth_family.h - what the families of SASL mechanisms share, private to auth*.c: the attempt, a
 * line of it already taken out of its base64, and how facts, notes and problems are said. */
#pragma once

#include "auth.h"

/* One line of the login as its family sees it. Borrowed for the call. */
typedef struct {
    const uint8_t *data; /* decoded octets */
    size_t length;       /* bytes */
    bool initial;        /* came with the AUTH command itself */
    MsDirection direction;
    const MsRanges *where; /* the encoded bytes */
    MsBuffer *note;        /* may be NULL */
} MsAuthLine;

/* A family. Any door may be NULL. */
typedef struct {
    void (*client)(MsAuth *auth, const MsAuthLine *line);
    void (*server)(MsAuth *auth, const MsAuthLine *line);
    void (*end)(MsAuth *auth); /* says what was held back */
} MsAuthFamily;

typedef enum { MS_LOGIN_OPEN, MS_LOGIN_USER, MS_LOGIN_PASSWORD } MsLoginRole;

struct MsAuth {
    MsTalk *talk;
    int32_t attempt;
    const MsAuthFamily *family;
    uint64_t said;         /* bit (field - AUTH_AUTHZID): said once already */
    unsigned client_lines; /* lines of the client with octets in them */
    bool cancelled;
    bool holed;  /* a line of the client is missing */
    bool failed; /* the server says why it refuses, in a challenge (RFC 7628 3.2.2) */
    bool ntlm_unicode;
    bool ntlm_negotiated; /* ntlm_unicode is known from the server's message */
    MsLoginRole asked;    /* LOGIN: what the last prompt asks for */
    MsLoginRole last;     /* LOGIN: what the client's last line was */
    bool holds;           /* LOGIN: `held` waits to be told user name from password */
    MsBuffer user;        /* LOGIN: user name, to know a repetition */
    MsBuffer held;
    MsRanges held_where;
};

/* Says a fact of this attempt about `line`. A field that cannot repeat is said once only. */
void ms_auth_say(MsAuth *auth, MsFieldId field, const MsAuthLine *line, const uint8_t *data,
                 size_t length);

/* Says a fact and appends "what: data" to the line's note. */
void ms_auth_tell(MsAuth *auth, MsFieldId field, const char *what, const MsAuthLine *line,
                  const uint8_t *data, size_t length);

/* Appends "what: data" to the line's note; only `what` when data is NULL. */
void ms_auth_remark(const MsAuthLine *line, const char *what, const uint8_t *data, size_t length);

/* Says auth.problem about `line`, and notes it. */
void ms_auth_problem(MsAuth *auth, const MsAuthLine *line, const char *words);

/* True when the field was said in this attempt. */
bool ms_auth_knows(const MsAuth *auth, MsFieldId field);

/* True when data[0..length) begins with `prefix`, whatever the case of ASCII letters. */
bool ms_auth_begins(const uint8_t *data, size_t length, const char *prefix);

/* Appends a SCRAM or OAUTHBEARER name to `out`, `=2C` as a comma and `=3D` as an equals sign
 * (RFC 5802 5.1). Returns false when there is another `=`, which no name may have; it is kept. */
bool ms_auth_saslname(const uint8_t *data, size_t length, MsBuffer *out);

/* LOGIN: the server asks with these words; they may say for what. */
void ms_auth_login_asks(MsAuth *auth, const uint8_t *words, size_t length);

/* LOGIN: the client's last line could not be read. */
void ms_auth_login_lost(MsAuth *auth);

extern const MsAuthFamily ms_auth_plain, ms_auth_login, ms_auth_external, ms_auth_anonymous;
extern const MsAuthFamily ms_auth_opaque, ms_auth_unknown, ms_auth_late;
extern const MsAuthFamily ms_auth_cram_md5, ms_auth_digest_md5, ms_auth_scram;
extern const MsAuthFamily ms_auth_ntlm;
extern const MsAuthFamily ms_auth_xoauth2, ms_auth_oauthbearer;
