/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_cookie.c - the cookies that stand for a login (RFC 6265): sent by the client in Cookie,
 * given by the server in Set-Cookie. By them one visit is known on several connections. */
#include "../base/find.h"
#include "../base/fold.h"
#include "http.h"

#include <glib.h>

enum {
    VALUE_LEAST = 16,  /* bytes: shorter ones are settings, or too easily the same by chance */
    COOKIE_MOST = 1024 /* bytes of name and value; longer ones are passed over */
};

/* Whether a cookie of that name stands for a visit. */
static bool names_visit(MsSpan name)
{
    static const char *const parts[] = {"sess", "auth", "token", "sogo", "horde"};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (ms_span_has(name, parts[i]))
            return true;
    return name.length >= 3 && ms_fold_is(name.data + name.length - 3, 3, "sid");
}

static uint64_t hash(MsSpan text)
{
    uint64_t value = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < text.length; i++)
        value = (value ^ text.data[i]) * 1099511628211u;
    return value;
}

/* Whether it was not said before; those said last are remembered. */
static bool is_new(MsDialogue *http, MsSpan cookie)
{
    uint64_t value = hash(cookie);
    for (size_t i = 0; i < G_N_ELEMENTS(http->cookies); i++)
        if (http->cookies[i] == value)
            return false;
    http->cookies[http->n_cookies++ % G_N_ELEMENTS(http->cookies)] = value;
    return true;
}

static void say_cookie(MsDialogue *http, MsDirection direction, MsSpan cookie)
{
    const uint8_t *equals = ms_find_byte(cookie.data, '=', cookie.length);
    if (!equals || cookie.length > COOKIE_MOST)
        return;
    size_t name = (size_t)(equals - cookie.data);
    if (cookie.length - name - 1 < VALUE_LEAST || !names_visit((MsSpan){cookie.data, name}) ||
        !is_new(http, cookie))
        return;
    MsBytes bytes = ms_http_text_bytes(&http->side[direction].head);
    ms_speak_text(&http->say, MS_FIELD_HTTP_COOKIE, direction, -1, -1,
                  ms_http_where(http, &bytes, (size_t)(cookie.data - bytes.data), cookie.length),
                  cookie.data, cookie.length);
}

/* Each `name=value` of the value of Cookie; of Set-Cookie the first, attributes follow it. */
static void say_value(MsDialogue *http, MsDirection direction, MsSpan value)
{
    while (value.length > 0) {
        const uint8_t *end = ms_find_byte(value.data, ';', value.length);
        size_t length = end ? (size_t)(end - value.data) : value.length;
        MsSpan cookie = {value.data, length};
        while (cookie.length > 0 && (cookie.data[0] == ' ' || cookie.data[0] == '\t')) {
            cookie.data++;
            cookie.length--;
        }
        while (cookie.length > 0 &&
               (cookie.data[cookie.length - 1] == ' ' || cookie.data[cookie.length - 1] == '\t'))
            cookie.length--;
        if (cookie.length > 0)
            say_cookie(http, direction, cookie);
        if (!end || direction == MS_TO_CLIENT)
            return;
        value.data += length + 1;
        value.length -= length + 1;
    }
}

void ms_http_say_cookies(MsDialogue *http, MsDirection direction)
{
    const char *name = direction == MS_TO_SERVER ? "cookie:" : "set-cookie:";
    size_t name_length = direction == MS_TO_SERVER ? 7 : 11;
    const MsBuffer *head = &http->side[direction].head.text;
    for (size_t at = 0; at < head->length;) {
        const uint8_t *line = head->data + at;
        const uint8_t *end = ms_find_byte(line, '\n', head->length - at);
        size_t length = end ? (size_t)(end - line) : head->length - at;
        at += length + 1;
        if (length > 0 && line[length - 1] == '\r')
            length--;
        if (length > name_length && ms_fold_is(line, name_length, name))
            say_value(http, direction, (MsSpan){line + name_length, length - name_length});
    }
}
