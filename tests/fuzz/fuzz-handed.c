/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-handed.c - names of files that students hand in, and lists of submissions, of any bytes.
 * Holds: names out of archives have no part that leads out; names of platforms come apart into what
 * was in them; a list is read, or refused with its line. Input: a name, a NUL, a list. */
#include "fuzz.h"
#include "run/listed.h"
#include "run/platform.h"
#include "run/unpack.h"

static void check_unpacked(const char *raw)
{
    g_autofree char *name = ms_unpack_name(raw);
    if (!name)
        return;
    g_assert_true(g_utf8_validate(name, -1, NULL));
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    for (size_t i = 0; parts[i]; i++) {
        g_assert_true(parts[i][0] != '\0' && parts[i][0] != '.');
        g_assert_null(strchr(parts[i], '\\'));
    }
    g_autofree char *again = ms_unpack_name(name);
    g_assert_cmpstr(again, ==, name);
}

static void check_platform(const char *raw)
{
    g_autofree char *id = NULL;
    g_autofree char *name = NULL;
    g_autofree char *file = g_utf8_make_valid(raw, -1);
    MsPlatform platform = ms_platform_read(file, &id, &name);
    g_assert_true(id && name);
    g_assert_true(g_utf8_validate(id, -1, NULL) && g_utf8_validate(name, -1, NULL));
    g_assert_nonnull(strstr(file, id));
    g_assert_nonnull(strstr(file, name));
    if (platform == MS_PLATFORM_MOODLE || platform == MS_PLATFORM_CANVAS)
        g_assert_true(id[0] && strspn(id, "0123456789") == strlen(id));
    for (int turned = 0; turned < 2; turned++) {
        g_autofree char *squeezed = ms_platform_squeeze(file, turned);
        g_assert_true(g_utf8_validate(squeezed, -1, NULL));
        g_assert_null(strpbrk(squeezed, " _./"));
    }
}

static void check_list(const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = ms_listed_read(text, length, "x", &error);
    g_assert_true((list == NULL) == (error != NULL));
    g_assert_true(list || g_str_has_prefix(error->message, "x:"));
    for (guint i = 0; list && i < list->len; i++) {
        const MsListed *listed = list->pdata[i];
        g_assert_true(listed->student.id[0] && listed->student.name && listed->student.email);
        g_assert_true(listed->student.line >= 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 8192)
        return 0;
    g_autofree char *name = g_strndup((const char *)data, size);
    check_unpacked(name);
    check_platform(name);
    size_t length = strlen(name);
    if (length < size)
        check_list((const char *)data + length + 1, size - length - 1);
    return 0;
}
