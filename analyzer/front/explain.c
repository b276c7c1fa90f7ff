/* SPDX-License-Identifier: GPL-2.0-or-later
 * explain.c - explanations on a page. */
#include "explain.h"

#include "../base/escape.h"
#include "../fact/explain.h"
#include "pen.h"

#include <glib.h>

#include <string.h>

enum {
    MOST = 24,     /* shown of what has the name asked for */
    MOST_FOUND = 6 /* shown of what was found by words, without --full */
};

static void put_words(MsPen *pen, const char *text)
{
    ms_pen_words(pen, (const uint8_t *)text, strlen(text));
}

/* "250  SMTP reply code: done" and what there is to say below it. */
static void put(MsPen *pen, const MsExplanation *e)
{
    pen->indent = 0;
    ms_pen_ink(pen, MS_INK_VALUE);
    put_words(pen, e->name);
    ms_pen_ink(pen, MS_INK_PLAIN);
    ms_pen_say(pen, "  ");
    pen->indent = 4;
    put_words(pen, e->kind);
    if (e->words) {
        ms_pen_say(pen, ": ");
        put_words(pen, e->words);
    }
    ms_pen_newline(pen);
    if (e->text) {
        ms_pen_go(pen, pen->indent);
        put_words(pen, e->text);
        if (!g_str_has_suffix(e->text, "."))
            ms_pen_say(pen, ".");
        ms_pen_newline(pen);
    }
    if (e->about) {
        bool enhanced = strchr(e->name, '.') != NULL;
        ms_pen_go(pen, pen->indent);
        if (e->digits)
            ms_pen_say(pen, "%s %c: %s; ", enhanced ? "Class" : "First digit", e->name[0],
                       e->digits);
        if (enhanced)
            ms_pen_say(pen, "%s %.*s: %s (RFC 3463 2, 3).", e->digits ? "subject" : "Subject",
                       (int)strcspn(e->name + 2, "."), e->name + 2, e->about);
        else
            ms_pen_say(pen, "second digit %c: %s (RFC 5321 4.2.1).", e->name[1], e->about);
        ms_pen_newline(pen);
    }
    if (e->rfc[0]) {
        ms_pen_go(pen, pen->indent);
        ms_pen_ink(pen, MS_INK_DIM);
        size_t number = strcspn(e->rfc, " ");
        ms_pen_say(pen, "RFC %.*s", (int)number, e->rfc);
        if (e->rfc[number] == ' ')
            ms_pen_say(pen, ", section %s", e->rfc + number + 1);
        ms_pen_newline(pen);
    }
}

static void add_json(MsBuffer *out, const char *name, const char *value)
{
    if (!value)
        return;
    ms_buffer_printf(out, "%s\"%s\":\"", out->data[out->length - 1] == '{' ? "" : ",", name);
    ms_escape_json(out, (const uint8_t *)value, strlen(value));
    ms_buffer_byte(out, '"');
}

static void put_json(MsBuffer *out, const MsExplanation *e)
{
    ms_buffer_byte(out, '{');
    add_json(out, "name", e->name);
    add_json(out, "kind", e->kind);
    add_json(out, "words", e->words);
    add_json(out, "text", e->text);
    add_json(out, "rfc", e->rfc);
    ms_buffer_text(out, "}\n");
}

bool ms_explain_print(MsBuffer *out, const char *query, const MsStyle *style, bool json)
{
    static const MsOrigins none;
    MsExplanation explanations[MOST];
    size_t count;
    size_t found;
    MsExplained result = ms_explain(query, explanations, MOST, &count, &found);
    if (result == MS_EXPLAINED_NOT)
        return false;
    if (result != MS_EXPLAINED && !style->full)
        count = count < MOST_FOUND ? count : MOST_FOUND;
    MsPen pen;
    ms_pen_init(&pen, out, &none, style, NULL);
    if (result == MS_EXPLAINED_SOME && !json) {
        ms_pen_say(&pen, "Nothing has all of these words. Closest:");
        ms_pen_newline(&pen);
        ms_pen_newline(&pen);
    }
    for (size_t i = 0; i < count; i++) {
        if (json) {
            put_json(out, &explanations[i]);
            continue;
        }
        if (i > 0)
            ms_pen_newline(&pen);
        put(&pen, &explanations[i]);
    }
    if (found > count && !json) {
        ms_pen_newline(&pen);
        ms_pen_say(&pen, "%zu more fit; give more words.", found - count);
        ms_pen_newline(&pen);
    }
    ms_pen_clear(&pen);
    return true;
}
