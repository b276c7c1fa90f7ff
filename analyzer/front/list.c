/* SPDX-License-Identifier: GPL-2.0-or-later
 * list.c - `mailscope fields`, `oddities` and `limits`. Tables of our own: nothing to escape but
 * what JSON and Markdown ask for. */
#include "list.h"

#include "../base/escape.h"
#include "../base/limits.h"
#include "../fact/fact.h"

#include <stdbool.h>

static void add_json(MsBuffer *out, const char *name, const char *value)
{
    ms_buffer_printf(out, "\"%s\":\"", name);
    ms_escape_json(out, (const uint8_t *)value, strlen(value));
    ms_buffer_byte(out, '"');
}

/* A cell of a Markdown table: `|` would end it. */
static void add_cell(MsBuffer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            ms_buffer_byte(out, '\\');
        ms_buffer_byte(out, (uint8_t)*text);
    }
}

/* "attempt, many, secret" */
static void add_scope(MsBuffer *out, const MsField *field)
{
    ms_buffer_text(out, ms_scope_name(field->scope));
    if (field->flags & MS_MANY)
        ms_buffer_text(out, ", many");
    if (field->flags & MS_SECRET)
        ms_buffer_text(out, ", secret");
}

static void add_field_json(MsBuffer *out, const MsField *field)
{
    ms_buffer_byte(out, '{');
    add_json(out, "key", field->key);
    ms_buffer_byte(out, ',');
    add_json(out, "type", ms_type_name(field->type));
    ms_buffer_byte(out, ',');
    add_json(out, "scope", ms_scope_name(field->scope));
    ms_buffer_printf(out, ",\"many\":%s,\"secret\":%s,", field->flags & MS_MANY ? "true" : "false",
                     field->flags & MS_SECRET ? "true" : "false");
    add_json(out, "title", field->title);
    ms_buffer_byte(out, ',');
    add_json(out, "rfc", field->rfc);
    ms_buffer_byte(out, ',');
    add_json(out, "meaning", field->meaning);
    ms_buffer_text(out, "}\n");
}

static void add_field_markdown(MsBuffer *out, const MsField *field)
{
    ms_buffer_printf(out, "| `%s` | %s | ", field->key, ms_type_name(field->type));
    add_scope(out, field);
    ms_buffer_text(out, " | ");
    add_cell(out, field->title);
    ms_buffer_text(out, " | ");
    add_cell(out, field->rfc);
    ms_buffer_text(out, " | ");
    add_cell(out, field->meaning);
    ms_buffer_text(out, " |\n");
}

static void add_padded(MsBuffer *out, const char *text, size_t width)
{
    ms_buffer_text(out, text);
    for (size_t i = strlen(text); i < width; i++)
        ms_buffer_byte(out, ' ');
}

static void add_field_text(MsBuffer *out, const MsField *field, size_t width)
{
    MsBuffer scope = {0};
    add_scope(&scope, field);
    ms_buffer_byte(&scope, 0);
    add_padded(out, field->key, width + 2);
    add_padded(out, ms_type_name(field->type), 9);
    add_padded(out, (const char *)scope.data, 25);
    ms_buffer_text(out, field->title);
    ms_buffer_text(out, ": ");
    ms_buffer_text(out, field->meaning);
    if (field->rfc[0])
        ms_buffer_printf(out, " (RFC %s)", field->rfc);
    ms_buffer_byte(out, '\n');
    ms_buffer_clear(&scope);
}

void ms_list_fields(MsBuffer *out, MsListFormat format)
{
    size_t width = 0;
    for (size_t i = 0; i < MS_N_FIELDS; i++) {
        size_t length = strlen(ms_field((MsFieldId)i)->key);
        width = length > width ? length : width;
    }
    if (format == MS_LIST_MARKDOWN)
        ms_buffer_text(out, "| Key | Type | Of | Title | RFC | Meaning |\n"
                            "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < MS_N_FIELDS; i++) {
        const MsField *field = ms_field((MsFieldId)i);
        if (format == MS_LIST_JSON)
            add_field_json(out, field);
        else if (format == MS_LIST_MARKDOWN)
            add_field_markdown(out, field);
        else
            add_field_text(out, field, width);
    }
}

void ms_list_oddities(MsBuffer *out, MsListFormat format)
{
    if (format == MS_LIST_MARKDOWN)
        ms_buffer_text(out, "| Oddity | Meaning |\n|---|---|\n");
    for (size_t i = 0; i < MS_N_ODDITIES; i++) {
        const char *name = ms_oddity_name((MsOddityKind)i);
        const char *words = ms_oddity_words((MsOddityKind)i);
        if (format == MS_LIST_JSON) {
            ms_buffer_byte(out, '{');
            add_json(out, "oddity", name);
            ms_buffer_byte(out, ',');
            add_json(out, "meaning", words);
            ms_buffer_text(out, "}\n");
        } else if (format == MS_LIST_MARKDOWN) {
            ms_buffer_printf(out, "| `%s` | ", name);
            add_cell(out, words);
            ms_buffer_text(out, " |\n");
        } else {
            ms_buffer_printf(out, "%-26s%s\n", name, words);
        }
    }
}

void ms_list_limits(MsBuffer *out, MsListFormat format)
{
    if (format == MS_LIST_MARKDOWN)
        ms_buffer_text(out, "| Limit | Default | Unit | What it caps |\n|---|---|---|---|\n");
    for (size_t i = 0; i < MS_N_LIMITS; i++) {
        const MsLimitInfo *limit = ms_limit_info((MsLimitId)i);
        unsigned long long value = limit->value;
        if (format == MS_LIST_JSON) {
            ms_buffer_byte(out, '{');
            add_json(out, "limit", limit->name);
            ms_buffer_printf(out, ",\"default\":%llu,", value);
            add_json(out, "unit", limit->unit);
            ms_buffer_byte(out, ',');
            add_json(out, "meaning", limit->meaning);
            ms_buffer_text(out, "}\n");
        } else if (format == MS_LIST_MARKDOWN) {
            ms_buffer_printf(out, "| `%s` | %llu | %s | ", limit->name, value, limit->unit);
            add_cell(out, limit->meaning);
            ms_buffer_text(out, " |\n");
        } else {
            ms_buffer_printf(out, "%-22s %10llu %-9s %s\n", limit->name, value, limit->unit,
                             limit->meaning);
        }
    }
}
