/* SPDX-License-Identifier: GPL-2.0-or-later
 * path.c - remembers what each session carried, and joins what is the same mail. A mail keeps its
 * Message-ID and its body on the whole way; servers only add lines on top of its header
 * (RFC 5321 4.4, RFC 5322 3.6.4). */
#include "path.h"

#include "../front/heading.h"
#include "../message/hash.h"
#include "path_rows.h"

#include <string.h>

enum { BLOCK = 65536, MOST_LINES = 200 };

static void text_clear(void *data)
{
    MsPathText *text = data;
    g_free(text->text);
}

static void session_free(void *data)
{
    MsPathSession *session = data;
    text_clear(&session->role);
    text_clear(&session->client);
    text_clear(&session->server);
    text_clear(&session->visit);
    text_clear(&session->visit_user);
    g_array_unref(session->reasons);
    g_free(session);
}

static void hop_free(void *data)
{
    MsPathHop *hop = data;
    text_clear(&hop->key);
    text_clear(&hop->subject);
    text_clear(&hop->outcome);
    g_array_unref(hop->lines);
    g_free(hop);
}

static GArray *texts_new(void)
{
    GArray *texts = g_array_new(FALSE, FALSE, sizeof(MsPathText));
    g_array_set_clear_func(texts, text_clear);
    return texts;
}

MsPaths *ms_paths_new(const MsLimits *limits)
{
    MsPaths *paths = g_new0(MsPaths, 1);
    paths->limits = limits;
    paths->sessions = g_ptr_array_new_with_free_func(session_free);
    paths->hops = g_ptr_array_new_with_free_func(hop_free);
    return paths;
}

void ms_paths_free(MsPaths *paths)
{
    if (!paths)
        return;
    g_ptr_array_unref(paths->hops);
    g_ptr_array_unref(paths->sessions);
    g_free(paths);
}

/* --- remembering --- */

static MsPathText copy(MsPaths *paths, const MsFact *fact)
{
    MsPathText text = {0};
    if (!fact)
        return text;
    text.length = fact->text_length;
    text.text = g_strndup(fact->text ? fact->text : "", text.length);
    text.time_ns = fact->time_ns;
    if (fact->n_ranges > 0)
        text.place = fact->ranges[0];
    paths->bytes += sizeof text + text.length;
    return text;
}

static MsPathSession *add_session(MsPaths *paths, const MsRecord *record, const MsIndex *index)
{
    MsPathSession *session = g_new0(MsPathSession, 1);
    session->number = ms_record_number(record);
    session->protocol = ms_heading_protocol(index);
    session->role = copy(paths, ms_index_first(index, MS_FIELD_SESSION_ROLE, -1, -1));
    session->client = copy(paths, ms_index_first(index, MS_FIELD_SESSION_CLIENT, -1, -1));
    session->server = copy(paths, ms_index_first(index, MS_FIELD_SESSION_SERVER, -1, -1));
    const MsFact *visit = ms_index_first(index, MS_FIELD_HTTP_VISIT, -1, -1);
    session->visit = copy(paths, visit);
    session->visit_of = visit ? (uint32_t)visit->number : 0;
    session->visit_user = copy(paths, ms_index_first(index, MS_FIELD_HTTP_VISIT_USER, -1, -1));
    session->start_ns = ms_heading_start(record, index);
    session->encrypted = ms_index_first(index, MS_FIELD_TLS_STARTED, -1, -1) != NULL;
    session->reasons = texts_new();
    const MsFact *port = ms_index_first(index, MS_FIELD_SESSION_SERVER_PORT, -1, -1);
    session->port = port ? (uint16_t)port->number : 0;
    size_t count;
    const MsFact *const *reasons =
        ms_index_all(index, MS_FIELD_SESSION_ROLE_REASON, -1, -1, &count);
    for (size_t i = 0; i < count; i++) {
        const MsPathText reason = copy(paths, reasons[i]);
        g_array_append_val(session->reasons, reason);
    }
    paths->bytes += sizeof *session;
    g_ptr_array_add(paths->sessions, session);
    return session;
}

/* Offset behind the first empty line among the bytes of the message, or 0. */
static uint64_t body_offset(const MsMessage *message)
{
    size_t length;
    const uint8_t *head = ms_message_head(message, &length);
    for (size_t at = 0; at + 1 < length; at++) {
        if (head[at] != '\n')
            continue;
        if (head[at + 1] == '\n')
            return at + 2;
        if (head[at + 1] == '\r' && at + 2 < length && head[at + 2] == '\n')
            return at + 3;
    }
    return 0;
}

/* SHA-256 of the body, or NULL: not all of it is here, or it is empty. */
static char *hash_body(const MsMessage *message)
{
    uint64_t at = body_offset(message);
    uint64_t size = ms_message_size(message);
    if (!ms_message_complete(message) || at == 0 || at >= size || ms_message_kept(message) < size)
        return NULL;
    MsHash *hash = ms_hash_new();
    g_autofree uint8_t *block = g_malloc(BLOCK);
    for (size_t got; (got = ms_message_read(message, at, block, BLOCK)) > 0; at += got)
        ms_hash_push(hash, block, got);
    char *text = g_malloc(MS_HASH_HEX + 1);
    ms_hash_end(hash, text);
    ms_hash_free(hash);
    return text;
}

static void add_lines(MsPaths *paths, MsPathHop *hop, const MsIndex *index)
{
    size_t count;
    const MsFact *const *lines =
        ms_index_all(index, MS_FIELD_MESSAGE_HEADER, hop->mail, -1, &count);
    for (size_t i = 0; i < MIN(count, MOST_LINES); i++) {
        const MsPathText line = copy(paths, lines[i]);
        g_array_append_val(hop->lines, line);
    }
}

/* Remembers a mail; nothing when it can be told from others by nothing. */
static void add_hop(MsPaths *paths, MsPathSession *session, const MsIndex *index,
                    const MsMessage *message)
{
    int32_t mail = ms_message_number(message);
    const MsFact *id = ms_index_first(index, MS_FIELD_MESSAGE_ID, mail, -1);
    char *body = id && id->text_length > 0 ? NULL : hash_body(message);
    if ((!id || id->text_length == 0) && !body)
        return;
    MsPathHop *hop = g_new0(MsPathHop, 1);
    hop->session = session;
    hop->mail = mail;
    hop->by_id = !body;
    if (body)
        hop->key = (MsPathText){.text = body, .length = strlen(body)};
    else
        hop->key = copy(paths, id);
    hop->to_client = ms_message_direction(message) == MS_TO_CLIENT;
    hop->subject = copy(paths, ms_index_first(index, MS_FIELD_MESSAGE_SUBJECT, mail, -1));
    hop->outcome = copy(paths, ms_index_first(index, MS_FIELD_MESSAGE_OUTCOME, mail, -1));
    hop->size = ms_message_size(message);
    hop->complete = ms_message_complete(message);
    hop->lines = texts_new();
    add_lines(paths, hop, index);
    const MsRanges *ranges = ms_message_ranges(message);
    hop->time_ns = ranges->time_ns;
    if (ranges->n_ranges > 0) {
        hop->first = ranges->range[0];
        hop->last = ranges->range[ranges->n_ranges - 1];
    }
    paths->bytes += sizeof *hop;
    session->mails++;
    g_ptr_array_add(paths->hops, hop);
}

void ms_paths_add(MsPaths *paths, const MsRecord *record)
{
    if (paths->bytes >= paths->limits->value[MS_LIMIT_PATH]) {
        paths->left_out++;
        return;
    }
    g_autoptr(MsIndex) index = ms_index_new(record);
    MsPathSession *session = add_session(paths, record, index);
    size_t count;
    MsMessage *const *messages = ms_record_messages(record, &count);
    for (size_t i = 0; i < count; i++)
        add_hop(paths, session, index, messages[i]);
}

/* --- joining --- */

static int compare_sessions(const void *a, const void *b)
{
    const MsPathSession *first = *(MsPathSession *const *)a;
    const MsPathSession *second = *(MsPathSession *const *)b;
    return (first->number > second->number) - (first->number < second->number);
}

static bool same_key(const MsPathHop *a, const MsPathHop *b)
{
    return a->by_id == b->by_id && a->key.length == b->key.length &&
           memcmp(a->key.text, b->key.text, a->key.length) == 0;
}

static int compare_times(const MsPathHop *first, const MsPathHop *second)
{
    if (first->time_ns != second->time_ns)
        return first->time_ns < second->time_ns ? -1 : 1;
    if (first->session->number != second->session->number)
        return first->session->number < second->session->number ? -1 : 1;
    return (first->mail > second->mail) - (first->mail < second->mail);
}

/* By the time of the mail's first hop, which `user_data` finds by key; then by time. */
static int compare_hops(const void *a, const void *b, void *user_data)
{
    const MsPathHop *first = *(MsPathHop *const *)a;
    const MsPathHop *second = *(MsPathHop *const *)b;
    if (same_key(first, second))
        return compare_times(first, second);
    GHashTable *earliest = user_data;
    return compare_times(g_hash_table_lookup(earliest, first),
                         g_hash_table_lookup(earliest, second));
}

static guint hash_key(const void *data)
{
    const MsPathHop *hop = data;
    guint hash = hop->by_id;
    for (size_t i = 0; i < hop->key.length; i++)
        hash = hash * 33 + (uint8_t)hop->key.text[i];
    return hash;
}

static gboolean equal_keys(const void *a, const void *b)
{
    return same_key(a, b);
}

void ms_paths_sort(MsPaths *paths)
{
    g_ptr_array_sort(paths->sessions, compare_sessions);
    GHashTable *earliest = g_hash_table_new(hash_key, equal_keys);
    for (guint i = 0; i < paths->hops->len; i++) {
        MsPathHop *hop = paths->hops->pdata[i];
        const MsPathHop *known = g_hash_table_lookup(earliest, hop);
        if (!known || compare_times(hop, known) < 0)
            g_hash_table_replace(earliest, hop, hop);
    }
    g_ptr_array_sort_with_data(paths->hops, compare_hops, earliest);
    g_hash_table_unref(earliest);
}

guint ms_paths_end(const MsPaths *paths, guint from)
{
    guint end = from + 1;
    while (end < paths->hops->len && same_key(paths->hops->pdata[from], paths->hops->pdata[end]))
        end++;
    return end;
}

bool ms_path_added(const MsPathHop *before, const MsPathText *line)
{
    for (guint i = 0; before && i < before->lines->len; i++) {
        const MsPathText *other = &g_array_index(before->lines, MsPathText, i);
        if (other->length == line->length && memcmp(other->text, line->text, line->length) == 0)
            return false;
    }
    return before != NULL;
}

const char *ms_path_step(const MsPathHop *hop)
{
    const char *role = hop->session->role.text ? hop->session->role.text : "unknown";
    if (strcmp(role, "retrieval") == 0 && !hop->to_client)
        return "stored on the server";
    return role;
}
