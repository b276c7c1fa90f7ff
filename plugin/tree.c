/* SPDX-License-Identifier: GPL-2.0-or-later
 * tree.c - sessions, in them logins, messages and commands, in them facts: each with the decoded
 * value, its bytes in this frame, and links to the other frames. */
#include "tree.h"

#include "answers.h"
#include "expert.h"
#include "fields.h"
#include "state.h"
#include "words.h"

#include <epan/column-utils.h>

#include <arpa/inet.h>

/* A frame being drawn. */
typedef struct {
    tvbuff_t *tvb;
    packet_info *pinfo;
    proto_tree *all;     /* "Mailscope" */
    proto_tree *session; /* of session `number` */
    uint32_t number;     /* UINT32_MAX: none so far */
    proto_tree *group;   /* of the login, message, ... below */
    MsScope scope;
    int32_t message, item;
} Page;

/* A range in this frame, clipped to what is there; NULL tvb: it lies elsewhere. */
typedef struct {
    tvbuff_t *tvb;
    int offset, length;
} Place;

static Place place_of(const Page *page, const MsRange *range)
{
    if (range->frame != page->pinfo->num)
        return (Place){0};
    if (range->source == MS_SOURCE_DECRYPTED) {
        Place place = {.length = (int)range->length};
        place.tvb = ms_decrypter_place(ms_feed_decrypter(ms_state.feed), page->pinfo, range->offset,
                                       range->length, &place.offset);
        return place;
    }
    if (!tvb_bytes_exist(page->tvb, (int)range->offset, (int)range->length))
        return (Place){0};
    return (Place){page->tvb, (int)range->offset, (int)range->length};
}

/* The first range that lies in this frame; without one an empty place at its start. */
static Place first_place(const Page *page, const MsRange *ranges, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        Place place = place_of(page, &ranges[i]);
        if (place.tvb)
            return place;
    }
    return (Place){0};
}

static void add_range(const Page *page, proto_tree *tree, const MsRange *range)
{
    Place place = place_of(page, range);
    const char *text =
        wmem_strdup_printf(page->pinfo->pool, "%u:%u+%u%s", range->frame, range->offset,
                           range->length, range->source == MS_SOURCE_DECRYPTED ? "d" : "");
    proto_item *item =
        proto_tree_add_string(tree, ms_fields_own(MS_HF_RANGE), place.tvb ? place.tvb : page->tvb,
                              place.offset, place.length, text);
    if (!place.tvb)
        proto_item_set_generated(item);
}

/* Ranges and the frames they lie in: all of them at home, elsewhere those of this frame. */
static void add_evidence(const Page *page, proto_tree *tree, const MsEntry *entry,
                         const MsRange *ranges, uint32_t count)
{
    uint32_t home = entry->home;
    uint32_t here = page->pinfo->num;
    uint32_t linked = here;
    for (uint32_t i = 0; i < count; i++) {
        if (home == here || ranges[i].frame == here)
            add_range(page, tree, &ranges[i]);
        if (home == here && ranges[i].frame != here && ranges[i].frame != linked) {
            linked = ranges[i].frame;
            proto_item_set_generated(
                proto_tree_add_uint(tree, ms_fields_own(MS_HF_FRAME), page->tvb, 0, 0, linked));
        }
    }
    if (home != here)
        proto_item_set_generated(
            proto_tree_add_uint(tree, ms_fields_own(MS_HF_LATER), page->tvb, 0, 0, home));
    if (entry->frame == 0)
        proto_item_set_generated(
            proto_tree_add_boolean(tree, ms_fields_own(MS_HF_AT_END), page->tvb, 0, 0, true));
    if (entry->decrypted)
        proto_item_set_generated(
            proto_tree_add_boolean(tree, ms_fields_own(MS_HF_DECRYPTED), page->tvb, 0, 0, true));
}

static proto_item *add_value(const Page *page, proto_tree *tree, const MsFact *fact, Place place)
{
    int field = ms_fields_fact(fact);
    tvbuff_t *tvb = place.tvb ? place.tvb : page->tvb;
    const char *text = fact->text ? ms_words_fact(page->pinfo->pool, fact) : "";
    switch (ms_field((MsFieldId)fact->field)->type) {
    case MS_STRING:
        break;
    case MS_UINT:
        return proto_tree_add_uint64(tree, field, tvb, place.offset, place.length,
                                     (uint64_t)fact->number);
    case MS_BOOL:
        return proto_tree_add_boolean(tree, field, tvb, place.offset, place.length,
                                      fact->number != 0);
    case MS_TIME: {
        nstime_t time = {.secs = (time_t)(fact->number / 1000000000),
                         .nsecs = (int)(fact->number % 1000000000)};
        return proto_tree_add_time(tree, field, tvb, place.offset, place.length, &time);
    }
    case MS_ADDRESS:
        if (ms_words_is_ipv6(fact)) {
            ws_in6_addr address;
            if (inet_pton(AF_INET6, text, &address) == 1)
                return proto_tree_add_ipv6(tree, field, tvb, place.offset, place.length, &address);
        } else {
            uint32_t address = 0;
            inet_pton(AF_INET, text, &address);
            return proto_tree_add_ipv4(tree, field, tvb, place.offset, place.length, address);
        }
        break;
    case MS_BYTES:
        return proto_tree_add_bytes_with_length(tree, field, tvb, place.offset, place.length,
                                                (const guint8 *)fact->text, (int)fact->text_length);
    }
    return proto_tree_add_string(tree, field, tvb, place.offset, place.length, text);
}

static void draw_fact(const Page *page, const MsEntry *entry)
{
    const MsFact *fact = &entry->as.fact;
    Place place = first_place(page, fact->ranges, fact->n_ranges);
    proto_item *item = add_value(page, page->group, fact, place);
    if (!place.tvb)
        proto_item_set_generated(item);
    proto_tree *tree = proto_item_add_subtree(item, ms_fields_ett(MS_ETT_FACT));
    const char *meaning =
        ms_words_meaning(page->pinfo->pool, ms_store_session(ms_state.store, page->number), fact);
    if (meaning) {
        proto_item_append_text(item, ": %s", meaning);
        proto_item_set_generated(
            proto_tree_add_string(tree, ms_fields_own(MS_HF_MEANING), page->tvb, 0, 0, meaning));
    }
    add_evidence(page, tree, entry, fact->ranges, fact->n_ranges);
    if (entry->home == page->pinfo->num)
        ms_expert_fact(page->pinfo, item, entry);
}

static void draw_oddity(const Page *page, const MsEntry *entry)
{
    const MsOddity *oddity = &entry->as.oddity;
    Place place = first_place(page, oddity->ranges, oddity->n_ranges);
    proto_item *item = proto_tree_add_string(page->group, ms_fields_own(MS_HF_ODDITY),
                                             place.tvb ? place.tvb : page->tvb, place.offset,
                                             place.length, ms_oddity_name(oddity->kind));
    const char *detail = ms_words_text(page->pinfo->pool, oddity->detail, oddity->detail_length);
    proto_item_append_text(item, ": %s%s%s", ms_oddity_words(oddity->kind), *detail ? ": " : "",
                           detail);
    if (!place.tvb)
        proto_item_set_generated(item);
    proto_tree *tree = proto_item_add_subtree(item, ms_fields_ett(MS_ETT_FACT));
    add_evidence(page, tree, entry, oddity->ranges, oddity->n_ranges);
    if (entry->home == page->pinfo->num)
        ms_expert_oddity(page->pinfo, item, oddity);
}

static proto_tree *add_number(const Page *page, proto_tree *tree, MsOwnField field, int32_t number,
                              MsSubtree subtree)
{
    proto_item *item =
        proto_tree_add_uint(tree, ms_fields_own(field), page->tvb, 0, 0, (uint32_t)(number + 1));
    proto_item_set_generated(item);
    return proto_item_add_subtree(item, ms_fields_ett(subtree));
}

/* What stands below the facts of the session. */
static void close_session(const Page *page)
{
    if (page->number != UINT32_MAX)
        ms_answers_draw(page->tvb, page->pinfo, page->session, page->number);
}

static void open_session(Page *page, uint32_t number)
{
    if (page->number == number)
        return;
    close_session(page);
    page->number = number;
    page->session = add_number(page, page->all, MS_HF_SESSION, (int32_t)number, MS_ETT_SESSION);
    const MsStoreSession *session = ms_store_session(ms_state.store, number);
    if (session && PTREE_DATA(page->all)->visible)
        proto_item_append_text(proto_tree_get_parent(page->session), ": %s",
                               ms_words_session(page->pinfo->pool, session));
    page->group = page->session;
    page->scope = MS_SESSION;
}

/* Opens the subtree of what the fact or oddity belongs to. */
static void open_group(Page *page, MsScope scope, int32_t message, int32_t item)
{
    if (page->scope == scope && page->message == message && page->item == item)
        return;
    page->scope = scope;
    page->message = message;
    page->item = item;
    page->group = page->session;
    switch (scope) {
    case MS_EXCHANGE:
        page->group = add_number(page, page->session, MS_HF_EXCHANGE, item, MS_ETT_GROUP);
        break;
    case MS_ATTEMPT:
        page->group = add_number(page, page->session, MS_HF_ATTEMPT, item, MS_ETT_GROUP);
        break;
    case MS_MESSAGE:
    case MS_RECIPIENT:
    case MS_PART:
    case MS_HOP:
        page->group = add_number(page, page->session, MS_HF_MESSAGE, message, MS_ETT_GROUP);
        if (scope == MS_RECIPIENT)
            page->group = add_number(page, page->group, MS_HF_RECIPIENT, item, MS_ETT_GROUP);
        break;
    case MS_SESSION:
    case MS_N_SCOPES:
        break;
    }
}

static void draw_entry(const MsEntry *entry, void *user_data)
{
    Page *page = user_data;
    if (!ms_state_wants(entry->session))
        return;
    open_session(page, entry->session);
    if (entry->kind == MS_ENTRY_FACT) {
        const MsFact *fact = &entry->as.fact;
        open_group(page, ms_field((MsFieldId)fact->field)->scope, fact->message, fact->item);
        draw_fact(page, entry);
    } else {
        const MsOddity *oddity = &entry->as.oddity;
        open_group(page, oddity->message >= 0 ? MS_MESSAGE : MS_SESSION, oddity->message, -1);
        draw_oddity(page, entry);
    }
}

static void is_wanted(const MsEntry *entry, void *user_data)
{
    bool *any = user_data;
    *any |= ms_state_wants(entry->session);
}

/* Without a tree there is still expert information to collect. */
static void warn(const MsEntry *entry, void *user_data)
{
    packet_info *pinfo = user_data;
    if (!ms_state_wants(entry->session))
        return;
    bool fact = entry->kind == MS_ENTRY_FACT;
    if (entry->home != pinfo->num)
        return;
    if (fact)
        ms_expert_fact(pinfo, NULL, entry);
    else
        ms_expert_oddity(pinfo, NULL, &entry->as.oddity);
}

void ms_tree_draw(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    bool any = false;
    bool late = ms_order_is_late(ms_feed_order(ms_state.feed), pinfo->num);
    if (!proto_field_is_referenced(tree, ms_state.protocol)) { /* nobody looks */
        ms_store_frame(ms_state.store, pinfo->num, warn, pinfo);
        if (late)
            ms_expert_late(pinfo, NULL);
        return;
    }
    ms_store_frame(ms_state.store, pinfo->num, is_wanted, &any);
    if (!any && !late)
        return;
    proto_item *item = proto_tree_add_item(tree, ms_state.protocol, tvb, 0, 0, ENC_NA);
    Page page = {.tvb = tvb,
                 .pinfo = pinfo,
                 .all = proto_item_add_subtree(item, ms_fields_ett(MS_ETT_ALL)),
                 .number = UINT32_MAX};
    if (late)
        ms_expert_late(pinfo, item);
    ms_store_frame(ms_state.store, pinfo->num, draw_entry, &page);
    close_session(&page);
}
