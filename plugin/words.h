/* SPDX-License-Identifier: GPL-2.0-or-later
 * words.h - captured text as C strings that Wireshark can show: valid UTF-8, no NUL. */
#pragma once

#include "base/buffer.h"
#include "store.h"
#include "ws_compat.h"

/* Bytes that are not UTF-8 become U+FFFD (as in JSON), a NUL the symbol U+2400. */
const char *ms_words_text(wmem_allocator_t *pool, const char *text, size_t length);

/* The text of a fact as the user wants it: secrets may be masked. */
const char *ms_words_fact(wmem_allocator_t *pool, const MsFact *fact);

/* The value of a field of the session; "" when it is not known. */
const char *ms_words_value(wmem_allocator_t *pool, const MsStoreSession *session, MsFieldId field);

/* The address and port of a side: the client's for MS_TO_SERVER. */
const char *ms_words_end(wmem_allocator_t *pool, const MsStoreSession *session,
                         MsDirection direction);

/* Whether the text of a fact is an IPv6 address. */
bool ms_words_is_ipv6(const MsFact *fact);

/* A session in a line: "192.0.2.25:52162 -> 198.51.100.10:587, smtp, user erin, ..." */
const char *ms_words_session(wmem_allocator_t *pool, const MsStoreSession *session);

/* A reply, reply code or enhanced code in words, with RFC and section; NULL when the fact is none.
 * `session`: the one it was said in. */
const char *ms_words_meaning(wmem_allocator_t *pool, const MsStoreSession *session,
                             const MsFact *fact);
