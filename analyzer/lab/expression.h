/* SPDX-License-Identifier: GPL-2.0-or-later
 * expression.h - conditions on the facts of a session, in the words of Wireshark's display filters:
 * smtp.mail_from == "a@b" and not (message.size > 1000). */
#pragma once

#include "../record.h"

typedef struct MsExpression MsExpression;

/* Reads an expression: names as in `mailscope fields`; ==, !=, <, >, <=, >= (eq, ne, lt, gt, le,
 * ge), contains, matches (~); and (&&), or (||), not (!), parentheses; texts in double quotes,
 * numbers, addresses, true and false, times as "2026-11-22 09:00:00" (UTC). A name alone: there is
 * such a fact. NULL with MS_ERROR_USAGE, which names the character (1-based) where it went wrong.
 */
MsExpression *ms_expression_new(const char *text, GError **error);
void ms_expression_free(MsExpression *expression); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsExpression, ms_expression_free)

/* Whether it holds for the session. A comparison holds when it holds for one fact of that name, !=
 * when there is one and none is equal. Safe to be called by several threads. */
bool ms_expression_holds(const MsExpression *expression, const MsRecord *record);

/* Whether it asks for a hash (MsEngineOptions.hash). */
bool ms_expression_needs_hash(const MsExpression *expression);

/* Whether it asks for facts that only the reading of message parts gives (MsEngineOptions.mime). */
bool ms_expression_needs_mime(const MsExpression *expression);
