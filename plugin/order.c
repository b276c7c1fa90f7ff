/* SPDX-License-Identifier: GPL-2.0-or-later
 * order.c - for each direction the sequence number that comes next, and the first hole before it.
 * Plain retransmissions fill no hole and count for nothing. */
#include "order.h"

#include <glib.h>

#include <string.h>

enum { MOST_WATCHED = 65536 }; /* connections; further ones are not watched */

typedef struct {
    uint8_t address[2][16];
    uint16_t port[2];
} Key;

typedef struct {
    uint32_t next[2]; /* sequence number behind all that was seen */
    uint32_t hole[2]; /* where the first hole begins */
    bool known[2], holed[2];
} Watched;

struct MsOrder {
    GHashTable *connections; /* Key -> Watched */
    GHashTable *late;        /* frame numbers */
};

static guint hash_key(gconstpointer data)
{
    const uint8_t *bytes = data;
    guint hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < sizeof(Key); i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash;
}

static gboolean same_key(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(Key)) == 0;
}

MsOrder *ms_order_new(void)
{
    MsOrder *order = g_new0(MsOrder, 1);
    order->connections = g_hash_table_new_full(hash_key, same_key, g_free, g_free);
    order->late = g_hash_table_new(g_direct_hash, g_direct_equal);
    return order;
}

void ms_order_free(MsOrder *order)
{
    if (!order)
        return;
    g_hash_table_unref(order->connections);
    g_hash_table_unref(order->late);
    g_free(order);
}

/* The same for both directions; returns who sent the segment. */
static unsigned key_of(const MsSegment *segment, Key *key)
{
    int order = memcmp(segment->src, segment->dst, 16);
    unsigned side = order > 0 || (order == 0 && segment->src_port > segment->dst_port);
    memcpy(key->address[side], segment->src, 16);
    memcpy(key->address[!side], segment->dst, 16);
    key->port[side] = segment->src_port;
    key->port[!side] = segment->dst_port;
    return side;
}

void ms_order_watch(MsOrder *order, const MsSegment *segment)
{
    Key key;
    key_of(segment, &key);
    if (g_hash_table_size(order->connections) < MOST_WATCHED &&
        !g_hash_table_contains(order->connections, &key))
        g_hash_table_insert(order->connections, g_memdup2(&key, sizeof key), g_new0(Watched, 1));
}

void ms_order_segment(MsOrder *order, const MsSegment *segment)
{
    if (segment->wire_length == 0 || g_hash_table_size(order->connections) == 0)
        return;
    Key key;
    unsigned side = key_of(segment, &key);
    Watched *one = g_hash_table_lookup(order->connections, &key);
    if (!one)
        return;
    uint32_t end = segment->seq + segment->wire_length;
    if (!one->known[side]) {
        one->known[side] = true;
        one->next[side] = end;
        return;
    }
    int32_t ahead = (int32_t)(segment->seq - one->next[side]);
    if (ahead > 0 && !one->holed[side]) {
        one->holed[side] = true;
        one->hole[side] = one->next[side];
    } else if (ahead < 0 && one->holed[side] && segment->seq == one->hole[side]) {
        one->holed[side] = false;
        g_hash_table_add(order->late, GUINT_TO_POINTER(segment->frame));
    }
    if ((int32_t)(end - one->next[side]) > 0)
        one->next[side] = end;
}

bool ms_order_is_late(const MsOrder *order, uint32_t frame)
{
    return g_hash_table_contains(order->late, GUINT_TO_POINTER(frame));
}
