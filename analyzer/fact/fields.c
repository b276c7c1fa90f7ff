/* SPDX-License-Identifier: GPL-2.0-or-later
 * fields.c - the table of facts as data, and look-up by key. */
#include "fields.h"

#include <string.h>

static const MsField table[MS_N_FIELDS] = {
#define MS_FIELD(id, key, type, scope, flags, title, rfc, meaning)                                 \
    {key, MS_##type, MS_##scope, flags, title, rfc, meaning},
#include "fields.def"
#undef MS_FIELD
};

const MsField *ms_field(MsFieldId id)
{
    return &table[id];
}

MsFieldId ms_field_find(const char *key)
{
    for (size_t i = 0; i < MS_N_FIELDS; i++) {
        if (strcmp(table[i].key, key) == 0)
            return (MsFieldId)i;
    }
    return MS_N_FIELDS;
}

const char *ms_type_name(MsType type)
{
    static const char *const names[] = {"string", "uint", "bool", "time", "address", "bytes"};
    return names[type];
}

const char *ms_scope_name(MsScope scope)
{
    static const char *const names[MS_N_SCOPES] = {"session",   "exchange", "attempt", "message",
                                                   "recipient", "part",     "hop"};
    return names[scope];
}
