/* SPDX-License-Identifier: GPL-2.0-or-later
 * path_json.c - the way of mails as JSON, one object a line for each mail. Described in
 * docs/JSON.md. */
#include "../base/escape.h"
#include "../front/cite.h"
#include "path_rows.h"

#include <string.h>

typedef struct {
    MsBuffer *out;
    const MsOrigins *origins;
    const MsRedactor *redactor;
} Writer;

static void add_string(Writer *writer, const char *text, size_t length)
{
    MsBuffer masked = {0};
    if (writer->redactor)
        ms_redactor_apply(writer->redactor, (const uint8_t *)text, length, &masked);
    else
        ms_buffer_append(&masked, text, length);
    ms_buffer_byte(writer->out, '"');
    ms_escape_json(writer->out, masked.data, masked.length);
    ms_buffer_byte(writer->out, '"');
    ms_buffer_clear(&masked);
}

/* `,"name":"text"`; nothing when there is no text. */
static void add_member(Writer *writer, const char *name, const MsPathText *text)
{
    if (!text->text)
        return;
    ms_buffer_printf(writer->out, ",\"%s\":", name);
    add_string(writer, text->text, text->length);
}

static void add_ranges(Writer *writer, const MsRange *ranges, size_t count)
{
    ms_buffer_text(writer->out, ",\"ranges\":[");
    for (size_t i = 0; i < count && ranges[i].frame > 0; i++) {
        ms_buffer_printf(writer->out, "%s[%u,%u,%u", i > 0 ? "," : "", ranges[i].frame,
                         ranges[i].offset, ranges[i].length);
        if (writer->origins->n_files > 1)
            ms_buffer_printf(writer->out, ",%u", ranges[i].file + 1u);
        ms_buffer_byte(writer->out, ']');
    }
    ms_buffer_byte(writer->out, ']');
}

static void add_hop(Writer *writer, const MsPathHop *before, const MsPathHop *hop)
{
    MsBuffer *out = writer->out;
    const MsPathSession *session = hop->session;
    ms_buffer_printf(out, "{\"session\":%u,\"message\":%d", session->number + 1, hop->mail + 1);
    add_member(writer, "role", &session->role);
    ms_buffer_printf(out, ",\"from\":\"%s\"", hop->to_client ? "server" : "client");
    add_member(writer, "client", &session->client);
    add_member(writer, "server", &session->server);
    ms_buffer_printf(out, ",\"server_port\":%u", session->port);
    add_member(writer, "outcome", &hop->outcome);
    ms_buffer_printf(out, ",\"size\":%" G_GUINT64_FORMAT ",\"complete\":%s", (guint64)hop->size,
                     hop->complete ? "true" : "false");
    if (before) {
        ms_buffer_text(out, ",\"seconds_after\":");
        ms_text_seconds(out, hop->time_ns - before->time_ns);
    }
    const MsRange ranges[2] = {hop->first, hop->last};
    bool one = hop->first.frame == hop->last.frame && hop->first.file == hop->last.file;
    add_ranges(writer, ranges, one ? 1 : 2);
    ms_buffer_text(out, ",\"added\":[");
    bool begun = false;
    for (guint i = 0; i < hop->lines->len; i++) {
        const MsPathText *line = &g_array_index(hop->lines, MsPathText, i);
        if (!ms_path_added(before, line))
            continue;
        ms_buffer_text(out, begun ? ",{\"line\":" : "{\"line\":");
        begun = true;
        add_string(writer, line->text, line->length);
        add_ranges(writer, &line->place, 1);
        ms_buffer_byte(out, '}');
    }
    ms_buffer_text(out, "]}");
}

static void add_files(Writer *writer)
{
    const MsOrigins *origins = writer->origins;
    bool joined = origins->n_files > 1;
    ms_buffer_text(writer->out, joined ? "{\"schema\":1,\"files\":[" : "{\"schema\":1,\"file\":");
    for (size_t i = 0; i < origins->n_files; i++) {
        ms_buffer_text(writer->out, i > 0 ? ",\"" : "\"");
        ms_escape_json(writer->out, (const uint8_t *)origins->files[i], strlen(origins->files[i]));
        ms_buffer_byte(writer->out, '"');
    }
    ms_buffer_text(writer->out, joined ? "]" : "");
}

void ms_paths_json(MsBuffer *out, MsPaths *paths, const MsOrigins *origins, const MsStyle *style,
                   const MsRedactor *redactor)
{
    (void)style;
    Writer writer = {.out = out, .origins = origins, .redactor = redactor};
    ms_paths_sort(paths);
    for (guint from = 0, to; from < paths->hops->len; from = to) {
        to = ms_paths_end(paths, from);
        const MsPathHop *first = paths->hops->pdata[from];
        add_files(&writer);
        add_member(&writer, first->by_id ? "message_id" : "body_sha256", &first->key);
        add_member(&writer, "subject", &first->subject);
        ms_buffer_text(out, ",\"hops\":[");
        for (guint i = from; i < to; i++) {
            if (i > from)
                ms_buffer_byte(out, ',');
            add_hop(&writer, i > from ? paths->hops->pdata[i - 1] : NULL, paths->hops->pdata[i]);
        }
        ms_buffer_text(out, "]}\n");
    }
}
