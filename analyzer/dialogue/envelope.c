/* SPDX-License-Identifier: GPL-2.0-or-later
 * envelope.c - paths and parameters of MAIL and RCPT. Not validated: what was sent is what is
 * shown. RFC 5321 4.1.2. */
#include "envelope.h"

#include "../base/find.h"
#include "../base/fold.h"

#include <glib.h>

#include <string.h>

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static size_t skip_blanks(const uint8_t *text, size_t length, size_t at)
{
    while (at < length && is_blank(text[at]))
        at++;
    return at;
}

/* The end of a path in angle brackets: the `>` outside a quoted string, or `length`. */
static size_t closing(const uint8_t *text, size_t length, size_t at)
{
    bool quoted = false;
    for (; at < length; at++) {
        if (quoted && text[at] == '\\') /* RFC 5321 4.1.2: quoted-pairSMTP */
            at++;
        else if (text[at] == '"')
            quoted = !quoted;
        else if (text[at] == '>' && !quoted)
            return at;
    }
    return length;
}

/* A path that does not begin with `<`: up to a blank; a display name before `<` is left out. */
static bool bare_path(const uint8_t *text, size_t length, size_t at, MsEnvelope *envelope)
{
    envelope->loose = true;
    size_t end = at;
    while (end < length && !is_blank(text[end]) && text[end] != '<')
        end++;
    const uint8_t *open = ms_find_byte(text + at, '<', length - at);
    bool address = ms_find_byte(text + at, '@', end - at) != NULL;
    if (open && !address) {
        at = (size_t)(open - text) + 1;
        end = closing(text, length, at);
        envelope->path = (MsSlice){at, MIN(end, length) - at};
        end = MIN(end + 1, length);
    } else {
        size_t stop = end > at && text[end - 1] == '>' ? end - 1 : end;
        envelope->path = (MsSlice){at, stop - at};
    }
    envelope->parameters = (MsSlice){end, length - end};
    return envelope->path.length > 0;
}

bool ms_envelope_parse(const uint8_t *text, size_t length, size_t at, const char *keyword,
                       MsEnvelope *envelope)
{
    *envelope = (MsEnvelope){0};
    size_t start = at;
    size_t letters = strlen(keyword);
    at = skip_blanks(text, length, at);
    if (at != start + 1)
        envelope->loose = true;
    if (length - at < letters || !ms_fold_equal(text + at, keyword, letters))
        return false;
    at += letters;
    size_t colon = skip_blanks(text, length, at);
    if (colon < length && text[colon] == ':') {
        envelope->loose |= colon != at;
        at = colon + 1;
    } else if (colon > at || (at < length && text[at] == '<')) {
        envelope->loose = true; /* `MAIL FROM <a@b>` */
    } else {
        return false;
    }
    size_t path = skip_blanks(text, length, at);
    envelope->loose |= path != at;
    if (path >= length)
        return false;
    if (text[path] != '<')
        return bare_path(text, length, path, envelope);
    size_t end = closing(text, length, path + 1);
    envelope->path = (MsSlice){path + 1, end - path - 1};
    if (end == length) { /* `<a@b` without its bracket */
        envelope->loose = true;
        size_t stop = path + 1;
        while (stop < length && !is_blank(text[stop]))
            stop++;
        envelope->path.length = stop - path - 1;
        end = stop - 1;
    }
    envelope->parameters = (MsSlice){end + 1, length - end - 1};
    return true;
}

bool ms_envelope_parameter(const uint8_t *text, size_t length, size_t *at, MsSlice *parameter)
{
    size_t start = skip_blanks(text, length, *at);
    size_t end = start;
    while (end < length && !is_blank(text[end]))
        end++;
    *at = end;
    *parameter = (MsSlice){start, end - start};
    return end > start;
}
