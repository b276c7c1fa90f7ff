/* SPDX-License-Identifier: GPL-2.0-or-later
 * trace.h - header fields that programs write for programs, taken apart: Received, Message-ID,
 * Authentication-Results, DKIM-Signature, Return-Path, User-Agent. For mime/ only. */
#pragma once

#include "../fact/fields.h"

#include <stddef.h>
#include <stdint.h>

/* A piece of a header field: `at` and `length` in the bytes given, blanks and comments around it
 * left out. */
typedef struct {
    MsFieldId field;
    int32_t hop; /* 0-based Received field; -1 for other fields */
    size_t at;
    size_t length;
    int64_t number; /* for MS_TIME: nanoseconds since 1970, UTC */
} MsTrace;

typedef void (*MsTraceFunc)(const MsTrace *trace, void *user_data);

/* Calls `func` for every piece of the fields in a header (RFC 5322 2.2), in order. `data` may be
 * NULL when `length` is 0. */
void ms_trace_header(const uint8_t *data, size_t length, MsTraceFunc func, void *user_data);
