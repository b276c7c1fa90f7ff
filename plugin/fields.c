/* SPDX-License-Identifier: GPL-2.0-or-later
 * fields.c - the table of facts (fact/fields.def) as Wireshark's fields, by a loop. An address is
 * two fields, mailscope.<key> for IPv4 and mailscope.<key>6 for IPv6: under one name a filter could
 * compare with one of both only. Wireshark keeps pointers to all of it for ever. */
#include "fields.h"

#include "words.h"

enum { FAMILIES = 2, FIELDS = MS_N_FIELDS * FAMILIES + MS_N_OWN_FIELDS };

static int fact_fields[MS_N_FIELDS][FAMILIES]; /* the second for IPv6 */
static int own_fields[MS_N_OWN_FIELDS];
static int subtrees[MS_N_ETTS];

static const struct {
    const char *name, *abbreviation;
    enum ftenum type;
    int display;
    const char *meaning;
} own[MS_N_OWN_FIELDS] = {
    [MS_HF_SESSION] = {"Session", "mailscope.session", FT_UINT32, BASE_DEC,
                       "Mail session of this capture, counted from 1"},
    [MS_HF_ATTEMPT] = {"Login attempt", "mailscope.attempt", FT_UINT32, BASE_DEC,
                       "Login attempt of the session, counted from 1"},
    [MS_HF_MESSAGE] = {"Message", "mailscope.message", FT_UINT32, BASE_DEC,
                       "Mail transaction of the session, counted from 1"},
    [MS_HF_RECIPIENT] = {"Recipient", "mailscope.recipient", FT_UINT32, BASE_DEC,
                         "Recipient of the transaction, counted from 1"},
    [MS_HF_EXCHANGE] = {"Command", "mailscope.exchange", FT_UINT32, BASE_DEC,
                        "Command of the session with its reply, counted from 1"},
    [MS_HF_RANGE] = {"Bytes", "mailscope.range", FT_STRING, BASE_NONE,
                     "Where the bytes are: frame:offset+length, from 0; \"d\" behind it: in the "
                     "decrypted records of that frame"},
    [MS_HF_FRAME] = {"Also in frame", "mailscope.frame", FT_FRAMENUM, BASE_NONE,
                     "Another frame with bytes of it"},
    [MS_HF_LATER] = {"Known with frame", "mailscope.known_in", FT_FRAMENUM, BASE_NONE,
                     "Frame with which it became known"},
    [MS_HF_AT_END] = {"Known at the end", "mailscope.known_at_end", FT_BOOLEAN, BASE_NONE,
                      "It became known when the capture had ended: tshark shows it with -2 only"},
    [MS_HF_DECRYPTED] = {"Decrypted", "mailscope.decrypted", FT_BOOLEAN, BASE_NONE,
                         "Whether the bytes were encrypted in the capture"},
    [MS_HF_MEANING] = {"Meaning", "mailscope.meaning", FT_STRING, BASE_NONE,
                       "What a reply code means, with RFC and section"},
    [MS_HF_ODDITY] = {"Oddity", "mailscope.oddity", FT_STRING, BASE_NONE,
                      "Something the capture lacks, contradicts or does wrong"},
    [MS_HF_ANSWERS] = {"Lab answers", "mailscope.answers", FT_NONE, BASE_NONE,
                       "The lesson's five questions, answered for this session"},
    [MS_HF_ANSWER] = {"Answer", "mailscope.answer", FT_STRING, BASE_NONE,
                      "One line of the answers"},
    [MS_HF_CITED] = {"Cited frame", "mailscope.answer_frame", FT_FRAMENUM, BASE_NONE,
                     "Frame that an answer cites"},
};

static enum ftenum type_of(MsType type, unsigned family, int *display)
{
    *display = BASE_NONE;
    switch (type) {
    case MS_STRING:
        return FT_STRING;
    case MS_UINT:
        *display = BASE_DEC;
        return FT_UINT64;
    case MS_BOOL:
        return FT_BOOLEAN;
    case MS_TIME:
        *display = ABSOLUTE_TIME_UTC;
        return FT_ABSOLUTE_TIME;
    case MS_ADDRESS:
        return family ? FT_IPv6 : FT_IPv4;
    case MS_BYTES:
        *display = BASE_SHOW_ASCII_PRINTABLE;
        return FT_BYTES;
    }
    g_assert_not_reached();
}

static hf_register_info *add(hf_register_info *info, int *id)
{
    *id = -1;
    HFILL_INIT((*info));
    info->p_id = id;
    return info;
}

int ms_fields_register(void)
{
    static hf_register_info info[FIELDS];
    static int *ett[MS_N_ETTS];
    int count = 0;
    int protocol = proto_register_protocol("Mailscope", "Mailscope", "mailscope");
    for (int i = 0; i < MS_N_FIELDS; i++) {
        const MsField *field = ms_field((MsFieldId)i);
        unsigned families = field->type == MS_ADDRESS ? FAMILIES : 1;
        for (unsigned family = 0; family < families; family++) {
            hf_register_info *one = add(&info[count++], &fact_fields[i][family]);
            one->hfinfo.name = field->title;
            one->hfinfo.abbrev = g_strconcat("mailscope.", field->key, family ? "6" : "", NULL);
            one->hfinfo.type = type_of(field->type, family, &one->hfinfo.display);
            one->hfinfo.blurb = field->meaning;
        }
    }
    for (int i = 0; i < MS_N_OWN_FIELDS; i++) {
        hf_register_info *one = add(&info[count++], &own_fields[i]);
        one->hfinfo.name = own[i].name;
        one->hfinfo.abbrev = own[i].abbreviation;
        one->hfinfo.type = own[i].type;
        one->hfinfo.display = own[i].display;
        one->hfinfo.blurb = own[i].meaning;
    }
    for (int i = 0; i < MS_N_ETTS; i++) {
        subtrees[i] = -1;
        ett[i] = &subtrees[i];
    }
    proto_register_field_array(protocol, info, count);
    proto_register_subtree_array(ett, MS_N_ETTS);
    return protocol;
}

int ms_fields_own(MsOwnField field)
{
    return own_fields[field];
}

int ms_fields_ett(MsSubtree subtree)
{
    return subtrees[subtree];
}

int ms_fields_fact(const MsFact *fact)
{
    bool second = ms_field((MsFieldId)fact->field)->type == MS_ADDRESS && ms_words_is_ipv6(fact);
    return fact_fields[fact->field][second];
}
