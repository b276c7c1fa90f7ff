/* SPDX-License-Identifier: GPL-2.0-or-later
 * message.c - one mail as its bytes go by: counts, hashes and keeps them as asked. Header fields
 * are read by header.c from the head kept here. */
#include "message.h"

#include "../base/buffer.h"
#include "head.h"

#include <gcrypt.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct MsMessage {
    gint references;
    int32_t number;
    const MsLimits *limits;
    MsKeep keep;
    bool hash;
    bool whole;
    bool spool_failed;
    int spool; /* file descriptor, or -1 */
    MsOpenSpool open_spool;
    void *user_data;
    gcry_md_hd_t digest; /* NULL until the bytes no longer fit the head */
    uint64_t size;       /* bytes seen */
    uint64_t missing;    /* bytes known to be missing */
    MsBuffer memory;     /* head, or everything as long as it fits memory */
    uint64_t spooled;    /* bytes in the file */
    MsRanges ranges;
    MsHead head; /* pieces of the head */
    uint64_t *holes;
    size_t n_holes;
    char hex[65];
};

/* libgcrypt wants to be woken once, before any thread hashes. */
static void wake_gcrypt(void)
{
    static gsize woken = 0;
    if (g_once_init_enter(&woken)) {
        gcry_check_version(NULL);
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        g_once_init_leave(&woken, 1);
    }
}

MsMessage *ms_message_new(int32_t number, const MsLimits *limits, MsKeep keep, bool hash,
                          MsOpenSpool open_spool, void *user_data)
{
    MsMessage *message = g_new0(MsMessage, 1);
    if (hash)
        wake_gcrypt();
    message->references = 1;
    message->number = number;
    message->limits = limits;
    message->keep = keep;
    message->hash = hash;
    message->spool = -1;
    message->open_spool = open_spool;
    message->user_data = user_data;
    return message;
}

MsMessage *ms_message_ref(MsMessage *message)
{
    g_atomic_int_inc(&message->references);
    return message;
}

void ms_message_unref(MsMessage *message)
{
    if (!message || !g_atomic_int_dec_and_test(&message->references))
        return;
    if (message->digest)
        gcry_md_close(message->digest);
    if (message->spool >= 0)
        close(message->spool);
    ms_buffer_clear(&message->memory);
    ms_ranges_clear(&message->ranges);
    ms_head_clear(&message->head);
    g_free(message->holes);
    g_free(message);
}

static bool spool_write(MsMessage *message, const uint8_t *data, size_t length)
{
    while (length > 0) {
        ssize_t done = write(message->spool, data, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        data += done;
        length -= (size_t)done;
        message->spooled += (size_t)done;
    }
    return true;
}

/* Keeps bytes behind the memory in the file, as long as that works and the caps allow. */
static void keep_in_file(MsMessage *message, const uint8_t *data, size_t length)
{
    if (message->spool_failed)
        return;
    uint64_t room = message->limits->value[MS_LIMIT_MESSAGE_SIZE];
    uint64_t kept = message->memory.length + message->spooled;
    if (message->spool < 0 && message->open_spool)
        message->spool = message->open_spool(message->user_data);
    if (message->spool < 0 || kept >= room) {
        message->spool_failed = true;
        return;
    }
    if (length > room - kept)
        length = (size_t)(room - kept);
    if (!spool_write(message, data, length))
        message->spool_failed = true;
}

static void hash_bytes(MsMessage *message, const uint8_t *data, size_t length)
{
    /* A short mail is hashed in one go at its end: a context costs more than its bytes. */
    if (!message->digest) {
        uint64_t head = message->limits->value[MS_LIMIT_MESSAGE_HEAD];
        if (message->size + length <= head)
            return;
        if (gcry_md_open(&message->digest, GCRY_MD_SHA256, 0) != 0) {
            message->digest = NULL;
            message->hash = false;
            return;
        }
        gcry_md_write(message->digest, message->memory.data, (size_t)message->size);
    }
    gcry_md_write(message->digest, data, length);
}

void ms_message_push(MsMessage *message, const MsBytes *bytes, size_t offset, size_t length)
{
    if (length == 0)
        return;
    const uint8_t *data = bytes->data + offset;
    size_t cap = (size_t)message->limits->value[MS_LIMIT_FACT_RANGES];
    ms_ranges_add(&message->ranges, bytes, offset, length, cap);
    if (message->hash && message->n_holes == 0)
        hash_bytes(message, data, length);
    uint64_t head = message->limits->value[MS_LIMIT_MESSAGE_HEAD];
    if (message->size < head)
        ms_head_push(&message->head, bytes, offset,
                     head - message->size < length ? (size_t)(head - message->size) : length);
    uint64_t most = head;
    if (message->keep == MS_KEEP_ALL && message->limits->value[MS_LIMIT_MESSAGE_MEMORY] > head)
        most = message->limits->value[MS_LIMIT_MESSAGE_MEMORY];
    size_t in_memory = 0;
    if (message->memory.length == message->size && message->size < most) {
        in_memory = most - message->size < length ? (size_t)(most - message->size) : length;
        ms_buffer_append(&message->memory, data, in_memory);
    }
    if (message->keep == MS_KEEP_ALL && in_memory < length)
        keep_in_file(message, data + in_memory, length - in_memory);
    message->size += length;
}

void ms_message_gap(MsMessage *message, uint64_t length)
{
    message->missing += length;
    if (message->n_holes < 1024) {
        message->holes = g_renew(uint64_t, message->holes, message->n_holes + 1);
        message->holes[message->n_holes++] = message->size;
    }
}

void ms_message_end(MsMessage *message, bool whole)
{
    message->whole = whole && message->n_holes == 0;
    if (!message->whole || !message->hash)
        return;
    uint8_t short_digest[32];
    const uint8_t *digest = short_digest;
    if (message->digest)
        digest = gcry_md_read(message->digest, GCRY_MD_SHA256);
    else
        gcry_md_hash_buffer(GCRY_MD_SHA256, short_digest, message->memory.data,
                            (size_t)message->size);
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++) {
        message->hex[2 * i] = digits[digest[i] >> 4];
        message->hex[2 * i + 1] = digits[digest[i] & 15];
    }
}

int32_t ms_message_number(const MsMessage *message)
{
    return message->number;
}

bool ms_message_complete(const MsMessage *message)
{
    return message->whole;
}

uint64_t ms_message_size(const MsMessage *message)
{
    return message->size;
}

uint64_t ms_message_missing(const MsMessage *message)
{
    return message->missing;
}

const char *ms_message_sha256(const MsMessage *message)
{
    return message->hex[0] ? message->hex : NULL;
}

const MsRanges *ms_message_ranges(const MsMessage *message)
{
    return &message->ranges;
}

const uint8_t *ms_message_head(const MsMessage *message, size_t *length)
{
    uint64_t head = message->limits->value[MS_LIMIT_MESSAGE_HEAD];
    *length = message->memory.length < head ? message->memory.length : (size_t)head;
    if (message->keep == MS_KEEP_NONE)
        *length = 0;
    return message->memory.data;
}

uint64_t ms_message_kept(const MsMessage *message)
{
    return message->keep == MS_KEEP_NONE ? 0 : message->memory.length + message->spooled;
}

size_t ms_message_read(const MsMessage *message, uint64_t offset, uint8_t *out, size_t length)
{
    uint64_t kept = ms_message_kept(message);
    if (offset >= kept)
        return 0;
    if (length > kept - offset)
        length = (size_t)(kept - offset);
    size_t from_memory = 0;
    if (offset < message->memory.length) {
        from_memory = message->memory.length - (size_t)offset;
        from_memory = from_memory < length ? from_memory : length;
        memcpy(out, message->memory.data + offset, from_memory);
    }
    size_t done = from_memory;
    while (done < length) {
        ssize_t got = pread(message->spool, out + done, length - done,
                            (off_t)(offset + done - message->memory.length));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

const uint64_t *ms_message_holes(const MsMessage *message, size_t *count)
{
    *count = message->n_holes;
    return message->holes;
}

void ms_message_fields(const MsMessage *message, MsHeaderFunc func, void *user_data)
{
    size_t length = message->memory.length;
    if (message->n_holes > 0 && message->holes[0] < length)
        length = (size_t)message->holes[0];
    uint64_t head = message->limits->value[MS_LIMIT_MESSAGE_HEAD];
    if (length > head)
        length = (size_t)head;
    bool ended = message->whole && length == message->size;
    ms_head_fields(&message->head, message->number, message->memory.data, length, ended,
                   (size_t)message->limits->value[MS_LIMIT_FACT_RANGES], func, user_data);
}
