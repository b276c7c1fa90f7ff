/* SPDX-License-Identifier: GPL-2.0-or-later
 * csv.c - see csv.h. */
#include "csv.h"

#include "../base/error.h"

#include <string.h>

enum { MOST_ROWS = 1000000, MOST_CELLS = 1000, MOST_LENGTH = 1 << 20 };

typedef struct {
    const char *text;
    size_t length;
    size_t at;
    unsigned line; /* 1-based, of `at` */
    const char *name;
    char separator;
} Reader;

static bool refuse(const Reader *reader, GError **error, const char *why)
{
    g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "cannot read '%s': line %u: %s", reader->name,
                reader->line, why);
    return false;
}

static bool is_end(const Reader *reader)
{
    return reader->at == reader->length || reader->text[reader->at] == '\n' ||
           reader->text[reader->at] == '\r';
}

/* Eats CR, LF or CRLF. */
static void next_line(Reader *reader)
{
    if (reader->at < reader->length && reader->text[reader->at] == '\r')
        reader->at++;
    if (reader->at < reader->length && reader->text[reader->at] == '\n')
        reader->at++;
    reader->line++;
}

/* The inside of quotes; `at` stands behind the first one. */
static bool read_quoted(Reader *reader, GString *cell, GError **error)
{
    unsigned begun = reader->line;
    for (; reader->at < reader->length; reader->at++) {
        char letter = reader->text[reader->at];
        if (letter == '"' && reader->at + 1 < reader->length &&
            reader->text[reader->at + 1] == '"') {
            reader->at++;
        } else if (letter == '"') {
            reader->at++;
            if (is_end(reader) || reader->text[reader->at] == reader->separator)
                return true;
            return refuse(reader, error, "letters behind a closing quote");
        }
        reader->line += letter == '\n';
        g_string_append_c(cell, letter);
    }
    reader->line = begun;
    return refuse(reader, error, "the quote is never closed");
}

static bool read_cell(Reader *reader, GPtrArray *row, GError **error)
{
    GString *cell = g_string_new(NULL);
    bool good = true;
    if (reader->at < reader->length && reader->text[reader->at] == '"') {
        reader->at++;
        good = read_quoted(reader, cell, error);
    } else {
        while (!is_end(reader) && reader->text[reader->at] != reader->separator)
            g_string_append_c(cell, reader->text[reader->at++]);
    }
    if (good && cell->len > MOST_LENGTH)
        good = refuse(reader, error, "a cell is longer than 1 MiB");
    if (good && row->len == MOST_CELLS)
        good = refuse(reader, error, "more than 1,000 cells");
    g_ptr_array_add(row, g_string_free(cell, FALSE));
    return good;
}

/* One row, up to the start of the next line. */
static bool read_row(Reader *reader, GPtrArray *row, GError **error)
{
    for (;;) {
        if (!read_cell(reader, row, error))
            return false;
        if (is_end(reader))
            break;
        reader->at++;
    }
    next_line(reader);
    return true;
}

static char find_separator(const char *text, size_t length)
{
    static const char separators[] = {',', ';', '\t'};
    size_t count[sizeof(separators)] = {0};
    bool quoted = false;
    for (size_t i = 0; i < length && (quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
        quoted ^= text[i] == '"';
        for (size_t k = 0; k < sizeof(separators); k++)
            count[k] += !quoted && text[i] == separators[k];
    }
    size_t best = 0;
    for (size_t k = 1; k < sizeof(separators); k++)
        if (count[k] > count[best])
            best = k;
    return separators[best];
}

MsCsv *ms_csv_read(const char *text, size_t length, const char *name, GError **error)
{
    Reader reader = {.text = text, .length = length, .line = 1, .name = name};
    if (!g_utf8_validate(text, (gssize)length, NULL)) { /* also refuses NUL */
        refuse(&reader, error, "not a text in UTF-8");
        return NULL;
    }
    g_autoptr(MsCsv) csv = g_new0(MsCsv, 1);
    csv->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    csv->lines = g_array_new(FALSE, FALSE, sizeof(unsigned));
    csv->mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    reader.at = csv->mark ? 3 : 0;
    reader.separator = csv->separator = find_separator(text + reader.at, length - reader.at);
    while (reader.at < length) {
        if (is_end(&reader)) {
            next_line(&reader);
            continue;
        }
        if (csv->rows->len == MOST_ROWS) {
            refuse(&reader, error, "more than 1,000,000 rows");
            return NULL;
        }
        GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(csv->rows, row);
        g_array_append_val(csv->lines, reader.line);
        if (!read_row(&reader, row, error))
            return NULL;
    }
    return g_steal_pointer(&csv);
}

void ms_csv_free(MsCsv *csv)
{
    if (!csv)
        return;
    g_ptr_array_unref(csv->rows);
    g_array_unref(csv->lines);
    g_free(csv);
}

const char *ms_csv_cell(const MsCsv *csv, guint row, guint column)
{
    const GPtrArray *cells = row < csv->rows->len ? csv->rows->pdata[row] : NULL;
    return cells && column < cells->len ? cells->pdata[column] : "";
}

int ms_csv_column(const MsCsv *csv, const char *title)
{
    const GPtrArray *cells = csv->rows->len > 0 ? csv->rows->pdata[0] : NULL;
    for (guint i = 0; cells && i < cells->len; i++) {
        g_autofree char *cell = g_strstrip(g_strdup(cells->pdata[i]));
        if (g_ascii_strcasecmp(cell, title) == 0)
            return (int)i;
    }
    return -1;
}

/* Whether a spreadsheet would calculate with it. */
static bool is_formula(const char *cell)
{
    char *end = NULL;
    if (cell[0] == '\0' || !strchr("=+-@\t\r", cell[0]))
        return false;
    g_ascii_strtod(cell, &end);
    return end == cell || *end != '\0';
}

void ms_csv_put(MsBuffer *out, const char *cell, char separator, bool harmless)
{
    bool formula = harmless && is_formula(cell);
    bool quoted = formula || strpbrk(cell, "\"\r\n\t,;") != NULL || strchr(cell, separator);
    if (quoted)
        ms_buffer_byte(out, '"');
    if (formula)
        ms_buffer_byte(out, '\'');
    for (const char *at = cell; *at; at++) {
        bool control = ((uint8_t)*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f;
        if ((uint8_t)at[0] == 0xc2 && (uint8_t)at[1] >= 0x80 && (uint8_t)at[1] < 0xa0) {
            control = true; /* U+0080 to U+009F: terminals obey them too */
            at++;
        }
        if (*at == '"')
            ms_buffer_byte(out, '"');
        ms_buffer_byte(out, control ? ' ' : (uint8_t)*at);
    }
    if (quoted)
        ms_buffer_byte(out, '"');
}
