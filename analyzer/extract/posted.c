/* SPDX-License-Identifier: GPL-2.0-or-later
 * posted.c - the fields of the form, one after the other. Line ends of the text are kept, all else
 * that is no plain character is written as \xNN. */
#include "posted.h"

#include "../base/escape.h"

#include <glib.h>

static const struct {
    MsFieldId field;
    const char *label;
} fields[] = {
    {MS_FIELD_WEBMAIL_FROM, "From: "},       {MS_FIELD_WEBMAIL_TO, "To: "},
    {MS_FIELD_WEBMAIL_CC, "Cc: "},           {MS_FIELD_WEBMAIL_BCC, "Bcc: "},
    {MS_FIELD_WEBMAIL_SUBJECT, "Subject: "},
};

/* Captured text, masked; with its line ends when `lines`. */
static void put(MsBuffer *out, const MsFact *fact, const MsRedactor *redactor, bool lines)
{
    MsBuffer masked = {0};
    ms_redact_fact(redactor, fact, &masked);
    for (size_t at = 0; at < masked.length;) {
        const uint8_t *line = masked.data + at;
        const uint8_t *feed = lines ? memchr(line, '\n', masked.length - at) : NULL;
        size_t length = feed ? (size_t)(feed - line) : masked.length - at;
        at += length + (feed != NULL);
        ms_escape_terminal(out, line, length - (feed && length > 0 && line[length - 1] == '\r'));
        if (feed)
            ms_buffer_byte(out, '\n');
    }
    ms_buffer_clear(&masked);
}

static void cite(const MsFact *fact, size_t most, MsRanges *where)
{
    for (uint32_t i = 0; i < fact->n_ranges; i++)
        ms_ranges_add_one(where, &fact->ranges[i], fact->time_ns, most);
    where->omitted += fact->ranges_omitted;
}

/* Files that requests of the session uploaded; which mail they were for, no request says. */
static void put_files(MsBuffer *out, const MsIndex *index, const MsRedactor *redactor)
{
    size_t count;
    const MsFact *const *files = ms_index_field(index, MS_FIELD_WEBMAIL_FILE, &count);
    for (size_t i = 0; i < count; i++) {
        ms_buffer_text(out, "File uploaded in this session (not extracted): ");
        put(out, files[i], redactor, false);
        ms_buffer_byte(out, '\n');
    }
}

bool ms_posted_text(MsBuffer *out, const MsIndex *index, int32_t number, const MsRedactor *redactor,
                    size_t most_ranges, MsRanges *where)
{
    static const char heading[] = "What was posted to a webmail in a form. It is no message: the "
                                  "server makes that of it, and "
                                  "it was not captured.\n\n";
    size_t start = out->length;
    bool any = false;
    ms_buffer_text(out, heading);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        size_t count;
        const MsFact *const *facts = ms_index_all(index, fields[i].field, number, -1, &count);
        for (size_t k = 0; k < count; k++) {
            ms_buffer_text(out, fields[i].label);
            put(out, facts[k], redactor, false);
            ms_buffer_byte(out, '\n');
            cite(facts[k], most_ranges, where);
            any = true;
        }
    }
    const MsFact *outcome = ms_index_first(index, MS_FIELD_MESSAGE_OUTCOME, number, -1);
    if (outcome) {
        ms_buffer_text(out, "Outcome: ");
        put(out, outcome, redactor, false);
        ms_buffer_byte(out, '\n');
    }
    put_files(out, index, redactor);
    size_t count;
    const MsFact *const *texts = ms_index_all(index, MS_FIELD_WEBMAIL_TEXT, number, -1, &count);
    for (size_t k = 0; k < count; k++) {
        ms_buffer_byte(out, '\n');
        put(out, texts[k], redactor, true);
        ms_buffer_byte(out, '\n');
        cite(texts[k], most_ranges, where);
        any = true;
    }
    if (!any)
        out->length = start;
    return any;
}
