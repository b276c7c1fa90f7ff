/* SPDX-License-Identifier: GPL-2.0-or-later
 * terms.c - the tables of explained words as data. */
#include "terms.h"

static const MsTerm terms[] = {
#define MS_TERM(kind, names, rfc, keywords, text) {MS_TERM_##kind, names, rfc, keywords, text},
/* Shown in this order. */
/* clang-format off */
#include "terms-smtp.def"
#include "terms-pop3.def"
#include "terms-imap.def"
#include "terms-sasl.def"
#include "terms-mail.def"
/* clang-format on */
#undef MS_TERM
};

const MsTerm *ms_terms(size_t *count)
{
    *count = sizeof terms / sizeof terms[0];
    return terms;
}

const char *ms_term_kind_words(MsTermKind kind)
{
    static const char *const words[MS_N_TERM_KINDS] = {
#define KIND(id, words) words,
        MS_TERM_KINDS(KIND)
#undef KIND
    };
    return words[kind];
}
