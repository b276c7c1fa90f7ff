/* SPDX-License-Identifier: GPL-2.0-or-later
 * page.h - what the HTML pages of grading have in common: head, policy, text, points. A page needs
 * nothing but itself, and its policy lets nothing else in. */
#pragma once

#include "../report/html.h"

/* Begins a page: head with style sheet and policy, up to <body>. `title` need not be harmless.
 * `whole_class`: the class page, which has a style sheet more and a script. */
void ms_grade_page_begin(MsBuffer *out, const char *title, bool whole_class);
void ms_grade_page_end(MsBuffer *out, bool whole_class);

/* Text that need not be harmless, as one line of text; control characters are marked. */
void ms_grade_text(MsBuffer *out, const char *text);
/* The same without marks, for attributes. */
void ms_grade_attribute(MsBuffer *out, const char *text);

/* Points as short as they can be: 3, 2.5, 0.25. */
void ms_grade_points(MsBuffer *out, double points);
