/* SPDX-License-Identifier: GPL-2.0-or-later
 * store.c - entries in an arena, hung up twice: in their session, and in each frame they concern.
 */
#include "store.h"

#include "arena.h"

#include <string.h>

enum { PAGE = 64 }; /* frames whose slots are allocated at once */

typedef struct Link {
    const MsEntry *entry;
    struct Link *next;
} Link;

/* What belongs to a frame. */
typedef struct {
    Link *first, *last;
} Slot;

struct MsStore {
    MsArena arena;
    uint64_t cap;
    uint64_t kept; /* bytes that messages hold */
    uint64_t omitted;
    uint32_t frame;
    GPtrArray *pages;    /* arrays of PAGE slots, by frame number; NULL: empty */
    GPtrArray *sessions; /* MsStoreSession */
    GPtrArray *messages; /* MsMessage */
};

static void unref_message(gpointer message)
{
    ms_message_unref(message);
}

MsStore *ms_store_new(uint64_t cap)
{
    MsStore *store = g_new0(MsStore, 1);
    store->cap = cap;
    store->pages = g_ptr_array_new();
    store->sessions = g_ptr_array_new();
    store->messages = g_ptr_array_new_with_free_func(unref_message);
    return store;
}

void ms_store_free(MsStore *store)
{
    if (!store)
        return;
    g_ptr_array_unref(store->pages);
    g_ptr_array_unref(store->sessions);
    g_ptr_array_unref(store->messages);
    ms_arena_clear(&store->arena);
    g_free(store);
}

void ms_store_at(MsStore *store, uint32_t frame)
{
    store->frame = frame;
}

static MsStoreSession *session_of(MsStore *store, uint32_t number)
{
    while (store->sessions->len <= number) {
        MsStoreSession *session = ms_arena_alloc(&store->arena, sizeof *session);
        *session = (MsStoreSession){0};
        g_ptr_array_add(store->sessions, session);
    }
    return g_ptr_array_index(store->sessions, number);
}

/* NULL when nothing was ever hung up near that frame. */
static Slot *slot_of(const MsStore *store, uint32_t frame)
{
    uint32_t page = frame / PAGE;
    Slot *slots = page < store->pages->len ? g_ptr_array_index(store->pages, page) : NULL;
    return slots ? &slots[frame % PAGE] : NULL;
}

static Slot *slot_made(MsStore *store, uint32_t frame)
{
    uint32_t page = frame / PAGE;
    if (page >= store->pages->len)
        g_ptr_array_set_size(store->pages, (gint)page + 1);
    if (!g_ptr_array_index(store->pages, page)) {
        Slot *slots = ms_arena_alloc(&store->arena, PAGE * sizeof *slots);
        memset(slots, 0, PAGE * sizeof *slots);
        g_ptr_array_index(store->pages, page) = slots;
    }
    return slot_of(store, frame);
}

/* Hangs the entry up in a frame, unless it is the last thing there: then it is there already. */
static void link_frame(MsStore *store, MsStoreSession *session, uint32_t frame,
                       const MsEntry *entry)
{
    if (frame == 0)
        return;
    if (session->first_frame == 0 || frame < session->first_frame)
        session->first_frame = frame;
    session->last_frame = MAX(session->last_frame, frame);
    Slot *slot = slot_made(store, frame);
    if (slot->last && slot->last->entry == entry)
        return;
    Link *link = ms_arena_alloc(&store->arena, sizeof *link);
    *link = (Link){.entry = entry};
    if (slot->last)
        slot->last->next = link;
    else
        slot->first = link;
    slot->last = link;
}

/* Puts the entry behind all others of its session. */
static MsStoreSession *hang_up(MsStore *store, MsEntry *entry)
{
    MsStoreSession *session = session_of(store, entry->session);
    if (session->last)
        session->last->next = entry;
    else
        session->first = entry;
    session->last = entry;
    return session;
}

/* Hangs the entry up in the frame with which it became known, and in those of its ranges. What is
 * said when the capture ended and has no bytes of its own belongs to the session's last frame. */
static void link_all(MsStore *store, MsStoreSession *session, MsEntry *entry, const MsRange *ranges,
                     uint32_t n_ranges)
{
    entry->home = entry->frame;
    if (entry->home == 0)
        entry->home = n_ranges > 0 ? ranges[0].frame : session->last_frame;
    for (uint32_t i = 0; i < n_ranges; i++) {
        entry->decrypted |= ranges[i].source == MS_SOURCE_DECRYPTED;
        link_frame(store, session, ranges[i].frame, entry);
        session->last_bytes = MAX(session->last_bytes, ranges[i].frame);
    }
    session->decrypted |= entry->decrypted;
    link_frame(store, session, entry->home, entry);
}

/* An entry with only its part of `as`. */
static MsEntry *entry_made(MsStore *store, uint32_t session, MsEntryKind kind)
{
    static const size_t parts[] = {[MS_ENTRY_FACT] = sizeof(MsFact),
                                   [MS_ENTRY_LINE] = sizeof(MsLine),
                                   [MS_ENTRY_ODDITY] = sizeof(MsOddity),
                                   [MS_ENTRY_MESSAGE] = sizeof(MsMessage *)};
    MsEntry *entry = ms_arena_alloc(&store->arena, offsetof(MsEntry, as) + parts[kind]);
    memset(entry, 0, offsetof(MsEntry, as));
    entry->kind = (uint8_t)kind;
    entry->session = session;
    entry->frame = store->frame;
    return entry;
}

/* The last thing said. */
static void say_full(MsStore *store, uint32_t number)
{
    static const char words[] = "more memory would be needed for facts than the preferences allow";
    MsEntry *entry = entry_made(store, number, MS_ENTRY_ODDITY);
    entry->as.oddity = (MsOddity){
        .kind = MS_ODDITY_LIMIT, .message = -1, .detail = words, .detail_length = sizeof words - 1};
    link_all(store, hang_up(store, entry), entry, NULL, 0);
}

/* Makes an entry; NULL when the store is full. */
static MsEntry *entry_new(MsStore *store, uint32_t session, MsEntryKind kind)
{
    if (store->arena.total + store->kept >= store->cap) {
        if (store->omitted++ == 0)
            say_full(store, session);
        return NULL;
    }
    return entry_made(store, session, kind);
}

static const MsRange *copy_ranges(MsStore *store, const MsRange *ranges, uint32_t count)
{
    return ms_arena_copy(&store->arena, ranges, count * sizeof *ranges);
}

/* Where the last fact of a field is kept in its session; -1: nowhere. */
static int place_of(unsigned field)
{
    switch (field) {
    case MS_FIELD_SESSION_CLIENT:
        return 0;
    case MS_FIELD_SESSION_CLIENT_PORT:
        return 1;
    case MS_FIELD_SESSION_SERVER:
        return 2;
    case MS_FIELD_SESSION_SERVER_PORT:
        return 3;
    case MS_FIELD_SESSION_PROTOCOL:
        return 4;
    case MS_FIELD_SESSION_LAST:
        return 5;
    case MS_FIELD_SESSION_END:
        return 6;
    case MS_FIELD_AUTH_USERNAME:
        return 7;
    case MS_FIELD_AUTH_OUTCOME:
        return MS_STORE_VALUES - 1;
    default:
        return -1;
    }
}

const MsFact *ms_store_value(const MsStoreSession *session, MsFieldId field)
{
    int place = place_of(field);
    g_assert(place >= 0);
    return session->value[place];
}

void ms_store_add_fact(MsStore *store, uint32_t number, const MsFact *fact)
{
    MsEntry *entry = entry_new(store, number, MS_ENTRY_FACT);
    if (!entry)
        return;
    entry->as.fact = *fact;
    entry->as.fact.text = ms_arena_copy(&store->arena, fact->text, fact->text_length);
    entry->as.fact.ranges = copy_ranges(store, fact->ranges, fact->n_ranges);
    MsStoreSession *session = hang_up(store, entry);
    link_all(store, session, entry, entry->as.fact.ranges, fact->n_ranges);
    int place = place_of(fact->field);
    if (place >= 0)
        session->value[place] = &entry->as.fact;
    if (fact->field == MS_FIELD_MESSAGE_SIZE) {
        session->messages++;
        session->message_bytes += (uint64_t)fact->number;
    }
    if (fact->field == MS_FIELD_AUTH_MECHANISM)
        session->logins++;
    if (fact->field == MS_FIELD_SESSION_LAST)
        session->over = true;
}

void ms_store_add_line(MsStore *store, uint32_t number, const MsLine *line)
{
    MsEntry *entry = entry_new(store, number, MS_ENTRY_LINE);
    if (!entry)
        return;
    entry->as.line = *line;
    entry->as.line.text = ms_arena_copy(&store->arena, line->text, line->text_length);
    entry->as.line.note = ms_arena_copy(&store->arena, line->note, line->note_length);
    entry->as.line.ranges = copy_ranges(store, line->ranges, line->n_ranges);
    hang_up(store, entry);
}

void ms_store_add_oddity(MsStore *store, uint32_t number, const MsOddity *oddity)
{
    MsEntry *entry = entry_new(store, number, MS_ENTRY_ODDITY);
    if (!entry)
        return;
    entry->as.oddity = *oddity;
    entry->as.oddity.detail = ms_arena_copy(&store->arena, oddity->detail, oddity->detail_length);
    entry->as.oddity.ranges = copy_ranges(store, oddity->ranges, oddity->n_ranges);
    MsStoreSession *session = hang_up(store, entry);
    link_all(store, session, entry, entry->as.oddity.ranges, oddity->n_ranges);
}

void ms_store_add_message(MsStore *store, uint32_t number, MsMessage *message)
{
    MsEntry *entry = entry_new(store, number, MS_ENTRY_MESSAGE);
    if (!entry)
        return;
    entry->as.message = ms_message_ref(message);
    g_ptr_array_add(store->messages, message);
    store->kept += ms_message_memory(message);
    hang_up(store, entry);
}

uint32_t ms_store_sessions(const MsStore *store)
{
    return store->sessions->len;
}

const MsStoreSession *ms_store_session(const MsStore *store, uint32_t number)
{
    return number < store->sessions->len ? g_ptr_array_index(store->sessions, number) : NULL;
}

bool ms_store_frame(const MsStore *store, uint32_t frame, MsStoreFunc func, void *user_data)
{
    const Slot *slot = slot_of(store, frame);
    if (!slot || !slot->first)
        return false;
    for (const Link *link = slot->first; link; link = link->next)
        func(link->entry, user_data);
    return true;
}

uint64_t ms_store_omitted(const MsStore *store)
{
    return store->omitted;
}
