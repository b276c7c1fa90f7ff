/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls.h - just enough of TLS to name it: is this a record, and which version does the client offer.
 * RFC 8446 5.1 and 4.1.2; nothing is decrypted here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MS_TLS_HEADER = 5 }; /* bytes of a record header */

/* Whether the bytes begin with a TLS record header; of a header cut short as much as there is
 * counts, but at least `least` bytes must be there. */
bool ms_tls_is_record(const uint8_t *data, size_t length, size_t least);

/* Bytes needed to read a ClientHello that begins here: the whole record; 0 when it is none. */
size_t ms_tls_hello_length(const uint8_t *data, size_t length);

/* Highest version a ClientHello offers: "TLS 1.3", "TLS 1.2", ...; NULL when it is no ClientHello.
 * A cut one is read as far as it goes. Static storage. */
const char *ms_tls_hello_version(const uint8_t *data, size_t length);
