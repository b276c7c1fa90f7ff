/* SPDX-License-Identifier: GPL-2.0-or-later
 * classpage.h - the class at a glance, as a page for the teacher. */
#pragma once

#include "../base/buffer.h"
#include "returned.h"

/* Appends the page: how the points are distributed, the questions from the hardest on, frequent
 * near misses, who handed in nothing, what could not be graded, and a table of all that can be
 * sorted. Links to feedback/KEY.html. `results` as in returned.h. Holds no captured value. */
void ms_class_page(MsBuffer *out, const MsAssignment *assignment, json_t *const *results,
                   guint count);
