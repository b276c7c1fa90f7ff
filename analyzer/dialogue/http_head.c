/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_head.c - start lines and fields of HTTP/1.x, as RFC 9112 has them; lenient where browsers
 * and servers are: bare line feeds, blanks around values. */
#include "http_head.h"

#include "../base/find.h"
#include "../base/fold.h"

#include <glib.h>

#include <string.h>

enum { LONGEST_METHOD = 24 };

static const struct {
    const char *name;
    MsHttpField field;
    uint8_t length; /* of the name */
} names[] = {{"host", MS_HTTP_HOST, 4},
             {"content-length", MS_HTTP_LENGTH, 14},
             {"transfer-encoding", MS_HTTP_TRANSFER, 17},
             {"content-type", MS_HTTP_TYPE, 12},
             {"content-encoding", MS_HTTP_CODING, 16},
             {"cookie", MS_HTTP_COOKIE, 6},
             {"referer", MS_HTTP_REFERER, 7},
             {"authorization", MS_HTTP_AUTHORIZATION, 13},
             {"location", MS_HTTP_LOCATION, 8}};

bool ms_span_is(MsSpan span, const char *word)
{
    return ms_fold_is(span.data, span.length, word);
}

bool ms_span_has(MsSpan span, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= span.length; i++)
        if (ms_fold_equal(span.data + i, word, length))
            return true;
    return false;
}

static MsSpan trim(MsSpan span)
{
    while (span.length > 0 && (span.data[0] == ' ' || span.data[0] == '\t')) {
        span.data++;
        span.length--;
    }
    while (span.length > 0 &&
           (span.data[span.length - 1] == ' ' || span.data[span.length - 1] == '\t'))
        span.length--;
    return span;
}

size_t ms_http_head_length(const uint8_t *data, size_t length, size_t *scanned)
{
    size_t at = 0;
    while (at < length && (data[at] == '\r' || data[at] == '\n'))
        at++;
    at = MAX(at, *scanned);
    while (at < length) {
        const uint8_t *end = ms_find_byte(data + at, '\n', length - at);
        if (!end)
            break;
        size_t feed = (size_t)(end - data);
        size_t next = feed + 1;
        if (next < length && data[next] == '\r')
            next++;
        if (next == length) {
            *scanned = feed; /* what is to come decides */
            return 0;
        }
        if (data[next] == '\n')
            return next + 1;
        at = feed + 1;
    }
    *scanned = length;
    return 0;
}

/* One line of data[*at..length), without its end. */
static MsSpan next_line(const uint8_t *data, size_t length, size_t *at)
{
    MsSpan line = {data + *at, length - *at};
    const uint8_t *end = ms_find_byte(line.data, '\n', line.length);
    if (end) {
        line.length = (size_t)(end - line.data);
        *at += line.length + 1;
    } else {
        *at = length;
    }
    if (line.length > 0 && line.data[line.length - 1] == '\r')
        line.length--;
    return line;
}

static size_t method_length(const uint8_t *data, size_t length)
{
    size_t i = 0;
    while (i < length && i < LONGEST_METHOD &&
           ((data[i] >= 'A' && data[i] <= 'Z') || data[i] == '-'))
        i++;
    return i;
}

/* method SP target SP HTTP/1.x (RFC 9112 3). */
static bool read_request_line(MsSpan line, MsHttpHead *head)
{
    static const char version[] = " HTTP/1.";
    size_t method = method_length(line.data, line.length);
    size_t tail = sizeof version; /* and its digit */
    if (method < 3 || line.length < method + 2 + tail || line.data[method] != ' ' ||
        memcmp(line.data + line.length - tail, version, sizeof version - 1) != 0)
        return false;
    head->request = true;
    head->method = (MsSpan){line.data, method};
    head->target = (MsSpan){line.data + method + 1, line.length - tail - method - 1};
    return head->target.length > 0;
}

/* HTTP/1.x SP status [SP reason] (RFC 9112 4). */
static bool read_status_line(MsSpan line, MsHttpHead *head)
{
    if (line.length < 12 || memcmp(line.data, "HTTP/1.", 7) != 0 || line.data[8] != ' ' ||
        (line.length > 12 && line.data[12] != ' '))
        return false;
    for (size_t i = 9; i < 12; i++) {
        if (!g_ascii_isdigit((char)line.data[i]))
            return false;
        head->status = head->status * 10 + (unsigned)(line.data[i] - '0');
    }
    head->status_at = (MsSpan){line.data + 9, 3};
    return head->status >= 100;
}

/* RFC 9110 8.6: digits; a list of equal numbers is one (RFC 9112 6.3). */
static void read_length(MsSpan value, MsHttpHead *head)
{
    uint64_t number = 0;
    size_t digits = 0;
    while (digits < value.length && g_ascii_isdigit((char)value.data[digits])) {
        if (number > UINT64_MAX / 16) {
            head->contradictory = true;
            return;
        }
        number = number * 10 + (uint64_t)(value.data[digits++] - '0');
    }
    if (digits == 0 || (digits < value.length && value.data[digits] != ',')) {
        head->contradictory = true;
        return;
    }
    if (head->has_length && head->length != number)
        head->contradictory = true;
    else
        head->length = number;
    head->has_length = true;
}

static void read_field(MsSpan line, MsHttpHead *head)
{
    const uint8_t *colon = ms_find_byte(line.data, ':', line.length);
    if (!colon)
        return;
    MsSpan name = {line.data, (size_t)(colon - line.data)};
    MsSpan value = trim((MsSpan){colon + 1, line.length - name.length - 1});
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (name.length != names[i].length || !ms_fold_equal(name.data, names[i].name, name.length))
            continue;
        MsHttpField field = names[i].field;
        if (field == MS_HTTP_LENGTH)
            read_length(value, head);
        if (field == MS_HTTP_TRANSFER)
            head->chunked =
                value.length >= 7 && ms_fold_equal(value.data + value.length - 7, "chunked", 7);
        if (!head->field[field].data)
            head->field[field] = value;
        return;
    }
}

/* `Transfer-Encoding: gzip, chunked` (RFC 9112 7.2): the chunks joined are packed as under a
 * Content-Encoding. Where both are named, the body stays packed. */
static void take_transfer_coding(MsHttpHead *head)
{
    MsSpan coding = head->field[MS_HTTP_TRANSFER];
    if (head->chunked)
        coding.length -= 7;
    while (coding.length > 0 && strchr(", \t", coding.data[coding.length - 1]))
        coding.length--;
    if (coding.length > 0 && !ms_span_is(coding, "identity"))
        head->field[MS_HTTP_CODING] =
            head->field[MS_HTTP_CODING].data ? head->field[MS_HTTP_TRANSFER] : coding;
}

bool ms_http_head_read(const uint8_t *data, size_t length, MsHttpHead *head)
{
    memset(head, 0, sizeof *head);
    size_t at = 0;
    while (at < length && (data[at] == '\r' || data[at] == '\n'))
        at++;
    if (at == length)
        return false;
    head->start = next_line(data, length, &at);
    if (!read_status_line(head->start, head) && !read_request_line(head->start, head))
        return false;
    while (at < length) {
        MsSpan line = next_line(data, length, &at);
        if (line.length == 0)
            break;
        if (g_ascii_isalpha((char)line.data[0]))
            read_field(line, head);
    }
    take_transfer_coding(head);
    if (head->field[MS_HTTP_TRANSFER].data && head->has_length)
        head->contradictory = true;
    return true;
}

bool ms_http_may_request(const uint8_t *data, size_t length, bool *whole)
{
    size_t method = method_length(data, length);
    MsHttpHead head = {0};
    size_t at = 0;
    if (whole)
        *whole = false;
    if (method == length)
        return method <= LONGEST_METHOD;
    if (method < 3 || data[method] != ' ')
        return false;
    bool ended = ms_find_byte(data, '\n', length) != NULL;
    bool good = ended && read_request_line(next_line(data, length, &at), &head);
    if (whole)
        *whole = good;
    return good || !ended;
}

MsHttpFraming ms_http_request_framing(const MsHttpHead *head)
{
    if (head->chunked)
        return MS_HTTP_CHUNKED;
    return head->has_length && head->length > 0 ? MS_HTTP_BY_LENGTH : MS_HTTP_NO_BODY;
}

MsHttpFraming ms_http_response_framing(const MsHttpHead *head, MsSpan method)
{
    bool granted = head->status / 100 == 2;
    if (head->status == 101 || (granted && ms_span_is(method, "CONNECT")))
        return MS_HTTP_BY_SWITCH;
    if (head->status / 100 == 1 || head->status == 204 || head->status == 304 ||
        ms_span_is(method, "HEAD"))
        return MS_HTTP_NO_BODY;
    if (head->chunked)
        return MS_HTTP_CHUNKED;
    if (head->field[MS_HTTP_TRANSFER].data || !head->has_length)
        return MS_HTTP_BY_CLOSE;
    return head->length > 0 ? MS_HTTP_BY_LENGTH : MS_HTTP_NO_BODY;
}

MsSpan ms_http_parameter(MsSpan value, const char *name)
{
    size_t length = strlen(name);
    bool quoted = false;
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] == '"')
            quoted = !quoted;
        if (quoted || value.data[i] != ';')
            continue;
        MsSpan rest = trim((MsSpan){value.data + i + 1, value.length - i - 1});
        if (!ms_fold_starts(rest.data, rest.length, name) || rest.length <= length ||
            rest.data[length] != '=')
            continue;
        rest.data += length + 1;
        rest.length -= length + 1;
        bool string = rest.length > 0 && rest.data[0] == '"';
        if (string) {
            rest.data++;
            rest.length--;
        }
        size_t end = 0;
        while (end < rest.length && rest.data[end] != (string ? '"' : ';'))
            end++;
        MsSpan found = {rest.data, end};
        return string ? found : trim(found);
    }
    return (MsSpan){0};
}

bool ms_http_chunk_size(const uint8_t *line, size_t length, uint64_t *size)
{
    size_t digits = 0;
    *size = 0;
    while (digits < length && g_ascii_isxdigit((char)line[digits])) {
        if (*size > UINT64_MAX / 32)
            return false;
        *size = *size * 16 + (uint64_t)g_ascii_xdigit_value((char)line[digits++]);
    }
    /* An extension may follow, or blanks (RFC 9112 7.1.1). */
    return digits > 0 &&
           (digits == length || line[digits] == ';' || line[digits] == ' ' || line[digits] == '\t');
}
