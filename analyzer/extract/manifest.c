/* SPDX-License-Identifier: GPL-2.0-or-later
 * manifest.c - written as a stream, one line for each thing, so that it can also be read by eye. */
#include "manifest.h"

#include "../base/escape.h"
#include "../front/cite.h"

/* ,"key":"text" with captured bytes, masked. */
static void put_text(MsManifest *manifest, const char *key, const char *text, size_t length)
{
    MsBuffer masked = {0};
    if (manifest->redactor)
        ms_redactor_apply(manifest->redactor, (const uint8_t *)text, length, &masked);
    else
        ms_buffer_append(&masked, text, length);
    ms_buffer_printf(&manifest->text, ",\"%s\":\"", key);
    ms_escape_json(&manifest->text, masked.data, masked.length);
    ms_buffer_byte(&manifest->text, '"');
    ms_buffer_clear(&masked);
}

static void put_c_text(MsManifest *manifest, const char *key, const char *text)
{
    if (text)
        put_text(manifest, key, text, strlen(text));
}

static void put_fact(MsManifest *manifest, const char *key, const MsRecord *record, MsFieldId field)
{
    const MsFact *fact = ms_record_find(record, field, -1, -1);
    if (!fact)
        return;
    if (ms_field(field)->type == MS_UINT)
        ms_buffer_printf(&manifest->text, ",\"%s\":%lld", key, (long long)fact->number);
    else if (ms_field(field)->type == MS_TIME) {
        ms_buffer_printf(&manifest->text, ",\"%s\":\"", key);
        ms_text_time(&manifest->text, fact->number);
        ms_buffer_byte(&manifest->text, '"');
    } else
        put_text(manifest, key, fact->text, fact->text_length);
}

static void put_bool(MsManifest *manifest, const char *key, bool value)
{
    ms_buffer_printf(&manifest->text, ",\"%s\":%s", key, value ? "true" : "false");
}

static void put_uint(MsManifest *manifest, const char *key, uint64_t value)
{
    ms_buffer_printf(&manifest->text, ",\"%s\":", key);
    ms_buffer_uint(&manifest->text, value);
}

/* "file", "size", digests. */
static void put_file(MsManifest *manifest, const MsExtracted *file)
{
    ms_buffer_text(&manifest->text, "\"file\":\"");
    ms_escape_json(&manifest->text, (const uint8_t *)file->name, strlen(file->name));
    ms_buffer_text(&manifest->text, "\"");
    put_uint(manifest, "size", file->size);
    ms_buffer_printf(&manifest->text, ",\"sha256\":\"%s\",\"md5\":\"%s\"", file->sha256, file->md5);
}

/* [frame, offset, length], with the file behind when several are read as one. */
static void put_ranges(MsManifest *manifest, const MsRanges *ranges)
{
    MsBuffer *text = &manifest->text;
    ms_buffer_text(text, ",\"ranges\":[");
    for (uint32_t i = 0; i < ranges->n_ranges; i++) {
        const MsRange *range = &ranges->range[i];
        ms_buffer_printf(text, "%s[%u,%u,%u", i > 0 ? "," : "", range->frame, range->offset,
                         range->length);
        if (manifest->origins->n_files > 1)
            ms_buffer_printf(text, ",%u", range->file);
        ms_buffer_byte(text, ']');
    }
    ms_buffer_byte(text, ']');
    if (ranges->omitted > 0)
        put_uint(manifest, "ranges_omitted", ranges->omitted);
}

void ms_manifest_begin(MsManifest *manifest, const MsRecord *record, const MsOrigins *origins,
                       const MsRedactor *redactor, const MsLimits *limits)
{
    *manifest = (MsManifest){.origins = origins, .redactor = redactor, .limits = limits};
    enum { USUAL = 2048 }; /* bytes */
    MsBuffer *text = &manifest->text;
    ms_buffer_reserve(text, USUAL);
    ms_buffer_printf(text, "{\"session\":%u,\"captures\":[", ms_record_number(record) + 1);
    for (size_t i = 0; i < origins->n_files; i++) {
        ms_buffer_text(text, i > 0 ? ",\"" : "\"");
        ms_escape_json(text, (const uint8_t *)origins->files[i], strlen(origins->files[i]));
        ms_buffer_byte(text, '"');
    }
    ms_buffer_byte(text, ']');
    put_fact(manifest, "protocol", record, MS_FIELD_SESSION_PROTOCOL);
    put_fact(manifest, "client", record, MS_FIELD_SESSION_CLIENT);
    put_fact(manifest, "client_port", record, MS_FIELD_SESSION_CLIENT_PORT);
    put_fact(manifest, "server", record, MS_FIELD_SESSION_SERVER);
    put_fact(manifest, "server_port", record, MS_FIELD_SESSION_SERVER_PORT);
    put_fact(manifest, "start", record, MS_FIELD_SESSION_START);
    put_fact(manifest, "last", record, MS_FIELD_SESSION_LAST);
    if (redactor)
        ms_buffer_text(text, ",\"redacted\":\"dialogue and manifest; messages and attachments are "
                             "as captured\"");
}

void ms_manifest_dialogue(MsManifest *manifest, const MsExtracted *file)
{
    ms_buffer_text(&manifest->text, ",\n\"dialogue\":{");
    put_file(manifest, file);
    ms_buffer_text(&manifest->text, "}");
}

static void end_message(MsManifest *manifest)
{
    if (manifest->in_message)
        ms_buffer_text(&manifest->text, "]");
    if (manifest->in_message && manifest->limited)
        put_c_text(manifest, "parts",
                   "more of them than the limits of the program, or too deep, or "
                   "too far from the start: not all were read");
    if (manifest->in_message)
        ms_buffer_byte(&manifest->text, '}');
    manifest->in_message = manifest->limited = false;
}

void ms_manifest_limited(MsManifest *manifest)
{
    manifest->limited = true;
}

/* Why bytes are missing, and where; offsets count bytes of the .eml. */
static void put_holes(MsManifest *manifest, const MsMessage *message)
{
    MsBuffer *text = &manifest->text;
    size_t n_holes;
    const uint64_t *holes = ms_message_holes(message, &n_holes);
    bool cut = ms_message_kept(message) < ms_message_size(message);
    const char *why = cut           ? "larger than a limit of the program"
                      : n_holes > 0 ? "bytes are missing from the capture"
                                    : "its end is not in the capture";
    put_c_text(manifest, "why", why);
    put_uint(manifest, "missing", ms_message_missing(message));
    ms_buffer_text(text, ",\"holes\":[");
    for (size_t i = 0; i < n_holes; i++) {
        if (i > 0)
            ms_buffer_byte(text, ',');
        ms_buffer_uint(text, holes[i]);
    }
    ms_buffer_byte(text, ']');
}

void ms_manifest_message(MsManifest *manifest, const MsMessage *message, bool whole,
                         const MsExtracted *file)
{
    MsBuffer *text = &manifest->text;
    end_message(manifest);
    ms_buffer_text(text, manifest->messages++ == 0 ? ",\n\"messages\":[\n{" : ",\n{");
    if (file) {
        put_file(manifest, file);
        ms_buffer_byte(text, ',');
    }
    ms_buffer_printf(text, "\"message\":%d", ms_message_number(message) + 1);
    put_c_text(manifest, "from",
               ms_message_direction(message) == MS_TO_SERVER ? "client" : "server");
    bool complete =
        ms_message_complete(message) && ms_message_kept(message) == ms_message_size(message);
    put_bool(manifest, "complete", complete);
    if (!whole)
        put_bool(manifest, "whole", false);
    if (!complete)
        put_holes(manifest, message);
    put_ranges(manifest, ms_message_ranges(message));
    ms_buffer_text(text, ",\"attachments\":[");
    manifest->attachments = 0;
    manifest->in_message = true;
}

void ms_manifest_attachment(MsManifest *manifest, const MsMessage *message, const MsPart *part,
                            const char *real, const MsExtracted *file)
{
    MsBuffer *text = &manifest->text;
    ms_buffer_text(text, manifest->attachments++ == 0 ? "\n {" : ",\n {");
    put_file(manifest, file);
    put_c_text(manifest, "part", part->path);
    put_c_text(manifest, "name", part->filename);
    put_c_text(manifest, "type", part->type);
    put_c_text(manifest, "real_type", real);
    put_c_text(manifest, "encoding", part->encoding);
    put_bool(manifest, "complete", part->complete);
    MsRanges ranges = {0};
    ms_message_where(message, part->at, part->length, &ranges);
    put_ranges(manifest, &ranges);
    ms_ranges_clear(&ranges);
    ms_buffer_byte(text, '}');
}

static void end_messages(MsManifest *manifest)
{
    end_message(manifest);
    ms_buffer_text(&manifest->text, manifest->messages > 0 ? "\n]" : ",\n\"messages\":[]");
}

void ms_manifest_posted(MsManifest *manifest, int32_t number, const MsRanges *where,
                        const MsExtracted *file)
{
    MsBuffer *text = &manifest->text;
    if (manifest->posted == 0)
        end_messages(manifest);
    ms_buffer_text(text, manifest->posted++ == 0 ? ",\n\"posted\":[\n{" : ",\n{");
    put_file(manifest, file);
    ms_buffer_printf(text, ",\"message\":%d", number + 1);
    put_ranges(manifest, where);
    ms_buffer_byte(text, '}');
}

void ms_manifest_end(MsManifest *manifest)
{
    if (manifest->posted == 0)
        end_messages(manifest);
    ms_buffer_text(&manifest->text, manifest->posted > 0 ? "\n]}\n" : "}\n");
}

void ms_manifest_clear(MsManifest *manifest)
{
    ms_buffer_clear(&manifest->text);
}
