/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_form.h - fields of a form: a query or application/x-www-form-urlencoded (WHATWG URL 5.1),
 * multipart/form-data (RFC 7578), or the strings of a JSON object (RFC 8259). Each field knows
 * where its encoded value stands, so that it can be cited. */
#pragma once

#include "../base/buffer.h"
#include "http_head.h"

typedef enum { MS_FORM_NONE, MS_FORM_URLENCODED, MS_FORM_MULTIPART, MS_FORM_JSON } MsFormKind;

typedef struct {
    size_t name, name_length;   /* decoded, in MsForm.text */
    size_t value, value_length; /* likewise */
    size_t at, length;          /* the encoded value, in the bytes that were read */
    uint8_t source;             /* which bytes these are: as given to ms_form_read() */
    bool encoded;               /* the decoded value differs from these bytes */
    bool file;                  /* multipart: an uploaded file; its value is its name */
} MsFormField;

/* All zero is an empty form. At most MS_FORM_FIELDS fields are kept. */
typedef struct {
    MsBuffer text;
    MsFormField *fields;
    uint32_t n_fields, slots;
} MsForm;

enum { MS_FORM_FIELDS = 256 };

/* What the body is, by its Content-Type; when that is missing or text/plain, by its first byte. */
MsFormKind ms_form_kind(MsSpan type, const uint8_t *data, size_t length);

/* Appends the fields of `data`. `boundary`: of MS_FORM_MULTIPART. `whole`: all bytes are there;
 * otherwise a last field that may go on is left out. `source` is noted in each field. */
void ms_form_read(MsForm *form, MsFormKind kind, MsSpan boundary, const uint8_t *data,
                  size_t length, bool whole, uint8_t source);

/* Likewise the parameters of a request target, behind its `?`; `target` is what `at` counts from.
 */
void ms_form_query(MsForm *form, MsSpan target, uint8_t source);

MsSpan ms_form_name(const MsForm *form, const MsFormField *field);
MsSpan ms_form_value(const MsForm *form, const MsFormField *field);

void ms_form_reset(MsForm *form); /* keeps the memory */
void ms_form_clear(MsForm *form);
