/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-envelope.c - paths and parameters of MAIL and RCPT, as they should be and as they come. */
#include "dialogue/envelope.h"

#include <glib.h>

#include <string.h>

typedef struct {
    const char *text;       /* what follows the verb */
    const char *path;       /* NULL: none is found */
    const char *parameters; /* joined by `|` */
    bool loose;
} Row;

static const Row rows[] = {
    {" FROM:<a@b>", "a@b", "", false},
    {" FROM:<>", "", "", false},
    {" FROM:<a@b> SIZE=1 BODY=8BITMIME", "a@b", "SIZE=1|BODY=8BITMIME", false},
    {" FROM:<a@b>  SIZE=1 ", "a@b", "SIZE=1", false},
    {" from:<a@b>", "a@b", "", false},
    {" FROM: <a@b>", "a@b", "", true},
    {"  FROM:<a@b>", "a@b", "", true},
    {" FROM :<a@b>", "a@b", "", true},
    {" FROM:a@b", "a@b", "", true},
    {" FROM:a@b SIZE=1", "a@b", "SIZE=1", true},
    {" FROM a@b", "a@b", "", true},
    {" FROM <a@b>", "a@b", "", true},
    {" FROM<a@b>", "a@b", "", true},
    {" FROM:a@b>", "a@b", "", true},
    {" FROM:<a@b", "a@b", "", true},
    {" FROM:<a@b SIZE=1", "a@b", "SIZE=1", true},
    {" FROM:Joe <a@b> SIZE=1", "a@b", "SIZE=1", true},
    {" FROM:<\"a>b\"@c> X", "\"a>b\"@c", "X", false},
    {" FROM:<\"a\\\">b\"@c> X", "\"a\\\">b\"@c", "X", false},
    {" FROM:<@r:a@b>", "@r:a@b", "", false},
    {" FROM:<\xc3\xa4@b> SMTPUTF8", "\xc3\xa4@b", "SMTPUTF8", false},
    {" FROM:<a b@c>", "a b@c", "", false},
    {" FROM:", NULL, "", false},
    {" FROM: ", NULL, "", false},
    {" FROMage:<a@b>", NULL, "", false},
    {" TO:<a@b>", NULL, "", false},
    {"", NULL, "", false},
    {" FRO", NULL, "", false},
};

static void test_rows(void)
{
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        const Row *row = &rows[i];
        size_t length = strlen(row->text);
        /* A copy of exactly its size, so that reading beyond it is seen. */
        g_autofree uint8_t *text = length > 0 ? g_memdup2(row->text, length) : NULL;
        MsEnvelope envelope;
        bool found = length > 0 && ms_envelope_parse(text, length, 0, "FROM", &envelope);
        if (found != (row->path != NULL))
            g_error("'%s': %s", row->text, found ? "found" : "not found");
        if (!found)
            continue;
        g_autofree char *path = g_strndup(row->text + envelope.path.offset, envelope.path.length);
        g_assert_cmpstr(path, ==, row->path);
        g_assert_cmpint(envelope.loose, ==, row->loose);
        g_autoptr(GString) said = g_string_new("");
        MsSlice parameter;
        for (size_t at = envelope.parameters.offset;
             ms_envelope_parameter(text, length, &at, &parameter);) {
            g_assert_cmpuint(parameter.offset + parameter.length, <=, length);
            g_string_append_printf(said, "%s%.*s", said->len > 0 ? "|" : "", (int)parameter.length,
                                   row->text + parameter.offset);
        }
        g_assert_cmpstr(said->str, ==, row->parameters);
    }
    g_assert_cmpuint(checked, ==, 28);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/envelope/rows", test_rows);
    return g_test_run();
}
