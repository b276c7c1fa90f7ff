/* SPDX-License-Identifier: GPL-2.0-or-later
 * gradescope.c - the fields are those of Gradescope's autograder specification. All texts say that
 * they are plain ("output_format": "text"), so that nothing in them is taken for markup. */
#include "gradescope.h"

#include "../base/error.h"
#include "../base/escape.h"
#include "result.h"

/* The roster's student of that address, however its letters are written. */
static const MsStudent *find_email(const MsRoster *roster, const char *email)
{
    for (guint i = 0; roster && email[0] && i < roster->students->len; i++) {
        const MsStudent *student = roster->students->pdata[i];
        if (g_ascii_strcasecmp(student->email, email) == 0)
            return student;
    }
    return NULL;
}

bool ms_gradescope_student(const char *text, size_t length, const char *name,
                           const MsRoster *roster, MsStudent *student, GError **error)
{
    json_t *metadata = json_loadb(text, length, 0, NULL);
    const json_t *user = json_array_get(json_object_get(metadata, "users"), 0);
    if (!json_is_object(user)) {
        json_decref(metadata);
        g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "cannot read '%s': it names no user", name);
        return false;
    }
    const char *email = ms_result_text(user, "email");
    const char *id = ms_result_text(user, "sid");
    const MsStudent *known = find_email(roster, email);
    student->id = g_strdup(known ? known->id : id[0] ? id : email[0] ? email : "student");
    student->name = g_strdup(known && known->name[0] ? known->name : ms_result_text(user, "name"));
    student->email = g_strdup(known ? known->email : email);
    student->nonce = g_strdup(known ? known->nonce : "");
    json_decref(metadata);
    return true;
}

static json_t *text_new(const GString *text)
{
    MsBuffer safe = {0};
    const char *line = text->str;
    while (line) { /* lines stay lines */
        const char *end = strchr(line, '\n');
        ms_escape_terminal(&safe, (const uint8_t *)line, end ? (size_t)(end - line) : strlen(line));
        if (end)
            ms_buffer_byte(&safe, '\n');
        line = end ? end + 1 : NULL;
    }
    json_t *string = json_stringn(safe.data ? (const char *)safe.data : "", safe.length);
    ms_buffer_clear(&safe);
    return string;
}

/* What came from others keeps to one line, so that it cannot look like one of ours. */
static void add_line(GString *out, const char *what, const char *text)
{
    g_autofree char *line = g_strdelimit(g_strdup(text), "\n", ' ');
    g_string_append_printf(out, "%s%s%s", out->len > 0 ? "\n" : "", what, line);
}

static json_t *test_new(const MsAssignment *assignment, guint number, const json_t *row,
                        const MsReturnStyle *style)
{
    const MsAsked *asked = assignment->asked->pdata[number];
    MsVerdictKind verdict = ms_result_verdict(row);
    bool right = verdict == MS_VERDICT_RIGHT;
    bool counted = verdict != MS_VERDICT_SKIPPED;
    g_autoptr(GString) output = g_string_new(ms_result_text(row, "verdict"));
    g_autoptr(GString) name = g_string_new(asked->title);
    if (ms_result_text(row, "near")[0])
        g_string_append_printf(output, ": %s", ms_result_text(row, "near"));
    if (ms_result_text(row, "words")[0])
        add_line(output, "", ms_result_text(row, "words"));
    for (size_t i = 0; !counted && asked->needs && asked->needs[i]; i++) {
        const MsAsked *other = ms_assignment_find(assignment, asked->needs[i]);
        add_line(output,
                 "Not counted, as it needs to be right: ", other ? other->title : asked->needs[i]);
    }
    if (asked->hint && !right)
        add_line(output, "Hint: ", asked->hint);
    if (ms_result_text(row, "filter")[0])
        add_line(output, "Where it is, as a display filter: ", ms_result_text(row, "filter"));
    const char *expected = ms_return_expected(asked, row, style);
    if (expected)
        add_line(output, "Expected: ", expected);
    g_autofree char *digits = g_strdup_printf("%u", number + 1);
    json_t *test =
        json_pack("{so ss ss so ss ss ss}", "name", text_new(name), "name_format", "text", "number",
                  digits, "output", text_new(output), "output_format", "text", "status",
                  right ? "passed" : "failed", "visibility", "visible");
    if (!asked->required) {
        double points = json_number_value(json_object_get(row, "points"));
        json_object_set_new(test, "score", json_real(counted ? points : 0));
        json_object_set_new(test, "max_score", json_real(counted ? asked->points : 0));
    }
    return test;
}

json_t *ms_gradescope_result(const MsAssignment *assignment, const json_t *result,
                             const MsReturnStyle *style)
{
    char points[G_ASCII_DTOSTR_BUF_SIZE];
    char of[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *remark = ms_return_remark(assignment, result);
    g_autoptr(GString) output = g_string_new(NULL);
    g_string_append_printf(output, "%s of %s points",
                           ms_result_number(result, "points", points, sizeof points),
                           ms_result_number(result, "of", of, sizeof of));
    if (remark)
        add_line(output, "", remark);
    json_t *tests = json_array();
    const json_t *rows = json_object_get(result, "questions");
    for (guint i = 0; i < json_array_size(rows) && i < assignment->asked->len; i++)
        json_array_append_new(tests, test_new(assignment, i, json_array_get(rows, i), style));
    return json_pack("{sO so ss ss ss so}", "score", json_object_get(result, "points"), "output",
                     text_new(output), "output_format", "text", "visibility", "visible",
                     "stdout_visibility", "hidden", "tests", tests);
}
