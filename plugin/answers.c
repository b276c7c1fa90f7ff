/* SPDX-License-Identifier: GPL-2.0-or-later
 * answers.c - the session is put together again from the store, the lab writes its page, and the
 * page becomes a tree: a question is a line that begins with its number; what a line cites stands
 * behind an "@" in our own words. Answers of one session are kept, as its frames are clicked on one
 * after the other. */
#include "answers.h"

#include "fields.h"
#include "lab/answer.h"
#include "state.h"
#include "words.h"

#include <string.h>

enum { MOST_CITED = 64, CITE_INDENT = 3 };

/* The page of one session. */
static struct {
    MsBuffer page;
    uint32_t session;
    bool secrets; /* as they were shown */
} kept;

void ms_answers_reset(void)
{
    ms_buffer_clear(&kept.page);
}

static MsRecord *record_of(uint32_t number, const MsStoreSession *session)
{
    MsRecord *record = ms_record_new(number, &ms_state.limits);
    for (const MsEntry *entry = session->first; entry; entry = entry->next) {
        switch ((MsEntryKind)entry->kind) {
        case MS_ENTRY_FACT:
            ms_record_add_fact(record, &entry->as.fact);
            break;
        case MS_ENTRY_LINE:
            ms_record_add_line(record, &entry->as.line);
            break;
        case MS_ENTRY_ODDITY:
            ms_record_add_oddity(record, &entry->as.oddity);
            break;
        case MS_ENTRY_MESSAGE:
            ms_record_add_message(record, entry->as.message);
            break;
        }
    }
    return record;
}

static void write_page(uint32_t number, const MsStoreSession *session)
{
    bool secrets = ms_state.preferences.show_secrets;
    if (kept.page.length > 0 && kept.session == number && kept.secrets == secrets)
        return;
    ms_buffer_clear(&kept.page);
    kept.session = number;
    kept.secrets = secrets;
    static const char *const files[] = {"this capture"};
    const MsOrigins origins = {.files = files, .n_files = 1};
    const MsStyle style = {.redact = !secrets};
    g_autoptr(MsRecord) record = record_of(number, session);
    ms_answer_session(&kept.page, record, &origins, &style, secrets ? NULL : ms_state.redactor);
}

/* The frames that a line cites behind its last "@ frame": "frame 3, bytes 26-29", "frames 4, 6-9
 * (...)". A link for each; of a run the first and the last. */
static void add_links(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const char *line)
{
    const char *at = g_strrstr(line, "@ frame");
    unsigned count = 0;
    while (at && count < MOST_CITED) {
        const char *word = at;
        while (*word && !g_ascii_isdigit(*word))
            word++;
        for (bool more = true; more && g_ascii_isdigit(*word) && count < MOST_CITED; count++) {
            char *end = NULL;
            guint64 frame = g_ascii_strtoull(word, &end, 10);
            if (frame > 0 && frame <= UINT32_MAX && frame != pinfo->num)
                proto_item_set_generated(proto_tree_add_uint(tree, ms_fields_own(MS_HF_CITED), tvb,
                                                             0, 0, (uint32_t)frame));
            word = *end == '-' ? end + 1 : end;
            more = *end == '-' || (end[0] == ',' && end[1] == ' ' && g_ascii_isdigit(end[2]));
            if (more && *end == ',')
                word = end + 2;
        }
        at = strstr(word, "; frame");
    }
}

static proto_item *add_line(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const char *line,
                            MsSubtree subtree)
{
    proto_item *item = proto_tree_add_string_format(tree, ms_fields_own(MS_HF_ANSWER), tvb, 0, 0,
                                                    line, "%s", line);
    if (strstr(line, "@ frame"))
        add_links(tvb, pinfo, proto_item_add_subtree(item, ms_fields_ett(subtree)), line);
    return item;
}

void ms_answers_draw(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, uint32_t number)
{
    const MsStoreSession *session = ms_store_session(ms_state.store, number);
    bool seen = PTREE_DATA(tree)->visible ||
                proto_field_is_referenced(tree, ms_fields_own(MS_HF_ANSWER)) ||
                proto_field_is_referenced(tree, ms_fields_own(MS_HF_CITED));
    if (!session || !session->over || !seen)
        return;
    write_page(number, session);
    proto_item *item = proto_tree_add_item(tree, ms_fields_own(MS_HF_ANSWERS), tvb, 0, 0, ENC_NA);
    proto_item_set_generated(item);
    proto_tree *answers = proto_item_add_subtree(item, ms_fields_ett(MS_ETT_ANSWERS));
    proto_tree *question = answers;
    const char *page = (const char *)kept.page.data;
    const char *end = page + kept.page.length;
    bool first = true; /* the heading, which the session's own item is already */
    for (const char *at = page; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = stop ? (size_t)(stop - at) : (size_t)(end - at);
        const char *line = ms_words_text(pinfo->pool, at, length);
        at += length + 1;
        bool asks = g_ascii_isdigit(*line);
        if (asks) {
            item = add_line(tvb, pinfo, answers, line, MS_ETT_ANSWER);
            question = proto_item_add_subtree(item, ms_fields_ett(MS_ETT_ANSWERS));
            first = false;
        } else if (!first && *line) {
            add_line(tvb, pinfo, question,
                     strspn(line, " ") >= CITE_INDENT ? line + CITE_INDENT : line, MS_ETT_ANSWER);
        }
    }
}
