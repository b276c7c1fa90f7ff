/* SPDX-License-Identifier: GPL-2.0-or-later
 * gradebook.c - finds the columns of a platform's table, and each student's row. Moodle's titles
 * are in the teacher's language; what they mean is then told by what stands below them. */
#include "gradebook.h"

#include "../base/error.h"
#include "result.h"

#include <math.h>
#include <string.h>

/* Columns of the table; -1: it has none. */
typedef struct {
    int number; /* the platform's number of the student, in whatever words */
    int id, login, email, name;
    int grade, feedback;
    guint first; /* row of the first student */
    double most; /* what the platform thinks the most is; NAN: it does not say */
} Columns;

static bool refuse(const char *name, const char *why, GError **error)
{
    g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "cannot fill in '%s': %s", name, why);
    return false;
}

/* A number with a point or a comma; false when there is more than it, or nothing. */
static bool read_number(const char *text, double *number)
{
    g_autofree char *plain = g_strstrip(g_strdelimit(g_strdup(text), ",", '.'));
    char *end = NULL;
    *number = g_ascii_strtod(plain, &end);
    return plain[0] != '\0' && *end == '\0' && isfinite(*number);
}

/* The digits at the end of "Participant 12345", or NULL. */
static const char *number_in(const char *cell)
{
    size_t length = strlen(cell);
    size_t at = length;
    while (at > 0 && g_ascii_isdigit(cell[at - 1]))
        at--;
    return at < length ? cell + at : NULL;
}

/* --- Moodle --- */

static bool all_numbered(const MsCsv *csv, guint column)
{
    for (guint row = 1; row < csv->rows->len; row++)
        if (!number_in(ms_csv_cell(csv, row, column)))
            return false;
    return csv->rows->len > 1;
}

/* Moodle writes the maximum right behind the grade: the same number in every row, behind cells that
 * are empty or numbers not above it. */
static bool is_grade(const MsCsv *csv, guint column, double *most)
{
    for (guint row = 1; row < csv->rows->len; row++) {
        double limit;
        double grade = 0;
        const char *cell = ms_csv_cell(csv, row, column);
        if (!read_number(ms_csv_cell(csv, row, column + 1), &limit) ||
            (row > 1 && limit != *most) || (cell[0] && !read_number(cell, &grade)) || grade > limit)
            return false;
        *most = limit;
    }
    return csv->rows->len > 1;
}

static bool find_moodle(const MsCsv *csv, const char *name, Columns *columns, GError **error)
{
    const GPtrArray *titles = csv->rows->pdata[0];
    columns->first = 1;
    columns->number = ms_csv_column(csv, "Identifier");
    if (columns->number < 0 && all_numbered(csv, 0))
        columns->number = 0; /* it is the first column in every language */
    if (columns->number < 0)
        return refuse(name,
                      "no column 'Identifier' with the participants' numbers: download the grading "
                      "worksheet from the assignment once more",
                      error);
    columns->name = ms_csv_column(csv, "Full name");
    columns->id = ms_csv_column(csv, "ID number");
    columns->email = ms_csv_column(csv, "Email address");
    columns->grade = ms_csv_column(csv, "Grade");
    int most = ms_csv_column(csv, "Maximum grade");
    if (columns->grade >= 0 && most >= 0 && csv->rows->len > 1)
        read_number(ms_csv_cell(csv, 1, (guint)most), &columns->most);
    for (guint i = 1; columns->grade < 0 && i + 1 < titles->len; i++) {
        double limit = NAN;
        if (!is_grade(csv, i, &limit))
            continue;
        columns->grade = (int)i;
        columns->most = limit;
    }
    if (columns->grade < 0)
        return refuse(name, "no column 'Grade', nor one with the maximum grade behind it", error);
    columns->feedback = ms_csv_column(csv, "Feedback comments");
    return true;
}

/* --- Canvas --- */

/* "Lab 3 (4711)": a column of an assignment. */
static bool is_assignment(const char *title)
{
    size_t length = strlen(title);
    size_t at = length > 0 && title[length - 1] == ')' ? length - 1 : 0;
    while (at > 0 && g_ascii_isdigit(title[at - 1]))
        at--;
    return at > 1 && at < length - 1 && title[at - 1] == '(';
}

static int find_assignment(const MsCsv *csv, guint points, const MsAssignment *assignment)
{
    const GPtrArray *titles = csv->rows->pdata[0];
    int found = -1;
    unsigned count = 0;
    for (guint i = 0; i < titles->len; i++) {
        const char *title = titles->pdata[i];
        if (!is_assignment(title) || strstr(ms_csv_cell(csv, points, i), "read only"))
            continue;
        g_autofree char *bare = g_strstrip(g_strndup(title, (gsize)(strrchr(title, '(') - title)));
        if (g_ascii_strcasecmp(bare, assignment->title) == 0)
            return (int)i;
        found = (int)i;
        count++;
    }
    return count == 1 ? found : -1;
}

static bool find_canvas(const MsCsv *csv, const char *name, const MsAssignment *assignment,
                        Columns *columns, GError **error)
{
    columns->name = ms_csv_column(csv, "Student");
    columns->number = ms_csv_column(csv, "ID");
    columns->id = ms_csv_column(csv, "SIS User ID");
    columns->login = ms_csv_column(csv, "SIS Login ID");
    if (columns->name < 0 || columns->number < 0)
        return refuse(name,
                      "no columns 'Student' and 'ID': export the gradebook from Canvas once more",
                      error);
    guint points = 0;
    for (guint row = 1; row < csv->rows->len && row <= 3 && points == 0; row++)
        if (strstr(ms_csv_cell(csv, row, (guint)columns->name), "Points Possible"))
            points = row;
    columns->first = points + 1;
    columns->grade = find_assignment(csv, points, assignment);
    if (columns->grade < 0)
        return refuse(name,
                      "no column is named like the assignment's title, and not just one can be "
                      "written: make the title in [assignment] that of the column",
                      error);
    if (points > 0)
        read_number(ms_csv_cell(csv, points, (guint)columns->grade), &columns->most);
    return true;
}

/* --- rows and students --- */

/* The results by one of their texts, small letters; one that stands twice leads to nobody. */
static GHashTable *index_by(const char *key, json_t *const *results, guint count)
{
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < count; i++) {
        const char *text = json_string_value(json_object_get(results[i], key));
        if (!text || !text[0])
            continue;
        char *small = g_utf8_strdown(text, -1);
        bool twice = g_hash_table_contains(index, small);
        g_hash_table_replace(index, small, GUINT_TO_POINTER(twice ? 0 : i + 1));
    }
    return index;
}

typedef struct {
    GHashTable *number, *id, *email, *name;
} Students;

static guint look_up(GHashTable *index, const char *text)
{
    g_autofree char *small = g_strstrip(g_utf8_strdown(text, -1));
    return small[0] ? GPOINTER_TO_UINT(g_hash_table_lookup(index, small)) : 0;
}

static const char *cell_of(const MsCsv *csv, guint row, int column)
{
    return column < 0 ? "" : ms_csv_cell(csv, row, (guint)column);
}

/* "King, Ada" as "Ada King". */
static guint by_name(const Students *students, const char *name)
{
    guint found = look_up(students->name, name);
    const char *comma = strchr(name, ',');
    if (found || !comma)
        return found;
    g_autofree char *last = g_strndup(name, (gsize)(comma - name));
    g_autofree char *first = g_strstrip(g_strdup(comma + 1));
    g_autofree char *turned = g_strconcat(first, " ", last, NULL);
    return look_up(students->name, turned);
}

/* 1 + index of the result that the row is for; 0: none. */
static guint find_student(const MsCsv *csv, guint row, const Columns *columns,
                          const Students *students)
{
    const char *digits = number_in(cell_of(csv, row, columns->number));
    guint found = digits ? look_up(students->number, digits) : 0;
    if (!found)
        found = look_up(students->id, cell_of(csv, row, columns->id));
    if (!found)
        found = look_up(students->email, cell_of(csv, row, columns->email));
    if (!found)
        found = look_up(students->id, cell_of(csv, row, columns->login));
    if (!found)
        found = look_up(students->email, cell_of(csv, row, columns->login));
    return found ? found : by_name(students, cell_of(csv, row, columns->name));
}

/* Names that students chose must be no formulas. What the platform knows a row by stays as it is,
 * as do a teacher's words, and a dash for a time. */
static bool may_be_marked(const MsCsv *csv, guint row, const Columns *columns, int column)
{
    const int kept[] = {columns->number, columns->id,    columns->login,
                        columns->email,  columns->grade, columns->feedback};
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        if (kept[i] == column)
            return false;
    }
    return row >= columns->first && cell_of(csv, row, columns->number)[0] != '\0' &&
           strcmp(cell_of(csv, row, column), "-") != 0;
}

static void put_row(GString *out, const MsCsv *csv, guint row, const Columns *columns,
                    const char *grade, const char *feedback)
{
    const GPtrArray *cells = csv->rows->pdata[row];
    MsBuffer line = {0};
    guint last = MAX(cells->len, grade ? (guint)(MAX(columns->grade, columns->feedback) + 1) : 0);
    for (guint i = 0; i < last; i++) {
        const char *cell = ms_csv_cell(csv, row, i);
        if (grade && (int)i == columns->grade)
            cell = grade;
        if (feedback && (int)i == columns->feedback)
            cell = feedback;
        if (i > 0)
            ms_buffer_byte(&line, (uint8_t)csv->separator);
        bool ours = feedback && (int)i == columns->feedback;
        ms_csv_put(&line, cell, csv->separator, ours || may_be_marked(csv, row, columns, (int)i));
    }
    ms_buffer_text(&line, "\r\n");
    g_string_append_len(out, (const char *)line.data, (gssize)line.length);
    ms_buffer_clear(&line);
}

/* Moodle takes the comment for HTML. */
static char *comment_of(const MsAssignment *assignment, const json_t *result)
{
    g_autoptr(GString) text = g_string_new(NULL);
    ms_return_short(text, assignment, result, "\n");
    g_autofree char *escaped = g_markup_escape_text(text->str, (gssize)text->len);
    g_auto(GStrv) lines = g_strsplit(escaped, "\n", -1);
    return g_strjoinv("<br>", lines);
}

static bool fill(GString *out, const MsCsv *csv, const char *name, const MsAssignment *assignment,
                 json_t *const *results, guint count, const Columns *columns,
                 const Students *students, MsGradebookReport *report, GError **error)
{
    g_autofree guint *rows = g_new0(guint, count + 1); /* of each result: its row */
    for (guint row = 0; row < csv->rows->len; row++) {
        guint found = row < columns->first ? 0 : find_student(csv, row, columns, students);
        if (found && rows[found - 1]) {
            g_autofree char *why =
                g_strdup_printf("lines %u and %u are of the same student",
                                g_array_index(csv->lines, unsigned, rows[found - 1]),
                                g_array_index(csv->lines, unsigned, row));
            return refuse(name, why, error);
        }
        const json_t *result = found ? results[found - 1] : NULL;
        if (found)
            rows[found - 1] = row;
        if (!result || ms_result_missing(result)) {
            put_row(out, csv, row, columns, NULL, NULL);
            continue;
        }
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(number, sizeof number, "%.2f",
                        json_number_value(json_object_get(result, "points")));
        g_autofree char *comment = comment_of(assignment, result);
        put_row(out, csv, row, columns, number, comment);
        report->filled++;
    }
    for (guint i = 0; i < count; i++)
        if (!rows[i] && !ms_result_missing(results[i]))
            g_string_append_printf(report->left_out, "%s\n",
                                   json_string_value(json_object_get(results[i], "key")));
    return true;
}

bool ms_gradebook_fill(GString *out, MsGradebook kind, const MsCsv *csv, const char *name,
                       const MsAssignment *assignment, json_t *const *results, guint count,
                       MsGradebookReport *report, GError **error)
{
    Columns columns = {-1, -1, -1, -1, -1, -1, -1, 0, NAN};
    if (csv->rows->len < 2)
        return refuse(name, "no student stands in it", error);
    if (!(kind == MS_GRADEBOOK_MOODLE ? find_moodle(csv, name, &columns, error)
                                      : find_canvas(csv, name, assignment, &columns, error)))
        return false;
    if (isfinite(columns.most) && fabs(columns.most - assignment->points) > 0.005) {
        g_autofree char *why = g_strdup_printf(
            "it gives at most %.2f points, the assignment %.2f: set points = %.2f in [assignment], "
            "or the platform's maximum",
            columns.most, assignment->points, columns.most);
        return refuse(name, why, error);
    }
    g_autoptr(GHashTable) number = index_by("number", results, count);
    g_autoptr(GHashTable) id = index_by("student", results, count);
    g_autoptr(GHashTable) email = index_by("email", results, count);
    g_autoptr(GHashTable) names = index_by("name", results, count);
    const Students students = {number, id, email, names};
    g_autoptr(GString) table = g_string_new(csv->mark ? "\xef\xbb\xbf" : "");
    if (!fill(table, csv, name, assignment, results, count, &columns, &students, report, error))
        return false;
    g_string_append_len(out, table->str, (gssize)table->len);
    return true;
}
