/* SPDX-License-Identifier: GPL-2.0-or-later
 * junit.c - JUnit XML has no standard; this is what its common schemas agree on: properties before
 * cases, counts that add up, no element of our own. XML 1.0 (2.2) forbids most control characters:
 * they are written out as \x1b. */
#include "junit.h"

#include "../base/escape.h"
#include "../report/html.h"
#include "result.h"

typedef struct {
    guint tests, failures, errors, skipped;
} Counts;

static void put_text(MsBuffer *out, const char *text)
{
    static const char never[] = "\xef\xbf"; /* U+FFFE and U+FFFF are no characters of XML */
    MsBuffer safe = {0};
    ms_escape_terminal(&safe, (const uint8_t *)text, strlen(text));
    for (size_t i = 0; i + 2 < safe.length; i++) {
        if (memcmp(safe.data + i, never, 2) == 0 && safe.data[i + 2] >= 0xbe)
            safe.data[i + 2] = 0xbd; /* U+FFFD */
    }
    ms_html_plain(out, safe.data, safe.length);
    ms_buffer_clear(&safe);
}

static void put_attribute(MsBuffer *out, const char *name, const char *text)
{
    ms_buffer_printf(out, " %s=\"", name);
    put_text(out, text);
    ms_buffer_byte(out, '"');
}

static void put_property(MsBuffer *out, const char *name, const char *value)
{
    ms_buffer_text(out, "      <property");
    put_attribute(out, "name", name);
    put_attribute(out, "value", value);
    ms_buffer_text(out, "/>\n");
}

static void put_counts(MsBuffer *out, const Counts *counts)
{
    ms_buffer_printf(out,
                     " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"0\">\n",
                     counts->tests, counts->failures, counts->errors, counts->skipped);
}

/* The case of what is wrong with the submission as a whole; nothing when all is well. */
static void put_whole(MsBuffer *out, const MsAssignment *assignment, const json_t *result,
                      Counts *counts)
{
    g_autofree char *remark = ms_return_remark(assignment, result);
    if (!remark)
        return;
    bool failure = ms_result_missing(result) || !ms_result_text(result, "problem")[0];
    counts->tests++;
    counts->failures += failure;
    counts->errors += !failure;
    ms_buffer_text(out, "    <testcase name=\"submission\" time=\"0\"");
    put_attribute(out, "classname", ms_result_text(result, "key"));
    ms_buffer_printf(out, ">\n      <%s", failure ? "failure" : "error");
    put_attribute(out, "message", remark);
    ms_buffer_printf(out, " type=\"%s\"/>\n    </testcase>\n",
                     ms_result_missing(result) ? "missing"
                     : failure                 ? "required"
                                               : "unreadable");
}

static void put_line(MsBuffer *out, const char *what, const char *text)
{
    if (text[0] == '\0')
        return;
    ms_buffer_text(out, what);
    put_text(out, text);
    ms_buffer_byte(out, '\n');
}

static void put_failure(MsBuffer *out, const MsAsked *asked, const json_t *row)
{
    char points[G_ASCII_DTOSTR_BUF_SIZE];
    char of[G_ASCII_DTOSTR_BUF_SIZE];
    const char *near = ms_result_text(row, "near");
    const char *filter = ms_result_text(row, "filter");
    g_autofree char *message =
        g_strdup_printf("%s, %s of %s points%s%s", ms_result_text(row, "verdict"),
                        ms_result_number(row, "points", points, sizeof points),
                        ms_result_number(row, "of", of, sizeof of), near[0] ? ": " : "", near);
    ms_buffer_text(out, "      <failure");
    put_attribute(out, "message", message);
    put_attribute(out, "type", ms_result_text(row, "verdict"));
    ms_buffer_byte(out, '>');
    put_line(out, "", ms_result_text(row, "words"));
    put_line(out, "Hint: ", asked->hint ? asked->hint : "");
    put_line(out, "Display filter: ", filter);
    ms_buffer_text(out, "</failure>\n");
}

static void put_case(MsBuffer *out, const MsAsked *asked, guint number, const json_t *result,
                     Counts *counts)
{
    const json_t *row = json_array_get(json_object_get(result, "questions"), number);
    MsVerdictKind verdict = ms_result_verdict(row);
    g_autofree char *name = g_strdup_printf("%u %s", number + 1, asked->title);
    counts->tests++;
    ms_buffer_text(out, "    <testcase");
    put_attribute(out, "name", name);
    ms_buffer_text(out, " time=\"0\"");
    put_attribute(out, "classname", ms_result_text(result, "key"));
    if (verdict == MS_VERDICT_RIGHT) {
        ms_buffer_text(out, "/>\n");
        return;
    }
    ms_buffer_text(out, ">\n");
    if (verdict == MS_VERDICT_SKIPPED) {
        counts->skipped++;
        ms_buffer_text(out, "      <skipped/>\n");
    } else {
        counts->failures++;
        put_failure(out, asked, row);
    }
    ms_buffer_text(out, "    </testcase>\n");
}

static void put_suite(MsBuffer *out, const MsAssignment *assignment, const json_t *result,
                      Counts *all)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    MsBuffer cases = {0};
    Counts counts = {0};
    put_whole(&cases, assignment, result, &counts);
    size_t rows = json_array_size(json_object_get(result, "questions"));
    for (guint i = 0; i < rows && i < assignment->asked->len; i++)
        put_case(&cases, assignment->asked->pdata[i], i, result, &counts);
    ms_buffer_text(out, "  <testsuite");
    put_attribute(out, "name", ms_result_text(result, "key"));
    put_counts(out, &counts);
    ms_buffer_text(out, "    <properties>\n");
    put_property(out, "student", ms_result_text(result, "student"));
    put_property(out, "name", ms_result_text(result, "name"));
    put_property(out, "points", ms_result_number(result, "points", number, sizeof number));
    put_property(out, "of", ms_result_number(result, "of", number, sizeof number));
    ms_buffer_text(out, "    </properties>\n");
    ms_buffer_append(out, cases.data, cases.length);
    ms_buffer_text(out, "  </testsuite>\n");
    ms_buffer_clear(&cases);
    all->tests += counts.tests;
    all->failures += counts.failures;
    all->errors += counts.errors;
    all->skipped += counts.skipped;
}

void ms_junit(MsBuffer *out, const MsAssignment *assignment, json_t *const *results, guint count)
{
    MsBuffer suites = {0};
    Counts counts = {0};
    for (guint i = 0; i < count; i++)
        put_suite(&suites, assignment, results[i], &counts);
    ms_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    put_attribute(out, "name", assignment->title);
    put_counts(out, &counts);
    ms_buffer_append(out, suites.data, suites.length);
    ms_buffer_text(out, "</testsuites>\n");
    ms_buffer_clear(&suites);
}
