/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_login.c - who logs in: by a form, or with credentials in the head of each request, Basic
 * (RFC 7617) and Digest (RFC 7616). */
#include "../base/codec.h"
#include "../base/find.h"
#include "../base/fold.h"
#include "http.h"

#include <glib.h>

#include <string.h>

void ms_http_say_login(const MsHttpRequest *request, MsHttpPending *entry)
{
    MsDialogue *http = request->http;
    const MsFormField *user = ms_webmail_field(request->form, MS_WEBMAIL_USER, 0);
    const MsFormField *password = ms_webmail_field(request->form, MS_WEBMAIL_PASSWORD, 0);
    const char *mechanism = entry->json ? "JSON" : "FORM";
    int32_t attempt = http->attempts++;
    if (!entry->basic)
        entry->attempt = attempt;
    ms_speak_text(&http->say, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, attempt,
                  ms_http_in_head(http, request->head->start), mechanism, strlen(mechanism));
    const MsFormField *fields[] = {user, password};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (!fields[i])
            continue;
        if (fields[i]->encoded && fields[i]->source != MS_HTTP_IN_PACKED) {
            size_t at;
            MsBytes bytes = ms_http_field_bytes(request, fields[i], &at);
            ms_speak_text(&http->say, MS_FIELD_AUTH_ENCODED, MS_TO_SERVER, -1, attempt,
                          ms_http_where(http, &bytes, at, fields[i]->length), bytes.data + at,
                          fields[i]->length);
        }
        ms_http_say_field(request, i ? MS_FIELD_AUTH_PASSWORD : MS_FIELD_AUTH_USERNAME, fields[i],
                          -1, attempt);
        ms_http_show_field(request, fields[i], MS_LINE_AUTH, i ? "password" : "user name");
    }
}

static uint64_t hash(MsSpan text)
{
    uint64_t sum = 14695981039346656037u; /* FNV-1a: repeats are recognised, nothing is secured */
    for (size_t i = 0; i < text.length; i++)
        sum = (sum ^ text.data[i]) * 1099511628211u;
    return sum | 1;
}

/* A new attempt with credentials in a field of the head, which are sent with every request and said
 * when they are new; -1: they are not. */
static int32_t begin_attempt(MsDialogue *http, MsHttpPending *entry, uint64_t credentials,
                             MsSpan scheme, const char *mechanism)
{
    if (entry->attempt >= 0 || credentials == http->basic)
        return -1;
    http->basic = credentials;
    entry->attempt = http->attempts++;
    entry->basic = true;
    ms_speak_text(&http->say, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, entry->attempt,
                  ms_http_in_head(http, scheme), mechanism, strlen(mechanism));
    return entry->attempt;
}

/* The line of the field, with what is in `note`. */
static void show_line(MsDialogue *http, MsSpan value)
{
    MsBytes bytes = ms_http_text_bytes(&http->side[MS_TO_SERVER].head);
    ms_http_say_line(http, MS_LINE_AUTH, MS_TO_SERVER, 0, &bytes, (size_t)(value.data - bytes.data),
                     MIN(value.length, MS_HTTP_LINE), &http->note);
}

static void say_span(MsDialogue *http, MsFieldId field, int32_t attempt, MsSpan span)
{
    if (span.length > 0)
        ms_speak_text(&http->say, field, MS_TO_SERVER, -1, attempt, ms_http_in_head(http, span),
                      span.data, span.length);
}

/* RFC 7617 2: user name, colon and password in base64. */
static void say_basic(MsDialogue *http, MsHttpPending *entry, MsSpan value)
{
    MsSpan token = {value.data + 6, value.length - 6};
    int32_t attempt = begin_attempt(http, entry, hash(value), (MsSpan){value.data, 5}, "BASIC");
    if (attempt < 0)
        return;
    say_span(http, MS_FIELD_AUTH_ENCODED, attempt, token);
    http->plain.length = 0;
    size_t bad;
    MsBase64Result result = ms_base64_decode(token.data, token.length, &http->plain, &bad);
    const uint8_t *colon = ms_find_byte(http->plain.data, ':', http->plain.length);
    http->note.length = 0;
    if (result != MS_BASE64_OK || !colon) {
        const char *problem = result != MS_BASE64_OK ? ms_base64_error(result) : "no colon in it";
        ms_speak_text(&http->say, MS_FIELD_AUTH_PROBLEM, MS_TO_SERVER, -1, attempt,
                      ms_http_in_head(http, token), problem, strlen(problem));
    } else {
        size_t user = (size_t)(colon - http->plain.data);
        ms_speak_text(&http->say, MS_FIELD_AUTH_USERNAME, MS_TO_SERVER, -1, attempt,
                      ms_http_in_head(http, token), http->plain.data, user);
        ms_speak_text(&http->say, MS_FIELD_AUTH_PASSWORD, MS_TO_SERVER, -1, attempt,
                      ms_http_in_head(http, token), colon + 1, http->plain.length - user - 1);
        ms_buffer_text(&http->note, "user name and password: ");
        ms_buffer_append(&http->note, http->plain.data, MIN(http->plain.length, MS_HTTP_LINE));
    }
    show_line(http, value);
}

/* A parameter among those between commas (RFC 9110 11.4); its quotes are left out. */
static MsSpan parameter(MsSpan list, const char *name)
{
    size_t length = strlen(name);
    for (size_t at = 0; at < list.length;) {
        while (at < list.length &&
               (list.data[at] == ' ' || list.data[at] == ',' || list.data[at] == '\t'))
            at++;
        size_t start = at;
        while (at < list.length && list.data[at] != '=' && list.data[at] != ',')
            at++;
        bool found = at - start == length && ms_fold_equal(list.data + start, name, length);
        if (at == list.length || list.data[at] == ',')
            continue;
        bool string = ++at < list.length && list.data[at] == '"';
        at += string;
        size_t value = at;
        while (at < list.length && list.data[at] != (string ? '"' : ','))
            at += string && list.data[at] == '\\' && at + 1 < list.length ? 2 : 1;
        if (found)
            return (MsSpan){list.data + value, at - value};
        at += string && at < list.length;
    }
    return (MsSpan){0};
}

/* RFC 7616 3.4: the password is not sent; what is computed from it can be checked. A new request
 * has a new response; user name and challenge tell whether it is another login. */
static void say_digest(MsDialogue *http, MsHttpPending *entry, MsSpan value)
{
    MsSpan list = {value.data + 7, value.length - 7};
    MsSpan user = parameter(list, "username");
    MsSpan nonce = parameter(list, "nonce");
    int32_t attempt = begin_attempt(http, entry, hash(user) ^ hash(nonce) << 1,
                                    (MsSpan){value.data, 6}, "DIGEST");
    if (attempt < 0)
        return;
    say_span(http, MS_FIELD_AUTH_CHALLENGE, attempt, nonce);
    say_span(http, MS_FIELD_AUTH_USERNAME, attempt, user);
    say_span(http, MS_FIELD_AUTH_DIGEST, attempt, parameter(list, "response"));
    http->note.length = 0;
    ms_buffer_text(&http->note, "user name: ");
    ms_buffer_append(&http->note, user.data, MIN(user.length, MS_HTTP_LINE));
    show_line(http, value);
}

void ms_http_say_authorization(const MsHttpRequest *request, MsHttpPending *entry)
{
    MsSpan value = request->head->field[MS_HTTP_AUTHORIZATION];
    if (ms_fold_starts(value.data, value.length, "Basic ") && value.length > 6)
        say_basic(request->http, entry, value);
    else if (ms_fold_starts(value.data, value.length, "Digest "))
        say_digest(request->http, entry, value);
}
