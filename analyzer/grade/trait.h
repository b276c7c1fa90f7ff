/* SPDX-License-Identifier: GPL-2.0-or-later
 * trait.h - what a submission's captures have that another one can share: numbers drawn at random
 * by the machines that talked, and what says which machine it was. */
#pragma once

#include <glib.h>
#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    /* Two recordings have these in common only when one comes from the other, or when both saw the
     * same connection. */
    MS_TRAIT_FILE,
    MS_TRAIT_FLOW,
    MS_TRAIT_SEGMENT,
    MS_TRAIT_CLOCK,
    MS_TRAIT_TIMING,
    MS_TRAIT_IDS,
    MS_TRAIT_SECRETS,
    MS_TRAIT_QUEUE,
    MS_TRAIT_MESSAGE,
    MS_TRAIT_COMMENT,
    /* These say which machine it was: worth nothing by themselves. */
    MS_TRAIT_MAC,
    MS_TRAIT_ADDRESS,
    MS_TRAIT_MACHINE,
    MS_TRAIT_NAMES,
    MS_N_TRAITS
} MsTraitKind;

enum { MS_TRAIT_ENOUGH = 100 }; /* worth at which two submissions are put into one cluster */

typedef struct {
    const char *name;  /* as in JSON */
    const char *words; /* for people: what is shared */
    unsigned worth;    /* of MS_TRAIT_ENOUGH, for each value that two share; 0: which machine */
    unsigned counted;  /* values that count at most */
    bool few;          /* a model text may bring it: counts while few share it */
    unsigned most;     /* values kept of one submission */
} MsTraitRow;

/* Static storage. */
const MsTraitRow *ms_trait_row(MsTraitKind kind);

typedef struct {
    uint64_t value; /* what is compared */
    uint32_t frame; /* 1-based; 0: the file itself */
    uint16_t file;  /* 0-based among the captures of the submission */
    uint8_t kind;   /* MsTraitKind */
    char *text;     /* for people, UTF-8; NULL: says nothing to them */
} MsTrait;

/* The traits of one submission. Of each kind the `most` smallest values are kept, so that of two
 * submissions that share many the same ones are kept, also when one of them is a part of the other.
 */
typedef struct MsTraits MsTraits;

MsTraits *ms_traits_new(void);
void ms_traits_free(MsTraits *traits); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsTraits, ms_traits_free)

/* Adds one whose value is the hash of `data`. `text` may be NULL; made valid and short. */
void ms_traits_add(MsTraits *traits, MsTraitKind kind, uint16_t file, uint32_t frame,
                   const void *data, size_t length, const char *text, size_t text_length);

/* [[kind, "value", file, frame, "text"], ...]: the same bytes for the same traits. */
json_t *ms_traits_json(MsTraits *traits);

/* Appends to an array of MsTrait what ms_traits_json() gave; what it did not give is passed over.
 */
void ms_traits_parse(const json_t *list, GArray *traits);

/* 64 bits of anything (FNV-1a, mixed). Not for secrets. */
uint64_t ms_trait_hash(const void *data, size_t length);
