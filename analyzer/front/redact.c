/* SPDX-License-Identifier: GPL-2.0-or-later
 * redact.c - knows secrets by the hashes of their bytes: one table look-up for each length that
 * occurs, so that many secrets cost no more than a few, and none of them is kept in clear. */
#include "redact.h"

#include "../base/codec.h"
#include "../base/fold.h"

#define WORD_LENGTH 3       /* bytes: masked only as a word */
#define LONGEST_EXACT 63    /* bytes; a longer secret is known by its first PREFIX_LENGTH bytes, */
#define PREFIX_LENGTH 64    /* and what follows them is masked up to the end of the line */
#define LONGEST_BASE64 4096 /* bytes of a secret whose base64 forms are learned */
#define SHORTEST_CORE 6     /* characters of base64 that must be left to count as a secret */
#define START_BITS 16

struct MsRedactor {
    const MsLimits *limits;
    uint64_t *table;  /* open addressing; 0 is free */
    size_t allocated; /* slots, a power of two, or 0 */
    size_t count;
    uint64_t lengths;                      /* bit n: a secret of n + 1 bytes is known */
    uint8_t starts[1 << (START_BITS - 3)]; /* bit for each hash of 3 first bytes that occurs */
};

MsRedactor *ms_redactor_new(const MsLimits *limits)
{
    MsRedactor *redactor = g_new0(MsRedactor, 1);
    redactor->limits = limits;
    return redactor;
}

void ms_redactor_free(MsRedactor *redactor)
{
    if (!redactor)
        return;
    g_free(redactor->table);
    g_free(redactor);
}

/* FNV-1a over 64 bits, byte by byte, so that the hash of a longer run continues that of a shorter.
 */
static const uint64_t hash_start = 0xcbf29ce484222325;

static inline uint64_t hash_byte(uint64_t hash, uint8_t byte)
{
    return (hash ^ byte) * 0x100000001b3;
}

/* Bits spread for the table, with the length mixed in; never 0. */
static inline uint64_t hash_finish(uint64_t hash, size_t length)
{
    hash ^= length * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

static inline unsigned start_slot(const uint8_t *text)
{
    uint32_t bits = (uint32_t)text[0] << 16 | (uint32_t)text[1] << 8 | text[2];
    return (unsigned)(bits * 0x9e3779b1u >> (32 - START_BITS));
}

static bool has(const MsRedactor *redactor, uint64_t hash)
{
    if (redactor->allocated == 0)
        return false;
    size_t slot = hash & (redactor->allocated - 1);
    while (redactor->table[slot]) {
        if (redactor->table[slot] == hash)
            return true;
        slot = (slot + 1) & (redactor->allocated - 1);
    }
    return false;
}

static void put(uint64_t *table, size_t allocated, uint64_t hash)
{
    size_t slot = hash & (allocated - 1);
    while (table[slot])
        slot = (slot + 1) & (allocated - 1);
    table[slot] = hash;
}

static void grow(MsRedactor *redactor)
{
    size_t allocated = redactor->allocated ? redactor->allocated * 2 : 64;
    uint64_t *table = g_new0(uint64_t, allocated);
    for (size_t i = 0; i < redactor->allocated; i++) {
        if (redactor->table[i])
            put(table, allocated, redactor->table[i]);
    }
    g_free(redactor->table);
    redactor->table = table;
    redactor->allocated = allocated;
}

/* One form of a secret, to be found as it is. */
static void learn_form(MsRedactor *redactor, const uint8_t *text, size_t length)
{
    if (length < WORD_LENGTH || redactor->count >= redactor->limits->value[MS_LIMIT_REDACT_SECRETS])
        return;
    size_t known = length > LONGEST_EXACT ? PREFIX_LENGTH : length;
    uint64_t hash = hash_start;
    for (size_t i = 0; i < known; i++)
        hash = hash_byte(hash, text[i]);
    hash = hash_finish(hash, known);
    if (has(redactor, hash))
        return;
    if (redactor->count * 2 >= redactor->allocated)
        grow(redactor);
    put(redactor->table, redactor->allocated, hash);
    redactor->count++;
    redactor->lengths |= 1ull << (known - 1);
    unsigned start = start_slot(text);
    redactor->starts[start >> 3] |= (uint8_t)(1u << (start & 7));
}

/* The base64 of the secret alone, with and without padding, and what is left of it when it stands
 * anywhere inside a longer encoded text: with 1 or 2 octets before it the characters that only
 * depend on the secret. */
static void learn_base64(MsRedactor *redactor, const uint8_t *text, size_t length)
{
    if (length > LONGEST_BASE64)
        return;
    MsBuffer plain = {0};
    MsBuffer encoded = {0};
    for (size_t before = 0; before < 3; before++) {
        plain.length = 0;
        encoded.length = 0;
        ms_buffer_append(&plain, "\0\0", before);
        ms_buffer_append(&plain, text, length);
        ms_base64_encode(plain.data, plain.length, &encoded);
        size_t skip = (before * 8 + 5) / 6; /* characters that carry bits of what stands before */
        size_t end = plain.length * 8 / 6;  /* characters that carry no bits of what follows */
        if (before == 0) {
            learn_form(redactor, encoded.data, encoded.length);
            learn_form(redactor, encoded.data, (plain.length * 8 + 5) / 6);
        }
        if (end >= skip + SHORTEST_CORE)
            learn_form(redactor, encoded.data + skip, end - skip);
    }
    ms_buffer_clear(&plain);
    ms_buffer_clear(&encoded);
}

void ms_redactor_learn_secret(MsRedactor *redactor, const uint8_t *text, size_t length)
{
    if (length < WORD_LENGTH)
        return;
    learn_form(redactor, text, length);
    learn_base64(redactor, text, length);
}

/* What the server computed from the password: as good as the client's digest for whoever wants to
 * try passwords. DIGEST-MD5 (RFC 2831 2.1.3): rspauth=; SCRAM (RFC 5802 7): v=. */
static bool is_server_proof(const uint8_t *text, size_t length)
{
    return (length > 8 && memcmp(text, "rspauth=", 8) == 0) ||
           (length > 2 && memcmp(text, "v=", 2) == 0);
}

void ms_redactor_learn(MsRedactor *redactor, const MsRecord *record)
{
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *text = (const uint8_t *)facts[i].text;
        size_t length = facts[i].text_length;
        if (facts[i].field == MS_FIELD_AUTH_CHALLENGE && is_server_proof(text, length))
            ms_redactor_learn_secret(redactor, text, length);
        if (!(ms_field(facts[i].field)->flags & MS_SECRET))
            continue;
        if (facts[i].field == MS_FIELD_AUTH_ENCODED) {
            learn_form(redactor, text, length);
            while (length > 0 && text[length - 1] == '=')
                length--;
            learn_form(redactor, text, length);
        } else {
            ms_redactor_learn_secret(redactor, text, length);
        }
    }
}

static bool is_word(uint8_t byte)
{
    return g_ascii_isalnum((char)byte) || byte >= 0x80 || byte == '_';
}

/* Length of the longest secret at text[at], 0 when none begins there. */
static size_t secret_at(const MsRedactor *redactor, const uint8_t *text, size_t length, size_t at)
{
    unsigned start = start_slot(text + at);
    if (!(redactor->starts[start >> 3] & 1u << (start & 7)))
        return 0;
    size_t found = 0;
    uint64_t hash = hash_start;
    for (size_t i = 0; i < PREFIX_LENGTH && at + i < length; i++) {
        hash = hash_byte(hash, text[at + i]);
        if (redactor->lengths >> i & 1 && has(redactor, hash_finish(hash, i + 1)))
            found = i + 1;
    }
    if (found == WORD_LENGTH &&
        ((at > 0 && is_word(text[at - 1])) || (at + found < length && is_word(text[at + found]))))
        return 0;
    if (found == PREFIX_LENGTH) {
        while (at + found < length && text[at + found] != '\r' && text[at + found] != '\n')
            found++;
    }
    return found;
}

bool ms_redactor_apply(const MsRedactor *redactor, const uint8_t *text, size_t length,
                       MsBuffer *out)
{
    size_t kept = 0; /* everything before it is in `out` */
    bool masked = false;
    for (size_t at = 0; redactor->count > 0 && at + WORD_LENGTH <= length;) {
        size_t found = secret_at(redactor, text, length, at);
        if (found == 0) {
            at++;
            continue;
        }
        ms_buffer_append(out, text + kept, at - kept);
        ms_buffer_text(out, MS_MASK);
        at += found;
        kept = at;
        masked = true;
    }
    if (kept < length) /* of an empty text `text` may be NULL */
        ms_buffer_append(out, text + kept, length - kept);
    return masked;
}

/* Fields whose values are words of our own, numbers of the network or hashes: a secret that happens
 * to be `quit` must not be given away by masking `session.end`. */
static bool is_own_word(unsigned field)
{
    switch (field) {
    case MS_FIELD_AUTH_OUTCOME:
    case MS_FIELD_HTTP_ACTION:
    case MS_FIELD_HTTP_METHOD:
    case MS_FIELD_HTTP_SYSTEM:
    case MS_FIELD_IMAP_GREETING_STATUS:
    case MS_FIELD_IMAP_STATUS:
    case MS_FIELD_IMAP_TRANSFER:
    case MS_FIELD_MESSAGE_OUTCOME:
    case MS_FIELD_MESSAGE_SHA256:
    case MS_FIELD_POP3_FATE:
    case MS_FIELD_POP3_GREETING_STATUS:
    case MS_FIELD_POP3_MODE:
    case MS_FIELD_POP3_QUIT_STATUS:
    case MS_FIELD_POP3_STATUS:
    case MS_FIELD_POP3_TRANSFER:
    case MS_FIELD_SESSION_END:
    case MS_FIELD_SESSION_END_BY:
    case MS_FIELD_SESSION_ROLE:
    case MS_FIELD_SESSION_ROLE_REASON:
    case MS_FIELD_SESSION_FIN:
    case MS_FIELD_SESSION_HANDSHAKE:
    case MS_FIELD_SESSION_PROTOCOL:
    case MS_FIELD_SESSION_RST:
    case MS_FIELD_SMTP_ENHANCED_CODE:
    case MS_FIELD_SMTP_HELO_VERB:
    case MS_FIELD_SMTP_RCPT_OUTCOME:
    case MS_FIELD_SMTP_TRANSFER:
    case MS_FIELD_TLS_VERSION:
    case MS_FIELD_TLS_VERSION_SELECTED:
        return true;
    default:
        return ms_field((MsFieldId)field)->type == MS_ADDRESS;
    }
}

static size_t skip_blanks(const uint8_t *text, size_t length, size_t at)
{
    while (at < length && g_ascii_isspace((char)text[at]))
        at++;
    return at;
}

static size_t skip_word(const uint8_t *text, size_t length, size_t at)
{
    while (at < length && !g_ascii_isspace((char)text[at]))
        at++;
    return at;
}

/* The same for IMAP's `LOGIN user password` and `AUTHENTICATE mechanism response`, whose verb may
 * stand behind a tag. */
static size_t imap_secret_part(const uint8_t *text, size_t length)
{
    size_t at = 0;
    for (int word = 0; word < 2; word++) {
        size_t end = skip_word(text, length, at);
        bool login = ms_fold_is(text + at, end - at, "LOGIN");
        if (!login && !ms_fold_is(text + at, end - at, "AUTHENTICATE")) {
            at = skip_blanks(text, length, end);
            continue;
        }
        at = skip_blanks(text, length, end);
        if (login && at < length && text[at] == '"') {
            for (at++; at < length && text[at] != '"'; at++)
                at += text[at] == '\\' && at + 1 < length;
            return skip_blanks(text, length, MIN(at + 1, length));
        }
        return skip_blanks(text, length, skip_word(text, length, at));
    }
    return length;
}

/* Offset of the secret that a command hands over, or `length` when there is none: `AUTH mechanism
 * response`, and of POP3 `PASS password` and `APOP name digest`. */
static size_t secret_part(const uint8_t *text, size_t length)
{
    size_t verb = skip_word(text, length, 0);
    size_t at = skip_blanks(text, length, verb);
    if (ms_fold_is(text, verb, "PASS"))
        return MIN(verb + 1, length);
    if (ms_fold_is(text, verb, "AUTH") || ms_fold_is(text, verb, "APOP"))
        return skip_blanks(text, length, skip_word(text, length, at));
    return imap_secret_part(text, length);
}

bool ms_redact_line(const MsRedactor *redactor, const uint8_t *text, size_t length, bool secret,
                    MsBuffer *out)
{
    if (!redactor) {
        ms_buffer_append(out, text, length);
        return false;
    }
    size_t response = secret_part(text, length);
    if (response < length) {
        ms_redactor_apply(redactor, text, response, out);
        ms_buffer_text(out, MS_MASK);
        return true;
    }
    if (secret && length > 0) {
        if (length >= 5 && g_ascii_strncasecmp((const char *)text, "AUTH ", 5) == 0)
            return ms_redactor_apply(redactor, text, length, out);
        ms_buffer_text(out, MS_MASK);
        return true;
    }
    return ms_redactor_apply(redactor, text, length, out);
}

bool ms_redact_fact(const MsRedactor *redactor, const MsFact *fact, MsBuffer *out)
{
    const uint8_t *text = (const uint8_t *)fact->text;
    if (redactor && ms_field((MsFieldId)fact->field)->flags & MS_SECRET) {
        ms_buffer_text(out, MS_MASK);
        return true;
    }
    if (!redactor || is_own_word(fact->field)) {
        ms_buffer_append(out, text, fact->text_length);
        return false;
    }
    if (fact->field == MS_FIELD_SMTP_COMMAND || fact->field == MS_FIELD_POP3_COMMAND ||
        fact->field == MS_FIELD_IMAP_COMMAND || fact->field == MS_FIELD_SESSION_CLIENT_FIRST)
        return ms_redact_line(redactor, text, fact->text_length, false, out);
    return ms_redactor_apply(redactor, text, fact->text_length, out);
}
