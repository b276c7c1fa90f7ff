/* SPDX-License-Identifier: GPL-2.0-or-later
 * assignment.c - a strict reader: what it does not know it refuses, with line and reason, and with
 * the word that was probably meant. What a section says as a whole is checked in
 * assignment_check.c. */
#include "assignment.h"

#include "../base/error.h"
#include "assignment_private.h"

#include <string.h>

#define MOST_BYTES ((size_t)1 << 20)
#define MOST_SECTIONS 1000

static const char *const match_names[MS_N_MATCHES] = {
    "exact", "any-of", "set", "count", "number", "regex", "between", "present", "absent"};

const char *ms_match_name(MsMatch match)
{
    return match_names[match];
}

static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    size_t row[LONGEST + 1];
    size_t n = strlen(a);
    size_t m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t k = 0; k <= m; k++)
        row[k] = k;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= m; k++) {
            size_t best = MIN(corner + (a[i - 1] != b[k - 1]), MIN(row[k], row[k - 1]) + 1);
            corner = row[k];
            row[k] = best;
        }
    }
    return row[m];
}

const char *ms_assignment_nearest(const char *word, const char *(*name)(size_t), size_t count)
{
    const char *nearest = NULL;
    size_t least = 4; /* more changes make another word */
    for (size_t i = 0; i < count; i++) {
        size_t changes = distance(word, name(i));
        if (changes < least && changes < strlen(name(i))) {
            least = changes;
            nearest = name(i);
        }
    }
    return nearest;
}

bool ms_assignment_fail(const MsReader *reader, unsigned line, GError **error, const char *format,
                        ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, MS_ERROR, MS_ERROR_USAGE, "%s:%u: %s", reader->name, line, why);
    return false;
}

bool ms_assignment_unknown(const MsReader *reader, GError **error, const char *what,
                           const char *word, const char *(*name)(size_t), size_t count)
{
    const char *nearest = ms_assignment_nearest(word, name, count);
    if (nearest)
        return ms_assignment_fail(reader, reader->line, error, "unknown %s '%s'; is '%s' meant?",
                                  what, word, nearest);
    return ms_assignment_fail(reader, reader->line, error, "unknown %s '%s'", what, word);
}

bool ms_assignment_quote(GString *out, const char *text, size_t length)
{
    if (length == 0 || text[0] == ' ' || text[length - 1] == ' ' ||
        !g_utf8_validate(text, (gssize)length, NULL))
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '|' || text[i] == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, text[i]);
    }
    return true;
}

bool ms_assignment_time(const char *text, int64_t *time_ns)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
    int64_t seconds = time ? g_date_time_to_unix(time) : 0;
    if (!time || ABS(seconds) > INT64_MAX / 1000000000 - 1) /* nanoseconds: 1677 to 2262 */
        return false;
    *time_ns = seconds * 1000000000 + (int64_t)g_date_time_get_microsecond(time) * 1000;
    return true;
}

static void near_clear(void *data)
{
    MsNear *near = data;
    g_free(near->other);
}

static void asked_free(void *data)
{
    MsAsked *asked = data;
    g_free(asked->id);
    g_free(asked->title);
    g_free(asked->fact);
    g_free(asked->frames);
    g_free(asked->where);
    g_free(asked->raw);
    g_strfreev(asked->expect);
    g_strfreev(asked->needs);
    g_free(asked->hint);
    g_array_unref(asked->near);
    g_free(asked);
}

void ms_assignment_free(MsAssignment *assignment)
{
    if (!assignment)
        return;
    g_free(assignment->title);
    g_ptr_array_unref(assignment->asked);
    g_free(assignment);
}

const MsAsked *ms_assignment_find(const MsAssignment *assignment, const char *id)
{
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (strcmp(asked->id, id) == 0)
            return asked;
    }
    return NULL;
}

double ms_assignment_sum(const MsAssignment *assignment)
{
    double sum = 0;
    for (guint i = 0; i < assignment->asked->len; i++)
        sum += ((const MsAsked *)assignment->asked->pdata[i])->points;
    return sum;
}

static const char *section_name(size_t i)
{
    static const char *const names[] = {"assignment", "question", "require"};
    return names[i];
}

static bool good_id(const char *id)
{
    size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
    return length > 0 && length <= 64 && id[length] == '\0';
}

static bool add_section(MsReader *reader, const char *id, bool required, GError **error)
{
    MsAssignment *assignment = reader->assignment;
    if (!good_id(id))
        return ms_assignment_fail(reader, reader->line, error,
                                  "an id has 1 to 64 small letters, digits, '-', '_' and '.'");
    const MsAsked *same = ms_assignment_find(assignment, id);
    if (same)
        return ms_assignment_fail(reader, reader->line, error, "'%s' is also in line %u", id,
                                  same->line);
    if (assignment->asked->len == MOST_SECTIONS)
        return ms_assignment_fail(reader, reader->line, error, "more than %d sections",
                                  MOST_SECTIONS);
    MsAsked *asked = g_new0(MsAsked, 1);
    asked->id = g_strdup(id);
    asked->line = reader->line;
    asked->required = required;
    asked->points = required ? 0 : 1;
    asked->oddity = MS_N_ODDITIES;
    asked->check = -1;
    asked->near = g_array_new(FALSE, FALSE, sizeof(MsNear));
    g_array_set_clear_func(asked->near, near_clear);
    g_ptr_array_add(assignment->asked, asked);
    reader->asked = asked;
    return true;
}

static bool read_section(MsReader *reader, char *line, GError **error)
{
    size_t length = strlen(line);
    if (length < 2 || line[length - 1] != ']')
        return ms_assignment_fail(reader, reader->line, error, "']' is missing");
    line[length - 1] = '\0';
    g_strstrip(line + 1);
    g_hash_table_remove_all(reader->seen);
    char *id = strchr(line + 1, ' ');
    if (id)
        *id++ = '\0';
    if (strcmp(line + 1, "assignment") == 0 && !id) {
        if (reader->begun)
            return ms_assignment_fail(reader, reader->line, error, "a second [assignment]");
        reader->begun = true;
        return true;
    }
    bool required = strcmp(line + 1, "require") == 0;
    if (!required && strcmp(line + 1, "question") != 0)
        return ms_assignment_unknown(reader, error, "section", line + 1, section_name, 3);
    if (!reader->begun)
        return ms_assignment_fail(reader, reader->line, error, "[assignment] comes first");
    if (!id)
        return ms_assignment_fail(reader, reader->line, error, "[%s ID]: the id is missing",
                                  line + 1);
    return add_section(reader, g_strstrip(id), required, error);
}

static bool read_line(MsReader *reader, char *line, GError **error)
{
    g_strstrip(line);
    if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
        return true;
    if (line[0] == '[')
        return read_section(reader, line, error);
    char *equals = strchr(line, '=');
    if (!equals)
        return ms_assignment_fail(reader, reader->line, error, "neither [section] nor key = value");
    *equals = '\0';
    g_strchomp(line);
    if (!reader->begun)
        return ms_assignment_fail(reader, reader->line, error, "[assignment] comes first");
    void *before = g_hash_table_lookup(reader->seen, line);
    if (before)
        return ms_assignment_fail(reader, reader->line, error, "'%s' is also in line %u", line,
                                  GPOINTER_TO_UINT(before));
    g_hash_table_insert(reader->seen, g_strdup(line), GUINT_TO_POINTER(reader->line));
    char *value = g_strstrip(equals + 1);
    if (value[0] == '\0')
        return ms_assignment_fail(reader, reader->line, error, "'%s' has no value", line);
    return ms_assignment_key(reader, line, value, error);
}

static bool read_lines(MsReader *reader, const char *text, size_t length, GError **error)
{
    if (length > MOST_BYTES)
        return ms_assignment_fail(reader, 1, error, "larger than %zu bytes", MOST_BYTES);
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    for (size_t at = 0; at < length; reader->line++) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t next = end ? (size_t)(end - text) : length;
        if (!g_utf8_validate(text + at, (gssize)(next - at), NULL))
            return ms_assignment_fail(reader, reader->line, error, "not UTF-8, or a NUL in it");
        g_autofree char *line = g_strndup(text + at, next - at);
        if (!read_line(reader, line, error))
            return false;
        at = next + 1;
    }
    return ms_assignment_check(reader, error);
}

MsAssignment *ms_assignment_new(const char *name, const char *text, size_t length, GError **error)
{
    MsAssignment *assignment = g_new0(MsAssignment, 1);
    assignment->points = -1;
    assignment->asked = g_ptr_array_new_with_free_func(asked_free);
    MsReader reader = {.name = name, .line = 1, .assignment = assignment};
    reader.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bool good = read_lines(&reader, text, length, error);
    g_hash_table_unref(reader.seen);
    if (good)
        return assignment;
    ms_assignment_free(assignment);
    return NULL;
}
