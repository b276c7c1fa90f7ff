/* SPDX-License-Identifier: GPL-2.0-or-later
 * explain.c - one row after the other of all tables is made an explanation and compared. A few
 * hundred rows: no index is worth its code. */
#include "explain.h"

#include "explain_private.h"
#include "fact.h"
#include "replies.h"

#include <glib.h>

#include <string.h>

enum { MOST_WORDS = 16, MOST_HITS = 512 };

/* --- rows of all tables --- */

typedef struct {
    const char *code;
    const char *words;
    const char *rfc;
    const char *keywords;
    const char *text;
} Code;

static const Code replies[] = {
#define MS_REPLY(code, words, rfc, keywords, text) {#code, words, rfc, keywords, text},
#include "replies.def"
#undef MS_REPLY
};

static const Code statuses[] = {
#define MS_STATUS(subject, detail, words, rfc, keywords)                                           \
    {"." #subject "." #detail, words, rfc, keywords, NULL},
#include "replies.def"
#undef MS_STATUS
};

/* What the first digit says (RFC 5321 4.2.1), and the first number of an enhanced code (3463 2). */
static const char *first_words(char digit)
{
    switch (digit) {
    case '2':
        return "done";
    case '3':
        return "so far good, more is expected";
    case '4':
        return "failed for now, it may be tried again";
    case '5':
        return "failed for good";
    default:
        return NULL;
    }
}

/* What the second digit is about (RFC 5321 4.2.1). */
static const char *second_words(char digit)
{
    switch (digit) {
    case '0':
        return "about syntax";
    case '1':
        return "about information";
    case '2':
        return "about the connection";
    case '3':
        return "about login (RFC 4954)";
    case '5':
        return "about the mail system";
    default:
        return "not defined";
    }
}

/* What the second number of an enhanced code is about (RFC 3463 3). */
static const char *subject_words(const char *code)
{
    static const char *const words[] = {
        "about nothing in particular", "about an address",          "about a mailbox",
        "about the mail system",       "about network and routing", "about the protocol",
        "about the content",           "about security or policy"};
    const char *subject = strchr(code, '.') + 1;
    if (subject[0] < '0' || subject[0] > '7' || subject[1] != '.')
        return "not registered";
    return words[subject[0] - '0'];
}

static void set_name(MsExplanation *out, const char *name, size_t length)
{
    length = MIN(length, sizeof out->name - 1);
    memcpy(out->name, name, length);
    out->name[length] = '\0';
}

static void set_reply(MsExplanation *out, const char *code)
{
    *out = (MsExplanation){
        .kind = "SMTP reply code", .digits = first_words(code[0]), .about = second_words(code[1])};
    set_name(out, code, 3);
    out->words = ms_reply_words((unsigned)g_ascii_strtoull(out->name, NULL, 10), &out->rfc);
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
        if (strcmp(replies[i].code, out->name) == 0)
            out->text = replies[i].text;
    }
}

/* "5.7.8"; X.7.8 stands for any class. */
static void set_status(MsExplanation *out, const char *code, size_t length)
{
    *out = (MsExplanation){.kind = "enhanced status code (SMTP)", .digits = first_words(code[0])};
    set_name(out, code, length);
    out->about = subject_words(out->name);
    char with_class[sizeof out->name];
    memcpy(with_class, out->name, sizeof with_class);
    if (!out->digits)
        with_class[0] = '5';
    out->words = ms_enhanced_words(with_class, strlen(with_class), &out->rfc);
}

static size_t count_rows(void)
{
    size_t terms;
    ms_terms(&terms);
    return G_N_ELEMENTS(replies) + G_N_ELEMENTS(statuses) + terms + MS_N_FIELDS + MS_N_ODDITIES;
}

/* The row: `names` for look-up, `keywords` for search. */
static void get_row(size_t row, MsExplanation *out, const char **names, const char **keywords)
{
    size_t n_terms;
    const MsTerm *terms = ms_terms(&n_terms);
    *names = ""; /* codes are found by add_codes() */
    *keywords = "";
    if (row < G_N_ELEMENTS(replies)) {
        set_reply(out, replies[row].code);
        *keywords = replies[row].keywords;
        return;
    }
    row -= G_N_ELEMENTS(replies);
    if (row < G_N_ELEMENTS(statuses)) {
        g_autofree char *code = g_strconcat("X", statuses[row].code, NULL);
        set_status(out, code, strlen(code));
        *keywords = statuses[row].keywords;
        return;
    }
    row -= G_N_ELEMENTS(statuses);
    if (row < n_terms) {
        const MsTerm *term = &terms[row];
        *out = (MsExplanation){
            .kind = ms_term_kind_words(term->kind), .text = term->text, .rfc = term->rfc};
        set_name(out, term->names, strcspn(term->names, "|"));
        *names = term->names;
        *keywords = term->keywords;
        return;
    }
    row -= n_terms;
    if (row < MS_N_FIELDS) {
        const MsField *field = ms_field((MsFieldId)row);
        *out = (MsExplanation){.kind = "fact that mailscope finds",
                               .words = field->title,
                               .text = field->meaning,
                               .rfc = field->rfc};
        *names = field->key;
    } else {
        *names = ms_oddity_name((MsOddityKind)(row - MS_N_FIELDS));
        *out = (MsExplanation){.kind = "oddity that mailscope finds",
                               .text = ms_oddity_words((MsOddityKind)(row - MS_N_FIELDS)),
                               .rfc = ""};
    }
    set_name(out, *names, strlen(*names));
}

/* --- by name --- */

/* Letters of any case; a hyphen in a name may be a blank in the query: "dot stuffing". */
static bool same_words(const char *name, const char *query, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (g_ascii_tolower(name[i]) != g_ascii_tolower(query[i]) &&
            !(name[i] == '-' && query[i] == ' '))
            return false;
    return true;
}

/* One name against the query. Names that end with `=` or `-` are starts: "AUTH=" fits "AUTH=PLAIN";
 * "BODY[]" fits whatever stands in the brackets. */
static bool fits(const char *name, size_t name_length, const char *query, size_t length)
{
    bool start = name_length > 1 && strchr("=-", name[name_length - 1]) && length > name_length;
    bool brackets = name_length > 2 && memcmp(name + name_length - 2, "[]", 2) == 0;
    if (start)
        return g_ascii_strncasecmp(name, query, name_length) == 0;
    if (brackets && length >= name_length)
        return g_ascii_strncasecmp(name, query, name_length - 1) == 0;
    return name_length == length && same_words(name, query, length);
}

static bool named(const char *names, const char *query, size_t length)
{
    while (length > 0) {
        size_t name_length = strcspn(names, "|");
        if (fits(names, name_length, query, length))
            return true;
        if (names[name_length] == '\0')
            return false;
        names += name_length + 1;
    }
    return false;
}

const MsTerm *ms_term_find(MsTermKind kind, const char *text, size_t length)
{
    size_t count;
    const MsTerm *terms = ms_terms(&count);
    size_t word = 0;
    while (word < length && text[word] != ' ')
        word++;
    for (size_t i = 0; i < count; i++) {
        if (terms[i].kind == kind && named(terms[i].names, text, word))
            return &terms[i];
    }
    return NULL;
}

static void add(MsExplainHits *hits, const MsExplanation *explanation)
{
    hits->found++;
    if (hits->count < hits->most)
        hits->out[hits->count++] = *explanation;
}

void ms_explain_named(MsExplainHits *hits, const char *query, size_t length, const char *kind)
{
    for (size_t row = 0; row < count_rows(); row++) {
        MsExplanation explanation;
        const char *names;
        const char *keywords;
        get_row(row, &explanation, &names, &keywords);
        if (named(names, query, length) && (!kind || g_str_has_suffix(explanation.kind, kind)))
            add(hits, &explanation);
    }
}

/* Bytes of an enhanced status code at `text`, or 0; X as class stands for any. */
static size_t status_length(const char *text)
{
    size_t length = strspn(text, "0123456789.xX");
    if (length < 5 || length >= 12)
        return 0;
    g_autofree char *code = g_strndup(text, length);
    if (g_ascii_tolower(code[0]) == 'x')
        code[0] = '5';
    return ms_enhanced_words(code, length, NULL) ? length : 0;
}

size_t ms_explain_word(const char *text)
{
    return strcspn(text, " \t:");
}

/* A reply code, an enhanced code, or a reply line that begins with them. */
static void add_codes(MsExplainHits *hits, const char *query)
{
    bool three = strspn(query, "0123456789") == 3 && strchr(" -", query[3]);
    MsExplanation explanation;
    if (three && ms_reply_words((unsigned)g_ascii_strtoull(query, NULL, 10), NULL)) {
        bool line = query[3] != '\0';
        set_reply(&explanation, query);
        bool in_table = explanation.text != NULL;
        MsExplainHits others = {.most = 0};
        ms_explain_named(&others, query, 3, NULL);
        if (in_table || line || others.found == 0)
            add(hits, &explanation);
        query += line ? 4 : 3;
        if (line && status_length(query) == 0)
            ms_explain_named(hits, query, ms_explain_word(query), "extension");
    }
    size_t length = status_length(query);
    if (length > 0 && (query[length] == '\0' || query[length] == ' ')) {
        set_status(&explanation, query, length);
        add(hits, &explanation);
    }
}

/* --- by words --- */

typedef struct {
    char word[32];
    size_t length;
} Word;

static bool is_word(char c)
{
    return g_ascii_isalnum(c) || (c & 0x80) || strchr("-.$\\=+", c);
}

/* Words that say nothing about what is asked for. */
static bool is_filler(const char *word)
{
    static const char *const fillers[] = {"a",    "an",    "and",    "are",  "be",  "by",   "code",
                                          "does", "for",   "how",    "in",   "is",  "it",   "of",
                                          "on",   "or",    "shall",  "sent", "the", "to",   "what",
                                          "when", "which", "should", "who",  "why", "with", "mean"};
    for (size_t i = 0; i < G_N_ELEMENTS(fillers); i++) {
        if (strcmp(word, fillers[i]) == 0)
            return true;
    }
    return false;
}

static size_t split(const char *query, Word *words)
{
    size_t count = 0;
    while (*query && count < MOST_WORDS) {
        size_t length = 0;
        while (query[length] && is_word(query[length]))
            length++;
        if (length > 0 && length < sizeof words[0].word) {
            Word *word = &words[count];
            for (size_t i = 0; i < length; i++)
                word->word[i] = g_ascii_tolower(query[i]);
            word->word[length] = '\0';
            word->length = length;
            count += !is_filler(word->word);
        }
        query += length + (query[length] != '\0');
    }
    return count;
}

/* How well a text has the word: 2 as it is, 1 as the start of a longer one or the other way round
 * ("reset", "resets"), 0 not at all. */
static unsigned has_word(const char *text, const Word *word)
{
    unsigned best = 0;
    while (text && *text && best < 2) {
        size_t length = 0;
        while (text[length] && is_word(text[length]))
            length++;
        while (length > 0 && text[length - 1] == '.')
            length--;
        size_t common = MIN(length, word->length);
        if (common > 0 && g_ascii_strncasecmp(text, word->word, common) == 0) {
            if (length == word->length)
                best = 2;
            else if (common >= 4 && MAX(length, word->length) - common <= 3)
                best = 1;
        }
        text += MAX(length, 1);
    }
    return best;
}

typedef struct {
    size_t row;
    unsigned found; /* words of the query that are in it */
    unsigned weight;
} Hit;

static Hit weigh(size_t row, const Word *words, size_t n_words)
{
    Hit hit = {.row = row};
    MsExplanation explanation;
    const char *names;
    const char *keywords;
    get_row(row, &explanation, &names, &keywords);
    for (size_t i = 0; i < n_words; i++) {
        unsigned name = has_word(names[0] ? names : explanation.name, &words[i]);
        unsigned key = has_word(keywords, &words[i]);
        unsigned title = has_word(explanation.words, &words[i]);
        unsigned text = has_word(explanation.text, &words[i]);
        hit.found += (name | key | title | text) > 0;
        hit.weight += 4 * name + 3 * key + 3 * title + text;
    }
    return hit;
}

static int compare_hits(const void *a, const void *b)
{
    const Hit *first = a;
    const Hit *second = b;
    if (first->found != second->found)
        return first->found > second->found ? -1 : 1;
    if (first->weight != second->weight)
        return first->weight > second->weight ? -1 : 1;
    return first->row < second->row ? -1 : first->row > second->row;
}

/* Adds the rows that have the most words of the query. Returns whether they have all of them. */
static MsExplained add_found(MsExplainHits *hits, const char *query)
{
    Word words[MOST_WORDS];
    size_t n_words = split(query, words);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Hit));
    for (size_t row = 0; n_words > 0 && row < count_rows(); row++) {
        Hit hit = weigh(row, words, n_words);
        if (2 * hit.found > n_words || hit.found == n_words)
            g_array_append_val(list, hit);
    }
    g_array_sort(list, compare_hits);
    unsigned best = list->len > 0 ? g_array_index(list, Hit, 0).found : 0;
    for (guint i = 0; i < list->len; i++) {
        const Hit *hit = &g_array_index(list, Hit, i);
        if (hit->found < best)
            break;
        MsExplanation explanation;
        const char *names;
        const char *keywords;
        get_row(hit->row, &explanation, &names, &keywords);
        add(hits, &explanation);
    }
    g_array_free(list, TRUE);
    return best == 0 ? MS_EXPLAINED_NOT : best == n_words ? MS_EXPLAINED_ALL : MS_EXPLAINED_SOME;
}

/* --- all together --- */

/* Without blanks around and repeated within; without the brackets of "[UIDVALIDITY 1]", and without
 * what `show` puts before a line: "6  0.001244  S: ". */
static char *tidy(const char *query)
{
    size_t before = strspn(query, "0123456789.- ");
    bool shown =
        query[before] && strchr("SC", query[before]) && g_str_has_prefix(query + before + 1, ": ");
    g_autofree char *copy = g_strdup(shown ? query + before + 3 : query);
    g_strstrip(copy);
    size_t length = strlen(copy);
    if (length > 2 && copy[0] == '[' && copy[length - 1] == ']') {
        copy[length - 1] = '\0';
        memmove(copy, copy + 1, length - 1);
    }
    GString *tidied = g_string_new(NULL);
    for (const char *c = copy; *c; c++) {
        bool blank = *c == ' ' || *c == '\t' || *c == '\n' || *c == '\r';
        if (blank && tidied->len > 0 && tidied->str[tidied->len - 1] == ' ')
            continue;
        g_string_append_c(tidied, blank ? ' ' : *c);
    }
    return g_string_free(tidied, FALSE);
}

MsExplained ms_explain(const char *query, MsExplanation *out, size_t most, size_t *count,
                       size_t *found)
{
    g_autofree char *text = tidy(query);
    MsExplainHits hits = {.out = out, .most = most};
    MsExplained result = MS_EXPLAINED;
    add_codes(&hits, text);
    bool code = hits.found > 0 && text[0] >= '0' && text[0] <= '9' && strlen(text) > 3;
    size_t first = ms_explain_word(text);
    if (!code)
        ms_explain_named(&hits, text, strlen(text), NULL);
    bool line = text[first] != '\0';
    if (!code && line && hits.found > 0)
        ms_explain_named(&hits, text, first, "command"); /* "AUTH LOGIN": AUTH too */
    if (hits.found == 0)
        ms_explain_line(&hits, text);
    if (hits.found == 0)
        result = add_found(&hits, text);
    if (result != MS_EXPLAINED_ALL && result != MS_EXPLAINED && line) {
        MsExplainHits named_first = {.out = out, .most = most};
        ms_explain_named(&named_first, text, first, NULL); /* "MAIL FROM:<alice@client.example>" */
        if (named_first.found > 0) {
            hits = named_first;
            result = MS_EXPLAINED;
        }
    }
    *count = hits.count;
    *found = hits.found;
    return result;
}
