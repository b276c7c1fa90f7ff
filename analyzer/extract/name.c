/* SPDX-License-Identifier: GPL-2.0-or-later
 * name.c - one character after the other is let through or replaced, then the ends are looked at.
 */
#include "name.h"

#include <stdbool.h>
#include <string.h>

enum { MOST_EXTENSION = 16 }; /* bytes, with the dot, that a name keeps when it is cut */

/* Characters without ink that Unicode does not call format characters (Default_Ignorable). */
static const struct {
    gunichar first, last;
} invisible[] = {
    {0x034f, 0x034f}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2800, 0x2800},
    {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xffa0, 0xffa0}, {0xfff0, 0xfffd}, {0xe0000, 0xe0fff},
};

static bool is_invisible(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* among them the bidirectional marks, overrides and isolates */
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        break;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(invisible); i++) {
        if (c >= invisible[i].first && c <= invisible[i].last)
            return true;
    }
    return false;
}

/* What stands for the character in a name. */
static gunichar replace(gunichar c)
{
    if (g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR)
        return ' ';
    if (is_invisible(c) || (c < 0x80 && strchr("<>:\"/\\|?*", (int)c)))
        return '_';
    return c;
}

/* Only harmless characters of the last path part. */
static GString *filter(const char *text, size_t length)
{
    GString *name = g_string_new(NULL);
    for (size_t at = 0; at < length;) {
        if (text[at] == '/' || text[at] == '\\') {
            g_string_truncate(name, 0);
            at++;
            continue;
        }
        gunichar c = text[at] == '\0' ? (gunichar)-1
                                      : g_utf8_get_char_validated(text + at, (gssize)(length - at));
        bool good = c != (gunichar)-1 && c != (gunichar)-2;
        g_string_append_unichar(name, good ? replace(c) : '_');
        at += good ? (size_t)(g_utf8_next_char(text + at) - (text + at)) : 1;
    }
    g_autofree char *normal = g_utf8_normalize(name->str, (gssize)name->len, G_NORMALIZE_NFC);
    if (normal)
        g_string_assign(name, normal);
    return name;
}

/* Length of the longest start of at most `most` bytes that ends between two characters. */
static size_t start_of(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    size_t end = most;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    return end;
}

/* Where the extension begins, its dot included; the end when there is none or it is long. */
static size_t extension_of(const char *name, size_t length)
{
    const char *dot = g_strrstr_len(name, (gssize)length, ".");
    size_t at = dot ? (size_t)(dot - name) : length;
    return at > 0 && length - at <= MOST_EXTENSION ? at : length;
}

static void shorten(GString *name, size_t most)
{
    if (name->len <= most)
        return;
    size_t extension = extension_of(name->str, name->len);
    size_t keep = start_of(name->str, extension, most - (name->len - extension));
    g_string_erase(name, (gssize)keep, (gssize)(extension - keep));
}

static bool is_end(char c)
{
    return c == '.' || c == ' ';
}

/* Names of devices on Windows, whatever their extension. */
static bool is_reserved(const char *name)
{
    static const char *const devices[] = {"CON",    "PRN",     "AUX",   "NUL",
                                          "CONIN$", "CONOUT$", "CLOCK$"};
    size_t stem = strcspn(name, ".");
    while (stem > 0 && name[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (stem == strlen(devices[i]) && g_ascii_strncasecmp(name, devices[i], stem) == 0)
            return true;
    }
    bool port = stem >= 4 && (g_ascii_strncasecmp(name, "COM", 3) == 0 ||
                              g_ascii_strncasecmp(name, "LPT", 3) == 0);
    if (!port)
        return false;
    /* Windows takes the superscripts 1, 2 and 3 for the digits. */
    return (stem == 4 && g_ascii_isdigit(name[3])) ||
           (stem == 5 &&
            (strncmp(name + 3, "\xc2\xb9", 2) == 0 || strncmp(name + 3, "\xc2\xb2", 2) == 0 ||
             strncmp(name + 3, "\xc2\xb3", 2) == 0));
}

void ms_name_safe(MsBuffer *out, const char *text, size_t length, size_t most)
{
    GString *name = filter(text, length);
    while (name->len > 0 && name->str[0] == ' ')
        g_string_erase(name, 0, 1);
    while (name->len > 0 && is_end(name->str[name->len - 1]))
        g_string_truncate(name, name->len - 1);
    if (name->len > 0 && strchr(".-~", name->str[0])) /* hidden, an option, a home */
        name->str[0] = '_';
    shorten(name, most - 1); /* room for the mark before a device's name */
    while (name->len > 0 && is_end(name->str[name->len - 1]))
        g_string_truncate(name, name->len - 1);
    if (is_reserved(name->str))
        g_string_prepend_c(name, '_');
    if (name->len == 0)
        g_string_append(name, "unnamed");
    ms_buffer_append(out, name->str, name->len);
    g_string_free(name, TRUE);
}

struct MsNames {
    GHashTable *taken; /* folded name */
};

MsNames *ms_names_new(void)
{
    MsNames *names = g_new0(MsNames, 1);
    names->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return names;
}

void ms_names_free(MsNames *names)
{
    if (!names)
        return;
    g_hash_table_unref(names->taken);
    g_free(names);
}

static char *fold(const char *name)
{
    g_autofree char *lower = g_utf8_casefold(name, -1);
    return g_utf8_normalize(lower, -1, G_NORMALIZE_NFKC);
}

char *ms_names_take(MsNames *names, const char *name, size_t most)
{
    size_t length = strlen(name);
    size_t extension = extension_of(name, length);
    char *free_name = g_strdup(name);
    for (unsigned n = 2;; n++) {
        char *key = fold(free_name);
        if (!g_hash_table_contains(names->taken, key)) {
            g_hash_table_add(names->taken, key);
            return free_name;
        }
        g_free(key);
        g_free(free_name);
        g_autofree char *mark = g_strdup_printf("-%u", n);
        size_t keep = start_of(name, extension, most - strlen(mark) - (length - extension));
        free_name = g_strdup_printf("%.*s%s%s", (int)keep, name, mark, name + extension);
    }
}
