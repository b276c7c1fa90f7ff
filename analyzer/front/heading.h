/* SPDX-License-Identifier: GPL-2.0-or-later
 * heading.h - what stands above a session: who, when, how it went. */
#pragma once

#include "index.h"
#include "pen.h"

/* "Session 1 of x.pcap" as a title. */
void ms_heading_title(MsPen *pen, const MsRecord *record);

/* The block that `show` prints under the title. */
void ms_heading_block(MsPen *pen, const MsRecord *record, const MsIndex *index);

/* Pieces shared with the answers. */

/* Capture time of the session's first frame; of its first line when that is not known. */
int64_t ms_heading_start(const MsRecord *record, const MsIndex *index);

/* "alice, logged in in session 1: the same cookie", for a session of webmail whose visit has
 * others; nothing without. */
void ms_heading_visit(MsPen *pen, const MsIndex *index);

/* "SMTP", "LMTP", "POP3", "TLS from the first byte". */
const char *ms_heading_protocol(const MsIndex *index);

/* One login attempt in words: "accepted (235)", "refused (535)", ... Appended to the pen. */
void ms_heading_login(MsPen *pen, const MsIndex *index, int32_t attempt);

/* Numbers of messages and attempts: the highest one mentioned, plus 1. */
int32_t ms_heading_attempts(const MsIndex *index);
int32_t ms_heading_mails(const MsRecord *record, const MsIndex *index);

/* The mail's bytes with that transaction number, or NULL. */
const MsMessage *ms_heading_message(const MsRecord *record, int32_t number);

/* What becomes on the server of a fetched message, in words; NULL: nothing is known. Static
 * storage.
 */
const char *ms_heading_fate(const MsIndex *index, int32_t number);

/* Whether only the start of the message was fetched: with TOP, and not for more lines than any
 * message has. */
bool ms_heading_is_part(const MsIndex *index, int32_t number);
