/* SPDX-License-Identifier: GPL-2.0-or-later
 * condition.c - reads and tries conditions. Texts are captured: bytes with a length. */
#include "condition.h"

#include <glib.h>

#include <string.h>

bool ms_condition_next(const char **text, MsCondition *condition)
{
    const char *start = *text + strspn(*text, " ");
    size_t length = strcspn(start, " ");
    if (length == 0)
        return false;
    size_t key = strcspn(start, "=^~> ");
    g_autofree char *name = g_strndup(start, key);
    *condition = (MsCondition){.field = ms_field_find(name),
                               .sign = key < length ? start[key] : '\0',
                               .key = start,
                               .key_length = key,
                               .values = start + key + (key < length),
                               .values_length = length - key - (key < length)};
    *text = start + length;
    return true;
}

static bool same(char value, char byte)
{
    return g_ascii_tolower(value == '_' ? ' ' : value) == g_ascii_tolower(byte);
}

/* Whether the value stands at `text`. */
static bool at(const char *value, size_t length, const char *text, size_t text_length)
{
    for (size_t i = 0; i < length; i++) {
        if (i >= text_length || !same(value[i], text[i]))
            return false;
    }
    return true;
}

static bool text_fits(char sign, const char *value, size_t length, const MsFact *fact)
{
    const char *text = fact->text;
    size_t left = fact->text_length;
    if (sign != '~')
        return (sign != '=' || left == length) && at(value, length, text, left);
    for (; left > 0; text++, left--) {
        if (at(value, length, text, left))
            return true;
    }
    return false;
}

static bool number_fits(char sign, const char *value, const MsFact *fact)
{
    int64_t number = (int64_t)g_ascii_strtoull(value, NULL, 10);
    return sign == '>' ? fact->number >= number : fact->number == number;
}

bool ms_condition_fits(const MsCondition *condition, const MsFact *fact)
{
    if (fact->field != condition->field)
        return false;
    if (condition->sign == '\0')
        return true;
    MsType type = ms_field(condition->field)->type;
    bool text = type == MS_STRING || type == MS_ADDRESS || type == MS_BYTES;
    for (size_t from = 0; from < condition->values_length;) {
        const char *value = condition->values + from;
        const char *slash = memchr(value, '/', condition->values_length - from);
        size_t length = slash ? (size_t)(slash - value) : condition->values_length - from;
        if (text ? text_fits(condition->sign, value, length, fact)
                 : number_fits(condition->sign, value, fact))
            return true;
        from += length + 1;
    }
    return false;
}
