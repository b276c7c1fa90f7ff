/* SPDX-License-Identifier: GPL-2.0-or-later
 * platform.c - reads the names that Moodle, Canvas and Blackboard write. */
#include "platform.h"

#include <glib.h>

#include <string.h>

static void squeeze_part(GString *squeezed, const char *text)
{
    g_autofree char *lower = g_utf8_strdown(text, -1);
    for (const char *c = lower; *c; c = g_utf8_next_char(c)) {
        if (g_unichar_isalnum(g_utf8_get_char(c)))
            g_string_append_unichar(squeezed, g_utf8_get_char(c));
    }
}

char *ms_platform_squeeze(const char *name, bool turned)
{
    GString *squeezed = g_string_new(NULL);
    g_autofree char *copy = g_strchomp(g_strdup(name));
    char *last = turned ? strrchr(copy, ' ') : NULL;
    if (last) {
        *last = '\0';
        squeeze_part(squeezed, last + 1);
    }
    squeeze_part(squeezed, copy);
    return g_string_free(squeezed, FALSE);
}

MsPlatform ms_platform_read(const char *file, char **id, char **name)
{
    static const struct {
        const char *pattern;
        MsPlatform platform;
        int id, name; /* groups; 0: none */
    } forms[] = {
        {"^(.+)_(\\d+)_assignsubmission_", MS_PLATFORM_MOODLE, 2, 1},
        {"^.+_([^_]+)_attempt_\\d{4}-\\d\\d-\\d\\d-\\d\\d", MS_PLATFORM_BLACKBOARD, 1, 0},
        {"^(?:LATE_)?(anon)_([[:alnum:]]+)_\\d+_.", MS_PLATFORM_CANVAS, 2, 1},
        {"^([^_]+)_(?:LATE_)?(\\d+)_\\d+_.", MS_PLATFORM_CANVAS, 2, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GRegex) regex = g_regex_new(forms[i].pattern, G_REGEX_DOTALL, 0, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        if (!g_regex_match(regex, file, 0, &match))
            continue;
        *id = g_match_info_fetch(match, forms[i].id);
        *name = forms[i].name ? g_match_info_fetch(match, forms[i].name) : g_strdup(*id);
        return forms[i].platform;
    }
    const char *dot = file[0] ? strchr(file + 1, '.') : NULL;
    *name = dot ? g_strndup(file, (gsize)(dot - file)) : g_strdup(file);
    *id = g_strdup(*name);
    return MS_PLATFORM_NONE;
}
