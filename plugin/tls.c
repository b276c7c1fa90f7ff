/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls.c - Wireshark's TLS dissector keeps decrypted records with each frame, in structures that
 * change with every release; its handler for "Follow TLS stream" reads them for us: application
 * data only, each record once. */
#include "tls.h"

#include <epan/conversation.h>
#include <epan/follow.h>

enum { MOST_RECORDS = 4096 }; /* of one frame */

/* A record as it is found again: two of one frame that are alike are told apart by nothing else. */
typedef struct {
    uint32_t offset, length; /* in all that was decrypted of the frame */
    uint32_t hash;
} Record;

struct MsDecrypter {
    int protocol; /* Wireshark's number of TLS */
    tap_packet_cb follow;
    GHashTable *connections; /* number of the conversation -> follow_info_t */
    GHashTable *frames;      /* frame -> GArray of Record */
};

static void free_follow(gpointer data)
{
    follow_info_t *info = data;
    free_address(&info->client_ip);
    free_address(&info->server_ip);
    g_free(info);
}

static void free_records(gpointer data)
{
    g_array_unref(data);
}

MsDecrypter *ms_decrypter_new(void)
{
    MsDecrypter *decrypter = g_new0(MsDecrypter, 1);
    register_follow_t *follow = get_follow_by_name("TLS");
    decrypter->protocol = proto_get_id_by_filter_name("tls");
    decrypter->follow = follow ? get_follow_tap_handler(follow) : NULL;
    decrypter->connections =
        g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_follow);
    decrypter->frames = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_records);
    return decrypter;
}

void ms_decrypter_free(MsDecrypter *decrypter)
{
    if (!decrypter)
        return;
    g_hash_table_unref(decrypter->connections);
    g_hash_table_unref(decrypter->frames);
    g_free(decrypter);
}

/* FNV-1a. */
static uint32_t hash_of(const uint8_t *data, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ data[i]) * 16777619u;
    return hash;
}

/* What the follower knows of the connection of this frame. */
static follow_info_t *connection_of(const MsDecrypter *decrypter, packet_info *pinfo)
{
    const conversation_t *conversation = find_conversation_pinfo(pinfo, 0);
    if (!conversation)
        return NULL;
    gpointer key = GUINT_TO_POINTER(conversation->conv_index + 1);
    follow_info_t *info = g_hash_table_lookup(decrypter->connections, key);
    if (!info) {
        info = g_new0(follow_info_t, 1);
        g_hash_table_insert(decrypter->connections, key, info);
    }
    return info;
}

static MsPlaintext plaintext_of(const MsSegment *segment)
{
    MsPlaintext plaintext = {.src_port = segment->src_port,
                             .dst_port = segment->dst_port,
                             .file = segment->file,
                             .frame = segment->frame,
                             .time_ns = segment->time_ns};
    memcpy(plaintext.src, segment->src, sizeof plaintext.src);
    memcpy(plaintext.dst, segment->dst, sizeof plaintext.dst);
    return plaintext;
}

static void hand_over(MsDecrypter *decrypter, const MsSegment *segment, const GByteArray *data,
                      MsEngine *engine)
{
    gpointer key = GUINT_TO_POINTER(segment->frame);
    GArray *records = g_hash_table_lookup(decrypter->frames, key);
    if (!records) {
        records = g_array_new(false, false, sizeof(Record));
        g_hash_table_insert(decrypter->frames, key, records);
    }
    uint32_t offset = 0;
    if (records->len > 0) {
        const Record *last = &g_array_index(records, Record, records->len - 1);
        offset = last->offset + last->length;
    }
    const Record record = {
        .offset = offset, .length = data->len, .hash = hash_of(data->data, data->len)};
    if (data->len == 0 || records->len >= MOST_RECORDS)
        return;
    g_array_append_val(records, record);
    MsPlaintext plaintext = plaintext_of(segment);
    plaintext.offset = offset;
    plaintext.data = data->data;
    plaintext.length = data->len;
    ms_engine_push_plaintext(engine, &plaintext);
}

/* Gives the engine what the follower found in `kept`, the TLS dissector's data of the frame;
 * returns how many records. */
static unsigned read_records(MsDecrypter *decrypter, packet_info *pinfo, const void *kept,
                             const MsSegment *segment, MsEngine *engine)
{
    follow_info_t *info = connection_of(decrypter, pinfo);
    if (!info)
        return 0;
    unsigned count = 0;
    decrypter->follow(info, pinfo, NULL, kept, 0);
    GList *found = g_list_reverse(info->payload); /* the newest came first */
    info->payload = NULL;
    for (GList *item = found; item; item = item->next) {
        follow_record_t *record = item->data;
        hand_over(decrypter, segment, record->data, engine);
        g_byte_array_free(record->data, TRUE);
        g_free(record);
        count++;
    }
    g_list_free(found);
    return count;
}

/* Records that Wireshark decrypted in this frame: each is a data source, whatever it carries. */
static unsigned count_opened(const packet_info *pinfo)
{
    static const char name[] = "Decrypted TLS";
    unsigned count = 0;
    for (GSList *item = pinfo->data_src; item; item = item->next) {
        char *description = MS_WS_SOURCE_NAME(item->data);
        count += g_str_has_prefix(description, name) ? 1 : 0;
        wmem_free(NULL, description);
    }
    return count;
}

void ms_decrypter_frame(MsDecrypter *decrypter, packet_info *pinfo, const MsSegment *segment,
                        MsEngine *engine)
{
    if (!decrypter->follow || decrypter->protocol < 0)
        return;
    bool any = false;
    unsigned count = 0;
    for (uint32_t key = 0; key < MS_WS_TLS_KEYS; key++) {
        const void *kept = p_get_proto_data(wmem_file_scope(), pinfo, decrypter->protocol, key);
        any |= kept != NULL;
        if (kept)
            count += read_records(decrypter, pinfo, kept, segment, engine);
    }
    const MsPlaintext other = plaintext_of(segment); /* handshakes, alerts: RFC 8446 5.2 */
    for (unsigned opened = any ? count_opened(pinfo) : 0; opened > count; opened--)
        ms_engine_push_plaintext(engine, &other);
}

/* The source with exactly that record. */
static tvbuff_t *source_of(packet_info *pinfo, const Record *record)
{
    for (GSList *item = pinfo->data_src; item; item = item->next) {
        tvbuff_t *tvb = get_data_source_tvb(item->data);
        if (tvb_captured_length(tvb) == record->length &&
            hash_of(tvb_get_ptr(tvb, 0, (int)record->length), record->length) == record->hash)
            return tvb;
    }
    return NULL;
}

tvbuff_t *ms_decrypter_place(const MsDecrypter *decrypter, packet_info *pinfo, uint32_t offset,
                             uint32_t length, int *start)
{
    const GArray *records = g_hash_table_lookup(decrypter->frames, GUINT_TO_POINTER(pinfo->num));
    for (guint i = 0; records && i < records->len; i++) {
        const Record *record = &g_array_index(records, Record, i);
        if (offset < record->offset || offset - record->offset >= record->length)
            continue;
        *start = (int)(offset - record->offset);
        return record->length - (offset - record->offset) >= length ? source_of(pinfo, record)
                                                                    : NULL;
    }
    return NULL;
}
