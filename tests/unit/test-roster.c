/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-roster.c - tables as spreadsheets write them, cells that do no harm, and who is in a class.
 */
#include "base/error.h"
#include "grade/csv.h"
#include "grade/roster.h"

#include <glib.h>

#include <string.h>
#include <unistd.h>

/* Cells joined by `|`, rows by `/`. */
static char *joined(const MsCsv *csv)
{
    GString *out = g_string_new("");
    for (guint row = 0; row < csv->rows->len; row++) {
        const GPtrArray *cells = csv->rows->pdata[row];
        for (guint i = 0; i < cells->len; i++)
            g_string_append_printf(out, "%s%s", i > 0 ? "|" : "", (char *)cells->pdata[i]);
        g_string_append_c(out, '/');
    }
    return g_string_free(out, FALSE);
}

static void test_read(void)
{
    static const struct {
        const char *text, *cells; /* NULL: refused */
        const char *why;
    } rows[] = {
        {"", "", NULL},
        {"a,b\n1,2\n", "a|b/1|2/", NULL},
        {"a,b\r\n1,2", "a|b/1|2/", NULL},
        {"\xef\xbb\xbf"
         "a;b\n1;2,3\n",
         "a|b/1|2,3/", NULL},
        {"a\tb\n1\t2\n", "a|b/1|2/", NULL},
        {"a,\"b \"\"c\"\"\"\n", "a|b \"c\"/", NULL},
        {"\"a\nb\",c\n", "a\nb|c/", NULL},
        {"a,,\n\n\n1\n", "a||/1/", NULL},
        {"a\rb\r", "a/b/", NULL},
        {"a,\"b\nc\n", NULL, "cannot read 't': line 1: the quote is never closed"},
        {"x\na,\"b\"c\n", NULL, "cannot read 't': line 2: letters behind a closing quote"},
        {"a\xff\n", NULL, "cannot read 't': line 1: not a text in UTF-8"},
    };
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 12);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MsCsv) csv = ms_csv_read(rows[i].text, strlen(rows[i].text), "t", &error);
        g_autofree char *cells = csv ? joined(csv) : NULL;
        g_assert_cmpstr(cells, ==, rows[i].cells);
        g_assert_cmpstr(error ? error->message : NULL, ==, rows[i].why);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(ms_csv_read("a\0b", 3, "t", &error));
    g_assert_error(error, MS_ERROR, MS_ERROR_DAMAGED);
}

static void test_cells(void)
{
    static const char text[] = "ID , Name\n7,x\n";
    g_autoptr(MsCsv) csv = ms_csv_read(text, sizeof text - 1, "t", NULL);
    g_assert_cmpint(ms_csv_column(csv, "id"), ==, 0);
    g_assert_cmpint(ms_csv_column(csv, "NAME"), ==, 1);
    g_assert_cmpint(ms_csv_column(csv, "email"), ==, -1);
    g_assert_cmpstr(ms_csv_cell(csv, 1, 1), ==, "x");
    g_assert_cmpstr(ms_csv_cell(csv, 1, 2), ==, "");
    g_assert_cmpstr(ms_csv_cell(csv, 2, 0), ==, "");
}

static void test_put(void)
{
    static const struct {
        const char *cell, *put;
        bool harmless;
    } rows[] = {
        {"plain", "plain", true},
        {"a,b", "\"a,b\"", true},
        {"a\"b", "\"a\"\"b\"", true},
        {"=1+1", "\"'=1+1\"", true},
        {"=1+1", "=1+1", false},
        {"-3.5", "-3.5", true},
        {"+cmd|x", "\"'+cmd|x\"", true},
        {"@SUM(A1)", "\"'@SUM(A1)\"", true},
        {"-", "\"'-\"", true},
        {"a\x1b[31mb", "a [31mb", true},
        {"a\nb", "\"a\nb\"", true},
        {"\t=1", "\"'\t=1\"", true},
        {"", "", true},
        {"a;b", "\"a;b\"", true},
    };
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 14);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        MsBuffer out = {0};
        ms_csv_put(&out, rows[i].cell, ',', rows[i].harmless);
        ms_buffer_byte(&out, 0);
        g_assert_cmpstr((const char *)out.data, ==, rows[i].put);
        ms_buffer_clear(&out);
    }
}

static void test_roster(void)
{
    static const struct {
        const char *text, *why; /* what the error ends with; NULL: good */
    } rows[] = {
        {"id,name,email\ns1,Ann,ann@x.example\ns2,,\n", NULL},
        {"Name;Group;ID\nAnn;1;s1\nBob;2;s2\n", NULL},
        {"name\nAnn\n", "its first row names no column 'id'"},
        {"", "its first row names no column 'id'"},
        {"id\ns1\ns2\ns1\n", "line 4: the id is there twice"},
        {"id,name\n ,Ann\n", "line 2: the id is empty"},
    };
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 6);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = NULL;
        int fd = g_file_open_tmp("roster-XXXXXX", &path, NULL);
        g_assert_cmpint(fd, >=, 0);
        close(fd);
        g_assert_true(g_file_set_contents(path, rows[i].text, -1, NULL));
        g_autoptr(GError) error = NULL;
        g_autoptr(MsRoster) roster = ms_roster_read(path, &error);
        unlink(path);
        if (rows[i].why) {
            g_assert_null(roster);
            g_assert_true(g_str_has_suffix(error->message, rows[i].why));
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpuint(roster->students->len, ==, 2);
        const MsStudent *one = g_hash_table_lookup(roster->by_id, "s1");
        g_assert_cmpstr(one->name, ==, "Ann");
        g_assert_cmpuint(one->line, ==, 2);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(ms_roster_read("/nonexistent/roster.csv", &error));
    g_assert_error(error, MS_ERROR, MS_ERROR_OPEN);
    g_assert_true(g_str_has_suffix(error->message, "No such file or directory"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/read", test_read);
    g_test_add_func("/csv/cells", test_cells);
    g_test_add_func("/csv/put", test_put);
    g_test_add_func("/roster", test_roster);
    return g_test_run();
}
