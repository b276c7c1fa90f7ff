/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-imap-words.c - commands, responses, tokens, literals and sections of IMAP. */
#include "bytescheck.h"
#include "dialogue/imap_words.h"

#include <glib.h>

#include <string.h>

static const uint8_t *bytes(const char *text)
{
    return (const uint8_t *)text;
}

static void test_commands(void)
{
    static const struct {
        const char *line;
        bool known;
        MsImapVerb verb;
        size_t tag, arguments;
    } rows[] = {
        {"a1 LOGIN joe x", true, MS_IMAP_LOGIN, 2, 8},
        {". noop", true, MS_IMAP_OTHER, 1, 6},
        {"5 UID FETCH 1 FLAGS", true, MS_IMAP_FETCH, 1, 11},
        {"5 uid login 1", false, MS_IMAP_OTHER, 0, 0},
        {"a UID", false, MS_IMAP_OTHER, 0, 0},
        {"a FETCHES 1", false, MS_IMAP_OTHER, 0, 0},
        {"* LOGIN a b", false, MS_IMAP_OTHER, 0, 0},
        {"LOGIN", false, MS_IMAP_OTHER, 0, 0},
        {" LOGIN a b", false, MS_IMAP_OTHER, 0, 0},
        {"a\"b LOGIN a b", false, MS_IMAP_OTHER, 0, 0},
        {"", false, MS_IMAP_OTHER, 0, 0},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsImapCommand command;
        bool known = ms_imap_command(bytes(rows[i].line), strlen(rows[i].line), &command);
        if (known != rows[i].known)
            g_error("%s: %d", rows[i].line, known);
        if (!known)
            continue;
        g_assert_cmpint(command.verb, ==, rows[i].verb);
        g_assert_cmpuint(command.tag, ==, rows[i].tag);
        g_assert_cmpuint(command.arguments, ==, rows[i].arguments);
    }
    g_assert_cmpuint(checked, ==, 11);
}

static void test_responses(void)
{
    static const struct {
        const char *line;
        MsImapKind kind;
        MsImapData data;
        uint32_t number;
        bool sure;
    } rows[] = {
        {"* OK hi", MS_IMAP_STATUS, 0, 0, true},
        {"* BYE", MS_IMAP_STATUS, 0, 0, true},
        {"* 12 EXISTS", MS_IMAP_DATA, MS_IMAP_EXISTS, 12, true},
        {"* EXISTS", MS_IMAP_DATA, MS_IMAP_UNKNOWN_DATA, 0, false},
        {"* 99999999999 FETCH (", MS_IMAP_DATA, MS_IMAP_FETCHED, UINT32_MAX, true},
        {"* two eggs", MS_IMAP_DATA, MS_IMAP_UNKNOWN_DATA, 0, false},
        {"* 2 OK", MS_IMAP_DATA, MS_IMAP_UNKNOWN_DATA, 2, false},
        {"+ go", MS_IMAP_GO_ON, 0, 0, false},
        {"+", MS_IMAP_GO_ON, 0, 0, false},
        {"+OK pop", MS_IMAP_NO_RESPONSE, 0, 0, false},
        {"a1 OK done", MS_IMAP_TAGGED, 0, 0, false},
        {"a1 BYE", MS_IMAP_NO_RESPONSE, 0, 0, false},
        {"*", MS_IMAP_NO_RESPONSE, 0, 0, false},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsImapResponse response;
        ms_imap_response(bytes(rows[i].line), strlen(rows[i].line), &response);
        if (response.kind != rows[i].kind || response.data != rows[i].data)
            g_error("%s: %d, %d", rows[i].line, response.kind, response.data);
        g_assert_cmpuint(response.number, ==, rows[i].number);
        g_assert_cmpint(ms_imap_is_sure(&response), ==, rows[i].sure);
    }
    g_assert_cmpuint(checked, ==, 13);
}

static void test_tokens(void)
{
    static const char text[] = " a(\"b \\\" c\" BODY[HEADER.FIELDS (TO CC)]<0> \\Seen)\"open";
    static const struct {
        MsImapTokenKind kind;
        const char *text;
        bool escaped, unclosed;
    } rows[] = {
        {MS_TOKEN_ATOM, "a", false, false},
        {MS_TOKEN_OPEN, "(", false, false},
        {MS_TOKEN_STRING, "b \\\" c", true, false},
        {MS_TOKEN_ATOM, "BODY[HEADER.FIELDS (TO CC)]<0>", false, false},
        {MS_TOKEN_ATOM, "\\Seen", false, false},
        {MS_TOKEN_CLOSE, ")", false, false},
        {MS_TOKEN_STRING, "open", false, true},
    };
    size_t at = 0;
    size_t count = 0;
    MsImapToken token;
    while (ms_imap_token(bytes(text), strlen(text), &at, &token)) {
        g_assert_cmpuint(count, <, G_N_ELEMENTS(rows));
        g_assert_cmpint(token.kind, ==, rows[count].kind);
        assert_bytes(text + token.offset, token.length, rows[count].text, strlen(rows[count].text));
        g_assert_cmpint(token.escaped, ==, rows[count].escaped);
        g_assert_cmpint(token.unclosed, ==, rows[count].unclosed);
        count++;
    }
    g_assert_cmpuint(count, ==, 7);
    at = 0;
    g_assert_true(ms_imap_token(bytes("BODY[X"), 6, &at, &token));
    g_assert_true(token.unclosed && token.length == 6);
}

static void test_literals(void)
{
    static const struct {
        const char *line;
        bool found, waits;
        uint64_t size;
        size_t offset;
    } rows[] = {
        {"a LOGIN {5}", true, true, 5, 8},
        {"a LOGIN {5+}", true, false, 5, 8},
        {"x (~{12}", true, true, 12, 3},
        {"{0}", true, true, 0, 0},
        {"x {18446744073709551616}", true, true, UINT64_MAX, 2},
        {"x{5}", false, false, 0, 0},
        {"x {}", false, false, 0, 0},
        {"x {5", false, false, 0, 0},
        {"x {-5}", false, false, 0, 0},
        {"5}", false, false, 0, 0},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsImapLiteral literal = {0};
        bool found = ms_imap_literal(bytes(rows[i].line), strlen(rows[i].line), &literal);
        if (found != rows[i].found)
            g_error("%s: %d", rows[i].line, found);
        if (!found)
            continue;
        g_assert_cmpuint(literal.size, ==, rows[i].size);
        g_assert_cmpuint(literal.offset, ==, rows[i].offset);
        g_assert_cmpint(literal.waits, ==, rows[i].waits);
    }
    g_assert_cmpuint(checked, ==, 10);
}

static void test_sections(void)
{
    static const struct {
        const char *name;
        bool message, whole, header, partial;
        uint64_t origin;
        size_t key;
    } rows[] = {
        {"BODY[]", true, true, true, false, 0, 6},
        {"body[]<1000>", true, true, true, true, 1000, 6},
        {"BODY[HEADER]", true, false, true, false, 0, 12},
        {"BODY[1.2.HEADER.FIELDS (TO)]", true, false, true, false, 0, 28},
        {"BODY[1.MIME]", true, false, true, false, 0, 12},
        {"BODY[TEXT]<0>", true, false, false, true, 0, 10},
        {"BODY[1]", true, false, false, false, 0, 7},
        {"BINARY[1]", true, false, false, false, 0, 9},
        {"BINARY.SIZE[1]", false, false, false, false, 0, 14},
        {"RFC822", true, true, true, false, 0, 6},
        {"RFC822.HEADER", true, false, true, false, 0, 13},
        {"RFC822.TEXT", true, false, false, false, 0, 11},
        {"RFC822.SIZE", false, false, false, false, 0, 11},
        {"BODY", false, false, false, false, 0, 4},
        {"FLAGS", false, false, false, false, 0, 5},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsImapSection section;
        ms_imap_section(bytes(rows[i].name), strlen(rows[i].name), &section);
        if (section.message != rows[i].message)
            g_error("%s", rows[i].name);
        if (!section.message)
            continue;
        g_assert_cmpint(section.whole, ==, rows[i].whole);
        g_assert_cmpint(section.header, ==, rows[i].header);
        g_assert_cmpint(section.partial, ==, rows[i].partial);
        g_assert_cmpuint(section.origin, ==, rows[i].origin);
        g_assert_cmpuint(section.key, ==, rows[i].key);
    }
    g_assert_cmpuint(checked, ==, 15);
}

static void test_asked(void)
{
    static const char text[] = "1 (BODY.PEEK[TEXT]<0.2048> BODY[]<5.100>)";
    g_assert_cmpuint(ms_imap_asked(bytes(text), strlen(text)), ==, 100);
    g_assert_cmpuint(ms_imap_asked(bytes("1 BODY[]"), 8), ==, UINT64_MAX);
    g_assert_cmpuint(ms_imap_asked(bytes("1 BODY[]<5>"), 11), ==, UINT64_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap-words/commands", test_commands);
    g_test_add_func("/imap-words/responses", test_responses);
    g_test_add_func("/imap-words/tokens", test_tokens);
    g_test_add_func("/imap-words/literals", test_literals);
    g_test_add_func("/imap-words/sections", test_sections);
    g_test_add_func("/imap-words/asked", test_asked);
    return g_test_run();
}
