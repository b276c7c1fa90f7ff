/* SPDX-License-Identifier: GPL-2.0-or-later
 * expression.c - recursive descent into a small tree; `and` binds tighter than `or`. */
#include "expression.h"

#include "../base/error.h"

#include <arpa/inet.h>
#include <errno.h>

enum {
    MOST_DEPTH = 100,       /* parentheses and nots in each other */
    MOST_LENGTH = 65536,    /* bytes of an expression */
    MOST_SUBJECT = 1 << 20, /* bytes of a fact that a pattern is held against */
};

/* Steps after which a pattern is given up, as it says itself (pcre2syntax). */
#define PATTERN_LIMIT "(*LIMIT_MATCH=200000)"

typedef enum {
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_PRESENT,
    OP_EQUAL,
    OP_UNEQUAL,
    OP_LESS,
    OP_GREATER,
    OP_AT_MOST,
    OP_AT_LEAST,
    OP_CONTAINS,
    OP_MATCHES
} Op;

struct MsExpression {
    Op op;
    MsExpression *left, *right; /* AND, OR; NOT has the left one */
    MsFieldId field;
    GString *text;  /* what it is compared with */
    int64_t number; /* the same for MS_UINT, MS_BOOL, MS_TIME */
    GRegex *regex;
};

typedef struct {
    const char *text;
    size_t at;
    size_t start; /* of the last token */
    unsigned depth;
    GError **error;
} Parser;

void ms_expression_free(MsExpression *expression)
{
    if (!expression)
        return;
    ms_expression_free(expression->left);
    ms_expression_free(expression->right);
    if (expression->text)
        g_string_free(expression->text, TRUE);
    if (expression->regex)
        g_regex_unref(expression->regex);
    g_free(expression);
}

static MsExpression *make(Op op, MsExpression *left, MsExpression *right)
{
    MsExpression *expression = g_new0(MsExpression, 1);
    expression->op = op;
    expression->left = left;
    expression->right = right;
    return expression;
}

/* Returns NULL, so that callers can return it. */
static void *fail(Parser *parser, size_t at, const char *what)
{
    if (parser->error && !*parser->error)
        g_set_error(parser->error, MS_ERROR, MS_ERROR_USAGE, "filter, character %zu: %s", at + 1,
                    what);
    return NULL;
}

static void skip_blanks(Parser *parser)
{
    while (g_ascii_isspace(parser->text[parser->at]))
        parser->at++;
    parser->start = parser->at;
}

/* A word of letters, digits and what stands in names, numbers and addresses. */
static size_t word_length(const Parser *parser)
{
    const char *word = parser->text + parser->at;
    size_t length = 0;
    while (g_ascii_isalnum(word[length]) || (word[length] && strchr("._:-", word[length])))
        length++;
    return length;
}

/* Eats one of two spellings. */
static bool take(Parser *parser, const char *word, const char *sign)
{
    skip_blanks(parser);
    size_t length = word_length(parser);
    const char *here = parser->text + parser->at;
    if (word && length == strlen(word) && g_ascii_strncasecmp(here, word, length) == 0) {
        parser->at += length;
        return true;
    }
    if (sign && g_str_has_prefix(here, sign)) {
        parser->at += strlen(sign);
        return true;
    }
    return false;
}

/* A text in quotes; \" and \\ stand for " and \, \xNN for a byte; any other \ for itself, as in
 * patterns. */
static GString *read_quoted(Parser *parser)
{
    GString *text = g_string_new(NULL);
    const char *in = parser->text + parser->at + 1;
    for (; *in && *in != '"'; in++) {
        if (in[0] == '\\' && (in[1] == '"' || in[1] == '\\')) {
            g_string_append_c(text, *++in);
        } else if (in[0] == '\\' && in[1] == 'x' && g_ascii_isxdigit(in[2]) &&
                   g_ascii_isxdigit(in[3])) {
            int byte = g_ascii_xdigit_value(in[2]) * 16 + g_ascii_xdigit_value(in[3]);
            g_string_append_c(text, (char)byte);
            in += 3;
        } else {
            g_string_append_c(text, *in);
        }
    }
    if (*in != '"') {
        g_string_free(text, TRUE);
        return fail(parser, parser->start, "the quotation mark is never closed");
    }
    parser->at = (size_t)(in + 1 - parser->text);
    return text;
}

static GString *read_value(Parser *parser)
{
    skip_blanks(parser);
    if (parser->text[parser->at] == '"')
        return read_quoted(parser);
    size_t length = word_length(parser);
    if (length == 0)
        return fail(parser, parser->at, "a value is missing; texts stand in double quotes");
    GString *text = g_string_new_len(parser->text + parser->at, (gssize)length);
    parser->at += length;
    return text;
}

/* An address as facts have it. */
static bool read_address(MsExpression *expression)
{
    uint8_t address[sizeof(struct in6_addr)];
    char text[INET6_ADDRSTRLEN];
    int family = strchr(expression->text->str, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(family, expression->text->str, address) != 1 ||
        !inet_ntop(family, address, text, sizeof text))
        return false;
    g_string_assign(expression->text, text);
    return true;
}

static bool read_time(MsExpression *expression)
{
    const char *text = expression->text->str;
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    g_autofree char *iso = g_strdelimit(g_strdup(text), " ", 'T');
    GDateTime *time = g_date_time_new_from_iso8601(iso, zone);
    if (!time)
        return false;
    int64_t second = g_date_time_to_unix(time);
    bool good = !__builtin_mul_overflow(second, (int64_t)1000000000, &expression->number) &&
                !__builtin_add_overflow(expression->number,
                                        (int64_t)g_date_time_get_microsecond(time) * 1000,
                                        &expression->number);
    g_date_time_unref(time);
    return good;
}

static bool read_number(MsExpression *expression)
{
    const char *text = expression->text->str;
    char *end = NULL;
    if (!g_ascii_isdigit(text[0]))
        return false;
    errno = 0;
    expression->number = g_ascii_strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool read_bool(MsExpression *expression)
{
    const char *text = expression->text->str;
    expression->number = g_ascii_strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return expression->number || g_ascii_strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

/* Holds the value against the type of the field. */
static bool check_value(Parser *parser, MsExpression *expression, size_t at)
{
    MsType type = ms_field(expression->field)->type;
    bool in_text = expression->op == OP_CONTAINS || expression->op == OP_MATCHES;
    bool as_text = type == MS_STRING || type == MS_BYTES || type == MS_ADDRESS;
    if (in_text && !as_text)
        return fail(parser, at, "contains and matches are for texts");
    if (in_text || type == MS_STRING || type == MS_BYTES)
        return true;
    if (type == MS_ADDRESS)
        return read_address(expression) || fail(parser, at, "no address");
    if (type == MS_TIME)
        return read_time(expression) ||
               fail(parser, at, "no time; they look like \"2026-11-22 09:00:00\"");
    if (type == MS_BOOL)
        return read_bool(expression) || fail(parser, at, "neither true nor false");
    return read_number(expression) || fail(parser, at, "no number");
}

static bool make_regex(Parser *parser, MsExpression *expression, size_t at)
{
    g_autoptr(GError) problem = NULL;
    const char *pattern = expression->text->str;
    if (strlen(pattern) != expression->text->len || g_str_has_prefix(pattern, "(*"))
        return fail(parser, at, "no pattern");
    g_autofree char *limited = g_strconcat(PATTERN_LIMIT, pattern, NULL);
    expression->regex =
        g_regex_new(limited, G_REGEX_RAW | G_REGEX_CASELESS, (GRegexMatchFlags)0, &problem);
    if (!expression->regex) {
        const char *colon = g_strrstr(problem->message, ": "); /* before it stands our own prefix */
        g_autofree char *why =
            g_strdup_printf("a bad pattern: %s", colon ? colon + 2 : problem->message);
        return fail(parser, at, why);
    }
    return true;
}

static bool accept_op(Parser *parser, Op *op)
{
    static const struct {
        const char *word, *sign;
        Op op;
    } ops[] = {
        {"eq", "==", OP_EQUAL},          {"ne", "!=", OP_UNEQUAL},     {"le", "<=", OP_AT_MOST},
        {"ge", ">=", OP_AT_LEAST},       {"lt", "<", OP_LESS},         {"gt", ">", OP_GREATER},
        {"contains", NULL, OP_CONTAINS}, {"matches", "~", OP_MATCHES},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ops); i++) {
        if (take(parser, ops[i].word, ops[i].sign)) {
            *op = ops[i].op;
            return true;
        }
    }
    return false;
}

/* name, or name op value */
static MsExpression *read_comparison(Parser *parser)
{
    skip_blanks(parser);
    size_t at = parser->at;
    g_autofree char *name = g_strndup(parser->text + at, word_length(parser));
    if (name[0] == '\0')
        return fail(parser, at, "the name of a field is missing");
    MsFieldId field = ms_field_find(name);
    if (field == MS_N_FIELDS) {
        g_autofree char *what =
            g_strdup_printf("no field is called '%s'; `mailscope fields` lists them", name);
        return fail(parser, at, what);
    }
    parser->at += strlen(name);
    g_autoptr(MsExpression) expression = make(OP_PRESENT, NULL, NULL);
    expression->field = field;
    if (!accept_op(parser, &expression->op))
        return g_steal_pointer(&expression);
    skip_blanks(parser);
    at = parser->at;
    expression->text = read_value(parser);
    if (!expression->text || !check_value(parser, expression, at) ||
        (expression->op == OP_MATCHES && !make_regex(parser, expression, at)))
        return NULL;
    return g_steal_pointer(&expression);
}

static MsExpression *read_or(Parser *parser);

static MsExpression *read_term(Parser *parser)
{
    skip_blanks(parser);
    size_t at = parser->at;
    bool negated =
        take(parser, "not", NULL) ||
        (parser->text[at] == '!' && parser->text[at + 1] != '=' && take(parser, NULL, "!"));
    if (!negated && !take(parser, NULL, "("))
        return read_comparison(parser);
    if (++parser->depth > MOST_DEPTH)
        return fail(parser, at, "too many parentheses in each other");
    MsExpression *inner = negated ? read_term(parser) : read_or(parser);
    parser->depth--;
    if (!inner)
        return NULL;
    if (negated)
        return make(OP_NOT, inner, NULL);
    if (take(parser, NULL, ")"))
        return inner;
    ms_expression_free(inner);
    return fail(parser, parser->at, "a closing parenthesis is missing");
}

/* Terms with `and` or `or` between them. */
static MsExpression *read_chain(Parser *parser, Op op)
{
    MsExpression *left = op == OP_OR ? read_chain(parser, OP_AND) : read_term(parser);
    while (left && take(parser, op == OP_OR ? "or" : "and", op == OP_OR ? "||" : "&&")) {
        MsExpression *right = op == OP_OR ? read_chain(parser, OP_AND) : read_term(parser);
        if (!right) {
            ms_expression_free(left);
            return NULL;
        }
        left = make(op, left, right);
    }
    return left;
}

static MsExpression *read_or(Parser *parser)
{
    return read_chain(parser, OP_OR);
}

MsExpression *ms_expression_new(const char *text, GError **error)
{
    Parser parser = {.text = text, .error = error};
    if (strlen(text) > MOST_LENGTH)
        return fail(&parser, MOST_LENGTH, "too long");
    MsExpression *expression = read_or(&parser);
    if (!expression)
        return NULL;
    skip_blanks(&parser);
    if (text[parser.at] == '\0')
        return expression;
    ms_expression_free(expression);
    return fail(&parser, parser.at, "something is left over; `and` or `or` expected");
}

/* --- */

/* As memcmp() for texts of different lengths. */
static int compare_text(const MsFact *fact, const GString *text)
{
    size_t shorter = MIN(fact->text_length, text->len);
    int order = shorter > 0 ? memcmp(fact->text, text->str, shorter) : 0;
    return order ? order : (fact->text_length > text->len) - (fact->text_length < text->len);
}

static bool contains(const MsFact *fact, const GString *text)
{
    return text->len == 0 || (fact->text_length >= text->len &&
                              memmem(fact->text, fact->text_length, text->str, text->len));
}

static bool match(const MsExpression *expression, const MsFact *fact)
{
    gssize length = (gssize)MIN(fact->text_length, MOST_SUBJECT);
    return g_regex_match_full(expression->regex, length > 0 ? fact->text : "", length, 0,
                              (GRegexMatchFlags)0, NULL, NULL);
}

static bool holds_for(const MsExpression *expression, const MsFact *fact)
{
    MsType type = ms_field(expression->field)->type;
    bool as_text = type == MS_STRING || type == MS_BYTES || type == MS_ADDRESS;
    if (expression->op == OP_CONTAINS)
        return contains(fact, expression->text);
    if (expression->op == OP_MATCHES)
        return match(expression, fact);
    int order = as_text ? compare_text(fact, expression->text)
                        : (fact->number > expression->number) - (fact->number < expression->number);
    switch (expression->op) {
    case OP_LESS:
        return order < 0;
    case OP_GREATER:
        return order > 0;
    case OP_AT_MOST:
        return order <= 0;
    case OP_AT_LEAST:
        return order >= 0;
    default:
        return order == 0;
    }
}

static bool compare(const MsExpression *expression, const MsRecord *record)
{
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    bool present = false;
    for (size_t i = 0; i < count; i++) {
        if (facts[i].field != expression->field)
            continue;
        if (expression->op == OP_PRESENT)
            return true;
        present = true;
        if (holds_for(expression, &facts[i]))
            return expression->op != OP_UNEQUAL;
    }
    return present && expression->op == OP_UNEQUAL;
}

bool ms_expression_holds(const MsExpression *expression, const MsRecord *record)
{
    /* Chains lean to the left, so they are walked in a loop: a long one needs no deep stack. */
    bool result = false;
    GPtrArray *stack = NULL;
    const MsExpression *e = expression;
    while (e->op == OP_AND || e->op == OP_OR) {
        if (!stack)
            stack = g_ptr_array_new();
        g_ptr_array_add(stack, (gpointer)(uintptr_t)e);
        e = e->left;
    }
    result = e->op == OP_NOT ? !ms_expression_holds(e->left, record) : compare(e, record);
    for (guint i = stack ? stack->len : 0; i > 0; i--) {
        const MsExpression *chain = stack->pdata[i - 1];
        if (result == (chain->op == OP_AND))
            result = ms_expression_holds(chain->right, record);
    }
    if (stack)
        g_ptr_array_unref(stack);
    return result;
}

/* Whether a field in it is one of those. */
static bool asks_for(const MsExpression *expression, bool (*wanted)(const char *key))
{
    for (const MsExpression *e = expression; e; e = e->left) {
        if (e->right && asks_for(e->right, wanted))
            return true;
        if (e->op != OP_AND && e->op != OP_OR && e->op != OP_NOT && wanted(ms_field(e->field)->key))
            return true;
    }
    return false;
}

static bool is_of_parts(const char *key)
{
    return g_str_has_prefix(key, "part.") || g_str_has_prefix(key, "message.");
}

static bool is_hash(const char *key)
{
    return g_str_has_suffix(key, ".sha256") || g_str_has_suffix(key, ".md5");
}

bool ms_expression_needs_mime(const MsExpression *expression)
{
    return asks_for(expression, is_of_parts);
}

bool ms_expression_needs_hash(const MsExpression *expression)
{
    return asks_for(expression, is_hash);
}
