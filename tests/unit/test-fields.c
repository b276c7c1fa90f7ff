/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-fields.c - the tables of facts and oddities: sorted, unique, with words. */
#include "fact/fact.h"

#include <glib.h>

#include <string.h>

/* "5321 4.1.1.2": a number, a blank, a section; or nothing. */
static bool is_rfc(const char *rfc)
{
    return *rfc == '\0' || g_regex_match_simple("^[0-9]{3,5} [0-9A-Z]+(\\.[0-9]+)*$", rfc,
                                                G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT);
}

static void test_fields(void)
{
    unsigned secrets = 0;
    for (int i = 0; i < MS_N_FIELDS; i++) {
        const MsField *field = ms_field((MsFieldId)i);
        g_assert_true(g_regex_match_simple("^[a-z0-9]+\\.[a-z0-9_]+$", field->key, G_REGEX_DEFAULT,
                                           G_REGEX_MATCH_DEFAULT));
        if (i > 0) /* sorted, and so unique */
            g_assert_cmpstr(field->key, >, ms_field((MsFieldId)(i - 1))->key);
        g_assert_cmpint(ms_field_find(field->key), ==, i);
        g_assert_cmpuint(strlen(field->title), >, 1);
        g_assert_cmpuint(strlen(field->meaning), >, 5);
        g_assert_true(!g_str_has_suffix(field->meaning, ".") ||
                      g_str_has_suffix(field->meaning, "..."));
        g_assert_true(is_rfc(field->rfc));
        g_assert_cmpuint(strlen(ms_type_name(field->type)), >, 0);
        g_assert_cmpint(field->scope, <, MS_N_SCOPES);
        g_assert_cmpuint(strlen(ms_scope_name(field->scope)), >, 0);
        g_assert_cmpuint(field->flags & ~(unsigned)(MS_MANY | MS_SECRET), ==, 0);
        secrets += (field->flags & MS_SECRET) != 0;
    }
    g_assert_cmpint(MS_N_FIELDS, >=, 67);
    g_assert_cmpuint(secrets, >=, 4); /* password, encoded, digest, token */
    static const MsFieldId secret[] = {MS_FIELD_AUTH_PASSWORD, MS_FIELD_AUTH_ENCODED,
                                       MS_FIELD_AUTH_DIGEST, MS_FIELD_AUTH_TOKEN};
    for (size_t i = 0; i < G_N_ELEMENTS(secret); i++)
        g_assert_true(ms_field(secret[i])->flags & MS_SECRET);
}

static void test_find(void)
{
    g_assert_cmpint(ms_field_find("auth.username"), ==, MS_FIELD_AUTH_USERNAME);
    g_assert_cmpint(ms_field_find("auth.user"), ==, MS_N_FIELDS);
    g_assert_cmpint(ms_field_find(""), ==, MS_N_FIELDS);
    g_assert_cmpint(ms_field_find("AUTH.USERNAME"), ==, MS_N_FIELDS);
}

static void test_names(void)
{
    static const struct {
        MsType type;
        const char *name;
    } types[] = {{MS_STRING, "string"}, {MS_UINT, "uint"},       {MS_BOOL, "bool"},
                 {MS_TIME, "time"},     {MS_ADDRESS, "address"}, {MS_BYTES, "bytes"}};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        g_assert_cmpstr(ms_type_name(types[i].type), ==, types[i].name);
    static const struct {
        MsScope scope;
        const char *name;
    } scopes[] = {{MS_SESSION, "session"}, {MS_EXCHANGE, "exchange"},   {MS_ATTEMPT, "attempt"},
                  {MS_MESSAGE, "message"}, {MS_RECIPIENT, "recipient"}, {MS_PART, "part"},
                  {MS_HOP, "hop"}};
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++)
        g_assert_cmpstr(ms_scope_name(scopes[i].scope), ==, scopes[i].name);
    g_assert_cmpuint(G_N_ELEMENTS(scopes), ==, MS_N_SCOPES);
}

static void test_oddities(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (int i = 0; i < MS_N_ODDITIES; i++) {
        const char *name = ms_oddity_name((MsOddityKind)i);
        g_assert_true(
            g_regex_match_simple("^[a-z0-9-]+$", name, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT));
        g_assert_true(g_hash_table_add(names, (gpointer)(guintptr)name));
        g_assert_cmpuint(strlen(ms_oddity_words((MsOddityKind)i)), >, 5);
    }
    g_assert_cmpuint(g_hash_table_size(names), >=, 24);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fields/table", test_fields);
    g_test_add_func("/fields/find", test_find);
    g_test_add_func("/fields/names", test_names);
    g_test_add_func("/fields/oddities", test_oddities);
    return g_test_run();
}
