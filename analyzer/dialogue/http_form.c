/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_form.c - takes forms apart. JSON is not read as a tree: its strings are found in their
 * order, as each must be cited, and each is decoded by Jansson. */
#include "http_form.h"

#include "../base/find.h"
#include "../base/fold.h"

#include <glib.h>
#include <jansson.h>

#include <string.h>

MsSpan ms_form_name(const MsForm *form, const MsFormField *field)
{
    return (MsSpan){form->text.data + field->name, field->name_length};
}

MsSpan ms_form_value(const MsForm *form, const MsFormField *field)
{
    return (MsSpan){form->text.data + field->value, field->value_length};
}

void ms_form_reset(MsForm *form)
{
    form->text.length = 0;
    form->n_fields = 0;
}

void ms_form_clear(MsForm *form)
{
    ms_buffer_clear(&form->text);
    g_free(form->fields);
    *form = (MsForm){0};
}

/* A new field whose name begins at the end of the text; NULL when there are too many. */
static MsFormField *add(MsForm *form, uint8_t source)
{
    if (form->n_fields == MS_FORM_FIELDS)
        return NULL;
    if (form->n_fields == form->slots) {
        form->slots = form->slots ? form->slots * 2 : 8;
        form->fields = g_renew(MsFormField, form->fields, form->slots);
    }
    MsFormField *field = &form->fields[form->n_fields++];
    *field = (MsFormField){.name = form->text.length, .source = source};
    return field;
}

static void end_name(MsForm *form, MsFormField *field)
{
    field->name_length = form->text.length - field->name;
    field->value = form->text.length;
}

static void end_value(MsForm *form, MsFormField *field, const uint8_t *data, size_t at,
                      size_t length)
{
    field->value_length = form->text.length - field->value;
    field->at = at;
    field->length = length;
    field->encoded = field->value_length != length ||
                     (length > 0 && memcmp(form->text.data + field->value, data + at, length) != 0);
}

/* --- name=value&... --- */

/* %XX is an octet, + a blank; what is no hexadecimal stays as it is. */
static void unescape(MsBuffer *out, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (data[i] == '+') {
            ms_buffer_byte(out, ' ');
        } else if (data[i] == '%' && i + 2 < length && g_ascii_isxdigit((char)data[i + 1]) &&
                   g_ascii_isxdigit((char)data[i + 2])) {
            ms_buffer_byte(out, (uint8_t)(g_ascii_xdigit_value((char)data[i + 1]) * 16 +
                                          g_ascii_xdigit_value((char)data[i + 2])));
            i += 2;
        } else {
            ms_buffer_byte(out, data[i]);
        }
    }
}

static void read_urlencoded(MsForm *form, const uint8_t *data, size_t at, size_t length, bool whole,
                            uint8_t source)
{
    while (at < length) {
        const uint8_t *end = ms_find_byte(data + at, '&', length - at);
        if (!end && !whole)
            return;
        size_t stop = end ? (size_t)(end - data) : length;
        if (!end) /* some clients end the body with a line feed that is no part of it */
            while (stop > at && (data[stop - 1] == '\n' || data[stop - 1] == '\r'))
                stop--;
        const uint8_t *equals = ms_find_byte(data + at, '=', stop - at);
        size_t name = equals ? (size_t)(equals - data) : stop;
        if (stop > at) {
            MsFormField *field = add(form, source);
            if (!field)
                return;
            unescape(&form->text, data + at, name - at);
            end_name(form, field);
            size_t value = equals ? name + 1 : stop;
            unescape(&form->text, data + value, stop - value);
            end_value(form, field, data, value, stop - value);
        }
        at = end ? stop + 1 : length;
    }
}

void ms_form_query(MsForm *form, MsSpan target, uint8_t source)
{
    const uint8_t *mark = ms_find_byte(target.data, '?', target.length);
    if (!mark)
        return;
    const uint8_t *hash = ms_find_byte(mark, '#', target.length - (size_t)(mark - target.data));
    size_t length = hash ? (size_t)(hash - target.data) : target.length;
    read_urlencoded(form, target.data, (size_t)(mark - target.data) + 1, length, true, source);
}

/* --- multipart/form-data --- */

/* Offset of the next line that begins with `--boundary`, from `at` on, or `length`. */
static size_t find_boundary(const uint8_t *data, size_t length, size_t at, MsSpan boundary)
{
    while (at + 2 + boundary.length <= length) {
        const uint8_t *dash = ms_find_byte(data + at, '-', length - at);
        if (!dash)
            break;
        at = (size_t)(dash - data);
        if (at + 2 + boundary.length <= length && data[at + 1] == '-' &&
            memcmp(data + at + 2, boundary.data, boundary.length) == 0 &&
            (at == 0 || data[at - 1] == '\n'))
            return at;
        at++;
    }
    return length;
}

/* The Content-Disposition among the part's fields; empty when there is none. */
static MsSpan disposition(const uint8_t *data, size_t length)
{
    static const char name[] = "content-disposition:";
    for (size_t at = 0; at < length;) {
        const uint8_t *end = ms_find_byte(data + at, '\n', length - at);
        size_t stop = end ? (size_t)(end - data) : length;
        if (ms_fold_starts(data + at, stop - at, name)) {
            size_t value = at + sizeof name - 1;
            if (stop > value && data[stop - 1] == '\r')
                stop--;
            return (MsSpan){data + value, stop - value};
        }
        at = end ? (size_t)(end - data) + 1 : length;
    }
    return (MsSpan){0};
}

/* One part: fields, empty line, value. `closed`: the boundary behind it is there. */
static bool read_part(MsForm *form, const uint8_t *data, size_t at, size_t end, bool closed,
                      uint8_t source)
{
    size_t scanned = 0;
    size_t head = ms_http_head_length(data + at, end - at, &scanned);
    if (head == 0)
        return true;
    MsSpan about = disposition(data + at, head);
    MsSpan name = ms_http_parameter(about, "name");
    MsSpan filename = ms_http_parameter(about, "filename");
    if (!name.data || (!closed && !filename.data))
        return true;
    MsFormField *field = add(form, source);
    if (!field)
        return false;
    ms_buffer_append(&form->text, name.data, name.length);
    end_name(form, field);
    size_t value = at + head;
    size_t stop = end;
    if (filename.data) {
        field->file = true;
        value = (size_t)(filename.data - data);
        stop = value + filename.length;
    } else if (stop > value && data[stop - 1] == '\n') { /* RFC 2046 5.1.1: the boundary's */
        stop--;
        if (stop > value && data[stop - 1] == '\r')
            stop--;
    }
    ms_buffer_append(&form->text, data + value, stop - value);
    end_value(form, field, data, value, stop - value);
    return true;
}

static void read_multipart(MsForm *form, MsSpan boundary, const uint8_t *data, size_t length,
                           uint8_t source)
{
    if (boundary.length == 0)
        return;
    size_t at = find_boundary(data, length, 0, boundary);
    while (at < length) {
        at += 2 + boundary.length;
        if (at + 1 < length && data[at] == '-' && data[at + 1] == '-')
            return;
        const uint8_t *line = ms_find_byte(data + at, '\n', length - at);
        if (!line)
            return;
        at = (size_t)(line - data) + 1;
        size_t end = find_boundary(data, length, at, boundary);
        if (!read_part(form, data, at, end, end < length, source))
            return;
        at = end;
    }
}

/* --- JSON --- */

/* A string of JSON: offset behind its closing quote, or 0 when it is not there. */
static size_t string_end(const uint8_t *data, size_t length, size_t at)
{
    for (at++; at < length; at++) {
        if (data[at] == '\\')
            at++;
        else if (data[at] == '"')
            return at + 1;
    }
    return 0;
}

/* Appends the string data[at..end), quotes included, decoded; false when it is none. */
static bool decode_string(MsForm *form, const uint8_t *data, size_t at, size_t end)
{
    json_error_t error;
    json_t *value =
        json_loadb((const char *)data + at, end - at, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    bool good = json_is_string(value);
    if (good)
        ms_buffer_append(&form->text, json_string_value(value), json_string_length(value));
    json_decref(value);
    return good;
}

static size_t skip_blanks(const uint8_t *data, size_t length, size_t at)
{
    while (at < length &&
           (data[at] == ' ' || data[at] == '\t' || data[at] == '\n' || data[at] == '\r'))
        at++;
    return at;
}

/* End of a number, true, false or null. */
static size_t word_end(const uint8_t *data, size_t length, size_t at)
{
    while (at < length && (g_ascii_isalnum((char)data[at]) || data[at] == '-' || data[at] == '+' ||
                           data[at] == '.'))
        at++;
    return at;
}

/* One value of the name: a string, or a number, true, false or null. Returns its end; `at` when
 * there is none, 0 when it is not whole or there is no more room. */
static size_t read_value(MsForm *form, const uint8_t *data, size_t length, MsSpan name, size_t at,
                         uint8_t source)
{
    bool string = at < length && data[at] == '"';
    size_t end = string ? string_end(data, length, at) : word_end(data, length, at);
    if (!string && end == at)
        return at;
    if (end == 0 || (!string && end == length))
        return 0;
    MsFormField *field = add(form, source);
    if (!field)
        return 0;
    bool good = decode_string(form, name.data, 0, name.length);
    end_name(form, field);
    if (string)
        good = good && decode_string(form, data, at, end);
    else
        ms_buffer_append(&form->text, data + at, end - at);
    if (!good)
        form->n_fields--;
    else
        end_value(form, field, data, at + string, end - at - 2 * string);
    return end;
}

/* The value of a name, at the offset behind the colon; of a list its values up to the first that is
 * an object or a list. Returns where to go on, 0 to stop. Objects are entered, their own names and
 * strings follow. */
static size_t read_member(MsForm *form, const uint8_t *data, size_t length, MsSpan name, size_t at,
                          uint8_t source)
{
    at = skip_blanks(data, length, at);
    bool list = false;
    while (at < length && data[at] == '[') {
        at = skip_blanks(data, length, at + 1);
        list = true;
    }
    for (;;) {
        size_t end = read_value(form, data, length, name, at, source);
        size_t comma = skip_blanks(data, length, end);
        if (end == 0 || end == at || !list || comma == length || data[comma] != ',')
            return end;
        at = skip_blanks(data, length, comma + 1);
    }
}

static bool is_one_of(MsSpan name, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ms_fold_is(name.data, name.length, words[i]))
            return true;
    return false;
}

/* Objects of addresses, `"to": [{"email": "x"}, {"email": "y"}]`: their values count as values of
 * the outer name. */
typedef struct {
    MsSpan name;
    size_t depth; /* braces open where the name stands */
} Outer;

/* The name under which the value at data[at] is kept; `depth` braces are open. */
static MsSpan outer_name(Outer *outer, size_t depth, MsSpan name, const uint8_t *data,
                         size_t length, size_t at)
{
    static const char *const lists[] = {"\"to\"", "\"cc\"", "\"bcc\"", "\"from\"",
                                        "\"recipients\""};
    static const char *const addresses[] = {"\"email\"", "\"address\"", "\"mail\""};
    while (at < length && (data[at] == '[' || skip_blanks(data, length, at) > at))
        at += data[at] == '[' ? 1 : skip_blanks(data, length, at) - at;
    if (at < length && data[at] == '{') {
        bool list = is_one_of(name, lists, G_N_ELEMENTS(lists));
        *outer = (Outer){list ? name : (MsSpan){0}, depth};
        return name;
    }
    return outer->name.data && depth > outer->depth &&
                   is_one_of(name, addresses, G_N_ELEMENTS(addresses))
               ? outer->name
               : name;
}

static void read_json(MsForm *form, const uint8_t *data, size_t length, uint8_t source)
{
    Outer outer = {0};
    size_t depth = 0;
    for (size_t at = 0; at < length && form->n_fields < MS_FORM_FIELDS;) {
        if (data[at] != '"') {
            depth += data[at] == '{';
            depth -= data[at] == '}' && depth > 0;
            at++;
            continue;
        }
        size_t end = string_end(data, length, at);
        if (end == 0)
            return;
        size_t colon = skip_blanks(data, length, end);
        if (colon < length && data[colon] == ':') {
            const MsSpan name =
                outer_name(&outer, depth, (MsSpan){data + at, end - at}, data, length, colon + 1);
            size_t next = read_member(form, data, length, name, colon + 1, source);
            if (next == 0)
                return;
            end = next;
        }
        at = end;
    }
}

/* --- which --- */

static bool type_is(MsSpan type, const char *name)
{
    size_t length = strlen(name);
    return ms_fold_starts(type.data, type.length, name) &&
           (type.length == length || type.data[length] == ';' || type.data[length] == ' ');
}

MsFormKind ms_form_kind(MsSpan type, const uint8_t *data, size_t length)
{
    if (type_is(type, "application/x-www-form-urlencoded"))
        return MS_FORM_URLENCODED;
    if (type_is(type, "multipart/form-data"))
        return MS_FORM_MULTIPART;
    if (type_is(type, "application/json") || type_is(type, "text/json") ||
        (type_is(type, "text/javascript")))
        return MS_FORM_JSON;
    if (type.length > 0 && !type_is(type, "text/plain"))
        return MS_FORM_NONE;
    size_t at = skip_blanks(data, length, 0);
    if (at < length && data[at] == '{')
        return MS_FORM_JSON;
    return at < length && ms_find_byte(data, '=', length) ? MS_FORM_URLENCODED : MS_FORM_NONE;
}

void ms_form_read(MsForm *form, MsFormKind kind, MsSpan boundary, const uint8_t *data,
                  size_t length, bool whole, uint8_t source)
{
    switch (kind) {
    case MS_FORM_URLENCODED:
        read_urlencoded(form, data, 0, length, whole, source);
        break;
    case MS_FORM_MULTIPART:
        read_multipart(form, boundary, data, length, source);
        break;
    case MS_FORM_JSON:
        read_json(form, data, length, source);
        break;
    case MS_FORM_NONE:
        break;
    }
}
