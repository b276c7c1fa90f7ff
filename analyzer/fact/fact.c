/* SPDX-License-Identifier: GPL-2.0-or-later
 * fact.c - names and words of the oddities. */
#include "fact.h"

static const struct {
    const char *name;
    const char *words;
} table[MS_N_ODDITIES] = {
#define MS_ODDITY(id, name, words) {name, words},
#include "oddity.def"
#undef MS_ODDITY
};

const char *ms_oddity_name(MsOddityKind kind)
{
    return table[kind].name;
}

const char *ms_oddity_words(MsOddityKind kind)
{
    return table[kind].words;
}
