/* SPDX-License-Identifier: GPL-2.0-or-later
 * drawing.c - the table of the lesson: a bit is two columns wide, so that octets of 16 columns
 * stand above sextets of 12. A group is three octets and four characters. */
#include "drawing.h"

#include "../base/codec.h"
#include "../base/escape.h"
#include "pen.h"

#include <glib.h>

#include <string.h>

enum {
    LABEL = 12,     /* columns of the row's name */
    BIT = 2,        /* columns of a bit, its separator included */
    MOST_DRAWN = 8, /* groups drawn; more are listed */
    AROUND = 36     /* characters shown on each side of a bad one */
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three octets and the four characters they become; fewer in the last group. */
typedef struct {
    const uint8_t *octet;
    size_t octets;     /* 1-3; 0 when a lone character is left over */
    char character[4]; /* `=` for padding, NUL for none */
    size_t characters; /* of the alphabet: 1-4 */
    uint32_t bits;     /* the 24 bits of the sextets; unused ones are 0 */
} Group;

/* A character of the text, which may lie in two groups. */
typedef struct {
    const uint8_t *data;
    size_t length; /* octets of the data */
    size_t start, octets;
} Glyph;

static Glyph glyph_at(const uint8_t *data, size_t length, size_t start)
{
    size_t octets = start < length ? ms_utf8_length(data + start, length - start) : 1;
    return (Glyph){data, length, start, MAX(octets, 1)};
}

/* How a character is shown: never raw when it is a control character or no character at all. */
static void name_glyph(MsBuffer *out, const Glyph *glyph)
{
    const uint8_t *text = glyph->data + glyph->start;
    if (glyph->octets == 1 && text[0] == ' ')
        ms_buffer_text(out, "space");
    else if (glyph->octets == 1 && text[0] == '\\')
        ms_buffer_byte(out, '\\');
    else
        ms_escape_terminal(out, text, glyph->octets);
}

/* --- rows --- */

static void put_blanks(MsBuffer *out, size_t count)
{
    while (count-- > 0)
        ms_buffer_byte(out, ' ');
}

static void begin_row(MsBuffer *out, const char *label)
{
    put_blanks(out, 2);
    ms_buffer_text(out, label);
    put_blanks(out, LABEL - strlen(label));
    ms_buffer_byte(out, '|');
}

/* Text in the middle of a cell of that many bits. */
static void put_cell(MsBuffer *out, const char *text, size_t bits)
{
    size_t room = bits * BIT - 1;
    size_t columns = ms_pen_columns((const uint8_t *)text, strlen(text));
    size_t left = columns < room ? (room - columns + 1) / 2 : 0;
    put_blanks(out, left);
    ms_buffer_text(out, text);
    put_blanks(out, columns + left < room ? room - columns - left : 0);
    ms_buffer_byte(out, '|');
}

/* The characters of the group; *glyph is the one that its first octet belongs to. */
static void put_characters(MsBuffer *out, const Group *group, Glyph *glyph)
{
    size_t from = (size_t)(group->octet - glyph->data);
    size_t to = from + group->octets;
    begin_row(out, "Character");
    for (size_t at = from; at < to;) {
        size_t end = MIN(glyph->start + glyph->octets, to);
        MsBuffer name = {0};
        ms_buffer_text(&name, glyph->start < from ? ".. " : "");
        name_glyph(&name, glyph);
        ms_buffer_text(&name, glyph->start + glyph->octets > to ? " .." : "");
        ms_buffer_byte(&name, '\0');
        put_cell(out, (const char *)name.data, 8 * (end - at));
        ms_buffer_clear(&name);
        at = end;
        if (glyph->start + glyph->octets <= to)
            *glyph = glyph_at(glyph->data, glyph->length, glyph->start + glyph->octets);
    }
    ms_buffer_byte(out, '\n');
}

static void put_octets(MsBuffer *out, const Group *group)
{
    begin_row(out, "Octet");
    for (size_t i = 0; i < group->octets; i++) {
        char text[16];
        g_snprintf(text, sizeof text, "%u (0x%02x)", group->octet[i], group->octet[i]);
        put_cell(out, text, 8);
    }
    ms_buffer_byte(out, '\n');
}

/* `count` bits in cells of `size`. */
static void put_bits(MsBuffer *out, const char *label, uint32_t bits, size_t count, size_t size)
{
    begin_row(out, label);
    for (size_t i = 0; i < count; i++) {
        ms_buffer_byte(out, (bits >> (23 - i)) & 1 ? '1' : '0');
        ms_buffer_byte(out, (i + 1) % size == 0 ? '|' : ' ');
    }
    ms_buffer_byte(out, '\n');
}

/* A mark under each bit that belongs to no octet. */
static void put_added(MsBuffer *out, const Group *group)
{
    size_t used = 8 * group->octets;
    size_t all = 6 * group->characters;
    if (used == all)
        return;
    begin_row(out, "  added");
    put_blanks(out, used * BIT);
    for (size_t i = used; i < all; i++)
        ms_buffer_text(out, i + 1 < all ? "^ " : "^|");
    ms_buffer_byte(out, '\n');
}

static void put_index(MsBuffer *out, const Group *group)
{
    begin_row(out, "Index");
    for (size_t i = 0; i < 4 && group->character[i]; i++) {
        char text[16] = "padding";
        if (i < group->characters)
            g_snprintf(text, sizeof text, "%u", (group->bits >> (18 - 6 * i)) & 63);
        put_cell(out, text, 6);
    }
    ms_buffer_byte(out, '\n');
}

static void put_encoded(MsBuffer *out, const Group *group)
{
    begin_row(out, "Encoded");
    for (size_t i = 0; i < 4 && group->character[i]; i++) {
        char text[2] = {group->character[i], '\0'};
        put_cell(out, text, 6);
    }
    ms_buffer_byte(out, '\n');
}

/* --- groups --- */

static void draw(MsBuffer *out, const Group *group, Glyph *glyph, bool decode)
{
    size_t bits = 8 * group->octets;
    if (decode) {
        put_encoded(out, group);
        put_index(out, group);
        put_bits(out, "Sextets", group->bits, 6 * group->characters, 6);
        put_added(out, group);
        if (group->octets == 0)
            return;
        put_bits(out, "Bits", group->bits, bits, 8);
        put_octets(out, group);
        put_characters(out, group, glyph);
        return;
    }
    put_characters(out, group, glyph);
    put_octets(out, group);
    put_bits(out, "Bits", group->bits, bits, 8);
    put_bits(out, "Sextets", group->bits, 6 * group->characters, 6);
    put_added(out, group);
    put_index(out, group);
    put_encoded(out, group);
}

/* The same on one line; characters stand where they begin. */
static void list(MsBuffer *out, const Group *group, Glyph *glyph)
{
    size_t to = (size_t)(group->octet - glyph->data) + group->octets;
    put_blanks(out, 2);
    for (size_t i = 0; i < 3; i++) {
        if (i < group->octets)
            ms_buffer_printf(out, "%02x ", group->octet[i]);
        else
            put_blanks(out, 3);
    }
    for (size_t i = 0; i < 24; i++) {
        bool used = i < 6 * group->characters;
        if (i % 6 == 0)
            ms_buffer_byte(out, ' ');
        ms_buffer_byte(out, !used ? ' ' : (group->bits >> (23 - i)) & 1 ? '1' : '0');
    }
    ms_buffer_byte(out, ' ');
    for (size_t i = 0; i < 4; i++) {
        if (i < group->characters)
            ms_buffer_printf(out, "%3u", (group->bits >> (18 - 6 * i)) & 63);
        else
            put_blanks(out, 3);
    }
    put_blanks(out, 2);
    for (size_t i = 0; i < 4; i++)
        ms_buffer_byte(out, group->character[i] ? (uint8_t)group->character[i] : ' ');
    put_blanks(out, 2);
    while (glyph->start < to && glyph->start < glyph->length) {
        name_glyph(out, glyph);
        *glyph = glyph_at(glyph->data, glyph->length, glyph->start + glyph->octets);
        if (glyph->start < to)
            ms_buffer_byte(out, ' ');
    }
    ms_buffer_byte(out, '\n');
}

/* The group of `characters` (1-4, of the alphabet) at `text`, whose octets begin at `octet`. */
static Group make_group(const uint8_t *octet, const uint8_t *text, size_t characters,
                        size_t padding)
{
    Group group = {.octet = octet, .characters = characters, .octets = characters * 6 / 8};
    for (size_t i = 0; i < characters; i++) {
        const char *place = memchr(alphabet, text[i], 64);
        g_assert(place);
        group.bits |= (uint32_t)(place - alphabet) << (18 - 6 * i);
        group.character[i] = (char)text[i];
    }
    for (size_t i = characters; i < MIN(characters + padding, 4); i++)
        group.character[i] = '=';
    return group;
}

/* All groups of `text`, which has that many characters of the alphabet and `padding` behind them;
 * `data` is what it decodes to. */
static void draw_all(MsBuffer *out, const uint8_t *data, size_t length, const uint8_t *text,
                     size_t characters, size_t padding, bool decode, bool full)
{
    size_t groups = (characters + 3) / 4;
    bool draws = full || groups <= MOST_DRAWN;
    Glyph glyph = glyph_at(data, length, 0);
    for (size_t i = 0; i < (draws ? groups : 1); i++) {
        Group group = make_group(data + 3 * i, text + 4 * i, MIN(characters - 4 * i, 4), padding);
        draw(out, &group, &glyph, decode);
        ms_buffer_byte(out, '\n');
    }
    if (draws)
        return;
    ms_buffer_printf(out, "  All %zu groups, one a line (--full draws each):\n", groups);
    ms_buffer_text(out, "  Octets    Sextets                      Index        Encoded "
                        "Characters\n");
    glyph = glyph_at(data, length, 0);
    for (size_t i = 0; i < groups; i++) {
        Group group = make_group(data + 3 * i, text + 4 * i, MIN(characters - 4 * i, 4), padding);
        list(out, &group, &glyph);
    }
    ms_buffer_byte(out, '\n');
}

/* --- words --- */

static void say(MsPen *pen, const char *text)
{
    ms_pen_words(pen, (const uint8_t *)text, strlen(text));
    ms_pen_newline(pen);
}

static void explain_padding(MsPen *pen, size_t octets)
{
    if (octets % 3 == 0)
        say(pen, "The number of octets divides by three, so no padding is needed.");
    else if (octets % 3 == 1)
        say(pen, "The last group has 1 octet, 8 bits: 4 zero bits are added to fill 2 sextets, and "
                 "== stands for the 2 that are missing to four (RFC 4648 4).");
    else
        say(pen, "The last group has 2 octets, 16 bits: 2 zero bits are added to fill 3 sextets, "
                 "and = stands for the one that is missing to four (RFC 4648 4).");
}

void ms_draw_base64(MsBuffer *out, const uint8_t *data, size_t length, const MsStyle *style)
{
    static const MsOrigins none;
    MsBuffer encoded = {0};
    ms_base64_encode(data, length, &encoded);
    size_t padding = (3 - length % 3) % 3;
    draw_all(out, data, length, encoded.data, encoded.length - padding, padding, false,
             style->full);
    MsPen pen;
    ms_pen_init(&pen, out, &none, style, NULL);
    ms_pen_say(&pen, "Base64: ");
    ms_pen_ink(&pen, MS_INK_VALUE);
    ms_buffer_append(out, encoded.data, encoded.length); /* one line, to be copied */
    ms_pen_newline(&pen);
    ms_pen_count(&pen, length, "octet");
    ms_pen_say(&pen, " give ");
    ms_pen_count(&pen, encoded.length, "character");
    say(&pen,
        ": each 3 octets, 24 bits, are 4 sextets of 6 bits, and each sextet is the index of a "
        "character in A-Z a-z 0-9 + / (RFC 4648 4).");
    explain_padding(&pen, length);
    say(&pen, "Anyone can decode it: it is an encoding, not encryption (RFC 4648 12).");
    ms_pen_clear(&pen);
    ms_buffer_clear(&encoded);
}

/* --- decoding --- */

static bool in_alphabet(uint8_t c)
{
    return c != '\0' && memchr(alphabet, c, 64) != NULL;
}

/* What is wrong with a character. */
static const char *bad_words(const uint8_t *text, size_t at)
{
    switch (text[at]) {
    case '-':
    case '_':
        return "not in this alphabet, but in that of URLs and file names, for + and / (RFC 4648 5)";
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return "a blank or line end; only MIME allows them in between (RFC 4648 3.3)";
    default:
        return memchr(text, '=', at)
                   ? "something behind padding; only the last group may have it (RFC 4648 4)"
                   : "not in the alphabet A-Z a-z 0-9 + / (RFC 4648 3.3)";
    }
}

/* The text around offset `at`, with a mark under it and the reason behind the mark. */
static void point_at(MsPen *pen, const uint8_t *text, size_t length, size_t at, const char *why)
{
    size_t from = at > AROUND ? at - AROUND : 0;
    size_t to = MIN(length, at + AROUND);
    while (from > 0 && (text[from] & 0xc0) == 0x80)
        from--;
    while (to < length && (text[to] & 0xc0) == 0x80)
        to++;
    MsBuffer before = {0};
    MsBuffer after = {0};
    ms_buffer_text(&before, from > 0 ? "  ... " : "  ");
    ms_escape_terminal(&before, text + from, at - from);
    ms_escape_terminal(&after, text + at, to - at);
    ms_buffer_text(&after, to < length ? " ..." : "");
    ms_buffer_append(pen->out, before.data, before.length);
    ms_buffer_append(pen->out, after.data, after.length);
    ms_pen_newline(pen);
    put_blanks(pen->out, ms_pen_columns(before.data, before.length));
    ms_pen_ink(pen, MS_INK_ODD);
    ms_buffer_byte(pen->out, '^');
    ms_pen_newline(pen);
    pen->indent = 2;
    ms_pen_go(pen, 2);
    if (at < length)
        ms_pen_say(pen, "Character %zu: ", at + 1);
    else
        ms_pen_say(pen, "At the end: ");
    say(pen, why);
    ms_pen_newline(pen);
    pen->indent = 0;
    ms_buffer_clear(&before);
    ms_buffer_clear(&after);
}

/* Says where and why `text` is no good base64. `characters`: of the alphabet, before the padding.
 */
static void complain(MsPen *pen, MsBase64Result result, const uint8_t *text, size_t length,
                     size_t characters, size_t bad_at)
{
    static const char *const paddings[] = {"", "", "two = are missing or wrong",
                                           "one = is missing or "
                                           "wrong"};
    ms_pen_ink(pen, MS_INK_ODD);
    ms_pen_say(pen, "This is not good base64:");
    ms_pen_newline(pen);
    switch (result) {
    case MS_BASE64_BAD_CHARACTER:
        point_at(pen, text, length, bad_at, bad_words(text, bad_at));
        break;
    case MS_BASE64_BAD_LENGTH:
        point_at(pen, text, length, characters - 1,
                 "left over; its 6 bits are less than an octet, so something is missing");
        break;
    case MS_BASE64_BAD_PADDING:
        point_at(pen, text, length, MIN(characters, length),
                 characters % 4 == 0 ? "there is padding where none belongs"
                                     : paddings[characters % 4]);
        break;
    case MS_BASE64_BAD_BITS:
        point_at(pen, text, length, characters - 1,
                 "its last bits belong to no octet and should be zero (RFC 4648 3.5)");
        break;
    case MS_BASE64_OK:
        break;
    }
}

bool ms_draw_base64_decode(MsBuffer *out, const uint8_t *text, size_t length, const MsStyle *style)
{
    static const MsOrigins none;
    MsBuffer data = {0};
    size_t bad_at = length;
    MsBase64Result result = ms_base64_decode(text, length, &data, &bad_at);
    size_t characters = 0;
    while (characters < length && in_alphabet(text[characters]))
        characters++;
    size_t padding = 0;
    while (characters + padding < length && text[characters + padding] == '=')
        padding++;
    MsPen pen;
    ms_pen_init(&pen, out, &none, style, NULL);
    if (result != MS_BASE64_OK)
        complain(&pen, result, text, length, characters, bad_at);
    if (result == MS_BASE64_BAD_CHARACTER)
        characters -= characters % 4; /* whole groups before it */
    data.length = MIN(data.length, characters * 6 / 8);
    if (data.length > 0 && result == MS_BASE64_BAD_CHARACTER) {
        say(&pen, "What stands before it:");
        ms_pen_newline(&pen);
    }
    if (data.length > 0)
        draw_all(out, data.data, data.length, text, characters, padding, true, style->full);
    ms_pen_say(&pen, "Decoded: ");
    ms_pen_ink(&pen, MS_INK_VALUE);
    MsBuffer shown = {0};
    ms_escape_terminal(&shown, data.data, data.length);
    ms_buffer_append(out, shown.data, shown.length);
    ms_pen_ink(&pen, MS_INK_PLAIN);
    ms_buffer_text(out, data.length == 0 ? "(nothing)" : "");
    ms_pen_newline(&pen);
    ms_pen_count(&pen, length, "character");
    ms_pen_say(&pen, " give ");
    ms_pen_count(&pen, data.length, "octet");
    say(&pen,
        ": each character is the index of a sextet, and 4 sextets are 3 octets (RFC 4648 4).");
    if (result == MS_BASE64_OK && padding > 0)
        say(&pen, padding == 2
                      ? "== says that the last group has 1 octet: the 4 bits behind it are "
                        "zero and dropped."
                      : "= says that the last group has 2 octets: the 2 bits behind them "
                        "are zero and dropped.");
    ms_pen_clear(&pen);
    ms_buffer_clear(&shown);
    ms_buffer_clear(&data);
    return result == MS_BASE64_OK;
}
