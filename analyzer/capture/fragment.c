/* SPDX-License-Identifier: GPL-2.0-or-later
 * fragment.c - keeps the pieces of each datagram sorted and apart from each other, so that it is
 * whole when their lengths add up. A whole one is remembered for a while: its duplicates, as a
 * mirror port makes them, are then known for what they are. */
#include "fragment.h"

#include <string.h>
#include <sys/random.h>

enum {
    DATAGRAM = 65535,   /* longest, bytes (RFC 791 3.1) */
    MOST_PIECES = 2048, /* of a datagram; cut to 8 bytes each that is 16 KiB */
    OVERHEAD = 32       /* bytes of the allocator and the table for each piece or datagram */
};

typedef struct {
    uint8_t src[16], dst[16];
    uint32_t id;
    uint32_t hash; /* by a secret, so that nobody can fill one bucket */
} Key;

typedef struct {
    uint32_t at, length; /* in the datagram, as sent */
    uint32_t captured;   /* bytes in `data` */
    uint8_t *data;
    MsRange place;
} Piece;

typedef struct {
    Key key;
    GList link;      /* in MsFragments.order */
    int64_t time_ns; /* of the first fragment that came */
    Piece *pieces;   /* sorted, none overlaps another */
    uint32_t n_pieces, allocated;
    uint32_t covered;             /* sum of the pieces' lengths */
    uint32_t total;               /* length of the datagram; 0: the last fragment has not come */
    uint32_t ip_frame, ip_offset; /* the IP header of the fragment at 0 */
    uint8_t protocol;             /* of the fragment at 0 */
    bool conflict, whole;
} Datagram;

struct MsFragments {
    const MsLimits *limits;
    uint64_t *lost;
    GHashTable *table; /* Key -> Datagram */
    GQueue order;      /* oldest first */
    uint64_t bytes;    /* in use */
    uint64_t secret;
    uint8_t *whole; /* the datagram last put together */
    MsRange *map;   /* where its bytes were captured */
    uint32_t map_allocated;
};

static guint key_hash(gconstpointer key)
{
    return ((const Key *)key)->hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(Key)) == 0;
}

static void key_fill(const MsFragments *fragments, const MsWalk *walk, uint32_t id, Key *key)
{
    memcpy(key->src, walk->segment->src, 16);
    memcpy(key->dst, walk->segment->dst, 16);
    key->id = id;
    uint64_t words[5] = {0};
    memcpy(words, key, offsetof(Key, hash));
    uint64_t hash = fragments->secret;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        hash = (hash ^ words[i]) * (fragments->secret | 1);
        hash ^= hash >> 29;
    }
    key->hash = (uint32_t)(hash >> 32);
}

MsFragments *ms_fragments_new(const MsLimits *limits, uint64_t *lost)
{
    MsFragments *fragments = g_new0(MsFragments, 1);
    fragments->limits = limits;
    fragments->lost = lost;
    fragments->table = g_hash_table_new(key_hash, key_equal);
    g_queue_init(&fragments->order);
    if (getrandom(&fragments->secret, sizeof fragments->secret, GRND_NONBLOCK) < 0)
        fragments->secret = (uint64_t)(uintptr_t)fragments * UINT64_C(0x9e3779b97f4a7c15);
    return fragments;
}

static void clear(MsFragments *fragments, Datagram *datagram)
{
    for (uint32_t i = 0; i < datagram->n_pieces; i++) {
        fragments->bytes -= sizeof(Piece) + OVERHEAD + datagram->pieces[i].captured;
        g_free(datagram->pieces[i].data);
    }
    datagram->n_pieces = 0;
    datagram->covered = datagram->total = 0;
    datagram->conflict = datagram->whole = false;
}

static void forget(MsFragments *fragments, Datagram *datagram)
{
    clear(fragments, datagram);
    fragments->bytes -= sizeof *datagram + OVERHEAD;
    g_hash_table_remove(fragments->table, &datagram->key);
    g_queue_unlink(&fragments->order, &datagram->link);
    g_free(datagram->pieces);
    g_free(datagram);
}

void ms_fragments_free(MsFragments *fragments)
{
    if (fragments == NULL)
        return;
    while (fragments->order.head != NULL)
        forget(fragments, fragments->order.head->data);
    g_hash_table_destroy(fragments->table);
    g_free(fragments->whole);
    g_free(fragments->map);
    g_free(fragments);
}

static bool too_old(const MsFragments *fragments, const Datagram *datagram, int64_t now_ns)
{
    uint64_t age_ns = (uint64_t)now_ns - (uint64_t)datagram->time_ns;
    return now_ns > datagram->time_ns &&
           age_ns / 1000000000 >= fragments->limits->value[MS_LIMIT_FRAGMENT_AGE];
}

/* Gives up what waited too long, and the oldest when there is no room. */
static void make_room(MsFragments *fragments, int64_t now_ns, const Datagram *keep)
{
    while (fragments->order.head != NULL) {
        Datagram *oldest = fragments->order.head->data;
        if (oldest == keep || (!too_old(fragments, oldest, now_ns) &&
                               fragments->bytes <= fragments->limits->value[MS_LIMIT_FRAGMENTS]))
            return;
        forget(fragments, oldest);
    }
}

static Datagram *find(MsFragments *fragments, const MsWalk *walk, uint32_t id)
{
    Key key;
    key_fill(fragments, walk, id, &key);
    make_room(fragments, walk->frame->time_ns, NULL);
    Datagram *datagram = g_hash_table_lookup(fragments->table, &key);
    if (datagram != NULL && too_old(fragments, datagram, walk->frame->time_ns)) {
        forget(fragments, datagram);
        datagram = NULL;
    }
    if (datagram == NULL) {
        datagram = g_new0(Datagram, 1);
        datagram->key = key;
        datagram->time_ns = walk->frame->time_ns;
        datagram->link.data = datagram;
        g_hash_table_insert(fragments->table, &datagram->key, datagram);
        g_queue_push_tail_link(&fragments->order, &datagram->link);
        fragments->bytes += sizeof *datagram + OVERHEAD;
        ++*fragments->lost; /* until it is whole */
    }
    return datagram;
}

/* The bytes of a fragment while it is sorted in: at the walk's offset, `length` as sent. */
typedef struct {
    const MsWalk *walk;
    uint32_t at, end; /* in the datagram */
    uint32_t captured;
} Fresh;

/* Whether the captured bytes of the piece and the fragment differ between `from` and `to`. */
static bool differs(const Piece *piece, const Fresh *fresh, uint32_t from, uint32_t to)
{
    to = MIN(to, MIN(piece->at + piece->captured, fresh->at + fresh->captured));
    return from < to &&
           memcmp(piece->data + (from - piece->at),
                  fresh->walk->data + fresh->walk->offset + (from - fresh->at), to - from) != 0;
}

/* Index of the first piece that ends behind `at`. */
static uint32_t first_behind(const Datagram *datagram, uint32_t at)
{
    uint32_t low = 0, high = datagram->n_pieces;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (datagram->pieces[middle].at + datagram->pieces[middle].length > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Puts the part of the fragment from `from` to at most `to` at index `i`; returns where it ends. */
static uint32_t insert(MsFragments *fragments, Datagram *datagram, uint32_t i, const Fresh *fresh,
                       uint32_t from, uint32_t to)
{
    Piece piece = {.at = from, .length = to - from};
    uint32_t skipped = from - fresh->at;
    if (fresh->captured > skipped) {
        uint32_t offset = fresh->walk->offset + skipped;
        piece.place = ms_walk_place(fresh->walk, offset, MIN(to - from, fresh->captured - skipped));
        piece.captured = piece.place.length;
        if (from + piece.captured < to && skipped + piece.captured < fresh->captured)
            piece.length = piece.captured; /* the rest lies in another frame: the next piece */
        piece.data = g_memdup2(fresh->walk->data + offset, piece.captured);
    }
    if (datagram->n_pieces == datagram->allocated) {
        datagram->allocated = MAX(4, datagram->allocated * 2);
        datagram->pieces = g_renew(Piece, datagram->pieces, datagram->allocated);
    }
    memmove(datagram->pieces + i + 1, datagram->pieces + i,
            (datagram->n_pieces - i) * sizeof *datagram->pieces);
    datagram->pieces[i] = piece;
    datagram->n_pieces++;
    datagram->covered += piece.length;
    fragments->bytes += sizeof piece + OVERHEAD + piece.captured;
    return from + piece.length;
}

/* Sorts the fragment in where nothing is yet. False: too many pieces. */
static bool sort_in(MsFragments *fragments, Datagram *datagram, const Fresh *fresh)
{
    uint32_t i = first_behind(datagram, fresh->at), from = fresh->at;
    while (from < fresh->end) {
        uint32_t to = fresh->end;
        if (i < datagram->n_pieces && datagram->pieces[i].at <= from) {
            const Piece *piece = &datagram->pieces[i];
            to = MIN(to, piece->at + piece->length);
            datagram->conflict |= differs(piece, fresh, from, to);
            from = to;
        } else {
            if (datagram->n_pieces == MOST_PIECES)
                return false;
            if (i < datagram->n_pieces)
                to = MIN(to, datagram->pieces[i].at);
            from = insert(fragments, datagram, i, fresh, from, to);
        }
        i++;
    }
    return true;
}

/* Whether a fragment only repeats what a whole datagram has. */
static bool repeats(const Datagram *datagram, const Fresh *fresh, bool more)
{
    if (more ? fresh->end > datagram->total : fresh->end != datagram->total)
        return false;
    for (uint32_t i = first_behind(datagram, fresh->at); i < datagram->n_pieces; i++) {
        const Piece *piece = &datagram->pieces[i];
        if (piece->at >= fresh->end)
            break;
        if (differs(piece, fresh, MAX(piece->at, fresh->at),
                    MIN(piece->at + piece->length, fresh->end)))
            return false;
    }
    return true;
}

/* Copies the pieces together, up to the first that the snapshot length cut. */
static MsNext put_together(MsFragments *fragments, Datagram *datagram, MsWalk *walk)
{
    if (fragments->whole == NULL)
        fragments->whole = g_malloc(DATAGRAM);
    if (fragments->map_allocated < datagram->n_pieces) {
        fragments->map_allocated = datagram->n_pieces;
        fragments->map = g_renew(MsRange, fragments->map, fragments->map_allocated);
    }
    uint32_t length = 0, n_map = 0;
    for (uint32_t i = 0; i < datagram->n_pieces; i++) {
        const Piece *piece = &datagram->pieces[i];
        if (piece->captured > 0) {
            memcpy(fragments->whole + length, piece->data, piece->captured);
            fragments->map[n_map++] = piece->place;
        }
        length += piece->captured;
        if (piece->captured < piece->length)
            break;
    }
    datagram->whole = true;
    --*fragments->lost;
    walk->data = fragments->whole;
    walk->offset = 0;
    walk->length = length;
    walk->wire_end = datagram->total;
    walk->map = fragments->map;
    walk->n_map = n_map;
    walk->ip_outside = true;
    walk->ip_frame = datagram->ip_frame;
    walk->ip_offset = datagram->ip_offset;
    if (datagram->conflict)
        walk->notes |= MS_SEGMENT_FRAGMENT_CONFLICT;
    return ms_next_protocol(walk, datagram->protocol);
}

/* The end of the datagram, as this fragment says or another one said. False: a fragment that
 * cannot be of the same datagram as those before. */
static bool agree_on_total(Datagram *datagram, Fresh *fresh, bool more)
{
    const Piece *last = datagram->n_pieces > 0 ? &datagram->pieces[datagram->n_pieces - 1] : NULL;
    if (datagram->total > 0) {
        if (more ? fresh->end > datagram->total : fresh->end != datagram->total)
            datagram->conflict = true;
        fresh->end = MIN(fresh->end, datagram->total);
    } else if (!more) {
        if (last != NULL && last->at + last->length > fresh->end) {
            datagram->conflict = true;
            return false;
        }
        datagram->total = fresh->end;
    }
    return fresh->at < fresh->end;
}

MsNext ms_fragments_add(MsFragments *fragments, MsWalk *walk, const MsFragment *fragment)
{
    uint32_t length = walk->wire_end - walk->offset;
    if (fragment->more)
        length &= ~7u; /* what is no whole word cannot be placed */
    if (length == 0 || length > DATAGRAM || fragment->offset + length > DATAGRAM)
        return MS_END_CUT;
    Fresh fresh = {.walk = walk, .at = fragment->offset, .end = fragment->offset + length};
    fresh.captured = MIN(walk->length - walk->offset, length);

    Datagram *datagram = find(fragments, walk, fragment->id);
    if (datagram->whole) {
        if (repeats(datagram, &fresh, fragment->more))
            return MS_END_FRAGMENT;
        clear(fragments, datagram); /* the number is used again */
        datagram->time_ns = walk->frame->time_ns;
        ++*fragments->lost;
    }
    if (!agree_on_total(datagram, &fresh, fragment->more))
        return MS_END_FRAGMENT;
    if (fragment->offset == 0 && (datagram->n_pieces == 0 || datagram->pieces[0].at > 0)) {
        MsRange header = ms_walk_place(walk, walk->ip_offset, 1);
        datagram->protocol = fragment->protocol;
        datagram->ip_frame = header.frame;
        datagram->ip_offset = header.offset;
    }
    if (!sort_in(fragments, datagram, &fresh)) {
        forget(fragments, datagram);
        return MS_END_FRAGMENT;
    }
    if (datagram->total > 0 && datagram->covered == datagram->total)
        return put_together(fragments, datagram, walk);
    make_room(fragments, walk->frame->time_ns, datagram);
    return MS_END_FRAGMENT;
}
