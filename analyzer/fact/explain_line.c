/* SPDX-License-Identifier: GPL-2.0-or-later
 * explain_line.c - lines of a dialogue that begin with no code: what is to be explained stands
 * behind a tag, a number or a version. */
#include "explain_private.h"

#include <glib.h>

#include <string.h>

static bool is_named(const char *name, size_t length)
{
    MsExplainHits any = {.most = 0};
    ms_explain_named(&any, name, length, NULL);
    return any.found > 0;
}

/* Whether the first word may be the tag of the IMAP command behind it, and not a word of a
 * question: "a1 login", "a LOGIN", but not "the login". */
static bool is_tag(const char *text, size_t length, const char *word, size_t word_length)
{
    bool digit = false;
    bool upper = true;
    for (size_t i = 0; i < length; i++)
        digit = digit || g_ascii_isdigit(text[i]);
    for (size_t i = 0; i < word_length; i++)
        upper = upper && g_ascii_isupper(word[i]);
    return (digit || upper) && !is_named(text, length);
}

/* "a1 LOGIN ann x", "a1 OK done", "* 2 EXISTS", "* OK [UIDVALIDITY 3]" (RFC 9051 2.2). */
static void add_imap_line(MsExplainHits *hits, const char *text)
{
    size_t tag = strcspn(text, " ");
    if (tag == 0 || text[tag] == '\0')
        return;
    const char *word = text + tag + 1;
    size_t length = strcspn(word, " ");
    if (tag == 1 && text[0] == '*') {
        if (length > 0 && strspn(word, "0123456789") == length && word[length] == ' ') {
            word += length + 1;
            length = strcspn(word, " ");
        }
        g_autofree char *start = g_strndup(word, length);
        g_autofree char *response = g_strconcat(start, " response", NULL);
        ms_explain_named(hits, response, strlen(response), "IMAP response");
    } else if (!is_tag(text, tag, word, length)) {
        return;
    } else {
        ms_explain_named(hits, word, length, "IMAP command");
    }
    if (hits->found == 0)
        ms_explain_named(hits, word, length, "IMAP response");
    if (hits->found > 0 && g_str_has_prefix(word + length, " ["))
        ms_explain_named(hits, word + length + 2, strcspn(word + length + 2, " ]"),
                         "response code");
}

void ms_explain_line(MsExplainHits *hits, const char *text)
{
    if (strpbrk(text, "<@")) /* "MAIL FROM:<>" */
        ms_explain_named(hits, text, ms_explain_word(text), "command");
    const char *status = strchr(text, ' ');
    if (status && g_ascii_strncasecmp(text, "HTTP/", 5) == 0) {
        g_autofree char *code = g_strdup_printf("HTTP %.3s", status + 1);
        ms_explain_named(hits, code, strlen(code), NULL);
    }
    if (hits->found == 0)
        add_imap_line(hits, text);
}
