/* SPDX-License-Identifier: GPL-2.0-or-later
 * trait.c - see trait.h: the kinds, and a sketch of each of them. */
#include "trait.h"

#include <string.h>

#define MOST_TEXT 120 /* bytes of a text */

static const MsTraitRow rows[MS_N_TRAITS] = {
    [MS_TRAIT_FILE] = {"file", "the same file, byte by byte", 100, 1, false, 64},
    [MS_TRAIT_FLOW] = {"flow", "connections with the same initial sequence numbers of both sides",
                       100, 1, false, 128},
    [MS_TRAIT_SEGMENT] = {"segment", "segments with the same sequence and acknowledgment numbers",
                          30, 4, false, 64},
    [MS_TRAIT_CLOCK] = {"clock", "segments with the same TCP timestamps of both sides", 30, 4,
                        false, 64},
    [MS_TRAIT_TIMING] = {"timing", "six times between packets in a row, to the microsecond", 40, 3,
                         false, 64},
    [MS_TRAIT_IDS] = {"ids", "connections with the same client port and first IP identifications",
                      50, 1, false, 64},
    [MS_TRAIT_SECRETS] = {"secrets", "the same secrets of TLS in the file", 100, 1, false, 16},
    [MS_TRAIT_QUEUE] = {"queue-id", "mails that the server queued under the same id", 50, 1, true,
                        64},
    [MS_TRAIT_MESSAGE] = {"message-id", "mails sent with the same Message-ID", 50, 1, true, 64},
    [MS_TRAIT_COMMENT] = {"comment", "the same comment in the file", 50, 1, true, 32},
    [MS_TRAIT_MAC] = {"mac", "the same MAC address", 0, 0, false, 16},
    [MS_TRAIT_ADDRESS] = {"address", "the same address of the client", 0, 0, false, 16},
    [MS_TRAIT_MACHINE] = {"machine", "the same machine or program, as the file says", 0, 0, false,
                          16},
    [MS_TRAIT_NAMES] = {"names", "the same list of host names in the file", 0, 0, false, 16},
};

struct MsTraits {
    GArray *kind[MS_N_TRAITS]; /* of MsTrait */
};

const MsTraitRow *ms_trait_row(MsTraitKind kind)
{
    return &rows[kind];
}

uint64_t ms_trait_hash(const void *data, size_t length)
{
    const uint8_t *bytes = data;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}

static void clear_trait(void *data)
{
    MsTrait *trait = data;
    g_clear_pointer(&trait->text, g_free);
}

MsTraits *ms_traits_new(void)
{
    MsTraits *traits = g_new0(MsTraits, 1);
    for (size_t i = 0; i < MS_N_TRAITS; i++) {
        traits->kind[i] = g_array_new(FALSE, FALSE, sizeof(MsTrait));
        g_array_set_clear_func(traits->kind[i], clear_trait);
    }
    return traits;
}

void ms_traits_free(MsTraits *traits)
{
    if (!traits)
        return;
    for (size_t i = 0; i < MS_N_TRAITS; i++)
        g_array_unref(traits->kind[i]);
    g_free(traits);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const MsTrait *x = a;
    const MsTrait *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* Sorts, takes values that are there twice away, and all beyond the smallest ones. */
static void settle(GArray *list, unsigned most)
{
    g_array_sort(list, compare);
    guint kept = 0;
    for (guint i = 0; i < list->len; i++) {
        MsTrait *trait = &g_array_index(list, MsTrait, i);
        if (kept < most &&
            (kept == 0 || trait->value != g_array_index(list, MsTrait, kept - 1).value)) {
            MsTrait *place = &g_array_index(list, MsTrait, kept++);
            MsTrait other = *place;
            *place = *trait;
            *trait = other;
        }
    }
    g_array_set_size(list, kept);
}

void ms_traits_add(MsTraits *traits, MsTraitKind kind, uint16_t file, uint32_t frame,
                   const void *data, size_t length, const char *text, size_t text_length)
{
    GArray *list = traits->kind[kind];
    MsTrait trait = {ms_trait_hash(data, length), frame, file, (uint8_t)kind, NULL};
    if (text) {
        g_autofree char *part = g_strndup(text, MIN(text_length, MOST_TEXT));
        trait.text = g_utf8_make_valid(part, -1);
    }
    g_array_append_val(list, trait);
    if (list->len >= 4 * rows[kind].most)
        settle(list, rows[kind].most);
}

json_t *ms_traits_json(MsTraits *traits)
{
    json_t *out = json_array();
    for (size_t k = 0; k < MS_N_TRAITS; k++) {
        GArray *list = traits->kind[k];
        settle(list, rows[k].most);
        for (guint i = 0; i < list->len; i++) {
            const MsTrait *trait = &g_array_index(list, MsTrait, i);
            char value[17];
            g_snprintf(value, sizeof value, "%016" G_GINT64_MODIFIER "x", (guint64)trait->value);
            json_t *row = json_pack("[s, s, i, I]", rows[k].name, value, (int)trait->file,
                                    (json_int_t)trait->frame);
            if (trait->text)
                json_array_append_new(row, json_string(trait->text));
            json_array_append_new(out, row);
        }
    }
    return out;
}

static bool parse_one(const json_t *row, MsTrait *trait)
{
    const char *name = json_string_value(json_array_get(row, 0));
    const char *value = json_string_value(json_array_get(row, 1));
    const char *text = json_string_value(json_array_get(row, 4));
    size_t kind = 0;
    while (name && kind < MS_N_TRAITS && strcmp(rows[kind].name, name) != 0)
        kind++;
    if (!name || !value || kind == MS_N_TRAITS)
        return false;
    *trait = (MsTrait){.value = g_ascii_strtoull(value, NULL, 16),
                       .frame = (uint32_t)json_integer_value(json_array_get(row, 3)),
                       .file = (uint16_t)json_integer_value(json_array_get(row, 2)),
                       .kind = (uint8_t)kind,
                       .text = g_strdup(text)};
    return true;
}

void ms_traits_parse(const json_t *list, GArray *traits)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        MsTrait trait;
        if (parse_one(json_array_get(list, i), &trait))
            g_array_append_val(traits, trait);
    }
}
