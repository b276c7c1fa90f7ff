/* SPDX-License-Identifier: GPL-2.0-or-later
 * fingerprint.c - see fingerprint.h. What is taken from a connection does not depend on addresses,
 * hardware or the hour, so that a copy with others of them is still found. */
#include "fingerprint.h"

#include "../capture/bytes.h"
#include "signs.h"

#include <gcrypt.h>

#include <string.h>

enum {
    RUN = 6,          /* times between packets in a row */
    TOLD_US = 50,     /* a shorter time says little */
    DRAWN = 1 << 16,  /* a smaller number was probably not drawn at random */
    OPTION_STAMP = 8, /* RFC 7323 3.2 */
    OPTION_MSS = 2
};

/* Frames in a row of one connection: all of them, or those with data. */
typedef struct {
    int64_t last_us; /* 0: none */
    uint32_t since[RUN];
    uint32_t n;
} Series;

typedef struct {
    uint64_t key; /* hash of both ends */
    uint32_t first[2], first_frame;
    bool seen[2]; /* SYN of the client, of the server */
    bool options;
    uint16_t port;  /* of the client */
    uint16_t id[2]; /* first IP identification of client and server */
    bool id_seen[2], id_changed[2];
    uint32_t frames[2];
    Series all, data;
} Flow;

struct MsFingerprint {
    const MsLimits *limits;
    MsTraits *traits;
    MsSigns signs;
    GHashTable *flows; /* key -> Flow, of this file */
    uint16_t file;
    bool begun;
};

MsFingerprint *ms_fingerprint_new(const MsLimits *limits)
{
    MsFingerprint *fingerprint = g_new0(MsFingerprint, 1);
    fingerprint->limits = limits;
    fingerprint->traits = ms_traits_new();
    fingerprint->flows = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    return fingerprint;
}

void ms_fingerprint_free(MsFingerprint *fingerprint)
{
    if (!fingerprint)
        return;
    ms_traits_free(fingerprint->traits);
    ms_signs_clear(&fingerprint->signs);
    g_hash_table_unref(fingerprint->flows);
    g_free(fingerprint);
}

/* A connection that a program made up: nothing in it was left to a system. */
static void check_bare(MsFingerprint *fingerprint)
{
    GHashTableIter iterator;
    void *value;
    uint32_t first = 0;
    unsigned count = 0;
    g_hash_table_iter_init(&iterator, fingerprint->flows);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const Flow *flow = value;
        bool constant = !flow->id_changed[0] && !flow->id_changed[1] && flow->id_seen[0] &&
                        flow->id_seen[1] && flow->frames[0] > 2 && flow->frames[1] > 2;
        if (!flow->seen[0] || !flow->seen[1] || flow->options || !constant)
            continue;
        count++;
        first = first == 0 ? flow->first_frame : MIN(first, flow->first_frame);
    }
    for (; count > 0; count--, first = 0)
        ms_signs_bare(&fingerprint->signs, fingerprint->file, first);
}

void ms_fingerprint_file(MsFingerprint *fingerprint, const void *data, size_t length)
{
    check_bare(fingerprint);
    g_hash_table_remove_all(fingerprint->flows);
    fingerprint->file = (uint16_t)(fingerprint->file + fingerprint->begun);
    fingerprint->begun = true;
    ms_signs_file(&fingerprint->signs);
    uint8_t digest[32];
    char text[65];
    if (length == 0)
        return;
    gcry_md_hash_buffer(GCRY_MD_SHA256, digest, data, length);
    for (size_t i = 0; i < sizeof digest; i++)
        g_snprintf(text + 2 * i, 3, "%02x", digest[i]);
    ms_traits_add(fingerprint->traits, MS_TRAIT_FILE, fingerprint->file, 0, digest, sizeof digest,
                  text, 64);
}

void ms_fingerprint_note(const char *name, const uint8_t *text, uint32_t length, uint32_t frame,
                         void *user_data)
{
    MsFingerprint *fingerprint = user_data;
    ms_signs_note(&fingerprint->signs, fingerprint->file, name, text, length);
    if (strcmp(name, "secrets") == 0 || strcmp(name, "names") == 0) {
        ms_traits_add(fingerprint->traits, name[0] == 's' ? MS_TRAIT_SECRETS : MS_TRAIT_NAMES,
                      fingerprint->file, 0, text, length, NULL, 0);
        return;
    }
    g_autoptr(GString) value = g_string_new(name);
    g_string_append(value, ": ");
    g_string_append_len(value, (const char *)text, length);
    bool comment = strcmp(name, "comment") == 0;
    const char *shown = comment ? (const char *)text : value->str;
    ms_traits_add(fingerprint->traits, comment ? MS_TRAIT_COMMENT : MS_TRAIT_MACHINE,
                  fingerprint->file, frame, value->str, value->len, shown,
                  comment ? length : value->len);
}

/* --- frames --- */

static Flow *find_flow(MsFingerprint *fingerprint, const MsFrame *frame, const MsSegment *segment)
{
    uint8_t ends[36];
    bool swap =
        memcmp(segment->src, segment->dst, 16) > 0 ||
        (memcmp(segment->src, segment->dst, 16) == 0 && segment->src_port > segment->dst_port);
    memcpy(ends + (swap ? 16 : 0), segment->src, 16);
    memcpy(ends + (swap ? 0 : 16), segment->dst, 16);
    memcpy(ends + (swap ? 34 : 32), &segment->src_port, 2);
    memcpy(ends + (swap ? 32 : 34), &segment->dst_port, 2);
    uint64_t key = ms_trait_hash(ends, sizeof ends);
    Flow *flow = g_hash_table_lookup(fingerprint->flows, &key);
    bool syn = (segment->flags & (MS_TCP_SYN | MS_TCP_ACK)) == MS_TCP_SYN;
    if (flow && syn && flow->seen[1]) { /* the ports are used again */
        g_hash_table_remove(fingerprint->flows, &key);
        flow = NULL;
    }
    uint64_t most = fingerprint->limits->value[MS_LIMIT_GRADE_FLOWS];
    if (!flow && g_hash_table_size(fingerprint->flows) < most) {
        flow = g_new0(Flow, 1);
        flow->key = key;
        flow->first_frame = frame->number;
        g_hash_table_insert(fingerprint->flows, &flow->key, flow);
    }
    return flow;
}

/* The TCP timestamps of a segment; false when it has none. `options`: whether there is any. */
static bool read_stamps(const MsSegment *segment, uint32_t stamps[2], bool *options)
{
    *options = false;
    if (!segment->header)
        return false;
    size_t length = (size_t)(segment->header[12] >> 4) * 4;
    for (size_t at = 20; at + 1 < length;) {
        uint8_t kind = segment->header[at];
        if (kind == 0)
            break;
        *options = *options || kind >= OPTION_MSS;
        uint8_t size = kind == 1 ? 1 : segment->header[at + 1];
        if (size == 0 || at + size > length)
            break;
        if (kind == OPTION_STAMP && size == 10) {
            stamps[0] = get_be32(segment->header + at + 2);
            stamps[1] = get_be32(segment->header + at + 6);
            return true;
        }
        at += size;
    }
    return false;
}

static void add_series(MsFingerprint *fingerprint, Series *series, const MsFrame *frame, char which)
{
    int64_t now_us = frame->time_ns / 1000;
    int64_t since_us = now_us - series->last_us;
    bool first = series->last_us == 0;
    series->last_us = now_us;
    if (first || since_us < 0 || since_us > UINT32_MAX) {
        series->n = 0;
        return;
    }
    if (series->n == RUN)
        memmove(series->since, series->since + 1, (RUN - 1) * sizeof series->since[0]);
    series->n = MIN(series->n + 1, RUN);
    series->since[series->n - 1] = (uint32_t)since_us;
    unsigned telling = 0;
    for (unsigned i = 0; i < series->n; i++) {
        bool again = i > 0 && series->since[i] == series->since[i - 1];
        telling += series->since[i] >= TOLD_US && series->since[i] % 1000 != 0 && !again;
    }
    uint8_t bytes[RUN * 4 + 1];
    memcpy(bytes, series->since, RUN * 4);
    bytes[RUN * 4] = (uint8_t)which;
    if (series->n == RUN && telling >= RUN - 2)
        ms_traits_add(fingerprint->traits, MS_TRAIT_TIMING, fingerprint->file, frame->number, bytes,
                      sizeof bytes, NULL, 0);
}

static void see_id(Flow *flow, const MsFrame *frame, const MsSegment *segment, unsigned side)
{
    if (segment->header_frame != frame->number || segment->ip_offset + 20 > frame->length ||
        frame->data[segment->ip_offset] >> 4 != 4)
        return;
    uint16_t id = get_be16(frame->data + segment->ip_offset + 4);
    if (!flow->id_seen[side])
        flow->id[side] = id;
    else if (flow->id[side] != id)
        flow->id_changed[side] = true;
    flow->id_seen[side] = true;
}

static void see_syn(MsFingerprint *fingerprint, Flow *flow, const MsFrame *frame,
                    const MsSegment *segment, unsigned side)
{
    flow->seen[side] = true;
    flow->first[side] = segment->seq;
    if (side == 0)
        flow->port = segment->src_port;
    if (side == 0 || !flow->seen[0])
        return;
    if (flow->first[0] >= DRAWN && flow->first[1] >= DRAWN) {
        char text[32];
        g_snprintf(text, sizeof text, "%u and %u", flow->first[0], flow->first[1]);
        ms_traits_add(fingerprint->traits, MS_TRAIT_FLOW, fingerprint->file, frame->number,
                      flow->first, sizeof flow->first, text, sizeof text);
    }
    uint16_t ids[3] = {flow->port, flow->id[0], flow->id[1]};
    if (flow->id[0] > 1 && flow->id_seen[1]) {
        char text[48];
        g_snprintf(text, sizeof text, "port %u, 0x%04x and 0x%04x", ids[0], ids[1], ids[2]);
        ms_traits_add(fingerprint->traits, MS_TRAIT_IDS, fingerprint->file, frame->number, ids,
                      sizeof ids, text, sizeof text);
    }
}

static void add_mac(MsFingerprint *fingerprint, const MsFrame *frame, const MsSegment *segment,
                    uint32_t where)
{
    if (!segment->link || where == MS_NO_LINK || segment->header_frame != frame->number ||
        where + 6 > frame->length)
        return;
    const uint8_t *mac = frame->data + where;
    char text[18];
    g_snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
               mac[4], mac[5]);
    if (strcmp(text, "00:00:00:00:00:00") != 0) /* of the loopback interface */
        ms_traits_add(fingerprint->traits, MS_TRAIT_MAC, fingerprint->file, frame->number, mac, 6,
                      text, sizeof text);
}

void ms_fingerprint_frame(MsFingerprint *fingerprint, const MsFrame *frame,
                          const MsSegment *segment)
{
    ms_signs_frame(&fingerprint->signs, fingerprint->file, frame, segment);
    Flow *flow = segment ? find_flow(fingerprint, frame, segment) : NULL;
    if (!flow)
        return;
    bool syn = segment->flags & MS_TCP_SYN;
    bool answer = syn && (segment->flags & MS_TCP_ACK);
    /* Whose frame it is: told by the port when the handshake was seen, else it does not matter. */
    unsigned side = syn ? answer : flow->seen[0] && segment->src_port != flow->port;
    uint32_t stamps[2];
    bool options;
    bool stamped = read_stamps(segment, stamps, &options);
    flow->options = flow->options || options;
    flow->frames[side]++;
    see_id(flow, frame, segment, side);
    if (syn) {
        see_syn(fingerprint, flow, frame, segment, side);
        add_mac(fingerprint, frame, segment, segment->link_from);
    }
    add_series(fingerprint, &flow->all, frame, 'a');
    if (segment->payload_length == 0)
        return;
    add_series(fingerprint, &flow->data, frame, 'd');
    uint32_t numbers[3] = {segment->seq, segment->ack, segment->payload_length};
    if (segment->seq >= DRAWN && segment->ack >= DRAWN)
        ms_traits_add(fingerprint->traits, MS_TRAIT_SEGMENT, fingerprint->file, frame->number,
                      numbers, sizeof numbers, NULL, 0);
    if (stamped && stamps[0] >= DRAWN && stamps[1] >= DRAWN)
        ms_traits_add(fingerprint->traits, MS_TRAIT_CLOCK, fingerprint->file, frame->number, stamps,
                      sizeof stamps, NULL, 0);
}

/* --- sessions --- */

/* The id in "250 2.0.0 Ok: queued as 3F1C2" (Postfix, qmail) or "250 OK id=1tB2" (Exim). */
static void add_queue(MsFingerprint *fingerprint, const MsFact *reply, const MsFact *greeting)
{
    static const char *const marks[] = {
        "queued as ", "OK id=", "Message-Id: ", "Message accepted for delivery: "};
    g_autofree char *text = g_strndup(reply->text, reply->text_length);
    const char *id = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(marks) && !id; i++) {
        id = strstr(text, marks[i]);
        id = id ? id + strlen(marks[i]) : NULL;
    }
    size_t length = id ? strcspn(id, " \r\n<>;,") : 0;
    if (length < 5)
        return;
    g_autoptr(GString) value = g_string_new_len(id, (gssize)length);
    if (greeting) /* ids are unique for one server only */
        g_string_append_len(value, greeting->text, greeting->text_length);
    ms_traits_add(fingerprint->traits, MS_TRAIT_QUEUE, reply->ranges[0].file,
                  reply->ranges[0].frame, value->str, value->len, id, length);
}

void ms_fingerprint_session(MsFingerprint *fingerprint, const MsRecord *record)
{
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    const MsFact *greeting = ms_record_find(record, MS_FIELD_SMTP_GREETING, -1, -1);
    ms_signs_session(&fingerprint->signs, record);
    for (size_t i = 0; i < count; i++) {
        const MsFact *fact = &facts[i];
        uint16_t file = fact->n_ranges > 0 ? fact->ranges[0].file : 0;
        uint32_t frame = fact->n_ranges > 0 ? fact->ranges[0].frame : 0;
        if (fact->text_length == 0 || fact->n_ranges == 0)
            continue;
        if (fact->field == MS_FIELD_SMTP_REPLY)
            add_queue(fingerprint, fact, greeting);
        /* A mail that somebody fetched may be there for many. */
        else if (fact->field == MS_FIELD_MESSAGE_ID && fact->direction == MS_TO_SERVER)
            ms_traits_add(fingerprint->traits, MS_TRAIT_MESSAGE, file, frame, fact->text,
                          fact->text_length, fact->text, fact->text_length);
        else if (fact->field == MS_FIELD_SESSION_CLIENT)
            ms_traits_add(fingerprint->traits, MS_TRAIT_ADDRESS, file, frame, fact->text,
                          fact->text_length, fact->text, fact->text_length);
    }
}

json_t *ms_fingerprint_json(MsFingerprint *fingerprint)
{
    check_bare(fingerprint);
    g_hash_table_remove_all(fingerprint->flows);
    return json_pack("{so so}", "traits", ms_traits_json(fingerprint->traits), "signs",
                     ms_signs_json(&fingerprint->signs));
}
