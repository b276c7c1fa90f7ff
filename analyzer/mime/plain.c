/* SPDX-License-Identifier: GPL-2.0-or-later
 * plain.c - certain is only what no reader of mail could take in another way: a clean header, and
 * no line that begins with Content- but for the type and encoding of a text, or the type of a usual
 * multipart; of that all of the message is looked at. */
#include "plain.h"

#include "../base/find.h"

#include <string.h>

enum {
    MOST = 8192 /* bytes looked at; what is longer is read by GMime */
};

typedef enum { LINE_OTHER, LINE_TEXT, LINE_MULTIPART, LINE_UNSURE } Kind;

/* Length of the field's name; 0 when the line is no clean field. */
static size_t name_of(const uint8_t *line, size_t length)
{
    size_t at = 0;
    while (at < length && line[at] > ' ' && line[at] < 0x7f && line[at] != ':')
        at++;
    return at < length && line[at] == ':' ? at : 0;
}

static bool begins(const uint8_t *text, size_t length, const char *with)
{
    size_t size = strlen(with);
    return length >= size && g_ascii_strncasecmp((const char *)text, with, size) == 0;
}

/* The value of Content-Type, without what is folded. */
static Kind kind_of_type(const uint8_t *value, size_t length)
{
    static const char *const texts[] = {"text/plain",
                                        "text/html",
                                        "text/plain; charset=us-ascii",
                                        "text/plain; charset=utf-8",
                                        "text/html; charset=utf-8",
                                        "text/plain; charset=\"utf-8\"",
                                        "text/plain; charset=iso-8859-1",
                                        "text/plain; charset=utf-8; format=flowed",
                                        "text/plain; charset=us-ascii; format=flowed"};
    static const char *const multiparts[] = {"multipart/mixed; boundary=\"",
                                             "multipart/alternative; boundary=\""};
    while (length > 0 && value[0] == ' ') {
        value++;
        length--;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (length == strlen(texts[i]) && begins(value, length, texts[i]))
            return LINE_TEXT;
    for (size_t i = 0; i < G_N_ELEMENTS(multiparts); i++)
        if (begins(value, length, multiparts[i]))
            return LINE_MULTIPART;
    return LINE_UNSURE;
}

static Kind kind_of_line(const uint8_t *line, size_t length)
{
    if (!begins(line, length, "Content-"))
        return LINE_OTHER;
    size_t name = name_of(line, length);
    if (name == strlen("Content-Transfer-Encoding") &&
        begins(line, length, "Content-Transfer-Encoding"))
        return LINE_OTHER;
    if (name == strlen("Content-Type") && begins(line, length, "Content-Type"))
        return kind_of_type(line + name + 1, length - name - 1);
    return LINE_UNSURE;
}

/* Whether a uuencoded file may stand in the text. */
static bool has_begin(const MsMessage *message, uint64_t from)
{
    uint8_t text[MOST];
    static const char begin[] = "\nbegin ";
    for (size_t got; (got = ms_message_read(message, from, text, sizeof text)) > 6;) {
        if (memmem(text, got, begin, sizeof begin - 1))
            return true;
        from += got - 6;
    }
    return false;
}

bool ms_mime_is_plain(const MsMessage *message)
{
    uint8_t text[MOST];
    if (ms_message_headless(message))
        return false;
    size_t length = ms_message_read(message, 0, text, sizeof text);
    bool in_header = true;
    bool several = false;      /* a multipart: what its parts are stands further down */
    Kind before = LINE_UNSURE; /* of the line before; a first line cannot go on with it */
    for (size_t at = 0; at < length;) {
        const uint8_t *line = text + at;
        const uint8_t *feed = ms_find_byte(line, '\n', length - at);
        size_t size = feed ? (size_t)(feed - line) : length - at;
        size_t words = size - (size > 0 && line[size - 1] == '\r');
        bool goes_on = words > 0 && (line[0] == ' ' || line[0] == '\t');
        if (in_header && words == 0) {
            if (at == 0)
                return false;
            if (!several)
                return !has_begin(message, at);
            in_header = false;
        }
        /* What a type goes on with may name a file. */
        if (goes_on && before != LINE_OTHER)
            return false;
        if (in_header && !goes_on && name_of(line, words) == 0)
            return false;
        before = goes_on ? LINE_OTHER : kind_of_line(line, words);
        if (before == LINE_UNSURE)
            return false;
        several = several || before == LINE_MULTIPART;
        at += size + 1;
    }
    return !in_header && length == ms_message_kept(message) && !has_begin(message, 0);
}
