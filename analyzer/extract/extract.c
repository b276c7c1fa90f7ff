/* SPDX-License-Identifier: GPL-2.0-or-later
 * extract.c - one session after the other: its messages, what is attached to them, the dialogue,
 * and at last the manifest, which names only what is written. */
#include "extract.h"

#include "../front/heading.h"
#include "../front/text.h"
#include "../mime/plain.h"
#include "manifest.h"
#include "mbox.h"
#include "name.h"
#include "posted.h"
#include "store.h"

#include <errno.h>

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
    uint8_t *block; /* BLOCK bytes, for reading messages */
    char *error;
    MsExtractCounts counts;
};

/* One session on its way. */
typedef struct {
    MsExtract *extract;
    const MsRecord *record;
    const MsRedactor *redactor;
    MsIndex *index; /* made when first needed */
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
    extract->block = g_malloc(BLOCK);
    return extract;
}

void ms_extract_free(MsExtract *extract)
{
    if (!extract)
        return;
    ms_kind_free(extract->kind);
    g_free(extract->block);
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
    MsDigest digest;
} Writing;

static bool push_both(const uint8_t *data, size_t length, void *user_data)
{
    Writing *writing = user_data;
    const char *name;
    ms_digest_push(&writing->digest, data, length);
    ms_store_push(writing->store, data, length);
    return ms_store_error(writing->store, &name) == 0;
}

static bool push_digest(const uint8_t *data, size_t length, void *user_data)
{
    Writing *writing = user_data;
    ms_digest_push(&writing->digest, data, length);
    return true;
}

static bool push_store(const uint8_t *data, size_t length, void *user_data)
{
    Writing *writing = user_data;
    const char *name;
    ms_store_push(writing->store, data, length);
    return ms_store_error(writing->store, &name) == 0;
}

/* Size and digests as the manifest wants them. */
static void describe(MsDigest *digest, MsExtracted *file)
{
    ms_digest_end(digest, file->sha256, file->md5);
    file->size = digest->size;
}

/* --- messages --- */

static bool is_complete(const MsMessage *message)
{
    return ms_message_complete(message) && ms_message_kept(message) == ms_message_size(message);
}

/* Whether it is all of a message, not a section of one or its start. */
static bool is_whole(Way *way, const MsMessage *message)
{
    if (ms_message_direction(message) == MS_TO_SERVER)
        return true; /* nobody hands over less than a message */
    if (!way->index)
        way->index = ms_index_new(way->record);
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
    MsExtracted file = {.name = name};
    Writing writing = {.store = way->store};
    ms_digest_begin(&writing.digest, true);
    if (ms_store_wants_length(way->store) && part->length > MS_DIGEST_HEAD) {
        ms_mime_decode(mime, part, push_digest, &writing); /* twice is cheaper than memory */
        ms_store_begin_sized(way->store, name, writing.digest.size);
        ms_mime_decode(mime, part, push_store, &writing);
    } else {
        ms_store_begin(way->store, name);
        ms_mime_decode(mime, part, push_both, &writing);
    }
    describe(&writing.digest, &file);
    const MsBuffer *head = &writing.digest.head;
    const char *real =
        ms_kind_of(way->extract->kind, head->data ? head->data : (const uint8_t *)"", head->length);
    if (ms_store_end(way->store)) {
        ms_manifest_attachment(&way->manifest, message, part, real, &file);
        way->extract->counts.attachments++;
    }
    ms_digest_clear(&writing.digest);
}

static void write_attachments(Way *way, const MsMessage *message)
{
    if (ms_mime_is_plain(message))
        return;
    g_autoptr(MsMime) mime = ms_mime_new(message, way->extract->limits);
    size_t n_parts;
    const MsPart *parts = ms_mime_parts(mime, &n_parts);
    const char *name;
    if (ms_mime_limited(mime)) {
        ms_manifest_limited(&way->manifest);
        way->extract->counts.limited++;
    }
    for (size_t i = 0; i < n_parts && ms_store_error(way->store, &name) == 0; i++) {
        const MsPart *part = &parts[i];
        bool text = !part->type || g_str_has_prefix(part->type, "text/");
        if (part->leaf && (part->attached || !text))
            write_attachment(way, message, mime, part);
    }
}

/* The message as it was captured. Its SHA-256 is known when it is complete. */
static bool write_bytes(Way *way, const MsMessage *message, const char *name, MsExtracted *file)
{
    const char *sha256 = is_complete(message) ? ms_message_sha256(message) : NULL;
    Writing writing = {.store = way->store};
    uint8_t *block = way->extract->block;
    uint64_t kept = ms_message_kept(message);
    size_t got;
    *file = (MsExtracted){.name = name};
    ms_digest_begin(&writing.digest, sha256 == NULL);
    ms_store_begin_sized(way->store, name, kept);
    for (uint64_t at = 0; (got = ms_message_read(message, at, block, BLOCK)) > 0; at += got) {
        if (!push_both(block, got, &writing))
            break;
    }
    describe(&writing.digest, file);
    if (sha256)
        g_strlcpy(file->sha256, sha256, sizeof file->sha256);
    if (file->size != kept)
        ms_store_fail(way->store, EIO); /* a temporary file that could not be read */
    ms_digest_clear(&writing.digest);
    return ms_store_end(way->store);
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
        name = ms_names_take(way->names, wanted, MS_STORE_NAME);
        if (!write_bytes(way, message, name, &file))
            return;
        way->extract->counts.messages++;
    }
    way->extract->counts.incomplete += !complete;
    ms_manifest_message(&way->manifest, message, whole, asked ? &file : NULL);
    if (way->extract->plan->what & MS_EXTRACT_ATTACHMENTS)
        write_attachments(way, message);
}

/* --- sessions --- */

static void write_buffer(Way *way, const char *name, const MsBuffer *text)
{
    ms_store_begin_sized(way->store, name, text->length);
    ms_store_push(way->store, text->data, text->length);
    ms_store_end(way->store);
}

/* A text of the program's own, with its digests in the manifest. */
static void write_text(Way *way, const char *name, const MsBuffer *text, MsExtracted *file)
{
    MsDigest digest;
    *file = (MsExtracted){.name = name};
    ms_digest_begin(&digest, true);
    ms_digest_push(&digest, text->data, text->length);
    describe(&digest, file);
    ms_digest_clear(&digest);
    write_buffer(way, name, text);
}

static void write_dialogue(Way *way, const MsOrigins *origins, const MsStyle *style)
{
    MsStyle plain = *style;
    plain.color = false;
    plain.full = false;    /* the whole message lies beside it */
    enum { USUAL = 4096 }; /* bytes */
    MsBuffer text = {0};
    ms_buffer_reserve(&text, USUAL);
    MsExtracted file;
    ms_text_session(&text, way->record, origins, &plain, way->redactor);
    write_text(way, "dialogue.txt", &text, &file);
    ms_manifest_dialogue(&way->manifest, &file);
    ms_buffer_clear(&text);
}

static bool is_webmail(const MsRecord *record)
{
    return ms_fact_is(ms_record_find(record, MS_FIELD_SESSION_PROTOCOL, -1, -1), "http");
}

/* Mails written into forms of a webmail. */
static void write_posted(Way *way)
{
    if (!(way->extract->plan->what & MS_EXTRACT_MESSAGES) || !is_webmail(way->record))
        return;
    g_autoptr(MsIndex) index = ms_index_new(way->record);
    const char *failed;
    for (int32_t i = 0; i <= ms_index_most_message(index); i++) {
        MsBuffer text = {0};
        MsRanges where = {0};
        size_t most = (size_t)way->extract->limits->value[MS_LIMIT_FACT_RANGES];
        if (ms_posted_text(&text, index, i, way->redactor, most, &where)) {
            g_autofree char *name = g_strdup_printf("posted-%d.txt", i + 1);
            MsExtracted file;
            write_text(way, name, &text, &file);
            ms_manifest_posted(&way->manifest, i, &where, &file);
            way->extract->counts.posted += ms_store_error(way->store, &failed) == 0;
        }
        ms_ranges_clear(&where);
        ms_buffer_clear(&text);
    }
}

/* Whether what was asked for is in the session at all. */
static bool has_any(const MsExtract *extract, const MsRecord *record)
{
    size_t n_messages;
    ms_record_messages(record, &n_messages);
    if (n_messages > 0 || (extract->plan->what & MS_EXTRACT_DIALOGUES))
        return true;
    return (extract->plan->what & MS_EXTRACT_MESSAGES) && is_webmail(record) &&
           ms_record_find(record, MS_FIELD_WEBMAIL_TO, 0, -1);
}

static void note_error(MsExtract *extract, const MsStore *store)
{
    const char *name;
    int error = ms_store_error(store, &name);
    if (error && error != ECANCELED && !extract->error)
        extract->error = g_strdup_printf(
            "cannot write '%s%s%s': %s%s", extract->plan->output ? extract->plan->output : "",
            extract->plan->output ? "/" : "", name, g_strerror(error),
            error == EEXIST && !extract->plan->overwrite ? "; --overwrite replaces it" : "");
}

/* Whether no attachment was found since, and nothing that could hide one. */
static bool counts_same(const MsExtractCounts *before, const MsExtractCounts *now)
{
    return before->attachments == now->attachments && before->limited == now->limited &&
           before->incomplete == now->incomplete;
}

/* False when there was nothing to write. */
static bool write_session(Way *way, const MsOrigins *origins, const MsStyle *style)
{
    MsExtract *extract = way->extract;
    const MsExtractCounts before = extract->counts;
    size_t n_messages;
    MsMessage *const *messages = ms_record_messages(way->record, &n_messages);
    const char *name;
    ms_manifest_begin(&way->manifest, way->record, origins, way->redactor, extract->limits);
    if (extract->plan->what & MS_EXTRACT_DIALOGUES)
        write_dialogue(way, origins, style);
    for (size_t i = 0; i < n_messages && ms_store_error(way->store, &name) == 0; i++)
        write_message(way, messages[i]);
    write_posted(way);
    if (extract->plan->what == MS_EXTRACT_ATTACHMENTS && counts_same(&before, &extract->counts)) {
        ms_manifest_clear(&way->manifest);
        return false; /* a manifest alone would hide the folders in which something is */
    }
    ms_manifest_end(&way->manifest);
    write_buffer(way, "manifest.json", &way->manifest.text);
    ms_manifest_clear(&way->manifest);
    return true;
}

/* An mbox cannot say that bytes are missing or that it is a part of a message: such are left out
 * and counted. */
static bool write_mbox(MsExtract *extract, MsDrain *out, const MsRecord *record)
{
    size_t n_messages;
    MsMessage *const *messages = ms_record_messages(record, &n_messages);
    g_autoptr(MsIndex) index = ms_index_new(record);
    Way way = {.index = index};
    for (size_t i = 0; i < n_messages; i++) {
        const MsMessage *message = messages[i];
        if (!is_complete(message) || !is_whole(&way, message)) {
            extract->counts.incomplete++;
            continue;
        }
        const MsFact *from =
            ms_index_first(index, MS_FIELD_SMTP_MAIL_FROM, ms_message_number(message), -1);
        if (!ms_mbox_message(out, message, from ? from->text : "", from ? from->text_length : 0,
                             ms_message_ranges(message)->time_ns))
            return false;
        extract->counts.messages++;
    }
    extract->counts.sessions += n_messages > 0;
    return true;
}

bool ms_extract_session(MsExtract *extract, MsDrain *out, const MsRecord *record,
                        const MsOrigins *origins, const MsStyle *style, const MsRedactor *redactor)
{
    if (extract->error)
        return false;
    if (!has_any(extract, record))
        return true;
    if (extract->plan->form == MS_EXTRACT_MBOX)
        return write_mbox(extract, out, record);
    g_autofree char *name = session_name(extract, record, redactor);
    const MsFact *start = ms_record_find(record, MS_FIELD_SESSION_START, -1, -1);
    Way way = {.extract = extract, .record = record, .redactor = redactor, .names = ms_names_new()};
    way.store = extract->plan->form == MS_EXTRACT_TAR
                    ? ms_store_new_tar(out, name, start ? start->number : 0)
                    : ms_store_new_folder(extract->plan->folder, name, extract->plan->overwrite);
    bool any = write_session(&way, origins, style);
    note_error(extract, way.store);
    const char *failed;
    bool good = ms_store_error(way.store, &failed) == 0;
    ms_store_free(way.store);
    ms_names_free(way.names);
    ms_index_free(way.index);
    extract->counts.sessions += good && any;
    return good;
}
