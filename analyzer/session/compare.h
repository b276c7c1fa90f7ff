/* SPDX-License-Identifier: GPL-2.0-or-later
 * compare.h - the envelope of a mail beside its header (RFC 5321 3.3, RFC 5322 3.6): recipients
 * that the header does not name, a sender of another domain. Noticed, not judged. */
#pragma once

#include "../fact/fact.h"

typedef struct MsCompare MsCompare;

MsCompare *ms_compare_new(void);
void ms_compare_free(MsCompare *compare); /* accepts NULL */

/* A fact of the session; those about envelopes and addresses are kept until ms_compare_mail(), at
 * most some thousands. */
void ms_compare_see(MsCompare *compare, const MsFact *fact);

typedef void (*MsCompareFunc)(const MsFact *fact, void *user_data);

/* All facts of the mail `message` were seen: calls `func` with what was noticed, and forgets it and
 * the mails before it. `whole`: no byte of it is missing; else nothing is said of what its header
 * lacks. `most_ranges`: ranges of one fact. */
void ms_compare_mail(MsCompare *compare, int32_t message, bool whole, size_t most_ranges,
                     MsCompareFunc func, void *user_data);
