/* SPDX-License-Identifier: GPL-2.0-or-later
 * near.c - near misses: what a wrong answer has to do with the right one. */
#include "match_private.h"

#include <string.h>

#define MOST_QUARTERS (14 * 4)
#define ENDS ".,;:!<>()[]{}\"'` "

const char *ms_near_words(MsNearKind kind)
{
    static const char *const words[MS_N_NEARS] = {
        [MS_NEAR_BASE64] = "not decoded from base64",
        [MS_NEAR_SWAPPED] = "client and server swapped",
        [MS_NEAR_HEADER] = "from the header instead of the envelope",
        [MS_NEAR_INSTEAD] = "the answer to another question",
        [MS_NEAR_FIRST] = "the first one instead of the last",
        [MS_NEAR_LAST] = "the last one instead of the first",
        [MS_NEAR_PORT] = "the port instead of the address",
        [MS_NEAR_ADDRESS] = "the address instead of the port",
        [MS_NEAR_WITH_PORT] = "address and port together",
        [MS_NEAR_OFF] = "a number next to the right one",
        [MS_NEAR_FRAME] = "the right value, but another frame or none",
        [MS_NEAR_ELSEWHERE] = "right, but in another session or message",
        [MS_NEAR_ENDS] = "but for a dot or bracket at its ends",
        [MS_NEAR_CASE] = "but for capital letters",
        [MS_NEAR_RELATIVE] = "a relative number where the absolute one is asked for, or the other "
                             "way round",
        [MS_NEAR_HEX] = "hexadecimal instead of decimal, or the other way round",
        [MS_NEAR_LINE] = "the value with more of its line around it",
        [MS_NEAR_ZONE] = "a time in another time zone",
        [MS_NEAR_DOMAIN] = "the name without its domain, or with another one",
        [MS_NEAR_TYPO] = "one letter wrong"};
    return words[kind];
}

bool ms_near_number(const char *text, unsigned base, uint64_t *number)
{
    char *end = NULL;
    bool hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    const char *digits = hex ? text + 2 : text;
    size_t length = strspn(digits, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");
    if (length == 0 || length > 18 || digits[length] != '\0' || (hex && base != 16))
        return false;
    *number = g_ascii_strtoull(digits, &end, base);
    return true;
}

/* Expected value number `i`; NULL behind the last one. */
static const char *expected(const MsAsked *asked, size_t i)
{
    if (asked->expect)
        return i < g_strv_length(asked->expect) ? asked->expect[i] : NULL;
    return i == 0 ? asked->raw : NULL;
}

/* A number as it is written, with or without 0x. */
static bool plain_number(const char *text, uint64_t *number)
{
    bool hex = text && g_ascii_strncasecmp(text, "0x", 2) == 0;
    return text && ms_near_number(text, hex ? 16 : 10, number);
}

static bool is_off(const MsAsked *asked, const MsNear *near, const char *value)
{
    uint64_t found, right;
    if (!ms_near_number(value, 10, &found))
        return false;
    for (size_t i = 0; expected(asked, i); i++) {
        if (plain_number(expected(asked, i), &right) && found != right &&
            (found > right ? found - right : right - found) <= near->number)
            return true;
    }
    return false;
}

/* Sequence numbers count modulo 2^32 (RFC 9293 3.4); Wireshark shows them from the first one on. */
static bool is_relative(const MsAssignment *assignment, const MsAsked *asked, const MsNear *near,
                        const char *value)
{
    uint64_t found, right, first = near->number;
    const MsAsked *other = near->other ? ms_assignment_find(assignment, near->other) : NULL;
    if (!plain_number(value, &found) || found > UINT32_MAX ||
        (other && !plain_number(expected(other, 0), &first)))
        return false;
    for (size_t i = 0; expected(asked, i); i++) {
        if (plain_number(expected(asked, i), &right) && found != right &&
            ((uint32_t)found == (uint32_t)(right - first) ||
             (uint32_t)found == (uint32_t)(right + first)))
            return true;
    }
    return false;
}

static bool is_other_base(const MsAsked *asked, const char *value)
{
    for (size_t i = 0; expected(asked, i); i++) {
        const char *text = expected(asked, i);
        uint64_t dec[2], hex[2];
        bool is_dec[2] = {ms_near_number(value, 10, &dec[0]), ms_near_number(text, 10, &dec[1])};
        bool is_hex[2] = {ms_near_number(value, 16, &hex[0]), ms_near_number(text, 16, &hex[1])};
        if ((is_dec[0] && is_hex[1] && dec[0] == hex[1]) ||
            (is_hex[0] && is_dec[1] && hex[0] == dec[1]) ||
            (is_hex[0] && is_hex[1] && hex[0] == hex[1]))
            return true;
    }
    return false;
}

/* Away with what people put around a value; the caller frees. */
static char *strip_ends(const char *text)
{
    g_autofree char *normal = ms_match_normal(text, true);
    char *start = normal + strspn(normal, ENDS);
    size_t length = strlen(start);
    while (length > 0 && strchr(ENDS, start[length - 1]))
        length--;
    return g_strndup(start, length);
}

static bool is_but_for_ends(const MsAsked *asked, const MsStudent *student, const char *value)
{
    g_autofree char *inside = strip_ends(value);
    if (inside[0] == '\0')
        return false;
    if (ms_match_fits(inside, asked, student))
        return true;
    for (size_t i = 0; asked->expect && asked->expect[i]; i++) {
        g_autofree char *right = strip_ends(asked->expect[i]);
        if (right[0] && strcmp(right, asked->expect[i]) != 0 &&
            (asked->letter_case ? strcmp(inside, right) : g_ascii_strcasecmp(inside, right)) == 0)
            return true;
    }
    return false;
}

/* "192.0.2.1:25", "[::1]:25", "192.0.2.1 port 25". */
static bool is_with_port(const MsAsked *asked, const MsStudent *student, const char *value)
{
    g_autofree char *normal = ms_match_normal(value, true);
    size_t length = strlen(normal);
    size_t port = length;
    while (port > 0 && g_ascii_isdigit(normal[port - 1]))
        port--;
    if (port == length || port == 0 || !strchr(": ,/", normal[port - 1]))
        return false;
    g_autofree char *front = g_strndup(normal, port);
    if (g_str_has_suffix(front, "port "))
        front[strlen(front) - strlen("port ")] = '\0';
    g_autofree char *address = strip_ends(front);
    return address[0] &&
           (ms_match_fits(address, asked, student) || ms_match_fits(normal + port, asked, student));
}

static bool is_undecoded(const MsAsked *asked, const MsStudent *student, const char *value)
{
    gsize length;
    g_autofree char *clean = g_strstrip(g_strdup(value));
    if (strlen(clean) < 4)
        return false;
    g_autofree guchar *bytes = g_base64_decode(clean, &length);
    g_autofree char *text = g_strndup((const char *)bytes, length);
    return length > 0 && ms_match_fits(text, asked, student);
}

static bool is_but_for_case(const MsAsked *asked, const MsStudent *student, const char *value)
{
    MsAsked lax = *asked;
    lax.letter_case = false;
    return ms_match_fits(value, &lax, student);
}

/* Whether a value may begin or end at `at`: it is not in the middle of a word. */
static bool is_edge(const char *text, const char *at)
{
    bool before = at > text && (g_ascii_isalnum(at[-1]) || strchr("@._", at[-1]));
    bool behind =
        g_ascii_isalnum(*at) || *at == '@' || *at == '_' || (*at == '.' && g_ascii_isalnum(at[1]));
    return !(before && behind);
}

/* "MAIL FROM:<ann@example.com>", "250 OK" */
static bool is_line(const MsAsked *asked, const MsStudent *student, const char *value)
{
    g_autofree char *line = ms_match_normal(value, asked->letter_case);
    for (size_t i = 0; expected(asked, i); i++) {
        g_autofree char *filled = ms_match_fill(expected(asked, i), student, false);
        g_autofree char *right = ms_match_normal(filled, asked->letter_case);
        size_t length = strlen(right);
        const char *at = length > 0 ? strstr(line, right) : NULL;
        for (; at; at = strstr(at + 1, right)) {
            if (is_edge(line, at) && is_edge(line, at + length))
                return true;
        }
    }
    return false;
}

/* Times in other zones differ by quarters of hours, 14 hours at most. */
static bool is_other_zone(const MsAsked *asked, const char *value)
{
    int64_t found, right;
    if (!ms_assignment_time(value, &found) ||
        ABS(found) > INT64_MAX - MOST_QUARTERS * INT64_C(900000000000))
        return false;
    for (int64_t quarter = -MOST_QUARTERS; quarter <= MOST_QUARTERS; quarter++) {
        int64_t time = found + quarter * INT64_C(900000000000);
        if (asked->match == MS_MATCH_BETWEEN) {
            if (time >= asked->bounds[0] && time <= asked->bounds[1])
                return true;
            continue;
        }
        for (size_t i = 0; expected(asked, i); i++) {
            if (ms_assignment_time(expected(asked, i), &right) && time == right)
                return true;
        }
    }
    return false;
}

bool ms_near_is(const MsAssignment *assignment, const MsAsked *asked, const MsNear *near,
                const MsStudent *student, const char *value)
{
    g_autofree char *normal = ms_match_normal(value, true);
    switch (near->kind) {
    case MS_NEAR_BASE64:
        return is_undecoded(asked, student, value);
    case MS_NEAR_WITH_PORT:
        return is_with_port(asked, student, value);
    case MS_NEAR_OFF:
        return is_off(asked, near, normal);
    case MS_NEAR_ENDS:
        return is_but_for_ends(asked, student, value);
    case MS_NEAR_CASE:
        return is_but_for_case(asked, student, value);
    case MS_NEAR_RELATIVE:
        return is_relative(assignment, asked, near, normal);
    case MS_NEAR_HEX:
        return is_other_base(asked, normal);
    case MS_NEAR_LINE:
        return is_line(asked, student, value);
    case MS_NEAR_ZONE:
        return is_other_zone(asked, normal);
    case MS_NEAR_DOMAIN:
    case MS_NEAR_TYPO:
        return ms_near_is_spelled(asked, near->kind, student, value);
    case MS_NEAR_FRAME: /* looked at where the answer is taken apart */
    case MS_NEAR_ELSEWHERE:
        return false;
    default:
        return ms_match_fits(value, ms_assignment_find(assignment, near->other), student);
    }
}

const MsNear *ms_near_find(const MsAsked *asked, MsNearKind kind)
{
    for (guint i = 0; i < asked->near->len; i++) {
        const MsNear *near = &g_array_index(asked->near, MsNear, i);
        if (near->kind == kind)
            return near;
    }
    return NULL;
}
