/* SPDX-License-Identifier: GPL-2.0-or-later
 * webmail.c - looks a request up in the rules of webmail.def. */
#include "webmail.h"

#include "../base/find.h"
#include "../base/fold.h"

#include <glib.h>

#include <string.h>

typedef enum {
#define MS_WEBMAIL_SYSTEM(id, name, word) SYSTEM_##id,
#include "webmail.def"
#undef MS_WEBMAIL_SYSTEM
    N_SYSTEMS
} System;

static const struct {
    const char *name, *word;
} systems[] = {
#define MS_WEBMAIL_SYSTEM(id, name, word) {name, word},
#include "webmail.def"
#undef MS_WEBMAIL_SYSTEM
};

typedef struct {
    System system;
    const char *method, *piece, *name[2], *value[2];
    MsWebmailAction action;
} Rule;

static const Rule rules[] = {
#define MS_WEBMAIL_REQUEST(system, method, piece, key1, value1, key2, value2, action)              \
    {SYSTEM_##system, method, piece, {key1, key2}, {value1, value2}, MS_WEBMAIL_##action},
#include "webmail.def"
#undef MS_WEBMAIL_REQUEST
};

static const struct {
    const char *method, *word;
    MsWebmailAction action;
} segments[] = {
#define MS_WEBMAIL_SEGMENT(method, word, action) {method, word, MS_WEBMAIL_##action},
#include "webmail.def"
#undef MS_WEBMAIL_SEGMENT
};

typedef enum { PLACE_HOST, PLACE_PATH, PLACE_COOKIE } Place;

static const struct {
    Place where;
    const char *word;
} places[] = {
#define MS_WEBMAIL_PLACE(where, word) {PLACE_##where, word},
#include "webmail.def"
#undef MS_WEBMAIL_PLACE
};

static const struct {
    const char *name;
    MsWebmailRole role;
} roles[] = {
#define MS_WEBMAIL_FIELD(name, role) {name, MS_WEBMAIL_##role},
#include "webmail.def"
#undef MS_WEBMAIL_FIELD
};

static const struct {
    MsWebmailAction asked;
    MsWebmailWhere where;
    const char *words;
    MsWebmailAnswer answer;
} answers[] = {
#define MS_WEBMAIL_ANSWER(asked, where, words, answer)                                             \
    {MS_WEBMAIL_##asked, MS_WEBMAIL_##where, words, MS_WEBMAIL_##answer},
#include "webmail.def"
#undef MS_WEBMAIL_ANSWER
};

const char *ms_webmail_action_name(MsWebmailAction action)
{
    static const char *const names[] = {"",        "login",  "logout", "list", "read",  "part",
                                        "compose", "attach", "draft",  "send", "change"};
    return names[action];
}

static bool has(MsSpan text, const char *word)
{
    return memmem(text.data, text.length, word, strlen(word)) != NULL;
}

static bool begins(MsSpan text, size_t at, const char *word)
{
    size_t i = 0;
    while (word[i] && at + i < text.length && text.data[at + i] == (uint8_t)word[i])
        i++;
    return word[i] == '\0';
}

enum { WORD_PASSWORD = 1 << N_SYSTEMS };

/* One pass over the target, as most requests are no mail: a bit for each system whose word is in
 * it, and WORD_PASSWORD when its query may hold one. The words begin with `/`, `?` or `_`. */
static uint32_t words_in(MsSpan target)
{
    uint32_t found = 0;
    bool query = false;
    for (size_t at = 0; at < target.length; at++) {
        uint8_t byte = target.data[at];
        if (byte == '/' || byte == '_' || byte == '?') {
            char next = at + 1 < target.length ? (char)target.data[at + 1] : '\0';
            for (size_t i = 0; i < N_SYSTEMS; i++)
                if (systems[i].word[1] == next && begins(target, at, systems[i].word))
                    found |= (uint32_t)1 << i;
            query |= byte == '?';
        } else if (query && byte == 'p' &&
                   (begins(target, at, "pass") || begins(target, at, "pwd"))) {
            found |= WORD_PASSWORD;
        }
    }
    return found;
}

bool ms_webmail_wants_query(MsSpan target)
{
    return words_in(target) != 0;
}

/* --- fields --- */

/* The name as the table has it: `data[User][email]` is `email`, `to[]` is `to`. */
static MsSpan plain_name(MsSpan name)
{
    if (name.length > 2 && memcmp(name.data + name.length - 2, "[]", 2) == 0)
        name.length -= 2;
    if (name.length < 3 || name.data[name.length - 1] != ']')
        return name;
    size_t open = name.length - 1;
    while (open > 0 && name.data[open - 1] != '[')
        open--;
    return open > 0 ? (MsSpan){name.data + open, name.length - 1 - open} : name;
}

const MsFormField *ms_webmail_field(const MsForm *form, MsWebmailRole role, unsigned nth)
{
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        bool there = false;
        for (uint32_t k = 0; roles[i].role == role && k < form->n_fields; k++) {
            const MsFormField *field = &form->fields[k];
            if (!ms_span_is(plain_name(ms_form_name(form, field)), roles[i].name))
                continue;
            there = true;
            if (nth-- == 0)
                return field;
        }
        if (there)
            return NULL;
    }
    return NULL;
}

static bool is_filled(const MsForm *form, MsWebmailRole role)
{
    const MsFormField *field = ms_webmail_field(form, role, 0);
    return field && field->value_length > 0;
}

static bool fits_parameter(const MsForm *form, const char *name, const char *value)
{
    if (name[0] == '\0')
        return true;
    bool absent = true;
    for (uint32_t i = 0; i < form->n_fields; i++) {
        const MsFormField *field = &form->fields[i];
        if (!ms_span_is(ms_form_name(form, field), name))
            continue;
        MsSpan is = ms_form_value(form, field);
        absent = absent && is.length == 0;
        if (value[0] == '*' ? is.length > 0 : ms_span_is(is, value))
            return true;
    }
    return value[0] == '-' && absent;
}

/* --- places --- */

/* Whether the text up to its first byte that is no letter is a word of that list. */
static bool is_place(Place where, const uint8_t *text, size_t length)
{
    size_t word = 0;
    while (word < length && g_ascii_isalpha((char)text[word]))
        word++;
    if (word < length && text[word] == '_')
        return false;
    for (size_t i = 0; word > 0 && i < G_N_ELEMENTS(places); i++)
        if (places[i].where == where && ms_fold_is(text, word, places[i].word))
            return true;
    return false;
}

/* Any part of the text between two of the separators. */
static bool has_place(Place where, MsSpan text, char separator)
{
    for (size_t at = 0; at < text.length;) {
        const uint8_t *end = ms_find_byte(text.data + at, separator, text.length - at);
        size_t stop = end ? (size_t)(end - text.data) : text.length;
        if (is_place(where, text.data + at, stop - at))
            return true;
        at = stop + 1;
    }
    return false;
}

/* A target or an URL up to its query. */
static MsSpan path_of(MsSpan url)
{
    const uint8_t *end = ms_find_byte(url.data, '?', url.length);
    if (end)
        url.length = (size_t)(end - url.data);
    return url;
}

bool ms_webmail_is_part_of_page(MsSpan target)
{
    MsSpan path = path_of(target);
    static const char *const ends[] = {".css", ".gif", ".ico",  ".jpeg", ".jpg", ".js",   ".png",
                                       ".svg", ".ttf", ".woff", ".webp", ".map", ".woff2"};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        size_t length = strlen(ends[i]);
        if (path.length > length && path.data[path.length - length] == '.' &&
            memcmp(path.data + path.length - length, ends[i], length) == 0)
            return true;
    }
    return false;
}

static bool has_cookie(MsSpan cookie)
{
    for (size_t at = 0; at < cookie.length;) {
        while (at < cookie.length && cookie.data[at] == ' ')
            at++;
        const uint8_t *end = ms_find_byte(cookie.data + at, ';', cookie.length - at);
        size_t stop = end ? (size_t)(end - cookie.data) : cookie.length;
        const uint8_t *equals = ms_find_byte(cookie.data + at, '=', stop - at);
        size_t name = equals ? (size_t)(equals - cookie.data) : stop;
        for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
            if (places[i].where == PLACE_COOKIE &&
                ms_fold_is(cookie.data + at, name - at, places[i].word))
                return true;
        at = stop + 1;
    }
    return false;
}

/* Whether the request goes to a place that is named like webmail. */
static bool is_webmail_place(const MsWebmailRequest *request)
{
    return has_place(PLACE_HOST, request->host, '.') ||
           has_place(PLACE_PATH, path_of(request->target), '/') ||
           has_place(PLACE_PATH, path_of(request->referer), '/') || has_cookie(request->cookie);
}

/* --- the verdict --- */

static const Rule *find_rule(const MsWebmailRequest *request)
{
    uint32_t may = words_in(request->target) & (WORD_PASSWORD - 1);
    if (may == 0 && !request->has_body_form)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        const Rule *rule = &rules[i];
        if (!(may >> rule->system & 1) && !request->has_body_form)
            continue;
        if ((rule->method[0] && !ms_span_is(request->method, rule->method)) ||
            (rule->piece[0] && !has(request->target, rule->piece)))
            continue;
        if (fits_parameter(request->form, rule->name[0], rule->value[0]) &&
            fits_parameter(request->form, rule->name[1], rule->value[1]))
            return rule;
    }
    return NULL;
}

/* By names of fields alone. */
static MsWebmailAction judge_form(const MsWebmailRequest *request)
{
    const MsForm *form = request->form;
    if (form->n_fields == 0)
        return MS_WEBMAIL_NONE;
    if (is_filled(form, MS_WEBMAIL_USER) && ms_webmail_field(form, MS_WEBMAIL_PASSWORD, 0) &&
        is_webmail_place(request))
        return MS_WEBMAIL_LOGIN;
    if (!request->has_body_form || !is_filled(form, MS_WEBMAIL_TO) ||
        !ms_webmail_field(form, MS_WEBMAIL_SUBJECT, 0) ||
        !ms_webmail_field(form, MS_WEBMAIL_TEXT, 0))
        return MS_WEBMAIL_NONE;
    MsSpan to = ms_form_value(form, ms_webmail_field(form, MS_WEBMAIL_TO, 0));
    return ms_find_byte(to.data, '@', to.length) || is_webmail_place(request) ? MS_WEBMAIL_SEND
                                                                              : MS_WEBMAIL_NONE;
}

/* By a word of the path. */
static MsWebmailAction judge_path(const MsWebmailRequest *request)
{
    MsSpan path = path_of(request->target);
    if (ms_webmail_is_part_of_page(path))
        return MS_WEBMAIL_NONE;
    MsWebmailAction action = MS_WEBMAIL_NONE;
    for (size_t at = 0; at < path.length && action == MS_WEBMAIL_NONE;) {
        const uint8_t *end = ms_find_byte(path.data + at, '/', path.length - at);
        size_t stop = end ? (size_t)(end - path.data) : path.length;
        for (size_t i = 0; i < G_N_ELEMENTS(segments); i++)
            if (ms_fold_is(path.data + at, stop - at, segments[i].word) &&
                (!segments[i].method[0] || ms_span_is(request->method, segments[i].method)))
                action = segments[i].action;
        at = stop + 1;
    }
    return action != MS_WEBMAIL_NONE && is_webmail_place(request) ? action : MS_WEBMAIL_NONE;
}

MsWebmailVerdict ms_webmail_judge(const MsWebmailRequest *request)
{
    MsWebmailVerdict verdict = {.action = MS_WEBMAIL_NONE};
    const Rule *rule = find_rule(request);
    if (rule) {
        verdict.action = rule->action;
        verdict.system = systems[rule->system].name;
    }
    if (verdict.action == MS_WEBMAIL_NONE)
        verdict.action = judge_form(request);
    if (verdict.action == MS_WEBMAIL_NONE)
        verdict.action = judge_path(request);
    verdict.mail =
        verdict.action != MS_WEBMAIL_NONE || (request->basic && is_webmail_place(request));
    return verdict;
}

MsWebmailAnswer ms_webmail_answer(MsWebmailAction asked, MsWebmailWhere where, MsSpan text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        if (answers[i].asked == asked && answers[i].where == where &&
            ms_span_has(text, answers[i].words))
            return answers[i].answer;
    return MS_WEBMAIL_UNKNOWN;
}
