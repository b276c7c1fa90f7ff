/* SPDX-License-Identifier: GPL-2.0-or-later
 * replies.c - looks reply codes up; those that are not in the table are explained by their digits
 * (RFC 5321 4.2.1, RFC 3463 2 and 3). */
#include "replies.h"

#include <stdbool.h>

typedef struct {
    unsigned code;
    const char *words;
    const char *rfc;
} Reply;

static const Reply replies[] = {
#define MS_REPLY(code, words, rfc, keywords, text) {code, words, rfc},
#include "replies.def"
#undef MS_REPLY
};

typedef struct {
    unsigned subject;
    unsigned detail;
    const char *words;
    const char *rfc;
} Status;

static const Status statuses[] = {
#define MS_STATUS(subject, detail, words, rfc, keywords) {subject, detail, words, rfc},
#include "replies.def"
#undef MS_STATUS
};

/* By the first digit less 2, and the second; the last column is for second digits beyond 5. */
static const char *const by_digits[4][7] = {
    {"syntax accepted", "information", "about the connection: all is well", "accepted", "accepted",
     "done by the mail system", "accepted"},
    {"go on", "go on", "go on with the connection", "go on", "go on", "go on with the mail",
     "go on"},
    {"syntax problem, try again later", "no information now, try again later",
     "trouble with the connection, try again later", "failed for now, try again later",
     "failed for now, try again later", "the mail system cannot do it now, try again later",
     "failed for now, try again later"},
    {"syntax error", "no such information", "refused: the connection", "refused", "refused",
     "refused by the mail system", "refused"},
};

const char *ms_reply_words(unsigned code, const char **rfc)
{
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        if (replies[i].code != code)
            continue;
        if (rfc)
            *rfc = replies[i].rfc;
        return replies[i].words;
    }
    if (code < 200 || code > 599)
        return NULL;
    unsigned second = code / 10 % 10;
    if (rfc)
        *rfc = "5321 4.2.1";
    return by_digits[code / 100 - 2][second < 6 ? second : 6];
}

/* Up to three digits at *at, without a leading zero (RFC 3463 2). */
static bool number(const char *code, size_t length, size_t *at, unsigned *value)
{
    size_t start = *at;
    *value = 0;
    while (*at < length && *at - start < 3 && code[*at] >= '0' && code[*at] <= '9')
        *value = *value * 10 + (unsigned)(code[(*at)++] - '0');
    return *at > start && (code[start] != '0' || *at == start + 1);
}

static bool dot(const char *code, size_t length, size_t *at)
{
    return *at < length && code[(*at)++] == '.';
}

const char *ms_enhanced_words(const char *code, size_t length, const char **rfc)
{
    unsigned class;
    unsigned subject;
    unsigned detail;
    size_t at = 0;
    if (!number(code, length, &at, &class) || !dot(code, length, &at) ||
        !number(code, length, &at, &subject) || !dot(code, length, &at) ||
        !number(code, length, &at, &detail) || at != length)
        return NULL;
    if (class != 2 && class != 4 && class != 5)
        return NULL;
    const Status *general = NULL; /* X.SUBJECT.0 */
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        const Status *status = &statuses[i];
        if (status->subject != subject)
            continue;
        if (status->detail == 0)
            general = status;
        if (status->detail != detail)
            continue;
        if (rfc)
            *rfc = status->rfc;
        return status->words;
    }
    if (rfc)
        *rfc = general ? general->rfc : "3463 2";
    if (general)
        return general->words;
    return class == 2 ? "success" : class == 4 ? "failed for now" : "failed for good";
}
