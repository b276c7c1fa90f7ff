/* SPDX-License-Identifier: GPL-2.0-or-later
 * expert.c - one expert field for each kind of trouble; oddities without one of their own share
 * mailscope.odd. */
#include "expert.h"

#include <epan/expert.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>

typedef enum {
    CLEARTEXT,
    RESET,
    GAP,
    CONFLICT,
    BARE_LF,
    SMUGGLING,
    INJECTION,
    LIMIT_REACHED,
    TLS_LOST,
    ODD,
    N_EXPERTS
} Expert;

static expert_field fields[N_EXPERTS];

static const struct {
    const char *name;
    int group, severity;
    const char *words;
} table[N_EXPERTS] = {
    [CLEARTEXT] = {"mailscope.auth.cleartext", PI_SECURITY, PI_WARN, "Credentials in clear text"},
    [RESET] = {"mailscope.reset", PI_SEQUENCE, PI_NOTE, "The connection was broken off (RST)"},
    [GAP] = {"mailscope.gap", PI_SEQUENCE, PI_NOTE, "Bytes are missing from the capture"},
    [CONFLICT] = {"mailscope.conflict", PI_SEQUENCE, PI_WARN,
                  "A retransmission differs from the first copy"},
    [BARE_LF] = {"mailscope.bare_newline", PI_PROTOCOL, PI_WARN,
                 "Line feed without carriage return"},
    [SMUGGLING] = {"mailscope.smuggling", PI_SECURITY, PI_WARN,
                   "Looks like an end of message to lenient servers"},
    [INJECTION] = {"mailscope.injection", PI_SECURITY, PI_WARN,
                   "Commands sent before the reply they had to wait for"},
    [LIMIT_REACHED] = {"mailscope.limit", PI_UNDECODED, PI_NOTE,
                       "A limit was reached; something was left out"},
    [TLS_LOST] = {"mailscope.tls.lost", PI_DECRYPTION, PI_NOTE,
                  "TLS segments out of order: without the preference "
                  "tcp.reassemble_out_of_order what follows is not decrypted"},
    [ODD] = {"mailscope.odd", PI_PROTOCOL, PI_NOTE, "Odd"},
};

void ms_expert_register(int protocol)
{
    static ei_register_info info[N_EXPERTS];
    for (int i = 0; i < N_EXPERTS; i++) {
        fields[i] = (expert_field)EI_INIT;
        info[i].ids = &fields[i];
        info[i].eiinfo = (expert_field_info){.name = table[i].name,
                                             .group = table[i].group,
                                             .severity = table[i].severity,
                                             .summary = table[i].words,
                                             EXPFILL};
    }
    expert_register_field_array(expert_register_protocol(protocol), info, N_EXPERTS);
}

void ms_expert_fact(packet_info *pinfo, proto_item *item, const MsEntry *entry)
{
    const MsFact *fact = &entry->as.fact;
    bool credentials = fact->field == MS_FIELD_AUTH_PASSWORD || fact->field == MS_FIELD_AUTH_TOKEN;
    if (credentials && !entry->decrypted && fact->n_ranges > 0)
        expert_add_info(pinfo, item, &fields[CLEARTEXT]);
    if (fact->field == MS_FIELD_SESSION_RST)
        expert_add_info(pinfo, item, &fields[RESET]);
}

static Expert expert_of(MsOddityKind kind)
{
    switch (kind) {
    case MS_ODDITY_GAP:
    case MS_ODDITY_TRUNCATED:
        return GAP;
    case MS_ODDITY_CONFLICT:
        return CONFLICT;
    case MS_ODDITY_BARE_LF:
        return BARE_LF;
    case MS_ODDITY_SMUGGLING:
        return SMUGGLING;
    case MS_ODDITY_INJECTION:
    case MS_ODDITY_CLEARTEXT_AFTER_TLS:
        return INJECTION;
    case MS_ODDITY_LIMIT:
        return LIMIT_REACHED;
    default:
        return ODD;
    }
}

/* Edit > Preferences > Protocols > TCP > Reassemble out-of-order segments. */
static bool is_put_in_order(void)
{
    module_t *tcp = prefs_find_module("tcp");
    pref_t *preference = tcp ? prefs_find_preference(tcp, "reassemble_out_of_order") : NULL;
    return preference && prefs_get_bool_value(preference, pref_current);
}

void ms_expert_late(packet_info *pinfo, proto_item *item)
{
    if (!is_put_in_order())
        expert_add_info(pinfo, item, &fields[TLS_LOST]);
}

void ms_expert_oddity(packet_info *pinfo, proto_item *item, const MsOddity *oddity)
{
    /* Only of records that were not decrypted it is not known how many bytes they hold. */
    bool sealed = oddity->kind == MS_ODDITY_GAP && oddity->length == 0;
    const char *words = ms_oddity_words(oddity->kind);
    if (sealed && is_put_in_order())
        words = "TLS records were not decrypted: segments of them are missing or cut";
    else if (sealed)
        words = "TLS records were not decrypted; if their segments only came out of order, the "
                "preference tcp.reassemble_out_of_order helps";
    expert_add_info_format(pinfo, item, &fields[expert_of(oddity->kind)], "%s: %s",
                           ms_oddity_name(oddity->kind), words);
}
