/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_words.c - the tables of IMAP's words, and how tokens are read off a line. RFC 9051 9 has the
 * grammar; what real clients and servers say beside it is taken too. */
#include "imap_words.h"

#include "../base/find.h"
#include "../base/fold.h"

#include <glib.h>

#include <string.h>

enum { LONGEST_TAG = 255 };

/* Commands of RFC 9051, 3501 and extensions; first letters differ mostly, so a list will do. */
static const struct {
    const char *word;
    MsImapVerb verb;
    bool uid; /* may follow UID */
} verbs[] = {
    {"CAPABILITY", MS_IMAP_OTHER, false},
    {"NOOP", MS_IMAP_OTHER, false},
    {"LOGOUT", MS_IMAP_LOGOUT, false},
    {"STARTTLS", MS_IMAP_STARTTLS, false},
    {"AUTHENTICATE", MS_IMAP_AUTHENTICATE, false},
    {"LOGIN", MS_IMAP_LOGIN, false},
    {"ENABLE", MS_IMAP_OTHER, false}, /* RFC 5161 */
    {"SELECT", MS_IMAP_SELECT, false},
    {"EXAMINE", MS_IMAP_EXAMINE, false},
    {"CREATE", MS_IMAP_MAILBOX, false},
    {"DELETE", MS_IMAP_MAILBOX, false},
    {"RENAME", MS_IMAP_MAILBOX, false},
    {"SUBSCRIBE", MS_IMAP_MAILBOX, false},
    {"UNSUBSCRIBE", MS_IMAP_MAILBOX, false},
    {"LIST", MS_IMAP_OTHER, false},
    {"LSUB", MS_IMAP_OTHER, false},
    {"XLIST", MS_IMAP_OTHER, false},
    {"NAMESPACE", MS_IMAP_OTHER, false}, /* RFC 2342 */
    {"STATUS", MS_IMAP_MAILBOX, false},
    {"APPEND", MS_IMAP_APPEND, false},
    {"IDLE", MS_IMAP_IDLE, false}, /* RFC 2177 */
    {"CHECK", MS_IMAP_OTHER, false},
    {"CLOSE", MS_IMAP_CLOSE, false},
    {"UNSELECT", MS_IMAP_CLOSE, false}, /* RFC 3691 */
    {"EXPUNGE", MS_IMAP_OTHER, true},   /* UID: RFC 4315 */
    {"SEARCH", MS_IMAP_OTHER, true},
    {"SORT", MS_IMAP_OTHER, true}, /* RFC 5256 */
    {"THREAD", MS_IMAP_OTHER, true},
    {"FETCH", MS_IMAP_FETCH, true},
    {"STORE", MS_IMAP_STORE, true},
    {"COPY", MS_IMAP_COPY, true},
    {"MOVE", MS_IMAP_COPY, true},          /* RFC 6851 */
    {"REPLACE", MS_IMAP_OTHER, true},      /* RFC 8508 */
    {"ID", MS_IMAP_ID, false},             /* RFC 2971 */
    {"COMPRESS", MS_IMAP_COMPRESS, false}, /* RFC 4978 */
    {"GETQUOTA", MS_IMAP_OTHER, false},    /* RFC 9208 */
    {"GETQUOTAROOT", MS_IMAP_MAILBOX, false},
    {"SETQUOTA", MS_IMAP_OTHER, false},
    {"GETACL", MS_IMAP_MAILBOX, false}, /* RFC 4314 */
    {"SETACL", MS_IMAP_OTHER, false},
    {"DELETEACL", MS_IMAP_OTHER, false},
    {"LISTRIGHTS", MS_IMAP_OTHER, false},
    {"MYRIGHTS", MS_IMAP_MAILBOX, false},
    {"GETMETADATA", MS_IMAP_OTHER, false}, /* RFC 5464 */
    {"SETMETADATA", MS_IMAP_OTHER, false},
    {"NOTIFY", MS_IMAP_OTHER, false},   /* RFC 5465 */
    {"LANGUAGE", MS_IMAP_OTHER, false}, /* RFC 5255 */
    {"COMPARATOR", MS_IMAP_OTHER, false},
    {"UNAUTHENTICATE", MS_IMAP_OTHER, false}, /* RFC 8437 */
    {"GENURLAUTH", MS_IMAP_OTHER, false},     /* RFC 4467 */
    {"RESETKEY", MS_IMAP_OTHER, false},
    {"URLFETCH", MS_IMAP_OTHER, false},
    {"ESEARCH", MS_IMAP_OTHER, false}, /* RFC 7377 */
    {"XAPPLEPUSHSERVICE", MS_IMAP_OTHER, false},
};

static const struct {
    const char *word;
    MsImapData data;
    bool number; /* a number stands before it */
} responses[] = {
    {"CAPABILITY", MS_IMAP_CAPABILITIES, false},
    {"ENABLED", MS_IMAP_ENABLED, false},
    {"LIST", MS_IMAP_LIST, false},
    {"XLIST", MS_IMAP_LIST, false},
    {"LSUB", MS_IMAP_LSUB, false},
    {"STATUS", MS_IMAP_FOLDER_STATUS, false},
    {"FLAGS", MS_IMAP_FLAGS, false},
    {"SEARCH", MS_IMAP_FOUND, false},
    {"ESEARCH", MS_IMAP_FOUND, false},
    {"SORT", MS_IMAP_FOUND, false},
    {"ID", MS_IMAP_SERVER_ID, false},
    {"VANISHED", MS_IMAP_VANISHED, false}, /* RFC 7162 3.2.10 */
    {"NAMESPACE", MS_IMAP_OTHER_DATA, false},
    {"QUOTA", MS_IMAP_OTHER_DATA, false},
    {"QUOTAROOT", MS_IMAP_OTHER_DATA, false},
    {"ACL", MS_IMAP_OTHER_DATA, false},
    {"MYRIGHTS", MS_IMAP_OTHER_DATA, false},
    {"LISTRIGHTS", MS_IMAP_OTHER_DATA, false},
    {"THREAD", MS_IMAP_OTHER_DATA, false},
    {"METADATA", MS_IMAP_OTHER_DATA, false},
    {"LANGUAGE", MS_IMAP_OTHER_DATA, false},
    {"GENURLAUTH", MS_IMAP_OTHER_DATA, false},
    {"URLFETCH", MS_IMAP_OTHER_DATA, false},
    {"EXISTS", MS_IMAP_EXISTS, true},
    {"RECENT", MS_IMAP_RECENT, true},
    {"EXPUNGE", MS_IMAP_EXPUNGED, true},
    {"FETCH", MS_IMAP_FETCHED, true},
};

/* Length of the run up to the next blank. */
static size_t word_length(const uint8_t *text, size_t length, size_t at)
{
    const uint8_t *end = at < length ? ms_find_byte(text + at, ' ', length - at) : NULL;
    return end ? (size_t)(end - text) - at : length - at;
}

size_t ms_imap_tag(const uint8_t *text, size_t length)
{
    size_t at = 0;
    while (at < length && at <= LONGEST_TAG && text[at] > ' ' && text[at] < 0x7f &&
           !strchr("(){%*\"\\+", text[at]))
        at++;
    return at < length && at <= LONGEST_TAG && text[at] == ' ' ? at : 0;
}

/* The word at `at` in the table of commands; false: not there. */
static bool find_verb(const uint8_t *text, size_t length, size_t at, bool uid, MsImapVerb *verb)
{
    size_t size = word_length(text, length, at);
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if ((uid && !verbs[i].uid) || !ms_fold_is(text + at, size, verbs[i].word))
            continue;
        *verb = verbs[i].verb;
        return true;
    }
    return false;
}

bool ms_imap_command(const uint8_t *text, size_t length, MsImapCommand *command)
{
    *command = (MsImapCommand){.tag = ms_imap_tag(text, length)};
    if (command->tag == 0)
        return false;
    size_t at = command->tag + 1;
    command->word = at;
    size_t size = word_length(text, length, at);
    bool uid = ms_fold_is(text + at, size, "UID") && at + size < length;
    if (uid) {
        at += size + 1;
        size = word_length(text, length, at);
    }
    command->arguments = at + size;
    return find_verb(text, length, at, uid, &command->verb);
}

size_t ms_imap_number(const uint8_t *text, size_t length, uint64_t *number)
{
    size_t at = 0;
    *number = 0;
    for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
        uint64_t digit = (uint64_t)(text[at] - '0');
        *number = *number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *number * 10 + digit;
    }
    return at;
}

static bool is_status(const uint8_t *text, size_t length, bool tagged)
{
    static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    for (size_t i = 0; i < (tagged ? 3 : G_N_ELEMENTS(words)); i++)
        if (ms_fold_is(text, length, words[i]))
            return true;
    return false;
}

/* `* ...`: `at` is behind the star and its blank. */
static void untagged(const uint8_t *text, size_t length, MsImapResponse *response)
{
    size_t at = 2;
    uint64_t number;
    size_t digits = ms_imap_number(text + at, length - at, &number);
    bool numbered = digits > 0 && at + digits < length && text[at + digits] == ' ';
    if (numbered) {
        response->number = (uint32_t)MIN(number, UINT32_MAX);
        response->number_at = at;
        at += digits + 1;
    }
    response->word = at;
    response->word_length = word_length(text, length, at);
    response->rest = MIN(at + response->word_length + 1, length);
    if (!numbered && is_status(text + at, response->word_length, false)) {
        response->kind = MS_IMAP_STATUS;
        return;
    }
    response->kind = MS_IMAP_DATA;
    for (size_t i = 0; i < G_N_ELEMENTS(responses); i++)
        if (responses[i].number == numbered &&
            ms_fold_is(text + at, response->word_length, responses[i].word))
            response->data = responses[i].data;
}

void ms_imap_response(const uint8_t *text, size_t length, MsImapResponse *response)
{
    *response = (MsImapResponse){0};
    if (length >= 1 && text[0] == '+' && (length == 1 || text[1] == ' ')) {
        response->kind = MS_IMAP_GO_ON;
        response->rest = MIN(length, 2);
        return;
    }
    if (length >= 2 && text[0] == '*' && text[1] == ' ') {
        untagged(text, length, response);
        return;
    }
    size_t tag = ms_imap_tag(text, length);
    if (tag == 0)
        return;
    size_t size = word_length(text, length, tag + 1);
    if (!is_status(text + tag + 1, size, true))
        return;
    response->kind = MS_IMAP_TAGGED;
    response->tag = tag;
    response->word = tag + 1;
    response->word_length = size;
    response->rest = MIN(tag + 1 + size + 1, length);
}

bool ms_imap_is_sure(const MsImapResponse *response)
{
    return response->kind == MS_IMAP_STATUS ||
           (response->kind == MS_IMAP_DATA && response->data != MS_IMAP_UNKNOWN_DATA);
}

static size_t quoted(const uint8_t *text, size_t length, size_t at, MsImapToken *token)
{
    token->kind = MS_TOKEN_STRING;
    token->offset = ++at;
    while (at < length && text[at] != '"') {
        bool escape = text[at] == '\\' && at + 1 < length;
        token->escaped |= escape;
        at += escape ? 2 : 1;
    }
    at = MIN(at, length);
    token->unclosed = at == length;
    token->length = at - token->offset;
    return at + (at < length);
}

bool ms_imap_token(const uint8_t *text, size_t length, size_t *at, MsImapToken *token)
{
    size_t i = *at;
    while (i < length && (text[i] == ' ' || text[i] == '\t'))
        i++;
    *token = (MsImapToken){.offset = i, .length = 1};
    if (i >= length) {
        *at = length;
        return false;
    }
    if (text[i] == '(' || text[i] == ')') {
        token->kind = text[i] == '(' ? MS_TOKEN_OPEN : MS_TOKEN_CLOSE;
        *at = i + 1;
        return true;
    }
    if (text[i] == '"') {
        *at = quoted(text, length, i, token);
        return true;
    }
    token->kind = MS_TOKEN_ATOM;
    while (i < length && text[i] != ' ' && text[i] != '(' && text[i] != ')' && text[i] != '"') {
        if (text[i] == '[') {
            const uint8_t *end = ms_find_byte(text + i, ']', length - i);
            token->unclosed = !end;
            i = end ? (size_t)(end - text) : length - 1;
        }
        i++;
    }
    token->length = i - token->offset;
    *at = i;
    return true;
}

bool ms_imap_literal(const uint8_t *text, size_t length, MsImapLiteral *literal)
{
    if (length < 3 || text[length - 1] != '}')
        return false;
    size_t end = length - 1;
    literal->waits = text[end - 1] != '+';
    if (text[end - 1] == '+' || text[end - 1] == '-') /* RFC 7888; `-` is seen in the wild */
        end--;
    size_t at = end;
    while (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9')
        at--;
    if (at == end || at == 0 || text[at - 1] != '{')
        return false;
    ms_imap_number(text + at, end - at, &literal->size);
    literal->offset = at - 1;
    if (literal->offset > 0 && text[literal->offset - 1] == '~') /* RFC 3516 4.4: literal8 */
        literal->offset--;
    return literal->offset == 0 || strchr(" ([", text[literal->offset - 1]) != NULL;
}

/* What stands between the brackets. */
static void inside(const uint8_t *spec, size_t length, MsImapSection *section)
{
    section->whole = length == 0;
    section->header = length == 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && spec[i - 1] != '.')
            continue;
        if (ms_fold_starts(spec + i, length - i, "HEADER") ||
            ms_fold_starts(spec + i, length - i, "MIME"))
            section->header = true;
        if (g_ascii_isalpha((char)spec[i]))
            return;
    }
}

void ms_imap_section(const uint8_t *name, size_t length, MsImapSection *section)
{
    *section = (MsImapSection){.key = length};
    if (ms_fold_starts(name, length, "RFC822")) {
        section->whole = length == 6;
        section->header = length == 6 || ms_fold_is(name, length, "RFC822.HEADER");
        section->message = section->header || ms_fold_is(name, length, "RFC822.TEXT");
        return;
    }
    size_t open = ms_fold_starts(name, length, "BODY[")     ? 5
                  : ms_fold_starts(name, length, "BINARY[") ? 7
                                                            : 0;
    if (open == 0)
        return;
    const uint8_t *close = ms_find_byte(name + open, ']', length - open);
    size_t end = close ? (size_t)(close - name) : length;
    section->message = true;
    inside(name + open, end - open, section);
    if (open == 7) /* BINARY: decoded content without its header */
        section->header = section->whole;
    if (end + 2 < length && name[end + 1] == '<') {
        section->partial = ms_imap_number(name + end + 2, length - end - 2, &section->origin) > 0;
        section->key = end + 1;
    }
}

uint64_t ms_imap_asked(const uint8_t *text, size_t length)
{
    uint64_t asked = UINT64_MAX;
    for (size_t at = 0; at + 1 < length; at++) {
        if (text[at] != ']' || text[at + 1] != '<')
            continue;
        uint64_t number;
        size_t digits = ms_imap_number(text + at + 2, length - at - 2, &number);
        size_t dot = at + 2 + digits;
        if (dot < length && text[dot] == '.' &&
            ms_imap_number(text + dot + 1, length - dot - 1, &number) > 0)
            asked = MIN(asked, number);
    }
    return asked;
}
