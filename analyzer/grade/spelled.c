/* SPDX-License-Identifier: GPL-2.0-or-later
 * spelled.c - near misses of names and words: another domain, one letter wrong. Addresses and
 * numbers are no words: there each digit counts. */
#include "match_private.h"

#include <string.h>

#define SHORTEST 5 /* letters of a word in which one may be wrong */

static bool is_word(const char *text)
{
    return strspn(text, "0123456789.:-/ ") < strlen(text);
}

/* How much of it is the name: up to the @, else up to the first dot. */
static size_t name_length(const char *text)
{
    const char *at = strchr(text, '@');
    return at ? (size_t)(at - text) : strcspn(text, ".");
}

static bool is_same_name(const char *value, const char *right)
{
    size_t length = name_length(value);
    return length > 0 && length == name_length(right) && is_word(right) &&
           strncmp(value, right, length) == 0;
}

/* Bytes that two texts have in common at their beginnings. */
static size_t common(const char *a, const char *b)
{
    size_t length = 0;
    while (a[length] != '\0' && a[length] == b[length])
        length++;
    return length;
}

/* Whether one byte is wrong, missing or too many, or two are turned round. */
static bool is_typo(const char *value, const char *right)
{
    size_t same = common(value, right);
    const char *a = value + same;
    const char *b = right + same;
    if (strlen(right) < SHORTEST || !is_word(right))
        return false;
    if (*a && *b &&
        (strcmp(a + 1, b + 1) == 0 || (a[1] == b[0] && a[0] == b[1] && strcmp(a + 2, b + 2) == 0)))
        return true;
    return (*a && strcmp(a + 1, b) == 0) || (*b && strcmp(a, b + 1) == 0);
}

bool ms_near_is_spelled(const MsAsked *asked, MsNearKind kind, const MsStudent *student,
                        const char *value)
{
    g_autofree char *given = ms_match_normal(value, asked->letter_case);
    for (size_t i = 0; asked->expect && asked->expect[i]; i++) {
        g_autofree char *filled = ms_match_fill(asked->expect[i], student, false);
        g_autofree char *right = ms_match_normal(filled, asked->letter_case);
        if (kind == MS_NEAR_TYPO ? is_typo(given, right) : is_same_name(given, right))
            return true;
    }
    return false;
}
