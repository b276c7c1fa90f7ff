/* SPDX-License-Identifier: GPL-2.0-or-later
 * column.c - a few facts behind Wireshark's own words: " | user erin@example.com". */
#include "column.h"

#include "state.h"
#include "words.h"

#include <epan/column-utils.h>

static const struct {
    MsFieldId field;
    const char *words;
} shown[] = {{MS_FIELD_AUTH_USERNAME, "user"},
             {MS_FIELD_AUTH_PASSWORD, "password"},
             {MS_FIELD_AUTH_OUTCOME, "login:"},
             {MS_FIELD_MESSAGE_SUBJECT, "subject:"},
             {MS_FIELD_MESSAGE_OUTCOME, "mail:"}};

static void add(const MsEntry *entry, void *user_data)
{
    packet_info *pinfo = user_data;
    if (entry->home != pinfo->num || !ms_state_wants(entry->session))
        return;
    if (entry->kind == MS_ENTRY_ODDITY)
        col_append_fstr(pinfo->cinfo, COL_INFO, " | %s", ms_oddity_name(entry->as.oddity.kind));
    for (size_t i = 0; entry->kind == MS_ENTRY_FACT && i < G_N_ELEMENTS(shown); i++)
        if (entry->as.fact.field == shown[i].field)
            col_append_fstr(pinfo->cinfo, COL_INFO, " | %s %s", shown[i].words,
                            ms_words_fact(pinfo->pool, &entry->as.fact));
}

void ms_column_add(packet_info *pinfo)
{
    if (ms_state.preferences.info_column && col_get_writable(pinfo->cinfo, COL_INFO))
        ms_store_frame(ms_state.store, pinfo->num, add, pinfo);
}
