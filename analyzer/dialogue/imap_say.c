/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_say.c - what the IMAP parser says by rules of its own: where, which names, each once. */
#include "../base/find.h"
#include "imap.h"
#include "imap_utf7.h"

#include <glib.h>

#include <string.h>

void ms_imap_place(MsDialogue *imap, MsRanges *ranges, const MsBytes *bytes, size_t offset,
                   size_t length)
{
    ms_ranges_reset(ranges);
    ms_ranges_add(ranges, bytes, offset, length, ms_speak_cap(&imap->say));
    if (ranges->n_ranges == 0) { /* an empty value still has its time */
        const MsPiece *piece = ms_bytes_piece(bytes, offset);
        ranges->time_ns = piece ? piece->time_ns : 0;
    }
}

void ms_imap_say_name(MsDialogue *imap, MsDirection direction, const MsRanges *where,
                      const uint8_t *name, size_t length)
{
    MsBuffer text = {0};
    if (ms_find_byte(name, '&', length) && ms_imap_utf7(name, length, &text) &&
        ms_imap_is_new(imap, MS_FIELD_IMAP_FOLDER_NAME, text.data, text.length))
        ms_speak_text(&imap->say, MS_FIELD_IMAP_FOLDER_NAME, direction, -1, -1, where, text.data,
                      text.length);
    ms_buffer_clear(&text);
}

bool ms_imap_is_new(MsDialogue *imap, MsFieldId field, const uint8_t *text, size_t length)
{
    enum { MOST = 4096 };
    uint32_t value = 2166136261u ^ (uint32_t)field; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        value = (value ^ text[i]) * 16777619u;
    for (uint32_t i = 0; i < imap->n_known; i++)
        if (imap->known[i] == value)
            return false;
    if (imap->n_known == MOST)
        return false;
    if (imap->n_known % 16 == 0)
        imap->known = g_renew(uint32_t, imap->known, imap->n_known + 16);
    imap->known[imap->n_known++] = value;
    return true;
}

const uint8_t *ms_imap_value(MsDialogue *imap, const uint8_t *text, const MsImapToken *token,
                             size_t *length)
{
    *length = token->length;
    if (!token->escaped)
        return text + token->offset;
    imap->value.length = 0;
    for (size_t i = 0; i < token->length; i++) {
        if (text[token->offset + i] == '\\' && i + 1 < token->length)
            i++;
        ms_buffer_byte(&imap->value, text[token->offset + i]);
    }
    *length = imap->value.length;
    return imap->value.data;
}

void ms_imap_keep(MsDialogue *imap, MsBuffer *text, MsRanges *at, const MsBytes *bytes,
                  size_t offset, size_t length)
{
    text->length = 0;
    ms_buffer_append(text, bytes->data + offset, length);
    ms_imap_place(imap, at, bytes, offset, length);
}
