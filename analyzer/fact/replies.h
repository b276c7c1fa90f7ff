/* SPDX-License-Identifier: GPL-2.0-or-later
 * replies.h - SMTP reply codes and enhanced status codes in words of our own. Table: replies.def.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What the code means, in a few words ("ready for mail"), with the RFC in *rfc (may be NULL):
 * "5321 4.2.3". A code that is not in the table is explained by its first two digits
 * (RFC 5321 4.2.1). NULL when it is no reply code. Static storage. */
const char *ms_reply_words(unsigned code, const char **rfc);

/* The same for an enhanced status code such as 5.7.8 (RFC 3463 and the registry it founded). */
const char *ms_enhanced_words(const char *code, size_t length, const char **rfc);
