/* SPDX-License-Identifier: GPL-2.0-or-later
 * extract.c - one session after the other: its messages, what is attached to them, the dialogue,
 * and at last the manifest, which names only what is written. */
#include "extract.h"

#include "../front/heading.h"
#include "../front/text.h"
#include "../message/hash.h"
#include "manifest.h"
#include "mbox.h"
#include "name.h"
#include "store.h"

enum {
    BLOCK = 65536,
    MOST_USER = 40,    /* bytes of a user's name in the name of a session */
    MOST_ORIGINAL = 60 /* bytes of an attachment's own name in the name of its file */
};

struct MsExtract {
    const MsExtractPlan *plan;
    const MsLimits *limits;
    char *name;
    MsKind *kind;
    char *error;
    MsExtractCounts counts;
};

/* One session on its way. */
typedef struct {
    MsExtract *extract;
    const MsRecord *record;
    const MsRedactor *redactor;
    MsIndex *index;
    MsStore *store;
    MsNames *names;
    MsManifest manifest;
} Way;

MsExtract *ms_extract_new(const MsExtractPlan *plan, const char *name, const MsLimits *limits)
{
    MsExtract *extract = g_new0(MsExtract, 1);
    extract->plan = plan;
    extract->limits = limits;
    extract->name = g_strdup(name);
    extract->kind = ms_kind_new();
    return extract;
}

void ms_extract_free(MsExtract *extract)
{
    if (!extract)
        return;
    ms_kind_free(extract->kind);
    g_free(extract->name);
    g_free(extract->error);
    g_free(extract);
}

const char *ms_extract_error(const MsExtract *extract)
{
    return extract->error;
}

void ms_extract_counts(const MsExtract *extract, MsExtractCounts *counts)
{
    *counts = extract->counts;
}

/* A captured text as a part of a name: masked, then made safe. */
static char *part_of_name(const MsRedactor *redactor, const char *text, size_t length, size_t most)
{
    MsBuffer masked = {0};
    MsBuffer safe = {0};
    if (redactor)
        ms_redactor_apply(redactor, (const uint8_t *)text, length, &masked);
    else
        ms_buffer_append(&masked, text, length);
    ms_name_safe(&safe, masked.length > 0 ? (const char *)masked.data : "", masked.length, most);
    char *name = g_strndup((const char *)safe.data, safe.length);
    ms_buffer_clear(&masked);
    ms_buffer_clear(&safe);
    return name;
}

/* "capture-0001-user": sorts as the sessions began; with the client's address when nobody logged
 * in. */
static char *session_name(const MsExtract *extract, const MsRecord *record,
                          const MsRedactor *redactor)
{
    const MsFact *who = ms_record_find(record, MS_FIELD_AUTH_USERNAME, -1, -1);
    if (!who || who->text_length == 0)
        who = ms_record_find(record, MS_FIELD_SESSION_CLIENT, -1, -1);
    g_autofree char *user =
        who ? part_of_name(redactor, who->text, who->text_length, MOST_USER) : g_strdup("unknown");
    g_strdelimit(user, ":", '_'); /* IPv6 */
    return g_strdup_printf("%s-%04u-%s", extract->name, ms_record_number(record) + 1, user);
}

/* --- one file --- */

typedef struct {
    MsStore *store;
    MsExtracted *file;
    MsHash *sha256;
    GChecksum *md5;
    MsBuffer head; /* for libmagic */
} Writing;

static void begin_file(Writing *writing, MsStore *store, MsExtracted *file, const char *name)
{
    *file = (MsExtracted){.name = name};
    *writing = (Writing){.store = store,
                         .file = file,
                         .sha256 = ms_hash_new(),
                         .md5 = g_checksum_new(G_CHECKSUM_MD5)};
    ms_store_begin(store, name);
}

static bool push_file(const uint8_t *data, size_t length, void *user_data)
{
    Writing *writing = user_data;
    const char *name;
    ms_hash_push(writing->sha256, data, length);
    g_checksum_update(writing->md5, data, (gssize)length);
    if (writing->head.length < BLOCK)
        ms_buffer_append(&writing->head, data, MIN(length, BLOCK - writing->head.length));
    ms_store_push(writing->store, data, length);
    writing->file->size += length;
    return ms_store_error(writing->store, &name) == 0;
}

static bool end_file(Writing *writing)
{
    MsExtracted *file = writing->file;
    ms_hash_end(writing->sha256, file->sha256);
    g_strlcpy(file->md5, g_checksum_get_string(writing->md5), sizeof file->md5);
    ms_hash_free(writing->sha256);
    g_checksum_free(writing->md5);
    ms_buffer_clear(&writing->head);
    return ms_store_end(writing->store);
}

/* --- messages --- */

static bool is_complete(const MsMessage *message)
{
    return ms_message_complete(message) && ms_message_kept(message) == ms_message_size(message);
}

/* Whether it is all of a message, not a section of one or its start. */
static bool is_whole(const Way *way, const MsMessage *message)
{
    int32_t number = ms_message_number(message);
    const MsFact *whole = ms_index_first(way->index, MS_FIELD_IMAP_WHOLE, number, -1);
    return !(whole && whole->number == 0) && !ms_heading_is_part(way->index, number);
}

static void write_attachment(Way *way, const MsMessage *message, const MsMime *mime,
                             const MsPart *part)
{
    g_autofree char *type = g_strdelimit(g_strdup(part->type ? part->type : ""), "/", '-');
    const char *own = part->filename ? part->filename : type;
    g_autofree char *safe = part_of_name(way->redactor, own, strlen(own), MOST_ORIGINAL);
    g_autofree char *wanted =
        g_strdup_printf("attachment-%d-%s-%s%s", ms_message_number(message) + 1, part->path,
                        part->complete ? "" : "incomplete-", safe);
    g_autofree char *shorter = part_of_name(NULL, wanted, strlen(wanted), MS_STORE_NAME);
    g_autofree char *name = ms_names_take(way->names, shorter, MS_STORE_NAME);
    MsExtracted file;
    Writing writing;
    begin_file(&writing, way->store, &file, name);
    ms_mime_decode(mime, part, push_file, &writing);
    const char *real = ms_kind_of(way->extract->kind, writing.head.data, writing.head.length);
    if (end_file(&writing)) {
        ms_manifest_attachment(&way->manifest, message, part, real, &file);
        way->extract->counts.attachments++;
    }
}

static void write_attachments(Way *way, const MsMessage *message)
{
    g_autoptr(MsMime) mime = ms_mime_new(message, way->extract->limits);
    size_t n_parts;
    const MsPart *parts = ms_mime_parts(mime, &n_parts);
    const char *name;
    for (size_t i = 0; i < n_parts && ms_store_error(way->store, &name) == 0; i++) {
        const MsPart *part = &parts[i];
        bool text = !part->type || g_str_has_prefix(part->type, "text/");
        if (part->leaf && (part->attached || !text))
            write_attachment(way, message, mime, part);
    }
}

static void write_message(Way *way, const MsMessage *message)
{
    bool whole = is_whole(way, message);
    bool complete = is_complete(message);
    g_autofree char *wanted = g_strdup_printf("message-%d%s%s.eml", ms_message_number(message) + 1,
                                              whole ? "" : "-part", complete ? "" : "-incomplete");
    g_autofree char *name = NULL;
    MsExtracted file;
    bool asked = way->extract->plan->what & MS_EXTRACT_MESSAGES;
    if (asked) {
        Writing writing;
        g_autofree uint8_t *block = g_malloc(BLOCK);
        size_t got;
        name = ms_names_take(way->names, wanted, MS_STORE_NAME);
        begin_file(&writing, way->store, &file, name);
        for (uint64_t at = 0; (got = ms_message_read(message, at, block, BLOCK)) > 0; at += got) {
            if (!push_file(block, got, &writing))
                break;
        }
        if (!end_file(&writing))
            return;
        way->extract->counts.messages++;
    }
    way->extract->counts.incomplete += !complete;
    ms_manifest_message(&way->manifest, message, whole, asked ? &file : NULL);
    if (way->extract->plan->what & MS_EXTRACT_ATTACHMENTS)
        write_attachments(way, message);
}

/* --- sessions --- */

static void write_buffer(Way *way, const char *name, const MsBuffer *text, MsExtracted *file)
{
    Writing writing;
    begin_file(&writing, way->store, file, name);
    push_file(text->data, text->length, &writing);
    end_file(&writing);
}

static void write_dialogue(Way *way, const MsOrigins *origins, const MsStyle *style)
{
    MsStyle plain = *style;
    plain.color = false;
    plain.full = false; /* the whole message lies beside it */
    MsBuffer text = {0};
    MsExtracted file;
    ms_text_session(&text, way->record, origins, &plain, way->redactor);
    write_buffer(way, "dialogue.txt", &text, &file);
    ms_manifest_dialogue(&way->manifest, &file);
    ms_buffer_clear(&text);
}

/* Whether what was asked for is in the session at all. */
static bool has_any(const MsExtract *extract, const MsRecord *record)
{
    size_t n_messages;
    ms_record_messages(record, &n_messages);
    return n_messages > 0 || (extract->plan->what & MS_EXTRACT_DIALOGUES);
}

static void note_error(MsExtract *extract, const MsStore *store)
{
    const char *name;
    int error = ms_store_error(store, &name);
    if (error && !extract->error)
        extract->error = g_strdup_printf("cannot write '%s': %s", name, g_strerror(error));
}

static void write_session(Way *way, const MsOrigins *origins, const MsStyle *style)
{
    MsExtract *extract = way->extract;
    size_t n_messages;
    MsMessage *const *messages = ms_record_messages(way->record, &n_messages);
    const char *name;
    ms_manifest_begin(&way->manifest, way->record, origins, way->redactor, extract->limits);
    if (extract->plan->what & MS_EXTRACT_DIALOGUES)
        write_dialogue(way, origins, style);
    for (size_t i = 0; i < n_messages && ms_store_error(way->store, &name) == 0; i++)
        write_message(way, messages[i]);
    ms_manifest_end(&way->manifest);
    MsExtracted file;
    write_buffer(way, "manifest.json", &way->manifest.text, &file);
    ms_manifest_clear(&way->manifest);
}

/* An mbox cannot say that bytes are missing or that it is a part of a message: such are left out
 * and counted. */
static void write_mbox(MsExtract *extract, MsBuffer *out, const MsRecord *record)
{
    size_t n_messages;
    MsMessage *const *messages = ms_record_messages(record, &n_messages);
    g_autoptr(MsIndex) index = ms_index_new(record);
    const Way way = {.index = index};
    for (size_t i = 0; i < n_messages; i++) {
        const MsMessage *message = messages[i];
        if (!is_complete(message) || !is_whole(&way, message)) {
            extract->counts.incomplete++;
            continue;
        }
        const MsFact *from =
            ms_index_first(index, MS_FIELD_SMTP_MAIL_FROM, ms_message_number(message), -1);
        ms_mbox_message(out, message, from ? from->text : "", from ? from->text_length : 0,
                        ms_message_ranges(message)->time_ns);
        extract->counts.messages++;
    }
    extract->counts.sessions += n_messages > 0;
}

bool ms_extract_session(MsExtract *extract, MsBuffer *out, const MsRecord *record,
                        const MsOrigins *origins, const MsStyle *style, const MsRedactor *redactor)
{
    if (extract->error)
        return false;
    if (!has_any(extract, record))
        return true;
    if (extract->plan->form == MS_EXTRACT_MBOX) {
        write_mbox(extract, out, record);
        return true;
    }
    g_autofree char *name = session_name(extract, record, redactor);
    const MsFact *start = ms_record_find(record, MS_FIELD_SESSION_START, -1, -1);
    Way way = {.extract = extract,
               .record = record,
               .redactor = redactor,
               .index = ms_index_new(record),
               .names = ms_names_new()};
    way.store = extract->plan->form == MS_EXTRACT_TAR
                    ? ms_store_new_tar(out, name, start ? start->number : 0)
                    : ms_store_new_folder(extract->plan->folder, name, extract->plan->overwrite);
    write_session(&way, origins, style);
    note_error(extract, way.store);
    ms_store_free(way.store);
    ms_names_free(way.names);
    ms_index_free(way.index);
    extract->counts.sessions += !extract->error;
    return !extract->error;
}
