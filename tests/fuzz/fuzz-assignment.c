/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-assignment.c - assignments and files of answers, of any bytes. Holds: an assignment is read
 * or refused with its line; a quoted value is read back; what is worth more than nothing is right,
 * near or a part, and never worth more than all. Input: an assignment, a NUL, answers. */
#include "base/error.h"
#include "fuzz.h"
#include "grade/answers.h"
#include "grade/match.h"

static void check_verdict(const MsVerdict *verdict)
{
    g_assert_true(verdict->worth >= 0 && verdict->worth <= 1);
    g_assert_true((verdict->kind == MS_VERDICT_NEAR) == (verdict->near != NULL));
    g_assert_true(verdict->kind != MS_VERDICT_RIGHT || verdict->worth == 1);
    g_assert_true(verdict->worth == 0 || verdict->kind <= MS_VERDICT_NEAR);
}

static void check_answers(const MsAssignment *assignment, const char *text, size_t length)
{
    static const char *const names[] = {"a.txt", "a.csv", "a.json"};
    char id[] = "s1";
    char none[] = "";
    const MsStudent student = {id, none, none, 0, NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) answers = ms_answers_read(assignment, names[i], text, length, &error);
        g_assert_true((answers == NULL) == (error != NULL));
        for (guint k = 0; answers && k < assignment->asked->len; k++) {
            const MsAsked *asked = assignment->asked->pdata[k];
            const char *answer = g_hash_table_lookup(answers, asked->id);
            MsVerdict verdict = ms_match_answer(assignment, asked, &student, answer);
            check_verdict(&verdict);
            verdict = ms_match_values(assignment, asked, &student, &answer, answer ? 1 : 0);
            check_verdict(&verdict);
        }
    }
}

static void check_quote(const char *text, size_t length)
{
    g_autoptr(GString) file = g_string_new("[assignment]\ntitle = T\nkind = answers\n"
                                           "[question a]\nexpect = ");
    if (!ms_assignment_quote(file, text, length))
        return;
    g_autoptr(MsAssignment) assignment = ms_assignment_new("x", file->str, file->len, NULL);
    g_assert_nonnull(assignment);
    const MsAsked *asked = ms_assignment_find(assignment, "a");
    g_assert_true(strlen(asked->expect[0]) == length);
    g_assert_true(memcmp(asked->expect[0], text, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 8192)
        return 0;
    const char *text = (const char *)data;
    const char *nul = memchr(text, '\0', size);
    size_t length = nul ? (size_t)(nul - text) : size;
    g_autoptr(GError) error = NULL;
    g_autoptr(MsAssignment) assignment = ms_assignment_new("x", text, length, &error);
    g_assert_true((assignment == NULL) == (error != NULL));
    g_assert_true(assignment || g_str_has_prefix(error->message, "x:"));
    if (assignment)
        check_answers(assignment, nul ? nul + 1 : "", nul ? size - length - 1 : 0);
    check_quote(text, MIN(length, 200));
    return 0;
}
