/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-platform.c - names of submissions, as platforms write them, and names out of archives. */
#include "run/handed.h"
#include "run/platform.h"
#include "run/unpack.h"

#include <string.h>

static void test_names(void)
{
    static const struct {
        const char *file;
        MsPlatform platform;
        const char *id, *name;
    } rows[] = {
        {"Ada King_4711_assignsubmission_file", MS_PLATFORM_MOODLE, "4711", "Ada King"},
        {"Ada King_4711_assignsubmission_file_x.pcap", MS_PLATFORM_MOODLE, "4711", "Ada King"},
        {"Participant_9_assignsubmission_file_", MS_PLATFORM_MOODLE, "9", "Participant"},
        {"A_B_12_assignsubmission_file_", MS_PLATFORM_MOODLE, "12", "A_B"},
        {"kingada_55_66_x.pcap", MS_PLATFORM_CANVAS, "55", "kingada"},
        {"kingada_LATE_55_66_x.pcap", MS_PLATFORM_CANVAS, "55", "kingada"},
        {"anon_55_66_x_1.pcap", MS_PLATFORM_CANVAS, "55", "anon"},
        {"anon_aB3xY_66_x.pcap", MS_PLATFORM_CANVAS, "aB3xY", "anon"},
        {"LATE_anon_aB3xY_66_x.pcap", MS_PLATFORM_CANVAS, "aB3xY", "anon"},
        {"Lab 1_ada_attempt_2026-11-01-10-00-00_x.pcap", MS_PLATFORM_BLACKBOARD, "ada", "ada"},
        {"Lab_1_ada_attempt_2026-11-01-10-00-00.txt", MS_PLATFORM_BLACKBOARD, "ada", "ada"},
        {"ada.pcap", MS_PLATFORM_NONE, "ada", "ada"},
        {"ada.2.pcap.gz", MS_PLATFORM_NONE, "ada", "ada"},
        {"ada_lab_1.pcap", MS_PLATFORM_NONE, "ada_lab_1", "ada_lab_1"},
        {".x", MS_PLATFORM_NONE, ".x", ".x"},
        {"", MS_PLATFORM_NONE, "", ""},
    };
    guint count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, count++) {
        g_autofree char *id = NULL;
        g_autofree char *name = NULL;
        g_assert_cmpint(ms_platform_read(rows[i].file, &id, &name), ==, rows[i].platform);
        g_assert_cmpstr(id, ==, rows[i].id);
        g_assert_cmpstr(name, ==, rows[i].name);
    }
    g_assert_cmpuint(count, ==, 16);
}

static void test_squeeze(void)
{
    static const struct {
        const char *name;
        bool turned;
        const char *squeezed;
    } rows[] = {
        {"Ada King", false, "adaking"},
        {"Ada King", true, "kingada"},
        {"Ada Augusta King", true, "kingadaaugusta"},
        {"O'Neil-Smith", false, "oneilsmith"},
        {"Zoë Ödön", true, "ödönzoë"},
        {"King", true, "king"},
        {" Ada  King ", true, "kingada"},
        {"", true, ""},
        {"..", false, ""},
    };
    guint count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, count++) {
        g_autofree char *squeezed = ms_platform_squeeze(rows[i].name, rows[i].turned);
        g_assert_cmpstr(squeezed, ==, rows[i].squeezed);
    }
    g_assert_cmpuint(count, ==, 9);
}

static void test_packed_names(void)
{
    static const struct {
        const char *raw, *name;
    } rows[] = {
        {"a/b.pcap", "a/b.pcap"},
        {"/a//b", "a/b"},
        {"../../a", "a"},
        {"a/../b", "a/b"},
        {"./a/./b/", "a/b"},
        {"a\\..\\b", "a/b"},
        {"..", NULL},
        {"/", NULL},
        {"", NULL},
        {".git/x", NULL},
        {"__MACOSX/a/x", NULL},
        {"a/.DS_Store", NULL},
        {"a\xff", "a\xef\xbf\xbd"},
        {"C:\\a.pcap", "C:/a.pcap"},
    };
    guint count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, count++) {
        g_autofree char *name = ms_unpack_name(rows[i].raw);
        g_assert_cmpstr(name, ==, rows[i].name);
    }
    g_assert_cmpuint(count, ==, 14);
}

static void test_endings(void)
{
    static const struct {
        const char *name;
        bool capture, answers, archive;
    } rows[] = {
        {"a.pcap", true, false, false},    {"A.PCAPNG.GZ", true, false, false},
        {"a.cap.zst", true, false, false}, {"a.pcap.gz.gz", false, false, false},
        {"a.txt", false, true, false},     {"a.JSON", false, true, false},
        {"a.zip", false, false, true},     {"a.tar.gz", false, false, true},
        {"a.tgz", false, false, true},     {"a.gz", false, false, false},
        {"pcap", false, false, false},     {".gz", false, false, false},
    };
    guint count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, count++) {
        g_assert_true(ms_handed_is_capture(rows[i].name) == rows[i].capture);
        g_assert_true(ms_handed_is_answers(rows[i].name) == rows[i].answers);
        g_assert_true(ms_unpack_is_archive(rows[i].name) == rows[i].archive);
    }
    g_assert_cmpuint(count, ==, 12);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/platform/names", test_names);
    g_test_add_func("/platform/squeeze", test_squeeze);
    g_test_add_func("/platform/packed", test_packed_names);
    g_test_add_func("/platform/endings", test_endings);
    return g_test_run();
}
