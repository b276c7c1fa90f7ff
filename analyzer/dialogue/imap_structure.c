/* SPDX-License-Identifier: GPL-2.0-or-later
 * imap_structure.c - BODYSTRUCTURE (RFC 9051 7.5.2): what the parts of a message are, token by
 * token. It is remembered as header lines, since a client that then fetches BODY[2] gets the
 * content of that part only. */
#include "../base/fold.h"
#include "imap.h"

#include <glib.h>

#include <string.h>

enum {
    HEADER = 2048, /* bytes of the lines of one part; what does not fit is left out */
    KNOWN = 64,    /* parts that are remembered */
    LEVELS = 16,   /* lists within each other that are read */
    RANGES = 32    /* of what is said of one part */
};

/* What a list is. */
typedef enum { BODY, PARAMETERS, DISPOSITION, OTHER } Kind;

typedef struct {
    uint8_t kind;
    bool outer;        /* the body of a message, not one of the bodies of a multipart */
    uint32_t elements; /* so far; of a multipart: behind its bodies */
    uint32_t bodies;   /* of a multipart */
    uint8_t type;      /* of a body: 't' text, 'm' message/rfc822, 0 other */
    uint64_t size;     /* octets; UINT64_MAX: not told */
    char path[40];     /* of a body, as sections name it; of the outermost "" */
    MsBuffer header;   /* of a body: its lines so far */
    MsRanges where;    /* of what they were made of */
} Level;

typedef struct {
    uint32_t sequence;
    char path[40];
    uint64_t size;
    MsBuffer header;
    MsRanges where;
} Part;

struct MsImapStructure {
    Level level[LEVELS];
    unsigned depth; /* levels in use */
    bool broken;    /* not understood; up to its end */
    Part part[KNOWN];
    unsigned next; /* place of the next part */
};

static void clear_part(Part *part)
{
    ms_buffer_clear(&part->header);
    ms_ranges_clear(&part->where);
    *part = (Part){0};
}

void ms_imap_structure_forget(MsDialogue *imap)
{
    for (unsigned i = 0; imap->structure && i < KNOWN; i++)
        clear_part(&imap->structure->part[i]);
}

void ms_imap_structure_expunged(MsDialogue *imap, uint32_t sequence)
{
    for (unsigned i = 0; imap->structure && i < KNOWN; i++) {
        Part *part = &imap->structure->part[i];
        if (part->sequence == sequence)
            clear_part(part);
        else if (part->sequence > sequence)
            part->sequence--;
    }
}

void ms_imap_structure_free(MsDialogue *imap)
{
    ms_imap_structure_forget(imap);
    for (unsigned i = 0; imap->structure && i < LEVELS; i++) {
        ms_buffer_clear(&imap->structure->level[i].header);
        ms_ranges_clear(&imap->structure->level[i].where);
    }
    g_free(imap->structure);
    imap->structure = NULL;
}

/* The part that the section names ("2.1"), of the message with that number. */
bool ms_imap_structure_part(const MsDialogue *imap, uint32_t sequence, const uint8_t *section,
                            size_t length, MsDeclared *declared)
{
    for (unsigned i = 0; imap->structure && i < KNOWN; i++) {
        const Part *part = &imap->structure->part[i];
        if (part->sequence != sequence || part->path[0] == '\0' || strlen(part->path) != length ||
            memcmp(part->path, section, length) != 0)
            continue;
        *declared = (MsDeclared){.path = part->path,
                                 .header = part->header.data,
                                 .length = part->header.length,
                                 .size = part->size,
                                 .where = &part->where};
        return true;
    }
    return false;
}

/* --- the lines of a part --- */

/* Adds a word, in quotes or only the characters of a token (RFC 2045 5.1). */
static void add(Level *body, const uint8_t *text, size_t length, bool quoted)
{
    for (size_t i = 0; i < length && body->header.length < HEADER; i++) {
        if (quoted && (text[i] == '"' || text[i] == '\\'))
            ms_buffer_byte(&body->header, '\\');
        if (quoted ? text[i] >= ' ' && text[i] != 0x7f
                   : text[i] > ' ' && text[i] < 0x7f && !strchr("()<>@,;:\\\"/[]?=", text[i]))
            ms_buffer_byte(&body->header, text[i]);
    }
}

static void add_text(Level *body, const char *text)
{
    ms_buffer_append(&body->header, text, strlen(text));
}

static Level *top(MsImapStructure *structure)
{
    return &structure->level[structure->depth - 1];
}

/* The body that the list in hand belongs to. */
static Level *body_of(MsImapStructure *structure)
{
    unsigned i = structure->depth;
    while (i > 1 && structure->level[i - 1].kind != BODY)
        i--;
    return &structure->level[i - 1];
}

/* Element of a body that is its disposition (RFC 9051 body-ext-1part). */
static uint32_t disposition_at(const Level *body)
{
    return body->type == 'm' ? 11 : body->type == 't' ? 9 : 8;
}

/* Returns whether it is of use. */
static bool body_word(Level *body, const uint8_t *text, size_t length)
{
    if (body->bodies > 0)
        return false;
    switch (body->elements) {
    case 0:
        add_text(body, "Content-Type: ");
        add(body, text, length, false);
        body->type = ms_fold_is(text, length, "TEXT")      ? 't'
                     : ms_fold_is(text, length, "MESSAGE") ? 'm'
                                                           : 0;
        break;
    case 1:
        add_text(body, "/");
        add(body, text, length, false);
        if (body->type == 'm' && !ms_fold_is(text, length, "RFC822") &&
            !ms_fold_is(text, length, "GLOBAL"))
            body->type = 0;
        break;
    case 5:
        add_text(body, "\r\nContent-Transfer-Encoding: ");
        add(body, text, length, false);
        break;
    case 6:
        if (ms_imap_number(text, length, &body->size) != length)
            body->size = UINT64_MAX;
        break;
    default:
        return false;
    }
    return true;
}

/* An atom or a string. */
static void word(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token)
{
    MsImapStructure *structure = imap->structure;
    Level *level = top(structure);
    Level *body = body_of(structure);
    size_t length;
    const uint8_t *text = ms_imap_value(imap, bytes->data, token, &length);
    bool nil = token->kind == MS_TOKEN_ATOM && ms_fold_is(text, length, "NIL");
    bool told = true;
    if (level->kind == BODY)
        told = !nil && body_word(level, text, length);
    else if (level->kind == DISPOSITION && level->elements == 0) {
        add_text(body, "\r\nContent-Disposition: ");
        add(body, text, length, false);
    } else if (level->kind == PARAMETERS && level->elements % 2 == 0) {
        add_text(body, "; ");
        add(body, text, length, false);
        add_text(body, "=\"");
    } else if (level->kind == PARAMETERS) {
        add(body, text, length, true);
        add_text(body, "\"");
    } else {
        told = false;
    }
    if (told)
        ms_ranges_add(&body->where, bytes, token->offset, token->length, RANGES);
    level->elements++;
}

/* --- lists --- */

/* What a list is that begins now in `level`; NULL: it is the outermost. */
static Kind kind_of(const Level *level)
{
    if (!level)
        return BODY;
    if (level->kind == DISPOSITION && level->elements == 1)
        return PARAMETERS;
    if (level->kind != BODY)
        return OTHER;
    if (level->elements == 0 || (level->type == 'm' && level->elements == 8))
        return BODY;
    if (level->bodies > 0)
        return OTHER;
    return level->elements == 2                       ? PARAMETERS
           : level->elements == disposition_at(level) ? DISPOSITION
                                                      : OTHER;
}

/* A body begins in another one. False: its path is too long. */
static bool name_body(Level *level, const Level *in)
{
    if (!in) {
        level->outer = true;
        level->path[0] = '\0';
        return true;
    }
    level->outer = in->elements > 0;
    int length = level->outer ? g_snprintf(level->path, sizeof level->path, "%s", in->path)
                              : g_snprintf(level->path, sizeof level->path, "%s%s%u", in->path,
                                           in->path[0] ? "." : "", in->bodies);
    return (size_t)length < sizeof level->path;
}

static void open_list(MsImapStructure *structure)
{
    Level *in = structure->depth > 0 ? top(structure) : NULL;
    Kind kind = kind_of(in);
    if (structure->depth == LEVELS) {
        structure->broken = true;
        return;
    }
    Level *level = &structure->level[structure->depth++];
    level->kind = (uint8_t)kind;
    level->elements = level->bodies = 0;
    level->type = 0;
    level->size = UINT64_MAX;
    level->header.length = 0;
    ms_ranges_reset(&level->where);
    if (kind != BODY)
        return;
    if (in && in->elements == 0)
        in->bodies++;
    structure->broken = !name_body(level, in);
}

/* A body that is no multipart: what a section with its content is. */
static void keep(MsDialogue *imap, const Level *body)
{
    MsImapStructure *structure = imap->structure;
    Part *part = &structure->part[structure->next++ % KNOWN];
    clear_part(part);
    part->sequence = imap->answer.number;
    const char *one = body->path[0] ? ".1" : "1"; /* RFC 9051 6.4.5.1 */
    g_snprintf(part->path, sizeof part->path, "%s%s", body->path, body->outer ? one : "");
    part->size = body->size;
    ms_buffer_append(&part->header, body->header.data, body->header.length);
    ms_buffer_append(&part->header, "\r\n\r\n", 4);
    ms_ranges_join(&part->where, &body->where, RANGES);
}

static void close_list(MsDialogue *imap)
{
    MsImapStructure *structure = imap->structure;
    Level *level = top(structure);
    if (level->kind == BODY && level->bodies == 0 && level->elements > 6 &&
        level->header.length < HEADER)
        keep(imap, level);
    bool body = level->kind == BODY;
    structure->depth--;
    if (structure->depth == 0)
        return;
    level = top(structure);
    /* The bodies of a multipart stand before its elements. */
    level->elements += body && level->elements == 0 ? 0 : 1;
}

void ms_imap_structure_begin(MsDialogue *imap)
{
    if (!imap->structure)
        imap->structure = g_new0(MsImapStructure, 1);
    imap->structure->depth = 0;
    imap->structure->broken = false;
}

void ms_imap_structure_token(MsDialogue *imap, const MsBytes *bytes, const MsImapToken *token,
                             bool certain)
{
    MsImapStructure *structure = imap->structure;
    if (!certain)
        structure->broken = true;
    if (structure->broken)
        return;
    if (token->kind == MS_TOKEN_OPEN)
        open_list(structure);
    else if (structure->depth == 0)
        structure->broken = true;
    else if (token->kind == MS_TOKEN_CLOSE)
        close_list(imap);
    else
        word(imap, bytes, token);
}
