/* SPDX-License-Identifier: GPL-2.0-or-later
 * outline.h - an assignment for its teacher: what it would ask, a sheet for answers, and a first
 * one made from a capture with the answers filled in. */
#pragma once

#include "../record.h"
#include "assignment.h"

/* Appends what is asked, with what is expected and how it is worth. */
void ms_outline_print(GString *out, const MsAssignment *assignment);

/* Appends a sheet for students to write answers into, as ms_answers_read() takes it: what is asked
 * and what it is worth, not what is expected. */
void ms_outline_sheet(GString *out, const MsAssignment *assignment);

/* Appends the head of a starter assignment. */
void ms_outline_begin(GString *out, const char *title);

/* Appends the questions that the facts of a session answer. */
void ms_outline_session(GString *out, const MsRecord *record);
