/* SPDX-License-Identifier: GPL-2.0-or-later
 * base64.c - the lesson's table of base64, one for each group: a row has 24 columns, one for each
 * bit, so that octets of 8 stand above sextets of 6 (RFC 4648 4). */
#include "../base/codec.h"
#include "../base/escape.h"
#include "../front/heading.h"
#include "parts.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum {
    MOST_FACTS = 6, /* credentials drawn of one session */
    MOST_TRIED = 64 /* and looked at: looking costs as much as the session has lines */
};

/* Three octets and their four characters; fewer in the last group. */
typedef struct {
    const uint8_t *octet;
    size_t octets; /* 1-3 */
    const uint8_t *character;
    size_t characters; /* of the alphabet: 2-4 */
    uint32_t bits;     /* 24, those behind the octets are 0 */
} Group;

static void begin_row(MsBuffer *out, const char *name)
{
    ms_buffer_printf(out, "<tr><th scope=\"row\">%s</th>", name);
}

/* What follows the cells of the last group up to 24 columns. */
static void end_row(MsBuffer *out, size_t bits)
{
    if (bits < 24)
        ms_buffer_printf(out, "<td colspan=\"%zu\" class=\"none\"></td>", 24 - bits);
    ms_buffer_text(out, "</tr>\n");
}

/* Characters of the source; one of several octets goes over their cells, also into the next group,
 * where it is written again. */
static void put_characters(MsBuffer *out, const Group *group, const MsBuffer *data)
{
    size_t from = (size_t)(group->octet - data->data);
    size_t start = from; /* of the character that octet belongs to */
    for (unsigned back = 1; back < 4 && back <= from; back++) {
        if (ms_utf8_length(data->data + from - back, data->length - from + back) > back)
            start = from - back;
    }
    begin_row(out, "Character");
    for (size_t at = from; at < from + group->octets;) {
        size_t bytes = MAX(ms_utf8_length(data->data + start, data->length - start), 1);
        size_t end = MIN(start + bytes, from + group->octets);
        ms_buffer_printf(out, "<td colspan=\"%zu\" class=\"ch\">", 8 * (end - at));
        if (bytes == 1 && data->data[start] == ' ')
            ms_buffer_text(out, "space");
        else if (bytes == 1 && data->data[start] == 0)
            ms_buffer_text(out, "NUL");
        else
            ms_html_line(out, data->data + start, bytes);
        ms_buffer_text(out, "</td>");
        at = end;
        start = end;
    }
    end_row(out, 8 * group->octets);
}

static void put_bits(MsBuffer *out, const char *name, uint32_t bits, size_t count, size_t size,
                     size_t used)
{
    begin_row(out, name);
    for (size_t i = 0; i < count; i++)
        ms_buffer_printf(out, "<td class=\"bit%s%s%s\">%u</td>", i % size == 0 ? " first" : "",
                         i + 1 == count ? " last" : "", i >= used ? " added" : "",
                         bits >> (23 - i) & 1);
    end_row(out, count);
}

static void put_group(MsBuffer *out, const Group *group, const MsBuffer *data)
{
    ms_buffer_text(out, "<table><caption>");
    ms_buffer_append(out, group->character, group->characters);
    ms_buffer_printf(out, "%.*s</caption><tbody>\n", (int)(4 - group->characters), "==");
    put_characters(out, group, data);
    begin_row(out, "Octet");
    for (size_t i = 0; i < group->octets; i++)
        ms_buffer_printf(out, "<td colspan=\"8\">%u <span class=\"d\">0x%02x</span></td>",
                         group->octet[i], group->octet[i]);
    end_row(out, 8 * group->octets);
    put_bits(out, "Bits", group->bits, 8 * group->octets, 8, 8 * group->octets);
    put_bits(out, "Sextets", group->bits, 6 * group->characters, 6, 8 * group->octets);
    begin_row(out, "Index");
    for (size_t i = 0; i < 4; i++) {
        if (i < group->characters)
            ms_buffer_printf(out, "<td colspan=\"6\">%u</td>", group->bits >> (18 - 6 * i) & 63);
        else
            ms_buffer_text(out, "<td colspan=\"6\" class=\"d\">padding</td>");
    }
    ms_buffer_text(out, "</tr>\n");
    begin_row(out, "Encoded");
    for (size_t i = 0; i < 4; i++)
        ms_buffer_printf(out, "<td colspan=\"6\" class=\"en\">%c</td>",
                         i < group->characters ? (char)group->character[i] : '=');
    ms_buffer_text(out, "</tr>\n</tbody></table>\n");
}

/* The tables of a text that decodes to `data`, one for each group; `most`: groups drawn. */
static void put_table(MsPage *page, const MsFact *fact, const MsBuffer *data, size_t most)
{
    const uint8_t *text = (const uint8_t *)fact->text;
    size_t groups = (data->length + 2) / 3;
    ms_buffer_text(page->out, "<div class=\"base64\"><p>");
    ms_html_plain(page->out, text, fact->text_length);
    ms_buffer_text(page->out, " stands for <b>");
    ms_html_line(page->out, data->data, data->length);
    ms_buffer_text(page->out, "</b></p>\n<div class=\"groups\">\n");
    for (size_t i = 0; i < MIN(groups, most); i++) {
        Group group = {.octet = data->data + 3 * i,
                       .octets = MIN(data->length - 3 * i, 3),
                       .character = text + 4 * i};
        group.characters = group.octets + 1;
        for (size_t k = 0; k < group.characters; k++) {
            const char *place = memchr(alphabet, group.character[k], 64);
            group.bits |= (uint32_t)(place ? place - alphabet : 0) << (18 - 6 * k);
        }
        put_group(page->out, &group, data);
    }
    ms_buffer_text(page->out, "</div></div>\n");
    if (groups > most) {
        ms_buffer_text(page->out, "<p class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, groups - most, "more group");
        ms_buffer_text(page->out, " of 4 characters (limit report-groups)</p>\n");
    }
}

/* Whether the text stands in IMAP's command LOGIN, where nothing is in base64 (RFC 9051 6.2.3). */
static bool in_login_command(const MsRecord *record, const MsFact *fact)
{
    size_t count;
    const MsLine *lines = ms_record_lines(record, &count);
    for (size_t i = 0; i < count && fact->n_ranges > 0; i++) {
        const MsLine *line = &lines[i];
        const char *blank =
            line->text_length > 0 ? memchr(line->text, ' ', line->text_length) : NULL;
        size_t left = blank ? line->text_length - (size_t)(blank + 1 - line->text) : 0;
        if (left < 6 || g_ascii_strncasecmp(blank + 1, "LOGIN ", 6) != 0)
            continue;
        for (uint32_t k = 0; k < line->n_ranges; k++) {
            const MsRange *place = &line->ranges[k];
            if (place->frame == fact->ranges[0].frame && place->file == fact->ranges[0].file &&
                fact->ranges[0].offset - place->offset < place->length)
                return true;
        }
    }
    return false;
}

/* Decodes it; false when it is not sent in base64, but as a field of a form or of JSON, say. */
static bool decode(const MsRecord *record, const MsIndex *index, const MsFact *fact, MsBuffer *data)
{
    const MsFact *mechanism = ms_index_first(index, MS_FIELD_AUTH_MECHANISM, -1, fact->item);
    data->length = 0;
    return !ms_fact_is(mechanism, "FORM") && !ms_fact_is(mechanism, "JSON") &&
           !in_login_command(record, fact) &&
           ms_base64_decode((const uint8_t *)fact->text, fact->text_length, data, NULL) ==
               MS_BASE64_OK &&
           data->length > 0;
}

void ms_base64_drawings(MsPage *page, const MsRecord *record, const MsIndex *index)
{
    size_t all;
    const MsFact *const *facts = ms_index_field(index, MS_FIELD_AUTH_ENCODED, &all);
    const MsFact *drawn[MOST_FACTS];
    size_t count = 0;
    MsBuffer data = {0};
    size_t tried = 0;
    for (; tried < MIN(all, MOST_TRIED) && count < MOST_FACTS; tried++) {
        if (decode(record, index, facts[tried], &data))
            drawn[count++] = facts[tried];
    }
    if (count == 0) {
        ms_buffer_clear(&data);
        return;
    }
    ms_buffer_text(page->out, "<section class=\"b64\"><h3>The login in Base64</h3>\n");
    if (page->redactor)
        ms_buffer_text(page->out, "<p>Not drawn: secrets are masked on this page.</p>\n");
    for (size_t i = 0; !page->redactor && i < count; i++) {
        decode(record, index, drawn[i], &data);
        put_table(page, drawn[i], &data, (size_t)page->limits->value[MS_LIMIT_REPORT_BASE64]);
    }
    ms_buffer_clear(&data);
    if (tried < all) {
        ms_buffer_text(page->out, "<p class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, all - tried, "more line");
        ms_buffer_text(page->out, " of logins are not drawn</p>\n");
    }
    ms_buffer_text(page->out,
                   "<p>Each 3 octets, 24 bits, are cut into 4 sextets of 6 bits; a sextet is the "
                   "index of a character in A\xe2\x80\x93Z a\xe2\x80\x93z 0\xe2\x80\x93"
                   "9 + / "
                   "(RFC 4648, section 4). Anyone can read it: it is an encoding, not encryption "
                   "(section 12).</p></section>\n");
}
